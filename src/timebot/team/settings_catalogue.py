"""The settings of a workspace: how each is called, read, checked and told."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from timebot.team import typed_values as read
from timebot.team.days import day_in_words, minute_in_words
from timebot.team.logo import read_logo
from timebot.team.models import ANNEX_DETAILS, OVERNIGHT_RULES, Workspace
from timebot.team.rounding_rule import RoundingRule, parse_rounding
from timebot.team.setting import Columns, Setting, of_column


def rounding_of(workspace: Workspace) -> RoundingRule:
    """Return the workspace's own rounding rule."""
    return RoundingRule(
        workspace.rounding_increment,
        workspace.rounding_mode,
        workspace.rounding_minimum,
        workspace.rounding_scope,
    )


def _day(value: object) -> str:
    return day_in_words(value) if isinstance(value, date) else str(value)


def _minute(value: object) -> str:
    return minute_in_words(value) if isinstance(value, int) else str(value)


def _one_line(value: object) -> str:
    return ", ".join(str(value).splitlines())


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _length(value: object) -> str:
    hours, minutes = divmod(value if isinstance(value, int) else 0, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m")) if count]
    return " ".join(parts) or "0m"


def _counted(unit: str) -> Callable[[object], str]:
    return lambda value: f"{value} {unit}{'' if value == 1 else 's'}"


def _read_rounding(given: object) -> Columns:
    rule = given if isinstance(given, RoundingRule) else parse_rounding(str(given))
    return dict(rule.columns)


def _read_hours(given: object) -> Columns:
    start, _, end = str(given).replace("\u2013", "-").replace(" to ", "-").partition("-")
    what = "working hours"
    return {
        "day_start_minute": read.read_time_of_day(start.strip(), what=what),
        "day_end_minute": read.read_time_of_day(end.strip(), what=what),
    }


def _read_tax(given: object) -> Columns:
    name, _, rate = str(given).strip().removesuffix("%").strip().rpartition(" ")
    columns: Columns = {"tax_ppm": read.read_percent(rate, what="tax")}
    return columns | ({"tax_name": read.read_line(name, what="tax", most=30)} if name else {})


def _show_logo(workspace: Workspace) -> str:
    if workspace.seller_logo is None:
        return "none"
    return f"{workspace.seller_logo_type} of {len(workspace.seller_logo) // 1000 + 1} kB"


def _show_hours(workspace: Workspace) -> str:
    start, end = workspace.day_start_minute, workspace.day_end_minute
    return f"{minute_in_words(start)}-{minute_in_words(end)}"


SETTINGS: tuple[Setting, ...] = (
    of_column(
        "seller_name",
        "seller, name, seller name",
        "Studio North GmbH",
        read.read_line,
        shape="text",
        is_optional=True,
    ),
    of_column(
        "seller_address",
        "address, seller address",
        "Hafenweg 1 | 20457 Hamburg",
        read.read_lines,
        shape="text",
        is_optional=True,
        show=_one_line,
    ),
    of_column(
        "seller_tax_id",
        "tax id, vat id, seller tax id",
        "DE123456789",
        read.read_line,
        shape="text",
        is_optional=True,
    ),
    of_column(
        "seller_email",
        "email, e-mail, seller email",
        "billing@studio.example",
        read.read_email,
        label="e-mail",
        is_optional=True,
    ),
    of_column(
        "seller_bank",
        "bank, bank details, seller bank",
        "Hafenbank | IBAN DE02 1203 0000 0000 2020 51",
        read.read_lines,
        label="bank details",
        shape="text",
        is_optional=True,
        show=_one_line,
    ),
    Setting(
        "logo",
        "logo",
        (),
        "",
        read_logo,
        ("seller_logo", "seller_logo_type"),
        _show_logo,
        is_optional=True,
    ),
    of_column("currency", "currency", "EUR", read.read_currency),
    of_column("locale", "locale, language", "de_DE", read.read_locale),
    of_column(
        "zone", "zone, time zone, timezone", "Europe/Berlin", read.read_zone, label="time zone"
    ),
    of_column(
        "anchor_on",
        "anchor, anchor date, first period",
        "2026-11-30",
        read.read_day,
        label="anchor date",
        show=_day,
        is_optional=True,
    ),
    of_column(
        "go_live_on",
        "go-live, go live, golive",
        "2026-11-30",
        read.read_day,
        label="go-live date",
        show=_day,
        is_optional=True,
    ),
    of_column(
        "send_minute",
        "send, send time, send at",
        "09:00",
        read.read_time_of_day,
        label="send time",
        show=_minute,
    ),
    of_column(
        "grace_days",
        "grace, grace days",
        "1",
        partial(read.read_count, least=0, most=30, unit="day"),
        label="grace",
        show=_counted("working day"),
    ),
    Setting(
        "rounding",
        "rounding",
        ("rounding", "round"),
        "15 up day minimum 30",
        _read_rounding,
        ("rounding_increment", "rounding_mode", "rounding_minimum", "rounding_scope"),
        lambda workspace: rounding_of(workspace).words,
        "words",
    ),
    of_column(
        "start_policy",
        "start policy, when running, policy",
        "switch",
        partial(read.read_choice, choices=("switch", "refuse")),
        label="start policy",
    ),
    of_column(
        "nag_after_minutes",
        "nag, nag after, nag time",
        "4h",
        partial(read.read_minutes, least=15, most=1440),
        label="nag time",
        show=_length,
    ),
    of_column(
        "working_days",
        "working days, workdays, days",
        "mon-fri",
        read.read_weekdays,
        label="working days",
        shape="words",
        show=lambda digits: read.weekdays_in_words(str(digits)),
    ),
    Setting(
        "working_hours",
        "working hours",
        ("working hours", "hours", "office hours"),
        "9:00-18:00",
        _read_hours,
        ("day_start_minute", "day_end_minute"),
        _show_hours,
        "words",
    ),
    of_column(
        "day_start_minute",
        "day start",
        "09:00",
        read.read_time_of_day,
        show=_minute,
        label="start of the working day",
    ),
    of_column(
        "day_end_minute",
        "day end",
        "18:00",
        read.read_time_of_day,
        show=_minute,
        label="end of the working day",
    ),
    of_column(
        "overnight_rule",
        "overnight, overnight rule",
        "day end",
        partial(read.read_choice, choices=OVERNIGHT_RULES),
        label="timers left overnight",
        shape="words",
        show=lambda rule: str(rule).replace("_", " "),
    ),
    of_column(
        "lock_after_days",
        "lock, lock after",
        "14",
        partial(read.read_count, least=0, most=365, unit="day"),
        label="lock of a period",
        is_optional=True,
        show=_counted("day"),
    ),
    of_column(
        "approval_remind_hours",
        "approval reminder, remind approvers",
        "24",
        partial(read.read_count, least=1, most=720, unit="hour"),
        label="reminder of approvers",
        is_optional=True,
        show=_counted("hour"),
    ),
    of_column(
        "approval_escalate_hours",
        "escalation, escalate",
        "72",
        partial(read.read_count, least=1, most=720, unit="hour"),
        label="owners are asked too",
        is_optional=True,
        show=_counted("hour"),
    ),
    of_column(
        "terms_days",
        "terms, payment terms",
        "14",
        partial(read.read_count, least=0, most=365, unit="day"),
        label="payment terms",
        show=_counted("day"),
    ),
    of_column(
        "annex_detail",
        "annex, invoice annex",
        "times",
        partial(read.read_choice, choices=ANNEX_DETAILS),
        label="annex of invoices",
    ),
    of_column(
        "deviation_percent",
        "deviation",
        "100",
        partial(read.read_count, least=1, most=10_000),
        show=lambda percent: f"{percent}%",
    ),
    of_column(
        "billing_channel",
        "billing channel, channel",
        "#billing",
        read.read_channel,
        label="billing channel",
        is_optional=True,
    ),
    of_column(
        "self_approval",
        "self approval, self-approval, approve own hours",
        "no",
        read.read_yes,
        label="self approval",
        show=_yes,
    ),
    of_column(
        "auto_release_hours",
        "auto release, auto-release",
        "24",
        partial(read.read_count, least=1, most=720, unit="hour"),
        label="auto release",
        is_optional=True,
        show=_counted("hour"),
    ),
    of_column(
        "reminder_days",
        "reminders, reminder days, reminder",
        "7 and 14",
        read.read_days_after,
        shape="words",
        is_optional=True,
        show=read.days_after_in_words,
    ),
    of_column(
        "invoice_series",
        "series, invoice series",
        "INV",
        read.read_series,
        label="invoice series",
    ),
    Setting(
        "tax",
        "tax",
        ("tax", "vat"),
        "VAT 19%",
        _read_tax,
        ("tax_name", "tax_ppm"),
        lambda workspace: f"{workspace.tax_name} {read.percent_in_words(workspace.tax_ppm)}",
        "words",
    ),
    of_column(
        "tax_name",
        "tax name",
        "VAT",
        partial(read.read_line, most=30),
        label="tax name",
        shape="words",
    ),
    of_column(
        "tax_ppm",
        "tax rate",
        "19%",
        read.read_percent,
        label="tax rate",
        show=lambda ppm: read.percent_in_words(ppm if isinstance(ppm, int) else 0),
    ),
    of_column(
        "project_word",
        "project word, word for projects",
        "matter",
        partial(read.read_line, most=20),
        label="word for projects",
    ),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}
"""Every setting by its key in a mapping of changes."""

_NEEDED = ("seller_name", "seller_address", "seller_email", "anchor_on")


def missing_for_invoices(workspace: Workspace) -> list[str]:
    """List what must still be set before the first invoice can go out, in words with an example."""
    return [
        f"{BY_NAME[name].label}: /billing settings {BY_NAME[name].typed[0]} {BY_NAME[name].example}"
        for name in _NEEDED
        if getattr(workspace, name) is None
    ]
