"""The panel that the bare command opens: what runs, today, recent work, and every door."""

from collections.abc import Sequence

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, divider, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.rare_actions import rare_menu
from timebot.slack.standing_rows import (
    doubt_rows,
    doubt_words,
    own_waiting_rows,
    own_waiting_words,
    rejected_rows,
    rejected_words,
)
from timebot.slack.time_lists import drafts_words, project_sums, running_line
from timebot.slack.time_words import entry_details, hours, place, place_words, spoken
from timebot.slack.timer_replies import carrying, edit_button, stop_button, wish_like
from timebot.slack.words import counted
from timebot.team.rights import may
from timebot.timekeeping.overview import Shown, TodayShown, recent, today, waiting_for, week
from timebot.timekeeping.rejections import list_rejected
from timebot.timekeeping.standing import list_in_doubt, list_own_waiting
from timebot.timekeeping.wishes import StartWish

_MOST_RECENT = 5
_MOST_IN_DOUBT, _MOST_REJECTED, _MOST_WAITING = 3, 3, 3


def show_panel(asked: Asked) -> Answer:
    """Show the panel: Slack answers it as a private message whose buttons do the rest."""
    session, member, now = asked.session, asked.member, asked.now
    shown = today(session, member=member, now=now)
    in_doubt = list_in_doubt(session, member=member, now=now)
    rejected = list_rejected(session, member=member, now=now)
    own = list_own_waiting(session, workspace=asked.workspace, member=member, now=now)
    latest = recent(session, member=member, limit=_MOST_RECENT)
    line = running_line(shown.running, asked) if shown.running else "No timer is running."
    weekly = hours(week(session, member=member, now=now).seconds)
    total = f"Today: {hours(shown.today.seconds)}. This week: {weekly}."
    total = f"{total} {drafts_words(shown)}".strip()
    waiting = _waiting_words(asked)
    blocks: list[Block] = [section(line), actions(*timer_buttons(shown)), context(total)]
    sums = project_sums(shown.today.entries) if _has_many(shown) else []
    if sums:
        blocks.append(section("\n".join(sums)))
    if in_doubt:
        blocks += [section("*Needs your word*"), *doubt_rows(in_doubt, most=_MOST_IN_DOUBT)]
    if rejected:
        blocks += [section("*Came back to you*"), *rejected_rows(rejected, most=_MOST_REJECTED)]
    if waiting:
        blocks.append(section(waiting, accessory=button("Show", Act.APPROVALS_SHOW)))
    blocks += own_waiting_rows(own, most=_MOST_WAITING, zone=member.zone, now=now)
    if latest:
        blocks += [divider(), section("*Start again*"), *recent_rows(latest)]
    text = spoken(
        line,
        total,
        *sums,
        *(f"Needs your word: {doubt_words(one)}" for one in in_doubt[:_MOST_IN_DOUBT]),
        *(f"Came back to you: {rejected_words(one)}" for one in rejected[:_MOST_REJECTED]),
        waiting,
        *(own_waiting_words(one, zone=member.zone, now=now) for one in own[:_MOST_WAITING]),
        *(f"Start again: {_recent_words(one)}" for one in latest),
    )
    return Answer(text=text, blocks=[*blocks, divider(), actions(*_doors())])


def timer_buttons(shown: TodayShown) -> list[Block]:
    """Return what can be done about the running timer, or to start one."""
    if shown.running is None:
        return [
            start_now_button(),
            button("Start…", Act.TIMER_START_FORM, says="Start a timer and say what for"),
            button("Add time", Act.ENTRY_ADD_FORM),
        ]
    return [
        {**stop_button(shown.running.entry), "style": "primary"},
        button("Switch…", Act.TIMER_SWITCH_FORM),
        edit_button(shown.running.entry),
        button("Add time", Act.ENTRY_ADD_FORM),
    ]


def start_now_button() -> Block:
    """Return the button that starts at once; what it is for is said later."""
    says = "Start a timer now, without a project"
    block = button("Start now", Act.TIMER_START, key="now", style="primary", says=says)
    return carrying(block, StartWish(None, "", None).as_value())


def recent_rows(latest: Sequence[Shown]) -> list[Block]:
    """Return recent pieces of work, each with a button that starts it again."""
    return [section(_recent_words(one), accessory=again_button(one)) for one in latest]


def again_button(one: Shown) -> Block:
    """Return the button that starts a timer with the entry's project, text, kind and ticket."""
    says = f"Resume {one.client}, {one.project}" if one.project else f"Resume {one.entry.text}"
    block = button("Resume", Act.TIMER_START, key=f"again{one.entry.number}", says=says)
    return carrying(block, wish_like(one.entry).as_value())


def _recent_words(one: Shown) -> str:
    return " · ".join([place(one), *entry_details(one.entry)])


def _waiting_words(asked: Asked) -> str:
    if not may(asked.member, "approver"):
        return ""
    waiting = waiting_for(
        asked.session, workspace=asked.workspace, approver=asked.member, now=asked.now
    )
    if not waiting:
        return ""
    seconds = sum(one.seconds for one in waiting)
    count = counted(len(waiting), "submission")
    verb = "waits" if len(waiting) == 1 else "wait"
    return f"{count} {verb} for your approval ({hours(seconds)})."


def _has_many(shown: TodayShown) -> bool:
    return len({place_words(one) for one in shown.today.entries}) > 1


def _doors() -> list[Block]:
    return [
        button("Today", Act.TIMER_TODAY),
        button("Week", Act.TIMER_WEEK),
        button("Submit", Act.SUBMIT),
        button("My settings", Act.MY_SETTINGS_FORM),
        rare_menu(),
    ]
