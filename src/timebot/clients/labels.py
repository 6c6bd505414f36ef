"""Labels: the names by which a client or project can be called, and how well words fit them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import OSA

from timebot.clients.names import loose_key, name_key

_WORD = re.compile(r"[^\s/>|:]*:[a-z0-9_+'-]+:[^\s/>|:]*|[^\s/>|:]+")
# A colon separates too, unless it begins an emoji as Slack writes it.
_LEADING_MARKS = re.compile(r"\A(?:[\s\-\u2013\u2014,/>|]|:(?![a-z0-9_+'-]+:))+")

_CLOSING = {
    '"': '"',
    "'": "'",
    "\u201c": "\u201d\u201c",
    "\u201d": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u2018": "\u2019",
    "\u201a": "\u2018\u2019",
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
}
"""Which marks close what a quote mark opens, in the languages that people quote in."""


class Fit(IntEnum):
    """How well typed words fit a name; less is better."""

    SAME = 0
    ALIKE = 1
    """The same but for accents, quotes, dashes or emoji."""
    BEGINNING = 2
    TYPO = 3


@dataclass(frozen=True)
class Typed:
    """What a person typed, cut into words.

    Attributes:
        text: the whole text.
        words: each word's loose key; marks that are no word are left out.
        ends: where in the text each word ends.
    """

    text: str
    words: tuple[str, ...]
    ends: tuple[int, ...]

    def rest(self, count: int) -> str:
        """Return what follows the first words, as it was typed."""
        end = self.ends[count - 1]
        # Closing quotes and emoji belong to the name that they follow without a blank.
        follows = re.match(r"[^\w\s]*(?=\s|$)", self.text[end:])
        end += follows.end() if follows else 0
        return _LEADING_MARKS.sub("", self.text[end:]).rstrip()

    def key(self, start: int, end: int) -> str:
        """Return the words from start to end as a name key, marks and all."""
        first = self.ends[start - 1] if start else 0
        return name_key(_LEADING_MARKS.sub("", self.text[first : self.ends[end - 1]]))


@dataclass(frozen=True)
class Label:
    """A name as it is compared.

    Attributes:
        key: the strict name key.
        words: its words' loose keys.
    """

    key: str
    words: tuple[str, ...]

    @property
    def joined(self) -> str:
        """The words with single blanks."""
        return " ".join(self.words)

    @property
    def marks(self) -> frozenset[str]:
        """The words that are marks only, such as an emoji."""
        return frozenset(word for word in self.words if not loose_key(word))


def split_quoted(text: str) -> tuple[str, str]:
    """Return what quotes at the beginning enclose, and what stands behind them.

    Without such quotes nothing is enclosed. A closing mark ends a word, so an apostrophe within
    one closes nothing.
    """
    text = text.strip()
    closing = _CLOSING.get(text[:1])
    found = re.search(rf"[{closing}](?!\w)", text[1:]) if closing else None
    if found is None:
        return "", text
    behind = text[1 + found.end() :]
    return text[1 : 1 + found.start()].strip(), _LEADING_MARKS.sub("", behind).strip()


def label_of(name: str) -> Label:
    """Return a name as it is compared; in a name of marks only each mark is a word."""
    words = cut(name).words or tuple(name_key(name).split())
    return Label(name_key(name), words)


def cut(text: str, *, marks: Collection[str] = ()) -> Typed:
    """Cut what was typed into words.

    Args:
        text: what was typed.
        marks: marks such as an emoji that are words all the same, because a name consists of them.
    """
    found = [(_word_key(match.group(), marks), match.end()) for match in _WORD.finditer(text)]
    kept = [(key, end) for key, end in found if key]
    return Typed(text, tuple(key for key, _ in kept), tuple(end for _, end in kept))


def _word_key(word: str, marks: Collection[str]) -> str:
    return loose_key(word) or (name_key(word) if name_key(word) in marks else "")


def fit(typed: Typed, start: int, end: int, label: Label, *, least: int) -> Fit | None:
    """Tell how well the words from start to end fit a label, or None if they do not.

    Args:
        typed: the words.
        start: the first word.
        end: behind the last word.
        label: the name.
        least: how many characters a mere beginning must have.
    """
    words = typed.words[start:end]
    if words == label.words:
        return Fit.SAME if typed.key(start, end) == label.key else Fit.ALIKE
    joined = " ".join(words)
    if "".join(words) == "".join(label.words):
        return Fit.ALIKE
    if label.joined.startswith(joined) and len(joined) >= least:
        return Fit.BEGINNING
    return Fit.TYPO if _is_typo(words, label.words) else None


def _is_typo(words: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Tell whether the words are the name, or its first words, but for a slip in some."""
    if len(words) > len(names):
        return False
    pairs = zip(words, names[: len(words)], strict=True)
    return all(_is_slip(word, name) for word, name in pairs)


def _is_slip(word: str, name: str) -> bool:
    # Short words are too near to each other for a slip to be told from another word.
    allowed = 0 if len(name) < 4 else 1 if len(name) < 8 else 2
    return OSA.distance(word, name, score_cutoff=allowed) <= allowed
