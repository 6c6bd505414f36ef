"""Credit notes: how a finalized invoice is corrected.

Source: https://docs.stripe.com/api/credit_notes/create, the text of which the SDK carries.
"""

from timebot.playground.store import Document
from timebot.playground.stripe import balance, crediting, finalizing, lines, refunds
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import Ledger, new_id, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem

_UNPLAYED = ("shipping_cost",)
_SHORT_LIST = 10


def create(account: Account, call: Call) -> Document:
    """Correct a finalized invoice.

    The part that was not paid yet lowers what remains; the rest has to be given back, in ways
    that add up exactly.
    """
    params, ledger = call.params, account.ledger
    invoice, note = _draft(ledger, params)
    ledger.save(note)
    _give_back(account, note, invoice, params)
    ledger.save(note)
    _lower(account, invoice, note)
    account.events.tell("credit_note.created", note)
    return note


def preview(account: Account, call: Call) -> Document:
    """Return the note that `create` would make, and make nothing."""
    _, note = _draft(account.ledger, call.params)
    return note


def update(account: Account, call: Call) -> Document:
    """Change a note's text or metadata; its amounts stay."""
    note, params = account.ledger.get("credit_note", call.id), call.params
    if "memo" in params:
        note["memo"] = params["memo"]
    if "metadata" in params:
        note["metadata"] = text_map(note["metadata"], params["metadata"])
    account.ledger.save(note)
    account.events.tell("credit_note.updated", note)
    return note


def void(account: Account, call: Call) -> Document:
    """Take a note back: the invoice asks for the amount again.

    "You can only void a credit note if the associated invoice is open", said the API's own text
    [https://docs.rs/async-stripe, credit_note_ext].
    """
    ledger = account.ledger
    note = ledger.get("credit_note", call.id)
    invoice = ledger.get("invoice", note["invoice"])
    if note["status"] == "void":
        message = "This credit note is already void."
        raise Problem(message)
    if invoice["status"] != "open":
        message = "You can only void a credit note if the associated invoice is open."
        raise Problem(message)
    note |= {"status": "void", "voided_at": ledger.now()}
    ledger.save(note)
    _change_remaining(ledger, invoice, note["pre_payment_amount"])
    invoice["pre_payment_credit_notes_amount"] -= note["pre_payment_amount"]
    ledger.save(invoice)
    account.events.tell("credit_note.voided", note)
    return note


def list_all(account: Account, call: Call) -> Document:
    """Return credit notes, newest first."""
    found = account.ledger.every("credit_note")
    wanted = (n for n in found if matches(n, call.params, "invoice", "customer"))
    return page(wanted, call.params, call.path)


def list_lines(account: Account, call: Call) -> Document:
    """Return the lines of a credit note, by the page."""
    note = account.ledger.get("credit_note", call.id)
    return page(note["_credited"], call.params, call.path)


def retrieve(account: Account, call: Call) -> Document:
    """Return a credit note."""
    return account.ledger.get("credit_note", call.id)


def _draft(ledger: Ledger, params: Document) -> tuple[Document, Document]:
    """Return the invoice, and the note as it would be."""
    refuse_unplayed(params, _UNPLAYED)
    invoice = ledger.get("invoice", params["invoice"], param="invoice")
    if invoice["status"] not in {"open", "paid", "uncollectible"}:
        message = "You can only credit an invoice that is open, paid or uncollectible."
        raise Problem(message, param="invoice")
    credited = crediting.credited_lines(ledger, invoice, params)
    amount = crediting.amount_of(credited)
    _check_amount(ledger, invoice, params, amount)
    before = min(amount, invoice["amount_remaining"])
    _check_ways(ledger, invoice, params, amount - before)
    return invoice, _note(ledger, invoice, params, credited, before=before, after=amount - before)


def _check_amount(ledger: Ledger, invoice: Document, params: Document, amount: int) -> None:
    credited = (
        invoice["pre_payment_credit_notes_amount"] + invoice["post_payment_credit_notes_amount"]
    )
    # "For invoices that also have refunds created through the Refund API, the credit note API
    # subtracts those refund amounts from the maximum creditable amount", but for those that this
    # note is about.
    linked = {each["refund"] for each in params.get("refunds", []) if "refund" in each}
    left = invoice["total"] - credited - _refunded_alone(ledger, invoice, linked)
    if not 0 < amount <= left:
        message = (
            f"The credit note must be more than 0 and no more than is left of the invoice ({left})."
        )
        raise Problem(message, param="amount")


def _refunded_alone(ledger: Ledger, invoice: Document, linked: set[str]) -> int:
    """Return what was refunded without any credit note."""
    noted = {
        part["refund"]
        for note in ledger.every("credit_note")
        if note["invoice"] == invoice["id"] and note["status"] != "void"
        for part in note["refunds"]
    }
    charges = {c["id"] for c in ledger.every("charge") if c["_invoice"] == invoice["id"]}
    return sum(
        refund["amount"]
        for refund in ledger.every("refund")
        if refund["charge"] in charges
        and refund["status"] == "succeeded"
        and refund["id"] not in noted | linked
    )


def _check_ways(ledger: Ledger, invoice: Document, params: Document, after: int) -> None:
    ways = ("refund_amount", "credit_amount", "out_of_band_amount")
    for way in ways:
        if params.get(way, 0) < 0:
            message = f"Invalid non-negative integer: {params[way]}"
            raise Problem(message, code="parameter_invalid_integer", param=way)
    linked = sum(_linked_amount(ledger, invoice, each) for each in params.get("refunds", []))
    # "The sum of refunds, customer balance credits, and outside of Stripe credits must equal the
    # post_payment_amount."
    if sum(params.get(way, 0) for way in ways) + linked != after:
        message = (
            "The sum of refunds, credit_amount and out_of_band_amount must equal the post payment "
            f"amount of the credit note ({after})."
        )
        raise Problem(message)


def _linked_amount(ledger: Ledger, invoice: Document, linked: Document) -> int:
    refuse_unplayed(linked, ("payment_record_refund",))
    # "ID of an existing refund to link this credit note to. Required when `type` is `refund`."
    if "refund" not in linked:
        message = "Missing required param: refunds[refund]."
        raise Problem(message, code="parameter_missing", param="refunds[refund]")
    refund = ledger.get("refund", linked["refund"], param="refunds[refund]")
    charge = ledger.get("charge", refund["charge"])
    amount = _applied(linked, refund)
    if charge["_invoice"] != invoice["id"] or not 0 < amount <= refund["amount"]:
        message = f"The refund {refund['id']} does not give back so much of this invoice."
        raise Problem(message, param="refunds[refund]")
    return amount


def _applied(linked: Document, refund: Document) -> int:
    # "Defaults to the entire refund amount."
    return int({"amount_refunded": refund["amount"], **linked}["amount_refunded"])


def _note(
    ledger: Ledger,
    invoice: Document,
    params: Document,
    credited: list[Document],
    *,
    before: int,
    after: int,
) -> Document:
    note_id = new_id("cn")
    count = sum(note["invoice"] == invoice["id"] for note in ledger.every("credit_note"))
    taxes = [tax for line in credited for tax in line["taxes"]]
    every_tax = sum(tax["amount"] for tax in taxes)
    subtotal = sum(line["amount"] for line in credited)
    return ledger.blank("cn", "_credit_note.CreditNote") | {
        "id": note_id,
        "_credited": credited,
        "amount": before + after,
        "amount_shipping": 0,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": params.get("effective_at", ledger.now()),
        "invoice": invoice["id"],
        "lines": {
            "object": "list",
            "data": credited[:_SHORT_LIST],
            "has_more": len(credited) > _SHORT_LIST,
            "url": f"/v1/credit_notes/{note_id}/lines",
        },
        "memo": params.get("memo"),
        "metadata": text_map({}, params.get("metadata", {})),
        "number": f"{invoice['number']}-CN-{count + 1:02}",
        "out_of_band_amount": params.get("out_of_band_amount"),
        "pdf": f"{ledger.url}/invoice/{invoice['id']}",
        "post_payment_amount": after,
        "pre_payment_amount": before,
        "pretax_credit_amounts": [],
        "reason": params.get("reason"),
        "refunds": [],
        "status": "issued",
        "subtotal": subtotal,
        "subtotal_excluding_tax": before + after - every_tax,
        "total": before + after,
        "total_excluding_tax": before + after - every_tax,
        "total_taxes": lines.total_taxes(taxes),
        "type": "mixed" if before and after else "pre_payment" if before else "post_payment",
    }


def _give_back(account: Account, note: Document, invoice: Document, params: Document) -> None:
    ledger = account.ledger
    for linked in params.get("refunds", []):
        refund = ledger.get("refund", linked["refund"])
        _link(note, refund, _applied(linked, refund))
    if params.get("refund_amount"):
        charge = _paid_charge(ledger, invoice)
        refund = refunds.give_back(account, charge, params["refund_amount"], None)
        _link(note, refund, refund["amount"])
    # A negative balance is money that the customer has to their credit.
    moved = balance.move(
        account,
        invoice["customer"],
        -params.get("credit_amount", 0),
        type="credit_note",
        credit_note=note["id"],
        invoice=invoice["id"],
    )
    note["customer_balance_transaction"] = moved and moved["id"]


def _link(note: Document, refund: Document, amount: int) -> None:
    part = {"amount_refunded": amount, "refund": refund["id"], "type": "refund"}
    note["refunds"].append({**part, "payment_record_refund": None})


def _paid_charge(ledger: Ledger, invoice: Document) -> Document:
    for charge in ledger.every("charge"):
        if charge["_invoice"] == invoice["id"] and charge["paid"]:
            return charge
    message = "There is no charge to refund on this invoice."
    raise Problem(message, param="refund_amount")


def _lower(account: Account, invoice: Document, note: Document) -> None:
    ledger, before = account.ledger, note["pre_payment_amount"]
    invoice["pre_payment_credit_notes_amount"] += before
    invoice["post_payment_credit_notes_amount"] += note["post_payment_amount"]
    _change_remaining(ledger, invoice, -before)
    ledger.save(invoice)
    if before and invoice["amount_remaining"] == 0:
        finalizing.cancel_payment(account, invoice)
        finalizing.settle(account, invoice, amount=0)


def _change_remaining(ledger: Ledger, invoice: Document, amount: int) -> None:
    # "A credit note will first reduce the invoice's amount_remaining (and amount_due)".
    invoice["amount_remaining"] += amount
    invoice["amount_due"] += amount
    if invoice["amount_remaining"]:
        finalizing.expect_remaining(ledger, invoice)
