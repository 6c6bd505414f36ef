"""Many people doing the same thing at the same instant."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError

CROWD = 32

Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcomes(Generic[Result]):
    """What happened to each of them.

    Attributes:
        won: what the ones who went through got.
        refused: how many a constraint refused.
    """

    won: list[Result]
    refused: int


def all_at_once(work: Callable[[int], Result], *, crowd: int = CROWD) -> Outcomes[Result]:
    """Let a crowd of threads do the work at one instant; each is given its own number from 0 on.

    Any other exception than an IntegrityError is a fault of the test and is raised.
    """
    start = threading.Barrier(crowd)

    def one(number: int) -> list[Result]:
        start.wait(timeout=30)
        try:
            return [work(number)]
        except IntegrityError:
            return []

    with ThreadPoolExecutor(crowd) as pool:
        results = list(pool.map(one, range(crowd)))
    return Outcomes(
        won=[result for found in results for result in found], refused=results.count([])
    )
