"""The buttons, menus, modals and messages of corrections, by name."""

from collections.abc import Callable, Mapping

from timebot.slack import (
    add_for,
    corrected_notice,
    deleted_entries,
    entry_history,
    lock_cards,
    others_entries,
    overlap_repair,
    somebodys_day,
    split_form,
)
from timebot.slack.answer import Answer
from timebot.slack.desk import Asked, Card, Feature, Notice
from timebot.slack.ids import Act, Form
from timebot.timekeeping.models import TimeEntry

ENTRY_MENU: Mapping[str, Callable[[Asked, TimeEntry], Answer]] = {
    "split": split_form.show_split,
    "history": entry_history.show_history,
}
"""What the menu beside an entry offers beside editing, starting again and deleting."""

CORRECTION_ACTIONS: Mapping[str, Feature] = {
    Act.ENTRY_SPLIT: split_form.open_split,
    Act.ENTRY_HISTORY: entry_history.open_history,
    **lock_cards.ACTIONS,
    **overlap_repair.ACTIONS,
    **add_for.ACTIONS,
    **deleted_entries.ACTIONS,
    **others_entries.ACTIONS,
    **somebodys_day.ACTIONS,
}
"""What each button does."""

CORRECTION_FORMS: Mapping[str, Feature] = {
    Form.SPLIT: split_form.save_split,
    **lock_cards.FORMS,
    **add_for.FORMS,
    **others_entries.FORMS,
    **somebodys_day.FORMS,
}
"""What each modal does when it is submitted."""

CORRECTION_CARDS: Mapping[str, Card] = {**lock_cards.CARDS}
"""Who draws each card."""

CORRECTION_NOTICES: Mapping[str, Notice] = {**lock_cards.NOTICES, **corrected_notice.NOTICES}
"""Who draws each notice."""
