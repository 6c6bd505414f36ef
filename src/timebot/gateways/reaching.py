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

_RESTRICTED = "rk_"
_NOBODY = "timebotasksonly"
_SENDING_ONLY = "restricted_api_key"
_REFUSALS = frozenset({"missing_api_key", "invalid_api_key"})
_PAGE, _MOST_PAGES = 100, 10


def reach_stripe(api_key: str, api_base: str | None, *, seconds: int) -> Reach:
    """Read one of each thing that timebot reads at Stripe; a restricted key may lack some.

    Such a key is also asked to change objects that cannot exist, which has no effect. That Stripe
    refuses the key for it proves that it may not write; that Stripe misses the object proves
    nothing, so nothing is claimed then.

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
    asks = [("read", *each) for each in _reads(client)]
    if api_key.startswith(_RESTRICTED):
        asks += [("write", *each) for each in _writes(client)]
    lacking: dict[str, list[str]] = {}
    for deed, name, ask in asks:
        try:
            ask()
        except stripe.PermissionError:
            lacking.setdefault(deed, []).append(name)
        except stripe.InvalidRequestError:
            if deed == "read":
                return Reach("silent")
        except stripe.AuthenticationError:
            return Reach("refuses")
        except stripe.RateLimitError:
            return Reach("busy")
        except stripe.StripeError:
            return Reach("silent")
    found = [f"{deed} {', '.join(names)}" for deed, names in lacking.items()]
    return Reach("lacks", (" and ".join(found),)) if found else Reach("answers")


def _reads(client: StripeClient) -> list[tuple[str, Callable[[], object]]]:
    return [
        ("invoices", lambda: client.v1.invoices.list({"limit": 1})),
        ("customers", lambda: client.v1.customers.list({"limit": 1})),
        ("charges", lambda: client.v1.charges.list({"limit": 1})),
        ("refunds", lambda: client.v1.refunds.list({"limit": 1})),
        ("disputes", lambda: client.v1.disputes.list({"limit": 1})),
    ]


def _writes(client: StripeClient) -> list[tuple[str, Callable[[], object]]]:
    """Return a change of each thing that timebot writes, to an object that is not there."""
    return [
        ("invoices", lambda: client.v1.invoices.update(f"in_{_NOBODY}", {"metadata": {}})),
        ("customers", lambda: client.v1.customers.update(f"cus_{_NOBODY}", {"metadata": {}})),
        ("refunds", lambda: client.v1.refunds.update(f"re_{_NOBODY}", {"metadata": {}})),
        ("credit notes", lambda: client.v1.credit_notes.update(f"cn_{_NOBODY}", {"metadata": {}})),
        ("checkout sessions", lambda: client.v1.checkout.sessions.expire(f"cs_{_NOBODY}", {})),
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
        if not page.get("has_more") or not page["data"]:
            break
        params = {"limit": _PAGE, "after": page["data"][-1]["id"]}
    return found


def _unanswered(error: ResendError, domain: str) -> Reach:
    if str(error.error_type) == _SENDING_ONLY:
        return Reach("hides", (domain,))
    if str(error.error_type) in _REFUSALS:
        return Reach("refuses")
    return Reach("busy" if isinstance(error, RateLimitError) else "silent")
