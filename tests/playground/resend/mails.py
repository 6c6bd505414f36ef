"""The mail that most tests send."""

from typing import Any

import resend


def send(key: str | None = None, **more: Any) -> str:  # noqa: ANN401 - the SDK's parameters
    """Send a mail through the SDK and return its id."""
    params: Any = {
        "from": "Agency <billing@agency.example>",
        "to": ["client@acme.example"],
        "subject": "Your invoice",
        "text": "Hello",
        **more,
    }
    options: Any = {"idempotency_key": key} if key is not None else None
    return str(resend.Emails.send(params, options)["id"])
