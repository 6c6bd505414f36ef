"""What a Slack client lets a person do at all, before anything is sent to the app."""

from timebot.playground.slack.faults import NotThere
from timebot.playground.slack.world import World
from timebot.playground.store import Document


def active_person(world: World, user_id: str) -> Document:
    """Return a person who can use Slack.

    Raises:
        NotThere: if they are unknown, deactivated or a bot.
    """
    user = world.directory.find_user(user_id)
    if user is None or user["deleted"] or user["is_bot"]:
        message = f"{user_id} is nobody who can use Slack."
        raise NotThere(message)
    return user


def member_of(world: World, user_id: str, channel: str) -> tuple[Document, Document]:
    """Return a person and a conversation that they see.

    Raises:
        NotThere: if they do not.
    """
    user = active_person(world, user_id)
    conversation = world.directory.find_conversation(channel)
    if conversation is None or not world.directory.may_see(user, conversation):
        message = f"{user['name']} does not see the conversation {channel}."
        raise NotThere(message)
    return user, conversation


def writer_in(world: World, user_id: str, channel: str) -> tuple[Document, Document]:
    """Return a person and a conversation that they may write in.

    Raises:
        NotThere: if they are no member of it, or it is archived.
    """
    user, conversation = member_of(world, user_id, channel)
    if user_id not in conversation["members"] or conversation["is_archived"]:
        message = f"{user['name']} cannot write in #{conversation['name']}."
        raise NotThere(message)
    return user, conversation


def own_person(world: World, user_id: str, what: str) -> Document:
    """Return a person of the workspace that has the app, who may do what others may not.

    Args:
        world: the parts.
        user_id: who.
        what: the thing they reach for, in words.

    Raises:
        NotThere: if they are of another workspace, which does not offer it to them.
    """
    user = active_person(world, user_id)
    if world.directory.is_outsider(user):
        message = f"{user['name']} is of another workspace and cannot use {what}."
        raise NotThere(message)
    return user


def open_modal(world: World, user_id: str, view_id: str) -> Document:
    """Return a modal that this person has open.

    Raises:
        NotThere: if it is not open.
    """
    for view in world.surfaces.stack(user_id):
        if view["id"] == view_id:
            return view
    message = f"The modal {view_id} is not open."
    raise NotThere(message)


def known_command(world: World, name: str) -> Document:
    """Return the slash command of this name.

    Raises:
        NotThere: if the app has none; the words say which it has.
    """
    commands: list[Document] = world.directory.installation["commands"]
    for command in commands:
        if command["command"] == name:
            return command
    known = ", ".join(command["command"] for command in commands) or "none"
    message = f"{name} is not a valid command. The app has: {known}."
    raise NotThere(message)


def check_shortcut(world: World, kind: str, callback_id: str) -> None:
    """Let a shortcut pass that the app has; `kind` is `global` or `message`.

    Raises:
        NotThere: if it has none; the words say which it has.
    """
    shortcuts: list[Document] = world.directory.installation["shortcuts"]
    # Manifests say `global` and `message`, payloads `shortcut` and `message_action`.
    offered = [
        each["callback_id"]
        for each in shortcuts
        if each["type"].startswith("message") == (kind == "message")
    ]
    if callback_id not in offered:
        message = f"There is no {kind} shortcut {callback_id}. The app has: {offered}."
        raise NotThere(message)
