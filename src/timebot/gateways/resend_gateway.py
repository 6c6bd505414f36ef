"""Resend: sends mails, looks sent ones up, and verifies what it tells us.

Sources: https://resend.com/docs/api-reference/emails, /errors and /rate-limit
"""

import base64
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock
from typing import Any

import resend
from resend.exceptions import RateLimitError, ResendError

from timebot.billing.ports import (
    Envelope,
    Forged,
    MayNotLook,
    OutcomeUnknown,
    Rejected,
    SetUpWrong,
    TryLater,
)
from timebot.db import refuse_inside_transaction
from timebot.gateways.cleaning import clean

RESEND_URL = "https://api.resend.com"
TAG = "timebot_mail"
"""The tag under which every webhook names our mail."""

TIMEOUT_SECONDS = 20
TWO_A_SECOND = timedelta(milliseconds=500)
_AFTER_A_RESTRICTED_KEY = timedelta(hours=1)
_WRONG_KEY = frozenset({"missing_api_key", "invalid_api_key", "restricted_api_key"})
_QUOTAS = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})
_PAGE, _MOST_PAGES = 100, 10
_DELIVERED = frozenset({"delivered", "opened", "clicked", "complained"})
_BOUNCED = frozenset({"bounced", "suppressed", "failed", "canceled"})

# The SDK keeps its key and address for the whole module, so one call is made at a time.
_turn = Lock()


class ResendMailer:
    """Sends mails through Resend, or a server that answers like it."""

    def __init__(
        self,
        api_key: str,
        api_url: str | None,
        sender: str,
        *,
        webhook_secret: str | None = None,
        pause: timedelta = TWO_A_SECOND,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            api_key: the secret key.
            api_url: where the API is, None for Resend itself.
            sender: such as `Billing <billing@agency.example>`.
            webhook_secret: what signs webhooks, None where none are taken.
            pause: the least time between two calls.
        """
        self._api_key = api_key
        self._api_url = api_url or RESEND_URL
        self._sender = sender
        self._webhook_secret = webhook_secret
        self._pause = pause.total_seconds()
        self._last_call = -self._pause

    def send(self, envelope: Envelope, *, key: str) -> str:
        """Hand over a mail and return the provider's id; the same key is sent once within 24 h.

        Raises:
            TryLater, OutcomeUnknown, Rejected: see there.
        """
        params: resend.Emails.SendParams = {
            "from": self._sender,
            "to": [envelope.to],
            "subject": envelope.letter.subject,
            "html": envelope.letter.html,
            "text": envelope.letter.text,
            "tags": [{"name": TAG, "value": envelope.tag}],
            "attachments": [
                {"filename": name, "content": base64.b64encode(content).decode("ascii")}
                for name, content in envelope.attachments.items()
            ],
        }
        if envelope.cc:
            params["cc"] = list(envelope.cc)
        if envelope.reply_to:
            params["reply_to"] = envelope.reply_to
        with self._speaking(is_writing=True):
            return str(resend.Emails.send(params, {"idempotency_key": key})["id"])

    def find_sent(self, *, to: str, subject: str, known: Collection[str]) -> str | None:
        """Return the provider's id of a mail that was sent and is not among the known ones."""
        after: str | None = None
        for _ in range(_MOST_PAGES):
            with self._speaking(is_writing=False):
                page = resend.Emails.list(_page(after))
            for mail in page["data"]:
                if mail["subject"] == subject and to in mail["to"] and mail["id"] not in known:
                    return str(mail["id"])
            if not page.get("has_more") or not page["data"]:
                return None
            after = page["data"][-1]["id"]
        return None

    def delivery_state(self, provider_id: str) -> str:
        """Return sent, delivered or bounced."""
        with self._speaking(is_writing=False):
            return _state(str(resend.Emails.get(provider_id)["last_event"]))

    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """Return the event's id, and its type with the mail it is about.

        Raises:
            Forged: if the signature or its age is not right.
        """
        given = {name.lower(): value for name, value in headers.items()}
        try:
            event: Any = resend.Webhooks.verify(
                {
                    "payload": body.decode("utf-8"),
                    "headers": {
                        "id": given.get("svix-id", ""),
                        "timestamp": given.get("svix-timestamp", ""),
                        "signature": given.get("svix-signature", ""),
                    },
                    "webhook_secret": self._webhook_secret or "",
                }
            )
        except ValueError:
            raise Forged("the signature of the webhook is not Resend's") from None
        if not isinstance(event, dict):
            raise Forged("the webhook is no event")
        data = event.get("data") or {}
        tags = data.get("tags") or {}
        return given["svix-id"], {
            "type": event.get("type"),
            "object_id": data.get("email_id"),
            "tag": tags.get(TAG) if isinstance(tags, dict) else None,
            # For a key that may not look for itself.
            "state": _state(str(event.get("type")).removeprefix("email.")),
        }

    @contextmanager
    def _speaking(self, *, is_writing: bool) -> Iterator[None]:
        refuse_inside_transaction("a call to Resend")
        with resend_turn(self._api_key, self._api_url, seconds=TIMEOUT_SECONDS):
            self._wait()
            try:
                yield
            except ResendError as error:
                raise _translated(error, is_writing=is_writing) from None

    def _wait(self) -> None:
        left = self._last_call + self._pause - time.monotonic()
        if left > 0:
            time.sleep(left)
        self._last_call = time.monotonic()


@contextmanager
def resend_turn(api_key: str, api_url: str, *, seconds: int) -> Iterator[None]:
    """Let the SDK speak with this key to this address, each answer within so many seconds."""
    with _turn:
        resend.api_key, resend.api_url = api_key, api_url
        resend.default_http_client = resend.RequestsClient(timeout=seconds)
        yield


def _state(event: str) -> str:
    if event in _DELIVERED:
        return "delivered"
    return "bounced" if event in _BOUNCED else "sent"


def _translated(error: ResendError, *, is_writing: bool) -> Exception:
    code, kind = int(error.code), str(error.error_type)
    if kind == "restricted_api_key" and not is_writing:
        # https://resend.com/docs/api-reference/errors: such a key may send, and nothing else.
        return MayNotLook("Resend's API key may only send", _AFTER_A_RESTRICTED_KEY)
    wrong = _wrong_set_up(code, kind)
    if wrong is not None:
        return wrong
    if isinstance(error, RateLimitError) or code == 429:
        return TryLater("Resend was asked too often", _retry_after(error))
    if code >= 500 or code == 409:
        reason = f"no clear answer from Resend ({kind})"
        return OutcomeUnknown(reason) if is_writing else TryLater(reason)
    return Rejected(clean(str(error)))


def _wrong_set_up(code: int, kind: str) -> SetUpWrong | None:
    """Return what is wrong with the account, not with this mail; None if nothing is."""
    if kind in _QUOTAS:
        return SetUpWrong("the mail quota is used up", "mail_quota")
    if kind in _WRONG_KEY:
        return SetUpWrong("Resend does not accept the API key", "mail_key")
    if code == 403:
        return SetUpWrong("Resend has not verified the sender's domain", "mail_domain")
    return None


def _retry_after(error: ResendError) -> timedelta | None:
    headers = {name.lower(): value for name, value in dict(error.headers or {}).items()}
    value = str(headers.get("retry-after", ""))
    return timedelta(seconds=int(value)) if value.isdecimal() else None


def _page(after: str | None) -> resend.Emails.ListParams:
    return {"limit": _PAGE} if after is None else {"limit": _PAGE, "after": after}
