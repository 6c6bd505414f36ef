"""The checklist and the statuses that people read."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, a_firm
from tests.builders import a_member, a_rate
from timebot.billing.checklist import list_missing
from timebot.billing.models import Invoice
from timebot.billing.statuses import list_invoices, status_of


def test_a_new_firm_is_told_everything_that_is_missing(session: Session) -> None:
    firm = a_firm(session, anchor_on=None)

    missing = list_missing(session, workspace=firm.workspace, can_charge=False, can_mail=False)

    assert len(missing) == 8
    assert all(point.how for point in missing)


def test_a_firm_that_is_set_up_is_told_nothing(session: Session) -> None:
    firm = a_firm(session, seller_name="Studio North", seller_address="1 Quay", seller_bank="IBAN")
    firm.client.address = "2 Quay"
    a_rate(session, client=firm.client)
    a_member(session, firm.workspace, role="approver")

    missing = list_missing(session, workspace=firm.workspace, can_charge=False, can_mail=True)

    assert missing == []


TODAY = date(2026, 3, 17)


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"document": "draft", "collection": "none"}, "draft"),
        ({"document": "issued", "collection": "open", "due_on": TODAY}, "sent"),
        ({"document": "rendered", "collection": "failed", "due_on": date(2026, 3, 16)}, "overdue"),
        ({"document": "rendered", "collection": "paid", "due_on": date(2026, 3, 1)}, "paid"),
        ({"document": "void", "collection": "open", "due_on": TODAY}, "cancelled"),
        ({"document": "rendered", "collection": "credited", "due_on": TODAY}, "cancelled"),
    ],
)
def test_three_columns_are_read_as_one_status(columns: dict[str, object], status: str) -> None:
    assert status_of(Invoice(**columns), today=TODAY) == status


def test_invoices_are_listed_drafts_first_and_by_status(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.release(firm.run())
    firm.approved(days=14, approved_at=DUE)
    firm.run(DUE + timedelta(days=14))

    def listed(status: str | None) -> list[str]:
        found = list_invoices(
            session, workspace=firm.workspace, client=firm.client, status=status, today=TODAY
        )
        return [one.status for one in found]

    assert (listed(None), listed("sent"), listed("paid")) == (["draft", "sent"], ["sent"], [])
