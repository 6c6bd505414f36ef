"""How a line of an invoice and what is behind it are put into words; people's text is escaped."""

from timebot.billing.why import WhyCredit, WhyLine
from timebot.billing.why_entries import WhyEntry, WhyGroup
from timebot.billing.why_settled import WhyAttempt, WhyPayment, WhySettled
from timebot.locales import money_words
from timebot.money import Money, billing_step
from timebot.slack.blocks import code, escape
from timebot.slack.correction_words import attempt_words, note_words
from timebot.slack.entry_history import step_words
from timebot.slack.time_words import DASH, clock, clock_to_second, link, stamp
from timebot.slack.words import counted, instant_words, minutes_words, weekday_words
from timebot.team.days import day_in_words, day_of

CHANGES_SHOWN = 3
_PARTS_SHOWN = 8
_KINDS = {"no_charge": "no charge", "fixed": "fixed price"}
_TIMES = "\N{MULTIPLICATION SIGN}"
_DISPUTES = {
    "needs_answer": "the client disputes it at the bank, which waits for your answer",
    "with_bank": "the client disputes it, and the bank decides",
    "won": "a dispute about it was won",
}
_SOURCES = {"timer": "timer", "manual": "added by hand", "import": "imported"}


def line_words(line: WhyLine, locale: str) -> str:
    """Return a line: what it is for, and how its time became its amount."""
    kind = f" · {_KINDS[line.kind]}" if line.kind in _KINDS else ""
    facts = f"worked {exact(line.seconds_worked)}, billed *{minutes_words(line.minutes_billed)}*"
    if line.rate is not None and line.amount is not None:
        rate, amount = money_words(line.rate, locale), money_words(line.amount, locale)
        facts += f" at {rate} per hour: *{amount}*"
        facts += f"\n{line.minutes_billed:,} min {_TIMES} {rate} ÷ 60 = {amount}, rounded half up"
        step = billing_step(line.amount.currency)
        if step > 1:
            facts += f" to {money_words(Money(step, line.amount.currency), locale)}"
    text = f"\n{escape(line.text)}" if line.text else ""
    return f"*Line {line.position}: {escape(line.project_name)}*{kind}{text}\n{facts}"


def credit_words(credit: WhyCredit, locale: str) -> str:
    """Return what a credit note took back of a line."""
    amount = money_words(credit.amount, locale) if credit.amount is not None else ""
    minutes = minutes_words(credit.minutes) if credit.minutes else ""
    what = " and ".join(filter(None, (minutes, amount)))
    day = f" of {day_in_words(credit.issued_on)}" if credit.issued_on else ""
    return f"{credit.number}{day} took back {what}: {escape(credit.reason)}"


def entry_words(entry: WhyEntry, locale: str) -> str:
    """Return an entry: who, when, who approved it, how it was rounded, its rate, its changes."""
    ticket = escape(entry.ticket_ref or "")
    if entry.ticket_url and entry.ticket_ref:
        ticket = link(entry.ticket_url, entry.ticket_ref)
    head = [
        f"#{entry.entry_number} {escape(entry.member_name)}",
        f"{weekday_words(entry.worked_on)}, {_span(entry)} ({entry.zone})",
        escape(entry.text),
        ticket,
        link(entry.permalink, "message") if entry.permalink else "",
        _SOURCES.get(entry.source, entry.source),
    ]
    facts = "; ".join(filter(None, (_approval(entry), _rounding(entry), _rate(entry, locale))))
    return "\n".join([" · ".join(filter(None, head)), facts, *_changes(entry)])


def settled_words(settled: WhySettled, locale: str) -> tuple[str, str]:
    """Return how the lines add up, and what became of the amount."""
    sums = [f"All lines together: {money_words(settled.subtotal, locale)}"]
    for tax in settled.taxes:
        if tax.tax_ppm:
            base, amount = (
                money_words(Money(minor, settled.total.currency), locale)
                for minor in (tax.base_minor, tax.tax_minor)
            )
            sums.append(f"{escape(tax.name)} {percent(tax.tax_ppm)} of {base}: {amount}")
        elif tax.note:
            sums.append(f"No tax: {escape(tax.note)}")
    sums.append(f"Total: *{money_words(settled.total, locale)}*")
    if settled.credit:
        sums.append(f"Credit used: {money_words(settled.credit, locale)}")
        sums.append(f"To pay after credit: *{money_words(settled.due, locale)}*")
    return "*What it came to*\n" + "\n".join(sums), _became(settled, locale)


def percent(ppm: int) -> str:
    """Return a tax rate as people read it: 190,000 parts per million are 19%."""
    whole, rest = divmod(ppm, 10_000)
    decimals = f"{rest:04}".rstrip("0")
    return f"{whole}.{decimals}%" if decimals else f"{whole}%"


def exact(seconds: int) -> str:
    """Return time to the second: 1 h 2 min 5 s."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def _span(entry: WhyEntry) -> str:
    """Return the exact instants; seconds where there are any, the second day where it is another.

    The clock of a place may be turned back in between, so that only the zone tells them apart.
    """
    began, ended = entry.whole_seconds
    reading = clock_to_second if began.second or ended.second else clock
    said = f"{reading(began, entry.zone)}{DASH}{reading(ended, entry.zone)}"
    last = day_of(ended, entry.zone)
    return said if last == entry.worked_on else f"{said} on {day_in_words(last)}"


def _approval(entry: WhyEntry) -> str:
    if entry.approved_at is None:
        return ""
    by = f" by {escape(entry.approved_by)}" if entry.approved_by else ""
    return f"approved{by}, {stamp(entry.approved_at, entry.zone)}"


def _rounding(entry: WhyEntry) -> str:
    worked, billed = exact(entry.seconds_worked), minutes_words(entry.minutes_billed)
    group, rule = entry.group, entry.rounding
    if group.is_alone:
        return f"worked {worked}, billed {billed} ({rule})"
    return f"worked {worked}, billed {billed}; rounded together: {_group(group, rule)}"


def _group(group: WhyGroup, rule: str) -> str:
    """Return what was summed and rounded once, step by step."""
    parts = [f"#{part.entry_number} {exact(part.seconds)}" for part in group.parts]
    if group.earlier_seconds:
        parts.insert(0, f"{exact(group.earlier_seconds)} billed earlier")
    rest = len(parts) - _PARTS_SHOWN
    if rest > 0:
        parts = [*parts[:_PARTS_SHOWN], f"{counted(rest, 'more entry', 'more entries')}"]
    said = f"{' + '.join(parts)} = {exact(group.seconds)}, {rule}: {minutes_words(group.minutes)}"
    if group.earlier_minutes:
        said += f", less {minutes_words(group.earlier_minutes)} billed earlier"
    return said


def _rate(entry: WhyEntry, locale: str) -> str:
    if entry.rate is None:
        return ""
    source = f", the {escape(entry.rate_source)}" if entry.rate_source else ""
    return f"{money_words(entry.rate, locale)} per hour{source}"


def _changes(entry: WhyEntry) -> list[str]:
    """Return the last changes; the button beside the entry has the others."""
    shown = entry.changes[-CHANGES_SHOWN:]
    rest = len(entry.changes) - len(shown)
    lines = [f"… {counted(rest, 'earlier change')}"] if rest else []
    for step in shown:
        head, *outcome = step_words(step, entry.zone, author=entry.member_name).split("\n")
        lines.append(f"• {head} {' · '.join(outcome)}".rstrip())
    return lines


def _became(settled: WhySettled, locale: str) -> str:
    lines = ["*What became of it*"]
    if settled.released_at is not None:
        by = f" by {escape(settled.released_by)}" if settled.released_by else ""
        lines.append(f"Released{by}, {instant_words(settled.released_at, settled.zone)}")
    tries: list[WhyPayment | WhyAttempt] = [*settled.payments, *settled.attempts]
    lines += [_try(one, locale) for one in sorted(tries, key=lambda one: one.number)]
    lines += [escape(note_words(note, locale)) for note in settled.notes]
    if settled.voided_at is not None:
        when = stamp(settled.voided_at, settled.zone)
        lines.append(f"Cancelled, {when}: {escape(settled.void_reason or 'no reason was given')}")
    else:
        left = money_words(settled.owed, locale) if settled.owed else "nothing"
        lines.append(f"Still to pay: *{left}*")
    return "\n".join(lines)


def _try(one: WhyPayment | WhyAttempt, locale: str) -> str:
    return (
        _payment(one, locale) if isinstance(one, WhyPayment) else escape(attempt_words(one, locale))
    )


def _payment(payment: WhyPayment, locale: str) -> str:
    facts = [
        f"*{money_words(payment.amount, locale)}* came on {day_in_words(payment.came_on)}",
        f"by {escape(payment.words)}",
        f"at Stripe {code(payment.reference)}" if payment.reference else "",
        f"noted by {escape(payment.noted_by)}" if payment.noted_by else "",
    ]
    said = ", ".join(filter(None, facts))
    if payment.lost:
        said += f"; {money_words(payment.lost, locale)} was lost in a dispute"
    if payment.dispute in _DISPUTES:
        said += f"; {_DISPUTES[payment.dispute]}"
    return said
