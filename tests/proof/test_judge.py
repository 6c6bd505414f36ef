"""The judge sees each kind of fault; one that cannot condemn proves nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.proof.judge import (
    BOOKS,
    CHARGES,
    END,
    HOURS,
    LINES,
    MAILS,
    NUMBERS,
    SLACK,
    Sight,
    judge,
    second_mails,
)
from timebot.billing.models import Invoice, InvoiceLine
from timebot.billing.payment_models import Mail, Payment

ENTRY = "an entry"


def flawless_sight() -> Sight:
    """A firm with one client, at the end of a run in which nothing went wrong."""
    invoice_id = uuid4()
    invoice = Invoice(id=invoice_id, number="INV-1", due_minor=9500, currency="EUR")
    invoice.document, invoice.collection, invoice.delivery = "rendered", "paid", "delivered"
    line = {"description": "Logo", "amount": 9500}
    return Sight(
        invoices=[invoice],
        lines=[InvoiceLine(project_name="Logo", minutes_billed=60, amount_minor=9500)],
        payments=[Payment(amount_minor=9500, currency="EUR", state="succeeded")],
        mails=[Mail(invoice_id=invoice_id, kind="receipt")],
        hours={ENTRY: [3600]},
        worked={ENTRY: 3600},
        waiting=0,
        broken=[],
        theirs=[{"number": "INV-1", "status": "paid", "subtotal": 9500, "lines": {"data": [line]}}],
        charges=[{"amount": 9500, "currency": "eur"}],
        letters=Counter(["Receipt for invoice INV-1"]),
        cards=["Invoice run: 1 paid"],
    )


def charged_twice(seen: Sight) -> Sight:
    return replace(seen, charges=[*seen.charges, seen.charges[0]])


def never_charged(seen: Sight) -> Sight:
    return replace(seen, charges=seen.charges[1:])


def another_amount(seen: Sight) -> Sight:
    first, *others = seen.charges
    return replace(seen, charges=[{**first, "amount": first["amount"] * 2}, *others])


def paid_and_not_recorded(seen: Sight) -> Sight:
    return replace(seen, payments=seen.payments[1:])


def line_twice(seen: Sight) -> Sight:
    return replace(seen, lines=[*seen.lines, seen.lines[0]])


def line_twice_at_stripe(seen: Sight) -> Sight:
    first, *others = seen.theirs
    lines = first["lines"]["data"]
    doubled = {**first, "lines": {"data": [*lines, lines[0]]}}
    return replace(seen, theirs=[doubled, *others])


def number_missing(seen: Sight) -> Sight:
    return replace(seen, invoices=seen.invoices[1:])


def stray_draft(seen: Sight) -> Sight:
    stray = {**seen.theirs[0], "number": None, "lines": {"data": []}, "subtotal": 0}
    return replace(seen, theirs=[*seen.theirs, stray])


def hours_lost(seen: Sight) -> Sight:
    return replace(seen, hours=dict(list(seen.hours.items())[1:]))


def hours_billed_twice(seen: Sight) -> Sight:
    return replace(seen, hours={entry: times * 2 for entry, times in seen.hours.items()})


def mail_missing(seen: Sight) -> Sight:
    return replace(seen, letters=Counter(list(seen.letters)[1:]))


def mail_thrice(seen: Sight) -> Sight:
    return replace(seen, letters=seen.letters + seen.letters + seen.letters)


def other_mail(seen: Sight) -> Sight:
    return replace(seen, letters=seen.letters + Counter(["Invoice for somebody else"]))


def mail_written_twice(seen: Sight) -> Sight:
    return replace(seen, mails=[*seen.mails, seen.mails[0]])


def card_missing(seen: Sight) -> Sight:
    return replace(seen, cards=[])


def card_twice(seen: Sight) -> Sight:
    return replace(seen, cards=seen.cards * 2)


def card_of_yesterday(seen: Sight) -> Sight:
    return replace(seen, cards=[seen.cards[0].replace("1 paid", "0 paid")])


def broken_books(seen: Sight) -> Sight:
    return replace(seen, broken=["INV-2031: the numbers have a gap."])


def message_stuck(seen: Sight) -> Sight:
    return replace(seen, waiting=1)


def unpaid_at_stripe(seen: Sight) -> Sight:
    return replace(seen, theirs=[{**one, "status": "open"} for one in seen.theirs])


@pytest.mark.parametrize(
    ("tampered", "promise"),
    [
        (charged_twice, CHARGES),
        (never_charged, CHARGES),
        (another_amount, CHARGES),
        (paid_and_not_recorded, CHARGES),
        (line_twice, LINES),
        (line_twice_at_stripe, LINES),
        (number_missing, NUMBERS),
        (stray_draft, NUMBERS),
        (hours_lost, HOURS),
        (hours_billed_twice, HOURS),
        (mail_missing, MAILS),
        (mail_thrice, MAILS),
        (other_mail, MAILS),
        (mail_written_twice, MAILS),
        (card_missing, SLACK),
        (card_twice, SLACK),
        (card_of_yesterday, SLACK),
        (broken_books, BOOKS),
        (message_stuck, END),
        (unpaid_at_stripe, END),
    ],
)
def test_the_judge_condemns(tampered: Callable[[Sight], Sight], promise: str) -> None:
    flawless = flawless_sight()

    found = judge(tampered(flawless), flawless)

    assert promise in {fault.promise for fault in found}


def test_the_judge_finds_nothing_where_nothing_went_wrong() -> None:
    flawless = flawless_sight()

    assert judge(flawless, flawless) == []


def test_a_mail_that_arrived_once_more_is_counted_and_no_fault() -> None:
    flawless = flawless_sight()
    seen = replace(flawless, letters=flawless.letters + flawless.letters)

    assert judge(seen, flawless) == []
    assert second_mails(seen) == len(flawless.letters)
