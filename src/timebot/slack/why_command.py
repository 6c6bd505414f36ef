"""Why: shows how a line of an invoice came to be; money only to those who may see it."""

from collections.abc import Mapping

from timebot.billing.why import Explanation, explain_line
from timebot.billing.why_entries import WhyEntry
from timebot.errors import Refusal
from timebot.slack.answer import Answer
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    code,
    context,
    cut,
    divider,
    header,
    section,
)
from timebot.slack.desk import Asked, Feature
from timebot.slack.file_sending import want_why
from timebot.slack.ids import Act
from timebot.slack.invoice_asking import invoice_of
from timebot.slack.time_words import spoken
from timebot.slack.whole_text import LONGEST, drawn_lines
from timebot.slack.why_words import (
    CHANGES_SHOWN,
    credit_words,
    entry_words,
    line_words,
    settled_words,
)
from timebot.slack.words import counted
from timebot.team.rights import require

_MOST_ROWS = 42
"""Of the 50 blocks of a message; the others are for what stands above and below the lines."""


def explain(asked: Asked, rest: str) -> Answer:
    """Explain a line of an invoice, or all of them: `why INV-2026-0001 2`."""
    number, _, line = rest.partition(" ")
    line = line.strip().casefold().removeprefix("line").strip()
    if not number or (line and not line.isdecimal()):
        raise Refusal(
            "Please name the invoice, and the line if you want just one.",
            example=f"{asked.desk.command} why INV-2026-0001 1",
        )
    return _explained(asked, number, int(line) if line else None)


def why_clicked(asked: Asked) -> Answer:
    """Explain the invoice of a button, all its lines."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    return _explained(asked, invoice_of(asked).number or "", None)


def why_pdf_clicked(asked: Asked) -> Answer:
    """Send how the invoice of a button came to be, as a document, to the person who asked."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    invoice = invoice_of(asked)
    want_why(asked, invoice)
    return Answer(text=f"How {invoice.number} came to be follows as a direct message in a moment.")


def _explained(asked: Asked, number: str, line: int | None) -> Answer:
    explanation = explain_line(
        asked.session,
        workspace=asked.workspace,
        member=asked.member,
        number=number,
        line=line,
    )
    command, locale = asked.desk.command, asked.workspace.locale
    return draw_explanation(explanation, command=command, locale=locale)


def draw_explanation(explanation: Explanation, *, command: str, locale: str) -> Answer:
    """Draw the lines, below each the entries that it was made from, and what became of it all."""
    title = f"How {explanation.number} came to be"
    rows, left = _rows(explanation, locale)
    if left:
        more = f"… and {counted(left, 'more entry', 'more entries')}. Name a line to see its own:"
        rows.append(context(f"{more} {code(f'{command} why {explanation.number} 1')}"))
    below: list[Block] = []
    if explanation.settled is not None:
        below = [divider(), *map(section, settled_words(explanation.settled, locale))]
        value = {"invoice": explanation.invoice_id}
        below.append(actions(button("Why, as PDF", Act.INVOICE_WHY_PDF, value)))
    else:
        below = [context("You see your own time here, without amounts.")]
    # What it came to is heard however long the lines are.
    end = spoken(*drawn_lines(below))
    start = cut(spoken(title, *drawn_lines(rows)), LONGEST - len(end) - 1)
    return Answer(text=f"{start}\n{end}", blocks=[header(title), *rows, *below])


def _rows(explanation: Explanation, locale: str) -> tuple[list[Block], int]:
    """Return the blocks of the lines, as many as fit, and how many entries did not."""
    rows: list[Block] = []
    left = 0
    for line in explanation.lines:
        heads = [section(line_words(line, locale))]
        heads += [context(credit_words(credit, locale)) for credit in line.taken_back]
        room = _MOST_ROWS - len(rows) - len(heads)
        # The head of a line is not drawn alone.
        shown = line.entries[: max(room, 0)]
        rows += [*heads, *(_entry(entry, locale) for entry in shown)] if shown else []
        left += len(line.entries) - len(shown)
    return rows, left


def _entry(entry: WhyEntry, locale: str) -> Block:
    words = entry_words(entry, locale)
    if len(entry.changes) <= CHANGES_SHOWN:
        return context(words)
    key, says = entry.entry_id.hex, f"History of number {entry.entry_number}"
    value = {"entry": entry.entry_id}
    return section(words, accessory=button("History", Act.ENTRY_HISTORY, value, key=key, says=says))


ACTIONS: Mapping[str, Feature] = {
    Act.INVOICE_WHY: why_clicked,
    Act.INVOICE_WHY_PDF: why_pdf_clicked,
}
