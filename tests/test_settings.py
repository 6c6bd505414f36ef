"""Settings are read from any mapping, all faults at once, and never repeat a secret."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from timebot.settings import SettingsFaulty, read_settings

KEY = Fernet.generate_key().decode()

OVER_HTTP = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


def faults(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsFaulty) as refused:
        read_settings(environ)
    return refused.value.faults


def test_without_any_setting_there_are_sensible_ones() -> None:
    settings = read_settings({})

    assert settings.effective_database_url == f"sqlite:///{Path('var') / 'timebot.db'}"
    assert (settings.command, settings.billing_command) == ("/timer", "/billing")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.port, settings.log_level, settings.log_format) == (3000, "INFO", None)
    assert not settings.uses_slack


def test_empty_values_count_as_not_set() -> None:
    settings = read_settings({"PORT": "", "SLACK_BOT_TOKEN": "  ", "TIMEBOT_OWNER": ""})

    assert settings.port == 3000
    assert settings.owner is None
    assert not settings.uses_slack


def test_the_database_is_the_one_that_was_named() -> None:
    settings = read_settings({"DATABASE_URL": "postgres://db/timebot"})

    assert settings.effective_database_url == "postgres://db/timebot"


def test_the_data_directory_holds_the_database() -> None:
    settings = read_settings({"TIMEBOT_DATA_DIR": "elsewhere"})

    assert settings.effective_database_url == "sqlite:///elsewhere/timebot.db"


def test_slack_over_http_is_complete_with_token_and_signing_secret() -> None:
    settings = read_settings(OVER_HTTP)

    assert settings.uses_slack
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"


def test_socket_mode_needs_no_signing_secret() -> None:
    assert read_settings({"SLACK_APP_TOKEN": "xapp-1", "SLACK_BOT_TOKEN": "xoxb-1"}).uses_slack


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_SIGNING_SECRET"]),
        ({"SLACK_APP_TOKEN": "xapp-1"}, ["SLACK_BOT_TOKEN"]),
        (
            {"SLACK_CLIENT_ID": "1.2"},
            ["SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "TIMEBOT_SECRET_KEY"],
        ),
        ({"STRIPE_API_KEY": "sk_test_1"}, ["STRIPE_WEBHOOK_SECRET"]),
        ({"RESEND_API_KEY": "re_1"}, ["RESEND_WEBHOOK_SECRET", "TIMEBOT_MAIL_FROM"]),
    ],
)
def test_a_setting_that_others_need_is_named_with_where_to_get_it(
    environ: dict[str, str], missing: list[str]
) -> None:
    found = faults(environ)

    assert [fault.split(" is missing. ")[0] for fault in found] == missing
    assert all(fault.split(" is missing. ")[1] for fault in found)


def test_all_faults_are_told_at_once() -> None:
    found = faults({"STRIPE_API_KEY": "sk_test_1", "PORT": "99999", "TIMEBOT_SECRET_KEY": "short"})

    assert len(found) == 3
    assert found[0].startswith("STRIPE_WEBHOOK_SECRET is missing.")
    assert found[1].startswith("TIMEBOT_SECRET_KEY is malformed.")
    assert found[2].startswith("PORT is malformed:")
    assert found[2].endswith("It is a number from 1 to 65535.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "three"),
        ("PORT", "0"),
        ("TIMEBOT_COMMAND", "timer"),
        ("TIMEBOT_COMMAND", "/Timer now"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_malformed_setting_is_named(name: str, value: str) -> None:
    assert faults({name: value})[0].startswith(f"{name} is malformed")


def test_a_fault_never_repeats_what_may_be_a_secret() -> None:
    found = faults(
        {"TIMEBOT_SECRET_KEY": "my-secret", "PORT": "my-secret", "LOG_LEVEL": "my-secret"}
    )

    assert "my-secret" not in "\n".join(found)


def test_keys_may_be_rotated() -> None:
    older = Fernet.generate_key().decode()

    settings = read_settings({"TIMEBOT_SECRET_KEY": f"{KEY}, {older}"})

    assert settings.secret_key is not None


def test_settings_do_not_show_their_secrets() -> None:
    settings = read_settings({**OVER_HTTP, "TIMEBOT_SECRET_KEY": KEY})

    assert "xoxb-1" not in repr(settings)
    assert KEY not in str(settings)
