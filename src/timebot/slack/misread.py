"""What was typed after a verb and could not be taken: an example of that verb, and a way on."""

from collections.abc import Mapping

from timebot.billing.numbers import InvoiceUnknown
from timebot.billing.why import LineUnknown
from timebot.clients.lookup import NoClientsYet, PlaceMissing
from timebot.errors import Refusal, WayOut
from timebot.slack.desk import Asked
from timebot.slack.help import Verb
from timebot.slack.ids import Act, pack
from timebot.timekeeping.durations import (
    ClockSpan,
    MuchTooLong,
    NotADuration,
    NoTimeAtAll,
    duration_words,
    parse_duration,
)
from timebot.timekeeping.limits import EndsBeforeStart, TimeInFuture
from timebot.timekeeping.manual import DoesNotFit
from timebot.timekeeping.moments import DayInFuture, NotADay, NotAMoment
from timebot.timekeeping.phrases import DurationUnclear, NothingToAdd, SaidTwice
from timebot.timekeeping.turns import EntryUnknown, find_last_closed

_MISREAD = (
    DayInFuture,
    DoesNotFit,
    DurationUnclear,
    EndsBeforeStart,
    EntryUnknown,
    InvoiceUnknown,
    LineUnknown,
    MuchTooLong,
    NoClientsYet,
    NoTimeAtAll,
    NotADay,
    NotADuration,
    NotAMoment,
    NothingToAdd,
    PlaceMissing,
    SaidTwice,
    TimeInFuture,
)
"""What several verbs refuse because of what was typed; others name the step that comes first."""

_WITH_MOMENT = {"start": "start Acme logo @9:15", "switch": "switch Acme website @9:15"}
_TODAY = WayOut("Today", Act.TIMER_TODAY)
_WAYS_ON: Mapping[str, WayOut] = {
    "start": WayOut("Open the form", Act.TIMER_START_FORM),
    "switch": WayOut("Open the form", Act.TIMER_SWITCH_FORM),
    "add": WayOut("Open the form", Act.ENTRY_ADD_FORM),
    "stop": WayOut("Choose the time", Act.NAG_STOP_FORM),
    "submit": WayOut("Submit everything up to today", Act.SUBMIT),
    "edit": _TODAY,
    "delete": _TODAY,
    "split": _TODAY,
    "withdraw": _TODAY,
}
"""What the person likely wants, by verb."""


def for_verb(asked: Asked, verb: Verb, refusal: Refusal) -> Refusal:
    """Return the refusal; where it is about what was typed, with an example of this verb.

    Args:
        asked: who typed it.
        verb: the verb that was typed.
        refusal: why it was not done.
    """
    if isinstance(refusal, _MISREAD):
        refusal.example = _example(asked, verb, refusal)
        refusal.ways_out = refusal.ways_out or _ways_on(asked, verb, refusal)
    return refusal


def _example(asked: Asked, verb: Verb, refusal: Refusal) -> str:
    command = asked.desk.command
    if isinstance(refusal, EntryUnknown):
        last = find_last_closed(asked.session, member=asked.member)
        number = last.number if last is not None else 12
        return f"{command} {verb.example.replace('12', str(number), 1)}"
    if refusal.example and refusal.example.startswith(f"{command} {verb.name} "):
        return refusal.example
    words = verb.example
    if isinstance(refusal, NotAMoment):
        words = _WITH_MOMENT.get(verb.name, words)
    return f"{command} {words}"


def _ways_on(asked: Asked, verb: Verb, refusal: Refusal) -> tuple[WayOut, ...]:
    default = WayOut("Show how", Act.TIMER_HELP, pack({"verb": verb.name}))
    ways_on = [_WAYS_ON.get(verb.name, default)]
    if isinstance(refusal, NotAMoment):
        ways_on = [*_ago(asked, verb, refusal.word), *ways_on]
    return tuple(ways_on)


def _ago(asked: Asked, verb: Verb, word: str) -> list[WayOut]:
    """Return the reading of `@1h` as an hour ago, where it is one."""
    try:
        length = parse_duration(word)
        again = asked.delivery.text.replace(f"@{word}", f"@-{word}", 1)
        value = pack({"command": asked.desk.command, "text": again})
    except (Refusal, ValueError):
        return []
    if isinstance(length, ClockSpan) or again == asked.delivery.text:
        return []
    ago = duration_words(int(length.total_seconds()))
    return [WayOut(f"{verb.name.capitalize()} {ago} ago", Act.TYPE_AGAIN, value)]
