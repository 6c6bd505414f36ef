"""The buttons, menus, modals and messages of corrections, by name."""

from collections.abc import Callable, Mapping

from timebot.slack import split_form
from timebot.slack.answer import Answer
from timebot.slack.desk import Asked, Feature
from timebot.slack.ids import Act, Form
from timebot.timekeeping.models import TimeEntry

ENTRY_MENU: Mapping[str, Callable[[Asked, TimeEntry], Answer]] = {"split": split_form.show_split}
"""What the menu beside an entry offers beside editing, starting again and deleting."""

CORRECTION_ACTIONS: Mapping[str, Feature] = {Act.ENTRY_SPLIT: split_form.open_split}
"""What each button does."""

CORRECTION_FORMS: Mapping[str, Feature] = {Form.SPLIT: split_form.save_split}
"""What each modal does when it is submitted."""
