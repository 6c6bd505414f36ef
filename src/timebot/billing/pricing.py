"""Pricing approved work into invoice lines: pure, in whole minor units, each sum rounded once.

What there are thousands of is a named tuple here: a frozen dataclass takes ten times as long to
make.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from timebot.billing.document import MOST_PRINTED_LINES
from timebot.billing.rounding import (
    NOTHING_BEFORE,
    BilledBefore,
    apportion,
    group_key,
    round_group,
)
from timebot.money import Money, billing_step, percent_of
from timebot.team.rounding_rule import RoundingRule


class Work(NamedTuple):
    """One approved time entry, as far as pricing and printing need it.

    Attributes:
        kind: billable or no_charge.
        rate_minor: per hour; 0 where it is missing or not charged.
        rate_source: where the rate came from, None where none was found.
        rule: the rounding rule of its project.
        version: the entry's version, so that a digest notices changes.
    """

    entry_id: UUID
    member_id: UUID
    project_id: UUID
    worked_on: date
    started_at: datetime
    seconds: int
    kind: str
    rate_minor: int
    rate_source: str | None
    currency: str
    tax_ppm: int
    rule: RoundingRule
    member_name: str
    project_name: str
    text: str
    ticket_ref: str | None
    ticket_url: str | None
    version: int


class Share(NamedTuple):
    """What one entry adds to its line.

    Attributes:
        group_seconds, group_minutes: of the whole rounding group, earlier invoices included.
        minutes: the entry's share of the group.
        amount_minor: its share of the line's amount.
    """

    work: Work
    group_key: str
    group_seconds: int
    group_minutes: int
    minutes: int
    amount_minor: int


class PricedLine(NamedTuple):
    """A line item: entries of one project, rate, kind and tax.

    Attributes:
        seconds, minutes: worked, and billed after rounding.
        amount_minor: minutes times rate / 60, half-up, computed once.
    """

    shares: tuple[Share, ...]
    seconds: int
    minutes: int
    rate_minor: int
    amount_minor: int

    @property
    def first(self) -> Work:
        """The earliest entry of the line; all share its project, rate, kind and tax."""
        return self.shares[0].work


@dataclass(frozen=True, slots=True)
class PricedTax:
    """Tax of one rate on the sum of its lines."""

    tax_ppm: int
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Priced:
    """A client's work, priced.

    Attributes:
        grouping: what a line stands for; coarser than asked for where the lines were too many.
        has_detail_file: whether it is coarser.
    """

    currency: str
    grouping: str
    has_detail_file: bool
    lines: tuple[PricedLine, ...]
    taxes: tuple[PricedTax, ...]
    subtotal_minor: int
    tax_minor: int
    seconds: int
    minutes: int

    @property
    def total_minor(self) -> int:
        """Subtotal and tax."""
        return self.subtotal_minor + self.tax_minor

    @property
    def total(self) -> Money:
        """What the client would owe."""
        return Money(self.total_minor, self.currency)

    @property
    def subtotal(self) -> Money:
        """The sum of the lines, without tax."""
        return Money(self.subtotal_minor, self.currency)


def line_amount(minutes: int, rate_minor: int, currency: str) -> int:
    """Return minutes at a rate per hour in minor units, half-up, in whole numbers only.

    Currencies with three decimals come out in steps of 10 (`timebot.money.billing_step`).
    """
    step = billing_step(currency)
    return (2 * minutes * rate_minor + 60 * step) // (120 * step) * step


def tax_on(base_minor: int, tax_ppm: int, currency: str) -> int:
    """Return the tax on a sum of lines in minor units, half-up."""
    return percent_of(base_minor, tax_ppm, step=billing_step(currency))


def key_of(work: Work) -> str:
    """Return the name of the work's rounding group."""
    return group_key(
        member_id=work.member_id,
        project_id=work.project_id,
        worked_on=work.worked_on,
        rate_minor=work.rate_minor,
        currency=work.currency,
        kind=work.kind,
        tax_ppm=work.tax_ppm,
        entry_id=work.entry_id if work.rule.scope == "entry" else None,
    )


def price(
    works: Iterable[Work],
    *,
    currency: str,
    grouping: str,
    before: Mapping[str, BilledBefore] | None = None,
) -> Priced:
    """Round and price a client's work into lines and taxes.

    Args:
        works: approved entries of one client, of one currency, in any order.
        currency: the client's currency.
        grouping: entry, day, person or project.
        before: by name of the rounding group, what earlier invoices have billed of it.
    """
    ordered = sorted(works, key=lambda work: (work.worked_on, work.started_at, work.entry_id))
    rounded = _round_all(ordered, before or {})
    line_sets, used = _sorted_into_lines(rounded, grouping)
    lines = tuple(_price_line(shares, currency) for shares in line_sets)
    taxes = _taxes(lines, currency)
    return Priced(
        currency=currency,
        grouping=used,
        has_detail_file=used != grouping,
        lines=lines,
        taxes=taxes,
        subtotal_minor=sum(line.amount_minor for line in lines),
        tax_minor=sum(tax.tax_minor for tax in taxes),
        seconds=sum(line.seconds for line in lines),
        minutes=sum(line.minutes for line in lines),
    )


class _Rounded(NamedTuple):
    work: Work
    key: str
    group_seconds: int
    group_minutes: int
    minutes: int


def _round_all(works: list[Work], before: Mapping[str, BilledBefore]) -> list[_Rounded]:
    groups: dict[str, list[int]] = {}
    for place, work in enumerate(works):
        groups.setdefault(key_of(work), []).append(place)
    rounded: dict[int, _Rounded] = {}
    for key, places in groups.items():
        result = round_group(
            [works[place].seconds for place in places],
            works[places[0]].rule,
            before.get(key, NOTHING_BEFORE),
        )
        for place, minutes in zip(places, result.shares, strict=True):
            rounded[place] = _Rounded(works[place], key, result.seconds, result.minutes, minutes)
    return [rounded[place] for place in range(len(works))]


# Entries share a line only where they share project, rate, kind and tax as well.
_LINE_KEYS: dict[str, Callable[[Work], object]] = {
    "entry": lambda work: work.entry_id,
    "day": lambda work: work.worked_on,
    "person": lambda work: work.member_id,
    "project": lambda _work: None,
}


def _sorted_into_lines(rounded: list[_Rounded], grouping: str) -> tuple[list[list[_Rounded]], str]:
    """Put entries into lines, one per day and project where there would be too many."""
    if grouping == "entry" and len(rounded) <= MOST_PRINTED_LINES:
        return [[one] for one in rounded], grouping
    for used in (grouping, "day"):
        own = _LINE_KEYS[used]
        lines: dict[object, list[_Rounded]] = {}
        for one in rounded:
            work = one.work
            key = (own(work), work.project_id, work.rate_minor, work.kind, work.tax_ppm)
            lines.setdefault(key, []).append(one)
        if len(lines) <= MOST_PRINTED_LINES or used == "day":
            break
    return list(lines.values()), used


def _price_line(rounded: list[_Rounded], currency: str) -> PricedLine:
    """Compute the amount once from the line's minutes, and spread it back over its entries."""
    rate_minor = rounded[0].work.rate_minor
    if len(rounded) == 1:
        (one,) = rounded
        amount = line_amount(one.minutes, rate_minor, currency)
        share = Share(*one, amount)
        return PricedLine((share,), one.work.seconds, one.minutes, rate_minor, amount)
    weights = [one.minutes for one in rounded]
    minutes = sum(weights)
    amount = line_amount(minutes, rate_minor, currency)
    parts = zip(rounded, apportion(amount, weights), strict=True)
    return PricedLine(
        shares=tuple([Share(*one, part) for one, part in parts]),
        seconds=sum([one.work.seconds for one in rounded]),
        minutes=minutes,
        rate_minor=rate_minor,
        amount_minor=amount,
    )


def _taxes(lines: Iterable[PricedLine], currency: str) -> tuple[PricedTax, ...]:
    bases: dict[int, int] = {}
    for line in lines:
        tax_ppm = line.first.tax_ppm
        bases[tax_ppm] = bases.get(tax_ppm, 0) + line.amount_minor
    return tuple(
        PricedTax(tax_ppm, base, tax_on(base, tax_ppm, currency))
        for tax_ppm, base in sorted(bases.items())
    )
