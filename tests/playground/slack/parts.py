"""Short ways to write the blocks and views that the tests send."""

from typing import Any

Block = dict[str, Any]


def words(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str, **more: object) -> Block:
    return {"type": "section", "text": words(text), **more}


def button(label: str, action_id: str, **more: object) -> Block:
    return {"type": "button", "text": words(label), "action_id": action_id, **more}


def buttons(*elements: Block, **more: object) -> Block:
    return {"type": "actions", "elements": list(elements), **more}


def option(label: str, value: str | None = None) -> Block:
    return {"text": words(label), "value": value or label.lower()}


def field(label: str, element: Block, **more: object) -> Block:
    block_id = label.lower()
    return {
        "type": "input",
        "block_id": block_id,
        "label": words(label),
        "element": {"action_id": "x_" + block_id, **element},
        **more,
    }


def text_field(label: str, **more: object) -> Block:
    return field(label, {"type": "plain_text_input"}, **more)


def modal(*blocks: Block, title: str = "Tea", **more: object) -> Block:
    return {
        "type": "modal",
        "title": words(title),
        "submit": words("Pour"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Block) -> Block:
    return {"type": "home", "blocks": list(blocks)}
