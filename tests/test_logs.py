"""Logs: lines for people and programs; no secret, no address and no content of vendors in them."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import a_client, a_workspace
from tests.worlds import a_world, utc
from timebot.logs import redact, set_up_logs
from timebot.playground.slack import Person
from timebot.settings import read_settings

SECRETS = [
    "xoxb-1-abc",
    "xoxe.xoxp-1-abc",
    "xapp-1-A-b",
    "sk_test_abc",
    "rk_live_abc",
    "pi_1_secret_abc",
    "whsec_abc+/=",
    "re_abcdefgh1",
    "https://hooks.slack.com/actions/T/1/abc",
    "http://127.0.0.1:1/respond/1-abc",
    "mia.berg+x@studio.example",
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is written to the log, with logging as it was before afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("timebot")
    before = (list(root.handlers), root.level, ours.level)
    written = io.StringIO()
    yield written
    root.handlers[:], level, own_level = before
    root.setLevel(level)
    ours.setLevel(own_level)
    structlog.reset_defaults()


def logs_into(written: io.StringIO, **environment: str) -> None:
    set_up_logs(read_settings({"LOG_FORMAT": "json", **environment}))
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)


def only_line(written: io.StringIO) -> dict[str, object]:
    (line,) = written.getvalue().splitlines()
    read: dict[str, object] = json.loads(line)
    return read


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_and_addresses_are_blanked(secret: str) -> None:
    redacted = redact(f"before {secret} after")

    assert secret not in redacted
    assert "abc" not in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")


def test_an_error_of_the_database_tells_nothing_of_the_row(session: Session) -> None:
    workspace = a_workspace(session)
    a_client(session, workspace, name="Hafenbank")

    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        a_client(session, workspace, name="Hafenbank")

    assert "hafenbank" not in redact(str(refused.value)).casefold()


@pytest.mark.parametrize("text", ["time_entry.started", "INV-0001", "12:30", "a@b", "T0LOCAL001"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("secret", SECRETS)
def test_a_field_is_redacted_however_deep_it_lies(lines: io.StringIO, secret: str) -> None:
    logs_into(lines)

    structlog.get_logger("timebot.trial").info(
        "trial.done", plain=secret, deep={"list": [secret, {secret: 1}]}, odd=ValueError(secret)
    )

    assert "abc" not in lines.getvalue()
    assert only_line(lines)["event"] == "trial.done"


def test_a_json_line_has_its_time_level_and_fields(lines: io.StringIO) -> None:
    logs_into(lines)

    structlog.get_logger("timebot.trial").warning("trial.done", count=2, right=True, nothing=None)

    line = only_line(lines)
    assert (line["event"], line["level"]) == ("trial.done", "warning")
    assert (line["count"], line["right"], line["nothing"]) == (2, True, None)
    assert str(line["timestamp"]).endswith("Z")


def test_text_is_for_people(lines: io.StringIO) -> None:
    logs_into(lines, LOG_FORMAT="text")

    structlog.get_logger("timebot.trial").info("trial.done", count=2)

    assert "trial.done" in lines.getvalue()
    assert "count=2" in lines.getvalue()
    assert "\x1b" not in lines.getvalue()


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_an_exception_is_shown_without_its_secrets_and_locals(
    lines: io.StringIO, log_format: str
) -> None:
    logs_into(lines, LOG_FORMAT=log_format)

    try:
        _stumble(str(7 * 11 * 13 * 1_000_001))
    except RuntimeError:
        structlog.get_logger("timebot.trial").exception("trial.failed")

    assert "RuntimeError" in lines.getvalue()
    assert "xoxb" not in lines.getvalue()
    assert "mia@" not in lines.getvalue()
    assert "1001001001" not in lines.getvalue()


def test_a_line_of_a_vendor_is_redacted_too(lines: io.StringIO) -> None:
    logs_into(lines)

    logging.getLogger("vendor").error("cannot reach %s", "mia@studio.example")

    assert only_line(lines)["event"] == "cannot reach [redacted]"


@pytest.mark.parametrize(
    "vendor", ["sqlalchemy.engine", "slack_sdk.web", "slack_bolt.App", "urllib3", "stripe", "x"]
)
def test_vendors_are_heard_from_warnings_on_at_every_level(lines: io.StringIO, vendor: str) -> None:
    logs_into(lines, LOG_LEVEL="DEBUG")

    logging.getLogger(vendor).info("a body")
    logging.getLogger("timebot.trial").debug("ours")

    assert only_line(lines)["event"] == "ours"


def test_our_own_level_can_be_raised(lines: io.StringIO) -> None:
    logs_into(lines, LOG_LEVEL="ERROR")

    structlog.get_logger("timebot.trial").warning("trial.done")

    assert lines.getvalue() == ""


def test_a_whole_session_leaves_no_secret_and_no_name_in_the_log(
    lines: io.StringIO, tmp_path: Path, database_url: str
) -> None:
    logs_into(lines, LOG_LEVEL="DEBUG")
    with a_world(tmp_path, database_url, begins=utc(2031, 3, 3, 9)) as world:
        slack = world.local.slack
        mia = world.add_person("mia", real_name="Mia Berg", is_owner=True)
        slack.set_commands(
            [
                {"command": name, "usage_hint": "", "description": "x"}
                for name in ("/timer", "/billing")
            ]
        )
        _a_morning(mia)
        slack.resend_last_delivery(headers={"X-Slack-Signature": "v0=" + "0" * 64})
        slack.resend_last_delivery(headers={"X-Slack-Request-Timestamp": "soon"})
        slack.fail_next("users.info", status=500)
        slack.fail_next("chat.postMessage", status=None)
        world.settle()
        slack.revoke_token()
        mia.command("/timer")
        world.settle()
        secrets = [slack.bot_token, slack.signing_secret, world.local.stripe.api_key]

    text = lines.getvalue()
    assert "slack." in text or "outbox." in text
    for hidden in [*secrets, "Lighthouse", "Mia Berg", "pay@", "/respond/", "xox", "@lighthouse"]:
        assert hidden not in text


def _a_morning(mia: Person) -> None:
    mia.open_home()
    mia.command("/billing client add Lighthouse pay@lighthouse.example 95 USD")
    mia.command("/billing client add Lighthouse pay@lighthouse.example nonsense")
    answer = mia.command("/timer start Lighthouse logo for Mia Berg")
    if answer.buttons:
        mia.click(answer, text=answer.buttons[0])
    mia.command("/timer stop")
    mia.command("/timer nonsense Lighthouse")
    mia.command("/billing nonsense Lighthouse")


def _stumble(hidden: str) -> None:
    message = f"xoxb-1-abc for mia@studio.example {len(hidden)}"
    raise RuntimeError(message)
