from uuid import uuid4

from timebot.slack.exceptions_form import Marks, read_marks


def marks(**reasons: str) -> Marks:
    numbered = {int(name[1:]): why for name, why in reasons.items()}
    return Marks(uuid4(), "digest", page=1, reasons=numbered)


def test_what_is_unticked_on_the_page_gets_its_reason_and_other_pages_keep_theirs() -> None:
    turned = marks(n1="Too long").with_page({"page1.digest.4,5": "5"}, "Whose?", shown=[4, 5])

    assert turned.reasons == {1: "Too long", 4: "Whose?"}


def test_an_entry_that_is_ticked_again_is_no_exception_any_more() -> None:
    turned = marks(n4="Whose?").with_page({"page1.digest.4,5": "4,5"}, "", shown=[4, 5])

    assert turned.reasons == {}


def test_a_group_without_any_tick_is_rejected_whole() -> None:
    turned = marks().with_page({"page1.digest.4,5": ""}, "Whose?", shown=[4, 5])

    assert turned.reasons == {4: "Whose?", 5: "Whose?"}


def test_boxes_of_which_slack_says_nothing_stand_as_they_were_drawn() -> None:
    turned = marks(n4="Whose?").with_page({}, "Why?", shown=[4, 5])

    assert turned.reasons == {4: "Why?"}


def test_boxes_of_another_page_are_not_read() -> None:
    turned = marks().with_page({"page0.digest.1,2": ""}, "Whose?", shown=[4, 5])

    assert turned.reasons == {}


def test_what_the_modal_keeps_is_read_back() -> None:
    kept = marks(n1="Too long, really", n2="", n3="Too long, really")

    read = read_marks({key: str(value) for key, value in kept.kept().items()}, kept.submission_id)

    assert read == kept
