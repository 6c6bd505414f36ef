"""Whether what was drawn keeps Slack's limits, shows text literally, and says it all in `text`."""

import re
from collections.abc import Iterator, Mapping

from tests.slack.rendering.hostile_firm import PERMALINK, TICKET
from timebot.playground.slack.blockkit import message_faults, option_faults, view_faults
from timebot.playground.slack.mrkdwn import Mark, marks_in
from timebot.slack.blocks import Block, shortened
from timebot.slack.whole_text import drawn_lines, whole_text, words_of

PICKED = "U0PICKED01"
"""The person whom the walk picks where a modal asks for one; timebot may name them."""

OURS = (TICKET, PERMALINK, "http://localhost", PICKED)
"""How the links and mentions begin that timebot itself draws in this firm."""

BAITS = ("bolx", "italx", "strikx", "codx", "quotx")
"""What people have put between marks of style."""

_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LOOKS = ("bold", "italic", "strike", "code", "preformatted", "quote")
_LONGEST_SPOKEN = 3_800


def faults_of_message(text: str, blocks: list[Block]) -> list[str]:
    """Name what is wrong with a message."""
    drawn = shortened(list(blocks))
    text = whole_text(text, drawn)
    found = [] if text.strip() else ["there is no text for screen readers"]
    found += message_faults(drawn) + [fault for one in marked(drawn) for fault in _read(one)]
    found += _plainly(drawn)
    found += [f"the text is not literal: {fault}" for fault in _read(text)]
    return found + [f"the text lacks {word!r}" for word in _unspoken(text, drawn)]


def faults_of_view(view: Block) -> list[str]:
    """Name what is wrong with a modal or Home."""
    read = [fault for one in marked(view) for fault in _read(one)]
    return view_faults(view) + read + _plainly(view)


def faults_of_options(options: list[Block]) -> list[str]:
    """Name what is wrong with what a type-ahead offers."""
    return option_faults({"options": options}) + _plainly(options)


def faults_of_fields(faults: Mapping[str, str], inputs: tuple[str, ...]) -> list[str]:
    """Name what is wrong with the sentences under the fields of a modal; Slack draws them plain."""
    found = [f"no such field: {name}" for name in faults if name not in inputs]
    return found + [f"{name}: nothing is said" for name, words in faults.items() if not words]


def marked(node: object) -> Iterator[str]:
    """Yield every text that Slack reads as mrkdwn."""
    if isinstance(node, list):
        for each in node:
            yield from marked(each)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield str(node["text"])
        for each in node.values():
            yield from marked(each)


def _plainly(node: object) -> list[str]:
    """Name the plain texts in which Slack would draw the names of emoji, or turn the direction."""
    if isinstance(node, list):
        return [fault for each in node for fault in _plainly(each)]
    if not isinstance(node, dict):
        return []
    found = [fault for each in node.values() for fault in _plainly(each)]
    if node.get("type") == "plain_text":
        text = str(node["text"])
        found += [f"emoji would be drawn: {text}"] if node.get("emoji") is not False else []
        found += [f"the direction is turned: {text}"] if _TURNING.search(text) else []
    return found


def _read(text: str) -> Iterator[str]:
    """Read a text as Slack does, and name what comes of what people typed."""
    if _TURNING.search(text):
        yield "the direction of what follows is turned"
    for mark in marks_in(text, verbatim=True):
        if mark.kind in _LOOKS:
            if mark.text.replace("\u2060", "").strip().startswith(BAITS):
                yield f"Slack would draw as {mark.kind}: {mark.text}"
        elif not _is_ours(mark):
            yield f"Slack would act on a {mark.kind}: {mark.target}"


def _is_ours(mark: Mark) -> bool:
    """Tell whether timebot itself draws such a thing in this firm."""
    if mark.kind == "channel":
        return _CHANNEL.fullmatch(mark.target) is not None
    return mark.target.startswith(OURS)


def _unspoken(text: str, blocks: list[Block]) -> list[str]:
    # Slack counts UTF-16 units, so an emoji counts twice.
    if len(text.encode("utf-16-le")) > 2 * _LONGEST_SPOKEN and text.endswith("…"):
        return []
    said = set(words_of(text))
    return [word for line in drawn_lines(blocks) for word in words_of(line) if word not in said]
