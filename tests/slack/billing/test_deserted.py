"""An invoice whose customer was deleted at Stripe, in Slack: what helps, and the way to it."""

from stripe import StripeClient

from tests.slack.billing.firms import DECLINES, Firm, posted
from timebot.billing.models import Invoice
from timebot.clients.models import Client


def test_an_invoice_that_stripe_lets_nobody_pay_is_cancelled_and_billed_again(firm: Firm) -> None:
    firm.put_card_on_file("Acme", DECLINES)
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    local = firm.world.local.stripe
    sdk = StripeClient(local.api_key, base_addresses={"api": local.url})
    sdk.v1.customers.delete(firm.row(Client).stripe_customer_id or "")
    firm.world.settle()

    card = posted(firm.ben, "INV-2031-0001 for Acme")
    assert "The customer of INV-2031-0001 was deleted at Stripe" in card.text
    assert card.buttons == ["Mark paid", "PDF", "Why", "Credit note", "Cancel and bill again"]
    firm.ben.click(card, text="Cancel and bill again")
    firm.ben.submit()
    firm.world.settle()
    answer = firm.ben.messages()[-1]
    assert "INV-2031-0001 is cancelled." in answer.text
    firm.ben.click(answer, text="Open a run for them now")
    firm.world.settle()

    drafts = [each for each in firm.rows(Invoice) if each.document == "draft"]
    assert [each.total_minor for each in drafts] == [19_000]
