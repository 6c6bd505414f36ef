"""A firm in which every free text means mischief, with something of each kind in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import (
    MONDAY_NINE,
    a_client,
    a_day_off,
    a_member,
    a_payment,
    a_project,
    a_rate,
    a_workspace,
    an_entry,
)
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.delivery import want_mail
from timebot.billing.flight_check import check_run
from timebot.billing.holds import hold_client
from timebot.billing.issuing import release
from timebot.billing.models import Invoice
from timebot.billing.payment_models import PaymentDispute
from timebot.billing.receivable import list_received, owed
from timebot.billing.runs import open_due_runs
from timebot.clients.models import Client, Project
from timebot.money import Money
from timebot.team.models import Member, Workspace
from timebot.timekeeping.approval import reject
from timebot.timekeeping.editing import delete_entry
from timebot.timekeeping.models import TimeEntry
from timebot.timekeeping.reopening import ask_to_open
from timebot.timekeeping.submission import submit

MISCHIEF = (
    "<!channel> <@U0LOCAL001> *bolx* _italx_ ~strikx~ `codx` <https://evil.example|Pay>"
    " @everyone #general &amp; \u05e9\u05dc\u05d5\u05dd \U0001f469\u200d\U0001f4bb e\u0301"
)
"""Mentions, styles, links, an entity, another direction, a joined emoji, a combining mark."""

SLYNESS = (
    "\N{FULLWIDTH ASTERISK}bolx\N{FULLWIDTH ASTERISK}"
    " \N{FULLWIDTH LOW LINE}italx\N{FULLWIDTH LOW LINE}"
    " \N{FULLWIDTH GRAVE ACCENT}codx\N{FULLWIDTH GRAVE ACCENT}"
    " \u200b*bolx*\u200b &lt;!here&gt; ```codx``` [Pay](https://evil.example)"
    " \u202eesrever\u2067 <!subteam^S1>"
)
"""Full-width marks, styles between invisible edges, forms escaped already, turned directions."""

NOW = MONDAY_NINE + timedelta(days=16)
"""Wednesday of the third week: the first period has closed and its run is due."""

LONGEST_NAME = 120
"""How many characters the name of a person, a client or a project may have."""

TICKET = "https://linear.app/north/issue/ABC-123/a-ticket"
PERMALINK = "https://north.slack.com/archives/C0LOCAL001/p1772442000000100"


def mischief(number: int, length: int = LONGEST_NAME) -> str:
    """Return a different mischief of just this length; a long one begins as a quotation."""
    words = f"{number} {MISCHIEF if number % 2 else SLYNESS} "
    if length > LONGEST_NAME:
        words = f"\N{FULLWIDTH GREATER-THAN SIGN} quotx {words}"
    return words + "W" * (length - len(words))


@dataclass
class HostileFirm:
    """The firm and its people.

    Attributes:
        workspace: the firm.
        olga, ben, kim, mia, leo, ida: owner, billing person, approver, and three members.
        lou, lee: two who left hours behind; Lou's lack something.
        clients, projects: some of them.
    """

    session: Session
    workspace: Workspace
    olga: Member
    ben: Member
    kim: Member
    mia: Member
    leo: Member
    ida: Member
    lou: Member
    lee: Member
    clients: Sequence[Client]
    projects: Sequence[Project]


def a_hostile_firm(session: Session) -> HostileFirm:
    """Build it: hours in every state, a run with drafts, an issued invoice, rejected hours."""
    workspace = a_workspace(
        session,
        name=mischief(0),
        seller_name=mischief(0),
        seller_address=mischief(0),
        seller_email="billing@north.example",
        seller_bank=mischief(0),
        lock_after_days=0,
    )
    people = [
        a_member(session, workspace, name=mischief(number), role=role, profile_at=NOW)
        for number, role in enumerate(("owner", "billing", "approver", *["member"] * 5))
    ]
    clients, projects = _places(session, workspace)
    olga, ben, kim, mia, leo, ida, lou, lee = people
    firm = HostileFirm(
        session, workspace, olga, ben, kim, mia, leo, ida, lou, lee, clients, projects
    )
    a_day_off(session, workspace, NOW.date() + timedelta(days=2), name=mischief(9))
    a_day_off(session, workspace, NOW.date() + timedelta(days=1), member=mia)
    _past_hours(firm)
    _a_run(firm)
    _hours_of_this_week(firm)
    _hours_that_need_repair(firm)
    _hours_left_behind(firm)
    ask_to_open(session, member=mia, day=MONDAY_NINE.date(), now=NOW)
    return firm


def _places(session: Session, workspace: Workspace) -> tuple[list[Client], list[Project]]:
    clients, projects = [], []
    for number in range(4):
        client = a_client(
            session,
            workspace,
            name=mischief(10 + number),
            aliases=[f"Acme{number or ''}"],
            address=mischief(number),
            tax_note=mischief(number),
            purchase_order=mischief(number),
        )
        a_rate(session, Money(9_500, "EUR"), client=client)
        clients.append(client)
        projects += [
            a_project(
                session,
                client,
                name=mischief(100 + 10 * number + which),
                aliases=[("Logo", "Website", "Audit")[which]],
            )
            for which in range(3)
        ]
    projects[0].budget_minutes = 600
    clients[0].card_id, clients[0].card_brand, clients[0].card_last4 = "pm_1", "visa", "4242"
    clients[0].card_exp_month, clients[0].card_exp_year = 3, 2031
    clients[0].stripe_customer_id = "cus_1"
    return clients, projects


def _past_hours(firm: HostileFirm) -> None:
    for number, project in enumerate(firm.projects[:9]):
        an_entry(
            firm.session,
            firm.mia,
            project,
            state="approved",
            hours=3,
            started_at=MONDAY_NINE + timedelta(days=number),
            text=mischief(200 + number, 1_000),
            approved_by=firm.kim.id,
            approved_at=MONDAY_NINE + timedelta(days=10),
            ticket_ref="ABC-123",
            ticket_url=TICKET,
        )


def _a_run(firm: HostileFirm) -> None:
    """Open the run that is due, release the first of its drafts, and hold the second."""
    session, workspace = firm.session, firm.workspace
    (run,) = open_due_runs(session, workspace=workspace, can_charge=False, now=NOW)
    check = check_run(session, workspace=workspace, run=run, can_charge=False, now=NOW)
    first, second = (one.invoice_id for one in check.clients[:2])
    if first is None or second is None:
        raise AssertionError("the run has drafts")
    release(
        session,
        workspace=workspace,
        actor=firm.ben,
        invoice_id=first,
        digest=check.clients[0].digest,
        can_charge=False,
        surface="slack",
        now=NOW,
    )
    hold_client(
        session,
        workspace=workspace,
        actor=firm.ben,
        invoice_id=second,
        reason=mischief(8, 200),
        surface="slack",
        now=NOW,
    )


def credit_a_part(firm: HostileFirm) -> None:
    """Take a quarter of an hour of the issued invoice back."""
    issued = select(Invoice.id).where(Invoice.document != "draft")
    issue_credit_note(
        firm.session,
        workspace=firm.workspace,
        actor=firm.ben,
        invoice_id=firm.session.scalars(issued).one(),
        reason=mischief(9, 250),
        parts=[Part(1, minutes=15)],
        now=NOW,
    )


def let_money_go_astray(firm: HostileFirm) -> Invoice:
    """Let a mail come back, a refund fail, and the answer to a charge get lost."""
    invoice = firm.session.scalars(select(Invoice).where(Invoice.document != "draft")).one()
    due = owed(firm.session, invoice).minor
    paid = {"state": "succeeded", "amount_minor": due, "stripe_payment_intent": "pi_1"}
    a_payment(firm.session, invoice, **paid)
    invoice.collection, invoice.paid_at = "paid", NOW
    note = issue_credit_note(
        firm.session,
        workspace=firm.workspace,
        actor=firm.ben,
        invoice_id=invoice.id,
        reason=mischief(9, 250),
        parts=[Part(1, minutes=15)],
        refunds=True,
        now=NOW,
    )
    note.refund_state = "failed"
    want_mail(firm.session, invoice, kind="invoice", now=NOW).state = "bounced"
    a_payment(firm.session, invoice, attempt=2, state="unknown", amount_minor=1)
    invoice.collection = "unknown"
    firm.session.flush()
    return invoice


def a_dispute(firm: HostileFirm, invoice: Invoice, *, is_inquiry: bool) -> PaymentDispute:
    """Let the client's bank ask for the money of an invoice back."""
    payment = list_received(firm.session, invoice)[0]
    dispute = PaymentDispute(
        workspace_id=invoice.workspace_id,
        payment_id=payment.id,
        stripe_id=f"du_{is_inquiry}",
        state="needs_answer",
        is_inquiry=is_inquiry,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        lost_minor=0,
        answer_by=NOW,
        page="https://dashboard.stripe.com/disputes/du_1",
        heard_at=NOW,
    )
    firm.session.add(dispute)
    firm.session.flush()
    return dispute


def _hours_of_this_week(firm: HostileFirm) -> None:
    """Sixty handed in by Leo; of Mia some of every state, two of them at the same time."""
    monday = MONDAY_NINE + timedelta(days=14)
    an_entry(
        firm.session,
        firm.mia,
        firm.projects[0],
        state="approved",
        started_at=monday + timedelta(hours=9),
        approved_by=firm.kim.id,
        approved_at=NOW,
    )
    for number in range(60):
        _worked(firm, firm.leo, number, monday + timedelta(minutes=20 * number))
    _hand_in(firm, firm.leo, monday)
    rejected = [
        _worked(firm, firm.mia, 300 + number, monday + timedelta(hours=number))
        for number in range(3)
    ]
    handed_in = _hand_in(firm, firm.mia, monday)
    reject(
        firm.session,
        workspace=firm.workspace,
        approver=firm.kim,
        submission_id=handed_in,
        entry_ids=[rejected[0].id],
        reason=mischief(7, 900),
        digest=None,
        now=NOW,
        surface="slack",
    )
    today = NOW - timedelta(hours=3)
    _worked(firm, firm.mia, 310, today, is_confirmed=False)
    slip = _worked(firm, firm.mia, 311, today - timedelta(hours=1), is_confirmed=False)
    slip.ended_at = slip.started_at
    an_entry(firm.session, firm.mia, None, started_at=today, hours=0.5, rate=None, text="")
    for number in range(6):
        start = NOW - timedelta(hours=2) + timedelta(minutes=5 * number)
        _worked(firm, firm.mia, 320 + number, start)
    an_entry(
        firm.session,
        firm.mia,
        firm.projects[1],
        state="running",
        started_at=NOW - timedelta(hours=1),
        text=mischief(330, 1_000),
        ticket_ref="ABC-123",
        ticket_url=TICKET,
        permalink=PERMALINK,
    )


def _hours_that_need_repair(firm: HostileFirm) -> None:
    """Of Ida: drafts that share time, a deleted entry, a timer that ran all night."""
    for number in range(3):
        start = NOW - timedelta(hours=5) + timedelta(minutes=10 * number)
        _worked(firm, firm.ida, 400 + number, start)
    gone = _worked(firm, firm.ida, 410, NOW - timedelta(hours=8))
    delete_entry(firm.session, actor=firm.ida, entry=gone, now=NOW, surface="slack")
    an_entry(
        firm.session,
        firm.ida,
        firm.projects[2],
        state="running",
        started_at=NOW - timedelta(hours=20),
        text=mischief(420, 1_000),
    )


def _hours_left_behind(firm: HostileFirm) -> None:
    """Of Lou sixty on three days, ten of them incomplete; of Lee three."""
    monday = MONDAY_NINE + timedelta(days=14)
    for number in range(60):
        start = monday + timedelta(days=number // 25, minutes=20 * (number % 25))
        _worked(firm, firm.lou, 500 + number, start, is_confirmed=number >= 10)
    for number in range(3):
        _worked(firm, firm.lee, 600 + number, monday + timedelta(hours=number))
    an_entry(firm.session, firm.lou, None, started_at=NOW - timedelta(hours=1), rate=None, text="")
    firm.lou.kind, firm.lou.role = "guest", "none"
    firm.lee.deactivated_at = NOW
    firm.session.flush()


def _worked(
    firm: HostileFirm, member: Member, number: int, start: datetime, *, is_confirmed: bool = True
) -> TimeEntry:
    return an_entry(
        firm.session,
        member,
        firm.projects[number % len(firm.projects)],
        started_at=start,
        hours=0.3,
        text=mischief(number, 1_000),
        ticket_ref="ABC-123",
        ticket_url=TICKET,
        permalink=PERMALINK,
        is_confirmed=is_confirmed,
    )


def _hand_in(firm: HostileFirm, member: Member, monday: datetime) -> UUID:
    submission = submit(
        firm.session,
        workspace=firm.workspace,
        member=member,
        start=monday.date(),
        end=monday.date() + timedelta(days=1),
        now=NOW,
        surface="slack",
    )
    return submission.id
