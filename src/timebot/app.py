"""The composition root: the only file that puts the parts together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from wsgiref.types import WSGIApplication

import structlog

from timebot.billing.cards import CardFormUnavailable, note_card, open_card_form
from timebot.billing.document_ports import Renderer
from timebot.billing.pipeline import InvoicePipeline
from timebot.billing.ports import Forged, OutcomeUnknown, Rejected, TryLater
from timebot.billing.reconciling import Reconciler
from timebot.billing.restore_watch import RestoreWatch
from timebot.billing.settlement import ResendWebhooks, StripeWebhooks
from timebot.clock import Clock, SystemClock
from timebot.db import Database
from timebot.gateways.drawing import ChildRenderer
from timebot.gateways.letters import Letters
from timebot.gateways.resend_gateway import TWO_A_SECOND, ResendMailer
from timebot.gateways.stripe_gateway import StripeProcessor
from timebot.jobs.due import heartbeat_tasks
from timebot.jobs.nightly import reconcile_task
from timebot.jobs.tasks import Task, Worker
from timebot.jobs.watching import restore_watch_task
from timebot.journal.inbox import WebhookHandler, WebhookInbox, take
from timebot.journal.notices import PROFILE
from timebot.journal.outbox import Outbox
from timebot.metrics import create_registry
from timebot.migrations import is_current
from timebot.settings import Settings
from timebot.slack.bolt_app import BoltApp, create_bolt_app, create_slack_handler
from timebot.slack.desk import Desk
from timebot.slack.door import Door
from timebot.slack.installations import Installations
from timebot.slack.profile_asking import ProfileAsking
from timebot.slack.routes import create_painters, create_routes
from timebot.slack.sending import Sending
from timebot.slack.speaker import Speaker, web_client
from timebot.web import BadSignature, Doors, Verify, WebhookEvent, create_web

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Timebot:
    """Everything, put together and not yet running.

    Attributes:
        web: the WSGI application of every route.
        bolt: the Slack app, for Socket Mode.
        worker: does what is due; `tick` asks for the heartbeat's tasks.
    """

    settings: Settings
    clock: Clock
    database: Database
    desk: Desk
    bolt: BoltApp | None
    web: WSGIApplication
    worker: Worker

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


@dataclass(frozen=True)
class Outside:
    """The ways out of the house; Stripe and Resend only where they are set up."""

    renderer: Renderer
    letters: Letters
    processor: StripeProcessor | None
    mailer: ResendMailer | None

    @property
    def verify(self) -> dict[str, Verify]:
        """Who checks the webhooks of each provider."""
        checks: dict[str, Verify] = {}
        if self.processor is not None:
            checks["stripe"] = _verifier(self.processor.verify_webhook)
        if self.mailer is not None:
            checks["resend"] = _verifier(self.mailer.verify_webhook)
        return checks

    def webhook_handlers(self, database: Database) -> dict[str, WebhookHandler]:
        """Return who handles the stored webhooks of each provider."""
        handlers: dict[str, WebhookHandler] = {}
        if self.processor is not None:
            handlers["stripe"] = StripeWebhooks(database, self.processor)
        if self.mailer is not None:
            handlers["resend"] = ResendWebhooks(database, self.mailer)
        return handlers


def connect_outside(
    settings: Settings, mail_pause: timedelta, renderer: Renderer | None = None
) -> Outside:
    """Return the ways out that the settings describe; nothing is asked yet."""
    return Outside(
        renderer or ChildRenderer(), Letters(), _stripe(settings), _resend(settings, mail_pause)
    )


def _stripe(settings: Settings) -> StripeProcessor | None:
    if settings.stripe_api_key is None or settings.stripe_webhook_secret is None:
        return None
    return StripeProcessor(
        settings.stripe_api_key.get_secret_value(),
        webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
        api_base=settings.stripe_api_base,
    )


def _resend(settings: Settings, pause: timedelta) -> ResendMailer | None:
    secret = settings.resend_webhook_secret
    if settings.resend_api_key is None or secret is None or settings.mail_from is None:
        return None
    return ResendMailer(
        settings.resend_api_key.get_secret_value(),
        settings.resend_api_url,
        settings.mail_from,
        webhook_secret=secret.get_secret_value(),
        pause=pause,
    )


def _verifier(check: Callable[[bytes, Mapping[str, str]], tuple[str, dict[str, Any]]]) -> Verify:
    def verify(body: bytes, headers: Mapping[str, str]) -> WebhookEvent:
        try:
            return WebhookEvent(*check(body, headers))
        except Forged:
            raise BadSignature from None

    return verify


class Bell:
    """Wakes the worker of this process, once there is one."""

    def __init__(self) -> None:
        self._wake: Callable[[], None] | None = None

    def rings(self, wake: Callable[[], None]) -> None:
        """Say whom to wake."""
        self._wake = wake

    def __call__(self) -> None:
        """Say that there may be something to do."""
        if self._wake is not None:
            self._wake()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    mail_pause: timedelta = TWO_A_SECOND,
    renderer: Renderer | None = None,
) -> Timebot:
    """Put timebot together.

    Args:
        settings: as read from the environment.
        clock: business time; the local world passes one that can be moved.
        mail_pause: the least time between two mails, which Resend asks for.
        renderer: who draws the PDFs; a child process for each, if nobody is named.
    """
    clock = clock or SystemClock()
    database = Database(settings.effective_database_url)
    outside = connect_outside(settings, mail_pause, renderer)
    bell = Bell()
    desk = _desk(settings, database, clock, bell)
    installations = Installations(settings, database)
    speaker = Speaker(installations.client)
    sending = Sending(desk, speaker, create_painters(), outside.renderer)
    profiles = ProfileAsking(desk, installations.client)
    worker = _worker(settings, desk, sending, profiles, outside)
    bell.rings(worker.wake)
    bolt = _bolt(settings, desk, installations)
    # Socket Mode needs no signing secret, and without one nobody's word over HTTP can be checked.
    doors = _doors(desk, bolt if settings.slack_signing_secret else None, outside, bell)
    return Timebot(settings, clock, database, desk, bolt, create_web(doors), worker)


def _desk(settings: Settings, database: Database, clock: Clock, bell: Bell) -> Desk:
    return Desk(
        database=database,
        clock=clock,
        command=settings.command,
        billing_command=settings.billing_command,
        owner_hint=settings.owner,
        public_url=settings.public_url.rstrip("/"),
        can_charge=settings.stripe_api_key is not None,
        can_mail=settings.resend_api_key is not None,
        wake=bell,
    )


def _bolt(settings: Settings, desk: Desk, installations: Installations) -> BoltApp | None:
    """Return the Slack app, or None where no Slack is connected."""
    if not settings.uses_slack:
        return None
    routes = create_routes(command=desk.command, billing_command=desk.billing_command)
    door = Door(desk, routes, installations.listener_client)
    secret = settings.slack_signing_secret
    return create_bolt_app(
        door,
        signing_secret=secret.get_secret_value() if secret else None,
        client=web_client(None, settings.slack_api_url),
        token_for_team=installations.token_for_team,
    )


def _worker(
    settings: Settings,
    desk: Desk,
    sending: Sending,
    profiles: ProfileAsking,
    outside: Outside,
) -> Worker:
    database = desk.database
    outbox = Outbox(database, {**sending.handlers(), PROFILE: profiles})
    webhooks = WebhookInbox(database, outside.webhook_handlers(database))
    watch = None if outside.processor is None else RestoreWatch(database, outside.processor)
    pipeline = InvoicePipeline(
        database,
        outside.renderer,
        outside.letters,
        outside.mailer,
        outside.processor,
        watch,
    )
    ticks = heartbeat_tasks(database, can_charge=settings.stripe_api_key is not None)
    if outside.processor is not None and watch is not None:
        # Before anything is opened or released from books that may be old.
        ticks.insert(0, restore_watch_task(database, watch))
        books = Reconciler(database, outside.processor)
        ticks.append(reconcile_task(database, lambda each, now: books.reconcile(each, now=now)))
    return Worker(
        clock=desk.clock,
        steps=[
            Task("outbox", lambda now, real: outbox.run_once(now=now, real_now=real)),
            Task("webhooks", lambda now, real: webhooks.run_once(now=now, real_now=real)),
            Task("pipeline", lambda now, real: pipeline.run_once(now=now, real_now=real)),
        ],
        ticks=ticks,
    )


def _doors(desk: Desk, bolt: BoltApp | None, outside: Outside, bell: Bell) -> Doors:
    return Doors(
        slack=create_slack_handler(bolt) if bolt else None,
        verify=outside.verify,
        keep=_keeper(desk, bell),
        card_form=_card_form(desk, outside.processor),
        card_done=_card_done(desk, outside.processor),
        is_ready=lambda: is_current(desk.database),
        registry=create_registry(desk.database),
    )


def _keeper(desk: Desk, bell: Bell) -> Callable[[str, WebhookEvent], None]:
    def keep(source: str, event: WebhookEvent) -> None:
        with desk.database.transaction() as session:
            take(
                session,
                scope=source,
                source=source,
                external_id=event.id,
                payload=event.payload,
                wait=True,
                now=desk.clock.now(),
            )
        bell()

    return keep


def _card_form(desk: Desk, processor: StripeProcessor | None) -> Callable[[str], str]:
    def card_form(token: str) -> str:
        if processor is None:
            raise CardFormUnavailable
        now = desk.clock.now()
        return open_card_form(
            desk.database, processor, token=token, now=now, public_url=desk.public_url
        )

    return card_form


def _card_done(desk: Desk, processor: StripeProcessor | None) -> Callable[[str], None]:
    def card_done(session_id: str) -> None:
        # The webhook does the same; whichever comes first keeps the card.
        if processor is None or not session_id:
            return
        try:
            note_card(desk.database, processor, session_id=session_id, now=desk.clock.now())
        except (TryLater, OutcomeUnknown, Rejected) as trouble:
            log.info("card.left_to_the_webhook", trouble=type(trouble).__name__)

    return card_done
