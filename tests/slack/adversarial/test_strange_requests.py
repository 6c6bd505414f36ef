"""What Slack or a stranger may send: every request is answered, and changes nothing."""

import json
from http import HTTPStatus

import pytest

from tests.slack.timer.office import Office
from timebot.playground.slack.deliver import FORM, JSON
from timebot.playground.slack.payloads import form

A_MEGABYTE = 1_000_000


def test_slack_may_look_at_the_certificate(office: Office) -> None:
    assert office.world.local.slack.trouble.check_ssl().status == 200


def test_the_address_is_proven_to_slack(office: Office) -> None:
    assert office.world.local.slack.verify_request_url()


def test_too_many_events_are_taken_note_of(office: Office) -> None:
    reply = office.world.local.slack.trouble.tell_that_events_are_limited()

    assert reply.status == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b"{", JSON),
        (b"payload=", FORM),
        (b"payload=%7B%7D", FORM),
        (b"payload=[1]", FORM),
        (b"<xml/>", "text/xml"),
        (b"\xff\xfe", "application/octet-stream"),
        (form({"command": "/timer", "text": "status"}), "multipart/form-data"),
    ],
)
def test_a_body_that_says_nothing_is_answered_at_once(
    office: Office, body: bytes, content_type: str
) -> None:
    reply = office.world.local.slack.trouble.send(body, content_type)

    assert reply.status is not None
    assert reply.status < 500
    assert reply.ms < 3_000
    assert office.mia.command("/timer status").error is None


@pytest.mark.parametrize("content_type", ["text/plain", JSON, FORM])
def test_a_megabyte_is_not_read_and_the_timer_runs_on(office: Office, content_type: str) -> None:
    office.mia.command("/timer start Acme logo")

    reply = office.world.local.slack.trouble.send(b"y" * A_MEGABYTE, content_type)

    # The connection may be closed before the whole body has left.
    assert reply.status in (None, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    assert "Acme" in office.mia.command("/timer status").text


@pytest.mark.parametrize("missing", ["team_id", "user_id"])
def test_what_comes_from_nobody_starts_nothing(office: Office, missing: str) -> None:
    fields = {
        "team_id": office.world.local.slack.team_id,
        "team_domain": "north",
        "channel_id": office.mia.dm,
        "user_id": office.mia.id,
        "command": "/timer",
        "text": "start Acme logo",
        "api_app_id": office.world.local.slack.app_id,
        "trigger_id": "1.2",
        "response_url": "http://127.0.0.1:9/x",
    }

    reply = office.world.local.slack.trouble.send(form(fields | {missing: ""}))

    assert reply.status == HTTPStatus.OK
    assert office.entries(office.mia) == []


def test_an_event_of_another_kind_is_taken(office: Office) -> None:
    told = {"type": "event_callback", "team_id": office.world.local.slack.team_id}
    told |= {"event_id": "Ev1", "event": {"type": "channel_id_changed"}}  # type: ignore[dict-item]  # JSON

    reply = office.world.local.slack.trouble.send(json.dumps(told).encode(), JSON)

    assert reply.status == 200


@pytest.mark.parametrize("locale", ["ja-JP", "de-DE", "", "xx"])
def test_a_locale_that_timebot_does_not_speak_is_answered_in_english(
    office: Office, locale: str
) -> None:
    office.world.local.slack.change_user(office.mia.id, locale=locale)

    assert "Started at" in office.mia.command("/timer start Acme logo").text
