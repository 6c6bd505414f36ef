"""Refunds and credit notes.

Sources: https://docs.stripe.com/api/refunds/create, https://docs.stripe.com/api/credit_notes/create
"""

from timebot.playground.store import Document
from timebot.playground.stripe import finalizing
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.customers import add_to_balance
from timebot.playground.stripe.ledger import Ledger, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem

_WAYS = ("refund_amount", "credit_amount", "out_of_band_amount")


def create_refund(account: Account, call: Call) -> Document:
    """Give money back to the card it came from."""
    params, ledger = call.params, account.ledger
    unplayed = ("origin", "refund_application_fee", "reverse_transfer", "instructions_email")
    refuse_unplayed(params, unplayed)
    charge = _charge_of(ledger, params)
    refund = _refund(account, charge, params.get("amount"), params.get("reason"))
    refund["metadata"] = text_map({}, params.get("metadata", {}))
    ledger.save(refund)
    return refund


def list_refunds(account: Account, call: Call) -> Document:
    """Return refunds, newest first."""
    found = account.ledger.every("refund")
    wanted = (r for r in found if matches(r, call.params, "charge", "payment_intent"))
    return page(wanted, call.params, call.path)


def retrieve_refund(account: Account, call: Call) -> Document:
    """Return a refund."""
    return account.ledger.get("refund", call.id)


def create_note(account: Account, call: Call) -> Document:
    """Correct a finalized invoice.

    The part that was not paid yet lowers what remains; the rest has to be given back, in ways
    that add up exactly.
    """
    params, ledger = call.params, account.ledger
    refuse_unplayed(params, ("refunds", "shipping_cost"))
    invoice = ledger.get("invoice", params["invoice"], param="invoice")
    if invoice["status"] not in {"open", "paid", "uncollectible"}:
        message = "You can only credit an invoice that is open, paid or uncollectible."
        raise Problem(message, param="invoice")
    amount = _note_amount(params)
    before = min(amount, invoice["amount_remaining"])
    after = amount - before
    _check_note(invoice, params, amount, after)
    note = _new_note(ledger, invoice, params, before=before, after=after)
    _give_back(account, note, invoice, params)
    _lower(account, invoice, before=before, after=after)
    account.events.tell("credit_note.created", note)
    return note


def list_notes(account: Account, call: Call) -> Document:
    """Return credit notes, newest first."""
    found = account.ledger.every("credit_note")
    wanted = (n for n in found if matches(n, call.params, "invoice", "customer"))
    return page(wanted, call.params, call.path)


def retrieve_note(account: Account, call: Call) -> Document:
    """Return a credit note."""
    return account.ledger.get("credit_note", call.id)


def _charge_of(ledger: Ledger, params: Document) -> Document:
    if "charge" in params:
        return ledger.get("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        message = "One of these params should be provided: payment_intent or charge."
        raise Problem(message, code="parameter_missing")
    intent = ledger.get("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        message = (
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        )
        raise Problem(message, param="payment_intent")
    return ledger.get("charge", intent["latest_charge"])


def _refund(account: Account, charge: Document, amount: int | None, reason: str | None) -> Document:
    ledger = account.ledger
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Problem(message, code="charge_already_refunded")
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        message = f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})"
        raise Problem(message, param="amount")
    refund = ledger.new(
        "re",
        {
            "amount": wanted,
            "charge": charge["id"],
            "currency": charge["currency"],
            "customer": charge["customer"],
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "reason": reason,
            "status": "succeeded",
        },
        blank="_refund.Refund",
    )
    charge["amount_refunded"] += wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    ledger.save(charge)
    account.events.tell("refund.created", refund)
    account.events.tell("charge.refunded", charge)
    return refund


def _note_amount(params: Document) -> int:
    if "lines" not in params:
        if "amount" not in params:
            message = "Missing required param: amount."
            raise Problem(message, code="parameter_missing", param="amount")
        return int(params["amount"])
    return sum(_line_total(line, f"lines[{n}]") for n, line in enumerate(params["lines"]))


def _line_total(line: Document, where: str) -> int:
    refuse_unplayed(line, ("tax_rates", "unit_amount_decimal"))
    if "amount" in line:
        amount = int(line["amount"])
    elif "unit_amount" in line:
        amount = int(line["unit_amount"]) * int(line.get("quantity", 1))
    else:
        message = f"Missing required param: {where}[amount]."
        raise Problem(message, code="parameter_missing", param=f"{where}[amount]")
    return amount + sum(int(tax["amount"]) for tax in line.get("tax_amounts") or [])


def _check_note(invoice: Document, params: Document, amount: int, after: int) -> None:
    credited = (
        invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
    )
    if not 0 < amount <= invoice["total"] - credited:
        message = "The credit note must be more than 0 and no more than is left of the invoice."
        raise Problem(message, param="amount")
    # The API's text: the excess must equal the sum of refund, credit and out-of-band amounts.
    if sum(params.get(way, 0) for way in _WAYS) != after:
        message = (
            "The sum of refund_amount, credit_amount and out_of_band_amount must equal the "
            f"post payment amount of the credit note ({after})."
        )
        raise Problem(message)


def _new_note(
    ledger: Ledger, invoice: Document, params: Document, *, before: int, after: int
) -> Document:
    count = sum(note["invoice"] == invoice["id"] for note in ledger.every("credit_note"))
    number = f"{invoice['number']}-CN-{count + 1:02}"
    amount = before + after
    kind = "mixed" if before and after else "pre_payment" if before else "post_payment"
    return ledger.new(
        "cn",
        {
            "amount": amount,
            "amount_shipping": 0,
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "discount_amount": 0,
            "discount_amounts": [],
            "effective_at": params.get("effective_at", ledger.now()),
            "invoice": invoice["id"],
            "lines": {"object": "list", "data": [], "has_more": False, "url": "/v1/credit_notes"},
            "memo": params.get("memo"),
            "metadata": text_map({}, params.get("metadata", {})),
            "number": number,
            "out_of_band_amount": params.get("out_of_band_amount"),
            "pdf": f"{ledger.url}/invoice/{invoice['id']}",
            "post_payment_amount": after,
            "pre_payment_amount": before,
            "pretax_credit_amounts": [],
            "reason": params.get("reason"),
            "refunds": [],
            "status": "issued",
            "subtotal": amount,
            "total": amount,
            "total_taxes": [],
            "type": kind,
        },
        blank="_credit_note.CreditNote",
    )


def _give_back(account: Account, note: Document, invoice: Document, params: Document) -> None:
    ledger = account.ledger
    if params.get("refund_amount"):
        charge = _paid_charge(ledger, invoice)
        refund = _refund(account, charge, params["refund_amount"], None)
        part = {"amount_refunded": refund["amount"], "refund": refund["id"], "type": "refund"}
        note["refunds"] = [{**part, "payment_record_refund": None}]
        ledger.save(note)
    # A negative balance is money that the customer has to their credit.
    add_to_balance(account, invoice["customer"], -params.get("credit_amount", 0))


def _paid_charge(ledger: Ledger, invoice: Document) -> Document:
    for charge in ledger.every("charge"):
        if charge["_invoice"] == invoice["id"] and charge["paid"]:
            return charge
    message = "There is no charge to refund on this invoice."
    raise Problem(message, param="refund_amount")


def _lower(account: Account, invoice: Document, *, before: int, after: int) -> None:
    ledger = account.ledger
    invoice["pre_payment_credit_notes_amount"] += before
    invoice["post_payment_credit_notes_amount"] += after
    invoice["amount_remaining"] -= before
    invoice["amount_due"] -= before
    ledger.save(invoice)
    if before == 0:
        return
    if invoice["amount_remaining"] == 0:
        finalizing.cancel_payment(account, invoice)
        finalizing.settle(account, invoice, amount=0)
    else:
        finalizing.lower_expected(ledger, invoice)
