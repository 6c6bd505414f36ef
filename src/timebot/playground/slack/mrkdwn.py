"""What a Slack client makes of mrkdwn: the page's parser, as far as texts act or look different.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# Slack knows the full-width twins of its marks, too.
_STYLES = {
    "*": "bold",
    "\N{FULLWIDTH ASTERISK}": "bold",
    "_": "italic",
    "\N{FULLWIDTH LOW LINE}": "italic",
    "~": "strike",
}
_TICKS = "`\N{FULLWIDTH GRAVE ACCENT}"
_PREFORMATTED = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTE = re.compile("(?:&gt;|>|\N{FULLWIDTH GREATER-THAN SIGN}) ?(.*)")
_ADDRESS = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)'\"\]*_~]")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_JOINER = "\u2060"


@dataclass(frozen=True)
class Mark:
    """Something in a text that is more than its letters.

    Attributes:
        kind: `bold`, `italic`, `strike`, `code`, `preformatted`, `quote`, `link`, `user`,
            `channel`, `broadcast`, `date` or `special`.
        text: what it encloses or shows, as written.
        target: the address, the id or the name behind it; empty for looks.
    """

    kind: str
    text: str
    target: str = ""


def marks_in(text: str, *, verbatim: bool = False) -> Iterator[Mark]:
    """Yield every mark in a mrkdwn text, those inside others after them.

    Args:
        text: as in a text object.
        verbatim: whether bare addresses stay text.
    """
    end = 0
    for found in _PREFORMATTED.finditer(text):
        yield from _lines(text[end : found.start()], verbatim=verbatim)
        yield Mark("preformatted", found[1])
        yield from _angles(found[1])
        end = found.end()
    yield from _lines(text[end:], verbatim=verbatim)


def _lines(text: str, *, verbatim: bool) -> Iterator[Mark]:
    for line in text.split("\n"):
        quote = _QUOTE.fullmatch(line)
        if quote:
            yield Mark("quote", quote[1])
        yield from _inline(quote[1] if quote else line, verbatim=verbatim)


def _inline(text: str, *, verbatim: bool) -> Iterator[Mark]:
    at = 0
    while at < len(text):
        mark, end = _mark_at(text, at, verbatim=verbatim)
        if mark is None:
            at += 1
            continue
        yield mark
        if mark.kind in {"bold", "italic", "strike"}:
            yield from _inline(mark.text, verbatim=verbatim)
        elif mark.kind == "code":
            yield from _angles(mark.text)
        at = end


def _mark_at(text: str, at: int, *, verbatim: bool) -> tuple[Mark | None, int]:
    sign = text[at]
    if sign in _TICKS:
        return _code_at(text, at)
    if sign == "<":
        end = text.find(">", at)
        return (_angle(text[at + 1 : end]), end + 1) if end > 0 else (None, at)
    if sign in _STYLES:
        return _style_at(text, at)
    if sign == "h" and not verbatim and not (at and _is_word(text[at - 1])):
        found = _ADDRESS.match(text, at)
        if found:
            return Mark("link", found[0], unescape(found[0])), found.end()
    return None, at


def _code_at(text: str, at: int) -> tuple[Mark | None, int]:
    end = text.find(text[at], at + 1)
    if end < 0 or end == at + 1 or text[at - 1 : at] == _JOINER:
        return None, at
    return Mark("code", text[at + 1 : end]), end + 1


def _style_at(text: str, at: int) -> tuple[Mark | None, int]:
    """A style opens at the edge of a word and closes at the next one on the same line."""
    sign = text[at]
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    if _is_word(before) or before == sign or after.isspace() or after == sign:
        return None, at
    end = _closing(text, at)
    return (None, at) if end < 0 else (Mark(_STYLES[sign], text[at + 1 : end]), end + 1)


def _closing(text: str, start: int) -> int:
    sign, at = text[start], start + 1
    while at < len(text):
        if text[at] in f"{_TICKS}<":
            end = text.find(">" if text[at] == "<" else text[at], at + 1)
            at = max(at, end)
        elif text[at] == sign and not text[at - 1].isspace() and not _is_word(text[at + 1 :][:1]):
            return at
        at += 1
    return -1


def _angles(text: str) -> Iterator[Mark]:
    """Yield what stands in angle brackets, which acts inside code, too."""
    for inside in re.findall(r"<([^<>\n]+)>", text):
        mark = _angle(inside)
        if mark is not None:
            yield mark


def _angle(inside: str) -> Mark | None:
    """Return what `<…>` stands for; None where it is no mark of Slack's and stays as it is."""
    target, _, label = inside.partition("|")
    if re.fullmatch(r"@[A-Z0-9]+", target):
        return Mark("user", label, target[1:])
    if re.fullmatch(r"#[A-Z0-9]+", target):
        return Mark("channel", label, target[1:])
    if target.startswith("!"):
        name, *_ = target[1:].split("^")
        kind = {"date": "date"}.get(name, "special")
        is_broadcast = name in {"here", "channel", "everyone"}
        return Mark("broadcast" if is_broadcast else kind, label, name)
    return Mark("link", label or target, unescape(target)) if _LINK.match(target) else None


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == _JOINER
