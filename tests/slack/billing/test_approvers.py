"""Who approves what: shown as text, set in a modal, and mended where somebody has left."""

from sqlalchemy import select

from tests.slack.billing.firms import Firm
from timebot.journal.models import AuditEvent
from timebot.team.models import Member
from timebot.timekeeping.models import ApprovalRoute


def let_approve(firm: Firm, *names: str) -> None:
    for name in names:
        firm.types(f"role @{name} approver", firm.olga)


def set_route(firm: Firm, words: str, people: list[str], substitute: str | None = None) -> None:
    firm.ben.click(firm.types(f"approvers {words}"), text="Set")
    firm.ben.fill("people", people)
    if substitute:
        firm.ben.fill("substitute", substitute)
    firm.ben.submit()


def test_a_route_is_set_in_a_modal_and_shown(firm: Firm) -> None:
    let_approve(firm, "mia")
    set_route(firm, "Acme", ["mia"], "olga")

    shown = firm.types("approvers")

    assert "Acme: mia; olga stands in" in shown.text
    assert (
        "The whole firm: everybody who may, but never the author: ben, mia and olga" in shown.text
    )
    with firm.session() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "approval_route.changed")
        )
        assert [(one.subject_kind, one.surface) for one in events] == [("client", "slack")]


def test_the_clients_and_the_projects_view_have_the_button(firm: Firm) -> None:
    client = firm.types("client Acme")
    firm.ben.click(client, text="Approvers")
    of_client = firm.ben.modal
    firm.ben.close()
    project = firm.types("project Acme Logo")

    firm.ben.click(project, text="Approvers")

    assert of_client is not None
    assert "*Acme*: its hours go to these people." in of_client.all_text
    assert firm.ben.modal is not None
    assert "*Acme, Logo*: its hours go to these people." in firm.ben.modal.all_text


def test_a_project_without_a_route_says_whose_counts(firm: Firm) -> None:
    set_route(firm, "Acme", ["olga"])

    shown = firm.types("approvers Acme Logo")

    assert "Acme, Logo: nobody in particular" in shown.text
    assert "So Acme counts: olga." in shown.text


def test_somebody_without_the_role_is_refused_under_the_field(firm: Firm) -> None:
    firm.ben.click(firm.types("approvers Acme"), text="Set")
    firm.ben.fill("people", ["mia"])

    answer = firm.ben.submit()

    assert "mia is no approver yet" in answer.errors["people"]
    assert firm.rows(ApprovalRoute) == []


def test_a_guest_is_refused_under_the_field(firm: Firm) -> None:
    gus = firm.world.add_person("gus", is_restricted=True)
    gus.command("/timer status")
    firm.ben.click(firm.types("approvers Acme"), text="Set")
    firm.ben.fill("people", ["gus"])

    answer = firm.ben.submit()

    assert "gus cannot have a role" in answer.errors["people"]
    assert firm.rows(ApprovalRoute) == []


def test_a_substitute_who_approves_already_is_refused_under_its_field(firm: Firm) -> None:
    firm.ben.click(firm.types("approvers"), text="Set")
    firm.ben.fill("people", ["olga"])
    firm.ben.fill("substitute", "olga")

    assert "cannot stand in for themselves" in firm.ben.submit().errors["substitute"]


def test_an_approver_who_lost_the_role_is_named_as_vacant_until_it_is_mended(firm: Firm) -> None:
    let_approve(firm, "mia")
    set_route(firm, "Acme", ["mia"])
    firm.types("role @mia member", firm.olga)

    panel = firm.types("")
    shown = firm.types("approvers Acme")

    assert "Who approves Acme: mia is no approver any more (vacant)" in panel.text
    assert "/billing approvers Acme" in panel.text
    assert "mia is no approver any more: vacant. The owners are asked instead." in shown.text
    firm.ben.click(shown, text="Change")
    firm.ben.fill("people", ["ben"])
    firm.ben.submit()
    assert "vacant" not in firm.types("").text
    assert firm.row(ApprovalRoute).approver_id == firm.row(Member, name="ben").id


def test_members_see_no_routes(firm: Firm) -> None:
    assert "Only billing people and owners may" in firm.types("approvers", firm.mia).text
