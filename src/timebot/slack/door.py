"""The door: one delivery in, one transaction, one answer out; nothing slow, nothing twice."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from timebot.db import Busy
from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.inbox import Taken, keep_answer, take
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block
from timebot.slack.came_late import draw_late, is_late_click
from timebot.slack.clicked import repaint_clicked, show_at_home
from timebot.slack.delivery import Delivery, readable
from timebot.slack.desk import SURFACE, Asked, Desk, Feature, News, Options, Reported
from timebot.slack.refusals import draw_apology, draw_refusal, draw_too_late, new_reference
from timebot.slack.replying import Body, ack_body, reply, with_reply_address
from timebot.slack.speaker import ask_profile, open_view
from timebot.team.members import Profile, find_member, meet_member, needs_profile
from timebot.team.workspaces import find_workspace, meet_workspace

# Slack waits three seconds. `users.info` and `views.open` may take one each, so the write lock must
# be ours before the third; an answer that is only told and opens nothing may come a bit later.
_DECIDE_BEFORE, _TELL_BEFORE = 1.9, 2.6
_LEAST_PATIENCE = 0.05

log = structlog.get_logger(__name__)
Read = Callable[[Body], Delivery]


@dataclass(frozen=True)
class Routes:
    """Which feature decides what, by name."""

    commands: Mapping[str, Feature]
    actions: Mapping[str, Feature]
    forms: Mapping[str, Feature]
    options: Mapping[str, Options]
    shortcuts: Mapping[str, Feature]
    events: Mapping[str, Feature]
    unknown: Feature
    news: Mapping[str, News] = field(default_factory=dict)


@dataclass
class _Visit:
    """One delivery on its way through the door.

    Attributes:
        now: the business instant, read once.
        profile: what Slack said about the person, once it was asked.
        came_at: when it came, by the machine's running time; Slack waits from then on.
    """

    delivery: Delivery
    now: datetime
    profile: Profile | None = None
    came_at: float = field(default_factory=time.monotonic)

    def patience(self, before: float) -> float:
        """Return how many seconds may still be waited for other writers."""
        return max(_LEAST_PATIENCE, before - (time.monotonic() - self.came_at))


class AlreadySaved(Refusal):
    """The same form was submitted twice; the first one counted."""

    def __init__(self) -> None:
        super().__init__("This form was saved already. Close it to see the result.")


class Door:
    """Lets one delivery in and answers it.

    Args:
        desk: what features need.
        routes: which feature decides what.
        client_for_team: a Slack client with a listener's time limit, or None if not installed.
    """

    def __init__(
        self, desk: Desk, routes: Routes, client_for_team: Callable[[str], WebClient | None]
    ) -> None:
        self._desk = desk
        self._routes = routes
        self._client_for_team = client_for_team

    def answer(self, read: Read, payload: Body) -> Body | None:
        """Decide a delivery and return the body of the HTTP answer. Never raises.

        Returns:
            None where not even an apology could be left for the person: Slack must say it then.

        Args:
            read: reads this kind of payload.
            payload: what Slack sent, its signature already checked.
        """
        visit = self._receive(read, payload)
        if visit is None:
            return {}
        try:
            return self._decide(visit)
        except Refusal as refusal:
            return self._refused(visit, refusal)
        except Exception as fault:  # noqa: BLE001 - the edge: it is logged with its reference
            return self._failed(visit, fault)
        finally:
            self._desk.wake()

    def hear(self, read: Read, payload: Body) -> bool:
        """Take note of an event. Never raises.

        Returns:
            False where it failed for a reason that may pass, so that Slack should send it again.
        """
        visit = self._receive(read, payload)
        if visit is None:
            return True
        name = visit.delivery.name
        try:
            self._note(visit)
        except Busy:
            log.warning("slack.event_put_off", name=name)
            return False
        except Refusal as refusal:
            log.info("slack.event_refused", refusal=type(refusal).__name__, name=name)
        except Exception:
            log.exception("slack.event_failed", reference=new_reference(), name=name)
            return False
        finally:
            self._desk.wake()
        return True

    def options(self, read: Read, payload: Body) -> Body:
        """Return the options of a type-ahead field. Never raises; an unknown person gets none."""
        try:
            return {"options": self._options(read(readable(payload)))}
        except Exception:
            log.exception("slack.options_failed", reference=new_reference())
            return {"options": []}

    def _receive(self, read: Read, payload: Body) -> _Visit | None:
        try:
            delivery = read(readable(payload))
        except (KeyError, TypeError, AttributeError, IndexError, ValueError):
            log.exception("slack.unreadable", reference=new_reference())
            return None
        if not delivery.team_id or not (delivery.user_id or delivery.kind == "event"):
            log.warning("slack.from_nobody", kind=delivery.kind, name=delivery.name)
            return None
        return _Visit(delivery, self._desk.clock.now())

    def _decide(self, visit: _Visit) -> Body | None:
        delivery = visit.delivery
        visit.profile = self._profile(delivery, visit.now)
        feature = self._feature(delivery)
        with self._desk.database.transaction(
            wait_seconds=visit.patience(_DECIDE_BEFORE)
        ) as session:
            taken = _take(session, delivery, visit.now, sender=delivery.user_id)
            if not taken.is_new:
                return taken.answer or {}
            asked = self._let_in(session, visit)
            answer = with_reply_address(feature(asked), delivery)
            _once(asked, answer)
            show_at_home(asked, answer)
            body = reply(asked, answer)
            _keep(session, delivery, body)
        return self._with_modal(visit, answer, body)

    def _note(self, visit: _Visit) -> None:
        """Take note of an event; what nobody asked for makes no workspace and no person known."""
        delivery = visit.delivery
        news = self._routes.news.get(delivery.name)
        if news is None:
            if delivery.name in self._routes.events and delivery.user_id:
                self._decide(visit)
            return
        with self._desk.database.transaction() as session:
            workspace = find_workspace(session, delivery.team_id)
            if workspace is not None and _take(session, delivery, visit.now).is_new:
                news(Reported(session, self._desk, workspace, delivery, visit.now))

    def _profile(self, delivery: Delivery, now: datetime) -> Profile | None:
        """Ask Slack about a person who is new or was last asked about long ago."""
        with self._desk.database.read_only() as session:
            workspace = find_workspace(session, delivery.team_id)
            member = workspace and find_member(
                session, workspace_id=workspace.id, slack_user_id=delivery.user_id
            )
            if workspace is not None and not needs_profile(member or None, now):
                return None
        client = self._client_for_team(delivery.team_id)
        profile = ask_profile(client, delivery.user_id, delivery.team_id) if client else None
        if delivery.user_team_id in {"", delivery.team_id}:
            return profile
        # The payload itself says that they are of another organization, whatever Slack can add.
        return Profile(
            name=profile.name if profile else delivery.user_id,
            zone=profile.zone if profile else None,
            kind="external",
            is_workspace_admin=False,
            is_deleted=False,
        )

    def _let_in(self, session: Session, visit: _Visit) -> Asked:
        delivery, profile = visit.delivery, visit.profile
        workspace = meet_workspace(
            session,
            slack_team_id=delivery.team_id,
            name=delivery.team_name or delivery.team_id,
            zone=profile.zone if profile and profile.zone else "UTC",
            now=visit.now,
        )
        member = meet_member(
            session,
            workspace=workspace,
            slack_user_id=delivery.user_id,
            profile=profile,
            owner_hint=self._desk.owner_hint,
            now=visit.now,
        )
        return Asked(session, self._desk, workspace, member, delivery, visit.now)

    def _feature(self, delivery: Delivery) -> Feature:
        tables = {
            "command": self._routes.commands,
            "click": self._routes.actions,
            "submission": self._routes.forms,
            "shortcut": self._routes.shortcuts,
            "event": self._routes.events,
        }
        return tables.get(delivery.kind, {}).get(delivery.name, self._routes.unknown)

    def _options(self, delivery: Delivery) -> list[Block]:
        now = self._desk.clock.now()
        offer = self._routes.options.get(delivery.name)
        with self._desk.database.read_only() as session:
            workspace = find_workspace(session, delivery.team_id)
            member = workspace and find_member(
                session, workspace_id=workspace.id, slack_user_id=delivery.user_id
            )
            if not offer or not workspace or not member or member.role == "none":
                return []
            return offer(Asked(session, self._desk, workspace, member, delivery, now))[:100]

    def _with_modal(self, visit: _Visit, answer: Answer, body: Body) -> Body | None:
        """Open the answer's modal, after the commit; a submission carries its own instead."""
        delivery = visit.delivery
        if answer.modal is None or delivery.kind == "submission":
            return body
        client = self._client_for_team(delivery.team_id)
        is_push = bool(delivery.view_id) and not delivery.is_home
        if client and open_view(client, delivery.trigger_id, answer.modal, push=is_push):
            return body
        return self._tell(visit, answer.instead or draw_too_late(delivery))

    def _refused(self, visit: _Visit, refusal: Refusal) -> Body | None:
        delivery = visit.delivery
        log.info("slack.refused", refusal=type(refusal).__name__, name=delivery.name)
        try:
            return self._tell(visit, draw_refusal(refusal, delivery), refusal)
        except Exception as fault:  # noqa: BLE001 - the edge: it is logged with its reference
            return self._failed(visit, fault)

    def _tell(self, visit: _Visit, answer: Answer, refusal: Refusal | None = None) -> Body | None:
        """Record an answer; where that takes too long, at least say it if HTTP can carry it."""
        try:
            return self._record(visit, answer, refusal)
        except Busy:
            delivery = visit.delivery
            body = ack_body(delivery, answer)
            log.warning("slack.unrecorded", kind=delivery.kind, name=delivery.name, said=bool(body))
            return body or None

    def _record(self, visit: _Visit, answer: Answer, refusal: Refusal | None) -> Body:
        """Record the answer, and the attempt where a right was missing, in a short transaction."""
        delivery = visit.delivery
        with self._desk.database.transaction(wait_seconds=visit.patience(_TELL_BEFORE)) as session:
            taken = _take(session, delivery, visit.now, sender=delivery.user_id)
            if not taken.is_new and refusal is not None:
                return taken.answer or {}
            asked = self._let_in(session, visit)
            if refusal is not None:
                answer = draw_refusal(refusal, delivery, asked.member)
            if refusal is not None and is_late_click(asked, refusal):
                answer = draw_late(asked, refusal)
            body = reply(asked, answer)
            _keep(session, delivery, body)
            if refusal is not None:
                repaint_clicked(asked)
            if refusal is not None and refusal.needs_right:
                _audit_refusal(asked)
        return body

    def _failed(self, visit: _Visit, fault: Exception) -> Body | None:
        delivery, reference = visit.delivery, new_reference()
        log.error(
            "slack.failed",
            reference=reference,
            kind=delivery.kind,
            name=delivery.name,
            exc_info=fault,
        )
        answer = draw_apology(reference, delivery)
        if delivery.kind == "command" or answer.faults:
            return ack_body(delivery, answer)
        # The others are answered through the outbox; where that fails too, Slack has to show it.
        try:
            return self._tell(visit, answer)
        except Exception:
            log.exception("slack.apology_failed", reference=reference)
            return None


def _once(asked: Asked, answer: Answer) -> None:
    """Let a form have its effect once, however often its button was pressed."""
    delivery = asked.delivery
    stays_open = answer.faults or answer.next_view or answer.modal
    if delivery.kind != "submission" or stays_open:
        return
    form = replace(delivery, key=f"form:{delivery.view_id}")
    if not _take(asked.session, form, asked.now).is_new:
        raise AlreadySaved


def _take(
    session: Session, delivery: Delivery, now: datetime, *, sender: str | None = None
) -> Taken:
    return take(
        session,
        scope=delivery.team_id,
        source=SURFACE,
        external_id=delivery.key,
        now=now,
        sender=sender,
    )


def _keep(session: Session, delivery: Delivery, body: Body) -> None:
    keep_answer(
        session,
        scope=delivery.team_id,
        source=SURFACE,
        external_id=delivery.key,
        answer=body,
    )


def _audit_refusal(asked: Asked) -> None:
    record(
        asked.session,
        workspace_id=asked.workspace.id,
        actor=Actor(asked.member.id, SURFACE),
        action="right.refused",
        subject_kind=asked.delivery.kind,
        subject_id=None,
        at=asked.now,
        after={"name": asked.delivery.name},
    )
