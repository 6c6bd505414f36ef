"""The buttons, menus and modals of capture that are of no verb's own, by name."""

from collections.abc import Mapping

from timebot.slack import channel_command, rare_actions, say_later
from timebot.slack.desk import Feature, Options
from timebot.slack.ids import Act, Form
from timebot.slack.place_choice import project_options
from timebot.slack.timer_buttons import in_place

CAPTURE_ACTIONS: Mapping[str, Feature] = {
    Act.CHANNEL_LINK: in_place(channel_command.link_there),
    Act.ENTRY_SET_PROJECT: in_place(say_later.set_project),
    Act.MORE: in_place(rare_actions.do_rarely),
}
"""What each button, select and menu does."""

CAPTURE_FORMS: Mapping[str, Feature] = {
    Form.WHY: rare_actions.save_why,
    Form.CHANNEL_LINK: channel_command.save_link,
}
"""What each modal does when it is submitted."""

CAPTURE_OPTIONS: Mapping[str, Options] = {Act.ENTRY_SET_PROJECT: project_options}
"""What each type-ahead field offers."""
