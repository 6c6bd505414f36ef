"""Re-rating: a preview, then unbilled entries only; approvals stay."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_project, a_rate, an_entry
from timebot.billing.rerate import (
    NothingToRerate,
    RerateChanged,
    Rerating,
    apply_rerating,
    preview_rerating,
)
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.money import Money

HUNDRED = Money(10_000, "EUR")


def preview(firm: Firm, **changes: Any) -> Rerating:  # noqa: ANN401 - arguments
    given = {"actor": firm.owner, "target": firm.client, "from_day": None}
    return preview_rerating(firm.session, workspace=firm.workspace, now=DUE, **{**given, **changes})


def apply(firm: Firm, **changes: Any) -> Rerating:  # noqa: ANN401 - arguments
    given = {"actor": firm.owner, "target": firm.client, "from_day": None, "digest": None}
    return apply_rerating(
        firm.session,
        workspace=firm.workspace,
        can_charge=False,
        surface="slack",
        now=DUE,
        **{**given, **changes},
    )


def test_the_preview_tells_what_would_change_and_changes_nothing(session: Session) -> None:
    firm = a_firm(session)
    a_rate(session, HUNDRED, client=firm.client)
    entry = firm.approved()
    an_entry(session, firm.ada, firm.project, rate=HUNDRED)

    found = preview(firm)

    (change,) = found.changes
    assert (found.examined, change.before, change.after) == (2, Money(9_500, "EUR"), HUNDRED)
    assert entry.rate == Money(9_500, "EUR")


def test_the_approval_and_the_version_stay(session: Session) -> None:
    firm = a_firm(session)
    a_rate(session, HUNDRED, client=firm.client)
    entry = firm.approved()

    apply(firm, digest=preview(firm).digest)

    session.refresh(entry)
    assert (entry.rate, entry.state, entry.version) == (HUNDRED, "approved", 1)
    actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("time_entry.rerated") == 1


def test_billed_entries_keep_their_rate(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.release(firm.run())
    a_rate(session, HUNDRED, client=firm.client)

    with pytest.raises(NothingToRerate):
        apply(firm)


def test_a_day_and_a_project_limit_what_is_touched(session: Session) -> None:
    firm = a_firm(session)
    a_rate(session, HUNDRED, client=firm.client)
    firm.approved()
    later = firm.approved(days=1)
    firm.approved(days=1, project=a_project(session, firm.client))

    found = apply(firm, target=firm.project, from_day=date(2026, 3, 3))

    assert [change.entry_id for change in found.changes] == [later.id]


def test_an_open_draft_is_brought_up_to_date(session: Session) -> None:
    firm = a_firm(session)
    firm.approved()
    firm.run()
    a_rate(session, HUNDRED, client=firm.client)

    apply(firm)

    assert firm.draft().total_minor == 10_000


def test_a_stale_preview_asks_again(session: Session) -> None:
    firm = a_firm(session)
    a_rate(session, HUNDRED, client=firm.client)
    firm.approved()
    shown = preview(firm).digest
    firm.approved(started_at=MONDAY_NINE.replace(hour=12))

    with pytest.raises(RerateChanged):
        apply(firm, digest=shown)


def test_only_billing_people_rerate(session: Session) -> None:
    firm = a_firm(session)

    for move in (preview, apply):
        with pytest.raises(NotAllowed):
            move(firm, actor=firm.ada)
