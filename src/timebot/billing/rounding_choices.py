"""Rounding choices: a client's last invoices beside what they come to under other rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.billed_work import billed_work
from timebot.billing.credit_models import CreditNote
from timebot.billing.flight_check import sum_by_currency
from timebot.billing.models import Invoice
from timebot.billing.simulating import TRIED, BilledWork, Outcome, RuleOf, round_again
from timebot.billing.uplift import Uplift
from timebot.clients.models import Client, Project
from timebot.clients.rounding import rule_for
from timebot.money import Money
from timebot.team.models import Workspace
from timebot.team.rounding_rule import RoundingRule

LAST_INVOICES = 3


@dataclass(frozen=True)
class ComparedInvoice:
    """An issued invoice whose rounding is looked at.

    Attributes:
        seconds: worked, of what is charged; time given away has no part in it.
        is_credited_in_part: whether a credit note took some of it back; the figures are those of
            the invoice as it was issued.
    """

    number: str
    issued_on: date
    seconds: int
    is_credited_in_part: bool


@dataclass(frozen=True)
class Result:
    """What one invoice comes to under one rule.

    Attributes:
        amount: the sum of its lines, without tax.
        is_parked: whether the client's ceiling of today would make its draft wait.
    """

    uplift: Uplift
    amount: Money
    is_parked: bool


@dataclass(frozen=True)
class Choice:
    """What the invoices come to under one rule.

    Attributes:
        kind: billed (as it was), now (the rules of today) or tried.
        rule: None where projects have rules of their own, or the invoices had several.
        is_now: whether these are the rules of today.
        results: one for each invoice, in their order.
    """

    kind: str
    rule: RoundingRule | None
    is_now: bool
    results: tuple[Result, ...]

    @property
    def label(self) -> str:
        """How the choice is called: the rule as it is typed, where it is one."""
        if self.kind == "billed":
            return "as billed"
        return self.rule.typed if self.rule else "each project's"

    @property
    def uplift(self) -> Uplift:
        """What rounding adds to all invoices together."""
        uplifts = [result.uplift for result in self.results]
        return Uplift(sum(one.seconds for one in uplifts), sum(one.minutes for one in uplifts))

    @property
    def totals(self) -> tuple[Money, ...]:
        """The sum of all invoices without tax, one per currency."""
        return sum_by_currency(result.amount for result in self.results)

    @property
    def parked(self) -> int:
        """How many of the invoices would have waited as drafts."""
        return sum(result.is_parked for result in self.results)


@dataclass(frozen=True)
class RoundingChoices:
    """A client's last invoices under several rounding rules.

    Attributes:
        rule_now: the client's rule today.
        own_rules: names of projects on these invoices that today have another rule of their own.
        invoices: the oldest first; cancelled and wholly credited ones are left out.
        choices: as it was billed, the rules of today where they are none of the tried ones, then
            the tried ones; none without an invoice.
    """

    client: Client
    rule_now: RoundingRule
    own_rules: tuple[str, ...]
    invoices: tuple[ComparedInvoice, ...]
    choices: tuple[Choice, ...]

    @property
    def ceiling_percent(self) -> int | None:
        """The most that rounding may add before a draft waits; None for no limit."""
        return self.client.uplift_ceiling_percent


def compare_rounding(session: Session, *, workspace: Workspace, client: Client) -> RoundingChoices:
    """Return a client's last issued invoices under other rounding rules; reads only."""
    invoices = _last_invoices(session, client)
    billed = billed_work(session, invoices=invoices)
    rule_now = rule_for(workspace, client)
    own = _own_rules(session, workspace, client, billed)
    counts = {each.id: rule for each, rule in own.items()}
    comparing = _Comparing(client, tuple(zip(invoices, billed, strict=True)))
    return RoundingChoices(
        client=client,
        rule_now=rule_now,
        own_rules=tuple(sorted(project.name for project in own)),
        invoices=tuple(_compared(session, *one) for one in comparing.invoices),
        choices=comparing.choices(rule_now, counts) if invoices else (),
    )


@dataclass(frozen=True)
class _Comparing:
    """A client's invoices with the time behind them."""

    client: Client
    invoices: tuple[tuple[Invoice, BilledWork], ...]

    def choices(self, rule_now: RoundingRule, own: dict[UUID, RoundingRule]) -> tuple[Choice, ...]:
        """Return every choice; `own` are the rules that projects have instead of the client's."""
        tried = [self._tried(rule, is_now=not own and rule == rule_now) for rule in TRIED]
        found = [self._as_billed()]
        if not any(choice.is_now for choice in tried):
            results = self._results(lambda work: own.get(work.project_id, rule_now))
            found.append(Choice("now", None if own else rule_now, is_now=True, results=results))
        return (*found, *tried)

    def _as_billed(self) -> Choice:
        rules = {work.rule for _, billed in self.invoices for work in billed.works}
        results = tuple(self._result(invoice, billed.issued) for invoice, billed in self.invoices)
        return Choice("billed", rules.pop() if len(rules) == 1 else None, False, results)

    def _tried(self, rule: RoundingRule, *, is_now: bool) -> Choice:
        return Choice("tried", rule, is_now, self._results(lambda _work: rule))

    def _results(self, rule_of: RuleOf) -> tuple[Result, ...]:
        return tuple(
            self._result(invoice, round_again(billed, rule_of)) for invoice, billed in self.invoices
        )

    def _result(self, invoice: Invoice, outcome: Outcome) -> Result:
        return Result(
            uplift=outcome.uplift,
            amount=Money(outcome.amount_minor, invoice.currency),
            is_parked=outcome.uplift.is_over(self.client.uplift_ceiling_percent),
        )


def _last_invoices(session: Session, client: Client) -> list[Invoice]:
    """Return the last issued invoices that still count, the oldest first."""
    query = (
        select(Invoice)
        .where(
            Invoice.workspace_id == client.workspace_id,
            Invoice.client_id == client.id,
            Invoice.document.in_(("issued", "rendered")),
            Invoice.collection != "credited",
        )
        .order_by(Invoice.issued_on.desc(), Invoice.sequence.desc())
        .limit(LAST_INVOICES)
    )
    return list(session.scalars(query))[::-1]


def _own_rules(
    session: Session, workspace: Workspace, client: Client, billed: Sequence[BilledWork]
) -> dict[Project, RoundingRule]:
    """Return the projects on the invoices that have another rule than the client, with it."""
    ids = {work.project_id for one in billed for work in one.works}
    projects = session.scalars(
        select(Project).where(Project.workspace_id == workspace.id, Project.id.in_(ids))
    )
    usual = rule_for(workspace, client)
    rules = {project: rule_for(workspace, client, project) for project in projects}
    return {project: rule for project, rule in rules.items() if rule != usual}


def _compared(session: Session, invoice: Invoice, billed: BilledWork) -> ComparedInvoice:
    if invoice.number is None or invoice.issued_on is None:
        message = f"invoice {invoice.id} is not issued"
        raise ValueError(message)
    credited = session.scalar(
        select(CreditNote.id)
        .where(CreditNote.workspace_id == invoice.workspace_id, CreditNote.invoice_id == invoice.id)
        .limit(1)
    )
    return ComparedInvoice(
        number=invoice.number,
        issued_on=invoice.issued_on,
        seconds=billed.issued.uplift.seconds,
        is_credited_in_part=credited is not None,
    )
