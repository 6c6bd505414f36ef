"""Reaching Stripe and Resend: whether each knows its key, and lets it do what it is there for.

Sources: https://docs.stripe.com/keys#limit-access, https://resend.com/docs/api-reference/domains/list-domains
"""

from collections.abc import Callable
from email.utils import parseaddr

import resend
import stripe
from resend.exceptions import RateLimitError, ResendError
from stripe import StripeClient

from timebot.db import refuse_inside_transaction
from timebot.gateways.resend_gateway import RESEND_URL, resend_turn
from timebot.reach import Reach

_SENDING_ONLY = "restricted_api_key"
_REFUSALS = frozenset({"missing_api_key", "invalid_api_key"})
_PAGE, _MOST_PAGES = 100, 10


def reach_stripe(api_key: str, api_base: str | None, *, seconds: int) -> Reach:
    """Read one of each thing that timebot reads at Stripe; a restricted key may lack some.

    Args:
        api_key: the secret or restricted key.
        api_base: where the API is, None for Stripe itself.
        seconds: how long each answer may take.
    """
    refuse_inside_transaction("asking Stripe")
    client = StripeClient(
        api_key,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=seconds),
    )
    lacking = []
    for name, read in _reads(client):
        try:
            read()
        except stripe.PermissionError:
            lacking.append(name)
        except stripe.AuthenticationError:
            return Reach("refuses")
        except stripe.RateLimitError:
            return Reach("busy")
        except stripe.StripeError:
            return Reach("silent")
    return Reach("lacks", tuple(lacking)) if lacking else Reach("answers")


def _reads(client: StripeClient) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("invoices", lambda: client.v1.invoices.list({"limit": 1})),
        ("customers", lambda: client.v1.customers.list({"limit": 1})),
        ("charges", lambda: client.v1.charges.list({"limit": 1})),
        ("refunds", lambda: client.v1.refunds.list({"limit": 1})),
        ("disputes", lambda: client.v1.disputes.list({"limit": 1})),
    ]


def reach_resend(api_key: str, api_url: str | None, sender: str, *, seconds: int) -> Reach:
    """Ask Resend whether the domain of the sender is verified.

    Args:
        api_key: the secret key; one that may only send sees no domains.
        api_url: where the API is, None for Resend itself.
        sender: such as `Billing <billing@agency.example>`.
        seconds: how long each answer may take.
    """
    refuse_inside_transaction("asking Resend")
    domain = parseaddr(sender)[1].rpartition("@")[2].lower()
    try:
        with resend_turn(api_key, api_url or RESEND_URL, seconds=seconds):
            is_verified = domain in _verified_domains()
    except ResendError as error:
        return _unanswered(error, domain)
    return Reach("answers" if is_verified else "lacks", (domain,))


def _verified_domains() -> set[str]:
    found: set[str] = set()
    params: resend.Domains.ListParams = {"limit": _PAGE}
    for _ in range(_MOST_PAGES):
        page = resend.Domains.list(params)
        found |= {each["name"].lower() for each in page["data"] if each["status"] == "verified"}
        if not page["has_more"] or not page["data"]:
            break
        params = {"limit": _PAGE, "after": page["data"][-1]["id"]}
    return found


def _unanswered(error: ResendError, domain: str) -> Reach:
    if str(error.error_type) == _SENDING_ONLY:
        return Reach("hides", (domain,))
    if str(error.error_type) in _REFUSALS:
        return Reach("refuses")
    return Reach("busy" if isinstance(error, RateLimitError) else "silent")
