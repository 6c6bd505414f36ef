"""Uplift: what rounding adds to worked time, an exact ratio that is never understated."""

from typing import NamedTuple


class Uplift(NamedTuple):
    """Worked time beside what rounding made of it.

    Attributes:
        seconds: worked, exact.
        minutes: billed, after rounding.
    """

    seconds: int
    minutes: int

    @property
    def added_seconds(self) -> int:
        """What rounding adds; below zero where it takes away."""
        return self.minutes * 60 - self.seconds

    @property
    def percent(self) -> int:
        """The uplift in whole percent, rounded up."""
        return self._of_worked(100)

    @property
    def words(self) -> str:
        """The uplift in percent with one decimal, rounded up, such as `+4.2%`.

        Rounded up, because what is over a ceiling of 10 percent must not read as `+10.0%`.
        """
        tenths = self._of_worked(1000)
        sign = "+" if tenths > 0 else "-" if tenths < 0 else ""
        return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}%"

    def is_over(self, ceiling_percent: int | None) -> bool:
        """Return whether rounding adds more than a ceiling allows; without a ceiling it never does.

        Where no time was worked there is nothing to compare with.
        """
        if ceiling_percent is None or not self.seconds:
            return False
        return self.added_seconds * 100 > ceiling_percent * self.seconds

    def _of_worked(self, parts: int) -> int:
        """Return the uplift in so many parts of the worked time, rounded up."""
        return -(-self.added_seconds * parts // self.seconds) if self.seconds else 0
