"""Names: how the names of clients and projects are cleaned and compared."""

import re
import unicodedata

from timebot.errors import Refusal

LONGEST_NAME = 120

_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\u00ad\ufeff]")
_EMOJI_CODE = re.compile(r":[a-z0-9_+'-]+:")
_LATIN_ACCENTS = re.compile("[\u0300-\u036f]")


class NameUnusable(Refusal):
    """The text cannot be a name."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, example="/billing client add Acme billing@acme.example 95")


def clean_name(text: str, *, what: str) -> str:
    """Return the name as it is kept: NFC, no control characters, single spaces.

    Raises:
        NameUnusable: if nothing is left, or it is too long.
    """
    shown = "".join(" " if unicodedata.category(mark) == "Cc" else mark for mark in text)
    name = " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", shown)).split())
    if not name:
        raise NameUnusable(f"A {what} needs a name.")
    if len(name) > LONGEST_NAME:
        raise NameUnusable(f"A name has at most {LONGEST_NAME} characters; this one is longer.")
    return name


def name_key(text: str) -> str:
    """Return the name as compared: NFKC, case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold().split())


def loose_key(word: str) -> str:
    """Return a word without case, accents, quotes, dashes and emoji; empty if nothing is left."""
    bare = _EMOJI_CODE.sub("", word.casefold())
    apart = _LATIN_ACCENTS.sub("", unicodedata.normalize("NFKD", bare).casefold())
    # Letters, digits, and the vowel signs that other scripts cannot do without.
    kept = (mark for mark in apart if unicodedata.category(mark)[0] in "LNM")
    return unicodedata.normalize("NFC", "".join(kept))
