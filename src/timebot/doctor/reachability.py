"""Reachability: whether Slack, Stripe and Resend answer to the keys that are set.

Each is asked in a thread of its own, for something harmless, and has a few seconds in all.
"""

import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, Queue

import structlog

from timebot.doctor.examination import BROKEN, GOOD, LOOK, Finding
from timebot.gateways.reaching import reach_resend, reach_stripe
from timebot.reach import Reach
from timebot.settings import Settings
from timebot.slack.reaching import reach_slack, reach_socket

CALL_SECONDS = 4
"""How long one call may take."""

ALL_SECONDS = 8.0
"""How long everything may take; who has not answered by then is told as silent."""

log = structlog.get_logger(__name__)
Ask = Callable[[], Reach]
Tell = Callable[[int, int], None]
"""Is told how many have answered, of how many."""

_VERDICTS = {
    "answers": GOOD,
    "hides": LOOK,
    "busy": LOOK,
    "lacks": BROKEN,
    "refuses": BROKEN,
    "silent": BROKEN,
}
_BUSY = "It answers, but asks for a pause. Try again in a minute."
_SLACK = {
    "answers": "It answers: the bot is {} in {}.",
    "lacks": "It answers, but the app lacks the scopes {}. Put the scopes of its manifest into the"
    " app's settings, install it again and set the new SLACK_BOT_TOKEN.",
    "refuses": "It refuses SLACK_BOT_TOKEN. Copy the bot's token from the app's settings again.",
}
_SOCKET = {
    "answers": "Slack lets this app listen at a socket.",
    "lacks": "Slack does not let this app listen: {}. Set it right in the app's settings, or leave"
    " SLACK_APP_TOKEN out and let Slack deliver over HTTP.",
    "refuses": "Slack refuses SLACK_APP_TOKEN. Copy the app-level token from the app's settings"
    " again.",
}
_STRIPE = {
    "answers": "It answers, and the key may read what timebot reads.",
    "lacks": "It answers, but STRIPE_API_KEY may not {}. Give the restricted key these"
    " permissions in Stripe's Dashboard.",
    "refuses": "It refuses STRIPE_API_KEY. Copy the key from Stripe's Dashboard again.",
}
_STRIPE_TEST = (
    "It answers in test mode, so no money moves. Set a live key in STRIPE_API_KEY before the first"
    " invoice."
)
_RESEND = {
    "answers": "It answers, and {} is verified.",
    "hides": "It answers, but RESEND_API_KEY may only send, so it does not show whether {} is"
    " verified. Look at Resend's page of domains.",
    "lacks": "It answers, but {}, from which TIMEBOT_MAIL_FROM sends, is not verified there, so no"
    " mail goes out. Verify it on Resend's page of domains.",
    "refuses": "It refuses RESEND_API_KEY. Make a new key at Resend and set it.",
}
_WORDS = {"Slack": _SLACK, "Socket Mode": _SOCKET, "Stripe": _STRIPE, "Resend": _RESEND}
_HOSTS = {"Socket Mode": "Slack"}


def reach_outside(
    settings: Settings, *, tell: Tell, all_seconds: float = ALL_SECONDS
) -> list[Finding]:
    """Ask everybody whose key is set, side by side; who is not set up is left out.

    Args:
        settings: as read from the environment.
        tell: is told of the progress.
        all_seconds: how long everything may take.
    """
    asks = _asks(settings)
    answers = _side_by_side(asks, tell=tell, seconds=all_seconds)
    return [
        _finding(name, answers.get(name, Reach("silent")), settings, int(all_seconds))
        for name in asks
    ]


def _asks(settings: Settings) -> dict[str, Ask]:
    asks: dict[str, Ask] = {}
    slack, stripe, resend = settings.slack_bot_token, settings.stripe_api_key, settings.mail_from
    if slack is not None:
        token, url = slack.get_secret_value(), settings.slack_api_url
        asks["Slack"] = lambda: reach_slack(token, url, seconds=CALL_SECONDS)
    if settings.slack_app_token is not None:
        app_token, base = settings.slack_app_token.get_secret_value(), settings.slack_api_url
        asks["Socket Mode"] = lambda: reach_socket(app_token, base, seconds=CALL_SECONDS)
    if stripe is not None:
        key = stripe.get_secret_value()
        asks["Stripe"] = lambda: reach_stripe(key, settings.stripe_api_base, seconds=CALL_SECONDS)
    if settings.resend_api_key is not None and resend is not None:
        mail_key = settings.resend_api_key.get_secret_value()
        asks["Resend"] = lambda: reach_resend(
            mail_key, settings.resend_api_url, resend, seconds=CALL_SECONDS
        )
    return asks


def _side_by_side(asks: Mapping[str, Ask], *, tell: Tell, seconds: float) -> dict[str, Reach]:
    """Return what was answered in time, by name."""
    heard: Queue[tuple[str, Reach]] = Queue()
    for name, ask in asks.items():
        # A daemon, so that the end of the program waits for nobody.
        threading.Thread(target=_hear, args=(heard, name, ask), daemon=True).start()
    answers: dict[str, Reach] = {}
    deadline = time.monotonic() + seconds
    while len(answers) < len(asks):
        tell(len(answers), len(asks))
        try:
            name, reach = heard.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            break
        answers[name] = reach
    return answers


def _hear(heard: "Queue[tuple[str, Reach]]", name: str, ask: Ask) -> None:
    try:
        reach = ask()
    except Exception:
        # The edge between vendors: one that fails must not keep the others from being told.
        log.exception("doctor.vendor_not_asked", vendor=name)
        reach = Reach("silent")
    heard.put((name, reach))


def _finding(vendor: str, reach: Reach, settings: Settings, seconds: int) -> Finding:
    check = f"{vendor}'s answer"
    if vendor == "Stripe" and reach.state == "answers" and _is_test_in_earnest(settings):
        return Finding(check, LOOK, _STRIPE_TEST)
    return Finding(check, _VERDICTS[reach.state], _sentence(vendor, reach, seconds))


def _sentence(vendor: str, reach: Reach, seconds: int) -> str:
    if reach.state == "silent":
        return (
            f"No clear answer within {seconds} seconds. See whether this machine reaches"
            f" {_HOSTS.get(vendor, vendor)}, and try again."
        )
    if reach.state == "busy":
        return _BUSY
    words = _WORDS[vendor][reach.state]
    if reach.state == "answers":
        return words.format(*reach.names)
    return words.format(", ".join(reach.names))


def _is_test_in_earnest(settings: Settings) -> bool:
    """Tell whether a test key charges the clients of a real Slack workspace: it moves no money."""
    key = settings.stripe_api_key
    is_real = settings.slack_bot_token is not None and "slack.com" in settings.slack_api_url
    return is_real and key is not None and "_test_" in key.get_secret_value()
