"""Reports: hours by client, project or member; money for billing people, own hours for others."""

from collections.abc import Sequence

from timebot.clients.places import Place
from timebot.locales import money_words
from timebot.money import Money
from timebot.reports.hours_and_money import GROUPINGS, Report, ReportRow, make_report
from timebot.reports.report_days import ReportDays, take_days
from timebot.slack.answer import Answer
from timebot.slack.billing_words import cleaned, today_of, whole_place
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    escape,
    header,
    section,
)
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.text_table import clock_words, text_table, text_width
from timebot.slack.time_words import hours
from timebot.slack.words import counted, days_words, started
from timebot.team.rights import require

_ROWS = 30
_WIDEST = 24
_SPOKEN = 3_500
_EXAMPLE = "/billing report client last month"
_WORDS = {each + many: each for each in GROUPINGS for many in ("", "s")} | {
    "by": "",
    "per": "",
    "people": "member",
    "person": "member",
}


def report_typed(asked: Asked, text: str) -> Answer:
    """Show the report that was asked for; by client and for this month where nothing is said."""
    require(asked.session, asked.member, "member", to="see reports", now=asked.now)
    days, rest = take_days(cleaned(text), today=today_of(asked))
    words = rest.split()
    named = [_WORDS[word.casefold()] for word in words if word.casefold() in _WORDS]
    name = " ".join(word for word in words if word.casefold() not in _WORDS)
    place = whole_place(asked, name, example=_EXAMPLE) if name else None
    grouped_by = next(filter(None, named), "project" if place else "client")
    report = make_report(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        grouped_by=grouped_by,
        start=days.start,
        end=days.end,
        client=place.client if place and place.project is None else None,
        project=place.project if place else None,
    )
    return _draw(asked, report, days, place)


def _draw(asked: Asked, report: Report, days: ReportDays, place: Place | None) -> Answer:
    locale = asked.workspace.locale
    whose = f" of {place.name}" if place else ""
    title = f"Hours{' and money' if report.shows_money else ''}{whose} by {report.grouped_by}"
    period = f"{started(days_words(days.start, days.end))}, as days in each person's zone"
    blocks: list[Block] = [header(title), context(period)]
    spoken = [f"{title}, {days_words(days.start, days.end)}."]
    if not report.rows:
        nothing = "Nobody recorded time on these days."
        blocks.append(section(nothing if report.shows_money else "You recorded no time then."))
        spoken.append(nothing)
    else:
        blocks += [
            section(f"*{escape(_sentence(report.total, locale))}*"),
            *_tables(report, locale),
        ]
        spoken += [_sentence(row, locale) for row in (report.total, *report.rows[:_ROWS])]
    if len(report.rows) > _ROWS:
        more = counted(len(report.rows) - _ROWS, "more row")
        blocks.append(context(f"… and {more}; the totals count them. Name a client to see less."))
    if not report.shows_money:
        blocks.append(context("These are your own hours. Billing people see everybody's."))
    blocks.append(actions(*_doors(report, days, place)))
    return Answer(text=cut(escape("\n".join(spoken)), _SPOKEN), blocks=blocks)


def _sentence(row: ReportRow, locale: str) -> str:
    """Return a row in words, for the total and for those who do not see the table."""
    parts = [
        f"{hours(row.seconds_worked)} worked",
        f"{hours(row.seconds_approved)} approved",
        f"{hours(row.minutes_billed * 60)} billed{_for(row.billed, locale)}",
    ]
    if row.unbilled:
        unbilled = hours(row.minutes_unbilled * 60)
        parts.append(f"{unbilled} not billed yet{_for(row.unbilled, locale)}")
    return f"{row.label}: {', '.join(parts)}"


def _for(amounts: Sequence[Money], locale: str) -> str:
    return f" for {_sums(amounts, locale)}" if any(amounts) else ""


def _tables(report: Report, locale: str) -> list[Block]:
    head = [started(report.grouped_by), "Worked", "Approved", "Billed"]
    head += ["Billed for", "To bill"] if report.shows_money else []
    return text_table(head, [_cells(row, report, locale) for row in report.rows[:_ROWS]])


def _cells(row: ReportRow, report: Report, locale: str) -> list[str]:
    label = row.label if text_width(row.label) <= _WIDEST else f"{row.label[: _WIDEST - 1]}…"
    cells = [
        label,
        clock_words(row.seconds_worked // 60),
        clock_words(row.seconds_approved // 60),
        clock_words(row.minutes_billed),
    ]
    if report.shows_money:
        cells += [_sums(row.billed, locale) or "-", _sums(row.unbilled, locale) or "-"]
    return cells


def _sums(amounts: Sequence[Money], locale: str) -> str:
    return " + ".join(money_words(each, locale) for each in amounts if each)


def _doors(report: Report, days: ReportDays, place: Place | None) -> list[Block]:
    name = f"{place.name} " if place else ""
    others = [each for each in GROUPINGS if each != report.grouped_by]
    if not report.shows_money:
        others = [each for each in others if each != "member"]
    found = [
        button(
            f"By {each}", Act.BILLING_DO, {"text": f"report {each} {name}{days.words}"}, key=each
        )
        for each in others
    ]
    for period in ("this month", "last month"):
        if period != days.words:
            text = f"report {report.grouped_by} {name}{period}"
            found.append(button(started(period), Act.BILLING_DO, {"text": text}, key=period[:4]))
    return found
