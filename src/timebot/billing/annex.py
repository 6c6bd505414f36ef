"""The annex of an invoice: what each line is made of, as much of it as the client is to see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebot.billing.concerns import shares_of
from timebot.billing.document import MOST_PRINTED_LINES, AnnexRow
from timebot.billing.line_texts import line_texts
from timebot.billing.pricing import Priced, PricedLine, Share
from timebot.billing.printed_moment import moment_at
from timebot.billing.why import WhyLine
from timebot.billing.why_entries import Billed, WhyEntry, explain_entries
from timebot.billing.why_printed import MOST_EXPLAINED, PrintedLine, is_too_long, print_line
from timebot.billing.worked_seconds import whole_seconds
from timebot.money import Money
from timebot.team.models import Workspace
from timebot.timekeeping.models import TimeEntry

_AT_ONCE = 500
_MOST = {"times": MOST_PRINTED_LINES, "full": MOST_EXPLAINED}


@dataclass(frozen=True)
class Annex:
    """What is printed behind an invoice.

    Attributes:
        detail: one of `ANNEX_DETAILS`.
        rows: each time entry, where times are shown.
        lines: each line with all that the client may see of it, where everything is.
        is_file: whether it has too many entries to be printed, so that a file takes its place.
    """

    detail: str
    rows: tuple[AnnexRow, ...] = ()
    lines: tuple[PrintedLine, ...] = ()
    is_file: bool = False


def make_annex(
    session: Session, priced: Priced, *, workspace: Workspace, detail: str, now: datetime
) -> Annex:
    """Return the annex of priced work, which is approved or just being billed; reads only."""
    if detail == "none":
        return Annex(detail)
    shares = sorted(shares_of(priced), key=_by_time)
    if len(shares) > _MOST[detail]:
        return Annex(detail, is_file=True)
    entries = _entries(session, workspace, shares)
    if detail == "times":
        return Annex(detail, rows=tuple(_rows(shares, entries)))
    rows = [_billed(share, entries[share.work.entry_id]) for share in shares]
    explained = explain_entries(
        session, rows, workspace_id=workspace.id, only=entries.keys(), until=now
    )
    lines = tuple(
        print_line(_line(position, line, priced.currency, explained))
        for position, line in enumerate(priced.lines, start=1)
    )
    # It is drawn with the invoice, which must not wait for an annex that takes too long.
    return Annex(detail, is_file=True) if is_too_long(lines) else Annex(detail, lines=lines)


def _entries(
    session: Session, workspace: Workspace, shares: Sequence[Share]
) -> dict[UUID, TimeEntry]:
    ids = [share.work.entry_id for share in shares]
    found: dict[UUID, TimeEntry] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = select(TimeEntry).where(
            TimeEntry.workspace_id == workspace.id, TimeEntry.id.in_(ids[start : start + _AT_ONCE])
        )
        found |= {entry.id: entry for entry in session.scalars(some)}
    return found


def _rows(shares: Sequence[Share], entries: dict[UUID, TimeEntry]) -> Iterator[AnnexRow]:
    """Return a row for each entry, by day and time."""
    for share in shares:
        work, entry = share.work, entries[share.work.entry_id]
        began, ended = whole_seconds(entry.started_at, entry.ended_at or entry.started_at)
        yield AnnexRow(
            worked_on=work.worked_on,
            member=work.member_name,
            project=work.project_name,
            text=work.text,
            ticket_ref=work.ticket_ref,
            kind=work.kind,
            seconds_worked=work.seconds,
            minutes_billed=share.minutes,
            ticket_url=work.ticket_url,
            began=moment_at(began, entry.zone),
            ended=moment_at(ended, entry.zone),
            zone=entry.zone,
        )


def _billed(share: Share, entry: TimeEntry) -> Billed:
    work = share.work
    return Billed(
        entry=entry,
        member_name=work.member_name,
        worked_on=work.worked_on,
        seconds=work.seconds,
        minutes=share.minutes,
        group_key=share.group_key,
        group_seconds=share.group_seconds,
        group_minutes=share.group_minutes,
        rule=work.rule,
        rate=Money(work.rate_minor, work.currency),
        # Whose rate it is tells one client of the firm's bargains with others and its people.
        rate_source=None,
        amount=Money(share.amount_minor, work.currency),
    )


def _line(
    position: int, line: PricedLine, currency: str, explained: dict[UUID, WhyEntry]
) -> WhyLine:
    return WhyLine(
        position=position,
        project_name=line.first.project_name,
        text=line_texts(line).text,
        kind=line.first.kind,
        tax_ppm=line.first.tax_ppm,
        seconds_worked=line.seconds,
        minutes_billed=line.minutes,
        rate=Money(line.rate_minor, currency),
        amount=Money(line.amount_minor, currency),
        entries=tuple(
            explained[share.work.entry_id] for share in sorted(line.shares, key=_by_time)
        ),
    )


def _by_time(share: Share) -> tuple[object, ...]:
    return share.work.worked_on, share.work.started_at, share.work.entry_id
