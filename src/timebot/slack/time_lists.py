"""Status, a day and a week: lists of one's own time, with sums by project."""

from collections.abc import Iterable
from datetime import date, timedelta

from timebot.errors import Refusal
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, header, option, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.time_words import (
    STATE_WORDS,
    entry_details,
    entry_line,
    hours,
    place_words,
    since,
    span_for,
    spoken,
)
from timebot.slack.timer_replies import edit_button, stop_button
from timebot.slack.words import counted, days_words, weekday_words
from timebot.team.days import day_of
from timebot.timekeeping.moments import parse_day
from timebot.timekeeping.overview import (
    DayShown,
    Shown,
    TodayShown,
    WeekShown,
    show_day,
    today,
    week,
)

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_MOST_ROWS = 40
_MOST_PROJECTS = 20


def status(asked: Asked, _rest: str = "") -> Answer:
    """Show what runs and what the day comes to."""
    shown = today(asked.session, member=asked.member, now=asked.now)
    lines = [running_line(shown.running, asked) if shown.running else "No timer is running."]
    lines.append(f"Today: {hours(shown.today.seconds)}. {drafts_words(shown)}".strip())
    buttons = _running_buttons(shown.running)
    blocks: list[Block] = [section(lines[0]), context(lines[1]), actions(*buttons)]
    return Answer(text=spoken(*lines), blocks=blocks)


def show_today(asked: Asked, rest: str = "") -> Answer:
    """List the entries of today, or of the day that is said: `today yesterday`.

    Raises:
        NotADay: if the words say no day.
        DayInFuture: if the day has not come yet.
    """
    now = day_of(asked.now, asked.member.zone)
    return list_day(asked, parse_day(rest, today=now) if rest else now)


def list_chosen_day(asked: Asked) -> Answer:
    """List the day that a button carries, after the entries that were shown before."""
    value = asked.delivery.value
    return list_day(asked, date.fromisoformat(value["day"]), skip=int(value.get("skip", "0")))


def list_day(asked: Asked, day: date, *, skip: int = 0) -> Answer:
    """List the entries of a day, each with a menu, and the sums by project.

    Args:
        asked: whose day is listed.
        day: the day in the member's zone.
        skip: how many of its entries were shown before.
    """
    zone = asked.member.zone
    shown = show_day(asked.session, member=asked.member, day=day, now=asked.now)
    title = f"{weekday_words(day)}: {hours(shown.seconds)}"
    page = shown.entries[skip : skip + _MOST_ROWS]
    lines = [f"{title} ({zone})", *(_row_words(one, zone) for one in page)]
    blocks: list[Block] = [header(title), *(_row(one, zone) for one in page)]
    missing = len(shown.entries) - skip - len(page)
    if missing > 0:
        lines.append(f"… and {missing} more")
        following = {"day": day, "skip": skip + len(page)}
        blocks.append(
            section(lines[-1], accessory=button("Show the next ones", Act.TIMER_DAY, following))
        )
    sums = project_sums(shown.entries)
    if len(sums) > 1:
        blocks.append(section("\n".join(["*By project*", *sums])))
    more, foot = _foot(asked, shown)
    return Answer(text=spoken(*lines, *more), blocks=[*blocks, *map(section, more), *foot])


def show_week(asked: Asked, rest: str = "") -> Answer:
    """Show a week by day and project, each day with the button that lists its entries."""
    if rest.casefold() not in {"", "this", "last"}:
        raise Refusal(
            "I can show this week or the last one.", example=f"{asked.desk.command} week last"
        )
    last = rest.casefold() == "last" or asked.delivery.value.get("last") == "1"
    shown = week(asked.session, member=asked.member, now=asked.now, last=last)
    return Answer(text=spoken(*_week_words(shown)), blocks=_week_blocks(shown, is_last=last))


def running_line(one: Shown, asked: Asked) -> str:
    """Return what runs, since when, and how long so far."""
    began = since(one.entry.started_at, zone=asked.member.zone, now=asked.now)
    return f"Running since {began}: {entry_line(one)}, {hours(one.seconds)} so far."


def project_sums(entries: Iterable[Shown]) -> list[str]:
    """Return one line per project with its sum, most first."""
    sums: dict[str, int] = {}
    for one in entries:
        sums[place_words(one)] = sums.get(place_words(one), 0) + one.seconds
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{name}: *{hours(seconds)}*" for name, seconds in ordered[:_MOST_PROJECTS]]
    missing = len(ordered) - len(lines)
    return [*lines, f"… and {counted(missing, 'more project')}"] if missing else lines


def drafts_words(shown: TodayShown) -> str:
    """Return how much was not submitted yet; empty where nothing is left."""
    if not shown.drafts:
        return ""
    return f"{counted(shown.drafts, 'entry', 'entries')} not submitted yet."


def entry_menu(one: Shown) -> Block:
    """Return the menu beside an entry; one on an invoice is only looked at, or started again."""
    number = one.entry.number
    is_open = one.entry.state != "applied"
    choices = [option("Edit", f"edit:{number}"), option("Split", f"split:{number}")]
    choices = choices if is_open else []
    if one.entry.ended_at is not None:
        choices.append(option("Start again", f"again:{number}"))
    choices.append(option("History", f"history:{number}"))
    if is_open:
        choices.append(option("Delete", f"delete:{number}"))
    return {"type": "overflow", "action_id": f"{Act.ENTRY_MENU}:{number}", "options": choices}


def _row(one: Shown, zone: str) -> Block:
    return section(_row_words(one, zone), accessory=entry_menu(one))


def _row_words(one: Shown, zone: str) -> str:
    details = " · ".join(entry_details(one.entry))
    state = "" if one.entry.state == "draft" else f" · {STATE_WORDS[one.entry.state]}"
    when = f"{span_for(one.entry, zone)} · #{one.entry.number}"
    head = f"*{hours(one.seconds)}* {place_words(one)} · {when}"
    return f"{head}{state}" + (f"\n{details}" if details else "")


def _running_buttons(running: Shown | None) -> list[Block]:
    if running is None:
        return [
            button("Start a timer", Act.TIMER_START_FORM, style="primary"),
            button("Add time", Act.ENTRY_ADD_FORM),
        ]
    return [
        stop_button(running.entry),
        button("Switch", Act.TIMER_SWITCH_FORM),
        edit_button(running.entry, label="Edit timer", key="running"),
    ]


def _foot(asked: Asked, shown: DayShown) -> tuple[list[str], list[Block]]:
    """Return what else is said below a day, and the small print with the buttons."""
    current = today(asked.session, member=asked.member, now=asked.now)
    counting = f"Days are counted in {current.zone}."
    if shown.day != current.today.day:
        said = [] if shown.entries else ["Nothing was recorded on this day."]
        buttons = [*_submit_day(shown, "Submit this day"), *_ways_back(shown, current.today.day)]
        return said, [context(counting), actions(*buttons)]
    said = [] if shown.entries else ["Nothing yet today."]
    running = current.running
    if running and running.entry.worked_on != shown.day:
        said.append(running_line(running, asked))
    buttons = [*_running_buttons(running), *_submit_day(shown, "Submit today")]
    return said, [context(f"{counting} {drafts_words(current)}".strip()), actions(*buttons)]


def _submit_day(shown: DayShown, label: str) -> list[Block]:
    if not any(one.entry.state == "draft" for one in shown.entries):
        return []
    return [button(label, Act.SUBMIT, {"start": shown.day, "end": shown.day + _ONE_DAY})]


def _ways_back(shown: DayShown, now: date) -> list[Block]:
    """Return the buttons from a day to its week, if that one can be shown, and to today."""
    monday = now - timedelta(days=now.weekday())
    buttons = [button("Today", Act.TIMER_TODAY)]
    if shown.day >= monday - _ONE_WEEK:
        is_last = shown.day < monday
        label = "Last week" if is_last else "This week"
        buttons.insert(0, button(label, Act.TIMER_WEEK, {"last": int(is_last)}))
    return buttons


def _week_words(shown: WeekShown) -> list[str]:
    lines = [f"{_week_title(shown)}: {hours(shown.seconds)} ({shown.zone})"]
    for day in shown.days:
        if day.entries:
            count = counted(len(day.entries), "entry", "entries")
            lines.append(f"{weekday_words(day.day)}: {hours(day.seconds)}, {count}")
            lines += [f"  {line}" for line in project_sums(day.entries)]
    return lines


def _week_blocks(shown: WeekShown, *, is_last: bool) -> list[Block]:
    blocks: list[Block] = [header(f"{_week_title(shown)}: {hours(shown.seconds)}")]
    blocks += [_day_block(day) for day in shown.days if day.entries]
    everything = [one for day in shown.days for one in day.entries]
    if not everything:
        blocks.append(section("Nothing was recorded in this week."))
    elif sum(bool(day.entries) for day in shown.days) > 1:
        blocks.append(section("*The week by project*\n" + "\n".join(project_sums(everything))))
    blocks.append(context(f"Days are counted in {shown.zone}."))
    other = {"last": "0" if is_last else "1"}
    buttons = [button("This week" if is_last else "Last week", Act.TIMER_WEEK, other)]
    if any(one.entry.state == "draft" for one in everything):
        days = {"start": shown.days[0].day, "end": shown.days[-1].day + _ONE_DAY}
        buttons.append(button("Submit these days", Act.SUBMIT, days))
    return [*blocks, actions(*buttons, button("Today", Act.TIMER_TODAY))]


def _day_block(day: DayShown) -> Block:
    head = f"*{weekday_words(day.day)}*  {hours(day.seconds)}"
    name = weekday_words(day.day).rsplit(" ", 1)[0]
    label = f"{name}: {counted(len(day.entries), 'entry', 'entries')}"
    opens = button(label, Act.TIMER_DAY, {"day": day.day}, key=day.day.isoformat())
    return section("\n".join([head, *project_sums(day.entries)]), accessory=opens)


def _week_title(shown: WeekShown) -> str:
    return days_words(shown.days[0].day, shown.days[-1].day + _ONE_DAY)
