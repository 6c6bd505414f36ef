"""Projects and rates, as text and as modals, and re-rating with its preview."""

import pytest

from tests.slack.billing.firms import Firm
from timebot.clients.models import Client, Project, Rate
from timebot.timekeeping.models import TimeEntry


def test_a_project_is_added_with_rate_and_budget(firm: Firm) -> None:
    answer = firm.types("project add Acme Shop 2031 110 budget 40h")

    project = firm.row(Project, name="Shop 2031")
    assert project.budget_minutes == 2_400
    assert firm.row(Rate, project_id=project.id).amount_minor == 11_000
    assert "Acme Shop 2031 was added and takes time from now on." in answer.text


def test_a_project_may_have_a_number_as_its_name(firm: Firm) -> None:
    firm.types("project add Acme 2031")

    assert firm.row(Project, name="2031").budget_minutes is None


def test_a_quoted_client_is_taken_whole(firm: Firm) -> None:
    firm.add_clients("Acme Labs")

    firm.types('project add "Acme" Labs site')

    assert firm.row(Project, name="Labs site").client_id == firm.row(Client, name="Acme").id


def test_a_project_without_a_name_is_asked_for_it(firm: Firm) -> None:
    answer = firm.types("project add Acme")

    assert "What shall the project of Acme be called?" in answer.text


def test_a_budget_that_cannot_be_read_is_refused(firm: Firm) -> None:
    answer = firm.types("project add Acme Shop budget lots")

    assert "as a budget" in answer.text
    assert firm.rows(Project, name="Shop") == []


def test_a_project_is_paused_from_the_menu(firm: Firm) -> None:
    shown = firm.types("project Acme Logo")

    firm.ben.click(shown, action_id="project.state", text="Paused")

    assert firm.row(Project, name="Logo").state == "paused"


def test_a_project_is_added_in_a_modal(firm: Firm) -> None:
    shown = firm.types("client Acme")
    firm.ben.click(shown, text="Add a project")
    firm.ben.fill("name", "Shop")
    firm.ben.fill("budget", "5000")
    firm.ben.fill("billable", "internal")

    firm.ben.submit()

    project = firm.row(Project, name="Shop")
    assert (project.budget_minor, project.billable) == (500_000, "internal")


def test_a_project_with_open_time_is_completed_with_one_click_instead(firm: Firm) -> None:
    firm.add_work("Logo")
    refused = firm.types("project archive Acme Logo")

    firm.ben.click(refused, text="Set it to completed")
    firm.world.settle()

    assert "Logo was not archived" in refused.text
    assert firm.row(Project, name="Logo").state == "completed"


def test_a_budget_is_changed_in_a_modal(firm: Firm) -> None:
    shown = firm.types("project Acme Logo")
    firm.ben.click(shown, text="Edit")
    firm.ben.fill("budget", "many")

    wrong = firm.ben.submit()
    firm.ben.fill("budget", "30h")
    firm.ben.submit()

    assert set(wrong.errors) == {"budget"}
    assert firm.row(Project, name="Logo").budget_minutes == 1_800


@pytest.mark.parametrize(
    ("typed", "scope", "minor"),
    [
        ("Acme 100 from 2031-04-01", "client", 10_000),
        ("Acme Logo 110.50", "project", 11_050),
        ("@mia 70 EUR", "member", 7_000),
        ("@mia on Acme Logo 120", "member_on_project", 12_000),
        ("Logo €90 an hour", "project", 9_000),
    ],
)
def test_a_rate_is_set_as_text(firm: Firm, typed: str, scope: str, minor: int) -> None:
    firm.types(f"rate {typed}")

    assert firm.row(Rate, scope=scope, amount_minor=minor).currency == "EUR"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Acme", "I need a client, a project or a person"),
        ("Acme -5", "could not read"),
        ("Acme 95 USD", "is billed in EUR"),
        ("Acme 95 from 2031-02-30", "as a day"),
        ("@mia on Acme 95", "counts everywhere or on one project"),
        ("@nobody 95", "I cannot tell who @nobody is"),
        ("Acme Logo something 95", "not what follows: something"),
    ],
)
def test_a_rate_that_is_unclear_is_refused(firm: Firm, typed: str, words: str) -> None:
    answer = firm.types(f"rate {typed}")

    assert words in answer.text
    assert len(firm.rows(Rate)) == 1


def test_a_rate_is_set_in_a_modal(firm: Firm) -> None:
    answer = firm.types("rate")
    firm.ben.click(answer, text="Set a rate")
    firm.ben.fill("place", "Acme Logo")
    firm.ben.fill("person", "mia")
    firm.ben.fill("amount", "130")

    firm.ben.submit()

    assert firm.row(Rate, scope="member_on_project").amount_minor == 13_000


def test_a_rate_for_nothing_is_refused_in_the_modal(firm: Firm) -> None:
    answer = firm.types("rate")
    firm.ben.click(answer, text="Set a rate")
    firm.ben.fill("amount", "130")

    answer = firm.ben.submit()

    assert answer.errors == {"place": "Choose a client, a project or a person."}


def test_rerating_is_shown_first_and_then_done(firm: Firm) -> None:
    firm.add_work("Logo", rate=None)

    shown = firm.types("rerate Acme")
    before = firm.row(TimeEntry).rate_minor
    firm.ben.click(shown, text="Change 1 entry")
    firm.world.settle()

    assert "would change 1 unbilled entry, 2 h" in shown.text
    assert "Logo: no rate → €95.00" in shown.text
    assert before is None
    assert firm.row(TimeEntry).rate_minor == 9_500


def test_a_stale_rerating_is_refused(firm: Firm) -> None:
    firm.add_work("Logo", rate=None)
    shown = firm.types("rerate Acme")
    firm.types("rate Acme 99 from 2031-01-01")

    firm.ben.click(shown, text="Change 1 entry")
    firm.world.settle()

    assert "changed since you looked" in firm.ben.last_message().text
    assert firm.row(TimeEntry).rate_minor is None
