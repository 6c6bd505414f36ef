"""Events and their signatures.

Sources: https://docs.stripe.com/api/events, https://docs.stripe.com/webhooks
"""

import hashlib
import hmac
import json

from timebot.playground.store import Document
from timebot.playground.stripe.ledger import API_VERSION, Cause, Ledger, Post, public
from timebot.playground.stripe.problems import Problem

# By hand for 15 days in the dashboard, for 30 on the command line
# [https://docs.stripe.com/webhooks#manual-retries].
_RESENT_WITHIN_SECONDS = 30 * 86_400


class Events:
    """Writes events down and hands them to the post.

    Attributes:
        cause: what leads to the next events.
        twins: whether every change is told by two events with different ids. "In some cases, two
            separate Event objects are generated and sent" [https://docs.stripe.com/webhooks].
    """

    def __init__(self, ledger: Ledger, post: Post) -> None:
        self._ledger = ledger
        self._post = post
        self.cause = Cause()
        self.twins = False

    def tell(self, type: str, about: Document) -> None:  # noqa: A002 - the word of Stripe's events
        """Record that something happened to an object, with the object as it is now."""
        for _ in range(2 if self.twins else 1):
            self._tell(type, about)

    def send_again(self, event_id: str) -> None:
        """Deliver an event once more, as it was written down.

        Raises:
            Problem: if there is no such event, or it is too old.
        """
        event = self._ledger.get("event", event_id)
        if self._ledger.now() - event["created"] > _RESENT_WITHIN_SECONDS:
            message = "An event can be sent again for 30 days."
            raise Problem(message)
        self._post.enqueue(event["id"], json.dumps(event))

    def _tell(self, type: str, about: Document) -> None:  # noqa: A002 - as above
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
