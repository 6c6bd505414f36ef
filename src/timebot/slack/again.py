"""A command as a button: what was typed is done once more, with the fresh trigger of the click."""

from collections.abc import Mapping
from dataclasses import replace

from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, button
from timebot.slack.delivery import Delivery
from timebot.slack.desk import Asked, Feature
from timebot.slack.ids import Act


def again_button(delivery: Delivery, label: str) -> Block | None:
    """Return a button that does what was typed or clicked again; None where none can.

    A form opens only within three seconds of a click, so what came too late needs another one.
    """
    value = {"command": delivery.name, "text": delivery.text}
    try:
        if delivery.kind == "command":
            return button(label, Act.TYPE_AGAIN, value)
        if delivery.kind == "click" and delivery.packed:
            return {**button(label, Act(delivery.name)), "value": delivery.packed}
    except ValueError:
        # It is too long to be carried by a button, or was the button of an older version.
        return None
    return None


def type_again(commands: Mapping[str, Feature]) -> Feature:
    """Return the feature of the button: it lets the command decide what was typed."""

    def typed(asked: Asked) -> Answer:
        value = asked.delivery.value
        feature = commands.get(value.get("command", ""))
        if feature is None:
            return Answer(text="This button belongs to an older message. Please type it again.")
        return feature(replace(asked, delivery=replace(asked.delivery, text=value.get("text", ""))))

    return typed
