"""The lines of an invoice, and what they sum up to.

Sources: https://docs.stripe.com/api/invoice-line-item, https://docs.stripe.com/api/invoiceitems
"""

from decimal import Decimal

from timebot.playground.store import Document
from timebot.playground.stripe import discounts, tax_rates
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.currencies import check_amount, minimum
from timebot.playground.stripe.customers import get_customer
from timebot.playground.stripe.ledger import (
    LIVEMODE,
    Ledger,
    new_id,
    refuse_unplayed,
    text_map,
)
from timebot.playground.stripe.lists import page
from timebot.playground.stripe.problems import Problem

# https://docs.stripe.com/api/invoiceitems/create: "an invoice can have up to 250 items".
MOST_LINES = 250
# The SDK's text on `tax_amounts` of a line: at most 20.
_MOST_TAXES = 20
_UNPLAYED = (
    "discounts",
    "price_data",
    "pricing",
    "quantity_decimal",
    "subscription",
    "tax_rates",
    "unit_amount_decimal",
)


def add_lines(account: Account, call: Call) -> Document:
    """Add lines to a draft."""
    ledger = account.ledger
    invoice = ledger.get("invoice", call.id)
    check_editable(invoice)
    for number, line in enumerate(call.params["lines"]):
        _add_line(ledger, invoice, line, f"lines[{number}]")
    if "invoice_metadata" in call.params:
        invoice["metadata"] = text_map(invoice["metadata"], call.params["invoice_metadata"])
    sum_up(ledger, invoice)
    ledger.save(invoice)
    account.events.tell("invoice.updated", invoice)
    return invoice


def list_lines(account: Account, call: Call) -> Document:
    """Return the lines of an invoice, by the page."""
    invoice = account.ledger.get("invoice", call.id)
    return page(invoice["_lines"], call.params, call.path)


def create_item(account: Account, call: Call) -> Document:
    """Create an invoice item: a line of a draft, or one that waits for the next invoice."""
    ledger, params = account.ledger, call.params
    refuse_unplayed(params, _UNPLAYED)
    customer = get_customer(ledger, params)
    invoice = _target(ledger, params, customer)
    item = _new_item(ledger, params, customer, invoice)
    if invoice is not None:
        _put_line(ledger, invoice, _line_of_item(item), "amount")
        sum_up(ledger, invoice)
        ledger.save(invoice)
    account.events.tell("invoiceitem.created", item)
    return item


def take_pending(ledger: Ledger, invoice: Document) -> None:
    """Move the customer's waiting items of the same currency onto a draft."""
    for item in ledger.every("invoiceitem")[::-1]:
        waits = item["invoice"] is None and item["customer"] == invoice["customer"]
        if waits and item["currency"] == invoice["currency"]:
            item["invoice"] = invoice["id"]
            ledger.save(item)
            _put_line(ledger, invoice, _line_of_item(item), "invoice")


def check_editable(invoice: Document) -> None:
    """Refuse to change what is no draft any more.

    Raises:
        Problem: if the invoice is finalized.
    """
    if invoice["status"] != "draft":
        message = "Invalid invoice: This invoice is no longer editable"
        raise Problem(message, code="invoice_not_editable")


def sum_up(ledger: Ledger, invoice: Document) -> None:
    """Compute every total of a draft from its lines and the customer's balance.

    Taxes are the caller's own figures: Stripe adds them up and never computes them again.
    """
    lines = invoice["_lines"]
    taxes = [tax for line in lines for tax in line["taxes"]]
    added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    subtotal = sum(line["amount"] for line in lines)
    every_tax = sum(tax["amount"] for tax in taxes)
    total = subtotal - discounts.take_off(invoice) + added
    customer = ledger.get("customer", invoice["customer"])
    # A customer's balance is in the customer's currency; others are left alone.
    same = customer["currency"] in (None, invoice["currency"])
    starting = customer["balance"] if same else 0
    due, ending = _split_due(total + starting, invoice["currency"])
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - (every_tax - added),
        "total": total,
        "total_excluding_tax": total - every_tax,
        "total_taxes": total_taxes(taxes),
        "starting_balance": starting,
        "_ending_balance": ending,
        "amount_due": due,
        "amount_remaining": due,
    }


def _split_due(owed: int, currency: str) -> tuple[int, int]:
    """Return what is charged now, and what stays on the customer's balance.

    https://docs.stripe.com/api/invoices/object, amount_due: below the least chargeable amount it
    is 0, and the amount is added to the next invoice.
    """
    if owed < 0 or owed < minimum(currency):
        return 0, owed
    return owed, 0


def total_taxes(taxes: list[Document]) -> list[Document]:
    """Return the taxes of several lines, summed up by rate."""
    totals: dict[str, Document] = {}
    for tax in taxes:
        key = tax["tax_rate_details"]["tax_rate"]
        if key not in totals:
            totals[key] = {**tax, "amount": 0, "taxable_amount": 0}
        totals[key]["amount"] += tax["amount"]
        totals[key]["taxable_amount"] += tax["taxable_amount"]
    return list(totals.values())


def _add_line(ledger: Ledger, invoice: Document, params: Document, where: str) -> None:
    refuse_unplayed(params, _UNPLAYED)
    if "invoice_item" in params:
        _take_item(ledger, invoice, params["invoice_item"], where)
        return
    if "amount" not in params:
        message = f"Missing required param: {where}[amount]."
        raise Problem(message, code="parameter_missing", param=f"{where}[amount]")
    if "quantity" in params:
        # Recorded from the live API by others: amount and quantity exclude each other.
        message = "You may only specify one of these parameters: amount, quantity."
        raise Problem(message, param=f"{where}[amount]")
    _put_line(ledger, invoice, _new_line(ledger, invoice, params, where), where)


def _put_line(ledger: Ledger, invoice: Document, line: Document, where: str) -> None:
    if len(invoice["_lines"]) >= MOST_LINES:
        message = f"An invoice can have at most {MOST_LINES} invoice items."
        raise Problem(message, param=where)
    line["invoice"] = invoice["id"]
    # Newest first, as on Stripe: callers must not read a meaning into the order.
    invoice["_lines"].insert(0, line)
    ledger.save(invoice)


def _new_line(ledger: Ledger, invoice: Document, params: Document, where: str) -> Document:
    currency = invoice["currency"]
    check_amount(params["amount"], currency, param=f"{where}[amount]")
    line = _line(params["amount"], currency, params.get("description"))
    line["discountable"] = params.get("discountable", True)
    line["metadata"] = text_map({}, params.get("metadata", {}))
    line["period"] = params.get("period", {"start": ledger.now(), "end": ledger.now()})
    line["taxes"] = _taxes(ledger, params.get("tax_amounts") or [], currency, where)
    return line


def _taxes(ledger: Ledger, params: list[Document], currency: str, where: str) -> list[Document]:
    if len(params) > _MOST_TAXES:
        message = f"A line can have at most {_MOST_TAXES} tax amounts."
        raise Problem(message, param=f"{where}[tax_amounts]")
    return [
        _tax(ledger, each, currency, f"{where}[tax_amounts][{n}]") for n, each in enumerate(params)
    ]


def _tax(ledger: Ledger, params: Document, currency: str, where: str) -> Document:
    data = params["tax_rate_data"]
    percentage: Decimal = data["percentage"]
    if not 0 <= percentage <= 100:
        message = "A tax percentage must be between 0 and 100."
        raise Problem(message, param=f"{where}[tax_rate_data][percentage]")
    check_amount(params["amount"], currency, param=f"{where}[amount]")
    return {
        "amount": params["amount"],
        "tax_behavior": "inclusive" if data["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": tax_rates.of_data(ledger, data)["id"]},
        "taxability_reason": params.get("taxability_reason", "not_available"),
        "taxable_amount": params["taxable_amount"],
        "type": "tax_rate_details",
    }


def _line(amount: int, currency: str, description: str | None) -> Document:
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": LIVEMODE,
        "metadata": {},
        "parent": None,
        "period": {},
        "pretax_credit_amounts": [],
        "pricing": None,
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
    }


def _line_of_item(item: Document) -> Document:
    line = _line(item["amount"], item["currency"], item["description"])
    line["metadata"], line["period"] = item["metadata"], item["period"]
    line["parent"] = {
        "type": "invoice_item_details",
        "invoice_item_details": {
            "invoice_item": item["id"],
            "proration": False,
            "proration_details": None,
            "subscription": None,
        },
        "subscription_item_details": None,
    }
    return line


def _take_item(ledger: Ledger, invoice: Document, item_id: str, where: str) -> None:
    item = ledger.get("invoiceitem", item_id, param=f"{where}[invoice_item]")
    _check_currency(item["currency"], invoice)
    if item["invoice"] is not None or item["customer"] != invoice["customer"]:
        message = "This invoice item belongs to another invoice or customer."
        raise Problem(message, param=f"{where}[invoice_item]")
    item["invoice"] = invoice["id"]
    ledger.save(item)
    _put_line(ledger, invoice, _line_of_item(item), where)


def _target(ledger: Ledger, params: Document, customer: Document) -> Document | None:
    if "invoice" not in params:
        return None
    invoice = ledger.get("invoice", params["invoice"], param="invoice")
    check_editable(invoice)
    if invoice["customer"] != customer["id"]:
        message = "The invoice belongs to another customer."
        raise Problem(message, param="invoice")
    if "currency" in params:
        _check_currency(params["currency"].lower(), invoice)
    return invoice


def _check_currency(currency: str, invoice: Document) -> None:
    if currency != invoice["currency"]:
        message = (
            f"The currency of the invoice item ({currency}) must be that of the invoice "
            f"({invoice['currency']})."
        )
        raise Problem(message, param="currency")


def _new_item(
    ledger: Ledger, params: Document, customer: Document, invoice: Document | None
) -> Document:
    if "amount" not in params:
        message = "Missing required param: amount."
        raise Problem(message, code="parameter_missing", param="amount")
    fallback = invoice["currency"] if invoice else customer["currency"] or "usd"
    currency = str(params.get("currency", fallback)).lower()
    check_amount(params["amount"], currency, param="amount")
    now = ledger.now()
    return ledger.new(
        "ii",
        {
            "amount": params["amount"],
            "currency": currency,
            "customer": customer["id"],
            "date": now,
            "description": params.get("description"),
            "discountable": params.get("discountable", True),
            "discounts": [],
            "invoice": invoice["id"] if invoice else None,
            "metadata": text_map({}, params.get("metadata", {})),
            "net_amount": params["amount"],
            "period": params.get("period", {"start": now, "end": now}),
            "proration": False,
            "quantity": 1,
            "quantity_decimal": "1",
            "tax_rates": [],
        },
        blank="_invoice_item.InvoiceItem",
    )
