"""Simulating: the rule that was applied gives what was printed, and rules compare as they must."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.billing.works import MONDAY, QUARTERS_A_DAY, QUARTERS_EACH, named, work
from timebot.billing.pricing import Priced, Work, key_of, price
from timebot.billing.rounding import BilledBefore
from timebot.billing.simulating import (
    TRIED,
    BilledWork,
    LineAgain,
    Outcome,
    RuleOf,
    day_key,
    lines_again,
    round_again,
)
from timebot.billing.uplift import Uplift
from timebot.team.rounding_rule import MODES, SCOPES, RoundingRule

RULES = st.builds(
    RoundingRule,
    st.sampled_from([1, 5, 6, 15, 60]),
    st.sampled_from(MODES),
    st.sampled_from([0, 12, 30]),
    st.sampled_from(SCOPES),
)
INCREMENTS = st.sampled_from([1, 5, 6, 10, 15, 60])
WORKS = st.lists(
    st.builds(
        lambda number, seconds, member, project, day, rate: work(
            number,
            seconds=seconds,
            member=member,
            project=project,
            day=MONDAY + timedelta(days=day),
            rate=rate,
            tax_ppm=190_000,
        ),
        number=st.integers(1, 10**6),
        seconds=st.integers(0, 14 * 3600),
        member=st.sampled_from(["Ada", "Ben"]),
        project=st.sampled_from(["Logo", "Site"]),
        day=st.integers(0, 2),
        rate=st.sampled_from([1, 9_500, 12_345, 33_333]),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda one: one.entry_id,
)
GROUPINGS = st.sampled_from(["entry", "day", "person", "project"])


def ruled(works: Sequence[Work], rule: RoundingRule) -> list[Work]:
    return [one._replace(rule=rule) for one in works]


def by(rule: RoundingRule) -> RuleOf:
    return lambda _one: rule


def before_of(works: Sequence[Work]) -> dict[str, BilledBefore]:
    """What these works, all on one invoice, leave behind for a later one."""
    found: dict[str, BilledBefore] = {}
    for line in price(works, currency="EUR", grouping="entry").lines:
        for share in line.shares:
            before = found.get(share.group_key, BilledBefore())
            found[share.group_key] = BilledBefore(
                before.seconds + share.work.seconds, before.minutes + share.minutes
            )
    return found


def billed(priced: Priced, earlier: Sequence[Work] = ()) -> BilledWork:
    lines = {
        share.work.entry_id: named(f"line {place}")
        for place, line in enumerate(priced.lines)
        for share in line.shares
    }
    seconds: dict[str, int] = {}
    for one in earlier:
        seconds[day_key(one)] = seconds.get(day_key(one), 0) + one.seconds
    return BilledWork(
        works=[share.work for line in priced.lines for share in line.shares],
        lines=lines,
        earlier=seconds,
        issued=Outcome(Uplift(priced.seconds, priced.minutes), priced.subtotal_minor),
    )


def one_invoice(works: Sequence[Work]) -> BilledWork:
    return billed(price(works, currency="EUR", grouping="entry"))


@given(WORKS, RULES, GROUPINGS, st.integers(0, 20), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_rule_that_was_applied_gives_every_line_as_it_was_printed(
    works: list[Work], rule: RoundingRule, grouping: str, cut: int, currency: str
) -> None:
    known = [one._replace(currency=currency) for one in ruled(works, rule)]
    earlier, now = known[:cut], known[cut:]
    priced = price(now, currency=currency, grouping=grouping, before=before_of(earlier))
    invoice = billed(priced, earlier)

    again = lines_again(invoice, lambda one: one.rule)

    assert again == {
        named(f"line {place}"): LineAgain(line.minutes, line.amount_minor)
        for place, line in enumerate(priced.lines)
    }
    assert round_again(invoice, lambda one: one.rule) == invoice.issued


@given(WORKS, INCREMENTS, st.sampled_from(SCOPES))
def test_up_never_gives_less_than_was_worked(works: list[Work], increment: int, scope: str) -> None:
    up = RoundingRule(increment, "up", 0, scope)

    outcome = round_again(one_invoice(works), by(up))

    assert outcome.uplift.added_seconds >= 0


@given(WORKS)
def test_the_nearest_minute_is_off_by_half_a_minute_for_each_group_at_most(
    works: list[Work],
) -> None:
    for rule in TRIED[:2]:
        groups = len({key_of(one) for one in ruled(works, rule)})

        outcome = round_again(one_invoice(works), by(rule))

        assert abs(outcome.uplift.added_seconds) <= 30 * groups


@given(WORKS, INCREMENTS)
def test_up_per_day_never_bills_more_minutes_than_up_per_entry(
    works: list[Work], increment: int
) -> None:
    invoice = one_invoice(works)

    day, entry = (
        round_again(invoice, by(RoundingRule(increment, "up", 0, scope)))
        for scope in ("day", "entry")
    )

    assert day.uplift.minutes <= entry.uplift.minutes


@given(WORKS, st.integers(0, 20), RULES)
def test_a_day_on_two_invoices_comes_to_what_it_would_on_one(
    works: list[Work], cut: int, rule: RoundingRule
) -> None:
    earlier, now = works[:cut], works[cut:]
    invoices = [one_invoice(earlier), billed(one_priced(now), earlier)]

    parts = [round_again(one, by(rule)).uplift.minutes for one in invoices]

    assert sum(parts) == round_again(one_invoice(works), by(rule)).uplift.minutes


def one_priced(works: Sequence[Work]) -> Priced:
    return price(works, currency="EUR", grouping="entry")


@pytest.mark.parametrize(
    ("rule", "minutes", "amount"),
    [
        (TRIED[0], 15, 2_376),
        (TRIED[1], 15, 2_376),
        (TRIED[2], 18, 2_850),
        (TRIED[3], 18, 2_850),
        (QUARTERS_A_DAY, 15, 2_376),
        (QUARTERS_EACH, 45, 7_125),
    ],
)
def test_three_short_calls_cost_what_the_rule_makes_of_them(
    rule: RoundingRule, minutes: int, amount: int
) -> None:
    calls = [work(number, minutes=5) for number in (1, 2, 3)]

    outcome = round_again(one_invoice(calls), by(rule))

    assert (outcome.uplift, outcome.amount_minor) == (Uplift(900, minutes), amount)


def test_each_project_may_be_rounded_by_a_rule_of_its_own() -> None:
    works = [work(1, minutes=5), work(2, minutes=5, project="Site")]
    rules = {named("Logo"): TRIED[0], named("Site"): QUARTERS_A_DAY}

    outcome = round_again(one_invoice(works), lambda one: rules[one.project_id])

    assert outcome.uplift.minutes == 20


def test_nothing_billable_comes_to_nothing() -> None:
    assert round_again(one_invoice([]), lambda one: one.rule) == Outcome(Uplift(0, 0), 0)
