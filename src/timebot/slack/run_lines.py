"""One client in a run, in words and buttons: what is billed, what is left out, what to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from timebot.billing.flight_check import ClientCheck
from timebot.billing.left_out import LeftOut
from timebot.billing.models import Invoice
from timebot.clients.models import Client
from timebot.locales import money_words
from timebot.slack.blocks import Block, actions, button, confirm, cut, escape, section
from timebot.slack.ids import Act
from timebot.slack.invoice_words import says_attention, state_words
from timebot.slack.rate_words import card_words
from timebot.slack.words import counted, isolated, listed, minutes_words
from timebot.team.models import Workspace
from timebot.timekeeping.durations import duration_words

_LONGEST = 1_500
_MODES = {"link": "sends a pay link", "bank": "sends bank details"}


@dataclass(frozen=True)
class Page:
    """What the lines of a run are drawn with.

    Attributes:
        today: the day it is for the workspace.
        may_release: whether the run's cut-off has passed.
    """

    session: Session
    workspace: Workspace
    today: date
    may_release: bool


def client_lines(page: Page, check: ClientCheck) -> list[str]:
    """Return what there is to say about one client, the title first; not escaped."""
    lines = [" · ".join(_title(page, check)), _state(page, check)]
    lines += [f"Note: {warning.sentence}" for warning in check.warnings]
    if check.attention and not _is_said(page, check):
        lines.append(f"Please decide: {check.attention}")
    if check.left_out:
        lines.append(f"Left out: {left_out_words(check.left_out)}")
    return lines


def client_section(page: Page, check: ClientCheck, *, accessory: Block | None = None) -> Block:
    """Return one client as a paragraph, its name and amount in bold."""
    _, *rest = client_lines(page, check)
    name, worked, amount = map(escape, _title(page, check))
    text = "\n".join([f"*{name}* · {worked} · *{amount}*", *map(escape, rest)])
    return section(cut(text, _LONGEST), accessory=accessory)


def client_blocks(page: Page, check: ClientCheck, *, is_compact: bool) -> list[Block]:
    """Return one client with its buttons: two blocks, or one in a compact list."""
    if check.invoice_id is None:
        return [client_section(page, check)]
    key = check.invoice_id.hex
    if check.status != "draft":
        value = {"invoice": check.invoice_id}
        says = f"Details of {check.client_name}"
        details = button("Details", Act.INVOICE_SHOW, value, key=key, says=says)
        return [client_section(page, check, accessory=details)]
    if is_compact:
        value = {"invoice": check.invoice_id}
        says = f"Decide about {check.client_name}"
        decide = button("Decide", Act.RUN_CLIENT, value, key=key, says=says)
        return [client_section(page, check, accessory=decide)]
    return [client_section(page, check), draft_buttons(page, check)]


def draft_buttons(page: Page, check: ClientCheck) -> Block:
    """Return the buttons of a draft: preview, release, hold or lift the hold."""
    name, value = check.client_name, {"invoice": check.invoice_id}
    key = check.invoice_id.hex if check.invoice_id else ""
    elements = [
        button("Preview PDF", Act.RUN_PREVIEW, value, key=key, says=f"Preview PDF of {name}")
    ]
    if check.may_be_released and page.may_release:
        elements.append(release_button(page, check))
    if check.hold == "held":
        says = f"Lift the hold on {name}"
        elements.append(button("Lift the hold", Act.RUN_UNHOLD, value, key=key, says=says))
    else:
        elements.append(button("Hold", Act.RUN_HOLD, value, key=key, says=f"Hold {name}"))
    if any(red.code == "missing_rate" for red in check.reds):
        client = {"client": check.client_id, "place": check.client_id}
        elements.append(button("Set a rate", Act.RATE_FORM, client, key=key))
        elements.append(button("Re-rate", Act.RERATE_SHOW, client, key=key))
    return actions(*elements)


def release_button(page: Page, check: ClientCheck, *, label: str = "Release") -> Block:
    """Return the button that issues a draft exactly as it is shown, after a question."""
    amount = money_words(check.total, page.workspace.locale)
    pays = _pays(page, check)
    sure = confirm(
        "Issue this invoice?",
        f"{check.client_name}: {amount}. timebot {pays} and mails the invoice."
        " An issued invoice cannot be changed, only cancelled.",
        "Release",
    )
    return button(
        label,
        Act.RUN_RELEASE,
        {"invoice": check.invoice_id, "digest": check.digest},
        key=check.invoice_id.hex if check.invoice_id else "",
        style="primary" if check.is_clean else None,
        confirm=sure,
        says=f"Release {check.client_name}, {amount}",
    )


def left_out_words(left_out: Sequence[LeftOut]) -> str:
    """Return what is left out and why: 2 entries, 1 h 30 min (not submitted)."""
    return listed(
        [
            f"{counted(each.entries, 'entry', 'entries')}, {duration_words(each.seconds)}"
            f" ({each.words})"
            for each in left_out
        ]
    )


def _title(page: Page, check: ClientCheck) -> tuple[str, str, str]:
    amount = money_words(check.total, page.workspace.locale)
    return isolated(check.client_name), _hours(check), amount


def _is_said(page: Page, check: ClientCheck) -> bool:
    """Tell whether the state says already what a person has to decide about."""
    if check.invoice_id is None:
        return False
    invoice = page.session.get_one(Invoice, (page.workspace.id, check.invoice_id))
    return says_attention(page.session, invoice)


def _hours(check: ClientCheck) -> str:
    billed = minutes_words(check.minutes_billed)
    worked = duration_words(check.seconds_worked)
    return billed if billed == worked else f"{billed} billed, {worked} worked"


def _state(page: Page, check: ClientCheck) -> str:
    if check.status not in {"draft", "preview"} and check.invoice_id is not None:
        invoice = page.session.get_one(Invoice, (page.workspace.id, check.invoice_id))
        return f"{check.number}: {state_words(page.session, invoice, today=page.today)}"
    if check.hold == "held":
        return "Held back: " + (check.hold_reason or "for this run")
    if check.reds:
        may = all(red.may_be_released for red in check.reds)
        verdict = "Needs your decision" if may else "Cannot be released yet"
        return f"{verdict}: {' '.join(red.sentence for red in check.reds)}"
    if check.total.minor <= 0:
        return "Comes to nothing, so there is nothing to send"
    return f"Ready: {_pays(page, check)}"


def _pays(page: Page, check: ClientCheck) -> str:
    if check.charge_mode != "charge":
        return _MODES[check.charge_mode]
    client = page.session.get_one(Client, (page.workspace.id, check.client_id))
    return f"charges {card_words(client).partition(',')[0]}"
