"""Settings of the workspace: shown in groups, changed as text or in one modal per group."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from timebot.billing.open_work import has_scheduled_runs
from timebot.billing.run_schedule import next_run_at
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions, button, context, escape, header, modal, section
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import ANNEX_CHOICES, Field, draw_fields, read_fields
from timebot.slack.holidays_command import holidays_typed
from timebot.slack.ids import Act, Form
from timebot.slack.words import instant_words, started
from timebot.team.days import minute_in_words
from timebot.team.models import Workspace
from timebot.team.rights import may, require
from timebot.team.settings_catalogue import BY_NAME
from timebot.team.settings_text import parse_settings
from timebot.team.workspaces import SettingsRefused, change_settings

_CHANNEL = re.compile(r"\b[CG][A-Z0-9]{8,}\b")
_YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True)
class Group:
    """Settings that are changed together, in one modal.

    Attributes:
        key: its name in buttons.
        title: what stands above it.
        fields: the inputs, named as the settings are.
        shown: further settings that are listed but not asked for here.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    shown: tuple[str, ...] = ()


GROUPS = (
    Group(
        "seller",
        "Seller",
        (
            Field("seller_name", "Name on invoices", is_optional=True),
            Field("seller_address", "Address", "lines", is_optional=True),
            Field("seller_tax_id", "Tax id", is_optional=True),
            Field("seller_email", "E-mail", is_optional=True, hint="Clients answer to it."),
            Field(
                "seller_bank",
                "Bank details",
                "lines",
                hint="Printed where no card is charged.",
                is_optional=True,
            ),
        ),
        ("logo",),
    ),
    Group(
        "money",
        "Money",
        (
            Field("currency", "Currency of new clients", hint="Three letters, such as EUR."),
            Field("locale", "Language", hint="How amounts and dates look, such as en_US or de_DE."),
            Field("tax", "Tax", hint="Name and rate, such as VAT 19%."),
            Field("terms_days", "Payment terms in days"),
            Field("invoice_series", "Letters before invoice numbers"),
            Field(
                "annex_detail",
                "Annex of invoices",
                "choice",
                hint="Pages behind the invoice that show what each line is made of.",
                choices=ANNEX_CHOICES,
            ),
            Field(
                "deviation_percent",
                "Unusual amount, in percent",
                hint="A draft so far over the client's usual waits for your decision.",
            ),
            Field(
                "billing_channel",
                "Billing channel",
                "channel",
                hint="A private channel that timebot was invited to. Without one, billing people"
                " and owners get direct messages.",
                is_optional=True,
            ),
        ),
    ),
    Group(
        "periods",
        "Periods and runs",
        (
            Field("zone", "Time zone", hint="Such as Europe/Berlin."),
            Field(
                "anchor_on",
                "First day of a billing period",
                "day",
                hint="Periods are 14 days from it.",
                is_optional=True,
            ),
            Field(
                "go_live_on",
                "Go-live date",
                "day",
                hint="Work before it is never billed.",
                is_optional=True,
            ),
            Field("grace_days", "Working days between a period and its run"),
            Field(
                "lock_after_days",
                "Days after a period until it locks",
                hint="Then its time changes no more, unless a billing person opens it again. Empty"
                " for never.",
                is_optional=True,
            ),
            Field("send_minute", "Runs open at", "time"),
            Field(
                "auto_release_hours",
                "Release clean invoices after, in hours",
                hint="Empty means that people release them.",
                is_optional=True,
            ),
            Field(
                "reminder_days",
                "Remind clients, in days after the due date",
                hint="Such as 7 and 14. Empty for never.",
                is_optional=True,
            ),
        ),
    ),
    Group(
        "time",
        "Time and rounding",
        (
            Field(
                "rounding",
                "Rounding",
                hint="agency, law, none, or such as 15 up day minimum 30.",
            ),
            Field(
                "start_policy",
                "Starting while a timer runs",
                "choice",
                choices=(("switch", "Stops the old one"), ("refuse", "Is refused")),
            ),
            Field("nag_after_minutes", "Ask about a running timer after", hint="Such as 4h."),
            Field("working_days", "Working days", hint="Such as mon-fri."),
            Field("working_hours", "Working hours", hint="Such as 9:00-18:00."),
            Field(
                "overnight_rule",
                "A timer left overnight is stopped",
                "choice",
                choices=(
                    ("day_end", "At the end of the working day"),
                    ("last_action", "At the person's last action here"),
                    ("keep", "Not at all"),
                ),
                hint="Whoever recorded it confirms the end before it can be submitted.",
            ),
            Field("project_word", "Word for projects", hint="Such as matter."),
        ),
    ),
    Group(
        "approval",
        "Approval",
        (
            Field("self_approval", "May people approve their own hours", "choice", choices=_YES_NO),
            Field(
                "approval_remind_hours",
                "Remind approvers after, in hours",
                hint="Empty for never.",
                is_optional=True,
            ),
            Field(
                "approval_escalate_hours",
                "Ask owners too after, in hours",
                hint="Empty for never.",
                is_optional=True,
            ),
        ),
    ),
)
"""Every setting that people change, in groups of one modal each."""

_LOGO_HINT = (
    "A logo is a file: whoever runs timebot sets it with `timebot import logo FILE`. Nothing is"
    " fetched from addresses."
)
_INITIAL: dict[str, Callable[[Workspace], str]] = {
    "send_minute": lambda workspace: minute_in_words(workspace.send_minute),
    "self_approval": lambda workspace: "yes" if workspace.self_approval else "no",
}


def settings_typed(asked: Asked, text: str) -> Answer:
    """Show the settings, or change those that were typed."""
    word, _, rest = text.strip().partition(" ")
    if word.casefold() in {"holidays", "holiday"}:
        return holidays_typed(asked, rest)
    if text.strip():
        return _changed(_change(asked, parse_settings(_plain(text))))
    require(asked.session, asked.member, "billing", to="see the settings", now=asked.now)
    return draw_settings(asked)


def open_group(asked: Asked) -> Answer:
    """Open the modal of one group of settings."""
    require(asked.session, asked.member, "owner", to="change settings", now=asked.now)
    key = asked.delivery.value.get("group", "")
    group = next((each for each in GROUPS if each.key == key), GROUPS[0])
    view = modal(
        Form.SETTINGS,
        group.title,
        draw_fields(group.fields, _initial(asked.workspace, group)),
        submit="Save",
        close="Cancel",
        kept={"group": group.key},
    )
    return Answer(modal=view)


def save_group(asked: Asked) -> Answer:
    """Save the modal of one group; every fault is told under its field."""
    key = asked.delivery.value.get("group", "")
    group = next((each for each in GROUPS if each.key == key), GROUPS[0])
    try:
        return _changed(_change(asked, read_fields(group.fields, asked.delivery)))
    except SettingsRefused as refused:
        named = {each.name for each in group.fields}
        if not refused.faults.keys() <= named:
            raise
        return Answer(faults=refused.faults)


def draw_settings(asked: Asked) -> Answer:
    """Show every setting, by group, with a button for each group."""
    workspace = asked.workspace
    blocks: list[Block] = [header("Settings")]
    spoken = ["Settings."]
    is_owner = may(asked.member, "owner")
    for group in GROUPS:
        names = [each.name for each in group.fields] + list(group.shown)
        lines = [f"{_label(name)}: {_shown(workspace, name)}" for name in names]
        change = button("Change", Act.SETTINGS_FORM, {"group": group.key}, key=group.key,
                        says=f"Change {group.title}")  # fmt: skip
        text = f"*{group.title}*\n" + "\n".join(lines)
        blocks.append(section(text, accessory=change if is_owner else None))
        spoken.append(f"{group.title}. {'; '.join(lines)}.")
    if is_owner:
        holidays = button("Holidays", Act.BILLING_DO, {"text": "holidays"}, key="holidays")
        blocks.append(actions(holidays))
    notes = [_LOGO_HINT, *_next_run(asked)]
    if not is_owner:
        notes.append("Only owners change settings.")
    blocks.append(context(*notes))
    return Answer(text="\n".join(spoken + notes), blocks=blocks)


def _change(asked: Asked, changes: Mapping[str, object]) -> list[str]:
    return change_settings(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        changes=changes,
        surface=SURFACE,
        now=asked.now,
        anchor_is_locked=has_scheduled_runs(asked.session, workspace_id=asked.workspace.id),
    )


def _changed(told: list[str]) -> Answer:
    if not told:
        return Answer(text="These settings are like that already. Nothing was changed.")
    show = button("Show all settings", Act.BILLING_DO, {"text": "settings"}, key="settings")
    lines = "\n".join(map(_told, told))
    return Answer(text=lines, blocks=[section(lines), actions(show)])


def _told(line: str) -> str:
    """Return one change as it is shown: a channel by its name, which Slack knows."""
    is_channel = line.startswith(_label("billing_channel"))
    return _CHANNEL.sub(r"<#\g<0>>", escape(line)) if is_channel else escape(line)


def _initial(workspace: Workspace, group: Group) -> dict[str, str | None]:
    return {each.name: _initial_of(workspace, each.name) for each in group.fields}


def _initial_of(workspace: Workspace, name: str) -> str | None:
    if name in _INITIAL:
        return _INITIAL[name](workspace)
    setting = BY_NAME[name]
    if setting.columns != (name,) or name in {"working_days", "nag_after_minutes"}:
        return setting.show(workspace)
    value = getattr(workspace, name)
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _shown(workspace: Workspace, name: str) -> str:
    if name == "billing_channel" and workspace.billing_channel:
        return f"<#{workspace.billing_channel}>"
    return escape(BY_NAME[name].show(workspace))


def _label(name: str) -> str:
    return started(BY_NAME[name].label)


def _next_run(asked: Asked) -> list[str]:
    due = next_run_at(asked.session, workspace=asked.workspace, now=asked.now)
    return (
        [] if due is None else [f"The next run opens {instant_words(due, asked.workspace.zone)}."]
    )


def _plain(text: str) -> str:
    """Read Slack's entities once; lines and `<#C1|name>` mean something to the settings."""
    for raw, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(raw, sign)
    return text


ACTIONS: Mapping[str, Feature] = {Act.SETTINGS_FORM: open_group}
FORMS: Mapping[str, Feature] = {Form.SETTINGS: save_group}
