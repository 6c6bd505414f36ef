"""Holds: an entry until lifted, a client for one run."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import a_client, a_project
from timebot.billing.drafting import refresh_draft
from timebot.billing.holds import (
    AlreadyHeld,
    EntryBilled,
    EntryUnknown,
    NotHeld,
    NothingHeldBack,
    hold_client,
    hold_entry,
    lift_client_hold,
    lift_entry_hold,
    list_held_entries,
)
from timebot.billing.models import Invoice
from timebot.billing.refusals import AlreadyReleased, DraftHeld, NothingReady
from timebot.billing.runs import open_manual_run
from timebot.errors import NotAllowed
from timebot.team.models import Member


def hold(firm: Firm, entry_id: UUID, actor: Member | None = None) -> None:
    hold_entry(
        firm.session,
        workspace=firm.workspace,
        actor=actor or firm.owner,
        entry_id=entry_id,
        reason="ask first",
        can_charge=False,
        surface="slack",
        now=DUE,
    )


def lift(firm: Firm, entry_id: UUID) -> None:
    lift_entry_hold(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        entry_id=entry_id,
        surface="slack",
        now=DUE,
    )


def hold_draft(firm: Firm) -> Invoice:
    return hold_client(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=firm.draft().id,
        reason="not yet",
        surface="slack",
        now=DUE,
    )


def test_a_held_entry_leaves_its_draft_and_comes_back_when_lifted(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    held = firm.approved(days=1)
    run = firm.run()

    hold(firm, held.id)
    without = firm.check_client(run).minutes_billed
    lift(firm, held.id)
    refresh_draft(session, workspace=firm.workspace, invoice=firm.draft(), can_charge=False)

    assert (without, firm.check_client(run).minutes_billed) == (60, 120)


def test_held_entries_are_listed_and_held_once(session: Session) -> None:
    firm = a_firm(session)
    entry = firm.approved()
    hold(firm, entry.id)

    with pytest.raises(AlreadyHeld, match="ask first"):
        hold(firm, entry.id)
    assert [found.id for _, found in list_held_entries(session, workspace=firm.workspace)] == [
        entry.id
    ]


def test_what_cannot_be_held_is_refused(session: Session) -> None:
    firm = a_firm(session)
    entry = firm.approved()
    firm.release(firm.run())

    with pytest.raises(EntryBilled):
        hold(firm, entry.id)
    with pytest.raises(EntryUnknown):
        hold(firm, firm.client.id)
    with pytest.raises(NotHeld):
        lift(firm, entry.id)
    with pytest.raises(NotAllowed):
        hold(firm, entry.id, firm.ada)


def test_a_held_client_is_not_released_until_lifted(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    draft = hold_draft(firm)

    with pytest.raises(DraftHeld, match="not yet"):
        firm.release(run)
    with pytest.raises(NothingReady):
        firm.release_all(run)
    lift_client_hold(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=draft.id,
        can_charge=False,
        surface="slack",
        now=DUE,
    )

    assert firm.release(run).number == "INV-2026-0001"


def test_a_held_draft_of_which_nothing_is_left_is_not_put_back(session: Session) -> None:
    firm = a_firm(session)
    entry = firm.approved()
    firm.run()
    draft = hold_draft(firm)
    entry.state, entry.approved_at, entry.approved_by = "draft", None, None
    entry.submission_id = None
    session.flush()

    with pytest.raises(NothingHeldBack, match="The hours of Acme in this run were changed"):
        lift_client_hold(
            session,
            workspace=firm.workspace,
            actor=firm.owner,
            invoice_id=draft.id,
            can_charge=False,
            surface="slack",
            now=DUE,
        )


def test_a_hold_on_a_client_lasts_for_its_run_only(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    hold_draft(firm)

    later = firm.run(DUE + timedelta(days=14))

    assert (firm.draft().run_id, firm.draft().hold) == (later.id, None)
    assert run.state == "closed"


def test_a_run_for_one_client_leaves_the_holds_of_others_alone(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    run = firm.run()
    draft = hold_draft(firm)
    other = a_client(session, firm.workspace, name="Borg")
    firm.approved(project=a_project(session, other))

    open_manual_run(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        client=other,
        can_charge=False,
        surface="slack",
        now=DUE,
    )

    assert (draft.hold, firm.check_client(run).entries) == ("held", 1)


def test_an_issued_invoice_cannot_be_held(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    invoice = firm.release(firm.run())

    with pytest.raises(AlreadyReleased):
        hold_client(
            session,
            workspace=firm.workspace,
            actor=firm.owner,
            invoice_id=invoice.id,
            reason="",
            surface="slack",
            now=DUE,
        )
