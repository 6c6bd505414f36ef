"""Budgets: what a project may take, in hours or in money."""

import re
from datetime import timedelta

from timebot.errors import Refusal
from timebot.money import AmountUnclear, Money
from timebot.team.typed_values import ValueUnusable, read_minutes

Budget = timedelta | Money
"""Time or money, never both."""

_MOST_MINUTES = 60 * 100_000


class BudgetUnclear(Refusal):
    """The text is no budget."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"I could not read {text.strip() or 'nothing'} as a budget. Write hours such as 40h,"
            " or an amount such as 5000.",
            example="/billing project add Acme Website budget 40h",
        )


def parse_budget(text: str, currency: str) -> Budget:
    """Read a budget: `40h` is time, `5000` or `5000 EUR` money in the client's currency.

    Raises:
        BudgetUnclear: if it is neither, or nothing at all.
    """
    plain = text.strip().casefold()
    try:
        if re.search(r"\d\s*(?:h|hours?|hrs|m|min)\b", plain):
            minutes = read_minutes(
                plain.replace("hrs", "h"), what="budget", least=1, most=_MOST_MINUTES
            )
            return timedelta(minutes=minutes)
        amount = re.sub(rf"\s*{currency.casefold()}\s*", "", plain)
        budget = Money.parse(amount, currency)
    except (ValueUnusable, AmountUnclear):
        raise BudgetUnclear(text) from None
    if not budget:
        raise BudgetUnclear(text)
    return budget


def budget_columns(budget: Budget | None) -> dict[str, int | None]:
    """Return the budget as the columns of a project; None empties both."""
    columns: dict[str, int | None] = {"budget_minutes": None, "budget_minor": None}
    if isinstance(budget, Money):
        columns["budget_minor"] = budget.minor
    elif budget is not None:
        columns["budget_minutes"] = budget // timedelta(minutes=1)
    return columns
