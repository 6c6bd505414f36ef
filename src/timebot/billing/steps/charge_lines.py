"""The lines of the processor's invoice: one per project and tax rate, equal to ours to the cent."""

from collections import defaultdict
from collections.abc import Sequence

from timebot.billing.document import DocumentTax, InvoiceDocument
from timebot.billing.ports import ChargeLine
from timebot.money import Money, billing_step

MOST_LINES = 200
"""Stripe takes 250 items on an invoice; beyond this there is one line per tax rate."""

_LONGEST = 200


def charge_lines(document: InvoiceDocument) -> list[ChargeLine]:
    """Return the lines whose sum, tax included, is what the invoice asks for.

    They come from frozen rows only, so that a repetition finds the same lines under the same keys.
    """
    lines = _lines(document, _per_project(document))
    if len(lines) > MOST_LINES:
        lines = _lines(document, _per_rate(document))
    if document.credit:
        lines.append(_credit(document))
    return lines


def spread(total: int, weights: Sequence[int], *, step: int = 1) -> list[int]:
    """Divide a total by weights into multiples of a step, by largest remainder.

    The parts sum up to the total; equal remainders are served in order.

    Raises:
        ValueError: if the total is no multiple of the step, or there is nothing to divide it by.
    """
    units, rest = divmod(total, step)
    whole = sum(weights)
    if rest or (whole <= 0 and total):
        message = f"{total} cannot be divided by {list(weights)} in steps of {step}"
        raise ValueError(message)
    if not total:
        return [0] * len(weights)
    shares = [divmod(units * weight, whole) for weight in weights]
    missing = units - sum(share for share, _ in shares)
    by_remainder = sorted(range(len(weights)), key=lambda index: -shares[index][1])
    extra = set(by_remainder[:missing])
    return [(share + (index in extra)) * step for index, (share, _) in enumerate(shares)]


def _per_project(document: InvoiceDocument) -> dict[tuple[str, int], int]:
    amounts: dict[tuple[str, int], int] = defaultdict(int)
    for line in document.lines:
        amounts[line.project, line.tax_ppm] += line.amount.minor
    return amounts


def _per_rate(document: InvoiceDocument) -> dict[tuple[str, int], int]:
    amounts: dict[tuple[str, int], int] = defaultdict(int)
    for line in document.lines:
        amounts["Work", line.tax_ppm] += line.amount.minor
    return amounts


def _lines(document: InvoiceDocument, amounts: dict[tuple[str, int], int]) -> list[ChargeLine]:
    # Lines at no charge are on the PDF; Stripe needs only what costs something.
    charged = sorted(key for key, amount in amounts.items() if amount)
    taxes = {tax.tax_ppm: tax for tax in document.taxes}
    parts: dict[tuple[str, int], int] = {}
    for ppm in {ppm for _, ppm in charged}:
        keys = [key for key in charged if key[1] == ppm]
        total = taxes[ppm].amount.minor if ppm in taxes else 0
        step = billing_step(document.currency)
        shares = spread(total, [amounts[key] for key in keys], step=step)
        parts |= dict(zip(keys, shares, strict=True))
    return [
        _line(document, number, key, amounts[key], parts[key], taxes.get(key[1]))
        for number, key in enumerate(charged, start=1)
    ]


def _line(
    document: InvoiceDocument,
    number: int,
    key: tuple[str, int],
    amount: int,
    tax_minor: int,
    tax: DocumentTax | None,
) -> ChargeLine:
    name, ppm = key
    return ChargeLine(
        key=f"{number}/{ppm}",
        description=f"{name}, {document.period_start} to {document.period_last}"[:_LONGEST],
        amount=Money(amount, document.currency),
        tax=Money(tax_minor, document.currency),
        tax_name=tax.name if tax is not None else "Tax",
        tax_ppm=ppm,
    )


def _credit(document: InvoiceDocument) -> ChargeLine:
    """What the client has in credit is our ledger, so Stripe sees it as a line that lowers."""
    return ChargeLine(
        key="credit",
        description="Credit applied",
        amount=-document.credit,
        tax=Money.zero(document.currency),
        tax_name="",
        tax_ppm=0,
    )
