"""Events and their signatures.

Sources: https://docs.stripe.com/api/events, https://docs.stripe.com/webhooks
"""

import hashlib
import hmac
import json

from timebot.playground.store import Document
from timebot.playground.stripe.ledger import API_VERSION, Cause, Ledger, Post, public


class Events:
    """Writes events down and hands them to the post."""

    def __init__(self, ledger: Ledger, post: Post) -> None:
        self._ledger = ledger
        self._post = post
        self.cause = Cause()

    def tell(self, type: str, about: Document) -> None:  # noqa: A002 - the word of Stripe's events
        """Record that something happened to an object, with the object as it is now."""
        event = self._ledger.new(
            "evt",
            {
                "account": None,
                "api_version": API_VERSION,
                "context": None,
                "data": {"object": public(about)},
                "pending_webhooks": 1,
                "request": {
                    "id": self.cause.request_id,
                    "idempotency_key": self.cause.idempotency_key,
                },
                "type": type,
            },
        )
        self._post.enqueue(event["id"], json.dumps(event))


def signature_header(secret: str, body: str, at: int) -> str:
    """Return the `Stripe-Signature` of a body at a real Unix time.

    Source: https://docs.stripe.com/webhooks/signature
    """
    signed = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"
