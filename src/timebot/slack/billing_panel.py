"""The panel of billing people: what is missing, the next run, open drafts, unsettled invoices."""

from timebot.billing.checklist import list_missing
from timebot.billing.models import InvoiceRun
from timebot.billing.open_work import list_open_runs
from timebot.billing.run_schedule import needs_go_ahead, next_run_at
from timebot.billing.statuses import list_invoices
from timebot.slack.answer import Answer
from timebot.slack.billing_words import today_of
from timebot.slack.blocks import Block, actions, button, context, divider, escape, header, section
from timebot.slack.cards_to_ask import count_words
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.words import counted, days_words, instant_words, sums_words
from timebot.team.rights import may, require

_MOST_RUNS = 5
_ALL = 2_000


def open_panel(asked: Asked, _text: str = "") -> Answer:
    """Show where billing stands, and what to do next."""
    require(asked.session, asked.member, "billing", to="bill clients", now=asked.now)
    parts = [*_missing(asked), *_runs(asked), *_next_run(asked), *_cards(asked), *_invoices(asked)]
    blocks: list[Block] = [header("Billing")]
    for _words, block in parts:
        blocks.append(block)
    blocks += [divider(), _doors(asked)]
    return Answer(text="\n".join(["Billing.", *(words for words, _ in parts)]), blocks=blocks)


def show_checklist(asked: Asked) -> Answer:
    """Show what is still missing before the first invoice, from a button."""
    return open_panel(asked)


_Part = tuple[str, Block]


def _missing(asked: Asked) -> list[_Part]:
    """Say what a first invoice still needs; nothing once all is there."""
    missing = list_missing(
        asked.session,
        workspace=asked.workspace,
        can_charge=asked.desk.can_charge,
        can_mail=asked.desk.can_mail,
    )
    if not missing:
        return []
    command = asked.desk.billing_command
    listed = list_invoices(asked.session, workspace=asked.workspace, today=today_of(asked), limit=1)
    begins = "Still" if listed else "Before the first invoice,"
    title = f"{begins} {counted(len(missing), 'thing')} to set up"
    lines = []
    for number, point in enumerate(missing, start=1):
        # What is set on the server begins with a capital name, what is typed with a word.
        is_typed = not point.how.startswith("set ")
        how = f"`{command} {point.how}`" if is_typed else escape(point.how)
        lines.append(f"{number}. {escape(point.sentence)}\n      {how}")
    words = f"{title}:\n" + "\n".join(line.replace("`", "") for line in lines)
    return [(words, section(f"*{title}*\n" + "\n".join(lines)))]


def _runs(asked: Asked) -> list[_Part]:
    parts = []
    runs = list_open_runs(asked.session, workspace_id=asked.workspace.id)
    for run in runs[:_MOST_RUNS]:
        words = f"{run_title(run)} is open."
        show = button("Look at it", Act.RUN_SHOW, {"run": run.id}, key=run.id.hex,
                      style="primary")  # fmt: skip
        parts.append((words, section(f"*{words}*", accessory=show)))
    if len(runs) > _MOST_RUNS:
        words = f"{counted(len(runs) - _MOST_RUNS, 'older run')} open, too."
        parts.append((words, context(words)))
    return parts


def run_title(run: InvoiceRun) -> str:
    """Return how a run is called: by the days that it bills."""
    days = days_words(run.period_start, run.period_end)
    return f"Invoice run for {days}" if run.kind == "scheduled" else f"Extra invoice run, {days}"


def _next_run(asked: Asked) -> list[_Part]:
    missed = needs_go_ahead(asked.session, workspace=asked.workspace, now=asked.now)
    if missed:
        words = f"{counted(len(missed), 'invoice run')} were missed and wait for your go-ahead."
        go = button("Open them now", Act.RUN_GO_AHEAD, style="primary")
        return [(words, section(words, accessory=go))]
    due = next_run_at(asked.session, workspace=asked.workspace, now=asked.now)
    if due is None:
        return []
    words = f"The next run opens {instant_words(due, asked.workspace.zone)}."
    return [(words, section(words))]


def _cards(asked: Asked) -> list[_Part]:
    words = count_words(asked)
    if not words:
        return []
    show = button("Cards to ask for", Act.BILLING_DO, {"text": "card"}, key="card")
    return [(words, section(words, accessory=show))]


def _invoices(asked: Asked) -> list[_Part]:
    listed = list_invoices(
        asked.session, workspace=asked.workspace, today=today_of(asked), limit=_ALL
    )
    open_ones = [one for one in listed if one.status in {"sent", "overdue"}]
    if not open_ones:
        return []
    sums = sums_words((one.invoice.due for one in open_ones), asked.workspace.locale)
    overdue = sum(one.status == "overdue" for one in open_ones)
    waiting = sum(one.invoice.attention is not None for one in open_ones)
    facts = [f"{counted(len(open_ones), 'invoice')} not paid yet, {sums}"]
    facts += [f"{overdue} overdue"] if overdue else []
    facts += [f"{waiting} {'needs' if waiting == 1 else 'need'} your decision"] if waiting else []
    words = "; ".join(facts) + "."
    show = button("Show", Act.BILLING_DO, {"text": "invoices"}, key="unpaid")
    return [(words, section(escape(words), accessory=show))]


def _doors(asked: Asked) -> Block:
    def door(label: str, text: str) -> Block:
        return button(label, Act.BILLING_DO, {"text": text}, key=text)

    doors = [
        door("Preview", "preview"),
        door("Invoices", "invoices"),
        door("Clients", "client"),
        door("Rates", "rate"),
        door("Report", "report"),
        door("Rounding", "rounding"),
        door("Roles", "role"),
        door("Approvers", "approvers"),
        door("Holidays", "holidays"),
        door("Open a period", "open"),
        door("Settings", "settings"),
        door("Help", "help"),
    ]
    if not may(asked.member, "owner"):
        doors = [each for each in doors if each["action_id"] != f"{Act.BILLING_DO}:role"]
    return actions(*doors)
