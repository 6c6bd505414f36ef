"""Home: what runs, today and this week, what came back, what waits, and recent work."""

from collections import Counter
from collections.abc import Sequence

from timebot.slack.away_words import away_words
from timebot.slack.blocks import (
    VIEW_BLOCKS,
    Block,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    section,
    shortened,
)
from timebot.slack.desk import Viewer
from timebot.slack.ids import Act
from timebot.slack.leaver_card import left_rows
from timebot.slack.my_settings import INVITATION
from timebot.slack.panel import recent_rows, timer_buttons
from timebot.slack.project_question import project_question
from timebot.slack.rare_actions import rare_menu
from timebot.slack.standing_rows import doubt_rows, more, own_waiting_rows, rejected_rows
from timebot.slack.time_lists import drafts_words, entry_menu, project_sums
from timebot.slack.time_words import STATE_WORDS, entry_line, hours, since, span_for, worked_days
from timebot.slack.words import counted, weekday_words
from timebot.team.models import Member
from timebot.team.own_settings import is_invited
from timebot.team.rights import may
from timebot.timekeeping.leavers import left_for
from timebot.timekeeping.overview import (
    DayShown,
    Shown,
    SubmissionShown,
    TodayShown,
    WeekShown,
    recent,
    today,
    waiting_for,
    week,
)
from timebot.timekeeping.rejections import list_rejected
from timebot.timekeeping.standing import list_in_doubt, list_own_waiting

_MOST_RECENT = 6
_MOST_REJECTED = 10
_MOST_WAITING = 10
_MOST_TODAY = 12
_MOST_IN_DOUBT = 5
_MOST_OWN = 5
_MOST_LEFT = 5
_NOT_FOR_THEM = (
    "timebot is for people of this workspace, not for guests. If you should track time here, ask"
    " an owner."
)


def draw_home(viewer: Viewer) -> Block:
    """Draw a member's Home from the database."""
    member = viewer.member
    if member is None or not may(member, "member"):
        return _view([section(_NOT_FOR_THEM)])
    session, now = viewer.session, viewer.now
    day = today(session, member=member, now=now)
    days = week(session, member=member, now=now)
    blocks = [
        *_timer(day, member, viewer),
        *_in_doubt(list_in_doubt(session, member=member, now=now)),
        *_rejected(list_rejected(session, member=member, now=now)),
        *_waiting(waiting_for(session, workspace=viewer.workspace, approver=member, now=now)),
        *_left(viewer, member),
        *_own_waiting(viewer, member),
        *_today(day),
        *_week(days),
        *_recent(recent(session, member=member, limit=_MOST_RECENT)),
        *_foot(member, viewer),
    ]
    return _view(blocks)


def _timer(day: TodayShown, member: Member, viewer: Viewer) -> list[Block]:
    if day.running is None:
        return [header("No timer is running"), actions(*timer_buttons(day))]
    one = day.running
    began = since(one.entry.started_at, zone=member.zone, now=viewer.now)
    # Home is not redrawn every minute, so it says since when and not for how long.
    words = f"{entry_line(one)}\nRunning since {began}."
    shown = project_question(one.entry, words) if one.entry.project_id is None else section(words)
    return [header("Your timer"), shown, actions(*timer_buttons(day))]


def _in_doubt(in_doubt: Sequence[Shown]) -> list[Block]:
    if not in_doubt:
        return []
    rows = doubt_rows(in_doubt, most=_MOST_IN_DOUBT)
    return [divider(), header("Needs your word"), *rows]


def _rejected(entries: Sequence[Shown]) -> list[Block]:
    if not entries:
        return []
    return [divider(), header("Came back to you"), *rejected_rows(entries, most=_MOST_REJECTED)]


def _waiting(waiting: Sequence[SubmissionShown]) -> list[Block]:
    if not waiting:
        return []
    rows = [section(_waiting_words(one), accessory=_show(one)) for one in waiting[:_MOST_WAITING]]
    title = "Waiting for your approval"
    return [divider(), header(title), *rows, *more(len(waiting), _MOST_WAITING)]


def _waiting_words(one: SubmissionShown) -> str:
    entries = [each.entry for group in one.groups for each in group.entries]
    days = worked_days(entry.worked_on for entry in entries)
    return f"*{escape(one.author.name)}*  {hours(one.seconds)}, {days}"


def _show(one: SubmissionShown) -> Block:
    value = {"submission": one.submission.id}
    says = f"Show the hours of {one.author.name}"
    return button("Show", Act.APPROVAL_SHOW, value, key=str(one.submission.id), says=says)


def _left(viewer: Viewer, member: Member) -> list[Block]:
    left = left_for(viewer.session, workspace=viewer.workspace, approver=member, now=viewer.now)
    if not left:
        return []
    rows = left_rows(viewer, left, most=_MOST_LEFT)
    return [divider(), header("Hours of people who left"), *rows]


def _own_waiting(viewer: Viewer, member: Member) -> list[Block]:
    waiting = list_own_waiting(
        viewer.session, workspace=viewer.workspace, member=member, now=viewer.now
    )
    if not waiting:
        return []
    rows = own_waiting_rows(waiting, most=_MOST_OWN, zone=member.zone, now=viewer.now)
    return [divider(), header("Your hours, waiting for approval"), *rows]


def _today(day: TodayShown) -> list[Block]:
    shown = day.today
    rows = [
        section(
            f"{entry_line(one)}\n{_how_long(one, day.zone)}",
            accessory=entry_menu(one),
        )
        for one in shown.entries[-_MOST_TODAY:]
    ]
    head = f"Today, {weekday_words(shown.day)}"
    closed = sum(one.seconds for one in shown.entries if one.entry.ended_at)
    total = context(f"Finished so far: {hours(closed)}.")
    listed = [header(head), *_earlier(shown), *rows, total] if rows else []
    return [divider(), *listed, *_drafts(day)] if listed or day.drafts else []


def _earlier(day: DayShown) -> list[Block]:
    """Say how many entries of the day came before those shown, with the button that lists all."""
    missing = len(day.entries) - _MOST_TODAY
    if missing <= 0:
        return []
    says = f"Show all of today, with {counted(missing, 'earlier entry', 'earlier entries')}"
    value = {"day": day.day}
    return [actions(button(f"Show {missing} earlier", Act.TIMER_DAY, value, key="all", says=says))]


def _drafts(day: TodayShown) -> list[Block]:
    """Say what was not handed in yet, of whatever day, with Submit."""
    if not day.drafts:
        return []
    return [section(drafts_words(day), accessory=button("Submit", Act.SUBMIT))]


def _how_long(one: Shown, zone: str) -> str:
    if one.entry.ended_at is None:
        return span_for(one.entry, zone)
    state = "" if one.entry.state == "draft" else f" · {STATE_WORDS[one.entry.state]}"
    return f"{hours(one.seconds)}, {span_for(one.entry, zone)}{state}"


def _week(days: WeekShown) -> list[Block]:
    entries = [one for day in days.days for one in day.entries if one.entry.ended_at]
    if not entries:
        return []
    total = hours(sum(one.seconds for one in entries))
    runs = any(one.entry.ended_at is None for day in days.days for one in day.entries)
    without = [context("Without the timer that runs.")] if runs else []
    return [
        divider(),
        header(f"This week: {total}"),
        section("\n".join(project_sums(entries))),
        *without,
        actions(button("Show the week", Act.TIMER_WEEK)),
    ]


def _recent(latest: Sequence[Shown]) -> list[Block]:
    if not latest:
        return []
    return [divider(), header("Start again"), *recent_rows(latest)]


def _foot(member: Member, viewer: Viewer) -> list[Block]:
    buttons = [button("My settings", Act.MY_SETTINGS_FORM)]
    if may(member, "billing"):
        # The panel has the doors to everything that is billing's and the owners'.
        buttons.append(button("Billing", Act.BILLING_DO, {"text": ""}, key="panel"))
    if may(member, "approver"):
        buttons.append(button("Approvals", Act.APPROVALS_SHOW))
        buttons.append(button("Add time for somebody", Act.ADD_FOR_FORM))
        buttons.append(button("Correct somebody's time", Act.CORRECT_FOR_FORM))
    notes = [f"Days are counted in {member.zone}."]
    if may(member, "approver"):
        notes.append(
            away_words(viewer.session, workspace=viewer.workspace, viewer=member, now=viewer.now)
        )
    if is_invited(member, now=viewer.now):
        notes.append(INVITATION)
    return [divider(), context(*filter(None, notes)), actions(*buttons, rare_menu())]


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "blocks": _named(shortened(blocks, VIEW_BLOCKS))}


def _named(blocks: Sequence[Block]) -> list[Block]:
    """Name the blocks by what can be done in them.

    Slack would give each drawing new names, and a click on a Home that is replaced at that moment
    would be lost.
    """
    given: Counter[str] = Counter()
    named: list[Block] = []
    for block in blocks:
        acts = [*block.get("elements", []), block.get("accessory", {})]
        name = next((one["action_id"] for one in acts if "action_id" in one), None)
        given[str(name)] += 1
        named.append({**block, "block_id": f"{name}/{given[name]}"} if name else block)
    return named
