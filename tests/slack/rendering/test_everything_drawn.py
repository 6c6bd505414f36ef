"""Everything timebot can draw keeps Slack's limits and shows hostile text literally.

A person of each role types every verb, opens Home, looks at every card, presses every button and
submits every modal; whoever adds a feature is met here, or is told to be.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests.builders import a_member
from tests.databases import Databases
from tests.slack.rendering.crawler import Crawler, Walk
from tests.slack.rendering.hostile_firm import (
    MISCHIEF,
    NOW,
    HostileFirm,
    a_dispute,
    a_hostile_firm,
    credit_a_part,
    let_money_go_astray,
    mischief,
)
from timebot.billing.cards_to_ask import list_id
from timebot.billing.credit_models import CreditNote
from timebot.billing.models import Invoice, InvoiceRun
from timebot.clock import SystemClock
from timebot.db import Database
from timebot.slack.billing_help import WORDS
from timebot.slack.blocks import button
from timebot.slack.desk import Desk
from timebot.slack.help import VERBS
from timebot.slack.ids import Act
from timebot.slack.routes import create_painters, create_routes
from timebot.team.models import Member
from timebot.timekeeping.models import PeriodRequest, Submission, TimeEntry

ROUTES = create_routes(command="/timer", billing_command="/billing")
PAINTERS = create_painters()
TYPED = (
    *("", "help", MISCHIEF, f"start {MISCHIEF}", f"start zzz {MISCHIEF}", "start", "start Acme"),
    *("add", "add 90 zzz", f"add 1h {MISCHIEF}", "add 30h Acme logo", "add 9:00-10:30 zzz"),
    *(
        "edit <@U0LOCAL001> 2026-03-16",
        "edit 1",
        "delete 1",
        "split 16 9:10",
        "submit",
        "submit week",
        "submit period",
        "approve",
    ),
    *("undo", "stop", "stop at 23:59", "switch", "resume", "withdraw", "week last", "link Acme"),
    *("why INV-2026-0001 1", "add 1h Acme logo 2026-03-03", "link", "settings"),
)
BILLED = (
    *("", "help", MISCHIEF, "client", "client Acme", "client add", "project", "project Acme logo"),
    *("project add", "rate", "rate Acme 100", "rerate Acme", "card", "card Acme", "role"),
    *(
        "preview",
        "preview Acme",
        "run",
        "run Acme",
        "invoices",
        "invoice INV-2026-0001",
        "report member",
    ),
    *(
        "report project",
        "rounding",
        "settings",
        "settings zone Mars",
        "settings holidays",
        "approvers",
        "approvers Acme",
        "open",
    ),
)


def a_desk(database: Database, *, can_charge: bool) -> Desk:
    return Desk(
        database=database,
        clock=SystemClock(),
        command="/timer",
        billing_command="/billing",
        owner_hint=None,
        public_url="http://localhost",
        can_charge=can_charge,
        can_mail=False,
        wake=lambda: None,
    )


def crawler(database: Database, firm: HostileFirm, member: Member, walk: Walk) -> Crawler:
    desk = a_desk(database, can_charge=member.role == "billing")
    return Crawler(firm.session, desk, ROUTES, PAINTERS, firm.workspace, member, NOW, walk)


def goes_everywhere(one: Crawler, firm: HostileFirm) -> None:
    one.opens_home()
    for text in dict.fromkeys((*TYPED, *(verb.example for verb in VERBS))):
        one.types("/timer", text)
    if one.member.role in {"billing", "owner"}:
        for text in dict.fromkeys((*BILLED, *(verb.example for verb in WORDS))):
            one.types("/billing", text)
    for name in ROUTES.shortcuts:
        one.uses_shortcut(name)
    for purpose, subject_id in subjects(firm):
        one.sees_card(purpose, subject_id)


def subjects(firm: HostileFirm) -> list[tuple[str, str]]:
    """Return something of each kind that cards are drawn of."""
    session = firm.session
    handed_in = session.scalars(select(Submission.id)).all()
    running = select(TimeEntry.id).where(TimeEntry.ended_at.is_(None))
    guessed = select(TimeEntry.id).where(~TimeEntry.is_confirmed)
    found = {
        "submission": handed_in,
        "submission_reminder": handed_in,
        "nag": [*session.scalars(running), *session.scalars(guessed)],
        "period": session.scalars(select(PeriodRequest.id)).all(),
        "unconfirmed": [firm.mia.id],
        "leaver": [firm.lou.id, firm.lee.id, firm.mia.id],
        "cards_to_ask": [list_id(firm.workspace, date(2026, 3, 16))],
        "run": session.scalars(select(InvoiceRun.id)).all(),
        "invoice": session.scalars(select(Invoice.id)).all(),
    }
    return [(purpose, str(each)) for purpose, ids in found.items() for each in ids[:4]]


def told(firm: HostileFirm) -> dict[str, dict[str, str]]:
    """Return what the notices say that nobody causes by a click."""
    by = {"by_member_id": str(firm.olga.id)}
    days = {"period_start": "2026-03-02", "period_end": "2026-03-16"}
    submission = select(Submission.id).where(Submission.member_id == firm.leo.id)
    refunds = select(CreditNote.id).where(CreditNote.refund_state == "failed")
    return {
        "card_on_file": {"client_id": str(firm.clients[0].id)},
        "card_lost": {"client_id": str(firm.clients[1].id)},
        "dispute": {
            "invoice_id": str(firm.session.scalars(select(Invoice.id)).first()),
            "state": "lost",
            "sentence": mischief(4, 300),
        },
        "refund_failed": {
            "note_id": str(firm.session.scalars(refunds).one()),
            "attempt": "1",
            "sentence": mischief(5, 300),
        },
        "customer_lost": {"client_id": str(firm.clients[1].id)},
        "budget_crossed": {"project_id": str(firm.projects[0].id), "percent": "100"},
        "set_up_wrong": {"trouble": "stripe_key"},
        "run_forecast": days,
        "runs_missed": {"count": "3", **days},
        "role_changed": {"role": "approver", **by},
        "submission_escalated": {
            "submission_id": str(firm.session.scalars(submission).one()),
            **by,
        },
        "books_differ": {"sentences": json.dumps([mischief(number, 300) for number in range(20)])},
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def walk(request: pytest.FixtureRequest) -> Iterator[Walk]:
    """The walk of a member, an approver, a billing person and the owner through everything."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.create()
    database = Database(url)
    walk = Walk()
    with database.transaction() as session:
        firm = a_hostile_firm(session)
        for member in (firm.mia, firm.ida, firm.kim, firm.ben, firm.olga):
            goes_everywhere(crawler(database, firm, member, walk), firm)
        waiting = select(TimeEntry.submission_id).where(TimeEntry.state == "pending_review")
        walk.pressed.clear()
        for submission_id in session.scalars(waiting.distinct()):
            form = button("Exceptions", Act.EXCEPTIONS_FORM, {"submission": submission_id})
            replace(crawler(database, firm, firm.kim, walk), deepest=6).presses(form)
        credit_a_part(firm)
        crawler(database, firm, firm.ben, walk).types("/billing", "invoice CN-2026-0001")
        astray = let_money_go_astray(firm)
        crawler(database, firm, firm.ben, walk).sees_card("invoice", str(astray.id))
        for purpose in ("dispute", "inquiry"):
            dispute = a_dispute(firm, astray, is_inquiry=purpose == "inquiry")
            crawler(database, firm, firm.ben, walk).sees_card(purpose, str(dispute.id))
        firm.workspace.billing_paused_at, firm.workspace.start_policy = NOW, "refuse"
        session.flush()
        crawler(database, firm, firm.mia, walk).types("/timer", "start Acme website")
        for notice, facts in told(firm).items():
            crawler(database, firm, firm.olga, walk).hears(notice, facts)
        idle = a_member(session, firm.workspace, remind_no_timer=True, day_start_minute=0)
        idle.profile_at = NOW
        facts = {"kind": "remind_no_timer", "day": NOW.date().isoformat()}
        crawler(database, firm, idle, walk).hears("reminder", facts)
    yield walk
    database.dispose()
    databases.drop(url)


def test_everything_that_is_drawn_is_literal_within_limits_and_spoken(walk: Walk) -> None:
    assert sorted(set(walk.wrong)) == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("command", ROUTES.commands),
        ("action", ROUTES.actions),
        ("form", ROUTES.forms),
        ("options", ROUTES.options),
        ("shortcut", ROUTES.shortcuts),
        ("card", PAINTERS.cards),
        ("notice", PAINTERS.notices),
    ],
)
def test_the_walk_meets_every_one(walk: Walk, kind: str, names: Mapping[str, object]) -> None:
    met = walk.met.get(kind, set())

    assert sorted({str(name) for name in names} - met) == []
