"""Replying: what of an answer travels in the HTTP response, and what goes through the outbox."""

from dataclasses import replace
from typing import Any

from timebot.journal.outbox import enqueue
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, shortened
from timebot.slack.delivery import Delivery
from timebot.slack.desk import Asked
from timebot.slack.ids import METADATA_LIMIT, pack, unpack
from timebot.slack.whole_text import whole_text

Body = dict[str, Any]


def reply(asked: Asked, answer: Answer) -> Body:
    """Return what travels in the HTTP response, and queue what cannot."""
    delivery = asked.delivery
    body = ack_body(delivery, answer)
    if delivery.kind == "click" and answer.next_view:
        _put_in_place(asked, answer.next_view)
    if delivery.kind == "command" or not answer.text:
        return body
    blocks = shortened(list(answer.blocks))
    message: Body = {"text": whole_text(answer.text, blocks), "blocks": blocks}
    kind, payload = "slack.dm", {"recipient": delivery.user_id, **message}
    if delivery.response_url:
        message |= {"response_type": "ephemeral", "replace_original": answer.replace}
        address = {"response_url": delivery.response_url, "recipient": delivery.user_id}
        kind, payload = "slack.respond", {**address, "body": message}
    enqueue(
        asked.session,
        workspace_id=asked.workspace.id,
        kind=kind,
        payload=payload,
        now=asked.now,
    )
    return body


def _put_in_place(asked: Asked, view: Block) -> None:
    """Queue a modal for the place of the one that was clicked in; a click's response holds none."""
    delivery = asked.delivery
    enqueue(
        asked.session,
        workspace_id=asked.workspace.id,
        kind="slack.view",
        payload={"view_id": delivery.view_id, "hash": delivery.view_hash, "view": view},
        now=asked.now,
    )


def ack_body(delivery: Delivery, answer: Answer) -> Body:
    """Return the body of the HTTP response; empty where the answer cannot travel in it."""
    if delivery.kind == "submission":
        return _submission_body(answer)
    if delivery.kind != "command" or not answer.text:
        return {}
    blocks = shortened(list(answer.blocks))
    body: Body = {"response_type": "ephemeral", "text": whole_text(answer.text, blocks)}
    return body | ({"blocks": blocks} if blocks else {})


def with_reply_address(answer: Answer, delivery: Delivery) -> Answer:
    """Let the answer's forms remember where their own answers go."""
    return replace(
        answer,
        modal=_remembering(answer.modal, delivery),
        next_view=_remembering(answer.next_view, delivery),
    )


def _remembering(view: Block | None, delivery: Delivery) -> Block | None:
    if view is None or not delivery.response_url:
        return view
    kept = unpack(view.get("private_metadata"))
    kept.setdefault("response_url", delivery.response_url)
    try:
        return {**view, "private_metadata": pack(kept, limit=METADATA_LIMIT)}
    except ValueError:
        # It does not fit; then the form's answer comes as a direct message.
        return view


def _submission_body(answer: Answer) -> Body:
    if answer.faults:
        return {"response_action": "errors", "errors": dict(answer.faults)}
    if answer.next_view:
        return {"response_action": "update", "view": answer.next_view}
    if answer.modal:
        return {"response_action": "push", "view": answer.modal}
    return {"response_action": "clear"} if answer.text else {}
