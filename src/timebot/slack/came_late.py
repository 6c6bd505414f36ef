"""What takes the place of a message whose button came too late: why, and what is so by now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Select, select

from timebot.errors import Refusal
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, escape, section
from timebot.slack.clicked import gives_way
from timebot.slack.deleted_entries import show_deleted
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.panel import again_button
from timebot.slack.refusals import buttons_of
from timebot.slack.standing_rows import own_waiting_rows, own_waiting_words
from timebot.slack.time_lists import list_day, show_today
from timebot.slack.time_words import STATE_WORDS, entry_line, hours, span_on_day, spoken
from timebot.slack.timer_replies import edit_button, stop_button, submit_button
from timebot.timekeeping.gone import entry_gone
from timebot.timekeeping.models import MemberAction, TimeEntry
from timebot.timekeeping.overview import show_entry
from timebot.timekeeping.standing import list_own_waiting

_MOST_WAITING = 3


def is_late_click(asked: Asked, refusal: Refusal) -> bool:
    """Tell whether a button was refused because what it was made for is not so any more."""
    return refusal.is_stale and asked.delivery.kind == "click"


def draw_late(asked: Asked, refusal: Refusal) -> Answer:
    """Say why the button came too late and how things stand, with buttons that work now.

    It takes the place of the message that was clicked; a card is repainted by itself.
    """
    said = escape(refusal.sentence)
    listed = _LISTS.get(asked.delivery.name) if asked.delivery.message_ts else None
    entry = _entry_meant(asked)
    if listed is not None:
        now = _listed_now(listed(asked), buttons_of(refusal))
    elif entry is not None:
        now = _entry_now(asked, entry, buttons_of(refusal))
    else:
        now = _hours_now(asked, buttons_of(refusal))
    return Answer(
        text=spoken(said, now.text),
        blocks=[section(said), *now.blocks],
        replace=gives_way(asked),
    )


def _entry_now(asked: Asked, entry: TimeEntry, ways_out: Sequence[Block]) -> Answer:
    """Show the entry as it is, with what can be done about it."""
    one = show_entry(asked.session, entry=entry, now=asked.now)
    state = STATE_WORDS[entry.state]
    buttons: list[Block] = []
    if entry.deleted_at is not None:
        gone = entry_gone(asked.session, entry, reader=asked.member, now=asked.now)
        state = "deleted" if gone.was_deleted else "undone"
        buttons = buttons_of(gone)
    elif entry.ended_at is None:
        buttons = [stop_button(entry), edit_button(entry)]
    else:
        buttons = [again_button(one), *_open_buttons(asked, entry)]
    line = f"{entry_line(one)}\n{hours(one.seconds)} ({span_on_day(entry)}, {entry.zone}), {state}."
    return Answer(text=line, blocks=[section(line), actions(*_each_once(*ways_out, *buttons))])


def _listed_now(listed: Answer, ways_out: Sequence[Block]) -> Answer:
    """Return the list, with the ways out that it does not show itself."""
    shown = {
        _act(each)
        for block in listed.blocks
        for each in (*block.get("elements", []), block.get("accessory", {}))
    }
    ways = [each for each in ways_out if _act(each) not in shown]
    return replace(listed, blocks=[*([actions(*ways)] if ways else []), *listed.blocks])


def _open_buttons(asked: Asked, entry: TimeEntry) -> list[Block]:
    if entry.state == "applied":
        return []
    can_submit = entry.state == "draft" and entry.project_id is not None and entry.is_confirmed
    return [edit_button(entry), *([submit_button(asked, entry)] if can_submit else [])]


def _hours_now(asked: Asked, ways_out: Sequence[Block]) -> Answer:
    """Show what waits for approval, where the button was about several entries or none."""
    zone, now = asked.member.zone, asked.now
    own = list_own_waiting(asked.session, workspace=asked.workspace, member=asked.member, now=now)
    rows = own_waiting_rows(own, most=_MOST_WAITING, zone=zone, now=now)
    words = [own_waiting_words(one, zone=zone, now=now) for one in own[:_MOST_WAITING]]
    today = button("Today", Act.TIMER_TODAY)
    return Answer(text="\n".join(words), blocks=[*rows, actions(*_each_once(*ways_out, today))])


def _entry_meant(asked: Asked) -> TimeEntry | None:
    """Return the person's entry that the button is about, deleted or not, or None."""
    value, packed = asked.delivery.value, asked.delivery.packed
    number = value.get("number") or packed or asked.delivery.tag
    own = _own(asked)
    if "action" in value:
        meant = MemberAction.id == UUID(value["action"])
        own = own.where(TimeEntry.id.in_(select(MemberAction.entry_id).where(meant)))
    elif "entry" in value:
        own = own.where(TimeEntry.id == UUID(value["entry"]))
    elif number.isdecimal() and int(number) < 2**63:
        own = own.where(TimeEntry.number == int(number))
    else:
        return None
    return asked.session.scalars(own).one_or_none()


def _own(asked: Asked) -> Select[TimeEntry]:
    """Return the query for the person's entries, deleted or not."""
    return select(TimeEntry).where(
        TimeEntry.workspace_id == asked.workspace.id, TimeEntry.member_id == asked.member.id
    )


def _each_once(*buttons: Block) -> list[Block]:
    """Return buttons without those that do what one before them does."""
    by_act: dict[str, Block] = {}
    for each in buttons:
        by_act.setdefault(_act(each), each)
    return list(by_act.values())


def _act(element: Block) -> str:
    return str(element.get("action_id", "")).partition(":")[0]


def _list_its_day(asked: Asked) -> Answer:
    """List the day of the entry whose menu was used, deleted or not."""
    meant = _own(asked).where(TimeEntry.number == int(asked.delivery.tag))
    entry = asked.session.scalars(meant).one_or_none()
    return show_today(asked) if entry is None else list_day(asked, entry.worked_on)


_LISTS: Mapping[str, Callable[[Asked], Answer]] = {
    Act.ENTRY_MENU: _list_its_day,
    Act.ENTRY_RESTORE: show_deleted,
}
"""Whose buttons stand in a list, which is drawn anew as a whole."""
