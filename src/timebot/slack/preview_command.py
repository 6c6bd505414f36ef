"""The preview: what a run would bill now, what it would leave out, and why; nothing changes."""

from timebot.billing.flight_check import RunCheck, preview
from timebot.billing.open_work import list_open_runs
from timebot.clients.models import Client
from timebot.slack.answer import Answer
from timebot.slack.billing_words import whole_client
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
from timebot.slack.desk import Asked, viewer_of
from timebot.slack.ids import Act
from timebot.slack.run_card import nothing_words, page_of
from timebot.slack.run_lines import client_lines, client_section
from timebot.slack.words import counted, sums_words
from timebot.team.rights import require

_SHOWN = 40
_SPOKEN = 3_500


def preview_typed(asked: Asked, text: str) -> Answer:
    """Show what a run opened now would bill, for all clients or for one."""
    require(asked.session, asked.member, "billing", to="see what would be billed", now=asked.now)
    client = whole_client(asked, text) if text.strip() else None
    check = preview(
        asked.session,
        workspace=asked.workspace,
        client=client,
        can_charge=asked.desk.can_charge,
        now=asked.now,
    )
    return _draw(asked, check, client)


def _draw(asked: Asked, check: RunCheck, client: Client | None) -> Answer:
    page = page_of(viewer_of(asked), may_release=False)
    summary = _summary(asked, check, client)
    blocks: list[Block] = [
        header("Preview"),
        section(f"*{escape(summary)}*"),
        context("Nothing is sent. A run takes approved hours that no open run has."),
    ]
    blocks += [client_section(page, each) for each in check.clients[:_SHOWN]]
    if len(check.clients) > _SHOWN:
        more = counted(len(check.clients) - _SHOWN, "more client")
        blocks.append(context(f"… and {more}. Name one to see it."))
    nothing = nothing_words(check)
    if nothing:
        blocks += [divider(), section("*Not billed*\n" + "\n".join(map(escape, nothing)))]
    blocks.append(actions(*_doors(asked, check, client)))
    spoken = [f"Preview. {summary}"]
    spoken += [". ".join(client_lines(page, each)) for each in check.clients[:_SHOWN]]
    spoken += [f"Not billed: {'. '.join(nothing)}."] if nothing else []
    return Answer(text=cut(escape("\n".join(spoken)), _SPOKEN), blocks=blocks)


def _summary(asked: Asked, check: RunCheck, client: Client | None) -> str:
    billed = sum(each.total.minor > 0 for each in check.clients)
    if not billed:
        whose = f" of {client.name}" if client else ""
        return f"A run would bill nothing{whose} now."
    total = sums_words(check.totals, asked.workspace.locale)
    if client:
        return f"A run would bill {client.name} {total} now."
    words = f"A run would bill {counted(billed, 'client')} now, {total}."
    stuck = len(check.clients) - billed
    return f"{words} {counted(stuck, 'client')} cannot be billed yet." if stuck else words


def _doors(asked: Asked, check: RunCheck, client: Client | None) -> list[Block]:
    found = []
    if any(each.total.minor or each.reds for each in check.clients):
        whose = client.name if client else "all clients"
        sure = confirm(
            "Open a run now?",
            f"It drafts invoices for {whose}, today included. Nothing is sent before you release.",
            "Open it",
        )
        value = {"client": client.id} if client else {}
        found.append(button("Open a run now", Act.RUN_OPEN, value, confirm=sure))
    runs = list_open_runs(asked.session, workspace_id=asked.workspace.id)
    if runs:
        found.append(button("Show the open run", Act.RUN_SHOW, {"run": runs[0].id}))
    return [*found, button("Panel", Act.BILLING_DO, {"text": ""}, key="panel")]
