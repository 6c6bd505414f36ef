"""An entry that stays as it is: said where somebody wants to change it, with what helps."""

from collections.abc import Callable

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, escape, modal, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act, Form
from timebot.slack.refusals import buttons_of, draw_refusal
from timebot.slack.time_words import entry_line, hours, span_on_day
from timebot.timekeeping.changing import AlreadyBilled, ensure_changeable
from timebot.timekeeping.gone import EntryGone
from timebot.timekeeping.locks import PeriodLocked
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import show_entry

Closed = AlreadyBilled | EntryGone | PeriodLocked


def unless_closed(asked: Asked, entry: TimeEntry, draw: Callable[[], Block]) -> Answer:
    """Open the form that `draw` draws; where nothing could be saved in it, say why at once.

    Args:
        asked: who wants to change the entry.
        entry: the entry.
        draw: draws the form.
    """
    try:
        ensure_changeable(asked.session, actor=asked.member, entry=entry, now=asked.now)
    except (AlreadyBilled, EntryGone, PeriodLocked) as closed:
        return Answer(
            modal=draw_closed(asked, entry, closed), instead=draw_refusal(closed, asked.delivery)
        )
    return Answer(modal=draw())


def draw_closed(asked: Asked, entry: TimeEntry, closed: Closed) -> Block:
    """Draw an entry that stays as it is, why, and what helps."""
    one = show_entry(asked.session, entry=entry, now=asked.now)
    value = {"entry": entry.id, "depth": 1}
    history = button("History", Act.ENTRY_HISTORY, value, says=f"History of number {entry.number}")
    blocks = [
        section(f"{entry_line(one)}\n{hours(one.seconds)}, {span_on_day(entry)}"),
        section(escape(closed.when_opened)),
        actions(*_but_history(buttons_of(closed)), history),
    ]
    return modal(Form.CLOSED, f"Entry #{entry.number}", blocks)


def _but_history(ways_out: list[Block]) -> list[Block]:
    """Return the buttons without the one that knows of no view below it."""
    return [each for each in ways_out if each["action_id"].partition(":")[0] != Act.ENTRY_HISTORY]
