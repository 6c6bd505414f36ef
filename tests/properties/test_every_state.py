"""Hours, invoices and money in every order that people, the worker, Stripe and time can bring."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.billing.charging.world import ASKS, DECLINES, SHORT, WORKS, World
from tests.properties.effort import slow_property
from tests.properties.life import Life
from tests.properties.witness import Witness
from timebot.billing.charging import ask_again, charge_again, park, send_pay_link
from timebot.billing.credit_models import CreditNote
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.holds import (
    hold_client,
    hold_entry,
    lift_client_hold,
    lift_entry_hold,
)
from timebot.billing.models import Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.refunding import refund_again
from timebot.billing.void import void_invoice
from timebot.money import Money
from timebot.playground.stripe.problems import Problem
from timebot.timekeeping.approval import approve, reject, unapprove
from timebot.timekeeping.editing import EntryChanges, edit_entry
from timebot.timekeeping.models import Submission, TimeEntry

PICKS = st.integers(0, 3)
"""Which of several; 0 is the newest."""

KINDS = st.sampled_from(["billable"] * 4 + ["no_charge", "internal"])
CARDS = st.sampled_from([WORKS, WORKS, WORKS, DECLINES, ASKS, SHORT])
A_DAY = timedelta(days=1)


class HoursAndMoney(RuleBasedStateMachine):
    """One client's hours and money; whatever is refused is as good as what happens."""

    world: World

    @initialize(
        currency=st.sampled_from(["EUR", "JPY", "KWD"]), card=CARDS, is_charged=st.booleans()
    )
    def begin(self, currency: str, card: str, *, is_charged: bool) -> None:
        """Let a client come whose first hours are billed."""
        self.life = Life(self.world, currency, card)
        self.witness = Witness(self.life)
        self.life.work(3_600, 0, "billable")
        self.life.work(901, 1, "billable")
        self.bill()
        if is_charged:
            self.finish(0)

    # Hours

    @rule(seconds=st.integers(1, 9_000), project=st.integers(0, 1), kind=KINDS)
    def work(self, seconds: int, project: int, kind: str) -> None:
        self.life.work(seconds, project, kind)

    @rule(pick=PICKS, kind=KINDS, shorter=st.booleans())
    def edit(self, pick: int, kind: str, *, shorter: bool) -> None:
        if entry_id := self.pick(TimeEntry, pick):
            self.life.ask(lambda session: self._edit(session, entry_id, kind, shorter=shorter))

    def _edit(self, session: Any, entry_id: UUID, kind: str, *, shorter: bool) -> None:  # noqa: ANN401
        entry = session.get_one(TimeEntry, (self.world.workspace_id, entry_id))
        half = (entry.ended_at - entry.started_at) / 2
        edit_entry(
            session,
            actor=self.life.robin(session),
            entry=entry,
            changes=EntryChanges(
                billable=kind, ended_at=entry.started_at + half if shorter else None
            ),
            now=self.life.now,
            surface="slack",
        )

    @rule(takes_back=st.booleans())
    def hand_in(self, *, takes_back: bool) -> None:
        if takes_back:
            self.life.withdraw()
        else:
            self.life.submit()

    @rule(pick=PICKS, verdict=st.sampled_from(["approve", "reject", "unapprove"]))
    def judge(self, pick: int, verdict: str) -> None:
        if submission := self.pick(Submission, pick):
            if verdict == "approve":
                self.life.judge(approve, submission, digest=None)
            elif verdict == "reject":
                self.life.judge(reject, submission, digest=None, reason="Which images?")
            else:
                self.life.judge(unapprove, submission)

    # Runs

    @rule(pick=PICKS, lifts=st.booleans())
    def hold_hours(self, pick: int, *, lifts: bool) -> None:
        if lifts:
            self.press(lift_entry_hold, TimeEntry, pick, "entry_id")
        else:
            self.press(hold_entry, TimeEntry, pick, "entry_id", reason="unclear", can_charge=True)

    @rule(pick=PICKS, lifts=st.booleans())
    def hold_draft(self, pick: int, *, lifts: bool) -> None:
        if lifts:
            self.press(lift_client_hold, Invoice, pick, "invoice_id", can_charge=True)
        else:
            self.press(hold_client, Invoice, pick, "invoice_id", reason="waits for an order")

    @rule()
    def open_run(self) -> None:
        self.life.open_run()

    @rule(pick=PICKS)
    def release(self, pick: int) -> None:
        if invoice := self.pick(Invoice, pick):
            self.life.release(invoice)

    @rule(seconds=st.integers(1, 9_000))
    def work_and_bill(self, seconds: int) -> None:
        self.life.work(seconds, 0, "billable")
        self.bill()

    def bill(self) -> None:
        """Hand in, approve and release everything."""
        self.life.submit()
        for submission in self.all(Submission):
            self.life.judge(approve, submission, digest=None)
        self.life.open_run()
        for invoice in self.all(Invoice):
            self.life.release(invoice)

    # The worker and time

    @rule(
        pick=PICKS,
        steps=st.integers(1, 12),
        loses=st.sampled_from([None, None, "request", "answer"]),
    )
    def go_on(self, pick: int, steps: int, loses: str | None) -> None:
        if invoice := self.pick(Invoice, pick):
            for _ in range(steps):
                if not self.life.step(invoice, loses=loses):
                    break

    @rule(pick=PICKS)
    def finish(self, pick: int) -> None:
        if invoice := self.pick(Invoice, pick):
            while self.life.step(invoice):
                pass

    @rule(minutes=st.sampled_from([6, 61, 24 * 60]), forgets=st.booleans())
    def let_time_pass(self, minutes: int, *, forgets: bool) -> None:
        self.world.clock.advance(timedelta(minutes=minutes))
        if forgets:
            self.world.stripe.expire_idempotency_keys()

    # What billing people decide

    @rule(pick=PICKS, button=st.sampled_from([charge_again, send_pay_link, park, ask_again]))
    def decide(self, pick: int, button: Any) -> None:  # noqa: ANN401 - a use case
        self.press(button, Invoice, pick, "invoice_id")

    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        self.press(void_invoice, Invoice, pick, "invoice_id", reason="wrong address")

    @rule(pick=PICKS, units=st.none() | st.integers(1, 500))
    def pay_outside(self, pick: int, units: int | None) -> None:
        amount = None if units is None else Money(units * 10, self.life.currency)
        day = self.life.now.date()
        facts = {"how": "cash", "paid_on": day, "amount": amount}
        self.press(mark_paid_outside, Invoice, pick, "invoice_id", **facts)

    @rule(
        pick=PICKS,
        parts=st.sampled_from([(), (Part(1),), (Part(2),), (Part(1, minutes=7),)]),
        refunds=st.booleans(),
        frees=st.booleans(),
    )
    def credit(self, pick: int, parts: tuple[Part, ...], *, refunds: bool, frees: bool) -> None:
        facts = {"parts": parts, "refunds": refunds, "frees": frees, "reason": "agreed"}
        self.press(issue_credit_note, Invoice, pick, "invoice_id", **facts)

    @rule(pick=PICKS)
    def refund_again(self, pick: int) -> None:
        self.press(refund_again, CreditNote, pick, "note_id")

    # The client, the bank, and what Stripe tells of it

    @rule(pick=PICKS, card=CARDS)
    def pay_on_the_page(self, pick: int, card: str) -> None:
        if invoice := self.pick(Invoice, pick):
            self.life.pay_on_the_page(invoice, card)

    @rule(card=CARDS)
    def change_card(self, card: str) -> None:
        self.life.change_card(card)

    @rule(pick=PICKS, is_inquiry=st.booleans())
    @precondition(lambda self: self.life.charges)
    def dispute(self, pick: int, *, is_inquiry: bool) -> None:
        charges = self.life.charges
        charge = charges[pick % len(charges)]["id"]
        self.at_the_bank(lambda: self.world.stripe.bank.dispute(charge, is_inquiry=is_inquiry))

    @rule(pick=PICKS, is_won=st.booleans())
    def decide_dispute(self, pick: int, *, is_won: bool) -> None:
        if disputes := self.life.told_of("charge.dispute."):
            one = disputes[pick % len(disputes)]
            self.at_the_bank(lambda: self.world.stripe.bank.decide(one, is_won=is_won))

    @rule(pick=PICKS)
    def send_refund_back(self, pick: int) -> None:
        if refunds := self.life.told_of("refund."):
            one = refunds[pick % len(refunds)]
            self.at_the_bank(lambda: self.world.stripe.bank.fail_refund(one))

    @rule(pick=st.integers(0, 99), times=st.integers(1, 2))
    def hear(self, pick: int, times: int) -> None:
        if events := self.life.events:
            for _ in range(times):
                self.life.hear(events[pick % len(events)])

    @invariant()
    def every_book_holds(self) -> None:
        if hasattr(self, "witness"):
            self.witness.look()

    def teardown(self) -> None:
        """Let everything be done and heard that waits, then look once more."""
        if not hasattr(self, "witness"):
            return
        for _ in range(40):
            for invoice in self.all(Invoice):
                while self.life.step(invoice):
                    pass
            for event in self.life.events:
                self.life.hear(event)
            if not self.life.wait_for_next_step():
                break
        self.witness.look()
        self.witness.check_end()

    def at_the_bank(self, happen: Any) -> None:  # noqa: ANN401 - what the bank returns
        try:
            happen()
        except Problem:
            return

    def all(self, kind: Any) -> list[UUID]:  # noqa: ANN401 - a table
        with self.world.database.read_only() as session:
            return [row.id for row in self.life.rows(session, kind)]

    def pick(self, kind: Any, pick: int) -> UUID | None:  # noqa: ANN401 - a table
        ids = self.all(kind)
        return ids[-1 - pick % len(ids)] if ids else None

    def press(self, button: Any, kind: Any, pick: int, name: str, **facts: Any) -> None:  # noqa: ANN401
        if row := self.pick(kind, pick):
            self.life.press(button, **{name: row}, **facts)


def test_no_order_of_events_breaks_the_books(world: World) -> None:
    class InThisWorld(HoursAndMoney):
        def __init__(self) -> None:
            self.world = world
            super().__init__()

    run_state_machine_as_test(InThisWorld, settings=slow_property(6, steps=25))


def test_an_invoice_that_credit_covers_may_be_taken_back_before_it_is_drawn(world: World) -> None:
    story = HoursAndMoney()
    story.world = world
    story.begin(currency="EUR", card=WORKS, is_charged=True)
    story.credit(0, (), refunds=False, frees=True)
    story.bill()
    story.every_book_holds()

    story.credit(0, (), refunds=False, frees=False)
    story.finish(0)

    story.every_book_holds()
    story.teardown()
