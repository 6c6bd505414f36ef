"""Stored files: bytes kept once under their hash, so that what is mailed is what was made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.billing.payment_models import StoredFile

PDF, CSV = "application/pdf", "text/csv"


@dataclass(frozen=True)
class MadeFile:
    """A file that was made and is not stored yet."""

    content: bytes
    content_type: str

    @property
    def sha256(self) -> str:
        """The name under which it is stored."""
        return hashlib.sha256(self.content).hexdigest()


def keep_file(session: Session, workspace_id: UUID, made: MadeFile, *, now: datetime) -> str:
    """Store a file unless it is there already, and return its SHA-256."""
    sha256 = made.sha256
    if session.get(StoredFile, (workspace_id, sha256)) is None:
        session.add(
            StoredFile(
                workspace_id=workspace_id,
                sha256=sha256,
                content_type=made.content_type,
                content=made.content,
                created_at=now,
            )
        )
        session.flush()
    return sha256
