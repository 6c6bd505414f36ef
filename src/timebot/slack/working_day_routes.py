"""The buttons, modals, cards and notices around the working day, by name."""

from collections.abc import Mapping

from timebot.slack import (
    holidays_command,
    leaver_card,
    my_settings,
    reminder_card,
    unconfirmed_card,
)
from timebot.slack.desk import Card, Feature, Notice

WORKING_DAY_ACTIONS: Mapping[str, Feature] = {
    **unconfirmed_card.ACTIONS,
    **my_settings.ACTIONS,
    **reminder_card.ACTIONS,
    **holidays_command.ACTIONS,
    **leaver_card.ACTIONS,
}
WORKING_DAY_FORMS: Mapping[str, Feature] = {
    **unconfirmed_card.FORMS,
    **my_settings.FORMS,
    **holidays_command.FORMS,
}
WORKING_DAY_CARDS: Mapping[str, Card] = {**unconfirmed_card.CARDS, **leaver_card.CARDS}
WORKING_DAY_NOTICES: Mapping[str, Notice] = {**reminder_card.NOTICES}
