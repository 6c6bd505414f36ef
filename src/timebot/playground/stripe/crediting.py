"""What a credit note credits: its lines, their taxes, and the sum.

Source: the SDK's texts on the lines of a credit note, quoted beside each rule.
"""

from timebot.playground.store import Document
from timebot.playground.stripe.currencies import check_amount
from timebot.playground.stripe.ledger import LIVEMODE, Ledger, new_id, refuse_unplayed, text_map
from timebot.playground.stripe.problems import Problem, not_played

# "A list of up to 20 tax amounts for the credit note line item."
_MOST_TAXES = 20
_CUSTOM, _OF_INVOICE = "custom_line_item", "invoice_line_item"
# "Only valid when the `type` is …", for each of them.
_ONLY_FOR = {
    "amount": _OF_INVOICE,
    "invoice_line_item": _OF_INVOICE,
    "description": _CUSTOM,
    "unit_amount": _CUSTOM,
    "unit_amount_decimal": _CUSTOM,
    "tax_rates": _CUSTOM,
}


def credited_lines(ledger: Ledger, invoice: Document, params: Document) -> list[Document]:
    """Return the lines of a credit note; a note with nothing but an amount has one.

    Raises:
        Problem: if the parameters contradict each other or the invoice.
    """
    # "One of `amount`, `lines`, or `shipping_cost` must be provided."
    if ("amount" in params) == ("lines" in params):
        message = "You must pass exactly one of amount and lines."
        raise Problem(message, code="parameter_missing", param="amount")
    if "amount" in params:
        check_amount(params["amount"], invoice["currency"], param="amount")
        return [_line(_CUSTOM, params["amount"], {"description": "Credit"}, [])]
    return [_read(ledger, invoice, line, f"lines[{n}]") for n, line in enumerate(params["lines"])]


def amount_of(lines: list[Document]) -> int:
    """Return what the lines credit, with the taxes that come on top."""
    return sum(line["amount"] + _added(line) for line in lines)


def _added(line: Document) -> int:
    return sum(tax["amount"] for tax in line["taxes"] if tax["tax_behavior"] == "exclusive")


def _read(ledger: Ledger, invoice: Document, line: Document, where: str) -> Document:
    refuse_unplayed(line, ("tax_rates", "unit_amount_decimal"))
    for name, kind in _ONLY_FOR.items():
        if name in line and line["type"] != kind:
            message = f"{where}[{name}] is only valid when the type is {kind}."
            raise Problem(message, param=f"{where}[{name}]")
    credited = None
    if line["type"] == _OF_INVOICE:
        credited = _invoice_line(invoice, line, where)
    amount = _amount(line, credited, where)
    check_amount(amount, invoice["currency"], param=f"{where}[amount]")
    taxes = _taxes(ledger, invoice, line, credited, where)
    return _line(line["type"], amount, line, taxes)


def _invoice_line(invoice: Document, line: Document, where: str) -> Document:
    wanted = _need(line, "invoice_line_item", where)
    for each in invoice["_lines"]:
        if each["id"] == wanted:
            found: Document = each
            return found
    message = f"No such invoice line item: '{wanted}'"
    raise Problem(message, code="resource_missing", param=f"{where}[invoice_line_item]")


def _amount(line: Document, credited: Document | None, where: str) -> int:
    if credited is None:
        return int(_need(line, "unit_amount", where)) * int(line.get("quantity", 1))
    if ("amount" in line) == ("quantity" in line):
        message = "You must pass exactly one of amount and quantity for an invoice line item."
        raise Problem(message, param=f"{where}[amount]")
    amount = int(line["amount"]) if "amount" in line else credited["amount"] * line["quantity"]
    if amount > credited["amount"]:
        message = f"The line item has only {credited['amount']} to credit."
        raise Problem(message, param=f"{where}[amount]")
    return int(amount)


def _need(line: Document, name: str, where: str) -> str | int:
    if name not in line:
        message = f"Missing required param: {where}[{name}]."
        raise Problem(message, code="parameter_missing", param=f"{where}[{name}]")
    value: str | int = line[name]
    return value


def _taxes(
    ledger: Ledger, invoice: Document, line: Document, credited: Document | None, where: str
) -> list[Document]:
    given = line.get("tax_amounts")
    if credited is not None and credited["taxes"] and given is None:
        # Stripe works a share of the line's taxes out; which one, it does not document.
        raise not_played("a credit of a taxed line without tax_amounts")
    if len(given or []) > _MOST_TAXES:
        message = f"A line can have at most {_MOST_TAXES} tax amounts."
        raise Problem(message, param=f"{where}[tax_amounts]")
    known = {tax["tax_rate_details"]["tax_rate"] for tax in invoice["total_taxes"]}
    return [
        _tax(ledger, each, known, f"{where}[tax_amounts][{n}]")
        for n, each in enumerate(given or [])
    ]


def _tax(ledger: Ledger, tax: Document, known: set[str], where: str) -> Document:
    # "The tax rate must have been automatically created by Stripe."
    rate = ledger.get("tax_rate", tax["tax_rate"], param=f"{where}[tax_rate]")
    if rate["id"] not in known:
        message = f"The tax rate {rate['id']} is not on this invoice."
        raise Problem(message, param=f"{where}[tax_rate]")
    return {
        "amount": tax["amount"],
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": "not_available",
        "taxable_amount": tax["taxable_amount"],
        "type": "tax_rate_details",
    }


def _line(kind: str, amount: int, params: Document, taxes: list[Document]) -> Document:
    unit = params.get("unit_amount")
    return {
        "id": new_id("cnli"),
        "object": "credit_note_line_item",
        "amount": amount,
        "description": params.get("description"),
        "discount_amount": 0,
        "discount_amounts": [],
        "invoice_line_item": params.get("invoice_line_item"),
        "livemode": LIVEMODE,
        "metadata": text_map({}, params.get("metadata", {})),
        "pretax_credit_amounts": [],
        "quantity": params.get("quantity", 1 if kind == _CUSTOM else None),
        "tax_rates": [],
        "taxes": taxes,
        "type": kind,
        "unit_amount": unit,
        "unit_amount_decimal": None if unit is None else str(unit),
    }
