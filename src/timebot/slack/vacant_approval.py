"""What an author is told where nobody may approve their hours, and what helps."""

from timebot.slack.blocks import Block, button, code, escape
from timebot.slack.desk import Viewer
from timebot.slack.ids import Act
from timebot.slack.words import listed
from timebot.team.rights import holders, may

_MOST_NAMED = 3


def vacant_words(viewer: Viewer) -> str:
    """Say that nobody may approve the viewer's own hours, and what helps."""
    return f"Your hours wait, but nobody else here may approve them. {what_helps(viewer)}"


def what_helps(viewer: Viewer) -> str:
    """Say what lets somebody approve the viewer's own hours, or whom to ask for it."""
    if viewer.member is not None and may(viewer.member, "owner"):
        example = code(f"{viewer.desk.billing_command} role @ana approver")
        return (
            f"Give somebody the role: {example}. Or let people approve their own hours, in the"
            " settings."
        )
    owners = holders(viewer.session, workspace_id=viewer.workspace.id, role="owner")
    who = listed([escape(one.name) for one in owners], most=_MOST_NAMED, last="or")
    return f"Ask {who or 'an owner'} to give somebody the role of approver."


def vacant_buttons(viewer: Viewer) -> list[Block]:
    """Return the button to the settings of approval, for those who may change them."""
    if viewer.member is None or not may(viewer.member, "owner"):
        return []
    return [button("Settings of approval", Act.SETTINGS_FORM, {"group": "approval"})]
