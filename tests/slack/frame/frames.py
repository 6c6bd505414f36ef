"""The frame of the Slack room with features of the test's own, behind the real Bolt app."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from slack_sdk import WebClient
from sqlalchemy import func, select

from timebot.clock import real_now
from timebot.db import Database
from timebot.errors import Refusal
from timebot.journal.audit import record
from timebot.journal.models import AuditEvent, InboxDelivery, OutboxMessage
from timebot.journal.notices import publish_home
from timebot.journal.outbox import Outbox
from timebot.playground.clock import MovableClock
from timebot.playground.http import LocalServer
from timebot.playground.slack import LocalSlack, Person
from timebot.playground.slack.deliver import Reply, signature
from timebot.playground.slack.payloads import interaction
from timebot.playground.store import Store
from timebot.settings import read_settings
from timebot.slack.answer import NOTHING, Answer
from timebot.slack.blocks import Block, actions, button, field, modal, section, text_field
from timebot.slack.bolt_app import create_bolt_app, create_slack_handler
from timebot.slack.desk import Asked, Card, Desk, Drawn, Feature, News, Notice, Options, Viewer
from timebot.slack.door import Door, Routes
from timebot.slack.ids import Act
from timebot.slack.installations import Installations
from timebot.slack.sending import Painters, Sending
from timebot.slack.speaker import Speaker, web_client
from timebot.team.models import Member, Workspace

EFFECT = "trial.done"
EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked", "user_change")


class Frame:
    """A local Slack and the frame, whose tables of features a test fills in.

    Attributes:
        commands, actions, forms, options, shortcuts, events, news: who decides what.
        cards, notices: who draws what.
        homes: draws Home.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        store = Store(folder / "world.db")
        self._store = store
        self.database = database
        self.clock = MovableClock(store)
        self.slack = LocalSlack(store, self.clock, app_name="timebot", retry_delays=(0.05,))
        self.slack.set_commands(
            [{"command": "/try", "usage_hint": "", "description": "Try something"}]
        )
        self.slack.set_shortcuts([{"type": "global", "callback_id": "short", "name": "Short"}])
        self.commands: dict[str, Feature] = {}
        self.actions: dict[str, Feature] = {}
        self.forms: dict[str, Feature] = {}
        self.options: dict[str, Options] = {}
        self.shortcuts: dict[str, Feature] = {}
        self.events: dict[str, Feature] = {}
        self.news: dict[str, News] = {}
        self.cards: dict[str, Card] = {}
        self.notices: dict[str, Notice] = {}
        self.homes: Callable[[Viewer], Block] = lambda _viewer: {"type": "home", "blocks": []}
        self.refusal = Refusal("Not today.")
        self.woken = 0
        self._others: list[LocalServer] = []
        self._build()

    def _build(self) -> None:
        settings = read_settings(
            {
                "SLACK_SIGNING_SECRET": self.slack.signing_secret,
                "SLACK_BOT_TOKEN": self.slack.bot_token,
                "SLACK_API_URL": self.slack.api_url,
            }
        )
        self.desk = Desk(
            database=self.database,
            clock=self.clock,
            command="/try",
            billing_command="/billing",
            owner_hint=None,
            public_url="http://localhost",
            can_charge=False,
            can_mail=False,
            wake=self._wake,
        )
        self.installations = Installations(settings, self.database)
        routes = Routes(
            commands=self.commands,
            actions=self.actions,
            forms=self.forms,
            options=self.options,
            shortcuts=self.shortcuts,
            events=self.events,
            news=self.news,
            unknown=lambda _asked: Answer(text="I do not know this one."),
        )
        self._listener_client: Callable[[str], WebClient | None]
        self._listener_client = self.installations.listener_client
        self.door = Door(self.desk, routes, self._client)
        self.bolt = create_bolt_app(
            self.door,
            signing_secret=self.slack.signing_secret,
            client=web_client(None, self.slack.api_url),
            token_for_team=self.installations.token_for_team,
        )
        painters = Painters(self.cards, self.notices, self._home)
        sending = Sending(self.desk, Speaker(self.installations.client), painters)
        self.outbox = Outbox(self.database, sending.handlers())

    def person(self, name: str, **profile: Any) -> Person:  # noqa: ANN401 - passed on as it is
        """Return somebody of the Slack workspace, who joins if they are new."""
        return self.slack.person(self.slack.add_user(name, **profile))

    def settle(self) -> int:
        """Let the outbox say what waits; return how many tries that took."""
        return self.outbox.run_once(now=self.clock.now(), real_now=real_now())

    def effects(self) -> int:
        """Return how often a feature of the test took effect."""
        return self.count_audit(EFFECT)

    def count_audit(self, action: str) -> int:
        """Return how often something stands in the audit."""
        with self.database.read_only() as session:
            counted = select(func.count()).where(AuditEvent.action == action)
            return session.scalar(counted) or 0

    def heard(self) -> int:
        """Return how many deliveries are noted."""
        with self.database.read_only() as session:
            return session.scalar(select(func.count()).select_from(InboxDelivery)) or 0

    def members(self) -> list[Member]:
        """Return everybody timebot knows."""
        with self.database.read_only() as session:
            return list(session.scalars(select(Member).order_by(Member.created_at)))

    def workspace(self) -> Workspace:
        """Return the one workspace."""
        with self.database.read_only() as session:
            return session.scalars(select(Workspace)).one()

    def messages(self) -> list[OutboxMessage]:
        """Return the outbox, oldest first."""
        with self.database.read_only() as session:
            return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)))

    def post(self, body: bytes, *, at: str | None = None, signed: str | None = None) -> Reply:
        """Send bytes to the app as Slack would; a time and a signature of one's own if wished."""
        time = at or str(int(real_now().timestamp()))
        headers = {
            "X-Slack-Request-Timestamp": time,
            "X-Slack-Signature": (
                signature(self.slack.signing_secret, time, body) if signed is None else signed
            ),
        }
        return self.slack.world.postman.send("raw", "raw", body, extra_headers=headers)

    def interact(self, payload: dict[str, Any]) -> Reply:
        """Send an interaction of any shape, well signed."""
        return self.post(interaction(payload))

    def _client(self, team: str) -> WebClient | None:
        return self._listener_client(team)

    def _home(self, viewer: Viewer) -> Block:
        return self.homes(viewer)

    def _wake(self) -> None:
        self.woken += 1

    def use_client(self, client_for_team: Callable[[str], WebClient | None]) -> None:
        """Let listeners speak through another client from now on."""
        self._listener_client = client_for_team

    def use_up(self, response_url: str) -> None:
        """Answer through an address as often as Slack allows."""
        for _ in range(5):
            self.slack.world.tickets.use_response_url(response_url.rpartition("/")[2])

    def point_addresses_to(self, url: str) -> None:
        """Let the answers that wait go to another address."""
        with self.database.transaction() as session:
            for message in session.scalars(select(OutboxMessage)):
                message.payload = {**message.payload, "response_url": url}

    def cut_addresses(self) -> None:
        """Let the answers that wait go to somebody who hangs up."""
        server = LocalServer(_hangs_up)
        server.start()
        self._others.append(server)
        self.point_addresses_to(f"{server.url}/respond/x")

    def publish(self, member_id: UUID) -> None:
        """Queue a Home."""
        with self.database.transaction() as session:
            publish_home(
                session,
                workspace_id=self.workspace().id,
                member_id=member_id,
                now=self.clock.now(),
            )

    def post_at_once(self, body: bytes, times: int) -> list[Reply]:
        """Send the same bytes so many times at the same instant."""
        with ThreadPoolExecutor(max_workers=times) as pool:
            return list(pool.map(self.post, [body] * times))

    def reconnect(self) -> None:
        """Let Slack deliver to the app."""
        self.slack.connect(f"{self._server.url}/slack/events")

    def start(self) -> None:
        """Let both sides answer."""
        self._server = LocalServer(create_slack_handler(self.bolt))
        self._server.start()
        self.slack.start()
        self.slack.connect(f"{self._server.url}/slack/events", EVENTS)

    def restart(self) -> None:
        """Build the app anew on the same database, as after a restart."""
        self._server.stop()
        self._build()
        self._server = LocalServer(create_slack_handler(self.bolt))
        self._server.start()
        self.reconnect()

    def stop(self) -> None:
        """Stop both."""
        self.slack.stop()
        for server in (self._server, *self._others):
            server.stop()
        self._store.close()


@contextmanager
def a_frame(folder: Path, database: Database) -> Iterator[Frame]:
    """Run a frame until the block ends."""
    frame = Frame(folder, database)
    frame.start()
    try:
        yield frame
    finally:
        frame.stop()


@contextmanager
def everybody_waits(frame: Frame) -> Iterator[None]:
    """Hold the write lock as a long transaction of somebody else would."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with frame.database.transaction():
            held.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    try:
        yield
    finally:
        done.set()
        thread.join()


def _hangs_up(environ: Any, _start_response: Any) -> list[bytes]:  # noqa: ANN401 - WSGI's own types
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return []


def does_it(asked: Asked) -> Answer:
    """A feature with an effect that can be counted."""
    record(
        asked.session,
        workspace_id=asked.workspace.id,
        actor=asked.actor,
        action=EFFECT,
        subject_kind="trial",
        subject_id=None,
        at=asked.now,
    )
    return Answer(text=f"Done with {asked.delivery.text or 'nothing'}.")


def shows_button(_asked: Asked) -> Answer:
    """A feature that shows a button."""
    row = actions(button("Do it", Act.TIMER_STOP, {"n": 7}))
    return Answer(text="Shall I?", blocks=[section("Shall I?"), row])


def opens_form(_asked: Asked) -> Answer:
    """A feature that opens a form."""
    return Answer(modal=a_form())


def quiet(_asked: Asked) -> Answer:
    """A feature that says nothing."""
    return NOTHING


def a_form(**kept: object) -> Block:
    """A form of one field."""
    fields = [field("words", "Words", text_field(), optional=True)]
    return modal("form.try", "Try", fields, submit="Save", kept=kept)


def draws(text: str, *, with_button: bool = True) -> Card:
    """Return a painter of a card that says something."""
    blocks = [section(text)]
    if with_button:
        blocks.append(actions(button("Do it", Act.TIMER_STOP, {"n": 1})))
    return lambda _viewer, _subject: Drawn(text, list(blocks))
