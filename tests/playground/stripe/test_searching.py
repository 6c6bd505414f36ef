from datetime import timedelta

import pytest
import stripe

from timebot.playground.clock import MovableClock

from .calls import Calls


def found(calls: Calls, query: str) -> list[str]:
    return [str(each.number) for each in calls.client.v1.invoices.search({"query": query}).data]


def test_search_is_behind_and_lists_are_not(calls: Calls, clock: MovableClock) -> None:
    calls.draft(calls.customer(), number="A-1", metadata={"ours": "1"})

    at_once = found(calls, "metadata['ours']:'1'")
    listed = calls.client.v1.invoices.list().data
    clock.advance(timedelta(minutes=1))

    assert (at_once, [each.number for each in listed]) == ([], ["A-1"])
    assert found(calls, "metadata['ours']:'1'") == ["A-1"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ('number:"A-1"', ["A-1"]),
        ("number~'a-'", ["A-2", "A-1"]),
        ("number:'A-1' OR number:'A-2'", ["A-2", "A-1"]),
        ("status:'draft' AND -number:'A-1'", ["A-2"]),
        ("status:'draft' total>150", ["A-2"]),
        ("metadata['ours']:null", ["A-2"]),
        ("status:'paid'", []),
    ],
)
def test_a_query_finds_what_it_says(
    calls: Calls, clock: MovableClock, query: str, numbers: list[str]
) -> None:
    customer = calls.customer()
    calls.draft(customer, 100, number="A-1", metadata={"ours": "1"})
    calls.draft(customer, 200, number="A-2")
    clock.advance(timedelta(minutes=1))

    assert found(calls, query) == numbers


@pytest.mark.parametrize(
    "query", ["", "colour:'red'", "number 'A-1'", "number:'1' AND total>1 OR total<9"]
)
def test_a_query_that_cannot_be_read_is_refused(calls: Calls, query: str) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        found(calls, query)


def test_customers_are_found_by_their_address_after_a_while(
    calls: Calls, clock: MovableClock
) -> None:
    customer = calls.customer(email="pay@acme.example")
    clock.advance(timedelta(minutes=1))

    result = calls.client.v1.customers.search({"query": "email:'pay@acme.example'"})

    assert [each.id for each in result.data] == [customer.id]


def test_more_than_a_page_is_found_page_by_page(calls: Calls, clock: MovableClock) -> None:
    customer = calls.customer()
    for number in range(3):
        calls.draft(customer, number=f"A-{number}")
    clock.advance(timedelta(minutes=1))

    result = calls.client.v1.invoices.search({"query": "status:'draft'", "limit": 2})

    assert [each.number for each in result.auto_paging_iter()] == ["A-2", "A-1", "A-0"]
