"""Rounding worked time to billed minutes: pure, once per group, at billing and never before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from timebot.team.rounding_rule import RoundingRule


class RoundedGroup(NamedTuple):
    """What the rounding of one group gave.

    Attributes:
        seconds: all worked seconds of the group, those billed earlier included.
        minutes: what the whole group comes to in billed minutes.
        shares: billed minutes of each new entry, in the order given; their sum is what is billed
            now.
    """

    seconds: int
    minutes: int
    shares: tuple[int, ...]


@dataclass(frozen=True)
class BilledBefore:
    """What of a group an earlier invoice has billed."""

    seconds: int = 0
    minutes: int = 0


NOTHING_BEFORE = BilledBefore()


def round_seconds(seconds: int, rule: RoundingRule) -> int:
    """Return the billed minutes for exact seconds: 15:01 is 30 minutes at "up to 15".

    No time is no minutes, whatever the minimum; "none" is the nearest minute.
    """
    if seconds <= 0:
        return 0
    step = 1 if rule.mode == "none" else rule.increment
    unit = step * 60
    if rule.mode == "up":
        units = -(-seconds // unit)
    elif rule.mode == "down":
        units = seconds // unit
    else:
        units = (2 * seconds + unit) // (2 * unit)
    return max(units * step, rule.minimum)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number in proportion to weights, by largest remainder.

    The parts are whole and sum to the total. Equal remainders go to the earlier weight, so that
    the same input always gives the same parts.
    """
    if len(weights) == 1:
        return [total]
    whole = sum(weights)
    if whole == 0:
        return _to_the_first(total, len(weights))
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        by_remainder = sorted(
            range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index)
        )
        for index in by_remainder[:missing]:
            parts[index] += 1
    return parts


def round_group(
    seconds: Sequence[int], rule: RoundingRule, before: BilledBefore = NOTHING_BEFORE
) -> RoundedGroup:
    """Sum exact seconds, round once, and give each entry its share in whole minutes.

    Where the group was billed in part already, the whole group is rounded and what was billed is
    taken off. That may leave nothing. It never leaves less: if the rule became kinder since, so
    that the whole group now comes to fewer minutes than were billed, nothing is billed now, and
    only a credit note gives minutes back.
    """
    whole = before.seconds + sum(seconds)
    minutes = max(round_seconds(whole, rule), before.minutes)
    shares = apportion(minutes - before.minutes, seconds)
    return RoundedGroup(whole, minutes, tuple(shares))


def group_key(
    *,
    member_id: UUID,
    project_id: UUID,
    worked_on: date,
    rate_minor: int,
    currency: str,
    kind: str,
    tax_ppm: int,
    entry_id: UUID | None,
) -> str:
    """Name a rounding group; two entries of one name are rounded together.

    Args:
        member_id: who worked.
        project_id: on what.
        worked_on: the day.
        rate_minor: the rate per hour in minor units.
        currency: the rate's currency.
        kind: billable or no_charge.
        tax_ppm: the tax rate in parts per million.
        entry_id: the entry where each is its own group (scope entry), else None.
    """
    tail = "" if entry_id is None else f"/{entry_id.hex}"
    who_what_when = f"{member_id.hex}/{project_id.hex}/{worked_on}"
    return f"{who_what_when}/{rate_minor}{currency}/{kind}/{tax_ppm}{tail}"


def _to_the_first(total: int, count: int) -> list[int]:
    """Without any weight there is nothing to go by: the first one takes it."""
    return [total if index == 0 else 0 for index in range(count)]
