"""The flight check: what a run would bill, what it leaves out and why, before it is released."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.approved_work import drafted_work, free_work
from timebot.billing.assessing import Assessment, Assessor, open_assessor
from timebot.billing.concerns import Concern
from timebot.billing.issuing import has_ended
from timebot.billing.left_out import LeftOut, list_left_out
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.payment_models import Mail
from timebot.billing.run_digest import run_digest
from timebot.billing.statuses import status_of
from timebot.clients.models import Client
from timebot.money import Money
from timebot.team.days import day_of
from timebot.team.models import Workspace


@dataclass(frozen=True)
class ClientCheck:
    """One client in a run.

    Attributes:
        invoice_id: the draft or invoice; None in a preview.
        number: of the invoice once it is issued.
        status: draft, sent, paid, overdue or cancelled; `preview` where there is no draft.
        entries, seconds_worked, minutes_billed: of what is billed.
        total: with tax.
        charge_mode: charge, link or bank.
        hold: held or parked; None when it is ready.
        reds, warnings: of a draft; what was issued has none any more.
        left_out: what is not billed, and why.
        digest: what the release button carries; empty once issued.
        attention: a sentence when a person must decide about an issued invoice.
    """

    invoice_id: UUID | None
    client_id: UUID
    client_name: str
    number: str | None
    status: str
    entries: int
    seconds_worked: int
    minutes_billed: int
    subtotal: Money
    tax: Money
    total: Money
    charge_mode: str
    hold: str | None
    hold_reason: str | None
    reds: tuple[Concern, ...]
    warnings: tuple[Concern, ...]
    left_out: tuple[LeftOut, ...]
    digest: str
    attention: str | None = None

    @property
    def may_be_released(self) -> bool:
        """Whether a person may release it, perhaps in spite of its reds."""
        return (
            self.status == "draft"
            and self.hold != "held"
            and self.total.minor > 0
            and all(red.may_be_released for red in self.reds)
        )

    @property
    def is_clean(self) -> bool:
        """Whether "release all" takes it."""
        return self.may_be_released and self.hold is None and not self.reds


@dataclass(frozen=True)
class NothingBilled:
    """A client of whom only something is left out."""

    client_id: UUID
    client_name: str
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class RunCheck:
    """A run, or a preview of the next one, as people see it.

    Attributes:
        run: None in a preview.
        clients: by name; drafts as they are now, issued ones as they were frozen.
        nothing: clients of whom nothing is billed.
        without_project: what cannot be billed because it has no project.
        may_be_released: whether the cut-off has passed.
        digest: what the "release all" button carries; empty when nothing is clean.
        unsent_mails: how many mails wait because no mail is set up.
    """

    run: InvoiceRun | None
    clients: tuple[ClientCheck, ...]
    nothing: tuple[NothingBilled, ...]
    without_project: tuple[LeftOut, ...]
    may_be_released: bool
    digest: str
    unsent_mails: int

    @property
    def clean(self) -> tuple[ClientCheck, ...]:
        """What "release all" would issue."""
        return tuple(check for check in self.clients if check.is_clean)

    @property
    def totals(self) -> tuple[Money, ...]:
        """The sum of all clients' totals, one per currency."""
        return sum_by_currency(check.total for check in self.clients)


def check_run(
    session: Session, *, workspace: Workspace, run: InvoiceRun, can_charge: bool, now: datetime
) -> RunCheck:
    """Return a run as it stands now; reads only."""
    invoices = session.scalars(
        select(Invoice).where(Invoice.workspace_id == workspace.id, Invoice.run_id == run.id)
    ).all()
    assessor = open_assessor(session, workspace=workspace, can_charge=can_charge)
    drafts = [invoice.id for invoice in invoices if invoice.document == "draft"]
    works = drafted_work(session, assessor.books, invoice_ids=drafts, run=run)
    left = list_left_out(session, workspace=workspace, cut_off=run.period_end, run=run, now=now)
    today = day_of(now, workspace.zone)
    checks = []
    for invoice in invoices:
        out = left.get(invoice.client_id, ())
        if invoice.document == "draft":
            assessment = assessor.assess(session, invoice.client_id, works.get(invoice.id, []))
            checks.append(_of_draft(invoice, assessment, out))
        else:
            client = assessor.books.clients[invoice.client_id]
            checks.append(_of_issued(invoice, client, status_of(invoice, today=today), out))
    may_be_released = has_ended(workspace, run, now)
    return _check(session, assessor, run, checks, left, may_be_released=may_be_released)


def preview(
    session: Session,
    *,
    workspace: Workspace,
    client: Client | None = None,
    can_charge: bool,
    now: datetime,
) -> RunCheck:
    """Return what a run opened now would bill, and what it would leave out; reads only."""
    assessor = open_assessor(session, workspace=workspace, can_charge=can_charge)
    cut_off = day_of(now, workspace.zone) + timedelta(days=1)
    only = None if client is None else client.id
    works = free_work(session, assessor.books, cut_off=cut_off, client_id=only)
    left = list_left_out(session, workspace=workspace, cut_off=cut_off, run=None, now=now)
    if only is not None:
        left = {client_id: out for client_id, out in left.items() if client_id == only}
    checks = [
        _of_preview(assessor.assess(session, client_id, found), left.get(client_id, ()))
        for client_id, found in works.items()
    ]
    return _check(session, assessor, None, checks, left, may_be_released=False)


def shown_digest(check: ClientCheck) -> str:
    """Return what the release button of a client carries: what exactly was shown."""
    return check.digest


def sum_by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Add amounts up, one sum per currency, by the currency's letters."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def _check(
    session: Session,
    assessor: Assessor,
    run: InvoiceRun | None,
    checks: list[ClientCheck],
    left: Mapping[UUID | None, tuple[LeftOut, ...]],
    *,
    may_be_released: bool,
) -> RunCheck:
    clients = assessor.books.clients
    billed = {check.client_id for check in checks}
    ordered = tuple(sorted(checks, key=lambda check: clients[check.client_id].name_key))
    nothing = [
        NothingBilled(client_id, clients[client_id].name, out)
        for client_id, out in left.items()
        if client_id is not None and client_id not in billed
    ]
    clean = [
        (check.invoice_id, check.digest)
        for check in ordered
        if check.is_clean and check.invoice_id is not None
    ]
    return RunCheck(
        run=run,
        clients=ordered,
        nothing=tuple(sorted(nothing, key=lambda one: clients[one.client_id].name_key)),
        without_project=left.get(None, ()),
        may_be_released=may_be_released,
        digest=run_digest(clean) if clean else "",
        unsent_mails=_count_unsent(session, assessor.books.workspace),
    )


def _of_draft(
    invoice: Invoice, assessment: Assessment, left_out: tuple[LeftOut, ...]
) -> ClientCheck:
    # Whether it is parked is told from how it is now: a rate may have been set since.
    parked = "parked" if assessment.reds else None
    hold = "held" if invoice.hold == "held" else parked
    return _of(
        assessment,
        left_out,
        invoice_id=invoice.id,
        status="draft",
        hold=hold,
        hold_reason=invoice.hold_reason if hold == "held" else _reasons(assessment),
    )


def _of_preview(assessment: Assessment, left_out: tuple[LeftOut, ...]) -> ClientCheck:
    return _of(
        assessment,
        left_out,
        invoice_id=None,
        status="preview",
        hold="parked" if assessment.reds else None,
        hold_reason=_reasons(assessment),
    )


def _of(
    assessment: Assessment,
    left_out: tuple[LeftOut, ...],
    *,
    invoice_id: UUID | None,
    status: str,
    hold: str | None,
    hold_reason: str | None,
) -> ClientCheck:
    priced = assessment.priced
    return ClientCheck(
        invoice_id=invoice_id,
        client_id=assessment.client.id,
        client_name=assessment.client.name,
        number=None,
        status=status,
        entries=sum(len(line.shares) for line in priced.lines),
        seconds_worked=priced.seconds,
        minutes_billed=priced.minutes,
        subtotal=priced.subtotal,
        tax=Money(priced.tax_minor, priced.currency),
        total=priced.total,
        charge_mode=assessment.charge_mode,
        hold=hold,
        hold_reason=hold_reason,
        reds=assessment.reds,
        warnings=assessment.warnings,
        left_out=left_out,
        digest=assessment.digest,
    )


def _of_issued(
    invoice: Invoice, client: Client, status: str, left_out: tuple[LeftOut, ...]
) -> ClientCheck:
    return ClientCheck(
        invoice_id=invoice.id,
        client_id=client.id,
        client_name=client.name,
        number=invoice.number,
        status=status,
        entries=0,
        seconds_worked=invoice.seconds_worked,
        minutes_billed=invoice.minutes_billed,
        subtotal=Money(invoice.subtotal_minor, invoice.currency),
        tax=Money(invoice.tax_minor, invoice.currency),
        total=invoice.total,
        charge_mode=invoice.charge_mode,
        hold=None,
        hold_reason=None,
        reds=(),
        warnings=(),
        left_out=left_out,
        digest="",
        attention=invoice.attention,
    )


def _reasons(assessment: Assessment) -> str | None:
    return " ".join(red.sentence for red in assessment.reds) or None


def _count_unsent(session: Session, workspace: Workspace) -> int:
    return int(
        session.scalar(
            select(func.count())
            .select_from(Mail)
            .where(Mail.workspace_id == workspace.id, Mail.state == "unsent")
        )
        or 0
    )
