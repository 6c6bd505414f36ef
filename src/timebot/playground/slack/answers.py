"""What becomes of the app's answers: command bodies, submission answers, response URLs, options."""

import json
from typing import Any

from timebot.playground.slack.blockkit import (
    message_faults,
    option_faults,
    plain_words,
    view_faults,
)
from timebot.playground.slack.deliver import JSON, Reply
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.spoken import note_unspoken
from timebot.playground.slack.surfaces import with_ids
from timebot.playground.slack.world import World
from timebot.playground.store import Document


def show_command_answer(
    world: World, reply: Reply, *, user_id: str, channel: str, typed: str
) -> str | None:
    """Show what a command's answer says, and return the message's `ts` if there is one.

    https://docs.slack.dev/interactivity/implementing-slash-commands

    Raises:
        SlackFault: `invalid_command_response`, `no_text` or `invalid_blocks`.
    """
    body = reply.body.decode(errors="replace").strip()
    if not body:
        return None
    answer: Any = {"text": body}
    if reply.headers.get("content-type", "").startswith(JSON):
        answer = _parsed(body, "invalid_command_response")
    if not isinstance(answer, dict):
        raise SlackFault("invalid_command_response")
    is_public = answer.get("response_type") == "in_channel"
    if not answer.get("text") and not answer.get("blocks"):
        if is_public:
            world.messages.post(channel, author=user_id, text=typed)
        return None
    content = _content(world, answer)
    if is_public:
        world.messages.post(channel, author=user_id, text=typed)
    return _say(world, content, channel, None if is_public else user_id)


def use_response_url(world: World, key: str, answer: Any) -> None:  # noqa: ANN401 - unchecked JSON
    """Do what a post to a response URL says.

    https://docs.slack.dev/interactivity/handling-user-interaction

    Raises:
        SlackFault: `expired_url`, `used_url`, `invalid_payload`, `no_text` or `invalid_blocks`.
    """
    if not isinstance(answer, dict):
        raise SlackFault("invalid_payload")
    deletes = bool(answer.get("delete_original"))
    content = {} if deletes else _content(world, answer)
    ticket = world.tickets.use_response_url(key)
    channel, original = ticket["channel"], ticket["original"]
    if deletes:
        if original is not None:
            world.messages.delete(channel, original)
    elif answer.get("replace_original") and original is not None:
        # A message that is gone meanwhile stays gone.
        world.messages.edit(channel, original, **content)
    else:
        is_public = answer.get("response_type") == "in_channel"
        only_to = None if is_public else ticket["user"]
        ts = _say(world, content, channel, only_to, thread_ts=answer.get("thread_ts"))
        if original is None:
            world.tickets.set_original(key, ts)


def apply_submission(world: World, reply: Reply, view: Document) -> dict[str, str]:
    """Do what the answer to a view_submission says; return the errors to show under fields.

    https://docs.slack.dev/surfaces/modals

    Raises:
        SlackFault: `invalid_response` or a fault of the view in the answer.
    """
    answer = _parsed(reply.body.decode(errors="replace"), "invalid_response")
    if not answer:
        world.surfaces.close(view["user"], view["id"])
        return {}
    action = answer.get("response_action") if isinstance(answer, dict) else None
    match action:
        case "errors":
            return _field_errors(answer, view)
        case "clear":
            world.surfaces.clear(view["user"])
        case "update":
            world.surfaces.update(view["id"], _modal(answer))
        case "push":
            world.surfaces.push_modal(view["user"], _modal(answer))
        case _:
            raise SlackFault("invalid_response", [f"[ERROR] unknown response_action: {action}"])
    return {}


def offered_options(reply: Reply) -> list[Document]:
    """Return the options in the answer to a block_suggestion, those of groups one after another.

    Raises:
        SlackFault: `invalid_options`.
    """
    answer = _parsed(reply.body.decode(errors="replace"), "invalid_options")
    faults = option_faults(answer)
    if faults:
        raise SlackFault("invalid_options", faults)
    options = list(answer.get("options", []))
    for group in answer.get("option_groups", []):
        options += group["options"]
    return options


def _content(world: World, answer: Document) -> Document:
    """Return the text and blocks of an answer, checked."""
    text, blocks = answer.get("text") or "", _parsed_blocks(answer.get("blocks"))
    if not text and not blocks:
        raise SlackFault("no_text")
    faults = message_faults(blocks)
    if faults:
        raise SlackFault("invalid_blocks", faults)
    if text:
        note_unspoken(world, text, blocks)
    return {"text": text or plain_words(blocks), "blocks": with_ids(blocks)}


def _parsed_blocks(blocks: Any) -> Any:  # noqa: ANN401 - unchecked JSON
    return _parsed(blocks, "invalid_blocks") if isinstance(blocks, str) else blocks or []


def _parsed(text: str, error: str) -> Any:  # noqa: ANN401 - unchecked JSON
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        raise SlackFault(error, ["[ERROR] not valid JSON"]) from None


def _say(
    world: World,
    content: Document,
    channel: str,
    only_to: str | None,
    *,
    thread_ts: str | None = None,
) -> str:
    message = world.messages.post(
        channel,
        author=world.directory.bot_user_id,
        ephemeral_to=only_to,
        thread_ts=thread_ts,
        **content,
    )
    return str(message["ts"])


def _modal(answer: Document) -> Document:
    view = answer.get("view")
    faults = view_faults(view)
    if not faults and isinstance(view, dict) and view["type"] != "modal":
        faults = ["[ERROR] must be of type modal [json-pointer:/view/type]"]
    if faults or not isinstance(view, dict):
        raise SlackFault("invalid_arguments", faults)
    return view


def _field_errors(answer: Document, view: Document) -> dict[str, str]:
    errors = answer.get("errors")
    fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackFault("invalid_response", ["[ERROR] missing required field: errors"])
    strangers = sorted(set(errors) - fields)
    if strangers:
        raise SlackFault("invalid_response", [f"[ERROR] no input block {', '.join(strangers)}"])
    return {block_id: str(text) for block_id, text in errors.items()}
