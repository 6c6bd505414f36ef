"""Help, and what is said to words that are no verb."""

import pytest

from tests.slack.timer.office import Office
from timebot.slack.help import VERBS, draw_help, usage_hint
from timebot.slack.timer_command import VERBS as FEATURES


def test_every_verb_of_the_table_does_something_and_every_feature_is_in_the_table() -> None:
    assert {verb.name for verb in VERBS} == {*FEATURES, "help"}


def test_the_usage_hint_names_verbs_of_the_table() -> None:
    assert set(usage_hint().split(" | ")) <= {verb.name for verb in VERBS}


def test_help_lists_every_verb(office: Office) -> None:
    answer = office.kim.command("/timer HELP")

    assert all(f"/timer {name}" in answer.text for name in FEATURES)


def test_help_leaves_out_what_only_others_may_do(office: Office) -> None:
    answer = office.mia.command("/timer help")

    assert all(f"/timer {name}" in answer.text for name in {*FEATURES} - {"approve"})
    assert "/timer approve" not in answer.all_text


@pytest.mark.parametrize("words", ["help", "help start"])
def test_help_offers_a_guest_nothing_that_would_be_refused(office: Office, words: str) -> None:
    guest = office.world.add_person("gus", is_restricted=True)

    answer = guest.command(f"/timer {words}")

    assert "Only people of this workspace may track time, not guests" in answer.text
    assert "If you should, ask ana." in answer.text
    assert answer.buttons == []


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_help_explains_each_verb_with_an_example(verb: str) -> None:

    answer = draw_help("/timer", verb)

    assert f"/timer {verb}" in answer.text
    assert "Example: /timer " in answer.text


def test_an_unknown_verb_is_answered_with_what_was_read_and_the_nearest(office: Office) -> None:
    answer = office.mia.command("/timer strat Acme logo")

    assert "I do not know the verb strat. Did you mean start?" in answer.text
    assert answer.buttons == ["Yes, start", "Help"]
    assert office.entries(office.mia) == []


def test_the_verb_that_was_likely_meant_is_done_with_one_click(office: Office) -> None:
    answer = office.mia.command("/timer strat Acme logo sketches")

    office.mia.click(answer, text="Yes, start")
    office.world.settle()

    assert [one.text for one in office.entries(office.mia)] == ["sketches"]


def test_who_names_a_project_and_forgets_the_verb_starts_it_with_one_click(
    office: Office,
) -> None:
    answer = office.mia.command("/timer Acme logo sketches")

    office.mia.click(answer, text="Start it")
    office.world.settle()

    assert [one.text for one in office.entries(office.mia)] == ["sketches"]


def test_words_that_are_too_long_for_a_button_leave_help(office: Office) -> None:
    answer = office.mia.command(f"/timer strat Acme {'x' * 2_500}")

    assert answer.buttons == ["Help"]


def test_a_verb_that_would_be_markup_is_shown_literally(office: Office) -> None:
    answer = office.mia.command("/timer <!channel>")

    assert "<!channel>" not in answer.all_text
