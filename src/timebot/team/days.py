"""Days: from instants to the dates and hours that people live by, and back. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from timebot.errors import Refusal

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class ZoneUnknown(Refusal):
    """The words name no time zone."""

    def __init__(self, words: str, nearest: str | None = None) -> None:
        hint = f" Did you mean {nearest}?" if nearest else ""
        super().__init__(
            f"{words.strip() or 'That'} is not a time zone I know.{hint}"
            " Write it as Europe/Berlin or America/New_York.",
            example="/billing settings zone Europe/Berlin",
        )


def day_of(moment: datetime, zone: str) -> date:
    """Return the date on which the instant falls in the zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def local_instant(day: date, minute_of_day: int, zone: str) -> datetime:
    """Return the instant at which the zone's clocks show that minute of that day, in UTC.

    A time that the clocks skip is moved forward by what they skip; of a time that they show twice
    the first is meant (both as RFC 5545, 3.3.5). 1440 is the midnight that ends the day.
    """
    midnight = datetime.combine(day, time())
    # fold=0 reads a skipped time with the offset before the gap, which is the move forward.
    shown = midnight + timedelta(minutes=minute_of_day)
    return shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_instants(day: date, minute_of_day: int, zone: str) -> list[datetime]:
    """Return the instants at which the zone's clocks show that minute: two in a repeated hour.

    In the hour that is skipped, the instant is the one that the clock before the shift would show.
    """
    shown = datetime.combine(day, time()) + timedelta(minutes=minute_of_day)
    first, second = (
        shown.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    return [first, second] if second > first else [first]


def next_local_instant(after: datetime, day: date, minute_of_day: int, zone: str) -> datetime:
    """Return the first instant after another at which clocks show that minute, from that day on.

    The day is the one on which the other instant is; what is not after it then is on the next day.
    """
    days = (day, day + timedelta(days=1))
    found = (moment for one in days for moment in local_instants(one, minute_of_day, zone))
    return next(moment for moment in found if moment > after)


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the half-open stretch of instants that the day is in the zone, in UTC."""
    return local_instant(day, 0, zone), local_instant(day + timedelta(days=1), 0, zone)


def day_in_words(day: date) -> str:
    """Return a date in plain words, such as `1 Nov 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def minute_in_words(minute_of_day: int) -> str:
    """Return a minute of the day as clocks show it, such as `09:00`."""
    hours, minutes = divmod(minute_of_day, 60)
    return f"{hours:02}:{minutes:02}"


def find_zone(words: str) -> str | None:
    """Return the IANA name that the words mean, whatever their case, or None."""
    return _zones().get(words.strip().replace(" ", "_").casefold())


def get_zone(words: str) -> str:
    """Return the IANA name that the words mean.

    Raises:
        ZoneUnknown: if they mean none; it names the nearest.
    """
    zone = find_zone(words)
    if zone is None:
        found = process.extractOne(
            words.casefold().replace(" ", "_"), list(_zones()), scorer=fuzz.WRatio, score_cutoff=75
        )
        raise ZoneUnknown(words, _zones()[found[0]] if found else None)
    return zone


@cache
def _zones() -> dict[str, str]:
    """Return every IANA zone by its case-folded name; read from disk once."""
    return {name.casefold(): name for name in sorted(available_timezones()) if name != "localtime"}
