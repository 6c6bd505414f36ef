"""Taking back by pencil: what credit notes leave of an invoice, and what of it becomes credit."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tests.pocket_calculator import line_amount, step_of, tax_on
from tests.properties.stories import TakenBack
from tests.scenarios.books import lines_of
from timebot.billing.crediting import Part
from timebot.billing.models import Invoice
from timebot.money import Money


@dataclass
class Line:
    """What is left of a line."""

    minutes: int
    amount: int
    rate: int


class Pencil:
    """What is left of one invoice.

    Args:
        session: an open session.
        invoice: issued, and paid if it was to be.
        is_paid: whether its money came.
    """

    def __init__(self, session: Session, invoice: Invoice, *, is_paid: bool) -> None:
        lines = lines_of(session, invoice)
        self.currency = invoice.currency
        self.lines = [
            Line(each.minutes_billed, each.amount_minor, each.rate_minor) for each in lines
        ]
        self.tax_ppm, self.tax = lines[0].tax_ppm, invoice.tax_minor
        self.owed = 0 if is_paid else invoice.due_minor

    @property
    def subtotal(self) -> int:
        """What is left without tax."""
        return sum(line.amount for line in self.lines)

    def part(self, wish: TakenBack) -> Part | None:
        """Return what the billing people would ask for; None for all that is left."""
        place = wish.line % len(self.lines)
        line = self.lines[place]
        minutes = line.minutes * wish.percent // 100
        step = step_of(self.currency)
        amount = line.amount * wish.percent // 100 // step * step
        if wish.what == "all":
            return None
        if wish.what == "minutes" and minutes:
            return Part(place + 1, minutes=minutes)
        if wish.what == "amount" and amount:
            return Part(place + 1, amount=Money(amount, self.currency))
        return Part(place + 1)

    def take(self, part: Part | None) -> tuple[int, int, int]:
        """Take a part off; return its subtotal, its tax, and what of it becomes credit."""
        lines = self.lines if part is None else [self.lines[part.position - 1]]
        base = sum(self._take_line(line, part) for line in lines)
        tax = min(self.tax, tax_on(base, self.tax_ppm, self.currency))
        if not self.subtotal and base:
            tax = self.tax
        self.tax -= tax
        reduces = min(self.owed, base + tax)
        self.owed -= reduces
        return base, tax, base + tax - reduces

    def _take_line(self, line: Line, part: Part | None) -> int:
        minutes, amount = line.minutes, line.amount
        if part is not None and part.minutes not in {None, line.minutes}:
            minutes = part.minutes or 0
            amount = min(amount, line_amount(minutes, line.rate, self.currency))
        elif part is not None and part.amount is not None and part.amount.minor != amount:
            minutes, amount = 0, part.amount.minor
        line.minutes -= minutes
        line.amount -= amount
        return amount
