"""Putting a card on file: set-up sessions of Checkout, their intents, and the customer portal.

Sources: https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/payments/save-and-reuse
"""

from timebot.playground.store import Document
from timebot.playground.stripe import payment_methods
from timebot.playground.stripe.account import Account, Call
from timebot.playground.stripe.customers import get_customer
from timebot.playground.stripe.ledger import Ledger, new_id, refuse_unplayed, text_map
from timebot.playground.stripe.lists import matches, page
from timebot.playground.stripe.problems import Problem, not_played

_MINUTE = 60
_SHORTEST = 30 * _MINUTE
_LONGEST = 24 * 60 * _MINUTE
_UNPLAYED = ("line_items", "subscription_data", "payment_intent_data", "discounts")
_PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def create_session(account: Account, call: Call) -> Document:
    """Create a set-up session, with its intent."""
    ledger, params = account.ledger, call.params
    _check_session(ledger, params)
    metadata = text_map({}, params.get("metadata", {}))
    intent = _new_intent(ledger, params)
    session_id = new_id("cs_test")
    return ledger.new(
        "cs",
        {
            "id": session_id,
            "allowed_payment_method_types": params.get("allowed_payment_method_types"),
            "automatic_tax": {
                "enabled": False,
                "liability": None,
                "provider": None,
                "status": None,
            },
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "currency": params.get("currency"),
            "custom_fields": [],
            "custom_text": dict.fromkeys(
                ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
            ),
            "customer": params.get("customer"),
            "expires_at": params.get("expires_at", ledger.now() + _LONGEST),
            "metadata": metadata,
            "mode": "setup",
            "payment_method_types": ["card"],
            "payment_status": "no_payment_required",
            "setup_intent": intent["id"],
            "shipping_options": [],
            "status": "open",
            "success_url": params["success_url"],
            "ui_mode": "hosted_page",
            "url": f"{ledger.url}/checkout/{session_id}",
        },
        blank="checkout/_session.Session",
    )


def retrieve_session(account: Account, call: Call) -> Document:
    """Return a session; one whose time is over has expired."""
    return current_session(account, call.id)


def list_sessions(account: Account, call: Call) -> Document:
    """Return sessions, newest first."""
    found = [current_session(account, s["id"]) for s in account.ledger.every("checkout.session")]
    wanted = (s for s in found if matches(s, call.params, "customer", "status"))
    return page(wanted, call.params, call.path)


def expire_session(account: Account, call: Call) -> Document:
    """Close a session before its time."""
    session = current_session(account, call.id)
    if session["status"] != "open":
        message = f"Only open Checkout Sessions can be expired. This one is {session['status']}."
        raise Problem(message)
    _expire(account, session)
    return session


def current_session(account: Account, session_id: str) -> Document:
    """Return a session in the state it has at this hour.

    Raises:
        Problem: if there is none.
    """
    session = account.ledger.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= account.ledger.now():
        _expire(account, session)
    return session


def complete_session(
    account: Account,
    session_id: str,
    number: str,
    expiry: tuple[int, int] = payment_methods.FAR_EXPIRY,
) -> Document:
    """Do what the payer does on the hosted page: save a card.

    It attaches the card and succeeds the intent, but does not make the card the default; the
    caller does [https://docs.stripe.com/payments/checkout/subscriptions/updating].

    Raises:
        Problem: if the session is not open, or the card cannot be saved.
    """
    session = current_session(account, session_id)
    if session["status"] != "open":
        message = "This Checkout Session is no longer active."
        raise Problem(message)
    ledger = account.ledger
    method = payment_methods.new_card(ledger, number, expiry)
    intent = ledger.get("setup_intent", session["setup_intent"])
    if session["customer"] is not None:
        _save_card(account, intent, method, session["customer"])
    intent |= {"payment_method": method["id"], "status": "succeeded"}
    ledger.save(intent)
    account.events.tell("setup_intent.succeeded", intent)
    session |= {"status": "complete", "url": None}
    ledger.save(session)
    account.events.tell("checkout.session.completed", session)
    return session


def _save_card(account: Account, intent: Document, method: Document, customer_id: str) -> None:
    try:
        payment_methods.attach_to(account, method, customer_id)
    except Problem as problem:
        # The session stays open: the payer may try another card.
        intent["last_setup_error"] = problem.body()["error"]
        account.ledger.save(intent)
        account.events.tell("setup_intent.setup_failed", intent)
        raise


def return_address(session: Document) -> str:
    """Return where the payer's browser goes after a session was completed."""
    return str(session["success_url"]).replace(_PLACEHOLDER, session["id"])


def retrieve_intent(account: Account, call: Call) -> Document:
    """Return a set-up intent."""
    return account.ledger.get("setup_intent", call.id)


def create_portal(account: Account, call: Call) -> Document:
    """Create a session of the customer portal, where the payer replaces the card."""
    params, ledger = call.params, account.ledger
    customer = get_customer(ledger, params)
    flow = params.get("flow_data")
    if flow is not None and flow["type"] != "payment_method_update":
        raise not_played("portal flows other than payment_method_update")
    portal_id = new_id("bps")
    portal: Document = {
        "id": portal_id,
        "object": "billing_portal.session",
        "after_expiration": None,
        "configuration": "bpc_local",
        "created": ledger.now(),
        "customer": customer["id"],
        "customer_account": None,
        "flow": _flow(flow),
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url"),
        "url": f"{ledger.url}/portal/{portal_id}",
    }
    ledger.save(portal)
    return portal


def replace_card(account: Account, portal_id: str, number: str) -> Document:
    """Do what the payer does in the portal: save another card, which becomes the default.

    Raises:
        Problem: if the portal session does not exist, or the card cannot be saved.
    """
    ledger = account.ledger
    portal = ledger.get("billing_portal.session", portal_id)
    method = payment_methods.new_card(ledger, number)
    payment_methods.attach_to(account, method, portal["customer"])
    customer = ledger.get("customer", portal["customer"])
    # Unlike Checkout, the portal sets the default itself
    # [https://docs.stripe.com/customer-management/portal-deep-links].
    customer["invoice_settings"]["default_payment_method"] = method["id"]
    ledger.save(customer)
    account.events.tell("customer.updated", customer)
    return portal


def _check_session(ledger: Ledger, params: Document) -> None:
    refuse_unplayed(params, _UNPLAYED)
    if params.get("mode") != "setup":
        raise not_played("Checkout Sessions in another mode than setup")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_played("Checkout pages that are not hosted")
    if "success_url" not in params:
        message = "Missing required param: success_url."
        raise Problem(message, code="parameter_missing", param="success_url")
    if "customer" in params:
        get_customer(ledger, params)
    # The SDK's own text: "Required in `setup` mode when `allowed_payment_method_types` is not set."
    if "currency" not in params and "allowed_payment_method_types" not in params:
        message = "Missing required param: currency."
        raise Problem(message, code="parameter_missing", param="currency")
    _check_life(params.get("expires_at"), ledger.now())


def _check_life(expires_at: int | None, now: int) -> None:
    # The SDK's own text: "anywhere from 30 minutes to 24 hours after Checkout Session creation".
    if expires_at is not None and not _SHORTEST <= expires_at - now <= _LONGEST:
        message = "The `expires_at` timestamp must be 30 minutes to 24 hours from now."
        raise Problem(message, param="expires_at")


def _new_intent(ledger: Ledger, params: Document) -> Document:
    data = params.get("setup_intent_data", {})
    intent = ledger.new(
        "seti",
        {
            "customer": params.get("customer"),
            "description": data.get("description"),
            "metadata": text_map({}, data.get("metadata", {})),
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
            # A card saved by Checkout is meant for charges without the payer present.
            "usage": "off_session",
        },
        blank="_setup_intent.SetupIntent",
    )
    intent["client_secret"] = f"{intent['id']}_secret_local"
    ledger.save(intent)
    return intent


def _flow(flow: Document | None) -> Document | None:
    if flow is None:
        return None
    after = flow.get("after_completion", {"type": "portal_homepage"})
    redirect = after.get("redirect")
    return {
        "after_completion": {
            "hosted_confirmation": after.get("hosted_confirmation"),
            "redirect": redirect,
            "type": after["type"],
        },
        "subscription_cancel": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": flow["type"],
    }


def _expire(account: Account, session: Document) -> None:
    session |= {"status": "expired", "url": None}
    account.ledger.save(session)
    account.events.tell("checkout.session.expired", session)
