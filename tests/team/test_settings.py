"""Settings of a workspace: as text, checked, changed as a whole, and told."""

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import MONDAY_NINE, a_member, a_workspace
from timebot.errors import NotAllowed
from timebot.journal.models import AuditDetail
from timebot.team.models import Member, Workspace
from timebot.team.settings_catalogue import SETTINGS, missing_for_invoices
from timebot.team.settings_text import (
    SettingTwice,
    SettingUnknown,
    SettingWithoutValue,
    parse_settings,
)
from timebot.team.workspaces import (
    SettingsRefused,
    change_settings,
    find_workspace,
    meet_workspace,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def workspace(session: Session) -> Workspace:
    return a_workspace(session)


@pytest.fixture
def owner(session: Session, workspace: Workspace) -> Member:
    return a_member(session, workspace, role="owner")


def change(
    session: Session,
    workspace: Workspace,
    owner: Member,
    changes: Mapping[str, object],
    *,
    anchor_is_locked: bool = False,
) -> list[str]:
    return change_settings(
        session,
        workspace=workspace,
        actor=owner,
        changes=changes,
        surface="slack",
        now=MONDAY_NINE,
        anchor_is_locked=anchor_is_locked,
    )


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("zone Europe/Berlin", {"zone": "Europe/Berlin"}),
        ("Time zone: Europe/Berlin", {"zone": "Europe/Berlin"}),
        ("zone Europe/Berlin currency EUR, terms 14", {
            "zone": "Europe/Berlin", "currency": "EUR", "terms_days": "14",
        }),
        ("rounding 15 up day minimum 30, terms 14 days", {
            "rounding": "15 up day minimum 30", "terms_days": "14 days",
        }),
        ("address Hafenweg 1, 20457 Hamburg; bank Hafenbank, IBAN DE02", {
            "seller_address": "Hafenweg 1, 20457 Hamburg", "seller_bank": "Hafenbank, IBAN DE02",
        }),
        ("seller “Studio North, Inc” zone UTC", {
            "seller_name": "Studio North, Inc", "zone": "UTC",
        }),
        ("terms=30\nseries STUDIO", {"terms_days": "30", "invoice_series": "STUDIO"}),
        ("tax VAT 19 %", {"tax": "VAT 19 %"}),
        ("tax rate 19 % terms 3", {"tax_ppm": "19 %", "terms_days": "3"}),
        ("auto-release never", {"auto_release_hours": "never"}),
    ],
)  # fmt: skip
def test_settings_are_read_from_text(text: str, changes: dict[str, str]) -> None:
    assert parse_settings(text) == changes


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", SettingUnknown),
        ("zoen Europe/Berlin", SettingUnknown),
        ("logo x", SettingUnknown),
        ("zone", SettingWithoutValue),
        ("zone Europe/Berlin zone UTC", SettingTwice),
        ("zone Europe/Berlin Europe/Paris", SettingUnknown),
    ],
)
def test_text_that_is_no_setting_is_refused_with_an_example(
    text: str, refusal: type[SettingUnknown]
) -> None:
    with pytest.raises(refusal) as raised:
        parse_settings(text)

    assert raised.value.example is not None
    assert raised.value.example.startswith("/billing settings ")


@pytest.mark.parametrize(
    "setting", [one for one in SETTINGS if one.typed], ids=lambda one: one.name
)
def test_the_example_of_every_setting_can_be_typed(
    setting: object, session: Session, workspace: Workspace, owner: Member
) -> None:
    one = next(known for known in SETTINGS if known is setting)
    if one.name == "billing_channel":
        return  # Slack's room turns #billing into the channel's id

    changes = parse_settings(f"{one.typed[0]} {one.example}")
    change(session, workspace, owner, changes)

    assert list(changes) == [one.name]


def test_what_changed_is_told_and_audited(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    told = change(
        session,
        workspace,
        owner,
        {"zone": "europe/berlin", "tax": "VAT 7.7%", "terms_days": "30", "currency": "EUR"},
    )

    assert told == [
        "Time zone: Europe/Berlin instead of UTC.",
        "Tax: VAT 7.7% instead of Tax 0%.",
        "Payment terms: 30 days instead of 14 days.",
    ]
    assert workspace.tax_ppm == 77_000
    detail = session.scalars(select(AuditDetail)).one()
    assert detail.before == {"zone": "UTC", "tax_name": "Tax", "tax_ppm": 0, "terms_days": 14}


def test_every_fault_is_told_and_nothing_is_changed(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    changes: dict[str, object] = {
        "zone": "Mars", "currency": "XXX", "locale": "xx", "anchor_on": "soon",
        "send_minute": "25:00",
        "rounding": "sideways", "start_policy": "ask", "nag_after_minutes": "1m",
        "working_days": "",
        "terms_days": -1, "seller_email": "x", "logo": b"GIF89a", "billing_channel": "general",
        "self_approval": "perhaps", "deviation_percent": "0", "tax_ppm": "19.00001%",
        "invoice_series": "INV-1", "go_live_on": "1999-01-01", "auto_release_hours": "0",
        "slack_team_id": "T1",
    }  # fmt: skip

    with pytest.raises(SettingsRefused) as refusal:
        change(session, workspace, owner, {**changes, "terms_days": "-1", "seller_name": "Studio"})

    assert set(refusal.value.faults) == set(changes)
    assert workspace.seller_name is None


def test_an_optional_setting_can_be_emptied(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    change(session, workspace, owner, {"seller_name": "Studio", "logo": PNG})
    assert workspace.seller_logo_type == "image/png"

    change(session, workspace, owner, {"seller_name": None, "logo": None})

    assert (workspace.seller_name, workspace.seller_logo) == (None, None)


def test_a_logo_of_more_than_200_kb_is_refused(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    with pytest.raises(SettingsRefused, match="at most 200 kB"):
        change(session, workspace, owner, {"logo": PNG * 2_000})


def test_an_address_keeps_its_lines(session: Session, workspace: Workspace, owner: Member) -> None:
    change(session, workspace, owner, {"seller_address": "Hafenweg 1 | 20457 Hamburg"})

    assert workspace.seller_address == "Hafenweg 1\n20457 Hamburg"


def test_the_working_day_ends_after_it_starts(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    with pytest.raises(SettingsRefused, match="must end after it starts"):
        change(session, workspace, owner, {"working_hours": "18:00-9:00"})
    with pytest.raises(SettingsRefused, match="must end after it starts"):
        change(session, workspace, owner, {"day_end_minute": "8:00"})


def test_the_anchor_date_stays_once_a_run_counts_from_it(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    with pytest.raises(SettingsRefused, match="an invoice run already counts from it"):
        change(session, workspace, owner, {"anchor_on": "2026-04-01"}, anchor_is_locked=True)

    change(session, workspace, owner, {"anchor_on": "2026-04-01"})
    assert workspace.anchor_on == date(2026, 4, 1)


def test_two_settings_of_one_thing_must_agree(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    with pytest.raises(SettingsRefused, match="given twice"):
        change(session, workspace, owner, {"tax": "VAT 19%", "tax_ppm": "7%"})


def test_only_owners_change_settings(session: Session, workspace: Workspace) -> None:
    with pytest.raises(NotAllowed):
        change(session, workspace, a_member(session, workspace, role="billing"), {"zone": "UTC"})


def test_what_the_first_invoice_still_needs_is_listed(
    session: Session, workspace: Workspace, owner: Member
) -> None:
    assert len(missing_for_invoices(workspace)) == 3

    change(
        session, workspace, owner,
        {"seller_name": "Studio", "seller_address": "Hamburg", "seller_email": "a@b.example"},
    )  # fmt: skip

    assert missing_for_invoices(workspace) == []


def test_a_workspace_is_known_from_the_first_command_on(session: Session) -> None:
    met = meet_workspace(
        session, slack_team_id="T1", name="Studio", now=MONDAY_NINE, zone="Nowhere/Land"
    )

    assert met.zone == "UTC"
    assert meet_workspace(session, slack_team_id="T1", name="Other", now=MONDAY_NINE) is met
    assert find_workspace(session, "T1") is met
    assert find_workspace(session, "T2") is None
