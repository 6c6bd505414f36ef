"""The annex, from the setting in Slack to what lies in the client's mailbox."""

import csv
import io
from datetime import timedelta

from pypdf import PdfReader
from sqlalchemy import select

from tests.builders import a_submission, an_entry
from tests.slack.billing.firms import EURO, MONDAY_NINE, Firm
from timebot.billing.why_printed import MOST_EXPLAINED
from timebot.clients.models import Project


def set_annex(firm: Firm, detail: str) -> None:
    """Choose the annex of Acme in its billing terms."""
    firm.ben.click(firm.types("client acme"), text="Billing terms")
    firm.ben.fill("annex_detail", detail)
    firm.ben.submit()


def mailed(firm: Firm) -> list[dict[str, bytes]]:
    """The attachments of each mail, the first first, by name."""
    return [
        {one["filename"]: one["content"] for one in mail["attachments"]}
        for mail in firm.world.local.resend.mails()
    ]


def pages_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def table_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def add_many(firm: Firm, count: int) -> None:
    """Let Mia have worked a minute, many times, and Olga have approved it at once."""
    with firm.session() as session:
        logo = session.scalars(select(Project).where(Project.name == "Logo")).one()
        mia, olga = (firm.member(session, person) for person in (firm.mia, firm.olga))
        handed_in = a_submission(session, mia).id
        for number in range(count):
            an_entry(
                session,
                mia,
                logo,
                hours=1 / 60,
                rate=EURO,
                state="approved",
                started_at=MONDAY_NINE + timedelta(minutes=number),
                submission_id=handed_in,
                approved_by=olga.id,
                approved_at=MONDAY_NINE + timedelta(days=1),
            )


def test_the_annex_chosen_in_slack_is_mailed_and_stays_as_it_was_released(firm: Firm) -> None:
    firm.types("settings annex times", firm.olga)
    set_annex(firm, "full")
    firm.add_work("Logo")
    firm.open_run()
    firm.release("Acme")
    set_annex(firm, "none")

    firm.ben.click(firm.types("invoice 1"), text="Send the pay link again")
    firm.world.settle()

    (first, again) = mailed(firm)
    assert first == again
    (paper, annex) = pages_of(first["INV-2031-0001.pdf"])
    assert "Amount due" in paper
    assert "ANNEX TO INV-2031-0001: HOW EACH AMOUNT CAME TO BE" in annex.upper()
    for wanted in ("9:00:00", "11:00:00", "mia", "approved by", "÷ 60 = €190.00"):
        assert wanted in annex


def test_the_firms_annex_counts_for_a_client_that_follows_it(firm: Firm) -> None:
    firm.types("settings annex times", firm.olga)
    firm.add_work("Logo")
    firm.open_run()

    firm.release("Acme")

    (_, annex) = pages_of(mailed(firm)[0]["INV-2031-0001.pdf"])
    assert "11:00:00 mia Logo Sketches" in annex
    assert "Times are those of Europe/Berlin." in annex


def test_more_than_can_be_printed_comes_as_a_table_by_mail_and_in_slack(firm: Firm) -> None:
    firm.ben.click(firm.types("client acme"), text="Billing terms")
    firm.ben.fill("line_grouping", "project")
    firm.ben.fill("annex_detail", "full")
    firm.ben.submit()
    add_many(firm, MOST_EXPLAINED + 1)
    firm.open_run()
    firm.release("Acme")
    firm.ben.click(firm.types("invoice 1"), text="Why")
    firm.world.settle()

    firm.ben.click(firm.ben.last_message(containing="came to be"), text="Why, as PDF")
    firm.world.settle()

    [attached] = mailed(firm)
    assert set(attached) == {"INV-2031-0001.pdf", "INV-2031-0001.csv"}
    assert "in the file that came with this invoice" in pages_of(attached["INV-2031-0001.pdf"])[-1]
    sent = firm.ben.last_message(containing="as a table, because it has too many entries")
    assert [file["name"] for file in sent.files] == ["INV-2031-0001-why.csv"]
    of_client = table_of(attached["INV-2031-0001.csv"])
    of_firm = table_of(firm.world.local.slack.file_content(sent.files[0]["id"]))
    assert len(of_client) == len(of_firm) == MOST_EXPLAINED + 1
    assert {row["rate_source"] for row in of_firm} == {"client"}
    assert [row | {"rate_source": "client"} for row in of_client] == of_firm
    assert sum(int(row["minutes_billed"]) for row in of_client) == 510
