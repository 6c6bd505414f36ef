"""A dispute in Slack: what the bank asks, until when, where to answer, and how it ended."""

from tests.slack.billing.firms import Firm, posted


def disputed(firm: Firm) -> str:
    firm.put_card_on_file("Acme")
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    [charge] = firm.world.local.stripe.charges()
    made = firm.world.local.stripe.bank.dispute(charge["id"])
    firm.world.settle()
    return str(made["id"])


def test_a_dispute_is_told_with_the_way_to_answer(firm: Firm) -> None:
    dispute = disputed(firm)

    told = posted(firm.ben, "INV-2031-0001 for Acme: disputed")

    assert "has taken €190.00 back. Answer at Stripe by 24 Mar 2031, or it is lost." in told.text
    assert told.buttons == ["Answer at Stripe", "Show invoice"]
    shown = firm.types("invoice 1")
    assert "Disputed at the bank" in shown.text
    assert shown.buttons == ["Answer at Stripe", "PDF", "Why"]
    assert dispute in str(shown.blocks)


def test_a_lost_dispute_leaves_only_what_still_helps(firm: Firm) -> None:
    dispute = disputed(firm)
    firm.world.local.stripe.bank.decide(dispute, is_won=False)
    firm.world.settle()

    told = posted(firm.ben, "INV-2031-0001 for Acme: dispute lost")
    shown = firm.types("invoice 1")

    assert told.buttons == ["Show invoice"]
    assert "Write a credit note if you give it up" in told.text
    assert "not paid, a dispute was lost" in shown.text
    assert "\u20ac190.00 was lost in a dispute" in shown.text
    assert shown.buttons == ["Mark paid", "PDF", "Why", "Credit note"]


def test_a_won_dispute_is_told(firm: Firm) -> None:
    dispute = disputed(firm)
    firm.world.local.stripe.bank.decide(dispute, is_won=True)
    firm.world.settle()

    told = posted(firm.ben, "INV-2031-0001 for Acme: dispute won")

    assert "The dispute was won: the money stays." in told.text
    assert "Paid on" in firm.types("invoice 1").text


def test_the_message_that_asked_for_an_answer_takes_none_after_the_end(firm: Firm) -> None:
    dispute = disputed(firm)
    asking = posted(firm.ben, "Answer at Stripe by")
    firm.world.local.stripe.bank.decide(dispute, is_won=True)
    firm.world.settle()

    [after] = [each for each in firm.ben.messages() if each.ts == asking.ts]
    assert after.buttons == ["Show invoice"]
    assert after.text == (
        "INV-2031-0001 for Acme: dispute won. The dispute was won: the money stays."
    )


def test_two_disputes_are_answered_each_at_its_own_page(firm: Firm) -> None:
    firm.put_card_on_file("Acme")
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    [charge] = firm.world.local.stripe.charges()
    for amount in (9_000, 10_000):
        firm.world.local.stripe.bank.dispute(charge["id"], amount=amount)
    firm.world.settle()

    shown = firm.types("invoice 1")

    answers = {"Answer \u20ac90.00 at Stripe", "Answer \u20ac100.00 at Stripe"}
    assert set(shown.buttons[:2]) == answers
    assert "Another dispute about it waits for an answer, too." in shown.text
