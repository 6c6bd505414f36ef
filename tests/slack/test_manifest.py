"""The committed manifests agree with the code, and the code with what Slack allows."""

from pathlib import Path

from timebot.slack.manifest import (
    event_names,
    http_manifest,
    manifest_files,
    slash_commands,
    socket_manifest,
)

FOLDER = Path(__file__).parents[2] / "manifests"


def test_the_committed_manifests_are_what_the_code_makes() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}

    assert committed == manifest_files(), "run: python -m timebot.slack.manifest"


def test_the_events_are_those_that_the_code_listens_to() -> None:
    subscribed = http_manifest()["settings"]["event_subscriptions"]["bot_events"]

    assert subscribed == event_names()
    assert "app_home_opened" in subscribed


def test_mentions_are_escaped_in_both_commands() -> None:
    assert [each["should_escape"] for each in slash_commands()] == [True, True]


def test_hints_and_descriptions_are_short_enough_for_slack() -> None:
    for command in slash_commands():
        assert len(command["usage_hint"]) <= 100
        assert len(command["description"]) <= 100


def test_only_the_http_manifest_needs_an_address() -> None:
    assert "https://bills.example/slack/events" in str(http_manifest("https://bills.example"))
    assert "http" not in str(socket_manifest())
