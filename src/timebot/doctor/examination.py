"""The examination: the set-up, the guards, every invariant, what is stuck, the audit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from timebot.billing.models import Invoice
from timebot.billing.payment_models import Mail, Payment
from timebot.db import Database, sqlite_library_version
from timebot.doctor.truths import CHECKS, broken_invariants, listed
from timebot.journal.chain import verify_chain
from timebot.journal.models import AuditEvent, AuditSeal, InboxDelivery, OutboxMessage
from timebot.migrations import is_current
from timebot.migrations.guards import missing_guards
from timebot.settings import Settings
from timebot.team.models import Workspace
from timebot.team.rights import holders
from timebot.team.settings_catalogue import missing_for_invoices

GOOD, LOOK, BROKEN = "good", "look", "broken"

LONG = timedelta(hours=1)
"""What waits longer than this is stuck."""

RECENT = timedelta(days=7)
"""How long what was given up is mentioned."""

SAFE_SQLITE = (3, 51, 3)
"""The first version without the WAL-reset bug of 3.7.0 to 3.51.2 (sqlite.org/wal.html)."""


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: what was looked at.
        verdict: good, look (a person should), or broken.
        sentence: what was found, in plain words.
    """

    check: str
    verdict: str
    sentence: str


def examine(
    database: Database, settings: Settings, *, now: datetime, real_now: datetime
) -> list[Finding]:
    """Check the set-up, the guards, every invariant, what is stuck, and the audit.

    Args:
        database: it is only read.
        settings: as read from the environment.
        now: the business instant, by which things are due.
        real_now: the machine's time, by which deliveries are repeated.
    """
    findings = [*_set_up(settings), *_sqlite(database)]
    try:
        is_ready = is_current(database)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return [*findings, Finding("database", BROKEN, f"It cannot be reached: {reason}.")]
    if not is_ready:
        sentence = "It is not set up for this version. Run: timebot migrate"
        return [*findings, Finding("database", BROKEN, sentence)]
    with database.read_only() as session:
        findings.append(Finding("database", GOOD, "Reachable and up to date."))
        findings += _guards(session)
        findings += _invariants(session)
        findings += _stuck(session, now, real_now)
        findings += _workspaces(session, now)
    return findings


def _invariants(session: Session) -> Iterator[Finding]:
    broken = dict(broken_invariants(session))
    yield from (Finding(check, BROKEN, sentence) for check, sentence in broken.items())
    held = [check for check in CHECKS if check not in broken]
    if held:
        yield Finding("money and hours", GOOD, f"In order: {', '.join(held)}.")


def _guards(session: Session) -> Iterator[Finding]:
    missing = missing_guards(session)
    if missing:
        yield Finding("guards", BROKEN, f"The database lacks {listed(missing)}.")
    else:
        yield Finding("guards", GOOD, "The database refuses what it must refuse.")


def _set_up(settings: Settings) -> Iterator[Finding]:
    if not settings.uses_slack:
        yield Finding("Slack", LOOK, "Not connected; set SLACK_BOT_TOKEN and its signing secret.")
    else:
        how = "Socket Mode" if settings.slack_app_token else "HTTP"
        who = "many workspaces" if settings.slack_client_id else "one workspace"
        yield Finding("Slack", GOOD, f"Connected over {how}, for {who}.")
    if settings.stripe_api_key is None:
        yield Finding("Stripe", LOOK, "Not set up; invoices carry bank details.")
    else:
        yield Finding("Stripe", GOOD, "Set up; cards can be charged.")
    if settings.resend_api_key is None:
        yield Finding("Resend", LOOK, "Not set up; mails stay unsent, and are listed.")
    else:
        yield Finding("Resend", GOOD, f"Set up; mails come from {settings.mail_from}.")


def _sqlite(database: Database) -> Iterator[Finding]:
    if not database.is_sqlite:
        return
    version = sqlite_library_version()
    words = ".".join(map(str, version))
    if version < SAFE_SQLITE:
        sentence = (
            f"SQLite {words} has a rare bug that can damage the file; 3.51.3 and later do not."
            " Keep backups, or install a newer SQLite."
        )
        yield Finding("SQLite", LOOK, sentence)
    else:
        yield Finding("SQLite", GOOD, f"Version {words}.")


def _stuck(session: Session, now: datetime, real_now: datetime) -> list[Finding]:
    long_ago = now - LONG
    late = {
        "invoices whose next step is": Invoice.next_step_at < long_ago,
        "messages to Slack that are": (OutboxMessage.state == "waiting")
        & (OutboxMessage.due_at < long_ago)
        & (func.coalesce(OutboxMessage.retry_at, OutboxMessage.due_at) < real_now - LONG),
        "webhooks that are": (InboxDelivery.state == "waiting")
        & (InboxDelivery.received_at < long_ago),
        "charges without an answer that are": (Payment.state == "pending")
        & (Payment.created_at < long_ago),
        "mails that are": (Mail.state == "waiting") & (Mail.created_at < long_ago),
    }
    since = now - RECENT
    for_people = {
        "invoices wait for a decision": Invoice.attention.is_not(None),
        "charges have an unknown outcome and are asked about": Payment.state == "unknown",
        "messages to Slack were given up (timebot stuck lists them)": OutboxMessage.state.in_(
            ("given_up", "unknown")
        )
        & (OutboxMessage.settled_at > since),
        "webhooks were given up": (InboxDelivery.state == "given_up")
        & (InboxDelivery.received_at > since),
        "mails could not be delivered": Mail.state.in_(("failed", "bounced"))
        & (Mail.created_at > since),
    }
    stuck = _counted(session, late.items())
    waiting = _counted(session, for_people.items())
    findings = [
        Finding("work", BROKEN, f"{what} late by over an hour: {count}. Is a worker running?")
        for what, count in stuck
    ]
    findings += [Finding("work", LOOK, f"{what}: {count}.") for what, count in waiting]
    return findings or [Finding("work", GOOD, "Nothing is stuck.")]


def _counted(
    session: Session, conditions: Iterable[tuple[str, ColumnElement[bool]]]
) -> list[tuple[str, int]]:
    found = []
    for what, condition in conditions:
        count = session.scalar(select(func.count()).where(condition)) or 0
        if count:
            found.append((what[:1].upper() + what[1:], count))
    return found


def _workspaces(session: Session, now: datetime) -> Iterator[Finding]:
    for workspace in session.scalars(select(Workspace).order_by(Workspace.name)):
        yield _audit(session, workspace, now)
        if not holders(session, workspace_id=workspace.id, role="owner"):
            yield Finding(workspace.name, LOOK, "It has no owner yet.")
        missing = missing_for_invoices(workspace)
        if missing:
            yield Finding(workspace.name, LOOK, f"Before the first invoice: {'; '.join(missing)}.")


def _audit(session: Session, workspace: Workspace, now: datetime) -> Finding:
    check = f"audit of {workspace.name}"
    chain = verify_chain(session, workspace_id=workspace.id)
    if chain.broken is not None:
        link = chain.broken
        sentence = f"Broken at position {link.position} (event {link.event_id}): {link.why}."
        return Finding(check, BROKEN, sentence)
    sealed = select(AuditSeal.event_id).where(
        AuditSeal.workspace_id == AuditEvent.workspace_id, AuditSeal.event_id == AuditEvent.id
    )
    old = session.scalar(
        select(func.count()).where(
            AuditEvent.workspace_id == workspace.id,
            AuditEvent.at < now - LONG,
            ~sealed.exists(),
        )
    )
    if old:
        return Finding(check, LOOK, f"Events over an hour old and not sealed: {old}.")
    return Finding(check, GOOD, f"{chain.sealed} sealed, {chain.unsealed} to be sealed.")
