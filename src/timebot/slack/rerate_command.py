"""Re-rating: shows what new rates would change on unbilled hours, then changes them."""

from collections.abc import Mapping
from datetime import date

from timebot.billing.rerate import Rerating, apply_rerating, preview_rerating
from timebot.clients.models import Client, Project
from timebot.clients.places import Place
from timebot.locales import money_words
from timebot.money import Money
from timebot.slack.answer import Answer
from timebot.slack.billing_words import cleaned, take_from, whole_place
from timebot.slack.blocks import Block, actions, button, context, escape, section
from timebot.slack.client_choices import place_at
from timebot.slack.desk import SURFACE, Asked, Feature
from timebot.slack.ids import Act
from timebot.slack.words import counted
from timebot.team.days import day_in_words
from timebot.team.rights import require
from timebot.timekeeping.durations import duration_words

_EXAMPLE = "/billing rerate Acme from 2026-12-01"
_SHOWN = 12


def rerate_typed(asked: Asked, text: str) -> Answer:
    """Show what re-rating the client or project would change."""
    require(asked.session, asked.member, "billing", to="re-rate hours", now=asked.now)
    from_day, rest = take_from(asked, cleaned(text))
    return _draw(asked, whole_place(asked, rest, example=_EXAMPLE), from_day)


def show_clicked(asked: Asked) -> Answer:
    """Show it for the client or project of a button."""
    return _draw(asked, place_at(asked, asked.delivery.value.get("place")), _from_day(asked))


def apply_clicked(asked: Asked) -> Answer:
    """Do what was shown, unless something changed since."""
    place = place_at(asked, asked.delivery.value.get("place"))
    rerating = apply_rerating(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        target=_row(place),
        from_day=_from_day(asked),
        digest=asked.delivery.value.get("digest"),
        can_charge=asked.desk.can_charge,
        surface=SURFACE,
        now=asked.now,
    )
    text = (
        f"{counted(len(rerating.changes), 'entry', 'entries')} of {place.name} got the rate that"
        " counts now. Approvals stay as they are."
    )
    return Answer(text=escape(text), replace=True)


def _draw(asked: Asked, place: Place, from_day: date | None) -> Answer:
    rerating = preview_rerating(
        asked.session,
        workspace=asked.workspace,
        actor=asked.member,
        target=_row(place),
        from_day=from_day,
        now=asked.now,
    )
    since = f" from {day_in_words(from_day)} on" if from_day else ""
    if not rerating.changes:
        looked = counted(rerating.examined, "unbilled entry", "unbilled entries")
        text = f"Nothing to change: I looked at {looked} of {place.name}{since}."
        return Answer(text=escape(text))
    hours = duration_words(rerating.seconds)
    title = (
        f"Re-rating {place.name}{since} would change"
        f" {counted(len(rerating.changes), 'unbilled entry', 'unbilled entries')}, {hours}."
    )
    lines = _lines(asked, rerating)
    value = {"place": _row(place).id, "from": from_day, "digest": rerating.digest}
    blocks: list[Block] = [
        section(f"*{escape(title)}*"),
        section("\n".join(lines)),
        context("Nothing was changed yet. Invoices that are out stay as they are."),
        actions(button(f"Change {counted(len(rerating.changes), 'entry', 'entries')}",
                       Act.RERATE_APPLY, value, style="primary")),
    ]  # fmt: skip
    return Answer(
        text=escape(f"{title} Nothing was changed yet.") + "\n" + "\n".join(lines), blocks=blocks
    )


def _lines(asked: Asked, rerating: Rerating) -> list[str]:
    """Sum the changes up by project and by old and new rate."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for change in rerating.changes:
        project = asked.session.get_one(Project, (asked.workspace.id, change.project_id))
        key = (project.name, _rate(asked, change.before), _rate(asked, change.after))
        groups.setdefault(key, []).append(change.seconds)
    lines = [
        f"{escape(name)}: {before} → {after}, {counted(len(all_), 'entry', 'entries')},"
        f" {duration_words(sum(all_))}"
        for (name, before, after), all_ in groups.items()
    ]
    more = len(lines) - _SHOWN
    return lines if more <= 0 else [*lines[:_SHOWN], f"… and {more} more kinds of change"]


def _rate(asked: Asked, rate: Money | None) -> str:
    return "no rate" if rate is None else money_words(rate, asked.workspace.locale)


def _row(place: Place) -> Client | Project:
    return place.project or place.client


def _from_day(asked: Asked) -> date | None:
    try:
        return date.fromisoformat(asked.delivery.value.get("from", ""))
    except ValueError:
        return None


ACTIONS: Mapping[str, Feature] = {
    Act.RERATE_SHOW: show_clicked,
    Act.RERATE_APPLY: apply_clicked,
}
