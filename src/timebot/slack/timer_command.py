"""The timer command: finds the verb, whatever its case, and hands the rest of the line to it."""

from collections.abc import Callable, Mapping

from timebot.errors import Refusal
from timebot.slack import time_lists, timer_verbs
from timebot.slack.answer import Answer
from timebot.slack.approval_queue import list_approvals
from timebot.slack.channel_command import link
from timebot.slack.desk import Asked
from timebot.slack.help import draw_unknown_verb, find_verb, help_typed
from timebot.slack.misread import for_verb
from timebot.slack.my_settings import open_my_settings
from timebot.slack.panel import show_panel
from timebot.slack.split_form import split_typed
from timebot.slack.why_command import explain
from timebot.team.rights import require
from timebot.timekeeping.wording import clean_text

VERBS: Mapping[str, Callable[[Asked, str], Answer]] = {
    "start": timer_verbs.start,
    "stop": timer_verbs.stop,
    "switch": timer_verbs.switch,
    "resume": timer_verbs.resume,
    "add": timer_verbs.add,
    "status": time_lists.status,
    "today": time_lists.show_today,
    "week": time_lists.show_week,
    "edit": timer_verbs.edit,
    "delete": timer_verbs.delete,
    "undo": timer_verbs.undo,
    "split": split_typed,
    "submit": timer_verbs.submit_hours,
    "withdraw": timer_verbs.withdraw_hours,
    "approve": list_approvals,
    "why": explain,
    "link": link,
    "settings": open_my_settings,
}
"""What each verb of the help table does with the rest of its line."""


def timer_command(asked: Asked) -> Answer:
    """Do what was typed; nothing typed opens the panel."""
    word, _, rest = clean_text(asked.delivery.text).partition(" ")
    if word.casefold() in {"help", "?"}:
        return help_typed(asked, rest.strip())
    require(asked.session, asked.member, "member", to="track time", now=asked.now)
    if not word:
        return show_panel(asked)
    verb = find_verb(word)
    if verb is None:
        return draw_unknown_verb(asked, word, rest.strip())
    try:
        return VERBS[verb.name](asked, rest.strip())
    except Refusal as refusal:
        raise for_verb(asked, verb, refusal) from None
