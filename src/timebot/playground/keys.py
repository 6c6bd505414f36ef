"""Secrets that are made once and kept, so that a restarted server accepts yesterday's callers."""

import secrets

from timebot.playground.store import Store

_KIND = "key"
# A multiple of four characters, because one of the signatures reads its secret as base64.
_RANDOM_BYTES = 16


def kept_secret(store: Store, name: str, prefix: str) -> str:
    """Return the secret of this name, making it the first time."""
    with store.transaction():
        kept = store.get(_KIND, name)
        if kept is None:
            kept = {"value": prefix + secrets.token_hex(_RANDOM_BYTES)}
            store.put(_KIND, name, kept)
        return str(kept["value"])
