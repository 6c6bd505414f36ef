"""The judge: holds what Stripe, Resend and Slack remember against the database, after each case.

It asks nobody whether something went well. It counts charges, lines, numbers, hours and mails where
they ended up, and compares with the stage: what was worked there is what must have been paid.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timebot.billing.models import BillingEntry, Invoice, InvoiceLine
from timebot.billing.payment_models import Mail, Payment
from timebot.db import Database
from timebot.doctor import invariants
from timebot.journal.models import OutboxMessage
from timebot.playground.slack import Message
from timebot.playground.store import Document
from timebot.playground.world import LocalWorld
from timebot.timekeeping.models import TimeEntry

CHARGES = "nothing charged twice, nothing uncharged"
LINES = "no line twice, none missing"
NUMBERS = "no number missing, none twice"
HOURS = "no hour lost, none billed twice"
MAILS = "each kind of mail at least once, at most once more"
SLACK = "the Slack message right, and one"
BOOKS = "every invariant of the doctor"
END = "everything came to its end"
PROMISES = (CHARGES, LINES, NUMBERS, HOURS, MAILS, SLACK, BOOKS, END)

_DAY = re.compile(r"\b\d{1,2} \w{3} \d{4}(?:, \d{1,2}:\d\d)?\b")
_CARD = re.compile(r"\((?:Visa ending in \d{4}|at Stripe)\)")
"""After a restore the card that was charged before it is known to Stripe alone."""

_HEAD = re.compile(r"Audit \w+:\w+")


@dataclass(frozen=True)
class Fault:
    """A promise that was broken.

    Attributes:
        promise: one of `PROMISES`.
        sentence: what was found.
    """

    promise: str
    sentence: str


@dataclass(frozen=True)
class Sight:
    """What is to be seen at the end, on both sides.

    Attributes:
        cards: the words of the cards of the run, without days, the head of the audit and which
            card was charged, all of which a fault may change rightly.
        letters: the subjects of the mails that arrived, and how often each did.
    """

    invoices: list[Invoice]
    lines: list[InvoiceLine]
    payments: list[Payment]
    mails: list[Mail]
    hours: dict[str, list[int]]
    worked: dict[str, int]
    waiting: int
    broken: list[str]
    theirs: list[Document]
    charges: list[Document]
    letters: Counter[str]
    cards: list[str]

    def numbers(self) -> list[str]:
        """Return our numbers, in order."""
        return [str(one.number) for one in self.invoices]


def look(database: Database, local: LocalWorld, cards: Sequence[Message]) -> Sight:
    """Read everything there is to judge, with the cards that the database knows of."""
    with database.read_only() as session:
        return Sight(
            invoices=list(session.scalars(select(Invoice).order_by(Invoice.sequence))),
            lines=list(session.scalars(select(InvoiceLine))),
            payments=list(session.scalars(select(Payment))),
            mails=list(session.scalars(select(Mail))),
            hours=_hours_billed(session),
            worked=_hours_worked(session),
            waiting=_waiting(session),
            broken=invariants(session),
            theirs=[one for one in local.stripe.invoices() if one["status"] != "void"],
            charges=[one for one in local.stripe.charges() if one["status"] == "succeeded"],
            letters=Counter(mail["subject"] for mail in local.resend.mails()),
            cards=[timeless(one.all_text) for one in cards],
        )


def timeless(words: str) -> str:
    """Return the words without what a fault may change rightly."""
    return _CARD.sub("(by card)", _HEAD.sub("Audit", _DAY.sub("a day", words)))


def judge(seen: Sight, flawless: Sight) -> list[Fault]:
    """Return what is broken; `flawless` is how it looks where nothing went wrong."""
    checks = {
        CHARGES: _charges(seen, flawless),
        LINES: _lines(seen, flawless),
        NUMBERS: _numbers(seen, flawless),
        HOURS: _hours(seen),
        MAILS: _mails(seen, flawless),
        SLACK: _slack(seen, flawless),
        BOOKS: iter(seen.broken),
        END: _end(seen),
    }
    return [Fault(promise, sentence) for promise, found in checks.items() for sentence in found]


def second_mails(seen: Sight) -> int:
    """Count the mails that somebody got once more than they should, which is not a fault."""
    return sum(count - 1 for count in seen.letters.values())


def _charges(seen: Sight, flawless: Sight) -> Iterator[str]:
    """Money at Stripe, in our payments and on our invoices is the same, and what it should be."""
    due = sorted((one.due_minor, one.currency) for one in seen.invoices)
    taken = sorted((one["amount"], one["currency"].upper()) for one in seen.charges)
    ours = sorted(
        (one.amount_minor, one.currency) for one in seen.payments if one.state == "succeeded"
    )
    expected = sorted((one.due_minor, one.currency) for one in flawless.invoices)
    for words, found in (("invoices", due), ("charges at Stripe", taken), ("payments", ours)):
        if found != expected:
            yield f"the {words} are {found} and should be {expected}"


def _lines(seen: Sight, flawless: Sight) -> Iterator[str]:
    for words, found, expected in (
        ("lines", _our_lines(seen), _our_lines(flawless)),
        ("lines at Stripe", _their_lines(seen), _their_lines(flawless)),
    ):
        if found != expected:
            yield f"the {words} are {found} and should be {expected}"
    for one in seen.theirs:
        if sum(line["amount"] for line in one["lines"]["data"]) != one["subtotal"]:
            yield f"the lines of {one['number']} do not add up at Stripe"


def _our_lines(sight: Sight) -> list[tuple[str, int, int]]:
    return sorted((one.project_name, one.minutes_billed, one.amount_minor) for one in sight.lines)


def _their_lines(sight: Sight) -> list[tuple[str, int]]:
    every = (line for one in sight.theirs for line in one["lines"]["data"])
    return sorted((str(line["description"]), int(line["amount"])) for line in every)


def _numbers(seen: Sight, flawless: Sight) -> Iterator[str]:
    """Ours and Stripe's are the same numbers, each once; a stray draft there shows as one more."""
    theirs = sorted(str(one["number"]) for one in seen.theirs)
    for words, found in (("ours", seen.numbers()), ("those at Stripe", theirs)):
        if found != flawless.numbers():
            yield f"{words} are {found} and should be {flawless.numbers()}"


def _hours(seen: Sight) -> Iterator[str]:
    """Each entry that was worked is billed once, with the seconds that were worked."""
    expected = {entry: [seconds] for entry, seconds in seen.worked.items()}
    if seen.hours != expected:
        yield f"billed are {sorted(seen.hours.values())}, worked {sorted(expected.values())}"


def _mails(seen: Sight, flawless: Sight) -> Iterator[str]:
    for subject in flawless.letters.keys() | seen.letters.keys():
        count, expected = seen.letters[subject], flawless.letters[subject]
        if not expected <= count <= 2 * expected:
            yield f"“{subject}” arrived {count} times"
    # Restored books need not know of a mail that an invoice got before, but of its receipt.
    rows = Counter((one.invoice_id, one.kind) for one in seen.mails)
    receipts = {invoice for invoice, kind in rows if kind == "receipt"}
    if set(rows.values()) != {1} or receipts != {one.id for one in seen.invoices}:
        yield f"written down are the mails {sorted(rows.values())}, receipts {len(receipts)}"


def _slack(seen: Sight, flawless: Sight) -> Iterator[str]:
    if len(seen.cards) != len(flawless.cards):
        yield f"there are {len(seen.cards)} cards and should be {len(flawless.cards)}"
    for found, expected in zip(seen.cards, flawless.cards, strict=False):
        lines = zip_longest(found.splitlines(), expected.splitlines(), fillvalue="nothing")
        for one, other in lines:
            if one != other:
                yield f"the card says “{one}” and should say “{other}”"
                break


def _end(seen: Sight) -> Iterator[str]:
    for one in seen.invoices:
        state = (one.document, one.collection)
        if state != ("rendered", "paid") or one.delivery not in {"sent", "delivered"}:
            yield f"{one.number} is {one.document}, {one.collection} and {one.delivery}"
    if any(one["status"] != "paid" for one in seen.theirs):
        yield f"at Stripe they are {[one['status'] for one in seen.theirs]}"
    if seen.waiting:
        yield f"{seen.waiting} messages to Slack still wait or were given up"


def _hours_billed(session: Session) -> dict[str, list[int]]:
    billed: dict[str, list[int]] = {}
    for one in session.scalars(select(BillingEntry).where(BillingEntry.reversed_by.is_(None))):
        billed.setdefault(str(one.time_entry_id), []).append(one.seconds_worked)
    return billed


def _hours_worked(session: Session) -> dict[str, int]:
    return {
        str(one.id): round((one.ended_at - one.started_at).total_seconds())
        for one in session.scalars(select(TimeEntry))
        if one.ended_at is not None
    }


def _waiting(session: Session) -> int:
    left = select(func.count()).where(OutboxMessage.state.in_(("waiting", "given_up")))
    return session.scalar(left) or 0
