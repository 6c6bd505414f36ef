"""A rehearsal says what the real run does, and leaves everything as it was."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.billing.charging.world import PlainRenderer
from tests.rehearsal.firm import WORKS, BillingMorning, fill, rehearsed
from timebot.billing.models import Invoice
from timebot.billing.pausing import BillingPaused
from timebot.billing.refusals import NothingToRun
from timebot.rehearsal.account import Account
from timebot.team.models import Workspace

Figures = tuple[str, int, int, int, int]


def told(account: Account) -> list[Figures]:
    return [
        (one.number, one.subtotal.minor, one.tax.minor, one.credit.minor, one.due.minor)
        for one in account.invoices
    ]


def issued(morning: BillingMorning, ids: list[UUID]) -> list[Figures]:
    with morning.world.timebot.database.read_only() as session:
        found = session.scalars(select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.number))
        return [
            (str(one.number), one.subtotal_minor, one.tax_minor, one.credit_minor, one.due_minor)
            for one in found
        ]


def test_a_rehearsal_says_what_the_real_run_does(morning: BillingMorning, room: Path) -> None:
    fill(morning)
    world = morning.world.local
    mailed_before = len(world.resend.mails())

    account = rehearsed(morning, room).account
    ids = morning.runs()

    assert told(account) == issued(morning, ids)
    assert [(one.client_name, one.outcome) for one in account.invoices] == [
        ("Acme", "charged"),
        ("Birch", "declined"),
        ("Delta", "link"),
        ("Elm", "charged"),
        ("Fjord", "link"),
    ]
    assert [(one.client_name, one.state) for one in account.waiting] == [("Cedar", "parked")]
    assert {(one["amount"], one["last4"], one["status"]) for one in world.stripe.charges()} == {
        (22_610, "4242", "succeeded"),
        (22_610, "0341", "failed"),
        (17_850, "4242", "succeeded"),
    }
    sent = [
        (
            mail["to"],
            mail["cc"],
            mail["subject"],
            [each["filename"] for each in mail["attachments"]],
        )
        for mail in world.resend.mails()[mailed_before:]
    ]
    foretold = [
        ([*mail.to], [*mail.cc], mail.subject, [*mail.attachments])
        for one in account.invoices
        for mail in one.mails
    ]
    assert sorted(map(str, sent)) == sorted(map(str, foretold))


def test_a_rehearsal_changes_nothing_and_asks_nobody(morning: BillingMorning, room: Path) -> None:
    morning.works_for("Acme")
    morning.puts_card_on_file("Acme", WORKS)
    morning.world.settle()
    world = morning.world.local
    before = [len(world.stripe.requests), len(world.resend.requests), len(world.slack.exchanges())]

    rehearsal = rehearsed(morning, room)

    assert rehearsal.changed == ()
    assert rehearsal.rows > 0
    after = [len(world.stripe.requests), len(world.resend.requests), len(world.slack.exchanges())]
    assert after == before
    assert rehearsed(morning, room).digest == rehearsal.digest


def test_a_rehearsal_leaves_no_file_behind(morning: BillingMorning, room: Path) -> None:
    morning.works_for("Acme")
    left = room / "timebot-rehearsal-killed"
    left.mkdir()
    (left / "held").touch()

    rehearsed(morning, room)

    assert list(room.iterdir()) == []


def test_with_nothing_to_bill_there_is_nothing_to_rehearse(
    morning: BillingMorning, room: Path
) -> None:
    with pytest.raises(NothingToRun, match="There are no approved, unbilled hours"):
        rehearsed(morning, room)


def test_what_waits_in_reality_is_not_played_along(morning: BillingMorning, room: Path) -> None:
    morning.works_for("Acme")
    morning.releases()
    morning.works_for("Birch")
    renderer = PlainRenderer()

    account = rehearsed(morning, room, renderer).account

    assert renderer.drawn == ["INV-2031-0002"]
    assert [one.client_name for one in account.invoices] == ["Birch"]


def test_rows_that_somebody_changed_meanwhile_are_named(
    morning: BillingMorning, room: Path
) -> None:
    morning.works_for("Acme")

    def work_on(what: str, _done: int, _of: int) -> None:
        if what == "Playing":
            morning.changes("Acme", address="Harbour Street 12")

    assert rehearsed(morning, room, tell=work_on).changed == ("client",)


def test_while_billing_is_paused_nothing_is_rehearsed(morning: BillingMorning, room: Path) -> None:
    morning.works_for("Acme")
    with morning.world.timebot.database.transaction() as session:
        workspace = session.get_one(Workspace, morning.workspace_id)
        workspace.billing_paused_at = morning.world.now()

    with pytest.raises(BillingPaused):
        rehearsed(morning, room)
