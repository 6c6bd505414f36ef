"""The local Resend: it takes mails as the real one does, and keeps them in a mailbox."""

from timebot.playground.resend.server import LocalResend, ReceivedRequest

__all__ = ["LocalResend", "ReceivedRequest"]
