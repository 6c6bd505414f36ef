"""The digest of a run: one short text for a button that releases several drafts at once; pure."""

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

MOST_NAMED = 80
"""A button in Slack holds 2,000 characters; of more drafts only one hash is kept."""


def run_digest(drafts: Iterable[tuple[UUID, str]]) -> str:
    """Return a text that changes with any of the drafts; it keeps a piece of each, to name them."""
    pairs = sorted((invoice_id.hex[:8], digest) for invoice_id, digest in drafts)
    if len(pairs) > MOST_NAMED:
        return hashlib.sha256(repr(pairs).encode()).hexdigest()
    return ",".join(f"{name}:{digest[:12]}" for name, digest in pairs)


def changed_names(shown: str, present: str, names: Mapping[UUID, str]) -> list[str]:
    """Return the clients whose drafts differ between two digests, as far as they can be told."""
    before, after = _parts(shown), _parts(present)
    return sorted(
        name
        for invoice_id, name in names.items()
        if (key := invoice_id.hex[:8]) in after and before.get(key) != after[key]
    )


def _parts(digest: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in digest.split(","))
    return {name: piece for name, colon, piece in pairs if colon}
