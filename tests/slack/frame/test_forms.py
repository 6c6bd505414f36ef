"""Forms: saved once, corrected and sent again, opened in time, answered where they came from."""

import json
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from tests.slack.frame.frames import Frame, a_form, does_it, opens_form
from timebot.errors import Refusal
from timebot.playground.slack import Person
from timebot.slack.answer import Answer, AtField
from timebot.slack.blocks import actions, button, modal, section
from timebot.slack.desk import Asked
from timebot.slack.ids import Act, unpack


def test_a_form_sent_by_two_presses_saves_once(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = does_it
    mia.command("/try")
    frame.slack.connect("http://127.0.0.1:9/slack/events")
    mia.submit()  # the first press is lost on its way, and comes later
    frame.reconnect()
    first = frame.slack.deliveries[-1].body
    payload = json.loads(parse_qs(first.decode())["payload"][0])
    payload["trigger_id"] += "2"

    replies = [frame.post(first), frame.interact(payload)]

    assert frame.effects() == 1
    assert replies[0].json() == {"response_action": "clear"}
    assert "saved already" in replies[1].json()["errors"]["words"]


def test_a_form_with_a_fault_is_corrected_and_sent_again(frame: Frame, mia: Person) -> None:
    def wants_words(asked: Asked) -> Answer:
        if not asked.delivery.state["words"]:
            raise AtField("words", "Say something.")
        return does_it(asked)

    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = wants_words
    mia.command("/try")
    faulty = mia.submit()
    mia.fill("words", "hello")

    mia.submit()

    assert faulty.errors == {"words": "Say something."}
    assert mia.modal is None
    assert frame.effects() == 1


def test_faults_in_the_answer_leave_the_form_open(frame: Frame, mia: Person) -> None:
    answers = [Answer(faults={"words": "No."}), Answer(faults={"words": "Still no."})]
    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = lambda asked: answers.pop(0) if answers else does_it(asked)
    mia.command("/try")

    faults = [mia.submit().errors["words"], mia.submit().errors["words"]]
    mia.submit()

    assert faults == ["No.", "Still no."]
    assert frame.effects() == 1


def test_a_refusal_is_shown_with_its_example_under_the_first_field(
    frame: Frame, mia: Person
) -> None:
    def refuses(_asked: Asked) -> Answer:
        raise Refusal("I cannot read that.", example="1h30m")

    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = refuses
    mia.command("/try")

    answer = mia.submit()

    assert answer.errors == {"words": "I cannot read that. Example: 1h30m"}


def test_a_refused_form_without_fields_is_answered_in_words(frame: Frame, mia: Person) -> None:
    def refuses(_asked: Asked) -> Answer:
        raise Refusal("Not today.")

    bare = modal("form.try", "Try", [section("Sure?")], submit="Yes")
    frame.commands["/try"] = lambda _asked: Answer(modal=bare)
    frame.forms["form.try"] = refuses
    mia.command("/try")

    mia.submit()
    frame.settle()

    assert mia.last_message().text == "Not today."
    assert frame.slack.faults() == []


def test_the_answer_of_a_form_comes_where_its_command_was_typed(frame: Frame, mia: Person) -> None:
    channel = frame.slack.add_channel("studio", members=[mia.id], bot_is_member=False)
    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = does_it
    mia.command("/try", channel="studio")

    mia.submit()
    frame.settle()

    assert [each.text for each in mia.messages(channel)] == ["Done with nothing."]
    assert mia.last_message("studio").is_ephemeral


def test_a_second_page_still_knows_where_the_form_came_from(frame: Frame, mia: Person) -> None:
    frame.slack.add_channel("studio", members=[mia.id], bot_is_member=False)
    pages = [Answer(next_view=a_form(page=2)), Answer(text="Saved.")]
    frame.commands["/try"] = opens_form
    frame.forms["form.try"] = lambda _asked: pages.pop(0)
    mia.command("/try", channel="studio")

    mia.submit()
    mia.submit()
    frame.settle()

    assert mia.last_message("studio").text == "Saved."


def test_a_click_in_a_form_pushes_and_is_answered_where_the_form_came_from(
    frame: Frame, mia: Person
) -> None:
    frame.slack.add_channel("studio", members=[mia.id], bot_is_member=False)
    rows = [actions(button("More", Act.TIMER_ADD), button("Say", Act.TIMER_TODAY))]
    frame.commands["/try"] = lambda _asked: Answer(modal=modal("form.first", "First", rows))
    frame.actions["timer.add"] = opens_form
    frame.actions["timer.today"] = lambda _asked: Answer(text="Said.")
    mia.command("/try", channel="studio")
    first = mia.modal
    assert first is not None

    mia.click(first, text="Say")
    mia.click(first, text="More")
    frame.settle()

    assert mia.last_message("studio").text == "Said."
    assert mia.modal is not None
    assert mia.modal.callback_id == "form.try"
    assert "response_url" in unpack(mia.modal.private_metadata)


def test_a_form_that_opens_too_late_is_excused_in_words(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = opens_form
    frame.slack.fail_next("views.open", status=200, body={"ok": False, "error": "trigger_expired"})

    answer = mia.command("/try")

    assert "did not let me open the form in time" in answer.text
    assert mia.modal is None


def test_a_click_whose_form_opens_too_late_offers_the_button_again(
    frame: Frame, mia: Person
) -> None:
    row = actions(button("Open", Act.TIMER_ADD, {"n": 1}))
    frame.commands["/try"] = lambda _asked: Answer(text="Here.", blocks=[section("Here."), row])
    frame.actions["timer.add"] = opens_form
    shown = mia.command("/try")
    frame.slack.fail_next("views.open", status=None)

    mia.click(shown, text="Open")
    frame.settle()
    mia.click(mia.last_message(), text="Open the form")

    assert mia.modal is not None


@pytest.mark.parametrize("length", [300, 1_000, 1_900, 1_980])
def test_a_long_reply_address_never_breaks_a_form(frame: Frame, mia: Person, length: int) -> None:
    frame.commands["/try"] = lambda _asked: Answer(modal=a_form(kept="k" * length))
    frame.forms["form.try"] = does_it

    mia.command("/try")
    mia.submit()
    frame.settle()

    assert mia.last_message().text == "Done with nothing."
    assert frame.slack.faults() == []


def test_an_old_form_is_answered(frame: Frame, mia: Person) -> None:
    frame.commands["/try"] = opens_form
    mia.command("/try")

    mia.submit()
    frame.slack.age_tickets(timedelta(minutes=1))
    frame.settle()

    assert mia.last_message().text == "I do not know this one."


def test_an_old_button_is_answered(frame: Frame, mia: Person) -> None:
    row = actions(button("Old", Act.TIMER_ADD))
    frame.commands["/try"] = lambda _asked: Answer(text="Here.", blocks=[row])

    mia.click(mia.command("/try"), text="Old")
    frame.settle()

    assert mia.last_message().text == "I do not know this one."
