"""The rounding rule: how exact time becomes billed minutes, as a value and in words."""

import re
from dataclasses import dataclass

from timebot.errors import Refusal

MODES = ("up", "nearest", "down", "none")
SCOPES = ("day", "entry")
MOST_MINUTES = 1440

_MODE_WORDS = {"up": "up to", "nearest": "to the nearest", "down": "down to"}
_NOISE = frozenset("per to each the every minute minutes mins min m".split())
_MINIMUM = re.compile(r"\b(?:minimum|min|at\s+least)\s*:?\s*(\d+)")


class RoundingUnclear(Refusal):
    """The words name no rounding rule."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"I could not read {words.strip() or 'nothing'} as a rounding rule. Write agency, law,"
            " none, or minutes, direction and scope, such as 15 up day minimum 30.",
            example="15 up day minimum 30",
        )


@dataclass(frozen=True)
class RoundingRule:
    """How exact time is rounded when it is billed; never before.

    Attributes:
        increment: the step in minutes.
        mode: up, nearest, down, or none (to the nearest minute).
        minimum: the least that is billed, in minutes; 0 for no minimum.
        scope: day (per member, project and day) or entry.
    """

    increment: int
    mode: str
    minimum: int
    scope: str

    def __post_init__(self) -> None:
        """Refuse what the database would refuse."""
        if not (
            1 <= self.increment <= MOST_MINUTES
            and 0 <= self.minimum <= MOST_MINUTES
            and self.mode in MODES
            and self.scope in SCOPES
        ):
            message = f"no rounding rule: {self!r}"
            raise ValueError(message)

    @property
    def words(self) -> str:
        """The rule in words, such as `up to 15 minutes, per day`."""
        said = f"{self._step}, per {self.scope}"
        return f"{said}, at least {_minutes(self.minimum)}" if self.minimum else said

    @property
    def typed(self) -> str:
        """The rule as it is typed, such as `15 up day`; `parse_rounding` reads it back."""
        step = "none" if self.mode == "none" else f"{self.increment} {self.mode}"
        said = f"{step} {self.scope}"
        return f"{said} minimum {self.minimum}" if self.minimum else said

    @property
    def columns(self) -> dict[str, int | str]:
        """The rule as the columns of a workspace, client or project."""
        return {
            "rounding_increment": self.increment,
            "rounding_mode": self.mode,
            "rounding_minimum": self.minimum,
            "rounding_scope": self.scope,
        }

    @property
    def _step(self) -> str:
        if self.mode == "none":
            return "to the nearest minute"
        step = "minute" if self.mode == "nearest" else "the full minute"
        return f"{_MODE_WORDS[self.mode]} {step if self.increment == 1 else _step(self)}"


AGENCY = RoundingRule(15, "up", 0, "day")
LAW = RoundingRule(6, "up", 0, "day")
EXACT = RoundingRule(1, "none", 0, "day")
PRESETS = {"agency": AGENCY, "law": LAW, "none": EXACT, "exact": EXACT}


def parse_rounding(text: str) -> RoundingRule:
    """Read a rule such as `agency`, `law`, `none` or `15 up day minimum 30`.

    The direction is up and the scope is day where they are left out.

    Raises:
        RoundingUnclear: if the words name no rule, or name something twice.
    """
    words, minimum = _take_minimum(text)
    found = [PRESETS[word] for word in words if word in PRESETS]
    rest = [word for word in words if word not in PRESETS]
    increments = [int(word) for word in rest if word.isdigit()]
    modes = [word for word in rest if word in MODES]
    scopes = [word for word in rest if word in SCOPES]
    known = len(increments) + len(modes) + len(scopes)
    is_twice = any(len(words) > 1 for words in (modes, scopes, found)) or len(increments) > 1
    if known != len(rest) or is_twice:
        raise RoundingUnclear(text)
    # Either a preset or minutes of one's own; a preset brings its own direction.
    if bool(found) == bool(increments) or (found and modes):
        raise RoundingUnclear(text)
    base = found[0] if found else RoundingRule(1, "up", 0, "day")
    try:
        return RoundingRule(
            increments[0] if increments else base.increment,
            modes[0] if modes else base.mode,
            minimum if minimum is not None else base.minimum,
            scopes[0] if scopes else base.scope,
        )
    except ValueError:
        raise RoundingUnclear(text) from None


def _take_minimum(text: str) -> tuple[list[str], int | None]:
    """Split `minimum 30` (or `min 30`, `at least 30`) from the other words."""
    minimums = _MINIMUM.findall(text.casefold())
    bare = _MINIMUM.sub(" ", text.casefold())
    bare = bare.replace("nearest minute", "none").replace("full minute", "1")
    rest = re.findall(r"[^\s,;:]+", bare)
    if len(minimums) > 1:
        raise RoundingUnclear(text)
    kept = [word for word in map(_without_unit, rest) if word not in _NOISE]
    return kept, int(minimums[0]) if minimums else None


def _without_unit(word: str) -> str:
    """Return `15` for `15m` and `15min`."""
    return re.sub(r"^(\d+)(?:m|min)$", r"\1", word)


def _step(rule: RoundingRule) -> str:
    return _minutes(rule.increment)


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"
