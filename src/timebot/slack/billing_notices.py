"""What billing people are told without having asked: cards, budgets, coming and missed runs."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from timebot.billing.budgets import budget_uses
from timebot.billing.flight_check import preview
from timebot.billing.left_out import LeftOut
from timebot.clients.models import Client, Project
from timebot.slack.blocks import Block, actions, button, escape, section
from timebot.slack.desk import Drawn, Notice, Viewer
from timebot.slack.ids import Act
from timebot.slack.invoice_words import sees_money
from timebot.slack.rate_words import budget_words, card_words
from timebot.slack.words import counted, days_words, sums_words

Facts = dict[str, str]
_SET_UP = {
    "stripe_key": "Stripe does not accept timebot's API key, so no invoice is charged. Please ask"
    " whoever runs timebot to put a valid key into `STRIPE_API_KEY`.",
    "mail_key": "Resend does not accept timebot's API key, so no mail goes out. Please ask whoever"
    " runs timebot to put a valid key into `RESEND_API_KEY`.",
    "mail_domain": "Resend has not verified the domain that mails are sent from, so no mail goes"
    " out. Please ask whoever runs timebot to verify it at resend.com/domains.",
    "mail_quota": "The quota of mails at Resend is used up, so no mail goes out until it is renewed"
    " or raised at Resend.",
}
_WAITING = frozenset(("unconfirmed", "unsubmitted", "unapproved"))


def tell_card(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell that a client has put a card on file."""
    client = viewer.session.get(Client, (viewer.workspace.id, UUID(facts["client_id"])))
    if client is None or client.card_id is None or not sees_money(viewer):
        return None
    text = f"{client.name} has a card on file now: {card_words(client)}."
    show = button("Show client", Act.CLIENT_SHOW, {"client": client.id})
    return _drawn(escape(text), show)


def tell_card_lost(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell that a client's card is gone, with the link to ask for another."""
    client = viewer.session.get(Client, (viewer.workspace.id, UUID(facts["client_id"])))
    if client is None or client.card_id is not None or not sees_money(viewer):
        return None
    text = (
        f"The card of {client.name} was removed at Stripe, so the next invoice goes out with a pay"
        " link. Ask the client for another card if you want to charge one."
    )
    ask = button("Card link", Act.CARD_LINK, {"client": client.id})
    return _drawn(escape(text), ask)


def tell_customer_lost(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell that a client's customer was deleted at Stripe, with the link to ask for a card."""
    client = viewer.session.get(Client, (viewer.workspace.id, UUID(facts["client_id"])))
    if client is None or client.card_id is not None or not sees_money(viewer):
        return None
    text = (
        f"{client.name} was deleted at Stripe, and the card on file with it. Nothing is charged:"
        " invoices go out with a pay link. Ask the client for a card again if you want to charge"
        " one."
    )
    ask = button("Card link", Act.CARD_LINK, {"client": client.id})
    return _drawn(escape(text), ask)


def tell_budget(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell that a project's budget passed 80 or 100 percent."""
    project = viewer.session.get(Project, (viewer.workspace.id, UUID(facts["project_id"])))
    if project is None or not sees_money(viewer):
        return None
    client = viewer.session.get_one(Client, (viewer.workspace.id, project.client_id))
    use = budget_uses(viewer.session, workspace=viewer.workspace, project_ids=[project.id])
    budget = budget_words(
        project,
        use.get(project.id),
        currency=client.currency,
        locale=viewer.workspace.locale,
    )
    passed = "is used up" if int(facts["percent"]) >= 100 else f"is past {facts['percent']}%"
    text = f"The budget of {client.name} {project.name} {passed} ({budget})."
    edit = button("Change the budget", Act.PROJECT_EDIT_FORM, {"project": project.id})
    report = button("Report", Act.BILLING_DO, {"text": f"report project {client.name}"})
    return _drawn(escape(text), edit, report)


def tell_forecast(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell what the coming run would bill, two days before its period ends."""
    if not sees_money(viewer):
        return None
    start, end = _days(facts)
    check = preview(
        viewer.session,
        workspace=viewer.workspace,
        can_charge=viewer.desk.can_charge,
        now=viewer.now,
    )
    period = days_words(start, end)
    title = f"The billing period {period} ends soon."
    total = sums_words(check.totals, viewer.workspace.locale)
    now = f"Approved so far: {counted(len(check.clients), 'client')}, {total}."
    if not check.clients:
        now = "No approved hours wait for the next run yet."
    out = [each for one in check.clients for each in one.left_out]
    out += [each for one in check.nothing for each in one.left_out]
    waiting = _waiting([*out, *check.without_project])
    lines = [title, now, *waiting]
    text = "\n".join(lines)
    bold = "\n".join([f"*{escape(title)}*", *map(escape, lines[1:])])
    look = button("Look at it", Act.BILLING_DO, {"text": "preview"})
    return Drawn(text=escape(text), blocks=[section(bold), actions(look)])


def tell_set_up(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Tell what keeps invoices or mails waiting, and what whoever runs timebot can do."""
    trouble = _SET_UP.get(facts["trouble"])
    if trouble is None or not sees_money(viewer):
        return None
    text = f"{trouble} Nothing is lost: I try again every hour, and what waits goes on by itself."
    look = button("Invoices", Act.BILLING_DO, {"text": "invoices"})
    # Our own words, with a name to be copied in them: escaping would put joiners into it.
    return _drawn(text, look)


def tell_missed(viewer: Viewer, facts: Facts) -> Drawn | None:
    """Ask whether many missed runs shall be opened."""
    if not sees_money(viewer):
        return None
    start, end = _days(facts)
    count = int(facts["count"])
    text = (
        f"{counted(count, 'invoice run')} were missed, for {days_words(start, end)}. I did not open"
        " them by myself, because that is a lot at once. Nothing is sent before you release."
    )
    return _drawn(text, button("Go ahead", Act.RUN_GO_AHEAD, style="primary"))


def _waiting(left_out: Sequence[LeftOut]) -> list[str]:
    entries = sum(each.entries for each in left_out if each.reason in _WAITING)
    if not entries:
        return []
    wait = "waits" if entries == 1 else "wait"
    return [f"{counted(entries, 'entry', 'entries')} still {wait} to be submitted or approved."]


def _drawn(text: str, *buttons: Block) -> Drawn:
    return Drawn(text=text, blocks=[section(text), actions(*buttons)])


def _days(facts: Facts) -> tuple[date, date]:
    return date.fromisoformat(facts["period_start"]), date.fromisoformat(facts["period_end"])


NOTICES: Mapping[str, Notice] = {
    "card_on_file": tell_card,
    "card_lost": tell_card_lost,
    "customer_lost": tell_customer_lost,
    "budget_crossed": tell_budget,
    "run_forecast": tell_forecast,
    "runs_missed": tell_missed,
    "set_up_wrong": tell_set_up,
}
