import pytest
import stripe

from timebot.playground.stripe.problems import Problem

from .calls import Calls


def disputed(calls: Calls, *, is_inquiry: bool = False) -> stripe.Dispute:
    calls.paid_invoice()
    (charge,) = calls.local.charges()
    begun = calls.local.bank.dispute(charge["id"], is_inquiry=is_inquiry)
    return calls.client.v1.disputes.retrieve(begun["id"])


def test_a_dispute_takes_the_money_at_once(calls: Calls) -> None:
    dispute = disputed(calls)

    (charge,) = calls.client.v1.charges.list().data
    assert (dispute.amount, dispute.status) == (5_000, "needs_response")
    assert [each.amount for each in dispute.balance_transactions] == [-5_000]
    assert (charge.disputed, dispute.payment_intent) == (True, charge.payment_intent)
    assert calls.event_types()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_the_invoice_of_a_dispute_stays_paid(calls: Calls) -> None:
    disputed(calls)

    (invoice,) = calls.client.v1.invoices.list().data
    assert invoice.status == "paid"


def test_a_dispute_that_is_won_brings_the_money_back(calls: Calls) -> None:
    dispute = disputed(calls)

    calls.local.bank.decide(dispute.id, is_won=True)

    after = calls.client.v1.disputes.retrieve(dispute.id)
    assert (after.status, sum(each.amount for each in after.balance_transactions)) == ("won", 0)
    assert calls.event_types()[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]


def test_a_dispute_that_is_lost_is_over(calls: Calls) -> None:
    dispute = disputed(calls)

    calls.local.bank.decide(dispute.id, is_won=False)

    assert calls.client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert calls.event_types()[-1] == "charge.dispute.closed"
    with pytest.raises(stripe.InvalidRequestError, match="no answer any more"):
        calls.client.v1.disputes.close(dispute.id)


def test_an_inquiry_only_asks(calls: Calls) -> None:
    dispute = disputed(calls, is_inquiry=True)

    calls.local.bank.decide(dispute.id, is_won=True)

    after = calls.client.v1.disputes.retrieve(dispute.id)
    assert (dispute.status, after.status) == ("warning_needs_response", "warning_closed")
    assert after.balance_transactions == []
    assert "charge.dispute.funds_withdrawn" not in calls.event_types()


def test_evidence_is_submitted_or_kept_for_later(calls: Calls) -> None:
    dispute = disputed(calls)
    update = calls.client.v1.disputes.update

    kept = update(dispute.id, {"evidence": {"uncategorized_text": "Work"}, "submit": False})
    sent = update(dispute.id, {"evidence": {"uncategorized_text": "Work was done"}})

    assert (kept.status, kept.evidence_details.submission_count) == ("needs_response", 0)
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)


def test_accepting_a_dispute_loses_it(calls: Calls) -> None:
    dispute = disputed(calls)

    assert calls.client.v1.disputes.close(dispute.id).status == "lost"


def test_what_was_charged_back_is_not_refunded_too(calls: Calls) -> None:
    dispute = disputed(calls)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls.client.v1.refunds.create({"charge": str(dispute.charge)})

    assert refused.value.code == "charge_disputed"


def test_a_charge_is_disputed_in_parts_and_never_for_more_than_it_was(calls: Calls) -> None:
    calls.paid_invoice()
    (charge,) = calls.local.charges()
    one = calls.local.bank.dispute(charge["id"], amount=2_000)
    other = calls.local.bank.dispute(charge["id"])
    with pytest.raises(Problem, match="cannot be disputed"):
        calls.local.bank.dispute(charge["id"], amount=1)

    calls.local.bank.decide(one["id"], is_won=True)

    assert (one["amount"], other["amount"]) == (2_000, 3_000)
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        calls.client.v1.refunds.create({"charge": charge["id"]})
    calls.local.bank.decide(other["id"], is_won=True)
    assert calls.client.v1.refunds.create({"charge": charge["id"]}).amount == 5_000


def test_a_charge_is_disputed_once(calls: Calls) -> None:
    dispute = disputed(calls)

    found = calls.client.v1.disputes.list({"payment_intent": str(dispute.payment_intent)})

    assert [each.id for each in found.data] == [dispute.id]
