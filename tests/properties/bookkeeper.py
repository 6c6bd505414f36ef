"""A bookkeeper who bills a client and holds every book that knows of it against the pencil."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.billing.charging.world import World
from tests.paper import read_credit
from tests.pocket_calculator import is_rounded_away, is_too_little
from tests.properties.account import Account
from tests.properties.stories import MOST_STINTS, Stint, TakenBack, Terms
from tests.properties.taking_back import Pencil
from tests.scenarios.books import check_printed, check_sums, check_taken
from timebot.billing.client_credit import balance
from timebot.billing.credit_models import CreditNote
from timebot.billing.crediting import NothingLeft
from timebot.billing.flight_check import ClientCheck
from timebot.billing.models import Invoice
from timebot.billing.payment_models import StoredFile
from timebot.billing.refusals import NothingReady, NothingToBill, NothingToRun
from timebot.reports.hours_and_money import GROUPINGS, make_report


class Bookkeeper:
    """Bills one client and checks after each step.

    Args:
        world: shared with other clients.
        terms: what is agreed with the client.
    """

    def __init__(self, world: World, terms: Terms) -> None:
        self._account = Account(world, terms)
        self._world = world
        self._billed: list[tuple[Invoice, Pencil]] = []
        self._credit = 0

    def bill(self, stints: tuple[Stint, ...]) -> bool:
        """Bill new work and what is still open; False if a draft over nothing is left waiting."""
        account = self._account
        account.work(stints)
        minutes = account.minutes_by_pencil()
        try:
            check = account.open_run()
            assert check.minutes_billed == minutes.total()
            credit = min(self._credit, check.total.minor)
            self._check_concerns(check, check.total.minor - credit)
            invoice = account.release(check)
        except (NothingToRun, NothingToBill) as refusal:
            assert all(
                is_rounded_away(each, group.rate_minor, account.terms.currency, lines=MOST_STINTS)
                for group, each in minutes.items()
            )
            return isinstance(refusal, NothingToRun)
        account.note_billed(minutes)
        self._credit -= credit
        assert (invoice.total_minor, invoice.credit_minor) == (check.total.minor, credit)
        if invoice.charge_mode == "link" and invoice.due_minor:
            account.pay_on_the_page(invoice)
        with self._world.database.read_only() as session:
            kept = session.get_one(Invoice, (invoice.workspace_id, invoice.id))
            assert account.minutes_in_books(session, kept) == minutes
            check_sums(session, kept)
            check_printed(session, kept)
            self._check_money(session, kept)
            is_paid = kept.collection == "paid"
            self._billed.append((kept, Pencil(session, kept, is_paid=is_paid)))
        return True

    def take_back(self, wish: TakenBack) -> None:
        """Take back a part of an earlier invoice, if there is one."""
        if not self._billed:
            return
        invoice, pencil = self._billed[wish.invoice % len(self._billed)]
        part = pencil.part(wish)
        base, tax, kept = pencil.take(part)
        if not base + tax:
            with pytest.raises(NothingLeft):
                self._account.take_back(invoice, part)
            return
        note = self._account.take_back(invoice, part)
        self._credit += kept
        assert (note.subtotal_minor, note.tax_minor, note.credit_minor) == (base, tax, kept)
        with self._world.database.read_only() as session:
            self._check_credit(session, note)

    def check_report(self) -> None:
        """The report has the sum of the invoices less credit notes, however it is grouped."""
        world, billed = self._world, sum(pencil.subtotal for _, pencil in self._billed)
        with world.database.transaction() as session:
            for grouped_by in GROUPINGS:
                report = make_report(
                    session,
                    workspace=world.workspace(session),
                    member=world.owner(session),
                    grouped_by=grouped_by,
                    start=date(2026, 3, 1),
                    end=date(2026, 4, 1),
                    client=self._account.client,
                )
                assert sum(money.minor for money in report.total.billed) == billed
                assert sum(money.minor for row in report.rows for money in row.billed) == billed
                if not self._account.minutes_by_pencil().total():
                    assert sum(money.minor for money in report.total.unbilled) == 0

    def _check_concerns(self, check: ClientCheck, due_minor: int) -> None:
        """What is under the card's minimum waits for a person, and then goes without a card."""
        found = {red.code for red in check.reds}
        too_little = is_too_little(due_minor, self._account.terms.currency)
        assert ("under_card_minimum" in found) == too_little
        if due_minor:
            wanted = "bank" if too_little else self._account.terms.pays
            assert check.charge_mode == wanted
        if found:
            asked = len(self._world.stripe.requests)
            with pytest.raises(NothingReady):
                self._account.release_all(check)
            self._world.drain(self._account.pipeline)
            assert len(self._world.stripe.requests) == asked

    def _check_money(self, session: Session, invoice: Invoice) -> None:
        if invoice.due_minor and invoice.charge_mode != "bank":
            check_taken(self._world.stripe, session, invoice)
        else:
            theirs = [one["number"] for one in self._world.stripe.invoices()]
            assert invoice.number not in theirs
        is_by_bank = invoice.due_minor and invoice.charge_mode == "bank"
        assert invoice.collection == ("open" if is_by_bank else "paid")

    def _check_credit(self, session: Session, note: CreditNote) -> None:
        """The credit note's paper and the ledger say the same."""
        assert balance(session, self._account.client).minor == self._credit
        stored = session.get_one(StoredFile, (note.workspace_id, str(note.pdf_sha256)))
        assert read_credit(stored.content, note.currency) == (
            note.subtotal_minor,
            note.tax_minor,
            note.total_minor,
            note.credit_minor,
        )
