"""Reminders of overdue invoices: on the days the firm has set, each once, stopped by money."""

from datetime import UTC, datetime, time, timedelta

from tests.billing.charging.test_buttons import press
from tests.billing.charging.world import World
from timebot.billing.charging import park
from timebot.billing.models import Invoice
from timebot.billing.outside import mark_paid_outside
from timebot.billing.reminding import remind_of_overdue
from timebot.money import Money


def sent(world: World, days: list[int] | None = None) -> Invoice:
    """Send an invoice with bank details, in a firm that reminds after so many days."""
    with world.database.transaction() as session:
        world.workspace(session).reminder_days = [7, 14] if days is None else days
    invoice = world.invoice(world.client(), mode="bank")
    world.drain()
    return invoice


def days_later(world: World, invoice: Invoice, days: int) -> int:
    """Let the heartbeat look at noon, so many days after the due date; return what it asked for."""
    assert invoice.due_on is not None
    noon = datetime.combine(invoice.due_on, time(12), UTC) + timedelta(days=days)
    with world.database.transaction() as session:
        wanted = remind_of_overdue(session, workspace=world.workspace(session), now=noon)
    world.drain()
    return wanted


def kinds(world: World) -> list[str]:
    return sorted(mail.kind for mail in world.mails())


def test_a_client_is_reminded_on_each_day_that_was_set_and_once(world: World) -> None:
    invoice = sent(world)

    asked = [days_later(world, invoice, day) for day in (6, 7, 7, 14, 30)]

    assert asked == [0, 1, 0, 1, 0]
    assert kinds(world) == ["invoice", "reminder_14", "reminder_7"]
    subjects = [mail["subject"] for mail in world.resend.mails()[1:]]
    assert [subject.partition(":")[0] for subject in subjects] == ["Reminder", "Reminder 2"]


def test_after_a_gap_only_the_latest_reminder_goes_out(world: World) -> None:
    invoice = sent(world)

    days_later(world, invoice, 20)

    assert kinds(world) == ["invoice", "reminder_14"]
    assert world.resend.mails()[-1]["subject"].startswith("Reminder: invoice")


def test_money_stops_reminders_and_a_part_of_it_is_taken_off(world: World) -> None:
    invoice = sent(world)
    day = world.clock.now().date()
    part = Money(10_000, "EUR")
    press(world, mark_paid_outside, invoice, how="transfer", paid_on=day, amount=part)
    days_later(world, invoice, 7)
    assert "\u20ac126.10 is still open" in world.resend.mails()[-1]["text"]
    press(world, mark_paid_outside, invoice, how="transfer", paid_on=day)
    world.drain()

    days_later(world, invoice, 14)

    assert kinds(world) == ["invoice", "receipt", "reminder_7"]


def test_nobody_is_reminded_of_what_is_parked_or_where_no_days_are_set(world: World) -> None:
    invoice = sent(world, days=[])
    assert days_later(world, invoice, 7) == 0
    with world.database.transaction() as session:
        world.workspace(session).reminder_days = [7]
    press(world, park, invoice)

    assert days_later(world, invoice, 8) == 0
    assert kinds(world) == ["invoice"]
