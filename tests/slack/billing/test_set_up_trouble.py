"""A wrong set-up is told to the billing people in words that name what to mend."""

import pytest

from tests.slack.billing.firms import Firm, posted
from timebot.billing.set_up_trouble import tell_set_up


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("stripe_key", "put a valid key into `STRIPE_API_KEY`. Nothing is lost"),
        ("mail_key", "put a valid key into `RESEND_API_KEY`. Nothing is lost"),
        ("mail_domain", "verify it at resend.com/domains. Nothing is lost"),
        ("mail_quota", "until it is renewed or raised at Resend. Nothing is lost"),
    ],
)
def test_what_keeps_invoices_waiting_is_told_once_a_day(
    firm: Firm, trouble: str, says: str
) -> None:
    for _ in range(2):
        with firm.session() as session:
            workspace = firm.workspace(session)
            tell_set_up(session, workspace=workspace, trouble=trouble, now=firm.now())
    firm.world.settle()

    found = [one for one in firm.ben.messages() if says in one.text]
    assert len(found) == 1
    assert posted(firm.ben, "Nothing is lost").buttons == ["Invoices"]
