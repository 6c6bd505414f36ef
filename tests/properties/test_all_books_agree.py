"""Random work, billed to the end: every book that knows of it says the same, to the minor unit."""

from datetime import date

import pytest
from hypothesis import given

from tests.billing.charging.world import World
from tests.pocket_calculator import is_rounded_away, is_too_little
from tests.properties.account import Account
from tests.properties.effort import slow_property
from tests.properties.stories import MOST_STINTS, STORIES, Story
from tests.scenarios.books import check_printed, check_sums, check_taken
from timebot.billing.flight_check import ClientCheck
from timebot.billing.models import Invoice
from timebot.billing.refusals import NothingReady, NothingToBill, NothingToRun
from timebot.doctor import invariants
from timebot.reports.hours_and_money import GROUPINGS, make_report


@slow_property(8)
@given(story=STORIES)
def test_lines_invoice_stripe_charge_report_and_paper_say_the_same(
    world: World, story: Story
) -> None:
    account = Account(world, story.terms)

    invoices = []
    for stints in story.invoices:
        account.work(stints)
        invoice = bill(account)
        if invoice is None:
            break
        invoices.append(invoice)

    check_report(account, invoices)
    with world.database.read_only() as session:
        assert invariants(session) == []


def bill(account: Account) -> Invoice | None:
    """Bill what is open and hold all books of it together; None if there was nothing to bill."""
    minutes = account.bill_by_pencil()
    try:
        check = account.open_run()
        assert check.minutes_billed == minutes.total()
        check_concerns(account, check)
        invoice = account.release(check)
    except (NothingToRun, NothingToBill):
        assert all(
            is_rounded_away(each, group.rate_minor, account.terms.currency, lines=MOST_STINTS)
            for group, each in minutes.items()
        )
        return None
    if invoice.charge_mode == "link":
        account.pay_on_the_page(invoice)
    with account.world.database.read_only() as session:
        kept = session.get_one(Invoice, (invoice.workspace_id, invoice.id))
        assert account.minutes_in_books(session, kept) == minutes
        check_sums(session, kept)
        check_printed(session, kept)
        if kept.charge_mode == "bank":
            assert (kept.collection, kept.stripe_invoice_id) == ("open", None)
        else:
            check_taken(account.world.stripe, session, kept)
            assert kept.collection == "paid"
    return invoice


def check_concerns(account: Account, check: ClientCheck) -> None:
    """What is under the card's minimum waits for a person, and then goes without a card."""
    found = {red.code for red in check.reds}
    too_little = is_too_little(check.total.minor, account.terms.currency)
    assert ("under_card_minimum" in found) == too_little
    assert (check.charge_mode == "bank") == too_little or not check.total
    if found:
        asked = len(account.world.stripe.requests)
        with pytest.raises(NothingReady):
            account.release_all(check)
        account.world.drain(account.pipeline)
        assert len(account.world.stripe.requests) == asked


def check_report(account: Account, invoices: list[Invoice]) -> None:
    """The report has the sum of the invoices, however it is grouped."""
    world = account.world
    with world.database.transaction() as session:
        for grouped_by in GROUPINGS:
            report = make_report(
                session,
                workspace=world.workspace(session),
                member=world.owner(session),
                grouped_by=grouped_by,
                start=date(2026, 3, 1),
                end=date(2026, 4, 1),
                client=account.client,
            )
            billed = sum(invoice.subtotal_minor for invoice in invoices)
            assert sum(money.minor for money in report.total.billed) == billed
            assert sum(money.minor for row in report.rows for money in row.billed) == billed
            assert report.total.minutes_billed == sum(each.minutes_billed for each in invoices)
            assert sum(money.minor for money in report.total.unbilled) == 0
