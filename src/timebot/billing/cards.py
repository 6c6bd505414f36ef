"""Cards: the link by which a client puts a card on file, and what is kept of the card.

The link is a bearer secret: only its SHA-256 is stored, and it ends after two weeks. Card data
never reaches us; Stripe's hosted form takes it.
"""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from timebot.billing.cards_to_ask import repaint_cards_to_ask
from timebot.billing.deserted import find_new_ways, lock_deserted
from timebot.billing.ports import Card, CardProcessor, Missing, OutcomeUnknown, Rejected, TryLater
from timebot.billing.recipients import tell_billing
from timebot.billing.steps.collecting import ensure_customer, keep_customer
from timebot.clients.models import Client
from timebot.db import Database
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.team.models import Member, Workspace
from timebot.team.rights import require

CARD_EVENTS = frozenset(
    (
        "payment_method.detached",
        "payment_method.updated",
        "payment_method.automatically_updated",
        "customer.updated",
        "customer.deleted",
    )
)
"""Events after which the card on file may be another, or none."""

LINK_LASTS = timedelta(days=14)
_STRIPE = Actor(None, "stripe")
_SESSION = "{CHECKOUT_SESSION_ID}"


class CardLinkUnknown(Refusal):
    """The link is wrong, or its time is over."""

    def __init__(self) -> None:
        super().__init__("This link is not valid any more. Please ask for a new one.")


class CardFormUnavailable(Refusal):
    """Stripe does not answer, or no card can be taken."""

    def __init__(self) -> None:
        super().__init__("The card form cannot be opened just now. Please try again later.")


class AddressMissing(Refusal):
    """Stripe's customer needs a mail address."""

    def __init__(self, client: str) -> None:
        super().__init__(
            f"{client} has no mail address yet.",
            example=f"/billing client edit {client}",
        )


def card_link(
    session: Session,
    *,
    workspace: Workspace,
    actor: Member,
    client: Client,
    now: datetime,
    public_url: str,
    surface: str = "slack",
) -> str:
    """Make a new link for a client and return it; an older one ends.

    Raises:
        NotAllowed: if the actor has no billing role.
        AddressMissing: if the client cannot be mailed.
    """
    require(session, actor, "billing", to="ask for a card", now=now)
    if not client.emails:
        raise AddressMissing(client.name)
    token = secrets.token_urlsafe(32)
    client.card_link_digest, client.card_link_until = _digest(token), now + LINK_LASTS
    record(
        session,
        workspace_id=workspace.id,
        actor=Actor(actor.id, surface),
        action="client.card_link_made",
        subject_kind="client",
        subject_id=client.id,
        at=now,
        after={"until": now + LINK_LASTS},
    )
    return f"{public_url.rstrip('/')}/card/{token}"


def open_card_form(
    database: Database, processor: CardProcessor, *, token: str, now: datetime, public_url: str
) -> str:
    """Return the address of Stripe's form for the client who holds the link.

    Raises:
        CardLinkUnknown: if the link is wrong or has ended.
        CardFormUnavailable: if Stripe cannot be asked.
    """
    with database.read_only() as session:
        client = _find_client(session, token, now)
    if client is None:
        raise CardLinkUnknown
    base = public_url.rstrip("/")
    try:
        customer = ensure_customer(processor, client, key=f"{client.workspace_id}/{client.id}")
        if client.stripe_customer_id is None:
            with database.transaction() as session:
                keep_customer(session, client, customer)
        return processor.card_form_url(
            customer=customer,
            currency=client.currency,
            done_url=f"{base}/card/done?session_id={_SESSION}",
            cancel_url=f"{base}/card/{token}",
            client_key=f"{client.workspace_id}/{client.id}",
        )
    except Rejected:
        # Perhaps the customer was deleted; once that is noticed, the next try makes another one.
        with suppress(TryLater, OutcomeUnknown, Rejected):
            refresh_card(database, processor, about=client.stripe_customer_id or "", now=now)
        raise CardFormUnavailable from None
    except (TryLater, OutcomeUnknown):
        raise CardFormUnavailable from None


def note_card(
    database: Database, processor: CardProcessor, *, session_id: str, now: datetime
) -> bool:
    """Keep the card of a completed form; return whether it is news.

    The webhook and the client's way back both lead here, in any order and any number.

    Raises:
        TryLater, OutcomeUnknown, Rejected: see there.
    """
    found = processor.card_from_form(session_id)
    if found is None:
        return False
    client_key, customer, card = found
    with database.read_only() as session:
        client = _client_of(session, client_key, customer)
    if client is None or client.card_id == card.id:
        return False
    processor.make_default(customer=customer, card_id=card.id)
    with database.transaction() as session:
        return _keep(session, client, card, now)


def refresh_card(
    database: Database, processor: CardProcessor, *, about: str, now: datetime
) -> bool:
    """Look again at the card of a client whose card or customer changed; return whether it did.

    Args:
        database: where clients are.
        processor: who keeps the cards; what it says now counts, not what the event said.
        about: the processor's id of the card or of the customer.
        now: the present instant.

    Raises:
        TryLater, OutcomeUnknown, Rejected: see there.
    """
    with database.read_only() as session:
        found = select(Client).where(
            or_(Client.card_id == about, Client.stripe_customer_id == about)
        )
        client = session.scalars(found).first()
    if client is None or client.stripe_customer_id is None:
        return False
    try:
        card = processor.find_card(client.stripe_customer_id)
    except Missing:
        with database.transaction() as session:
            return _lose_customer(session, client, now)
    with database.transaction() as session:
        if card is not None:
            return _keep(session, client, card, now)
        return _lose(session, client, now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _find_client(session: Session, token: str, now: datetime) -> Client | None:
    # The secret itself names the client, whatever the workspace.
    return session.scalar(
        select(Client).where(
            Client.card_link_digest == _digest(token),
            Client.card_link_until > now,
            Client.archived_at.is_(None),
        )
    )


def _client_of(session: Session, client_key: str, customer: str) -> Client | None:
    """Return the client that the form was opened for, if the customer is really theirs."""
    workspace, _, client_id = client_key.partition("/")
    try:
        client = session.get(Client, (UUID(workspace), UUID(client_id)))
    except ValueError:
        return None
    return client if client is not None and client.stripe_customer_id == customer else None


def _keep(session: Session, known: Client, card: Card, now: datetime) -> bool:
    client = session.get_one(Client, (known.workspace_id, known.id), with_for_update=True)
    is_same = client.card_id == card.id
    if is_same and _looks_same(client, card):
        return False
    client.card_id, client.card_brand, client.card_last4 = card.id, card.brand, card.last4
    client.card_exp_month, client.card_exp_year = card.exp_month, card.exp_year
    client.card_trouble = None
    session.flush()
    repaint_cards_to_ask(session, workspace_id=client.workspace_id, now=now)
    if is_same:
        # The bank renewed it; nothing is left to do for anybody.
        return True
    client.card_link_digest = client.card_link_until = None
    record(
        session,
        workspace_id=client.workspace_id,
        actor=_STRIPE,
        action="client.card_kept",
        subject_kind="client",
        subject_id=client.id,
        at=now,
        after={"brand": card.brand, "last4": card.last4},
    )
    _tell(session, client, "card_on_file", card.id, now)
    return True


def _looks_same(client: Client, card: Card) -> bool:
    """Tell whether the bank has neither renewed nor replaced the card behind its id."""
    ours = (client.card_last4, client.card_exp_month, client.card_exp_year)
    return ours == (card.last4, card.exp_month, card.exp_year)


def _lose(session: Session, known: Client, now: datetime) -> bool:
    """Note that the card that would be charged is gone."""
    client = session.get_one(Client, (known.workspace_id, known.id), with_for_update=True)
    if client.card_id is None or client.card_id != known.card_id:
        return False
    gone = client.card_id
    _forget_card(client)
    repaint_cards_to_ask(session, workspace_id=client.workspace_id, now=now)
    record(
        session,
        workspace_id=client.workspace_id,
        actor=_STRIPE,
        action="client.card_lost",
        subject_kind="client",
        subject_id=client.id,
        at=now,
    )
    _tell(session, client, "card_lost", gone, now)
    return True


def _forget_card(client: Client) -> None:
    client.card_id = client.card_brand = client.card_last4 = None
    client.card_exp_month = client.card_exp_year = client.card_trouble = None


def _lose_customer(session: Session, known: Client, now: datetime) -> bool:
    """Note that the customer was deleted, and with it the card; a new one is made when needed."""
    gone = known.stripe_customer_id
    if gone is None:
        return False
    # Invoices before clients: the worker locks them in this order.
    deserted = lock_deserted(session, known, gone)
    client = session.get_one(Client, (known.workspace_id, known.id), with_for_update=True)
    if client.stripe_customer_id != gone:
        return False
    find_new_ways(session, deserted, now=now)
    client.stripe_customer_id, client.stripe_customer_gone = None, gone
    _forget_card(client)
    repaint_cards_to_ask(session, workspace_id=client.workspace_id, now=now)
    record(
        session,
        workspace_id=client.workspace_id,
        actor=_STRIPE,
        action="client.customer_lost",
        subject_kind="client",
        subject_id=client.id,
        at=now,
    )
    _tell(session, client, "customer_lost", gone, now)
    return True


def _tell(session: Session, client: Client, notice: str, card_id: str, now: datetime) -> None:
    workspace = session.get_one(Workspace, client.workspace_id)
    tell_billing(
        session,
        workspace=workspace,
        notice=notice,
        facts={"client_id": client.id},
        key=f"{notice}:{card_id}",
        now=now,
    )
