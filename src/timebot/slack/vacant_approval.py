"""What an author is told where nobody may approve their hours, and what helps."""

from timebot.slack.blocks import Block, button, code, escape
from timebot.slack.desk import Asked
from timebot.slack.ids import Act
from timebot.slack.words import listed
from timebot.team.rights import holders, may

_MOST_NAMED = 3


def vacant_words(asked: Asked) -> str:
    """Say what lets somebody approve the person's own hours, or whom to ask for it."""
    said = "Your hours wait, but nobody else here may approve them."
    if may(asked.member, "owner"):
        example = code(f"{asked.desk.billing_command} role @ana approver")
        return (
            f"{said} Give somebody the role: {example}. Or let people approve their own hours, in"
            " the settings."
        )
    owners = holders(asked.session, workspace_id=asked.workspace.id, role="owner")
    who = listed([escape(one.name) for one in owners], most=_MOST_NAMED, last="or")
    return f"{said} Ask {who or 'an owner'} to give somebody the role of approver."


def vacant_buttons(asked: Asked) -> list[Block]:
    """Return the button to the settings of approval, for those who may change them."""
    if not may(asked.member, "owner"):
        return []
    return [button("Settings of approval", Act.SETTINGS_FORM, {"group": "approval"})]
