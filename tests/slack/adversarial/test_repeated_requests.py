"""The same request again: at once, minutes later with a new signature, after a restart."""

import pytest

from tests.slack.frame.frames import Frame, does_it
from tests.slack.timer.office import Office

LATER = {"X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "http_timeout"}


def test_a_command_three_times_at_once_starts_one_timer(office_anywhere: Office) -> None:
    office = office_anywhere
    office.mia.command("/timer start Acme logo")

    replies = office.world.local.slack.resend_last_delivery(3, parallel=True)

    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert len(office.entries(office.mia)) == 1


def test_a_stop_that_comes_again_later_leaves_the_next_timer_alone(office: Office) -> None:
    office.mia.command("/timer start Acme logo")
    office.wait(minutes=30)
    office.mia.command("/timer stop")
    stop = office.world.local.slack.deliveries[-1]
    office.mia.command("/timer start Acme website")
    office.wait(minutes=5)

    reply = office.world.local.slack.trouble.deliver_again(stop, LATER)

    assert reply.status == 200
    assert [entry.ended_at is None for entry in office.entries(office.mia)] == [False, True]


def test_a_click_that_comes_again_later_stops_nothing_twice(office: Office) -> None:
    started = office.mia.command("/timer start Acme logo")
    office.wait(minutes=30)
    office.mia.click(started, text="Stop")
    click = office.world.local.slack.deliveries[-1]
    office.world.settle()
    said = len(office.mia.messages())
    office.wait(minutes=5)

    office.world.local.slack.trouble.deliver_again(click)
    office.world.settle()

    assert [entry.seconds(now=office.now()) for entry in office.entries(office.mia)] == [1_800]
    assert len(office.mia.messages()) == said


def test_a_form_that_comes_again_later_saves_once(office: Office) -> None:
    office.mia.command("/timer add")
    office.mia.fill("project", office.mia.options("project", "Logo")[0])
    office.mia.fill("spent", "1h")
    office.mia.submit()
    form = office.world.local.slack.deliveries[-1]

    office.world.local.slack.trouble.deliver_again(form)

    assert len(office.entries(office.mia)) == 1


def test_what_was_heard_before_a_restart_is_not_done_again(frame: Frame) -> None:
    frame.commands["/try"] = does_it
    frame.person("mia", is_owner=True).command("/try")
    frame.restart()

    reply = frame.slack.trouble.deliver_again(headers=LATER)

    assert reply.status == 200
    assert frame.effects() == 1


@pytest.mark.parametrize("spelling", ["expired_trigger_id", "trigger_expired"])
def test_a_form_that_slack_opens_no_more_comes_with_a_button(office: Office, spelling: str) -> None:
    refused = {"ok": False, "error": spelling}
    office.world.local.slack.fail_next("views.open", status=200, body=refused)

    answer = office.mia.command("/timer add")
    again = office.mia.click(answer, text=answer.buttons[0])

    assert answer.error is None
    assert answer.view is None
    assert again.view is not None


@pytest.mark.parametrize("spelling", ["exchanged_trigger_id", "trigger_exchanged"])
def test_a_trigger_that_was_used_already_harms_nobody(office: Office, spelling: str) -> None:
    refused = {"ok": False, "error": spelling}
    office.world.local.slack.fail_next("views.open", status=200, body=refused)

    answer = office.mia.command("/timer start")

    assert answer.error is None
    assert answer.status == 200


def test_a_form_that_opens_too_late_is_offered_again(office: Office) -> None:
    office.world.local.slack.trouble.slow_down("views.open", 1.5)

    answer = office.mia.command("/timer add")

    assert answer.error is None
    assert answer.ms < 3_000
    assert answer.buttons
