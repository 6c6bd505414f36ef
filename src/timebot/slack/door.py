"""The door: one delivery in, one transaction, one answer out; nothing slow, nothing twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from timebot.errors import Refusal
from timebot.journal.audit import Actor, record
from timebot.journal.inbox import Taken, keep_answer, take
from timebot.journal.outbox import enqueue
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, shortened
from timebot.slack.delivery import Delivery
from timebot.slack.desk import SURFACE, Asked, Desk, Feature, News, Options, Reported
from timebot.slack.ids import pack, unpack
from timebot.slack.refusals import draw_apology, draw_refusal, new_reference
from timebot.slack.speaker import ask_profile, open_view
from timebot.team.members import Profile, find_member, meet_member, needs_profile
from timebot.team.workspaces import find_workspace, meet_workspace

_TOO_LATE = Answer(
    text="Slack did not let me open the form in time. Nothing was changed. Please try again."
)

log = structlog.get_logger(__name__)
Body = dict[str, Any]


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

    def answer(self, read: Callable[[Body], Delivery], payload: Body) -> Body:
        """Decide a delivery and return the body of the HTTP answer. Never raises.

        Args:
            read: reads this kind of payload.
            payload: what Slack sent, its signature already checked.
        """
        try:
            delivery = read(payload)
        except (KeyError, TypeError, AttributeError, IndexError):
            log.exception("slack.unreadable", reference=new_reference())
            return {}
        try:
            news = self._routes.news.get(delivery.name) if delivery.kind == "event" else None
            return self._hear(delivery, news) if news else self._answer(delivery)
        except Refusal as refusal:
            return self._refused(delivery, refusal)
        except Exception as fault:  # noqa: BLE001 - the edge: it is logged with its reference
            return self._failed(delivery, fault)
        finally:
            self._desk.wake()

    def options(self, read: Callable[[Body], Delivery], payload: Body) -> Body:
        """Return the options of a type-ahead field. Never raises; an unknown person gets none."""
        try:
            return {"options": self._options(read(payload))}
        except Exception:
            log.exception("slack.options_failed", reference=new_reference())
            return {"options": []}

    def _answer(self, delivery: Delivery) -> Body:
        now = self._desk.clock.now()
        profile = self._profile(delivery, now)
        feature = self._feature(delivery)
        with self._desk.database.transaction() as session:
            taken = _take(session, delivery, now)
            if not taken.is_new:
                return taken.answer or {}
            asked = self._let_in(session, delivery, profile, now)
            answer = feature(asked)
            _once(asked, answer)
            body = _respond(session, asked, answer)
            _keep(session, delivery, body)
        return self._with_modal(delivery, answer, body)

    def _hear(self, delivery: Delivery, news: News) -> Body:
        """Take note of what nobody asked for; it makes no workspace and no person known."""
        now = self._desk.clock.now()
        with self._desk.database.transaction() as session:
            workspace = find_workspace(session, delivery.team_id)
            if workspace is not None and _take(session, delivery, now).is_new:
                news(Reported(session, self._desk, workspace, delivery, now))
        return {}

    def _profile(self, delivery: Delivery, now: datetime) -> Profile | None:
        """Ask Slack about a person who is new or was last asked about long ago."""
        if not delivery.user_id:
            return None
        with self._desk.database.read_only() as session:
            workspace = find_workspace(session, delivery.team_id)
            member = workspace and find_member(
                session, workspace_id=workspace.id, slack_user_id=delivery.user_id
            )
            if workspace is not None and not needs_profile(member or None, now):
                return None
        client = self._client_for_team(delivery.team_id)
        profile = ask_profile(client, delivery.user_id, delivery.team_id) if client else None
        is_outsider = delivery.user_team_id not in {"", delivery.team_id}
        return replace(profile, kind="external") if profile and is_outsider else profile

    def _let_in(
        self, session: Session, delivery: Delivery, profile: Profile | None, now: datetime
    ) -> Asked:
        zone = profile.zone if profile and profile.zone else "UTC"
        workspace = meet_workspace(
            session,
            slack_team_id=delivery.team_id,
            name=delivery.team_name or delivery.team_id,
            zone=zone,
            now=now,
        )
        member = meet_member(
            session,
            workspace=workspace,
            slack_user_id=delivery.user_id,
            profile=profile,
            owner_hint=self._desk.owner_hint,
            now=now,
        )
        return Asked(session, self._desk, workspace, member, delivery, now)

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

    def _with_modal(self, delivery: Delivery, answer: Answer, body: Body) -> Body:
        """Open the answer's modal, after the commit; a submission carries its own instead."""
        if answer.modal is None or delivery.kind == "submission":
            return body
        client = self._client_for_team(delivery.team_id)
        view = _with_reply_address(answer.modal, delivery)
        is_push = bool(delivery.view_id) and not delivery.is_home
        if client and open_view(client, delivery.trigger_id, view, push=is_push):
            return body
        return self._say(delivery, _TOO_LATE)

    def _refused(self, delivery: Delivery, refusal: Refusal) -> Body:
        """Record the answer, and the attempt where a right was missing, in a short transaction."""
        log.info("slack.refused", refusal=type(refusal).__name__, name=delivery.name)
        answer = draw_refusal(refusal, delivery)
        try:
            return self._say(delivery, answer, refusal)
        except Exception as fault:  # noqa: BLE001 - the edge: it is logged with its reference
            return self._failed(delivery, fault)

    def _say(self, delivery: Delivery, answer: Answer, refusal: Refusal | None = None) -> Body:
        now = self._desk.clock.now()
        with self._desk.database.transaction() as session:
            taken = _take(session, delivery, now)
            if not taken.is_new and refusal is not None:
                return taken.answer or {}
            asked = self._let_in(session, delivery, None, now)
            body = _respond(session, asked, answer)
            _keep(session, delivery, body)
            if refusal is not None and refusal.needs_right:
                _audit_refusal(session, asked)
        return body

    def _failed(self, delivery: Delivery, fault: Exception) -> Body:
        reference = new_reference()
        log.error(
            "slack.failed",
            reference=reference,
            kind=delivery.kind,
            name=delivery.name,
            exc_info=fault,
        )
        answer = draw_apology(reference, delivery)
        body = _ack_body(delivery, answer)
        if body or not answer.text:
            return body
        # A click is answered through the outbox; where even that fails, the log is all there is.
        try:
            return self._say(delivery, answer)
        except Exception:
            log.exception("slack.apology_failed", reference=reference)
            return {}


class AlreadySaved(Refusal):
    """The same form was submitted twice; the first one counted."""

    def __init__(self) -> None:
        super().__init__("This form was saved already. Close it to see the result.")


def _once(asked: Asked, answer: Answer) -> None:
    """Let a form have its effect once, however often its button was pressed."""
    delivery = asked.delivery
    stays_open = answer.faults or answer.next_view or answer.modal
    if delivery.kind != "submission" or stays_open:
        return
    form = replace(delivery, key=f"form:{delivery.view_id}")
    if not _take(asked.session, form, asked.now).is_new:
        raise AlreadySaved


def _take(session: Session, delivery: Delivery, now: datetime) -> Taken:
    return take(session, scope=delivery.team_id, source=SURFACE, external_id=delivery.key, now=now)


def _keep(session: Session, delivery: Delivery, body: Body) -> None:
    keep_answer(
        session,
        scope=delivery.team_id,
        source=SURFACE,
        external_id=delivery.key,
        answer=body,
    )


def _respond(session: Session, asked: Asked, answer: Answer) -> Body:
    """Return what travels in the HTTP answer, and queue what cannot."""
    delivery = asked.delivery
    body = _ack_body(delivery, answer)
    if delivery.kind == "command" or not answer.text:
        return body
    message: Body = {"text": answer.text, "blocks": shortened(list(answer.blocks))}
    if delivery.response_url:
        message |= {"response_type": "ephemeral", "replace_original": answer.replace}
        kind, payload = "slack.respond", {"response_url": delivery.response_url, "body": message}
    else:
        kind, payload = "slack.dm", {"recipient": delivery.user_id, **message}
    enqueue(session, workspace_id=asked.workspace.id, kind=kind, payload=payload, now=asked.now)
    return body


def _ack_body(delivery: Delivery, answer: Answer) -> Body:
    if delivery.kind == "submission":
        return _submission_body(answer)
    if delivery.kind != "command" or not answer.text:
        return {}
    body: Body = {"response_type": "ephemeral", "text": answer.text}
    if answer.blocks:
        body["blocks"] = shortened(list(answer.blocks))
    return body


def _submission_body(answer: Answer) -> Body:
    if answer.faults:
        return {"response_action": "errors", "errors": dict(answer.faults)}
    if answer.next_view:
        return {"response_action": "update", "view": answer.next_view}
    if answer.modal:
        return {"response_action": "push", "view": answer.modal}
    return {"response_action": "clear"} if answer.text else {}


def _with_reply_address(view: Block, delivery: Delivery) -> Block:
    """Let the form remember where its answer goes."""
    if not delivery.response_url:
        return view
    kept = unpack(view.get("private_metadata"))
    return {**view, "private_metadata": pack({**kept, "response_url": delivery.response_url})}


def _audit_refusal(session: Session, asked: Asked) -> None:
    record(
        session,
        workspace_id=asked.workspace.id,
        actor=Actor(asked.member.id, SURFACE),
        action="right.refused",
        subject_kind=asked.delivery.kind,
        subject_id=None,
        at=asked.now,
        after={"name": asked.delivery.name},
    )
