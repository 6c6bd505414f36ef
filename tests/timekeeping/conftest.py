"""The agency that the tests of timekeeping work in."""

import pytest
from sqlalchemy.orm import Session

from tests.timekeeping.firm import Firm, a_firm


@pytest.fixture
def firm(session: Session) -> Firm:
    return a_firm(session)
