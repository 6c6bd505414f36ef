"""Importing clients, projects and rates from a spreadsheet's CSV."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_member, a_workspace
from timebot.clients.importing import ImportFaulty, apply_import, plan_import, read_clients_csv
from timebot.clients.lookup import find_client
from timebot.clients.models import Client, Project, Rate
from timebot.errors import NotAllowed
from timebot.journal.models import AuditEvent
from timebot.team.models import Workspace

GERMAN = (
    "Client;E-Mail;Currency;Hourly Rate;Project;Project Rate;Budget;Address;VAT ID;Notes\n"
    "Müller & Söhne;rechnung@mueller.example;EUR;95,50;Logo;;40h;Hafenweg 1, Hamburg;DE1;x\n"
    "Müller & Söhne;;;;Website;120;5000;;;\n"
    "\n"
    "Acme;billing@acme.example;usd;$ 100/h;;;;;;\n"
)


def bring_in(session: Session, workspace: Workspace, content: str | bytes) -> list[str]:
    plan = read_clients_csv(content)
    done = apply_import(session, workspace=workspace, actor=None, plan=plan, now=MONDAY_NINE)
    return done.words


def count(session: Session, table: type[Client | Project | Rate | AuditEvent]) -> int:
    return session.scalars(select(func.count()).select_from(table)).one()


def faults_of(session: Session, content: str | bytes) -> list[str]:
    with pytest.raises(ImportFaulty) as refusal:
        bring_in(session, a_workspace(session), content)
    return refusal.value.faults


def test_a_file_brings_clients_projects_and_rates(session: Session) -> None:
    workspace = a_workspace(session)

    words = bring_in(session, workspace, GERMAN)

    client = find_client(session, workspace_id=workspace.id, words="müller & söhne")
    assert (client.emails, client.address, client.tax_id) == (
        ["rechnung@mueller.example"],
        "Hafenweg 1, Hamburg",
        "DE1",
    )
    projects = {one.name: one for one in session.scalars(select(Project))}
    assert projects["Logo"].budget_minutes == 40 * 60
    assert projects["Website"].budget_minor == 500_000
    amounts = {(one.scope, one.amount_minor, one.currency) for one in session.scalars(select(Rate))}
    assert amounts == {
        ("client", 9_550, "EUR"),
        ("project", 12_000, "EUR"),
        ("client", 10_000, "USD"),
    }
    assert words == [
        "Column Notes is not imported.",
        "Add client Müller & Söhne in EUR, 95.50 EUR per hour.",
        "Add project Logo of Müller & Söhne.",
        "Add project Website of Müller & Söhne, 120.00 EUR per hour.",
        "Add client Acme in USD, 100.00 USD per hour.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encoding_is_recognised(session: Session, encoding: str) -> None:
    workspace = a_workspace(session)

    bring_in(session, workspace, GERMAN.encode(encoding))

    assert find_client(session, workspace_id=workspace.id, words="Müller & Söhne")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_recognised(session: Session, mark: str) -> None:
    workspace = a_workspace(session)
    content = f'name{mark}email{mark}rate\n"Acme{mark} Inc"{mark}a@acme.example{mark}"95,00"\n'

    bring_in(session, workspace, content)

    assert session.scalars(select(Rate.amount_minor)).one() == 9_500


def test_a_second_import_of_the_same_file_changes_nothing(session: Session) -> None:
    workspace = a_workspace(session)
    bring_in(session, workspace, GERMAN)
    events = count(session, AuditEvent)

    words = bring_in(session, workspace, GERMAN)

    assert words == ["Column Notes is not imported."]
    assert count(session, AuditEvent) == events


def test_what_differs_is_changed_and_told(session: Session) -> None:
    workspace = a_workspace(session)
    bring_in(session, workspace, GERMAN)
    changed = GERMAN.replace("95,50", "99").replace("Hafenweg 1", "Hafenweg 2")
    changed = changed.replace("5000", "60h")

    words = bring_in(session, workspace, changed)

    assert words[1:] == [
        "Change client Müller & Söhne in EUR: address, rate 99.00 EUR from today on.",
        "Change project Website of Müller & Söhne: budget.",
    ]
    rates = session.scalars(select(Rate).where(Rate.scope == "client").order_by(Rate.valid_from))
    assert [(one.valid_from, one.amount_minor) for one in rates if one.currency == "EUR"][1] == (
        MONDAY_NINE.date(),
        9_900,
    )


def test_an_empty_cell_leaves_things_as_they_are(session: Session) -> None:
    workspace = a_workspace(session)
    bring_in(session, workspace, GERMAN)

    words = bring_in(session, workspace, "client,email,address\nacme,,\n")

    assert words == []


def test_a_plan_changes_nothing(session: Session) -> None:
    workspace = a_workspace(session)

    steps = plan_import(
        session, workspace=workspace, plan=read_clients_csv(GERMAN), now=MONDAY_NINE
    )

    assert len(steps.words) == 5
    assert count(session, Client) == 0


def test_every_fault_is_listed_with_its_row_and_nothing_is_done(session: Session) -> None:
    faults = faults_of(
        session,
        "client,email,currency,rate,project,budget,tax rate\n"
        "Acme,billing@acme.example,EUR,95,Logo,soon,\n"
        "Acme,,EUR,96,,,\n"
        "Beta,not-an-address,EUR,x,,,200\n"
        "Gamma,,XYZ,,,,\n"
        "Delta,d@delta.example,EUR,95 USD,,10h,\n",
    )

    assert [fault.split(":")[0] for fault in faults] == [
        "Row 3", "Row 6", "Row 2", "Row 4", "Row 4", "Row 4", "Row 5", "Row 5", "Row 6",
    ]  # fmt: skip
    assert faults[0] == "Row 3: Acme has rate 96, but 95 in row 2."
    assert count(session, Client) == 0


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "The file is empty. Its first row must name the columns."),
        ("client,email\n", "The file has a header and no rows."),
        ("client,email\n,a@b.example\n", "Row 2: the client is missing."),
        ("client\nAcme,extra\n", "Row 2: it has more cells than the header has columns."),
        ("client,firm\nAcme,Acme\n", "Two columns say the client: client and firm."),
        (b"client\n\x00\x01", "The file is not text. Save it as CSV and try again."),
        (b"\x81\x8d\x8f", "The file is not text. Save it as CSV in UTF-8 and try again."),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(
    session: Session, content: str | bytes, fault: str
) -> None:
    assert faults_of(session, content) == [fault]


def test_an_unclosed_quotation_mark_names_its_row(session: Session) -> None:
    faults = faults_of(session, 'client,email\nAcme,"a@b.example\n')

    assert faults == ["Row 2: a quotation mark is not closed, or stands in the wrong place."]


def test_a_client_stays_in_its_currency(session: Session) -> None:
    workspace = a_workspace(session)
    bring_in(session, workspace, GERMAN)

    with pytest.raises(ImportFaulty) as refusal:
        bring_in(session, workspace, "client,currency\nAcme,EUR\n")

    assert refusal.value.faults == ["Row 2: Acme is billed in USD, not in EUR."]


def test_a_member_without_the_right_imports_nothing(session: Session) -> None:
    workspace = a_workspace(session)
    member = a_member(session, workspace, role="approver")

    with pytest.raises(NotAllowed):
        apply_import(
            session,
            workspace=workspace,
            actor=member,
            plan=read_clients_csv(GERMAN),
            now=MONDAY_NINE + timedelta(hours=1),
        )
