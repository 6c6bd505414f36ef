"""Pieces of approved work for the pure tests."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from timebot.billing.pricing import Work
from timebot.team.rounding_rule import RoundingRule

MONDAY = date(2026, 3, 2)
MONDAY_NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUARTERS_A_DAY = RoundingRule(15, "up", 0, "day")
QUARTERS_EACH = RoundingRule(15, "up", 0, "entry")

_NAMES = UUID("6f0f5b6e-0000-4000-8000-000000000000")


def named(name: str) -> UUID:
    return uuid5(_NAMES, name)


def work(
    number: int = 1,
    *,
    minutes: float = 0,
    seconds: int = 0,
    member: str = "Ada",
    project: str = "Logo",
    day: date = MONDAY,
    kind: str = "billable",
    rate: int = 9_500,
    currency: str = "EUR",
    tax_ppm: int = 0,
    rule: RoundingRule = QUARTERS_A_DAY,
    text: str = "",
) -> Work:
    return Work(
        entry_id=named(f"entry {number}"),
        member_id=named(member),
        project_id=named(project),
        worked_on=day,
        started_at=MONDAY_NINE + timedelta(minutes=number),
        seconds=int(minutes * 60) + seconds,
        kind=kind,
        rate_minor=rate,
        rate_source="client",
        currency=currency,
        tax_ppm=tax_ppm,
        rule=rule,
        member_name=member,
        project_name=project,
        text=text,
        ticket_ref=None,
        ticket_url=None,
        version=1,
    )
