"""Time of somebody else: a list of entries, to look up, correct, split or delete each of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, escape, modal, option, section
from timebot.slack.closed_entry import unless_closed
from timebot.slack.corrected_reply import draw_corrected
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.entry_history import show_history
from timebot.slack.entry_meant import entry_meant
from timebot.slack.entry_opening import open_entry_form
from timebot.slack.ids import Act, Form
from timebot.slack.split_form import show_split
from timebot.slack.time_words import STATE_WORDS, entry_line, hours, span, span_on_day
from timebot.slack.words import weekday_words
from timebot.team.models import Member
from timebot.team.rights import has_left, require
from timebot.timekeeping.editing import delete_entry
from timebot.timekeeping.leavers import get_left
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.overview import Shown, show_day, show_entries, show_submission
from timebot.timekeeping.submitted import submission_of

_PAGE = 30


def open_entries(asked: Asked) -> Answer:
    """Open the entries that a button is about, each with a menu."""
    require(asked.session, asked.member, "approver", to="correct time for others", now=asked.now)
    value = asked.delivery.value
    skip = int(value.get("skip", "0"))
    if "day" in value:
        author = asked.session.get_one(Member, (asked.workspace.id, UUID(value["of"])))
        return Answer(modal=day_modal(asked, author, date.fromisoformat(value["day"]), skip=skip))
    author, entries = _of_submission(asked) if "submission" in value else _of_leaver(asked)
    return Answer(modal=_list(author, f"*{escape(author.name)}*", entries, value, skip))


def day_modal(asked: Asked, author: Member, day: date, *, skip: int = 0) -> Block:
    """Draw the entries of somebody's day, each with a menu; so many of them were shown before."""
    shown = show_day(asked.session, member=author, day=day, now=asked.now)
    head = f"*{escape(author.name)}*, {weekday_words(day)}: {hours(shown.seconds)}"
    return _list(author, head, shown.entries, {"of": author.id, "day": day}, skip)


def choose(asked: Asked) -> Answer:
    """Do what was chosen in the menu beside somebody's entry."""
    what, _, entry_id = (asked.delivery.chosen or "").partition(":")
    entry = entry_meant(asked, {"entry": entry_id})
    return _MENU[what](asked, entry)


def save_deleted(asked: Asked) -> Answer:
    """Delete the entry of somebody, now that it was asked back."""
    entry = entry_meant(asked)
    delete_entry(
        asked.session,
        actor=asked.member,
        entry=entry,
        version=int(asked.delivery.value["version"]),
        now=asked.now,
        surface=SURFACE,
    )
    return draw_corrected(asked, entry, "Deleted")


def _list(
    author: Member, head: str, entries: Sequence[Shown], value: Mapping[str, object], skip: int
) -> Block:
    page = entries[skip : skip + _PAGE]
    blocks: list[Block] = [section(head)]
    blocks += [section(_words(one), accessory=_menu(one)) for one in page]
    if not entries:
        blocks.append(context("There is no entry here."))
    missing = len(entries) - skip - len(page)
    if missing:
        more = {**value, "skip": skip + len(page)}
        blocks.append(context(f"… and {missing} more"))
        blocks.append(actions(button("Show the next ones", Act.ENTRIES_OPEN, more)))
    told = "" if has_left(author) else ", and its author is told at once"
    note = f"What you change becomes a draft again{told}."
    return modal(Form.ENTRIES, "Correct an entry", [*blocks, context(note)])


def _of_submission(asked: Asked) -> tuple[Member, Sequence[Shown]]:
    submission = submission_of(
        asked.session,
        workspace_id=asked.workspace.id,
        submission_id=UUID(asked.delivery.value["submission"]),
    )
    shown = show_submission(asked.session, submission=submission)
    waiting = [one for group in shown.groups for one in group.entries]
    return shown.author, [*waiting, *shown.settled]


def _of_leaver(asked: Asked) -> tuple[Member, Sequence[Shown]]:
    member_id = UUID(asked.delivery.value["left"])
    left = get_left(asked.session, workspace=asked.workspace, member_id=member_id)
    return left.author, show_entries(asked.session, left.entries)


def _history(asked: Asked, entry: TimeEntry) -> Answer:
    return show_history(asked, entry, depth=1)


def _delete(asked: Asked, entry: TimeEntry) -> Answer:
    author = asked.session.get_one(Member, (entry.workspace_id, entry.member_id))
    said = f"Delete #{entry.number}, {span_on_day(entry)}?"
    told = "" if has_left(author) else "Its author is told at once. "
    note = f"{told}You can undo it for 15 minutes."
    kept = {"entry": entry.id, "version": entry.version}
    blocks = [section(said), context(note)]
    view = modal(Form.DELETE_FOR, f"Delete #{entry.number}", blocks, submit="Delete", kept=kept)
    return unless_closed(asked, entry, lambda: view)


_MENU: Mapping[str, Callable[[Asked, TimeEntry], Answer]] = {
    "edit": open_entry_form,
    "split": show_split,
    "history": _history,
    "delete": _delete,
}


def _menu(one: Shown) -> Block:
    entry = one.entry
    choices = [option("History", f"history:{entry.id}")]
    if entry.state != "applied":
        choices = [
            option("Edit", f"edit:{entry.id}"),
            option("Split", f"split:{entry.id}"),
            *choices,
            option("Delete", f"delete:{entry.id}"),
        ]
    return {"type": "overflow", "action_id": f"{Act.OTHERS_MENU}:{entry.id}", "options": choices}


def _words(one: Shown) -> str:
    entry = one.entry
    when = f"{weekday_words(entry.worked_on)}, {span(entry)}"
    return f"{entry_line(one)}\n*{hours(one.seconds)}*, {when} · {STATE_WORDS[entry.state]}"


ACTIONS: Mapping[str, Feature] = {Act.ENTRIES_OPEN: open_entries, Act.OTHERS_MENU: choose}
FORMS: Mapping[str, Feature] = {Form.DELETE_FOR: save_deleted}
