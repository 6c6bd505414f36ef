"""Turns what people type into one clean line: quotes, dashes, spaces, Slack's own forms."""

import re
import unicodedata

from timebot.errors import Refusal
from timebot.timekeeping.tickets import find_ticket_link

LONGEST_TEXT = 1_000
"""How many characters a description may have."""

_SLACK_FORM = re.compile(
    r"<((?:[@#!]\w|https?:|mailto:|tel:)[^<>|]*)(?:\|([^<>]*))?>|&(amp|lt|gt);"
)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
# A dash between two spaces is punctuation and stays; anywhere else a keyboard made it from `-`.
_TYPED_DASH = re.compile(rf"(?<!\s)[{_DASHES}]|[{_DASHES}](?!\s|$)")
# Marks that print nothing, and those that turn the direction of what follows: a line of an
# invoice must read as it is stored.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Joiners hold an emoji or a Persian word together; beside plain letters they only hide.
_STRAY_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")


class TextTooLong(Refusal):
    """A description is longer than can be kept."""

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(
            f"The text has {length:,} characters and can have {LONGEST_TEXT:,}."
            " Nothing was changed. Please shorten it."
        )


def clean_text(text: str) -> str:
    """Return what somebody typed in a Slack command or message, as one clean line.

    Slack's `<url|text>` and `<@U1|name>` forms become the words a person saw, a link to a ticket
    stays a link, and `&amp;` is read once. Give it the text as Slack sent it; for fields of a
    modal, which Slack does not encode, use `clean_plain`.
    """
    return clean_plain(_SLACK_FORM.sub(_as_seen, text))


def clean_plain(text: str) -> str:
    """Return the text as one clean line; cleaning it again changes nothing.

    Curly quotes and typed dashes become straight ones, all kinds of space one plain space; what
    prints nothing is removed; letters are in Unicode's form NFC.
    """
    text = unicodedata.normalize("NFC", "".join(map(_printable, text)))
    text = _INVISIBLE.sub("", text)
    text = _STRAY_JOINER.sub("", text)
    text = " ".join(text.translate(_QUOTES).split())
    return unicodedata.normalize("NFC", _TYPED_DASH.sub("-", text))


def description(text: str) -> str:
    """Return the text as it is stored on an entry.

    Raises:
        TextTooLong: if it has more than `LONGEST_TEXT` characters.
    """
    cleaned = clean_plain(text)
    if len(cleaned) > LONGEST_TEXT:
        raise TextTooLong(len(cleaned))
    return cleaned


def _printable(character: str) -> str:
    if character.isspace():
        return " "
    # Control characters, and halves of surrogate pairs, which no database takes.
    return "" if unicodedata.category(character) in {"Cc", "Cs"} else character


def _as_seen(match: re.Match[str]) -> str:
    target, label, entity = match.groups()
    if entity:
        return _ENTITIES[entity]
    label = _unescaped(label) if label else ""
    if target.startswith("@"):
        return f"@{label.removeprefix('@') or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return f"@{label.removeprefix('@') or target[1:].split('^')[0]}"
    address = _unescaped(target)
    if find_ticket_link(address) or not label:
        return address.removeprefix("mailto:")
    return label


def _unescaped(text: str) -> str:
    return re.sub("&(amp|lt|gt);", lambda match: _ENTITIES[match[1]], text)
