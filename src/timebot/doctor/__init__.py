"""The doctor: whether everything is as it must be."""

from timebot.doctor.examination import BROKEN, GOOD, LOOK, Finding, examine
from timebot.doctor.truths import invariants

__all__ = ["BROKEN", "GOOD", "LOOK", "Finding", "examine", "invariants"]
