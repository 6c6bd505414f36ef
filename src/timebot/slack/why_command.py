"""Why: shows how a line of an invoice came to be; money only to those who may see it."""

from timebot.billing.why import Explanation, WhyCredit, WhyEntry, WhyLine, explain_line
from timebot.errors import Refusal
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, context, divider, escape, header, section, shortened
from timebot.slack.desk import Asked
from timebot.slack.time_words import DASH, clock, hours, link, spoken, stamp
from timebot.slack.words import minutes_words, money_words, weekday_words
from timebot.team.days import day_in_words

_KINDS = {"no_charge": "no charge", "fixed": "fixed price"}
_SOURCES = {"timer": "timer", "manual": "added by hand", "import": "imported"}


def explain(asked: Asked, rest: str) -> Answer:
    """Explain a line of an invoice, or all of them: `why INV-2026-0001 2`."""
    number, _, line = rest.partition(" ")
    line = line.strip().casefold().removeprefix("line").strip()
    if not number or (line and not line.isdecimal()):
        raise Refusal(
            "Please name the invoice, and the line if you want just one.",
            example=f"{asked.desk.command} why INV-2026-0001 1",
        )
    explanation = explain_line(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        number=number,
        line=int(line) if line else None,
    )
    return draw_explanation(explanation, locale=asked.workspace.locale)


def draw_explanation(explanation: Explanation, *, locale: str) -> Answer:
    """Draw the lines, and below each the entries that it was made from."""
    title = f"How {explanation.number} came to be"
    blocks: list[Block] = [header(title)]
    words = [title]
    for line in explanation.lines:
        head = _line(line, locale)
        blocks += [divider(), section(head)]
        words.append(head)
        for credit in line.taken_back:
            row = _credit(credit, locale)
            blocks.append(context(row))
            words.append(row)
        for entry in line.entries:
            row = _entry(entry, locale)
            blocks.append(context(row))
            words.append(row)
    if not explanation.shows_money:
        blocks.append(context("You see your own time here, without amounts."))
    return Answer(text=spoken(*words), blocks=shortened(blocks))


def _line(line: WhyLine, locale: str) -> str:
    kind = f" · {_KINDS[line.kind]}" if line.kind in _KINDS else ""
    worked, billed = hours(line.seconds_worked), minutes_words(line.minutes_billed)
    facts = f"worked {worked}, billed *{billed}*"
    if line.rate is not None and line.amount is not None:
        rate, amount = money_words(line.rate, locale), money_words(line.amount, locale)
        facts += f" at {rate} per hour: *{amount}*"
    text = f"\n{escape(line.text)}" if line.text else ""
    return f"*Line {line.position}: {escape(line.project_name)}*{kind}{text}\n{facts}"


def _credit(credit: WhyCredit, locale: str) -> str:
    amount = money_words(credit.amount, locale) if credit.amount is not None else ""
    what = " and ".join(filter(None, (minutes_words(credit.minutes), amount)))
    day = f" of {day_in_words(credit.issued_on)}" if credit.issued_on else ""
    return f"{credit.number}{day} took back {escape(what)}: {escape(credit.reason)}"


def _entry(entry: WhyEntry, locale: str) -> str:
    span = f"{clock(entry.started_at, entry.zone)}{DASH}{clock(entry.ended_at, entry.zone)}"
    when = f"{weekday_words(entry.worked_on)}, {span} ({entry.zone})"
    ticket = entry.ticket_ref or ""
    if entry.ticket_url and entry.ticket_ref:
        ticket = link(entry.ticket_url, entry.ticket_ref)
    origin = link(entry.permalink, "message") if entry.permalink else ""
    head = [
        f"#{entry.entry_number} {escape(entry.member_name)}",
        when,
        escape(entry.text),
        ticket,
        origin,
        _SOURCES.get(entry.source, entry.source),
    ]
    approved = f"approved by {escape(entry.approved_by)}, {stamp(entry.approved_at, entry.zone)}"
    return "\n".join(
        [" · ".join(filter(None, head)), f"{approved}; {_rounding(entry)}{_rate(entry, locale)}"]
    )


def _rounding(entry: WhyEntry) -> str:
    worked, billed = hours(entry.seconds_worked), minutes_words(entry.minutes_billed)
    said = f"worked {worked}, billed {billed} ({entry.rounding}"
    if entry.group_seconds != entry.seconds_worked:
        group = f"{hours(entry.group_seconds)} came to {minutes_words(entry.group_minutes)}"
        said += f"; together with the others of that day {group}"
    return f"{said})"


def _rate(entry: WhyEntry, locale: str) -> str:
    if entry.rate is None:
        return ""
    source = f", the {entry.rate_source}" if entry.rate_source else ""
    return f"; {money_words(entry.rate, locale)} per hour{source}"
