"""What billing will not do, each as one sentence with its way out."""

from collections.abc import Sequence

from timebot.billing.assessing import Assessment, figures_in
from timebot.billing.periods import Period
from timebot.errors import NotFound, Refusal
from timebot.locales import money_words
from timebot.money import Money
from timebot.team.days import day_in_words


class DraftUnknown(NotFound):
    """The draft is not there (any more)."""

    def __init__(self) -> None:
        super().__init__("This draft is not there any more. Open the run again to see its state.")


class RunUnknown(NotFound):
    """The run is not there."""

    def __init__(self) -> None:
        super().__init__("There is no such invoice run.", example="/billing run")


class AlreadyReleased(Refusal):
    """Somebody was faster."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            f"This was released already; it is invoice {number}.",
            example=f"/billing invoice {number}",
        )


class RunNotOver(Refusal):
    """Its period has not ended yet."""

    def __init__(self, period: Period) -> None:
        super().__init__(
            f"The period runs until {day_in_words(period.last)}, so it cannot be released before"
            f" {day_in_words(period.end)}. To bill sooner, open an extra run.",
            example="/billing run",
        )


class DraftHeld(Refusal):
    """Somebody holds the client for this run."""

    def __init__(self, client: str, reason: str | None) -> None:
        why = f" ({reason})" if reason else ""
        super().__init__(f"{client} is held back{why}. Lift the hold first, then release.")


class RateMissing(Refusal):
    """An entry without a rate cannot be priced."""

    def __init__(self, client: str, reasons: Sequence[str]) -> None:
        super().__init__(
            f"{client} cannot be released. {' '.join(reasons)} Set a rate, then price them again.",
            example=f"/billing rerate {client}",
        )


class NothingToBill(Refusal):
    """The total is zero."""

    def __init__(self, client: str) -> None:
        super().__init__(
            f"{client} comes to nothing, so there is no invoice to send.",
            example="/billing preview",
        )


class DraftChanged(Refusal):
    """What was shown is not what would be issued now.

    Attributes:
        digest: of the present state, for the button that asks again.
    """

    def __init__(self, assessment: Assessment, shown: str, locale: str) -> None:
        self.digest = assessment.digest
        name, priced = assessment.client.name, assessment.priced
        figures = figures_in(shown)
        entries = sum(len(line.shares) for line in priced.lines)
        now = _figures(entries, priced.minutes, money_words(priced.total, locale))
        before = ""
        if figures is not None:
            total = money_words(Money(figures[2], priced.currency), locale)
            before = _figures(*figures[:2], total)
        if before in {"", now}:
            told = f"{name} changed since you looked. It is now {now}."
        else:
            told = f"{name} changed since you looked: it was {before}, and is now {now}."
        super().__init__(f"{told} Nothing was released. Please look again.")


class RunChanged(Refusal):
    """The drafts that were shown are not those that would be issued now.

    Attributes:
        digest: of the present state, for the button that asks again.
    """

    def __init__(self, digest: str, names: Sequence[str]) -> None:
        self.digest = digest
        which = ", ".join(names) if names else "The run"
        super().__init__(
            f"{which} changed since you looked. Nothing was released. Please look again."
        )


class NothingToRun(Refusal):
    """There is no approved, unbilled work."""

    def __init__(self, client: str | None) -> None:
        of_whom = f" of {client}" if client else ""
        super().__init__(
            f"There are no approved, unbilled hours{of_whom} that come to an amount, so no run"
            " was opened. See what is left out, and why, in the preview.",
            example="/billing preview",
        )


class NothingReady(Refusal):
    """No draft of the run can be released without a decision."""

    def __init__(self) -> None:
        super().__init__(
            "No invoice of this run is ready: each is released, held or waits for a decision."
            " Decide about those that wait, or lift a hold."
        )


def _figures(entries: int, minutes: int, total: str) -> str:
    count = "1 entry" if entries == 1 else f"{entries} entries"
    return f"{count}, {minutes // 60}:{minutes % 60:02} hours, {total}"
