"""Random clients with random work, drawn so that every currency, rule and tax meets every other."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.pocket_calculator import DECIMALS
from timebot.team.models import ANNEX_DETAILS
from timebot.team.rounding_rule import LAW, RoundingRule

HOUR = 3_600
MOST_STINTS = 8
"""How many pieces of work an invoice has at most."""

TEXTS = ("", "Sketches", "Layout of the inner pages and of the cover, second round of comments")


@dataclass(frozen=True)
class Terms:
    """What is agreed with a client.

    Attributes:
        rules: the rounding rule of each project; None for the client's own.
        pays: charge (card on file) or link.
    """

    currency: str
    locale: str
    rule: RoundingRule
    rules: tuple[RoundingRule | None, RoundingRule | None]
    tax_ppm: int
    tax_note: str | None
    grouping: str
    annex_detail: str
    pays: str


@dataclass(frozen=True)
class Stint:
    """A piece of work: when, how long, by whom, on what, for how much."""

    day: int
    start: int
    seconds: int
    member: int
    project: int
    kind: str
    rate_minor: int
    ticket: str | None
    text: str


@dataclass(frozen=True)
class TakenBack:
    """What a credit note takes back of an earlier invoice.

    Attributes:
        invoice, line: which one, counted round and round.
        what: all that is left, a line, or of a line minutes or an amount.
        percent: how much of the line's minutes or amount.
    """

    invoice: int
    line: int
    what: str
    percent: int


@dataclass(frozen=True)
class Chapter:
    """What is taken back first, and the work of the invoice that follows."""

    taken_back: tuple[TakenBack, ...]
    stints: tuple[Stint, ...]


@dataclass(frozen=True)
class Story:
    """A client, and all that is billed to them."""

    terms: Terms
    chapters: tuple[Chapter, ...]


RULES = st.builds(
    RoundingRule,
    increment=st.sampled_from([1, 5, 6, 7, 15, 30, 60]),
    mode=st.sampled_from(["up", "nearest", "down", "none"]),
    minimum=st.sampled_from([0, 0, 10, 30]),
    scope=st.sampled_from(["day", "entry"]),
)

TAXES = st.one_of(
    st.tuples(st.sampled_from([190_000, 200_000, 77_000, 81_000, 25_500, 1]), st.none()),
    st.tuples(st.integers(0, 1_000_000), st.none()),
    st.sampled_from([(0, "Exempt from tax."), (0, "Reverse charge: the buyer owes the tax.")]),
)


def terms_in(currency: str) -> st.SearchStrategy[Terms]:
    """Return what may be agreed with a client who pays in the currency."""
    return TAXES.flatmap(
        lambda tax: st.builds(
            Terms,
            currency=st.just(currency),
            locale=st.sampled_from(["en_US", "de_DE", "fr_FR", "de_CH"]),
            rule=RULES,
            rules=st.tuples(st.none() | RULES, st.none() | RULES),
            tax_ppm=st.just(tax[0]),
            tax_note=st.just(tax[1]),
            grouping=st.sampled_from(["entry", "day", "person", "project"]),
            annex_detail=st.sampled_from(ANNEX_DETAILS),
            pays=st.sampled_from(["charge", "charge", "link"]),
        )
    )


def stints_at(rates: list[int]) -> st.SearchStrategy[tuple[Stint, ...]]:
    """Return the work of one invoice; few rates and days, so that entries share groups."""
    stint = st.builds(
        Stint,
        day=st.integers(0, 4) | st.integers(0, 13),
        start=st.integers(0, 12 * HOUR),
        seconds=st.integers(1, 5 * HOUR) | st.sampled_from([1, 29, 30, 450, 899, 900, 901]),
        member=st.integers(0, 1),
        project=st.integers(0, 1),
        kind=st.sampled_from(["billable"] * 5 + ["no_charge", "internal"]),
        rate_minor=st.sampled_from(rates),
        ticket=st.sampled_from([None, None, "ABC-1", "ABC-23"]),
        text=st.sampled_from(TEXTS),
    )
    return st.lists(stint, min_size=1, max_size=MOST_STINTS).map(tuple)


TAKEN_BACK = st.builds(
    TakenBack,
    invoice=st.integers(0, 2),
    line=st.integers(0, MOST_STINTS - 1),
    what=st.sampled_from(["all", "all", "line", "minutes", "amount"]),
    percent=st.integers(1, 100),
)


def chapters_at(rates: list[int]) -> st.SearchStrategy[tuple[Chapter, ...]]:
    """Return up to three invoices, with credit notes between them."""
    stints = stints_at(rates)
    first = st.builds(Chapter, taken_back=st.just(()), stints=stints)
    taken_back = st.lists(TAKEN_BACK, min_size=1, max_size=2).map(tuple)
    later = st.builds(Chapter, taken_back=taken_back, stints=stints)
    return st.tuples(first, later) | st.tuples(first, later, later) | st.tuples(first)


def rates_in(currency: str) -> st.SearchStrategy[list[int]]:
    """Return a few rates per hour; now and then one at which short work costs nothing."""
    hourly = st.integers(20 * 10 ** DECIMALS[currency], 300 * 10 ** DECIMALS[currency])
    return st.lists(hourly | st.sampled_from([0, 1, 30]), min_size=1, max_size=2, unique=True)


STORIES = st.sampled_from(sorted(DECIMALS)).flatmap(
    lambda currency: rates_in(currency).flatmap(
        lambda rates: st.builds(
            Story,
            terms=terms_in(currency),
            chapters=chapters_at(rates),
        )
    )
)


def _work(day: int, hours: int, *, rate_minor: int = 95_123, kind: str = "billable") -> Stint:
    return Stint(day, 9 * HOUR, hours * HOUR + 1, 0, 0, kind, rate_minor, "ABC-1", "Sketches")


A_LONG_STORY = Story(
    Terms(
        "KWD", "de_DE", LAW, (None, None), 77_123, None, "entry", annex_detail="full", pays="charge"
    ),
    (
        Chapter(
            (),
            (_work(0, 2), _work(0, 0, rate_minor=1), _work(1, 1, kind="no_charge")),
        ),
        Chapter((TakenBack(0, 0, "all", 100),), (_work(2, 1),)),
        Chapter((TakenBack(1, 0, "minutes", 50),), (_work(2, 3),)),
    ),
)
"""Lines that cost nothing, a credit larger than the next invoice, and its rest on the one after."""

A_SMALL_STORY = Story(
    Terms(
        "JPY", "en_US", LAW, (None, None), 100_000, None, "day", annex_detail="none", pays="charge"
    ),
    (
        Chapter((), (_work(0, 1, rate_minor=34),)),
        Chapter(
            (TakenBack(0, 0, "minutes", 35), TakenBack(0, 0, "all", 100)),
            (_work(1, 1, rate_minor=12_000),),
        ),
    ),
)
"""Less than a card can be charged, taken back in two parts whose taxes round to less."""
