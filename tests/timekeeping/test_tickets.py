import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebot.timekeeping.tickets import Ticket, parse_ticket


@pytest.mark.parametrize(
    ("word", "ref"),
    [
        ("#ABC-123", "ABC-123"),
        ("#abc-1", "ABC-1"),
        ("#12", "12"),
        ("#ABC-123,", "ABC-123"),
    ],
)
def test_a_typed_ticket_is_read(word: str, ref: str) -> None:
    assert parse_ticket(word) == Ticket(ref)


@pytest.mark.parametrize(
    ("link", "ref"),
    [
        ("https://acme.atlassian.net/browse/ABC-123", "ABC-123"),
        ("https://jira.acme.example/jira/browse/abc-9?focus=1", "ABC-9"),
        ("https://acme.atlassian.net/jira/software/projects/A/boards/1?selectedIssue=A-7", "A-7"),
        ("https://linear.app/acme/issue/ENG-42/fix-the-logo", "ENG-42"),
        ("https://github.com/acme/site/issues/12", "acme/site#12"),
        ("https://github.com/acme/site/pull/13#discussion", "acme/site#13"),
        ("https://gitlab.com/acme/web/site/-/issues/5", "acme/web/site#5"),
    ],
)
def test_a_pasted_link_is_read_and_kept(link: str, ref: str) -> None:
    assert parse_ticket(link) == Ticket(ref, link)


def test_a_full_stop_after_a_link_is_not_part_of_it() -> None:
    ticket = parse_ticket("https://github.com/acme/site/issues/12.")

    assert ticket == Ticket("acme/site#12", "https://github.com/acme/site/issues/12")


@pytest.mark.parametrize(
    "word",
    [
        "",
        "#",
        "#general",
        "ABC-123",
        "#ABC-",
        "https://acme.example",
        "https://github.com/acme",
        "https://github.com/acme/site/issues/12x",
        "javascript:browse/ABC-1",
        "https://x.example/browse/A-1" + "x" * 600,
    ],
)
def test_other_words_are_no_tickets(word: str) -> None:
    assert parse_ticket(word) is None


@given(st.text() | st.text().map("https://github.com/".__add__) | st.text().map("#".__add__))
def test_any_word_is_a_ticket_or_none(word: str) -> None:
    ticket = parse_ticket(word)

    assert ticket is None or ticket.ref
