"""Exports: a report, and the invoices and payments of a period, as CSV and JSON values."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Payment
from timebot.billing.spreadsheet import csv_text
from timebot.billing.statuses import status_of
from timebot.clients.models import Client
from timebot.money import Money
from timebot.reports.hours_and_money import Report, ReportRow
from timebot.team.days import day_of, local_instant
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

INVOICE_COLUMNS = (
    *("number", "issued_on", "due_on", "client", "client_tax_id", "period_start", "period_last"),
    *("currency", "subtotal", "tax", "total", "credit", "due", "status", "paid_on", "paid_how"),
)
PAYMENT_COLUMNS = (
    *("invoice", "client", "attempt", "how", "state", "amount", "currency", "created_at"),
    *("settled_at", "card", "decline_code", "payment_intent"),
)
_HOURS = ("worked", "approved", "billed", "unbilled")


def report_csv(report: Report) -> str:
    """Return a report as CSV: hours with decimals, one line per currency where there is money."""
    header = [report.grouped_by, *(f"{name}_hours" for name in _HOURS)]
    if report.shows_money:
        header += ["currency", "billed_money", "unbilled_money"]
    rows: list[list[object]] = []
    for row in report.rows:
        hours = _hours(row)
        if not report.shows_money:
            rows.append([row.label, *hours])
            continue
        for place, currency in enumerate(_currencies(row)):
            # Hours stand on the first line of a name only, so that a column still sums up.
            shown: list[object] = [*hours] if place == 0 else [None] * len(hours)
            amounts = [_amount(row.billed, currency), _amount(row.unbilled, currency)]
            rows.append([row.label, *shown, currency, *amounts])
    return csv_text(header, rows)


def report_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON values; seconds and minutes are whole, money is in minor units."""
    return {
        "start": report.start.isoformat(),
        "end": report.end.isoformat(),
        "grouped_by": report.grouped_by,
        "rows": [_row_json(row, report) for row in report.rows],
        "total": _row_json(report.total, report),
    }


def invoices_csv(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    start: date,
    end: date,
    now: datetime,
) -> str:
    """Return the invoices issued on the days [start, end) for the accountant, in their order.

    Raises:
        NotAllowed: if the member has no billing role.
    """
    require(session, member, "billing", to="export invoices", now=now)
    today = day_of(now, workspace.zone)
    found = session.execute(
        select(Invoice, Client)
        .join(
            Client, (Client.workspace_id == Invoice.workspace_id) & (Client.id == Invoice.client_id)
        )
        .where(
            Invoice.workspace_id == workspace.id,
            Invoice.issued_on >= start,
            Invoice.issued_on < end,
        )
        .order_by(Invoice.series, Invoice.year, Invoice.sequence)
    )
    rows = (_invoice_row(invoice, client, workspace, today) for invoice, client in found)
    return csv_text(INVOICE_COLUMNS, rows)


def payments_csv(
    session: Session,
    *,
    workspace: Workspace,
    member: Member,
    start: date,
    end: date,
    now: datetime,
) -> str:
    """Return the attempts at payment of the days [start, end) in the workspace's zone.

    Raises:
        NotAllowed: if the member has no billing role.
    """
    require(session, member, "billing", to="export payments", now=now)
    found = session.execute(
        select(Payment, Invoice.number, Client.name)
        .join(
            Invoice,
            (Invoice.workspace_id == Payment.workspace_id) & (Invoice.id == Payment.invoice_id),
        )
        .join(
            Client, (Client.workspace_id == Invoice.workspace_id) & (Client.id == Invoice.client_id)
        )
        .where(
            Payment.workspace_id == workspace.id,
            Payment.created_at >= local_instant(start, 0, workspace.zone),
            Payment.created_at < local_instant(end, 0, workspace.zone),
        )
        .order_by(Payment.created_at, Payment.id)
    )
    return csv_text(
        PAYMENT_COLUMNS,
        (
            (
                number,
                client,
                payment.attempt,
                payment.how,
                payment.state,
                Money(payment.amount_minor, payment.currency).plain,
                payment.currency,
                payment.created_at.isoformat(),
                payment.settled_at.isoformat() if payment.settled_at else None,
                payment.card_label,
                payment.decline_code,
                payment.stripe_payment_intent,
            )
            for payment, number, client in found
        ),
    )


def _invoice_row(
    invoice: Invoice, client: Client, workspace: Workspace, today: date
) -> tuple[object, ...]:
    """The buyer is written as it was printed, whatever the client is called now."""
    buyer = (invoice.printed or {}).get("buyer") or {}
    amounts = (
        invoice.subtotal_minor,
        invoice.tax_minor,
        invoice.total_minor,
        invoice.credit_minor,
        invoice.due_minor,
    )
    return (
        invoice.number,
        invoice.issued_on,
        invoice.due_on,
        buyer.get("name") or client.name,
        buyer.get("tax_id") or client.tax_id,
        invoice.period_start,
        invoice.period_end - timedelta(days=1),
        invoice.currency,
        *(Money(minor, invoice.currency).decimal for minor in amounts),
        status_of(invoice, today=today),
        day_of(invoice.paid_at, workspace.zone) if invoice.paid_at else None,
        invoice.paid_how,
    )


def _hours(row: ReportRow) -> list[str]:
    seconds = (row.seconds_worked, row.seconds_approved, row.minutes_billed * 60)
    return [_decimal_hours(one) for one in (*seconds, row.seconds_unbilled)]


def _decimal_hours(seconds: int) -> str:
    """Hours with four decimals, exact to a third of a second, without floats."""
    tenthousandths = (2 * seconds * 10_000 + 3600) // 7200
    return f"{tenthousandths // 10_000}.{tenthousandths % 10_000:04}"


def _currencies(row: ReportRow) -> list[str | None]:
    found = sorted({money.currency for money in (*row.billed, *row.unbilled)})
    return [*found] or [None]


def _amount(amounts: tuple[Money, ...], currency: str | None) -> str | None:
    if currency is None:
        return None
    return next((money.plain for money in amounts if money.currency == currency), "0")


def _row_json(row: ReportRow, report: Report) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": str(row.key) if row.key is not None else None,
        "label": row.label,
        "seconds_worked": row.seconds_worked,
        "seconds_approved": row.seconds_approved,
        "minutes_billed": row.minutes_billed,
        "seconds_unbilled": row.seconds_unbilled,
        "minutes_unbilled": row.minutes_unbilled,
    }
    if report.shows_money:
        for name, amounts in (("billed", row.billed), ("unbilled", row.unbilled)):
            value[name] = [{"minor": money.minor, "currency": money.currency} for money in amounts]
    return value
