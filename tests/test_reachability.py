"""Reachability: the doctor asks the local Slack, Stripe and Resend, and tells how each answers."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from timebot.doctor import BROKEN, GOOD, LOOK, Finding
from timebot.doctor.reachability import ALL_SECONDS, reach_outside
from timebot.playground.clock import MovableClock
from timebot.playground.resend import LocalResend
from timebot.playground.slack import LocalSlack
from timebot.playground.store import Store
from timebot.playground.stripe import LocalStripe
from timebot.settings import read_settings
from timebot.slack.manifest import SCOPES

SOCKET_OFF = {"ok": False, "error": "socket_mode_not_enabled"}
SENDER = "Billing <billing@north.example>"
SECRETS = ("xoxb-", "xapp-", "rk_", "sk_", "re_", "whsec_")


@dataclass
class Vendors:
    """The three servers, and what the settings say of them."""

    slack: LocalSlack
    stripe: LocalStripe
    resend: LocalResend

    def settings(self, **others: str) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": "hush",
            "SLACK_API_URL": self.slack.api_url,
            "STRIPE_API_KEY": self.stripe.api_key,
            "STRIPE_API_BASE": self.stripe.url,
            "STRIPE_WEBHOOK_SECRET": "whsec_hush",
            "RESEND_API_KEY": self.resend.api_key,
            "RESEND_API_URL": self.resend.url,
            "RESEND_WEBHOOK_SECRET": "whsec_hush",
            "TIMEBOT_MAIL_FROM": SENDER,
            **others,
        }

    def stop(self, vendor: str) -> None:
        stops = {"Slack": self.slack.stop, "Stripe": self.stripe.stop, "Resend": self.resend.stop}
        stops[vendor]()

    def asked(self, seconds: float = ALL_SECONDS, /, **others: str) -> dict[str, Finding]:
        """Ask everybody, and return what was found of each; no secret may be in it."""
        settings = read_settings(self.settings(**others))
        findings = reach_outside(settings, tell=lambda *_: None, all_seconds=seconds)
        assert not [one for one in findings if any(word in one.sentence for word in SECRETS)]
        return {finding.check.removesuffix("'s answer"): finding for finding in findings}


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[Vendors]:
    store = Store(tmp_path / "world.db")
    clock = MovableClock(store)
    servers = LocalSlack(store, clock), LocalStripe(store, clock), LocalResend(store, clock)
    for server in servers:
        server.start()
    found = Vendors(*servers)
    found.slack.set_scopes(SCOPES)
    found.resend.allowance.may_read = True
    found.resend.allowance.verified_domains = frozenset({"north.example"})
    yield found
    for server in servers:
        server.stop()
    store.close()


def test_all_answer(vendors: Vendors) -> None:
    found = vendors.asked()

    assert {name: one.verdict for name, one in found.items()} == dict.fromkeys(found, GOOD)
    assert list(found) == ["Slack", "Stripe", "Resend"]
    assert found["Slack"].sentence == "It answers: the bot is App in Local team."
    assert found["Resend"].sentence == "It answers, and north.example is verified."


def test_who_is_not_set_up_is_not_asked() -> None:
    assert reach_outside(read_settings({}), tell=lambda *_: None) == []


def test_progress_is_told(vendors: Vendors) -> None:
    told: list[tuple[int, int]] = []

    reach_outside(
        read_settings(vendors.settings()), tell=lambda done, total: told.append((done, total))
    )

    assert told == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize(
    ("vendor", "setting", "value"),
    [
        ("Slack", "SLACK_BOT_TOKEN", "xoxb-other"),
        ("Stripe", "STRIPE_API_KEY", "sk_test_other"),
        ("Resend", "RESEND_API_KEY", "re_other"),
    ],
)
def test_a_key_that_is_refused_is_told_with_what_to_do(
    vendors: Vendors, vendor: str, setting: str, value: str
) -> None:
    finding = vendors.asked(**{setting: value})[vendor]

    assert finding.verdict == BROKEN
    assert finding.sentence.startswith(f"It refuses {setting}.")


@pytest.mark.parametrize("vendor", ["Slack", "Stripe", "Resend"])
def test_who_is_down_is_told(vendors: Vendors, vendor: str) -> None:
    vendors.stop(vendor)

    found = vendors.asked()

    assert found[vendor].verdict == BROKEN
    assert found[vendor].sentence.startswith("No clear answer within 8 seconds.")
    assert [one.verdict for one in found.values()].count(GOOD) == 2


def test_who_is_slow_is_not_waited_for(vendors: Vendors) -> None:
    vendors.slack.trouble.slow_down("auth.test", 1.5)
    vendors.stripe.fail_next("GET /v1/invoices", "slow", seconds=1.5)
    vendors.resend.fail_next("GET /domains", "slow", seconds=1.5)

    began = time.monotonic()
    found = vendors.asked(1)

    assert time.monotonic() - began < 1.4
    assert [one.verdict for one in found.values()] == [BROKEN] * 3


def test_who_asks_for_a_pause_is_not_broken(vendors: Vendors) -> None:
    vendors.slack.trouble.limit("auth.test", timedelta(seconds=30))
    vendors.stripe.fail_next("GET /v1/invoices", "429")
    vendors.resend.fail_next("GET /domains", "429")

    found = vendors.asked()

    assert [one.verdict for one in found.values()] == [LOOK] * 3
    assert {one.sentence for one in found.values()} == {
        "It answers, but asks for a pause. Try again in a minute."
    }


def test_trouble_on_their_side_is_no_answer(vendors: Vendors) -> None:
    vendors.slack.fail_next("auth.test", status=500)
    vendors.stripe.fail_next("GET /v1/invoices", "500_before")
    vendors.resend.fail_next("GET /domains", "500_before")

    found = vendors.asked()

    assert [one.sentence[:15] for one in found.values()] == ["No clear answer"] * 3


def test_scopes_that_are_missing_are_named(vendors: Vendors) -> None:
    vendors.slack.set_scopes([scope for scope in SCOPES if scope not in {"im:write", "commands"}])

    finding = vendors.asked()["Slack"]

    assert finding.verdict == BROKEN
    assert "the app lacks the scopes commands, im:write." in finding.sentence


def test_permissions_that_a_restricted_key_lacks_are_named(vendors: Vendors) -> None:
    vendors.stripe.forbid("charges", "disputes")

    finding = vendors.asked()["Stripe"]

    assert finding.verdict == BROKEN
    assert "STRIPE_API_KEY may not read charges, disputes." in finding.sentence


def test_what_a_restricted_key_may_not_write_is_named(vendors: Vendors) -> None:
    key = vendors.stripe.restricted_key("refunds", "checkout")

    finding = vendors.asked(STRIPE_API_KEY=key)["Stripe"]

    assert finding.verdict == BROKEN
    assert "STRIPE_API_KEY may not write refunds, checkout sessions." in finding.sentence


def test_asking_what_a_restricted_key_may_write_changes_nothing(vendors: Vendors) -> None:
    key = vendors.stripe.restricted_key()

    finding = vendors.asked(STRIPE_API_KEY=key)["Stripe"]

    assert finding.verdict == GOOD
    assert (vendors.stripe.invoices(), vendors.stripe.charges()) == ([], [])


def test_the_socket_is_asked_for_where_it_is_set_up(vendors: Vendors) -> None:
    token = vendors.slack.turn_on_socket_mode()

    found = vendors.asked(SLACK_APP_TOKEN=token)

    assert found["Socket Mode"].verdict == GOOD
    assert found["Socket Mode"].sentence == "Slack lets this app listen at a socket."


def test_an_app_token_that_slack_does_not_know_is_told(vendors: Vendors) -> None:
    vendors.slack.turn_on_socket_mode()

    finding = vendors.asked(SLACK_APP_TOKEN="xapp-other")["Socket Mode"]

    assert finding.verdict == BROKEN
    assert finding.sentence.startswith("Slack refuses SLACK_APP_TOKEN.")


def test_a_socket_that_is_turned_off_is_told(vendors: Vendors) -> None:
    token = vendors.slack.turn_on_socket_mode()
    vendors.slack.fail_next("apps.connections.open", status=200, body=SOCKET_OFF)

    finding = vendors.asked(SLACK_APP_TOKEN=token)["Socket Mode"]

    assert finding.verdict == BROKEN
    assert "does not let this app listen: Socket Mode is off." in finding.sentence


def test_a_domain_that_is_not_verified_is_named(vendors: Vendors) -> None:
    vendors.resend.allowance.verified_domains = frozenset({"other.example"})
    vendors.resend.allowance.unverified_domains = frozenset({"north.example"})

    finding = vendors.asked()["Resend"]

    assert finding.verdict == BROKEN
    assert finding.sentence.startswith("It answers, but north.example, from which")


def test_a_key_that_may_only_send_is_no_fault(vendors: Vendors) -> None:
    vendors.resend.allowance.may_read = False

    finding = vendors.asked()["Resend"]

    assert finding.verdict == LOOK
    assert "RESEND_API_KEY may only send" in finding.sentence


def test_a_test_key_for_the_clients_of_a_real_workspace_is_told(vendors: Vendors) -> None:
    # Nothing leaves the machine: whoever tries is refused, which counts as no answer.
    found = vendors.asked(SLACK_API_URL="https://slack.com/api/")

    assert found["Slack"].verdict == BROKEN
    assert found["Stripe"].verdict == LOOK
    assert "in test mode, so no money moves" in found["Stripe"].sentence
