"""What billing people do with a run: open, look, preview, release, hold."""

from collections.abc import Mapping
from uuid import UUID

from timebot.billing.flight_check import ClientCheck, check_run
from timebot.billing.holds import hold_client, lift_client_hold
from timebot.billing.issuing import release, release_all
from timebot.billing.models import Invoice, InvoiceRun
from timebot.billing.open_work import find_draft, list_open_runs
from timebot.billing.refusals import DraftChanged, DraftUnknown, RunChanged, RunUnknown
from timebot.billing.runs import go_ahead, open_manual_run
from timebot.clients.models import Client
from timebot.errors import NotFound
from timebot.journal.notices import refresh_card
from timebot.locales import money_words
from timebot.slack.answer import NOTHING, Answer
from timebot.slack.billing_panel import run_title
from timebot.slack.billing_words import cleaned, take_client, whole_client
from timebot.slack.blocks import Block, actions, button, escape, modal, section
from timebot.slack.client_choices import client_at
from timebot.slack.desk import SURFACE, Asked, Feature, viewer_of
from timebot.slack.file_sending import want_file
from timebot.slack.form_fields import Field, draw_fields, filled
from timebot.slack.ids import Act, Form
from timebot.slack.run_card import draw_run, page_of
from timebot.slack.run_lines import Page, client_lines, client_section, draft_buttons
from timebot.slack.words import counted, sums_words
from timebot.team.rights import require

_REASON = Field(
    "reason", "Why", hint="Shown in the run, such as: waits for a PO.", is_optional=True
)


class NoDraft(NotFound):
    """The client has no draft that could be decided about."""

    def __init__(self, client: Client) -> None:
        super().__init__(
            f"{client.name} has no draft in an open invoice run.",
            example=f"/billing preview {client.name}",
        )


def run_typed(asked: Asked, text: str) -> Answer:
    """Open a run now, for all clients or for one, and show it."""
    client = whole_client(asked, text) if text.strip() else None
    return _opened(asked, client)


def open_clicked(asked: Asked) -> Answer:
    """Open a run now, from a button; for one client where it carries one."""
    named = asked.delivery.value.get("client")
    return _opened(asked, client_at(asked, named) if named else None)


def release_typed(asked: Asked, text: str) -> Answer:
    """Show the client's draft with its release button: nothing is issued unseen."""
    require(asked.session, asked.member, "billing", to="release invoices", now=asked.now)
    return _draw_one(asked, _draft_of(asked, whole_client(asked, text)))


def hold_typed(asked: Asked, text: str) -> Answer:
    """Hold the client's draft back, with the words that follow as the reason."""
    require(asked.session, asked.member, "billing", to="hold clients back", now=asked.now)
    client, reason = take_client(asked, cleaned(text))
    return _held(asked, _draft_of(asked, client).id, reason)


def unhold_typed(asked: Asked, text: str) -> Answer:
    """Lift the hold on the client's draft."""
    require(asked.session, asked.member, "billing", to="lift holds", now=asked.now)
    return _lifted(asked, _draft_of(asked, whole_client(asked, text)).id)


def show_run(asked: Asked) -> Answer:
    """Show the run of a button, or the newest open one."""
    require(asked.session, asked.member, "billing", to="see invoice runs", now=asked.now)
    page = asked.delivery.value.get("page", "0")
    drawn = draw_run(viewer_of(asked), _run(asked), page=int(page) if page.isdigit() else 0)
    return Answer(text=drawn.text, blocks=drawn.blocks)


def show_client(asked: Asked) -> Answer:
    """Show one draft of a long run with its buttons."""
    require(asked.session, asked.member, "billing", to="see invoice runs", now=asked.now)
    return _draw_one(asked, _invoice(asked))


def preview_clicked(asked: Asked) -> Answer:
    """Send the PDF of a draft to the person who asked; the worker draws it."""
    require(asked.session, asked.member, "billing", to="see invoices", now=asked.now)
    invoice = _invoice(asked)
    client = asked.session.get_one(Client, (asked.workspace.id, invoice.client_id))
    want_file(asked, invoice)
    return Answer(text=escape(f"The PDF for {client.name} comes as a direct message in a moment."))


def release_clicked(asked: Asked) -> Answer:
    """Issue one draft as it was shown; changed since, show the difference and ask again."""
    invoice = _invoice(asked)
    try:
        with asked.session.begin_nested():
            issued = release(
                asked.session,
                workspace=asked.workspace,
                actor=asked.member,
                invoice_id=invoice.id,
                digest=asked.delivery.value.get("digest", ""),
                can_charge=asked.desk.can_charge,
                surface=SURFACE,
                now=asked.now,
            )
    except DraftChanged as changed:
        return _ask_again(asked, invoice, changed)
    return _done(asked, issued.run_id, f"{_issued_words(asked, issued)} was issued.")


def release_all_clicked(asked: Asked) -> Answer:
    """Issue all clean drafts as they were shown; changed since, ask again."""
    run = _run(asked)
    try:
        with asked.session.begin_nested():
            issued = release_all(
                asked.session,
                workspace=asked.workspace,
                actor=asked.member,
                run_id=run.id,
                digest=asked.delivery.value.get("digest", ""),
                can_charge=asked.desk.can_charge,
                surface=SURFACE,
                now=asked.now,
            )
    except RunChanged as changed:
        _refresh(asked, run.id)
        drawn = draw_run(viewer_of(asked), run)
        text = f"{escape(changed.sentence)}\n{drawn.text}"
        said = [section(escape(changed.sentence)), *drawn.blocks]
        return Answer(text=text, blocks=said, replace=asked.delivery.is_ephemeral)
    total = sums_words((each.total for each in issued), asked.workspace.locale)
    return _done(asked, run.id, f"{counted(len(issued), 'invoice')} issued, {total}.")


def hold_clicked(asked: Asked) -> Answer:
    """Ask why a client is held back."""
    require(asked.session, asked.member, "billing", to="hold clients back", now=asked.now)
    invoice = _invoice(asked)
    client = asked.session.get_one(Client, (asked.workspace.id, invoice.client_id))
    return Answer(
        modal=modal(
            Form.HOLD,
            "Hold a client back",
            [
                section(f"*{escape(client.name)}* is left out of this run; the next one takes it."),
                *draw_fields([_REASON], {}),
            ],
            submit="Hold",
            close="Cancel",
            kept={"invoice": invoice.id},
        )
    )


def save_hold(asked: Asked) -> Answer:
    """Hold the client of the modal back."""
    return _held(asked, _invoice(asked).id, filled(asked.delivery, "reason"))


def unhold_clicked(asked: Asked) -> Answer:
    """Lift the hold of a button."""
    return _lifted(asked, _invoice(asked).id)


def go_ahead_clicked(asked: Asked) -> Answer:
    """Open all the runs that were missed."""
    runs = go_ahead(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        can_charge=asked.desk.can_charge,
        surface=SURFACE,
        now=asked.now,
    )
    if not runs:
        return Answer(text="The missed runs are open already. Nothing was changed.")
    names = "\n".join(run_title(run) for run in runs)
    return Answer(text=f"{counted(len(runs), 'run')} opened; each has its own message.\n{names}")


def _opened(asked: Asked, client: Client | None) -> Answer:
    run = open_manual_run(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        client=client,
        can_charge=asked.desk.can_charge,
        surface=SURFACE,
        now=asked.now,
    )
    where = "the billing channel" if asked.workspace.billing_channel else "a direct message"
    text = f"{run_title(run)} is open. You find it in {where}; nothing is sent before you release."
    show = button("Show it here", Act.RUN_SHOW, {"run": run.id})
    return Answer(text=text, blocks=[section(text), actions(show)])


def _held(asked: Asked, invoice_id: UUID, reason: str) -> Answer:
    invoice = hold_client(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        invoice_id=invoice_id,
        reason=reason,
        surface=SURFACE,
        now=asked.now,
    )
    client = asked.session.get_one(Client, (asked.workspace.id, invoice.client_id))
    lift = button("Lift the hold", Act.RUN_UNHOLD, {"invoice": invoice.id})
    text = f"{client.name} is held back in this run. The next run takes its hours."
    return Answer(
        text=escape(text),
        blocks=[section(escape(text)), actions(lift, _show_button(invoice.run_id))],
        replace=asked.delivery.is_ephemeral,
    )


def _lifted(asked: Asked, invoice_id: UUID) -> Answer:
    invoice = lift_client_hold(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        invoice_id=invoice_id,
        can_charge=asked.desk.can_charge,
        surface=SURFACE,
        now=asked.now,
    )
    client = asked.session.get_one(Client, (asked.workspace.id, invoice.client_id))
    return _done(asked, invoice.run_id, f"{client.name} is back in this run.")


def _done(asked: Asked, run_id: UUID, text: str) -> Answer:
    """Tell it where no card is repainted: after a command, or on a private message."""
    if asked.delivery.kind == "click" and not asked.delivery.is_ephemeral:
        return NOTHING
    blocks = [section(escape(text)), actions(_show_button(run_id))]
    return Answer(text=escape(text), blocks=blocks, replace=asked.delivery.is_ephemeral)


def _ask_again(asked: Asked, invoice: Invoice, changed: DraftChanged) -> Answer:
    _refresh(asked, invoice.run_id)
    answer = _draw_one(asked, invoice)
    return Answer(
        text=f"{escape(changed.sentence)}\n{answer.text}",
        blocks=[section(escape(changed.sentence)), *answer.blocks],
        replace=asked.delivery.is_ephemeral,
    )


def _draw_one(asked: Asked, invoice: Invoice) -> Answer:
    """Draw one client of its run with the buttons of its draft."""
    check, page = _check(asked, invoice)
    blocks: list[Block] = [client_section(page, check)]
    if check.status == "draft":
        blocks.append(draft_buttons(page, check))
    text = escape("\n".join(client_lines(page, check)))
    return Answer(text=text, blocks=blocks)


def _check(asked: Asked, invoice: Invoice) -> tuple[ClientCheck, Page]:
    run = asked.session.get_one(InvoiceRun, (asked.workspace.id, invoice.run_id))
    whole = check_run(
        asked.session,
        workspace=asked.workspace,
        run=run,
        can_charge=asked.desk.can_charge,
        now=asked.now,
    )
    page = page_of(viewer_of(asked), may_release=whole.may_be_released)
    for check in whole.clients:
        if check.invoice_id == invoice.id:
            return check, page
    raise DraftUnknown


def _issued_words(asked: Asked, invoice: Invoice) -> str:
    client = asked.session.get_one(Client, (asked.workspace.id, invoice.client_id))
    amount = money_words(invoice.total, asked.workspace.locale)
    return f"{invoice.number} for {client.name}, {amount},"


def _draft_of(asked: Asked, client: Client) -> Invoice:
    draft = find_draft(asked.session, workspace_id=asked.workspace.id, client_id=client.id)
    if draft is None:
        raise NoDraft(client)
    return draft


def _invoice(asked: Asked) -> Invoice:
    key = _uuid(asked.delivery.value.get("invoice"))
    invoice = asked.session.get(Invoice, (asked.workspace.id, key)) if key else None
    if invoice is None:
        raise DraftUnknown
    return invoice


def _run(asked: Asked) -> InvoiceRun:
    key = _uuid(asked.delivery.value.get("run"))
    if key is not None:
        run = asked.session.get(InvoiceRun, (asked.workspace.id, key))
    else:
        run = next(iter(list_open_runs(asked.session, workspace_id=asked.workspace.id)), None)
    if run is None:
        raise RunUnknown
    return run


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _refresh(asked: Asked, run_id: UUID) -> None:
    refresh_card(
        asked.session,
        workspace_id=asked.workspace.id,
        purpose="run",
        subject_id=run_id,
        now=asked.now,
    )


def _show_button(run_id: UUID) -> Block:
    return button("Show the run", Act.RUN_SHOW, {"run": run_id})


ACTIONS: Mapping[str, Feature] = {
    Act.RUN_OPEN: open_clicked,
    Act.RUN_GO_AHEAD: go_ahead_clicked,
    Act.RUN_SHOW: show_run,
    Act.RUN_CLIENT: show_client,
    Act.RUN_PREVIEW: preview_clicked,
    Act.RUN_RELEASE: release_clicked,
    Act.RUN_RELEASE_ALL: release_all_clicked,
    Act.RUN_HOLD: hold_clicked,
    Act.RUN_UNHOLD: unhold_clicked,
}
FORMS: Mapping[str, Feature] = {Form.HOLD: save_hold}
