"""The local Stripe: strict where the real one is, and ignorant of everybody's business."""

from timebot.playground.stripe.adopting import KnownCard
from timebot.playground.stripe.door import AskedRequest
from timebot.playground.stripe.problems import Problem
from timebot.playground.stripe.server import LocalStripe

__all__ = ["AskedRequest", "KnownCard", "LocalStripe", "Problem"]
