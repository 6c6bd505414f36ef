"""Concerns: what is red about a draft, so that a person decides, and what is worth a warning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timebot.billing.pricing import Priced, Share, Work
from timebot.billing.uplift import Uplift
from timebot.clients.models import Client
from timebot.locales import money_words
from timebot.money import Money, card_minimum

LONG_ENTRY_SECONDS = 12 * 3600
FEWEST_FOR_USUAL = 2
"""How many past invoices it takes before an amount can be called unusual."""


@dataclass(frozen=True)
class Concern:
    """Something about a draft that people should know.

    Attributes:
        code: names the kind, such as `missing_rate`.
        sentence: what it is, in plain words.
        may_be_released: whether a person may release the invoice all the same.
    """

    code: str
    sentence: str
    may_be_released: bool = True


@dataclass(frozen=True)
class Usual:
    """What the client was billed before.

    Attributes:
        totals: totals of past invoices in minor units.
        deviation_percent: how far over their median an amount may be.
    """

    totals: tuple[int, ...]
    deviation_percent: int

    @property
    def median(self) -> int | None:
        """The lower median of the totals, None while there are too few."""
        if len(self.totals) < FEWEST_FOR_USUAL:
            return None
        return sorted(self.totals)[(len(self.totals) - 1) // 2]


def reds(
    priced: Priced, *, client: Client, usual: Usual, due_minor: int, by_card: bool, locale: str
) -> tuple[Concern, ...]:
    """Return why the draft waits for a person, if anything.

    Args:
        priced: the client's work.
        client: who pays.
        usual: what they were billed before.
        due_minor: what would be due, in minor units.
        by_card: whether the amount would go through the card network.
        locale: how the firm writes amounts.
    """
    found = (
        _missing_rate(priced),
        _zero_rate(priced),
        _over_usual(priced, usual, locale),
        _over_ceiling(priced, client),
        _under_minimum(priced, due_minor, locale) if by_card else None,
    )
    return tuple(concern for concern in found if concern is not None)


def warnings(
    priced: Priced, *, crossed_budgets: Sequence[str], credit_minor: int = 0, locale: str
) -> tuple[Concern, ...]:
    """Return what is worth a look but stops nothing.

    Args:
        priced: the client's work.
        crossed_budgets: names of projects whose budget is used up.
        credit_minor: what the client has in credit and the invoice would use.
        locale: how the firm writes amounts.
    """
    found = [_credit(priced, credit_minor, locale), _long_entries(priced), _changed_rates(priced)]
    found += [
        Concern("budget_crossed", f"The budget of {name} is used up.") for name in crossed_budgets
    ]
    return tuple(concern for concern in found if concern is not None)


def shares_of(priced: Priced) -> Iterable[Share]:
    """Yield every entry's share of every line."""
    return (share for line in priced.lines for share in line.shares)


def _billable(priced: Priced) -> list[Work]:
    return [share.work for share in shares_of(priced) if share.work.kind == "billable"]


def _missing_rate(priced: Priced) -> Concern | None:
    missing = [work for work in _billable(priced) if work.rate_source is None]
    if not missing:
        return None
    return Concern(
        "missing_rate",
        f"{_entries(len(missing))} of {_projects(missing)} {_has(missing)} no rate in"
        f" {priced.currency}. Set a rate, then re-rate the unbilled hours.",
        may_be_released=False,
    )


def _zero_rate(priced: Priced) -> Concern | None:
    free = [
        work for work in _billable(priced) if work.rate_source is not None and work.rate_minor == 0
    ]
    if not free:
        return None
    sentence = f"{_entries(len(free))} of {_projects(free)} {_has(free)} a rate of zero."
    return Concern("zero_rate", sentence)


def _over_usual(priced: Priced, usual: Usual, locale: str) -> Concern | None:
    median = usual.median
    if not median or priced.total_minor * 100 <= median * (100 + usual.deviation_percent):
        return None
    over = (priced.total_minor - median) * 100 // median
    total = money_words(priced.total, locale)
    before = money_words(Money(median, priced.currency), locale)
    return Concern("over_usual", f"{total} is {over} percent more than the usual {before}.")


def _over_ceiling(priced: Priced, client: Client) -> Concern | None:
    uplift = _uplift(priced)
    if not uplift.is_over(client.uplift_ceiling_percent):
        return None
    return Concern(
        "over_ceiling",
        f"Rounding adds {uplift.percent} percent to the time;"
        f" {client.name} allows {client.uplift_ceiling_percent}.",
    )


def _uplift(priced: Priced) -> Uplift:
    """Return what rounding adds to what is charged: time given away would only water it down."""
    charged = [line for line in priced.lines if line.first.kind == "billable"]
    return Uplift(sum(line.seconds for line in charged), sum(line.minutes for line in charged))


def _under_minimum(priced: Priced, due_minor: int, locale: str) -> Concern | None:
    minimum = card_minimum(priced.currency)
    if minimum is None or not 0 < due_minor < minimum:
        return None
    due = money_words(Money(due_minor, priced.currency), locale)
    least = money_words(Money(minimum, priced.currency), locale)
    return Concern(
        "under_card_minimum",
        f"{due} is less than a card can be charged, {least}."
        " Hold it for the next run, or send it with bank details.",
    )


def _credit(priced: Priced, credit_minor: int, locale: str) -> Concern | None:
    if not credit_minor:
        return None
    credit = Money(credit_minor, priced.currency)
    used, left = money_words(credit, locale), money_words(priced.total - credit, locale)
    return Concern("credit", f"{used} of credit is applied, so {left} is left to pay.")


def _long_entries(priced: Priced) -> Concern | None:
    long = [share for share in shares_of(priced) if share.work.seconds > LONG_ENTRY_SECONDS]
    if not long:
        return None
    sentence = f"{_entries(len(long))} {'is' if len(long) == 1 else 'are'} longer than 12 hours."
    return Concern("long_entry", sentence)


def _changed_rates(priced: Priced) -> Concern | None:
    """Tell of people whose rate on a project is not the same through the whole period."""
    rates: dict[tuple[str, str], set[int]] = {}
    for work in _billable(priced):
        rates.setdefault((work.member_name, work.project_name), set()).add(work.rate_minor)
    changed = sorted(
        f"{member} on {project}" for (member, project), found in rates.items() if len(found) > 1
    )
    if not changed:
        return None
    return Concern("rate_changed", f"The rate changed inside the period: {_listed(changed)}.")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _has(works: Sequence[Work]) -> str:
    return "has" if len(works) == 1 else "have"


def _projects(works: Iterable[Work]) -> str:
    return _listed(sorted({work.project_name for work in works}))


def _listed(names: Sequence[str], most: int = 3) -> str:
    rest = len(names) - most
    if rest <= 0:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {rest} more"
