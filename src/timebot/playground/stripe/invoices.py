"""Invoices from the draft to the end of their life, but for payment.

Source: https://docs.stripe.com/api/invoices; messages as others recorded them from the live API.
"""

from timebot.playground.store import Document
from timebot.playground.stripe import automation, discounts, finalizing, lines
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.customers import check_ownership, get_customer
from timebot.playground.stripe.ledger import Ledger, refuse_unplayed, text_map
from timebot.playground.stripe.lists import is_in_range, matches, page
from timebot.playground.stripe.problems import Problem

_DAY = 86_400
_SEND = "send_invoice"
_UNPLAYED = (
    "account_tax_ids",
    "application_fee_amount",
    "automatically_finalizes_at",
    "customer_account",
    "default_source",
    "default_tax_rates",
    "from_invoice",
    "on_behalf_of",
    "shipping_cost",
    "subscription",
    "transfer_data",
)
_PLAIN = ("custom_fields", "description", "effective_at", "footer", "statement_descriptor")
# What may still change once an invoice is finalized; the SDK's texts call the rest draft only.
_ALWAYS_EDITABLE = frozenset({"metadata", "auto_advance", "default_payment_method", "expand"})


def create(account: Account, call: Call) -> Document:
    """Create a draft."""
    ledger, params = account.ledger, call.params
    if params.get("automatic_tax", {}).get("enabled"):
        refuse_unplayed({"automatic_tax": True}, ("automatic_tax",))
    customer = get_customer(ledger, params)
    currency = str(params.get("currency", customer["currency"] or "usd")).lower()
    now = ledger.now()
    invoice = ledger.new(
        "in",
        _beginning(customer, currency) | {"period_start": now, "period_end": now},
        blank="_invoice.Invoice",
    )
    discounts.inherit(ledger, invoice, params)
    _change(ledger, invoice, params)
    _check_terms(invoice, params)
    # https://docs.stripe.com/api/invoices/create: waiting items are left out unless asked for.
    if params.get("pending_invoice_items_behavior") == "include":
        lines.take_pending(ledger, invoice)
    if customer["currency"] is None:
        ledger.save({**customer, "currency": currency})
    lines.sum_up(ledger, invoice)
    ledger.save(invoice)
    automation.plan(ledger, invoice)
    account.events.tell("invoice.created", invoice)
    return invoice


def retrieve(account: Account, call: Call) -> Document:
    """Return an invoice."""
    return account.ledger.get("invoice", call.id)


def list_all(account: Account, call: Call) -> Document:
    """Return invoices, newest first."""
    params = call.params
    found = [
        each
        for each in account.ledger.every("invoice")
        if matches(each, params, "customer", "status", "collection_method")
        and ("due_date" not in params or is_in_range(each["due_date"] or 0, params["due_date"]))
    ]
    return page(found, params, call.path)


def update(account: Account, call: Call) -> Document:
    """Change a draft, or the little that may change afterwards."""
    ledger = account.ledger
    invoice = ledger.get("invoice", call.id)
    if invoice["status"] != "draft":
        for name in call.params:
            if name not in _ALWAYS_EDITABLE:
                message = "Finalized invoices can't be updated in this way"
                raise Problem(message, param=name)
    refuse_unplayed(call.params, ("discounts",))
    _change(ledger, invoice, call.params)
    _check_terms(invoice, call.params)
    ledger.save(invoice)
    automation.plan(ledger, invoice)
    account.events.tell("invoice.updated", invoice)
    return invoice


def delete(account: Account, call: Call) -> Document:
    """Delete a draft."""
    invoice = account.ledger.get("invoice", call.id)
    # A finalized number is spent and must stay explainable.
    if invoice["status"] != "draft":
        message = "You can only delete draft invoices."
        raise Problem(message)
    account.ledger.remove(invoice)
    account.events.tell("invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def finalize(account: Account, call: Call) -> Document:
    """Turn a draft into a claim."""
    invoice = account.ledger.get("invoice", call.id)
    if "auto_advance" in call.params:
        invoice["auto_advance"] = call.params["auto_advance"]
    finalizing.finalize(account, invoice)
    automation.plan(account.ledger, invoice)
    return invoice


def send(account: Account, call: Call) -> Document:
    """Mail an invoice to the customer; in test mode no mail goes out."""
    invoice = account.ledger.get("invoice", call.id)
    if invoice["collection_method"] != _SEND:
        message = (
            "You can only manually send an invoice if its collection method is 'send_invoice'."
        )
        raise Problem(message)
    if invoice["status"] == "draft":
        invoice = finalizing.finalize(account, invoice)
    if invoice["status"] != "open":
        message = "This invoice cannot be sent right now."
        raise Problem(message)
    account.events.tell("invoice.sent", invoice)
    return invoice


def void(account: Account, call: Call) -> Document:
    """Cancel a claim; its number stays spent."""
    invoice = account.ledger.get("invoice", call.id)
    if invoice["status"] == "paid":
        message = "Invoices with `paid` payments cannot be voided."
        raise Problem(message)
    if invoice["status"] not in {"open", "uncollectible"}:
        message = "You can only pass in open invoices. This invoice isn't open."
        raise Problem(message)
    return _close(account, invoice, "void", "voided_at", "invoice.voided")


def mark_uncollectible(account: Account, call: Call) -> Document:
    """Give a claim up."""
    invoice = account.ledger.get("invoice", call.id)
    if invoice["status"] != "open":
        message = "You can only pass in open invoices. This invoice isn't open."
        raise Problem(message)
    # https://docs.stripe.com/changelog/endive/2026-09-30/invoice-uncollectible-status-detail
    invoice["status_details"] = {"uncollectible": {"reason": "user_forgiven"}}
    return _close(
        account,
        invoice,
        "uncollectible",
        "marked_uncollectible_at",
        "invoice.marked_uncollectible",
    )


def _close(account: Account, invoice: Document, status: str, moment: str, event: str) -> Document:
    invoice["status"] = status
    invoice["status_transitions"][moment] = account.ledger.now()
    account.ledger.save(invoice)
    if status == "void":
        finalizing.cancel_payment(account, invoice)
        finalizing.give_balance_back(account, invoice)
    account.events.tell(event, invoice)
    return invoice


def _beginning(customer: Document, currency: str) -> Document:
    zeros = (
        "amount_due",
        "amount_overpaid",
        "amount_paid",
        "amount_remaining",
        "amount_shipping",
        "attempt_count",
        "post_payment_credit_notes_amount",
        "pre_payment_credit_notes_amount",
        "starting_balance",
        "subtotal",
        "total",
    )
    moments = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
    return dict.fromkeys(zeros, 0) | {
        "_lines": [],
        "attempted": False,
        # Since 2019 nothing advances by itself unless it is asked to (the SDK's own text).
        "auto_advance": False,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "currency": currency,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "metadata": {},
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "status": "draft",
        "status_transitions": dict.fromkeys(moments),
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def _change(ledger: Ledger, invoice: Document, params: Document) -> None:
    refuse_unplayed(params, _UNPLAYED)
    for name in (*_PLAIN, "auto_advance", "collection_method"):
        if name in params:
            invoice[name] = params[name] if params[name] != "" else None
    if "metadata" in params:
        invoice["metadata"] = text_map(invoice["metadata"], params["metadata"])
    if "payment_settings" in params:
        invoice["payment_settings"] |= params["payment_settings"]
    if "number" in params:
        _check_number(ledger, invoice, params["number"])
        invoice["number"] = params["number"]
    if params.get("default_payment_method"):
        method = params["default_payment_method"]
        check_ownership(ledger, invoice["customer"], method, param="default_payment_method")
        invoice["default_payment_method"] = method
    if "days_until_due" in params:
        invoice["due_date"] = invoice["created"] + params["days_until_due"] * _DAY
    elif "due_date" in params:
        invoice["due_date"] = params["due_date"]


def _check_number(ledger: Ledger, invoice: Document, number: str) -> None:
    # The SDK's text on `number`: the caller is responsible for uniqueness; a second invoice with
    # the same number is refused.
    for other in ledger.every("invoice"):
        if other["number"] == number and other["id"] != invoice["id"]:
            message = f"An invoice with the number {number} exists already."
            raise Problem(message, param="number")


def _check_terms(invoice: Document, params: Document) -> None:
    dated = "days_until_due" in params or "due_date" in params
    if "days_until_due" in params and "due_date" in params:
        # Both say the same thing, so only one can be right.
        message = "You may only specify one of these parameters: days_until_due, due_date."
        raise Problem(message, param="due_date")
    if invoice["collection_method"] == _SEND:
        if invoice["due_date"] is None:
            message = (
                "If invoice collection method is 'send_invoice', you must specify 'due_date' or "
                "'days_until_due'."
            )
            raise Problem(message)
    elif dated:
        # The SDK's text on both: "Valid only for invoices where collection_method=send_invoice".
        message = (
            "You can only specify 'due_date' or 'days_until_due' if invoice collection method is "
            "'send_invoice'."
        )
        raise Problem(message)
