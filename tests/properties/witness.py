"""A witness of a client's life, who remembers what was final and what was frozen."""

from collections import Counter
from uuid import UUID

from sqlalchemy.orm import Session

from tests.pocket_calculator import at_stripe
from tests.properties.life import Life
from timebot.billing.client_credit import balance
from timebot.billing.credit_models import CreditNote
from timebot.billing.models import BillingEntry, Invoice
from timebot.billing.payment_models import Payment
from timebot.doctor import invariants

FINAL_PAYMENTS = {"succeeded", "declined", "needs_action"}


class Witness:
    """Looks at the books after every step."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._final: dict[UUID, object] = {}
        self._frozen: dict[UUID, object] = {}

    def look(self) -> None:
        """Say what is wrong, or never was and never may be."""
        life = self._life
        with life.world.database.read_only() as session:
            assert invariants(session) == []
            invoices = life.rows(session, Invoice)
            payments = life.rows(session, Payment)
            notes = life.rows(session, CreditNote)
            self._check_frozen(invoices, notes)
            self._check_final(invoices, payments)
            self._check_once(session)
            self._check_charges(invoices, payments)
            granted = sum(note.credit_minor for note in notes)
            used = sum(
                each.credit_minor for each in invoices if each.number and each.document != "void"
            )
            assert balance(session, life.client).minor == granted - used >= 0

    def _check_frozen(self, invoices: list[Invoice], notes: list[CreditNote]) -> None:
        """What was issued never says anything else."""
        issued = [each for each in invoices if each.number is not None]
        figures: dict[UUID, object] = {
            each.id: (each.number, each.subtotal_minor, each.tax_minor, each.credit_minor)
            for each in issued
        }
        figures |= {note.id: (note.number, note.total_minor, note.credit_minor) for note in notes}
        assert {row: figures.get(row) for row in self._frozen} == self._frozen
        self._frozen = figures

    def _check_final(self, invoices: list[Invoice], payments: list[Payment]) -> None:
        """What is cancelled, credited or settled stays so."""
        states: dict[UUID, object] = {
            each.id: each.document for each in invoices if each.document == "void"
        }
        states |= {each.id: "credited" for each in invoices if each.collection == "credited"}
        states |= {each.id: each.state for each in payments if each.state in FINAL_PAYMENTS}
        assert {row: states.get(row) for row in self._final} == self._final
        self._final = states

    def _check_once(self, session: Session) -> None:
        """No entry is on two lines that count."""
        live = [
            one.time_entry_id
            for one in self._life.rows(session, BillingEntry)
            if one.reversed_by is None
        ]
        assert len(live) == len(set(live))

    def _check_charges(self, invoices: list[Invoice], payments: list[Payment]) -> None:
        """Nothing is charged twice, nor more than is due; what counts as paid was charged."""
        charges = self._life.charges
        assert max(Counter(one["invoice"] for one in charges).values(), default=0) <= 1
        due = {
            each.stripe_invoice_id: at_stripe(each.due_minor, each.currency) for each in invoices
        }
        amounts = {one["payment_intent"]: one["amount"] for one in charges}
        for one in charges:
            assert one["amount"] <= due.get(one["invoice"], one["amount"])
            assert one["amount_refunded"] <= one["amount"]
        for payment in payments:
            if payment.state == "succeeded" and payment.how != "outside":
                # Where credit covers all of an invoice, nothing is left to charge.
                is_by_credit = payment.amount_minor == 0 and payment.stripe_payment_intent is None
                taken = 0 if is_by_credit else amounts[payment.stripe_payment_intent]
                assert taken == at_stripe(payment.amount_minor, payment.currency)

    def check_end(self) -> None:
        """When everything was done and heard: all is drawn, known, and paid once or told."""
        life = self._life
        with life.world.database.read_only() as session:
            invoices = {
                each.stripe_invoice_id: each
                for each in life.rows(session, Invoice)
                if each.number is not None
            }
            payments = life.rows(session, Payment)
            assert {each.document for each in invoices.values()} <= {"rendered", "void"}
            assert {note.document for note in life.rows(session, CreditNote)} <= {"rendered"}
        assert not any(
            each.collection == "unknown" and each.attention is None for each in invoices.values()
        )
        known = {each.stripe_payment_intent for each in payments if each.state == "succeeded"}
        for one in life.charges:
            is_told = invoices[one["invoice"]].attention is not None
            assert one["payment_intent"] in known or is_told
