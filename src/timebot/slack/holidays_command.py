"""The holidays of the firm: shown, typed in one line, or changed in a modal."""

from collections.abc import Mapping

from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import actions, button, escape, field, header, modal, section, text_field
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.form_fields import filled
from timebot.slack.ids import Act, Form
from timebot.slack.words import counted, weekday_words
from timebot.team.days import day_of
from timebot.team.days_off import (
    DaysUnreadable,
    days_off_text,
    list_days_off,
    parse_days_off,
    set_holidays,
)
from timebot.team.models import DayOff
from timebot.team.rights import may, require

HOLIDAYS = "holidays"
_MOST_SHOWN = 40


def holidays_typed(asked: Asked, text: str) -> Answer:
    """Show the holidays ahead, or replace them by what was typed."""
    if not text.strip():
        require(asked.session, asked.member, "billing", to="see the holidays", now=asked.now)
        return _shown(asked)
    return _saved(asked, text)


def open_holidays(asked: Asked) -> Answer:
    """Open the modal with the holidays ahead."""
    require(asked.session, asked.member, "owner", to="set holidays", now=asked.now)
    element = text_field(
        initial=days_off_text(_ahead(asked)), many_lines=True, placeholder="2026-12-25 Christmas"
    )
    hint = "One date or range a line, with its name. They count for everybody."
    fields = [field(HOLIDAYS, "Holidays", element, hint=hint, optional=True)]
    return Answer(modal=modal(Form.HOLIDAYS, "Holidays", fields, submit="Save"))


def save_holidays(asked: Asked) -> Answer:
    """Save the holidays that were filled in."""
    try:
        return _saved(asked, filled(asked.delivery, HOLIDAYS))
    except DaysUnreadable as refusal:
        raise AtField(HOLIDAYS, refusal) from None


def _saved(asked: Asked, text: str) -> Answer:
    set_holidays(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        days=parse_days_off(text),
        today=day_of(asked.now, asked.workspace.zone),
        now=asked.now,
        surface=SURFACE,
    )
    return _shown(asked)


def _shown(asked: Asked) -> Answer:
    found = _ahead(asked)
    title = f"{counted(len(found), 'holiday')} ahead" if found else "No holidays ahead"
    lines = [_line(one) for one in found[:_MOST_SHOWN]]
    missing = len(found) - len(lines)
    lines += [f"… and {missing} more"] if missing else []
    note = "Runs, questions and reminders leave these days out."
    body = "\n".join([*lines, note])
    change = button("Change", Act.HOLIDAYS_FORM) if may(asked.member, "owner") else None
    buttons = [actions(change)] if change else []
    return Answer(text=f"{title}\n{body}", blocks=[header(title), section(body), *buttons])


def _line(one: DayOff) -> str:
    return f"{weekday_words(one.day)}: {escape(one.name or 'holiday')}"


def _ahead(asked: Asked) -> list[DayOff]:
    today = day_of(asked.now, asked.workspace.zone)
    return list(list_days_off(asked.session, workspace=asked.workspace, member=None, since=today))


ACTIONS: Mapping[str, Feature] = {Act.HOLIDAYS_FORM: open_holidays}
FORMS: Mapping[str, Feature] = {Form.HOLIDAYS: save_holidays}
