"""What providers say, without what must not be stored or shown."""

import re

_SECRET = re.compile(r"\b(?:sk|rk|pk|whsec|re)_\w+|[^\s@]+@[^\s@]+")


def clean(message: str | None) -> str:
    """Return a provider's message without keys and mail addresses."""
    return _SECRET.sub("***", message or "no reason given")
