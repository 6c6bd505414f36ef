"""The composition root: the only file that puts the parts together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from wsgiref.types import WSGIApplication

import structlog

from timebot.clock import Clock, SystemClock
from timebot.db import Database
from timebot.errors import NotFound
from timebot.gateways.drawing import ChildRenderer
from timebot.jobs.due import heartbeat_tasks
from timebot.jobs.tasks import Task, Worker
from timebot.journal.inbox import WebhookHandler, WebhookInbox, take
from timebot.journal.outbox import Outbox
from timebot.metrics import create_registry
from timebot.migrations import is_current
from timebot.settings import Settings
from timebot.slack.bolt_app import BoltApp, create_bolt_app, create_slack_handler
from timebot.slack.desk import Desk
from timebot.slack.door import Door
from timebot.slack.installations import Installations
from timebot.slack.routes import create_painters, create_routes
from timebot.slack.sending import Sending
from timebot.slack.speaker import Speaker, web_client
from timebot.web import Doors, Verify, WebhookEvent, create_web

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
    """The ways out of the house: Stripe and Resend where they are set up.

    Attributes:
        verify: by provider, checks a webhook.
    """

    verify: Mapping[str, Verify]

    def webhook_handlers(self, database: Database) -> Mapping[str, WebhookHandler]:
        """Return who handles the stored webhooks."""
        _ = database
        return {}

    def card_form(self, database: Database, token: str, now: datetime) -> str:
        """Return the hosted card form behind a bearer link."""
        raise NotFound("x")


def connect_outside(settings: Settings) -> Outside:
    """Return the ways out that the settings describe."""
    _ = settings
    return Outside({})


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


def build(settings: Settings, *, clock: Clock | None = None) -> Timebot:
    """Put timebot together.

    Args:
        settings: as read from the environment.
        clock: business time; the local world passes one that can be moved.
    """
    clock = clock or SystemClock()
    database = Database(settings.effective_database_url)
    outside = connect_outside(settings)
    bell = Bell()
    desk = _desk(settings, database, clock, bell)
    installations = Installations(settings, database)
    speaker = Speaker(installations.client)
    sending = Sending(desk, speaker, create_painters(), ChildRenderer())
    worker = _worker(settings, database, clock, sending, outside)
    bell.rings(worker.wake)
    bolt = _bolt(settings, desk, installations)
    doors = _doors(database, clock, bolt, outside, bell)
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
    settings: Settings, database: Database, clock: Clock, sending: Sending, outside: Outside
) -> Worker:
    outbox = Outbox(database, sending.handlers())
    webhooks = WebhookInbox(database, outside.webhook_handlers(database))
    return Worker(
        clock=clock,
        steps=[
            Task("outbox", lambda now, real: outbox.run_once(now=now, real_now=real)),
            Task("webhooks", lambda now, real: webhooks.run_once(now=now, real_now=real)),
        ],
        ticks=heartbeat_tasks(database, can_charge=settings.stripe_api_key is not None),
    )


def _doors(
    database: Database, clock: Clock, bolt: BoltApp | None, outside: Outside, bell: Bell
) -> Doors:
    def keep(source: str, event: WebhookEvent) -> None:
        with database.transaction() as session:
            take(
                session,
                scope=source,
                source=source,
                external_id=event.id,
                payload=event.payload,
                wait=True,
                now=clock.now(),
            )
        bell()

    return Doors(
        slack=create_slack_handler(bolt) if bolt else None,
        verify=outside.verify,
        keep=keep,
        card_form=lambda token: outside.card_form(database, token, clock.now()),
        card_done=lambda _session_id: None,
        is_ready=lambda: is_current(database),
        registry=create_registry(database),
    )
