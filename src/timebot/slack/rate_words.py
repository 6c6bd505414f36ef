"""How rates, budgets and cards on file are told to billing people."""

from datetime import date

from sqlalchemy.orm import Session

from timebot.billing.budgets import BudgetUse
from timebot.clients.models import Client, Project
from timebot.clients.rates import ALWAYS, RateTarget, list_rates
from timebot.locales import money_words
from timebot.money import Money
from timebot.slack.words import minutes_words
from timebot.team.days import day_in_words


def rate_words(session: Session, target: RateTarget, *, today: date, locale: str) -> str:
    """Return what an hour costs today, and what it will cost later; empty without a rate."""
    rates = list_rates(session, target=target)
    begun = [rate for rate in rates if rate.valid_from <= today]
    shown = begun[-1:] + [rate for rate in rates if rate.valid_from > today]
    return ", ".join(
        f"{money_words(rate.per_hour, locale)} an hour"
        + ("" if rate.valid_from == ALWAYS else f" from {day_in_words(rate.valid_from)}")
        for rate in shown
    )


def budget_words(project: Project, use: BudgetUse | None, *, currency: str, locale: str) -> str:
    """Return a project's budget and how much of it is used; empty without a budget."""
    if project.budget_minutes is not None:
        budget = minutes_words(project.budget_minutes)
    elif project.budget_minor is not None:
        budget = money_words(Money(project.budget_minor, currency), locale)
    else:
        return ""
    return f"budget {budget}" + ("" if use is None else f", {use.percent}% used")


def card_words(client: Client) -> str:
    """Return how a client pays: the card on file, or by link or bank."""
    if client.collection == "send":
        return "gets invoices to pay by link or bank"
    if client.card_last4 is None:
        return "no card on file"
    brand = (client.card_brand or "card").replace("_", " ").capitalize()
    words = f"{brand} ending in {client.card_last4}"
    if client.card_exp_month and client.card_exp_year:
        words += f", expires {client.card_exp_month:02}/{client.card_exp_year}"
    return words + (" (retainer, never charged by itself)" if client.is_retainer else "")
