"""Tickets the app gets with a delivery: triggers for modals and response URLs, in real time."""

import secrets
from datetime import datetime, timedelta

from timebot.clock import real_now
from timebot.playground.slack.faults import SlackFault
from timebot.playground.store import Document, Store

# https://docs.slack.dev/interactivity/handling-user-interaction
TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5

_TRIGGER = "slack.trigger"
_RESPONSE_URL = "slack.response_url"


class Tickets:
    """Triggers (three seconds, one use) and response URLs (thirty minutes, five uses)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def new_trigger(self, user_id: str) -> str:
        """Return a fresh trigger id for something this person just did."""
        number = self._store.next_number(_TRIGGER)
        trigger_id = f"{number}.{secrets.token_hex(12)}"
        made_at = real_now().isoformat()
        kept = {"key": trigger_id, "user": user_id, "made_at": made_at, "used": False}
        self._store.put(_TRIGGER, trigger_id, kept)
        return trigger_id

    def exchange_trigger(self, trigger_id: str) -> str:
        """Use a trigger up and return the person it belongs to.

        Raises:
            SlackFault: `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`.
        """
        with self._store.transaction():
            kept = self._store.get(_TRIGGER, trigger_id)
            if kept is None:
                raise SlackFault("invalid_trigger_id")
            if kept["used"]:
                raise SlackFault("exchanged_trigger_id")
            if _age(kept) > TRIGGER_LIFE:
                raise SlackFault("expired_trigger_id")
            self._store.put(_TRIGGER, trigger_id, {**kept, "used": True})
            return str(kept["user"])

    def new_response_url(self, user_id: str, channel: str, original: str | None) -> str:
        """Return the path of a fresh response URL.

        Args:
            user_id: who did something, and sees ephemeral answers.
            channel: where.
            original: the `ts` of the message that `replace_original` means, if any.
        """
        key = f"{self._store.next_number(_RESPONSE_URL)}-{secrets.token_hex(12)}"
        kept = {
            "key": key,
            "user": user_id,
            "channel": channel,
            "original": original,
            "made_at": real_now().isoformat(),
            "uses": 0,
        }
        self._store.put(_RESPONSE_URL, key, kept)
        return f"/respond/{key}"

    def set_original(self, path: str, ts: str) -> None:
        """Say which message `replace_original` means from now on."""
        key = path.rpartition("/")[2]
        with self._store.transaction():
            kept = self._store.get(_RESPONSE_URL, key)
            if kept is not None:
                self._store.put(_RESPONSE_URL, key, {**kept, "original": ts})

    def use_response_url(self, key: str) -> Document:
        """Count one use and return what the URL stands for.

        Raises:
            SlackFault: `expired_url` or `used_url`.
        """
        with self._store.transaction():
            kept = self._store.get(_RESPONSE_URL, key)
            if kept is None or _age(kept) > RESPONSE_URL_LIFE:
                raise SlackFault("expired_url")
            if kept["uses"] >= RESPONSE_URL_USES:
                raise SlackFault("used_url")
            kept["uses"] += 1
            self._store.put(_RESPONSE_URL, key, kept)
            return kept

    def grow_older(self, by: timedelta) -> None:
        """Make every ticket older, so that a test need not wait for real minutes."""
        with self._store.transaction():
            for kind in (_TRIGGER, _RESPONSE_URL):
                for kept in self._store.list(kind):
                    made_at = datetime.fromisoformat(kept["made_at"]) - by
                    self._store.put(kind, kept["key"], {**kept, "made_at": made_at.isoformat()})


def _age(kept: Document) -> timedelta:
    return real_now() - datetime.fromisoformat(kept["made_at"])
