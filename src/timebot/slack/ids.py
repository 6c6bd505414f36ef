"""Every name that Slack hands back to us: actions, modals, fields and their typed values."""

import json
from collections.abc import Mapping
from enum import StrEnum


class Act(StrEnum):
    """Buttons and selects, routed by the part of the action id before the colon."""

    # The timer
    TIMER_STOP = "timer.stop"
    TIMER_START = "timer.start"
    TIMER_START_FORM = "timer.start_form"
    TIMER_SWITCH = "timer.switch"
    TIMER_SWITCH_FORM = "timer.switch_form"
    TIMER_RESUME = "timer.resume"
    TIMER_UNDO = "timer.undo"
    TIMER_ADD = "timer.add"
    TIMER_ADD_LONG = "timer.add_long"
    TIMER_CONFIRM = "timer.confirm"
    TIMER_TODAY = "timer.today"
    TIMER_DAY = "timer.day"
    TIMER_WEEK = "timer.week"
    TIMER_HELP = "timer.help"
    PLACE_PICK = "place.pick"
    # A time entry
    ENTRY_ADD_FORM = "entry.add_form"
    ENTRY_EDIT = "entry.edit"
    ENTRY_DELETE = "entry.delete"
    ENTRY_MENU = "entry.menu"
    ENTRY_PROJECT = "entry.project"
    # Corrections
    ENTRY_SPLIT = "entry.split"
    ENTRY_HISTORY = "entry.history"
    ENTRY_RESTORE = "entry.restore"
    ENTRIES_DELETED = "entry.deleted"
    ENTRIES_OPEN = "entries.open"
    OTHERS_MENU = "entries.menu"
    ADD_FOR_FORM = "entries.add_for_form"
    CORRECT_FOR_FORM = "entries.correct_for_form"
    OVERLAP_EARLIER = "overlap.earlier"
    OVERLAP_LATER = "overlap.later"
    OVERLAP_KEEP = "overlap.keep"
    OVERLAP_SUBMIT = "overlap.submit"
    PERIOD_ASK = "period.ask"
    PERIOD_OPEN_FORM = "period.open_form"
    # Capture: what a channel is linked to, a project that is said later
    CHANNEL_LINK = "channel.link"
    ENTRY_SET_PROJECT = "entry.set_project"
    MORE = "more.menu"
    # Nags
    NAG_STOP_NOW = "nag.stop_now"
    NAG_STOP_AT = "nag.stop_at"
    NAG_STOP_FORM = "nag.stop_form"
    NAG_KEEP_GOING = "nag.keep_going"
    # Ends that were guessed
    END_SETTLE = "end.settle"
    END_FORM = "end.form"
    END_RUNS_ON = "end.runs_on"
    END_REMOVE = "end.remove"
    # One's own settings, reminders, days off
    MY_SETTINGS_FORM = "my.settings_form"
    REMINDER_SNOOZE = "reminder.snooze"
    REMINDER_TODAY = "reminder.today"
    REMINDER_IM_OFF = "reminder.im_off"
    REMINDER_SWITCH_OFF = "reminder.switch_off"
    DAY_OFF_UNDO = "day_off.undo"
    HOLIDAYS_FORM = "holidays.form"
    # Approval
    SUBMIT = "submit.send"
    WITHDRAW = "submit.withdraw"
    APPROVE_ALL = "approve.all"
    APPROVE_ONE = "approve.one"
    APPROVE_GROUP = "approve.group"
    REJECT_FORM = "approve.reject_form"
    APPROVALS_SHOW = "approve.show"
    APPROVAL_SHOW = "approval.show"
    APPROVE_QUEUE = "approve.queue"
    EXCEPTIONS_FORM = "approve.exceptions_form"
    EXCEPTIONS_TICK = "approve.tick"
    EXCEPTIONS_BACK = "approve.exceptions_back"
    UNAPPROVE = "approve.take_back"
    ROUTE_FORM = "route.form"
    # What somebody who left has not handed in
    LEFT_SHOW = "left.show"
    LEFT_HAND_IN = "left.hand_in"
    # Billing: a command as if it were typed, and the lists of names that it offers
    BILLING_DO = "billing.do"
    CLIENT_FIND = "client.find"
    PLACE_FIND = "place.find"
    # Clients and the team
    CLIENT_ADD_FORM = "client.add_form"
    CLIENT_EDIT_FORM = "client.edit_form"
    CLIENT_SHOW = "client.show"
    CLIENT_TERMS_FORM = "client.terms_form"
    CLIENT_ARCHIVE = "client.archive"
    PROJECT_ADD_FORM = "project.add_form"
    PROJECT_EDIT_FORM = "project.edit_form"
    PROJECT_STATE = "project.state"
    RATE_FORM = "rate.form"
    RERATE_SHOW = "rerate.show"
    RERATE_APPLY = "rerate.apply"
    ROLE_FORM = "role.form"
    SETTINGS_FORM = "settings.form"
    ROUNDING_SHOW = "rounding.show"
    ROUNDING_FIND = "rounding.find"
    CARD_LINK = "card.link"
    BILLING_RESUME = "billing.resume"
    # Runs and invoices
    RUN_OPEN = "run.open"
    RUN_GO_AHEAD = "run.go_ahead"
    RUN_RELEASE = "run.release"
    RUN_RELEASE_ALL = "run.release_all"
    RUN_HOLD = "run.hold"
    RUN_UNHOLD = "run.unhold"
    RUN_PREVIEW = "run.preview"
    RUN_SHOW = "run.show"
    RUN_CLIENT = "run.client"
    INVOICE_PDF = "invoice.pdf"
    INVOICE_WHY = "invoice.why"
    INVOICE_WHY_PDF = "invoice.why_pdf"
    INVOICE_CHARGE = "invoice.charge"
    INVOICE_SEND = "invoice.send"
    INVOICE_MAIL = "invoice.mail"
    INVOICE_PAID_OUTSIDE = "invoice.paid_outside"
    INVOICE_PARK = "invoice.park"
    INVOICE_VOID_FORM = "invoice.void_form"
    INVOICE_SHOW = "invoice.show"
    INVOICE_CREDIT_FORM = "invoice.credit_form"
    CREDIT_PDF = "credit.pdf"
    CREDIT_REFUND = "credit.refund"
    INVOICE_ASK = "invoice.ask"
    INVOICE_ADDRESS_FORM = "invoice.address_form"
    # What was typed, once more
    TYPE_AGAIN = "command.again"
    # A link button: Slack reports the click, nothing is left to do.
    LINK = "link.open"


class Shortcut(StrEnum):
    """Global and message shortcuts, by callback id."""

    LOG_TIME = "shortcut.log_time"
    START_TIMER = "shortcut.start_timer"


class Form(StrEnum):
    """Modals, by callback id."""

    START = "form.start"
    ADD = "form.add"
    EDIT = "form.edit"
    STOP_AT = "form.stop_at"
    END = "form.end"
    MY_SETTINGS = "form.my_settings"
    HOLIDAYS = "form.holidays"
    WHY = "form.why"
    CHANNEL_LINK = "form.channel_link"
    SPLIT = "form.split"
    HISTORY = "form.history"
    ENTRIES = "form.entries"
    CLOSED = "form.closed"
    ADD_FOR = "form.add_for"
    CORRECT_FOR = "form.correct_for"
    DELETE_FOR = "form.delete_for"
    PERIOD_OPEN = "form.period_open"
    REJECT = "form.reject"
    EXCEPTIONS = "form.exceptions"
    ROUTE = "form.route"
    CLIENT = "form.client"
    CLIENT_TERMS = "form.client_terms"
    PROJECT = "form.project"
    RATE = "form.rate"
    ROLE = "form.role"
    SETTINGS = "form.settings"
    VOID = "form.void"
    PAID_OUTSIDE = "form.paid_outside"
    ADDRESS = "form.address"
    CREDIT = "form.credit"
    CREDIT_CONFIRM = "form.credit_confirm"
    HOLD = "form.hold"


VALUE_LIMIT = 2_000
"""Slack's limit of a button's value, in characters."""


METADATA_LIMIT = 3_000
"""Slack's limit of what a modal keeps, in characters."""


def pack(value: Mapping[str, object], *, limit: int = VALUE_LIMIT) -> str:
    """Write a button's value or a modal's metadata: compact JSON, never trusted when it returns.

    Raises:
        ValueError: if it is longer than Slack keeps.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    if len(text) > limit:
        raise ValueError("more than Slack keeps")
    return text


def unpack(text: str | None) -> dict[str, str]:
    """Read a value back; anything that is no JSON object of plain values reads as empty."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {str(key): str(item) for key, item in value.items() if item is not None}
