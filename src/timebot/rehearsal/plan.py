"""The plan of a rehearsal: whose run is played, over what, and as of when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from timebot.rehearsal.stage import Means
from timebot.team.models import Member, Workspace


@dataclass(frozen=True)
class Plan:
    """What is to be rehearsed.

    Attributes:
        client_id: only this client; None for all.
        act_as: who opens the run and releases it, found in the copy as it is at an instant.
        as_of: when it is played, with the runs that are due by then; None for now, by hand.
        pdfs: the folder that the PDFs are written to; None for none.
    """

    workspace_id: UUID
    client_id: UUID | None
    means: Means
    act_as: Callable[[Session, Workspace, datetime], Member]
    as_of: datetime | None = None
    pdfs: Path | None = None
