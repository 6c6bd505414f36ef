"""Assessing: what a client's work comes to, what is wrong with it, and the digest of both."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.approved_work import Books, open_books, price_client
from timebot.billing.budgets import BudgetUse, budget_uses
from timebot.billing.client_credit import balances
from timebot.billing.concerns import Concern, Usual, reds, shares_of, warnings
from timebot.billing.models import Invoice
from timebot.billing.pricing import Priced, Work
from timebot.clients.models import Client
from timebot.money import card_minimum
from timebot.team.models import Workspace

PAST_INVOICES = 12
"""How many of a client's last invoices say what is usual."""


@dataclass(frozen=True)
class Assessment:
    """A client's work, as it would be billed.

    Attributes:
        reds: why a person has to decide; none when it is clean.
        warnings: what is worth a look.
        charge_mode: charge, link or bank.
        digest: what was shown, for the button; see `figures_in`.
        credit_minor: what the client has in credit, as far as the total can use it.
    """

    client: Client
    priced: Priced
    reds: tuple[Concern, ...]
    warnings: tuple[Concern, ...]
    charge_mode: str
    digest: str
    credit_minor: int = 0

    @property
    def due_minor(self) -> int:
        """What would be left to pay after credit, in minor units."""
        return self.priced.total_minor - self.credit_minor


@dataclass(frozen=True)
class Assessor:
    """Everything that is looked up once for all clients of a workspace.

    Attributes:
        usuals: totals of past invoices by client.
        budgets: the use of every budget by project.
        can_charge: whether a card processor is set up.
        credits: what clients have in credit, by client.
    """

    books: Books
    usuals: Mapping[UUID, Sequence[int]]
    budgets: Mapping[UUID, BudgetUse]
    can_charge: bool
    credits: Mapping[UUID, int]

    def assess(self, session: Session, client_id: UUID, works: Sequence[Work]) -> Assessment:
        """Price a client's work and say what is wrong with it."""
        client = self.books.clients[client_id]
        priced = price_client(session, self.books, client_id=client_id, works=works)
        usual = Usual(tuple(self.usuals.get(client_id, ())), self.books.workspace.deviation_percent)
        credit = min(self.credits.get(client_id, 0), max(priced.total_minor, 0))
        due_minor = priced.total_minor - credit
        locale = self.books.workspace.locale
        found = reds(
            priced,
            client=client,
            usual=usual,
            due_minor=due_minor,
            by_card=self.can_charge,
            locale=locale,
        )
        mode = charge_mode(client, priced, can_charge=self.can_charge, due_minor=due_minor)
        card = client.card_id if mode == "charge" else None
        return Assessment(
            client=client,
            priced=priced,
            reds=found,
            warnings=warnings(
                priced,
                crossed_budgets=self._crossed(works),
                credit_minor=credit,
                locale=locale,
            ),
            charge_mode=mode,
            digest=digest_of(priced, found, charge_mode=mode, card_id=card, credit_minor=credit),
            credit_minor=credit,
        )

    def _crossed(self, works: Sequence[Work]) -> list[str]:
        names = {work.project_id: work.project_name for work in works}
        return sorted(
            name
            for project_id, name in names.items()
            if project_id in self.budgets and self.budgets[project_id].percent >= 100
        )


def open_assessor(session: Session, *, workspace: Workspace, can_charge: bool) -> Assessor:
    """Look up what all clients of a workspace are assessed by, in a handful of queries."""
    return Assessor(
        books=open_books(session, workspace=workspace),
        usuals=_past_totals(session, workspace),
        budgets=budget_uses(session, workspace=workspace),
        can_charge=can_charge,
        credits=balances(session, workspace=workspace),
    )


def charge_mode(client: Client, priced: Priced, *, can_charge: bool, due_minor: int) -> str:
    """Return how the invoice asks for its money: charge, link or bank.

    A retainer is never charged by itself (rules.md). What is less than the card network takes goes
    by bank.
    """
    if not can_charge or due_minor < (card_minimum(priced.currency) or 0):
        return "bank"
    has_card = client.card_id is not None and client.stripe_customer_id is not None
    if client.collection == "charge" and has_card and not client.is_retainer:
        return "charge"
    return "link"


def digest_of(
    priced: Priced,
    found: Sequence[Concern],
    *,
    charge_mode: str,
    card_id: str | None,
    credit_minor: int,
) -> str:
    """Return a short text that changes with anything that was shown of a draft.

    How it asks for its money is shown too: who was told of a pay link has not agreed to a charge.
    The hash decides; the figures beside it let a refusal say what was shown.
    """
    facts = [f"{priced.currency} {priced.tax_minor}", f"{charge_mode} {card_id}", f"{credit_minor}"]
    facts += [concern.code for concern in found]
    facts += sorted(
        f"{share.work.entry_id.hex} {share.work.version} {share.minutes} {share.amount_minor}"
        for share in shares_of(priced)
    )
    hashed = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:24]
    entries = sum(len(line.shares) for line in priced.lines)
    return f"{hashed}.{entries}.{priced.minutes}.{priced.total_minor}"


def figures_in(digest: str) -> tuple[int, int, int] | None:
    """Return the entries, billed minutes and minor units that a digest tells of, if any."""
    parts = digest.split(".")
    if len(parts) != 4 or not all(part.isdigit() for part in parts[1:]):
        return None
    entries, minutes, minor = (int(part) for part in parts[1:])
    return entries, minutes, minor


def _past_totals(session: Session, workspace: Workspace) -> dict[UUID, list[int]]:
    rows = session.execute(
        select(Invoice.client_id, Invoice.total_minor)
        .join(
            Client, (Client.workspace_id == Invoice.workspace_id) & (Client.id == Invoice.client_id)
        )
        .where(
            Invoice.currency == Client.currency,
            Invoice.workspace_id == workspace.id,
            Invoice.document.in_(("issued", "rendered")),
            Invoice.collection != "credited",
        )
        .order_by(Invoice.issued_on.desc(), Invoice.sequence.desc())
    )
    found: dict[UUID, list[int]] = defaultdict(list)
    for client_id, total_minor in rows:
        if len(found[client_id]) < PAST_INVOICES:
            found[client_id].append(total_minor)
    return found
