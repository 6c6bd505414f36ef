"""What becomes of a mail by the address it goes to, and what an account may not do at all.

Sources: https://resend.com/docs/dashboard/emails/send-test-emails, /webhooks/event-types and
/api-reference/errors
"""

from collections.abc import Iterable

from timebot.playground.resend.letters import bare_address
from timebot.playground.resend.problems import Problem
from timebot.playground.store import Document

_BEGINNINGS = {
    "bounce": "bounced",
    "suppress": "suppressed",
    "fail": "failed",
    "delay": "delivery_delayed",
}
"""How an address begins, and what a mail to it becomes; the first that fits decides."""

# https://resend.com/docs/dashboard/emails/send-test-emails
_COMPLAINS = "complained@resend.dev"


def fates(mail: Document) -> Iterable[tuple[str, Document]]:
    """Yield the states that a mail takes after it was sent, with what its webhooks say of each."""
    addresses = [bare_address(each) for each in (*mail["to"], *mail["cc"], *mail["bcc"])]
    for beginning, state in _BEGINNINGS.items():
        struck = [each for each in addresses if each.lower().startswith(beginning)]
        if struck:
            yield state, _reason(state, struck[0])
            return
    yield "delivered", {}
    if _COMPLAINS in addresses:
        yield "complained", {}


class Allowance:
    """What the account may send, none of it limited by default.

    Attributes:
        verified_domains: the domains it may send from; None for any.
        unverified_domains: those that were added and wait for their DNS records.
        may_read: whether the key sees the domains of the account.
        only_sends: whether the key is one for sending only, which may not even see its own mails.
        daily_quota: how many mails it may send in a day of business time; None for any number.
    """

    def __init__(self) -> None:
        self.verified_domains: frozenset[str] | None = None
        self.unverified_domains: frozenset[str] = frozenset()
        self.may_read = False
        self.only_sends = False
        self.daily_quota: int | None = None

    def domains(self) -> Document:
        """Return the list of domains, all of it on one page.

        Raises:
            Problem: 401 for a key that may only send.
        """
        if not self.may_read:
            raise _restricted()
        listed = [(name, "verified") for name in sorted(self.verified_domains or ())]
        listed += [(name, "pending") for name in sorted(self.unverified_domains)]
        data = [
            {"id": f"d_{number}", "name": name, "status": status, "region": "eu-west-1"}
            for number, (name, status) in enumerate(listed, start=1)
        ]
        return {"object": "list", "has_more": False, "data": data}

    def check_reading(self) -> None:
        """Make sure that the key may look at mails.

        Raises:
            Problem: 401 for a key that may only send
                [https://resend.com/docs/api-reference/errors#restricted_api_key].
        """
        if self.only_sends:
            raise _restricted()

    def check(self, sender: str, sent_today: int) -> None:
        """Make sure that one more mail may go out.

        Raises:
            Problem: 403 for a domain that is not verified, 429 for a quota that is used up.
        """
        domain = bare_address(sender).rpartition("@")[2].lower()
        if self.verified_domains is not None and domain not in self.verified_domains:
            message = f"The domain {domain} is not verified for this account."
            raise Problem(403, "validation_error", message)
        if self.daily_quota is not None and sent_today >= self.daily_quota:
            message = f"The daily quota of {self.daily_quota} mails is used up."
            raise Problem(429, "daily_quota_exceeded", message)


def _restricted() -> Problem:
    message = "This API key is restricted to only send emails"
    return Problem(401, "restricted_api_key", message)


def _reason(state: str, address: str) -> Document:
    if state == "bounced":
        message = f"The receiving server does not know {address}."
        return {"bounce": {"message": message, "subType": "General", "type": "Permanent"}}
    if state == "suppressed":
        message = f"{address} came back before, so nothing more is sent to it."
        return {"suppressed": {"message": message, "type": "OnAccountSuppressionList"}}
    return {"failed": {"reason": "planned by the address"}} if state == "failed" else {}
