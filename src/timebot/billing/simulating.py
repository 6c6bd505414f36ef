"""Simulating: what an issued invoice would have come to under another rounding rule; pure.

Nothing here rounds or prices by itself: `pricing` does, as it does for invoices.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from timebot.billing.pricing import Work, key_of, line_amount, price
from timebot.billing.rounding import BilledBefore, round_seconds
from timebot.billing.uplift import Uplift
from timebot.team.rounding_rule import AGENCY, EXACT, LAW, RoundingRule

RuleOf = Callable[[Work], RoundingRule]
"""Says by which rule a piece of work is rounded."""

TRIED = tuple(
    RoundingRule(rule.increment, rule.mode, rule.minimum, scope)
    for rule in (EXACT, LAW, AGENCY)
    for scope in ("day", "entry")
)
"""The rules that every client is shown: the nearest minute, 6 and 15 minutes, per day and entry."""


class Outcome(NamedTuple):
    """What an invoice's billable time comes to under a rule.

    Attributes:
        uplift: the seconds worked and the minutes billed.
        amount_minor: the sum of its lines without tax, in minor units.
    """

    uplift: Uplift
    amount_minor: int


@dataclass(frozen=True)
class BilledWork:
    """The billable time of an issued invoice, as it was worked, at the rates of the invoice.

    Attributes:
        works: billing entries with the rule that was applied; none that was given away.
        lines: by time entry, the printed line that it stands on.
        earlier: by name of a whole day's rounding group, the seconds of it that invoices before
            this one had billed.
        issued: what they came to on the invoice.
    """

    works: Sequence[Work]
    lines: Mapping[UUID, UUID]
    earlier: Mapping[str, int]
    issued: Outcome


class LineAgain(NamedTuple):
    """What a printed line would have come to: billed minutes, and minor units."""

    minutes: int
    amount_minor: int


def round_again(billed: BilledWork, rule_of: RuleOf) -> Outcome:
    """Return what an invoice comes to if its time is rounded by other rules."""
    lines = lines_again(billed, rule_of).values()
    seconds = sum(work.seconds for work in billed.works)
    minutes = sum(line.minutes for line in lines)
    return Outcome(Uplift(seconds, minutes), sum(line.amount_minor for line in lines))


def lines_again(billed: BilledWork, rule_of: RuleOf) -> dict[UUID, LineAgain]:
    """Return by printed line what it comes to if the time behind it is rounded by other rules.

    Each line keeps its rate and its entries. Where invoices before this one had billed a part of
    the same day, they are taken to have rounded it by the same rule.
    """
    works = [work._replace(rule=rule_of(work)) for work in billed.works]
    if not works:
        return {}
    currency = works[0].currency
    before = {key_of(work): _before(work, billed.earlier) for work in works}
    priced = price(works, currency=currency, grouping="entry", before=before)
    minutes: dict[UUID, int] = {}
    rates: dict[UUID, int] = {}
    for share in (share for line in priced.lines for share in line.shares):
        line_id = billed.lines[share.work.entry_id]
        minutes[line_id] = minutes.get(line_id, 0) + share.minutes
        rates[line_id] = share.work.rate_minor
    return {
        line_id: LineAgain(total, line_amount(total, rates[line_id], currency))
        for line_id, total in minutes.items()
    }


def day_key(work: Work) -> str:
    """Return the name of the rounding group that the work has where a day is rounded as one."""
    return key_of(work._replace(rule=EXACT))


def _before(work: Work, earlier: Mapping[str, int]) -> BilledBefore:
    """Return what of the work's group was billed before; an entry by itself has no before."""
    seconds = earlier.get(day_key(work), 0) if work.rule.scope == "day" else 0
    return BilledBefore(seconds, round_seconds(seconds, work.rule))
