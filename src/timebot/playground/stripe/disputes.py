"""Disputes: a payer asks their bank for the money back.

Sources: https://docs.stripe.com/disputes/how-disputes-work, https://docs.stripe.com/api/disputes
"""

from timebot.playground.store import Document
from timebot.playground.stripe import sdk
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.ledger import Ledger, new_id, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem

# Card networks leave 7 to 21 days [https://docs.stripe.com/disputes/responding].
_ANSWER_WITHIN_SECONDS = 14 * 86_400
_WAITING = frozenset({"needs_response", "warning_needs_response"})
_GIVEN_BACK = frozenset({"won", "warning_closed"})
_AFTER_EVIDENCE = {
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
}


def retrieve(account: Account, call: Call) -> Document:
    """Return a dispute."""
    return account.ledger.get("dispute", call.id)


def list_all(account: Account, call: Call) -> Document:
    """Return disputes, newest first."""
    found = account.ledger.every("dispute")
    wanted = (d for d in found if matches(d, call.params, "charge", "payment_intent"))
    return page(wanted, call.params, call.path)


def update(account: Account, call: Call) -> Document:
    """Add evidence, and submit it unless the caller keeps it for later."""
    dispute, params = account.ledger.get("dispute", call.id), call.params
    if "metadata" in params:
        dispute["metadata"] = text_map(dispute["metadata"], params["metadata"])
    if "evidence" in params:
        _check_waits(dispute)
        dispute["evidence"] |= params["evidence"]
        dispute["evidence_details"]["has_evidence"] = True
        # https://docs.stripe.com/api/disputes/update: "set to `true` (the default)".
        if params.get("submit", True):
            dispute["evidence_details"]["submission_count"] += 1
            dispute["status"] = _AFTER_EVIDENCE[dispute["status"]]
    account.ledger.save(dispute)
    account.events.tell("charge.dispute.updated", dispute)
    return dispute


def close(account: Account, call: Call) -> Document:
    """Accept a dispute: it is lost, and that cannot be taken back [the SDK's own text]."""
    dispute = account.ledger.get("dispute", call.id)
    _check_waits(dispute)
    return decide(account, dispute["id"], is_won=False)


def begin(
    account: Account,
    charge_id: str,
    *,
    reason: str = "fraudulent",
    is_inquiry: bool = False,
    amount: int | None = None,
) -> Document:
    """Let the payer of a charge dispute it, or a part of it.

    The bank takes the money at once; an inquiry only asks. The SDK's text on `amount`: usually the
    amount of the charge, but it can differ, as where only a part of the order is disputed.

    Raises:
        Problem: if there is no such charge, or so much of it is not left to be disputed.
    """
    ledger = account.ledger
    charge = ledger.get("charge", charge_id)
    left = charge["amount_captured"] - charge["amount_refunded"] - _disputed(ledger, charge)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        message = f"The charge {charge_id} cannot be disputed."
        raise Problem(message)
    dispute = _new_dispute(ledger, charge, reason, wanted, is_inquiry=is_inquiry)
    charge["disputed"] = True
    charge["_charged_back"] = charge["_charged_back"] or not is_inquiry
    ledger.save(charge)
    account.events.tell("charge.dispute.created", dispute)
    if not is_inquiry:
        account.events.tell("charge.dispute.funds_withdrawn", dispute)
    return dispute


def decide(account: Account, dispute_id: str, *, is_won: bool) -> Document:
    """Let the bank decide: the money comes back, or is gone; an inquiry is just closed.

    Raises:
        Problem: if there is no such dispute, or it is over.
    """
    ledger = account.ledger
    dispute = ledger.get("dispute", dispute_id)
    _check_open(dispute)
    is_inquiry = dispute["status"].startswith("warning_")
    won_back = is_won and not is_inquiry
    dispute["status"] = "warning_closed" if is_inquiry else "won" if is_won else "lost"
    if won_back:
        dispute["balance_transactions"].append(_booking(ledger, dispute, dispute["amount"]))
    ledger.save(dispute)
    if won_back:
        charge = ledger.get("charge", dispute["charge"])
        ledger.save({**charge, "_charged_back": _took_money(ledger, charge)})
    account.events.tell("charge.dispute.closed", dispute)
    if won_back:
        account.events.tell("charge.dispute.funds_reinstated", dispute)
    return dispute


def _disputed(ledger: Ledger, charge: Document) -> int:
    """Return how much of a charge is disputed, or was lost."""
    return sum(each["amount"] for each in _of(ledger, charge) if each["status"] not in _GIVEN_BACK)


def _took_money(ledger: Ledger, charge: Document) -> bool:
    """Tell whether a dispute still keeps money of a charge from the account."""
    return any(
        sum(b["amount"] for b in each["balance_transactions"]) for each in _of(ledger, charge)
    )


def _of(ledger: Ledger, charge: Document) -> list[Document]:
    return [each for each in ledger.every("dispute") if each["charge"] == charge["id"]]


def _check_waits(dispute: Document) -> None:
    if dispute["status"] not in _WAITING:
        message = f"This dispute takes no answer any more. It is {dispute['status']}."
        raise Problem(message)


def _check_open(dispute: Document) -> None:
    if dispute["status"] in {"won", "lost", "warning_closed"}:
        message = f"This dispute is already closed. It is {dispute['status']}."
        raise Problem(message)


def _new_dispute(
    ledger: Ledger, charge: Document, reason: str, amount: int, *, is_inquiry: bool
) -> Document:
    dispute = ledger.new(
        "du",
        {
            "amount": amount,
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": dict.fromkeys(sdk.nullable_fields("_dispute", "Dispute.Evidence"))
            | {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": ledger.now() + _ANSWER_WITHIN_SECONDS,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": None,
            },
            "is_charge_refundable": is_inquiry,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": _card(charge, is_inquiry=is_inquiry),
            "reason": reason,
            "status": "warning_needs_response" if is_inquiry else "needs_response",
        },
        blank="_dispute.Dispute",
    )
    if not is_inquiry:
        dispute["balance_transactions"].append(_booking(ledger, dispute, -dispute["amount"]))
        ledger.save(dispute)
    return dispute


def _card(charge: Document, *, is_inquiry: bool) -> Document:
    brand = charge["payment_method_details"]["card"]["brand"]
    kind = "inquiry" if is_inquiry else "chargeback"
    card = {"brand": brand, "case_type": kind, "network": brand, "network_reason_code": None}
    nothing = dict.fromkeys(("amazon_pay", "klarna", "paypal"))
    return {"type": "card", "card": card, **nothing}


def _booking(ledger: Ledger, dispute: Document, amount: int) -> Document:
    """Return how a dispute moved money on the account's own balance."""
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": ledger.now(),
        "balance_type": "payments",
        "created": ledger.now(),
        "currency": dispute["currency"],
        "description": f"Chargeback for {dispute['charge']}",
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
        "source": dispute["id"],
        "status": "available",
        "type": "adjustment",
    }
