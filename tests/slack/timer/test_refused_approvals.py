"""Who may not settle hours is refused with the reason and names, whatever they click."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, update

from tests.slack.timer.office import Office
from tests.slack.timer.test_approval import card_of, hand_in
from timebot.clients.models import Project
from timebot.journal.models import AuditEvent
from timebot.playground.slack.seen import Answer
from timebot.timekeeping.models import ApprovalRoute, Submission, TimeEntry

NOT_GUESTS = "Only people of this workspace may approve hours, not guests, apps or people of other"
Way = Callable[[Office], Answer | None]


@dataclass(frozen=True)
class Bar:
    """Why Kim may not, what they are told, and what their card says after that."""

    name: str
    reason: str
    card: str
    columns: dict[str, object] | None = None


BARS = (
    Bar("guest", NOT_GUESTS, "do not approve hours", {"kind": "guest", "role": "none"}),
    Bar("bot", NOT_GUESTS, "do not approve hours", {"kind": "bot", "role": "none"}),
    Bar("external", NOT_GUESTS, "do not approve hours", {"kind": "external", "role": "none"}),
    Bar("lost", "Only approvers, billing people", "do not approve hours", {"role": "member"}),
    # Slack shows somebody who was deactivated nothing any more, so their copy stays.
    Bar("left", "kim is no longer active here", "Hours of mia", {"deactivated_at": "now"}),
    Bar("own", "These are your own hours.", "waits for you"),
    Bar("routed", "These hours are for ana to settle.", "waits for you"),
)


def lose(office: Office, bar: Bar) -> None:
    """Let Kim lose the right, behind everybody's back."""
    with office.session() as session:
        kim = office.member(session, office.kim)
        for name, value in (bar.columns or {}).items():
            setattr(kim, name, office.now() if value == "now" else value)
        if bar.name == "own":
            session.execute(update(Submission).values(member_id=kim.id))
            session.execute(update(TimeEntry).values(member_id=kim.id))
        if bar.name == "routed":
            ana = office.member(session, office.ana)
            for project in session.scalars(select(Project)):
                session.add(
                    ApprovalRoute(
                        workspace_id=kim.workspace_id,
                        id=project.id,
                        project_id=project.id,
                        approver_id=ana.id,
                    )
                )


def regain(office: Office) -> None:
    """Let Kim have the right again."""
    with office.session() as session:
        kim, mia = office.member(session, office.kim), office.member(session, office.mia)
        kim.kind, kim.role, kim.deactivated_at = "person", "approver", None
        session.execute(update(Submission).values(member_id=mia.id))
        session.execute(update(TimeEntry).values(member_id=mia.id))
        for route in session.scalars(select(ApprovalRoute)):
            session.delete(route)
    office.world.settle()


def told(office: Office, answer: Answer) -> str:
    """Return everything that Kim was told by the answer, at once or a little later."""
    office.world.settle()
    return f"{answer.all_text}\n{office.kim.messages()[-1].all_text}"


def entries(office: Office) -> list[tuple[str, int]]:
    with office.session() as session:
        rows = session.scalars(select(TimeEntry).order_by(TimeEntry.started_at, TimeEntry.number))
        return [(entry.state, entry.version) for entry in rows]


def refusals(office: Office) -> int:
    with office.session() as session:
        query = select(func.count()).where(AuditEvent.action == "right.refused")
        return session.scalar(query) or 0


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.name)
def test_who_may_not_settle_hours_changes_nothing_by_any_way(office: Office, bar: Bar) -> None:
    hand_in(office, "1h Acme logo")
    office.ana.click(card_of(office.ana), text="Approve")
    office.world.settle()
    settled = card_of(office.kim)
    hand_in(office, "1h Acme logo sketches", "30m Globex website")
    card, before = card_of(office.kim), entries(office)
    value = next(block["accessory"]["value"] for block in card.blocks if "accessory" in block)

    def click(text: str) -> Way:
        return lambda office: office.kim.click(card, text=text)

    def save_rejection(office: Office) -> Answer:
        office.kim.click(card, text="Reject")
        office.kim.fill("reason", "Too long")
        lose(office, bar)
        return office.kim.submit()

    def save_exceptions(office: Office) -> Answer:
        office.kim.click(card, text="Approve with exceptions")
        office.kim.submit()
        lose(office, bar)
        return office.kim.submit()

    ways: dict[str, Way] = {
        "approve all": click("Approve all 2"),
        "approve one": lambda office: office.kim.click(card, value=value),
        "take back": lambda office: office.kim.click(settled, text="Take back the approval"),
        "exceptions": click("Approve with exceptions"),
        "save rejection": save_rejection,
        "save exceptions": save_exceptions,
    }
    for count, (name, way) in enumerate(ways.items(), start=1):
        if not name.startswith("save"):
            lose(office, bar)
        answer = way(office)
        assert answer is not None, name
        words = told(office, answer)
        assert bar.reason in words, name
        assert "ana" in words, name
        assert refusals(office) == count, name
        assert bar.card in card_of_kim(office, card.ts), name
        regain(office)
        assert entries(office) == before, name


def card_of_kim(office: Office, ts: str) -> str:
    return next(one.all_text for one in office.kim.messages() if one.ts == ts)
