"""The digest of a run: looked at, released, held, and repainted as its clients settle."""

import re
from datetime import timedelta

from tests.slack.billing.firms import EURO, MONDAY_NINE, WORKS, Firm, marked_texts, posted
from timebot.billing.models import Invoice, InvoiceRun
from timebot.journal.chain import holds_head
from timebot.team.models import Workspace


def test_a_run_is_opened_looked_at_released_charged_and_settled(firm_anywhere: Firm) -> None:
    firm = firm_anywhere
    firm.put_card_on_file("Acme", WORKS)
    firm.add_work("Logo", hours=2.1)

    digest = firm.open_run()
    firm.ben.click(digest, text="Release")
    firm.world.settle()

    invoice = firm.row(Invoice)
    assert "Ready: charges Visa ending in 4242" in digest.all_text
    assert invoice.collection == "paid"
    assert "INV-2031-0001: paid on 10 Mar 2031" in firm.run_message().all_text
    assert "Release" not in firm.run_message().buttons


def test_the_digest_says_what_is_billed_left_out_and_to_decide(firm: Firm) -> None:
    firm.add_clients("Beta", currency="USD")
    firm.add_work("Logo", hours=2.1)
    firm.add_work("Website", hours=13, day=1)
    firm.add_work("Website", state="draft", day=2)
    firm.add_work("Work for Beta", rate=None)

    digest = firm.open_run()

    assert "2 clients, €1,448.75: 1 ready and 1 to decide" in digest.text
    assert "15 h 15 min billed, 15 h 6 min worked" in digest.text
    assert "Note: 1 entry is longer than 12 hours." in digest.text
    assert "Left out: 1 entry, 2 h (not submitted)" in digest.text
    assert "Cannot be released yet: 1 entry of Work for Beta has no rate in USD." in digest.text
    assert digest.buttons == [
        "Preview PDF", "Release", "Hold", "Preview PDF", "Hold", "Set a rate", "Re-rate",
        "Release the one that is ready",
    ]  # fmt: skip


def test_the_message_of_a_run_says_how_far_the_audit_went(firm: Firm) -> None:
    firm.add_work("Logo")

    digest = firm.open_run()

    said = re.search(r"Audit (\d+:[0-9a-f]{12})", digest.text)
    assert said is not None
    assert said[0] in str(digest.blocks)
    with firm.session() as session:
        workspace = firm.workspace(session)
        assert holds_head(session, workspace_id=workspace.id, short=said[1])


def test_a_draft_that_changed_since_is_shown_again_and_not_released(firm: Firm) -> None:
    firm.add_work("Logo")
    digest = firm.open_run()
    firm.types("rate Acme Logo 120 from 2031-03-01")
    firm.ben.click(firm.types("rerate Acme"), text="Change 1 entry")

    firm.ben.click(digest, text="Release")
    firm.world.settle()
    asked_again = firm.ben.last_message(containing="changed since you looked")
    firm.ben.click(asked_again, text="Release")
    firm.world.settle()

    assert "it was 1 entry, 2:00 hours, €190.00" in asked_again.text
    assert "is now 1 entry, 2:00 hours, €240.00" in asked_again.text
    assert firm.row(Invoice).total_minor == 24_000


def test_release_all_issues_what_is_ready_and_leaves_the_rest(firm: Firm) -> None:
    firm.add_clients("Beta", "Gamma")
    firm.add_work("Logo")
    firm.add_work("Work for Beta")
    firm.add_work("Work for Gamma", rate=None)
    digest = firm.open_run()

    firm.ben.click(digest, text="Release all (2)")
    firm.world.settle()

    issued = firm.rows(Invoice, document="rendered")
    assert sorted(invoice.number or "" for invoice in issued) == ["INV-2031-0001", "INV-2031-0002"]
    assert firm.row(Invoice, document="draft").hold == "parked"


def test_release_all_asks_again_when_something_changed(firm: Firm) -> None:
    firm.add_clients("Beta")
    firm.add_work("Logo")
    firm.add_work("Work for Beta")
    digest = firm.open_run()
    firm.types("hold Beta")

    firm.ben.click(digest, text="Release all (2)")
    firm.world.settle()

    assert firm.rows(Invoice, document="rendered") == []
    again = firm.ben.last_message(containing="changed since you looked")
    assert "Release the one that is ready" in again.buttons


def test_of_two_people_who_release_one_wins_and_the_other_hears_it(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.open_run()
    bens, olgas = firm.run_message(firm.ben), firm.run_message(firm.olga)

    firm.ben.click(bens, text="Release")
    firm.olga.click(olgas, text="Release")
    firm.world.settle()

    heard = firm.olga.last_message(containing="released already")
    assert "This was released already; it is invoice INV-2031-0001." in heard.text
    assert "INV-2031-0001" in firm.run_message(firm.olga).text
    assert len(firm.rows(Invoice)) == 1


def test_a_client_is_held_back_with_a_reason_and_let_go_again(firm: Firm) -> None:
    firm.add_work("Logo")
    digest = firm.open_run()
    firm.ben.click(digest, text="Hold")
    firm.ben.fill("reason", "waits for a *PO*")
    firm.ben.submit()
    firm.world.settle()
    held = firm.run_message()

    firm.ben.click(held, text="Lift the hold")
    firm.world.settle()

    assert "Held back: waits for a" in held.text
    assert "Release" not in held.buttons
    assert "Release" in firm.run_message().buttons


def test_a_client_is_held_and_released_by_typing(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.open_run()

    held = firm.types("hold Acme until Friday")
    refused = firm.types("release Acme")
    firm.types("unhold Acme")
    invoice = firm.release("Acme")

    assert "Acme is held back in this run." in held.text
    assert "Held back: until Friday" in refused.text
    assert invoice.number == "INV-2031-0001"


def test_a_client_without_a_draft_cannot_be_released(firm: Firm) -> None:
    answer = firm.types("release Acme")

    assert "Acme has no draft in an open invoice run." in answer.text
    assert "Example: `/billing preview Acme" in answer.text


def test_the_pdf_of_a_draft_comes_by_direct_message(firm: Firm) -> None:
    firm.add_work("Logo")
    digest = firm.open_run()

    firm.ben.click(digest, text="Preview PDF")
    firm.world.settle()

    sent = firm.ben.last_message(containing="Draft of the invoice for Acme")
    file = sent.files[0]
    assert file["name"] == "draft-Acme.pdf"
    assert firm.world.local.slack.file_content(file["id"]).startswith(b"%PDF")


def test_an_empty_run_is_not_opened(firm: Firm) -> None:
    answer = firm.types("run")

    assert "There are no approved, unbilled hours" in answer.text
    assert firm.rows(InvoiceRun) == []


def test_a_run_of_one_client_is_opened_from_its_preview(firm: Firm) -> None:
    firm.add_clients("Beta")
    firm.add_work("Logo")
    firm.add_work("Work for Beta")
    firm.world.move(timedelta(days=1))

    preview = firm.types("preview Acme")
    firm.ben.click(preview, text="Open a run now")
    firm.world.settle()

    assert "A run would bill Acme €190.00 now." in preview.text
    assert len(firm.rows(Invoice)) == 1


def test_the_preview_says_why_work_is_left_out(firm: Firm) -> None:
    firm.add_work("Logo", state="draft")
    firm.world.move(timedelta(days=1))

    answer = firm.types("preview")

    assert "A run would bill nothing now." in answer.text
    assert "Acme: 1 entry, 2 h (not submitted)" in answer.all_text


def test_a_member_in_the_billing_channel_cannot_release(firm: Firm) -> None:
    people = [firm.mia.id, firm.ben.id]
    channel = firm.world.local.slack.add_channel("money", private=True, members=people)
    with firm.session() as session:
        firm.workspace(session).billing_channel = channel
    firm.add_work("Logo")
    firm.world.move_to(MONDAY_NINE + timedelta(days=7))
    firm.types("run")
    firm.world.settle()
    digest = firm.mia.last_message("money")

    firm.mia.click(digest, text="Release")
    firm.world.settle()

    assert "Only billing people and owners may release invoices." in (
        firm.mia.last_message("money").text
    )
    assert firm.row(Invoice).document == "draft"


def test_somebody_who_lost_the_role_sees_no_amounts_any_more(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.open_run()
    firm.types("role @ben member", firm.olga)

    firm.types("hold Acme", firm.olga)
    firm.world.settle()

    left = posted(firm.ben, "billing people and owners only")
    assert "€" not in left.all_text


def test_sixty_clients_fit_and_the_rest_is_a_click_away(firm: Firm) -> None:
    names = [f"*Client* <!channel> {number:02} مرحبا 👩‍👩‍👧 {'long ' * 12}" for number in range(60)]
    firm.add_clients(*names)
    for name in names:
        firm.add_work(f"Work for {name}")
    digest = firm.open_run()

    firm.ben.click(digest, text="Show 22 more")
    firm.world.settle()
    decide = firm.ben.click(firm.ben.last_message(), action_id=None, text="Decide")
    firm.world.settle()

    assert len(digest.blocks) <= 50
    assert "Release all (60)" in digest.buttons
    assert "<!channel>" not in "".join(marked_texts(digest.blocks))
    assert decide.error is None
    assert "Release" in firm.ben.last_message().buttons


def test_a_due_run_is_posted_to_billing_people_by_itself(firm: Firm) -> None:
    firm.add_work("Logo")

    firm.world.move_to(MONDAY_NINE + timedelta(days=15, minutes=5))

    assert "Invoice run for 3 to 16 Mar 2031" in posted(firm.ben, "Invoice run").all_text
    assert "Invoice run for 3 to 16 Mar 2031" in posted(firm.olga, "Invoice run").all_text


def test_many_missed_runs_wait_for_a_go_ahead(firm: Firm) -> None:
    firm.add_work("Logo", rate=EURO)
    with firm.session() as session:
        firm.workspace(session).created_at = MONDAY_NINE - timedelta(days=60)
        firm.workspace(session).anchor_on = (MONDAY_NINE - timedelta(days=56)).date()
    firm.world.settle()
    firm.world.move(timedelta(hours=1))
    asked = posted(firm.ben, "were missed")

    firm.ben.click(asked, text="Go ahead")
    firm.world.settle()

    assert "3 invoice runs were missed" in asked.text
    assert len(firm.rows(InvoiceRun)) == 3


def test_the_forecast_comes_two_days_before_the_period_ends(firm: Firm) -> None:
    firm.add_work("Logo")
    firm.add_work("Website", state="draft", day=1)

    firm.world.move_to(MONDAY_NINE + timedelta(days=13))

    forecast = posted(firm.ben, "ends soon")
    assert "Approved so far: 1 client, €190.00." in forecast.text
    assert "1 entry still waits to be submitted or approved." in forecast.text


def test_a_used_up_budget_is_told_once(firm: Firm) -> None:
    firm.types("project add Acme Shop budget 1h")
    firm.add_work("Shop")

    firm.world.move(timedelta(hours=3))
    firm.world.move(timedelta(hours=3))

    told = [each.text for each in firm.ben.messages() if "budget of Acme Shop" in each.text]
    assert told == ["The budget of Acme Shop is used up (budget 1 h, 200% used)."]


def test_billing_people_hear_nothing_of_a_firm_without_an_anchor(firm: Firm) -> None:
    with firm.session() as session:
        firm.workspace(session).anchor_on = None
    firm.world.move(timedelta(days=40))

    assert firm.row(Workspace).anchor_on is None
    assert firm.rows(InvoiceRun) == []
