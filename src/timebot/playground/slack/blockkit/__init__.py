"""Block Kit, as strict as Slack: every limit of the blocks and elements this world knows.

Sources: https://docs.slack.dev/reference/block-kit, each block's and element's own page. What is
not known here is a fault, so that nothing passes unchecked.
"""

from timebot.playground.slack.blockkit.surfaces import message_faults, option_faults, view_faults
from timebot.playground.slack.blockkit.words import plain_words, visible_words

__all__ = ["message_faults", "option_faults", "plain_words", "view_faults", "visible_words"]
