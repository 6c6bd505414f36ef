"""Refusals that are told in two ways: to whoever wanted a change, and to whoever only looked."""

from collections.abc import Sequence

from timebot.errors import Refusal, WayOut


class StaysAsItIs(Refusal):
    """Time that nothing changes any more, or not now.

    Attributes:
        when_opened: what is so and what helps, for whoever only opened it.
    """

    def __init__(self, so: str, helps: str, *, ways_out: Sequence[WayOut] = ()) -> None:
        self.when_opened = f"{so} {helps}"
        super().__init__(f"{so} Nothing was changed. {helps}", ways_out=ways_out)
