"""The words of a line: what all its entries share, and no more than fits."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from timebot.billing.pricing import PricedLine, Work

MOST_TEXT = 400
"""How many characters the texts of several entries may fill on one line."""


class LineTexts(NamedTuple):
    """The words of a line; what its entries do not share is left out."""

    worked_on: date | None
    member: str | None
    text: str
    ticket_ref: str | None
    ticket_url: str | None


def line_texts(line: PricedLine) -> LineTexts:
    """Return the words that stand for all entries of a line."""
    first = line.first
    if len(line.shares) == 1:
        return LineTexts(
            first.worked_on, first.member_name, first.text, first.ticket_ref, first.ticket_url
        )
    works = [share.work for share in line.shares]
    # The address counts too: two systems may both have an ABC-1.
    urls = list(dict.fromkeys(work.ticket_url for work in works if work.ticket_url))
    is_one_ticket = len({work.ticket_ref for work in works}) == 1 and len(urls) <= 1
    return LineTexts(
        worked_on=first.worked_on if len({work.worked_on for work in works}) == 1 else None,
        member=first.member_name if len({work.member_id for work in works}) == 1 else None,
        text=_joined(work.text if is_one_ticket else _with_ticket(work) for work in works),
        ticket_ref=first.ticket_ref if is_one_ticket else None,
        ticket_url=urls[0] if is_one_ticket and urls else None,
    )


def _with_ticket(work: Work) -> str:
    """Return an entry's text with its own ticket, on a line whose entries have several."""
    if not work.ticket_ref:
        return work.text
    return f"{work.text} ({work.ticket_ref})" if work.text else work.ticket_ref


def _joined(all_texts: Iterable[str]) -> str:
    """Join the different texts, as many as fit, and say how many more there are."""
    texts = list(dict.fromkeys(text for text in all_texts if text))
    shown: list[str] = []
    for text in texts:
        if shown and len("; ".join([*shown, text])) > MOST_TEXT:
            break
        shown.append(text)
    rest = len(texts) - len(shown)
    return "; ".join([*shown, *([f"{rest} more"] if rest else [])])
