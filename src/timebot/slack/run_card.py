"""The digest of a run: one message that shows every client, and changes as they settle."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from timebot.billing.flight_check import ClientCheck, RunCheck, check_run
from timebot.billing.models import InvoiceRun
from timebot.journal.chain import find_head
from timebot.slack.billing_panel import run_title
from timebot.slack.blocks import (
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    divider,
    escape,
    header,
    section,
)
from timebot.slack.desk import Card, Drawn, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money, today_at, without_money
from timebot.slack.run_lines import Page, client_blocks, client_lines, left_out_words
from timebot.slack.words import counted, instant_words, isolated, listed, sums_words
from timebot.team.days import day_in_words

ROOMY = 14
"""Up to so many clients each has its own row of buttons; more are listed compactly."""

PER_PAGE = 38
_MOST_NOTHING = 12
_SPOKEN = 3_500


def run_card(viewer: Viewer, run_id: str) -> Drawn | None:
    """Draw the digest of a run for billing people, or for the billing channel."""
    run = viewer.session.get(InvoiceRun, (viewer.workspace.id, UUID(run_id)))
    if run is None:
        return None
    if not sees_money(viewer):
        return without_money("this invoice run")
    return draw_run(viewer, run)


def draw_run(viewer: Viewer, run: InvoiceRun, *, page: int = 0) -> Drawn:
    """Draw a run as it stands now; of many clients one page."""
    check = check_run(
        viewer.session,
        workspace=viewer.workspace,
        run=run,
        can_charge=viewer.desk.can_charge,
        now=viewer.now,
    )
    drawing = page_of(viewer, may_release=check.may_be_released)
    shown = check.clients[page * PER_PAGE : (page + 1) * PER_PAGE]
    summary = _summary(viewer, check)
    opened = f"Opened {instant_words(run.opened_at, viewer.workspace.zone)}"
    about = context(opened, *_audit_words(viewer))
    blocks: list[Block] = [header(run_title(run)), section(f"*{escape(summary)}*"), about]
    is_compact = len(check.clients) > ROOMY
    for each in shown:
        blocks += [] if is_compact else [divider()]
        blocks += client_blocks(drawing, each, is_compact=is_compact)
    blocks += _rest(check, page)
    blocks += _foot(viewer, run, check)
    spoken = [f"{run_title(run)}.", summary]
    spoken += [". ".join(client_lines(drawing, each)) for each in shown]
    spoken += _audit_words(viewer)
    return Drawn(text=cut(escape("\n".join(spoken)), _SPOKEN), blocks=blocks)


def _audit_words(viewer: Viewer) -> list[str]:
    """Say how far the audit's chain goes just now; whoever keeps the message can compare later."""
    head = find_head(viewer.session, workspace_id=viewer.workspace.id)
    return [f"Audit {head.short}"] if head is not None else []


def page_of(viewer: Viewer, *, may_release: bool) -> Page:
    """Return what lines are drawn with."""
    return Page(viewer.session, viewer.workspace, today_at(viewer), may_release)


def _summary(viewer: Viewer, check: RunCheck) -> str:
    """Return how many clients there are, what they come to, and what is to be decided."""
    if not check.clients:
        return "There is nothing to bill in this run."
    locale = viewer.workspace.locale
    drafts = [each for each in check.clients if each.status == "draft"]
    issued = [each for each in check.clients if each.status != "draft"]
    total = sums_words(check.totals, locale)
    parts = [f"{counted(len(check.clients), 'client')}, {total}"]
    held = sum(each.hold == "held" for each in drafts)
    decide = sum(each.hold != "held" and not each.is_clean for each in drafts)
    facts = [
        (len(check.clean), "ready"),
        (decide, "to decide"),
        (held, "held back"),
        *((sum(each.status == status for each in issued), word) for status, word in _STATUS_WORDS),
    ]
    parts += [f"{count} {word}" for count, word in facts if count]
    return f"{listed(parts[:1])}: {listed(parts[1:])}" if parts[1:] else parts[0]


_STATUS_WORDS = (
    ("paid", "paid"),
    ("sent", "not paid yet"),
    ("overdue", "overdue"),
    ("cancelled", "cancelled"),
)


def _rest(check: RunCheck, page: int) -> list[Block]:
    missing = len(check.clients) - (page + 1) * PER_PAGE
    if missing <= 0 or check.run is None:
        return []
    more = button(f"Show {min(missing, PER_PAGE)} more", Act.RUN_SHOW,
                  {"run": check.run.id, "page": page + 1}, key="more")  # fmt: skip
    words = f"… and {counted(missing, 'more client', 'more clients')}"
    return [section(words, accessory=more)]


def _foot(viewer: Viewer, run: InvoiceRun, check: RunCheck) -> list[Block]:
    blocks: list[Block] = []
    nothing = nothing_words(check)
    if nothing:
        blocks += [divider(), section("*Not in this run*\n" + "\n".join(map(escape, nothing)))]
    if check.unsent_mails:
        mails = counted(check.unsent_mails, "mail")
        waits = "waits" if check.unsent_mails == 1 else "wait"
        blocks.append(context(f"{mails} {waits} because no mail is set up; download the PDFs."))
    if check.clean and check.may_be_released:
        blocks += [divider(), actions(_release_all(viewer, run, check.clean, check.digest))]
    elif check.clean:
        blocks.append(context(f"It can be released from {day_in_words(run.period_end)} on."))
    return blocks


def nothing_words(check: RunCheck) -> list[str]:
    """Return what is not billed of clients without a draft, and of work without a project."""
    lines = [
        f"{isolated(one.client_name)}: {left_out_words(one.left_out)}" for one in check.nothing
    ]
    if len(lines) > _MOST_NOTHING:
        lines = [*lines[:_MOST_NOTHING], f"… and {len(lines) - _MOST_NOTHING} more clients"]
    if check.without_project:
        lines.append(f"Without a project: {left_out_words(check.without_project)}")
    return lines


def _release_all(
    viewer: Viewer, run: InvoiceRun, clean: Sequence[ClientCheck], digest: str
) -> Block:
    invoices = counted(len(clean), "invoice")
    total = sums_words((each.total for each in clean), viewer.workspace.locale)
    charged = sum(each.charge_mode == "charge" for each in clean)
    cards = f" {counted(charged, 'card is', 'cards are')} charged." if charged else ""
    sure = confirm(
        f"Issue {invoices}?",
        f"{total} in all.{cards} Issued invoices cannot be changed, only cancelled.",
        f"Release {len(clean)}",
    )
    label = "Release all" if len(clean) > 1 else "Release the one that is ready"
    return button(
        f"{label} ({len(clean)})" if len(clean) > 1 else label,
        Act.RUN_RELEASE_ALL,
        {"run": run.id, "digest": digest},
        style="primary",
        confirm=sure,
        says=f"Release {invoices}, {total}",
    )


CARDS: Mapping[str, Card] = {"run": run_card}
