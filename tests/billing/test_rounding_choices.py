"""Rounding choices: a client's last invoices, beside what they come to under other rules."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.billing.firm import DUE, Firm, a_firm
from tests.builders import MONDAY_NINE, a_client, a_project
from timebot.billing.credit_note import issue_credit_note
from timebot.billing.crediting import Part
from timebot.billing.models import Invoice
from timebot.billing.rounding_choices import Choice, RoundingChoices, compare_rounding
from timebot.billing.void import void_invoice
from timebot.money import Money
from timebot.team.rounding_rule import AGENCY, EXACT, LAW, RoundingRule

PERIOD = timedelta(days=14)


def issue(firm: Firm, period: int = 0) -> Invoice:
    """Bill what is approved when the period after so many others is due."""
    due = DUE + period * PERIOD
    firm.owner.profile_at = due
    (invoice,) = firm.release_all(firm.run(due), digest=None, now=due)
    return invoice


def calls(
    firm: Firm,
    *seconds: int,
    days: int = 0,
    first_hour: int = 0,
    period: int | None = None,
    **columns: Any,  # noqa: ANN401 - columns
) -> None:
    """Ada's calls on one day, an hour apart, approved in time for the run of a period."""
    approved = MONDAY_NINE + ((days // 14 if period is None else period) + 1) * PERIOD
    for hour, each in enumerate(seconds, start=first_hour):
        start = MONDAY_NINE + timedelta(days=days, hours=hour)
        firm.approved(
            started_at=start,
            ended_at=start + timedelta(seconds=each),
            approved_at=approved,
            **columns,
        )


def compared(firm: Firm) -> RoundingChoices:
    firm.session.flush()
    return compare_rounding(firm.session, workspace=firm.workspace, client=firm.client)


def under(choices: RoundingChoices, rule: RoundingRule) -> Choice:
    (found,) = (one for one in choices.choices if one.kind == "tried" and one.rule == rule)
    return found


def test_three_calls_are_shown_under_every_rule(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 300, 300, 290)
    issue(firm)

    choices = compared(firm)

    assert [
        (one.kind, one.rule and one.rule.typed, one.uplift.minutes, one.totals[0].minor)
        for one in choices.choices
    ] == [
        ("billed", "15 up day", 15, 2_376),
        ("tried", "none day", 15, 2_376),
        ("tried", "none entry", 15, 2_376),
        ("tried", "6 up day", 18, 2_850),
        ("tried", "6 up entry", 18, 2_850),
        ("tried", "15 up day", 15, 2_376),
        ("tried", "15 up entry", 45, 7_125),
    ]
    assert {one.uplift.seconds for one in choices.choices} == {890}


def test_as_it_was_billed_is_what_the_invoice_says(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 301, 3_907, 42)
    invoice = issue(firm)

    billed = compared(firm).choices[0]

    (result,) = billed.results
    assert result.amount == Money(invoice.subtotal_minor, "EUR")
    assert result.uplift == (invoice.seconds_worked, invoice.minutes_billed)


def test_a_late_entry_of_a_billed_day_is_rounded_with_its_day(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 600)
    issue(firm)
    calls(firm, 240, first_hour=5, period=1)
    calls(firm, 3_600, days=14)
    issue(firm, period=1)

    choices = compared(firm)

    def minutes(choice: Choice) -> list[int]:
        return [result.uplift.minutes for result in choice.results]

    assert minutes(choices.choices[0]) == [15, 60]
    assert minutes(under(choices, AGENCY)) == [15, 60]
    assert minutes(under(choices, LAW)) == [12, 66]
    assert minutes(under(choices, RoundingRule(15, "up", 0, "entry"))) == [15, 75]


def test_what_was_freed_before_a_later_invoice_is_no_part_of_its_day(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 400)
    gone = issue(firm)
    void_invoice(
        session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=gone.id,
        reason="Wrong address",
        now=DUE + timedelta(hours=1),
    )
    issue(firm, period=1)

    choices = compared(firm)

    assert len(choices.invoices) == 1
    assert choices.choices[0].uplift == under(choices, AGENCY).uplift == (400, 15)


def test_only_the_last_three_invoices_count_the_oldest_first(session: Session) -> None:
    firm = a_firm(session)
    numbers = []
    for period in range(4):
        calls(firm, 600, days=14 * period)
        numbers.append(issue(firm, period).number)

    choices = compared(firm)

    assert [invoice.number for invoice in choices.invoices] == numbers[1:]
    assert choices.choices[0].uplift == (1_800, 45)
    assert choices.choices[0].totals == (Money(7_125, "EUR"),)


def test_a_wholly_credited_invoice_is_out_and_one_credited_in_part_is_marked(
    session: Session,
) -> None:
    firm = a_firm(session)
    calls(firm, 600)
    calls(firm, 600, days=14)
    first, second = issue(firm), issue(firm, period=1)
    credit(firm, first)
    credit(firm, second, Part(1, minutes=3))

    (invoice,) = compared(firm).invoices

    assert (invoice.number, invoice.is_credited_in_part) == (second.number, True)


def credit(firm: Firm, invoice: Invoice, *parts: Part) -> None:
    issue_credit_note(
        firm.session,
        workspace=firm.workspace,
        actor=firm.owner,
        invoice_id=invoice.id,
        reason="Agreed on the phone",
        parts=parts,
        now=DUE + PERIOD,
    )


def test_time_given_away_has_no_part(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 600)
    calls(firm, 7, days=1, billable="no_charge")
    issue(firm)

    choices = compared(firm)

    assert {one.uplift.seconds for one in choices.choices} == {600}
    assert choices.choices[0].uplift.minutes == 15


def test_the_rule_of_today_is_marked_where_it_is_tried(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 600)
    issue(firm)
    rounds_by(firm.client, LAW)

    choices = compared(firm)

    assert choices.rule_now == LAW
    assert [one.rule for one in choices.choices if one.is_now] == [LAW]
    assert [one.kind for one in choices.choices].count("now") == 0


def test_the_rule_of_today_has_its_own_place_where_it_is_not_tried(session: Session) -> None:
    firm = a_firm(session)
    calls(firm, 600)
    issue(firm)
    halves = RoundingRule(30, "up", 0, "day")
    rounds_by(firm.client, halves)

    (now,) = (one for one in compared(firm).choices if one.is_now)

    assert (now.kind, now.rule, now.uplift) == ("now", halves, (600, 30))


def test_projects_with_a_rule_of_their_own_are_named_and_counted(session: Session) -> None:
    firm = a_firm(session)
    site = a_project(session, firm.client, name="Site")
    calls(firm, 600)
    calls(firm, 600, project=site)
    issue(firm)
    rounds_by(site, EXACT)

    choices = compared(firm)

    (now,) = (one for one in choices.choices if one.is_now)
    assert choices.own_rules == ("Site",)
    assert (now.kind, now.rule, now.uplift) == ("now", None, (1_200, 25))


@pytest.mark.parametrize(("ceiling", "parked"), [(None, 0), (50, 0), (49, 1)])
def test_the_client_s_ceiling_says_which_rule_would_park(
    session: Session, ceiling: int | None, parked: int
) -> None:
    firm = a_firm(session)
    calls(firm, 600)
    issue(firm)
    firm.client.uplift_ceiling_percent = ceiling

    choices = compared(firm)

    assert choices.ceiling_percent == ceiling
    assert under(choices, AGENCY).parked == parked
    assert under(choices, EXACT).parked == 0


def test_rates_stay_as_they_were_billed_and_other_clients_have_no_part(session: Session) -> None:
    firm = a_firm(session)
    other = a_client(session, firm.workspace, name="Zeta", currency="USD")
    calls(firm, 3_600)
    calls(firm, 3_600, project=a_project(session, other, name="Other"), rate_currency="USD")
    firm.release_all(firm.run(), digest=None)

    choices = compared(firm)

    assert [one.totals for one in choices.choices] == [(Money(9_500, "EUR"),)] * 7


def test_a_client_without_invoices_has_nothing_to_compare(session: Session) -> None:
    firm = a_firm(session)

    choices = compared(firm)

    assert (choices.invoices, choices.choices, choices.rule_now) == ((), (), AGENCY)


def rounds_by(row: object, rule: RoundingRule) -> None:
    for column, value in rule.columns.items():
        setattr(row, column, value)
