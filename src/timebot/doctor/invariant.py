"""An invariant: something that is true of every database at every moment."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """Something that is true of every database at every moment.

    Attributes:
        check: what is looked at.
        sentence: what is wrong with the rows that the query finds.
        query: SQL for both databases; its only column names what is wrong.
    """

    check: str
    sentence: str
    query: str
