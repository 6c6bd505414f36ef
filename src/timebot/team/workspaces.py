"""Workspaces: a firm becomes known, and settles how it works."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.team.days import find_zone
from timebot.team.models import Member, Workspace
from timebot.team.rights import require
from timebot.team.setting import Columns, Setting
from timebot.team.settings_catalogue import BY_NAME


class SettingsRefused(Refusal):
    """One or more settings cannot be as asked; nothing was changed.

    Attributes:
        faults: one sentence for each, by the setting's name.
    """

    def __init__(self, faults: Mapping[str, str], example: str | None = None) -> None:
        self.faults = dict(faults)
        super().__init__("\n".join(self.faults.values()), example=example)


def meet_workspace(
    session: Session, *, slack_team_id: str, name: str, now: datetime, zone: str = "UTC"
) -> Workspace:
    """Return the workspace of a Slack team, made known if it is new.

    Args:
        session: an open transaction.
        slack_team_id: Slack's id of the workspace.
        name: its name, used while nobody set a seller.
        now: the present instant.
        zone: the IANA zone of a new one; an unknown name means UTC.
    """
    workspace = find_workspace(session, slack_team_id)
    if workspace is not None:
        return workspace
    workspace = Workspace(
        slack_team_id=slack_team_id,
        name=" ".join(name.split()) or slack_team_id,
        zone=find_zone(zone) or "UTC",
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(workspace)
            session.flush()
    except IntegrityError:
        # Two first commands at the same instant: the other one has made it known.
        known = find_workspace(session, slack_team_id)
        if known is None:
            raise
        return known
    return workspace


def find_workspace(session: Session, slack_team_id: str) -> Workspace | None:
    """Return the workspace of the Slack team, or None."""
    found = select(Workspace).where(Workspace.slack_team_id == slack_team_id)
    return session.scalars(found).one_or_none()


def change_settings(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    changes: Mapping[str, object],
    surface: str,
    now: datetime,
    anchor_is_locked: bool = False,
) -> list[str]:
    """Change what the workspace settled on, all of it or nothing.

    Args:
        session: an open transaction.
        workspace: whose settings.
        actor: who asks.
        changes: values, typed or native, by the names of `SETTINGS`; None empties an optional one.
        surface: where it came from.
        now: the present instant.
        anchor_is_locked: whether an invoice run exists; periods cannot move under it then.

    Returns:
        What changed, in words; nothing if all was so already.

    Raises:
        NotAllowed: if the actor is no owner.
        SettingsRefused: if anything cannot be used; it names every fault.
    """
    require(session, actor, "owner", to="change settings", now=now)
    settings, columns = _read(changes)
    session.refresh(workspace, with_for_update={"key_share": True})
    _check_together(workspace, columns, anchor_is_locked=anchor_is_locked)
    changed = {
        column: value for column, value in columns.items() if getattr(workspace, column) != value
    }
    if not changed:
        return []
    before = {setting.name: setting.show(workspace) for setting in settings}
    old = {column: getattr(workspace, column) for column in changed}
    for column, value in changed.items():
        setattr(workspace, column, value)
    session.flush()
    record(
        session,
        workspace_id=workspace.id,
        actor=Actor(actor.id, surface),
        action="workspace.settings_changed",
        subject_kind="workspace",
        subject_id=workspace.id,
        at=now,
        before=_facts(old),
        after=_facts(changed),
    )
    return _told(settings, before, workspace)


def _read(changes: Mapping[str, object]) -> tuple[list[Setting], Columns]:
    """Return the settings with the columns they become.

    Raises:
        SettingsRefused: with every fault.
    """
    faults: dict[str, str] = {}
    columns: Columns = {}
    settings = [BY_NAME[name] for name in changes if name in BY_NAME]
    for name in changes.keys() - BY_NAME.keys():
        faults[name] = f"I know no setting {name}."
    for setting in settings:
        try:
            values = setting.values(changes[setting.name])
        except Refusal as refusal:
            faults[setting.name] = refusal.sentence
            continue
        if any(columns.get(column, value) != value for column, value in values.items()):
            faults[setting.name] = f"{setting.label} was given twice, with different values."
        columns |= values
    if faults:
        first = next((one for one in settings if one.name in faults and one.typed), None)
        raise SettingsRefused(faults, _example(first))
    return settings, columns


def _check_together(workspace: Workspace, columns: Columns, *, anchor_is_locked: bool) -> None:
    """Refuse what each value alone does not show."""

    def later(column: str) -> object:
        return columns.get(column, getattr(workspace, column))

    if anchor_is_locked and later("anchor_on") != workspace.anchor_on:
        raise SettingsRefused(
            {"anchor_on": "The anchor date stays, because an invoice run already counts from it."}
        )
    start, end = later("day_start_minute"), later("day_end_minute")
    if isinstance(start, int) and isinstance(end, int) and start >= end:
        raise SettingsRefused(
            {"working_hours": "The working day must end after it starts."},
            _example(BY_NAME["working_hours"]),
        )


def _told(
    settings: Sequence[Setting], before: Mapping[str, str], workspace: Workspace
) -> list[str]:
    told = []
    for setting in settings:
        shown = setting.show(workspace)
        label = setting.label[:1].upper() + setting.label[1:]
        if setting.name == "logo" or shown != before[setting.name]:
            told.append(f"{label}: {shown} instead of {before[setting.name]}.")
    return told


def _facts(columns: Mapping[str, object]) -> dict[str, object]:
    """Return columns as the audit keeps them: a picture by its fingerprint."""
    return {
        name: hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
        for name, value in columns.items()
    }


def _example(setting: Setting | None) -> str | None:
    if setting is None or not setting.typed:
        return None
    return f"/billing settings {setting.typed[0]} {setting.example}"
