"""Walks through everything timebot can draw: types, clicks and submits whatever it is offered.

Each step is taken in a savepoint and taken back, so that every button is met in the state in which
it was drawn. What a step leaves in the outbox is drawn too.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.slack.rendering.hostile_firm import MISCHIEF
from tests.slack.rendering.literal import (
    PICKED,
    faults_of_fields,
    faults_of_message,
    faults_of_options,
    faults_of_view,
)
from timebot.errors import Refusal
from timebot.journal.models import OutboxMessage
from timebot.slack.answer import Answer
from timebot.slack.blocks import Block, actions
from timebot.slack.delivery import (
    Delivery,
    read_click,
    read_command,
    read_options,
    read_shortcut,
    read_submission,
)
from timebot.slack.desk import Asked, Desk, Viewer
from timebot.slack.door import Routes
from timebot.slack.ids import unpack
from timebot.slack.refusals import draw_refusal, draw_too_late
from timebot.slack.sending import Painters
from timebot.team.members import find_member
from timebot.team.models import Member, Workspace

CHANNEL, DAY = "C0LOCAL001", "2026-03-18"

_VALUE_OF = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
}
_ONE_VALUE = {
    "selected_date": ("initial_date", DAY),
    "selected_time": ("initial_time", "09:30"),
    "selected_user": ("initial_user", PICKED),
    "selected_conversation": ("initial_conversation", None),
    "selected_channel": ("initial_channel", None),
}
"""What a picker holds: its key in what Slack sends, where it begins, and what is picked."""

DEEPEST = 4
"""How many steps are taken one after the other, unless a walk says otherwise."""

AS_OFTEN = 2
"""How often the same button with the same kind of value is pressed in one walk."""

FILLINGS = ("kept", MISCHIEF * 4, "1h30m", "")
"""What is put into the text fields of a modal; `kept` leaves what is there."""


@dataclass
class Walk:
    """What a walk met.

    Attributes:
        met: the names of everything that was called or drawn, by kind.
        wrong: what is wrong, each with the way there.
    """

    met: dict[str, set[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    pressed: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def note(self, kind: str, name: str) -> None:
        """Note that something was met."""
        self.met.setdefault(kind, set()).add(name)


@dataclass
class Crawler:
    """One person who tries everything."""

    session: Session
    desk: Desk
    routes: Routes
    painters: Painters
    workspace: Workspace
    member: Member
    now: datetime
    walk: Walk
    deepest: int = DEEPEST

    def types(self, command: str, text: str) -> None:
        """Type a command, and go on from its answer."""
        sent = {
            "command": command,
            "text": text,
            "team_id": self.workspace.slack_team_id,
            "user_id": self.member.slack_user_id,
            "channel_id": CHANNEL,
            "trigger_id": uuid4().hex,
        }
        self.walk.note("command", command)
        self._step(self.routes.commands[command], read_command(sent), [f"{command} {text[:40]}"])

    def opens_home(self) -> None:
        """Open Home, and go on from it."""
        view = self.painters.home(self._viewer(self.member.slack_user_id))
        self._check(faults_of_view(view), ["Home"])
        if self.deepest > 1:
            self._clicks(view["blocks"], {}, ["Home"], is_home=True)

    def presses(self, button: Block) -> None:
        """Press a button that other steps meet too deep to go on from it."""
        self._clicks([actions(button)], {}, ["a button"])

    def uses_shortcut(self, name: str) -> None:
        """Use a shortcut on a message, and go on from its modal."""
        message = {"type": "message", "text": MISCHIEF, "ts": "1772442000.000100"}
        sent = {**self._who(), "callback_id": name, "channel": {"id": CHANNEL}, "message": message}
        self.walk.note("shortcut", name)
        self._step(self.routes.shortcuts[name], read_shortcut(sent), [name])

    def hears(self, notice: str, facts: dict[str, str]) -> None:
        """Be told something, and go on from its buttons."""
        drawn = self.painters.notices[notice](self._viewer(self.member.slack_user_id), facts)
        self.walk.note("notice", notice)
        if drawn is None:
            self.walk.wrong.append(f"{notice}: nothing is drawn from {facts}")
            return
        self._check(faults_of_message(drawn.text, drawn.blocks), [notice])
        self._clicks(drawn.blocks, {}, [notice])

    def sees_card(self, purpose: str, subject_id: str) -> None:
        """Look at a card, and go on from its buttons."""
        viewer = self._viewer(self.member.slack_user_id)
        drawn = self.painters.cards[purpose](viewer, subject_id)
        self.walk.note("card", purpose)
        if drawn is not None:
            way = [f"card {purpose}"]
            self._check(faults_of_message(drawn.text, drawn.blocks), way)
            if self.deepest > 1:
                self._clicks(drawn.blocks, {}, way)

    def _step(self, feature: Any, delivery: Delivery, way: list[str]) -> None:  # noqa: ANN401 - a feature
        asked = Asked(self.session, self.desk, self.workspace, self.member, delivery, self.now)
        before = self._queued()
        savepoint = self.session.begin_nested()
        try:
            answer = feature(asked)
            self.session.flush()
            self._draw_queued(before, way)
            self._go_on(answer, delivery, way)
        except Refusal as refusal:
            savepoint.rollback()
            savepoint = self.session.begin_nested()
            self._go_on(draw_refusal(refusal, delivery), delivery, [*way, type(refusal).__name__])
        except Exception as fault:  # noqa: BLE001 - the walk goes on, and the fault is reported
            self.walk.wrong.append(f"{' > '.join(way)}: {type(fault).__name__}: {fault}"[:600])
        finally:
            savepoint.rollback()
            self.session.expire_all()

    def _go_on(self, answer: Answer, delivery: Delivery, way: list[str]) -> None:
        if answer.text:
            self._check(faults_of_message(answer.text, list(answer.blocks)), way)
        self._check(faults_of_fields(answer.faults, delivery.inputs), way)
        is_deep = len(way) >= self.deepest
        if not is_deep:
            self._clicks(list(answer.blocks), {}, way)
        view = answer.modal or answer.next_view
        if view is None:
            return
        if delivery.kind != "submission":
            late = answer.instead or draw_too_late(delivery)
            self._go_on(late, delivery, [*way, "too late"])
        self._check(faults_of_view(view), way)
        self._fills_in(view, way)
        if not is_deep:
            self._clicks(view["blocks"], view, way)

    def _clicks(
        self, blocks: list[Block], view: Block, way: list[str], *, is_home: bool = False
    ) -> None:
        for element in _clickable(blocks):
            name = str(element["action_id"]).split(":")[0]
            for chosen in _choices(element, self._offered(element, way)):
                value = element.get("value", "")
                mark = (self.member.id, name, frozenset(unpack(value)), bool(view), is_home)
                label = _label(element, chosen)
                if self.walk.pressed[(*mark, label)] >= AS_OFTEN:
                    continue
                self.walk.pressed[(*mark, label)] += 1
                delivery = self._click(element, chosen, view, is_home=is_home)
                self.walk.note("action", name)
                feature = self.routes.actions.get(name)
                if feature is None:
                    self.walk.wrong.append(f"{' > '.join(way)}: nothing answers {name}")
                    continue
                self._step(feature, delivery, [*way, name])

    def _click(
        self, element: Block, chosen: Block | None, view: Block, *, is_home: bool
    ) -> Delivery:
        action = {**element, **(chosen or {}), "action_ts": uuid4().hex}
        sent = {**self._who(), "type": "block_actions", "actions": [action]}
        if view or is_home:
            shown = {"id": "V1", "type": "home" if is_home else "modal", **view}
            return read_click({**sent, "view": {**shown, "state": _state(view, "kept", {})}})
        place = {"channel": {"id": CHANNEL}, "container": {"message_ts": "1772442000.000200"}}
        return read_click({**sent, **place, "response_url": "https://hooks.slack.com/x"})

    def _who(self) -> Block:
        return {
            "team": {"id": self.workspace.slack_team_id, "domain": "north"},
            "user": {"id": self.member.slack_user_id, "team_id": self.workspace.slack_team_id},
            "trigger_id": uuid4().hex,
        }

    def _fills_in(self, view: Block, way: list[str]) -> None:
        name = view.get("callback_id", "")
        if "submit" not in view:
            return
        offered = {
            str(block["block_id"]): self._offered(block["element"], way)
            for block in view["blocks"]
            if block["type"] == "input"
        }
        for filling in FILLINGS:
            # Pages of one form keep the same, but lead on by another button.
            page = (view["submit"]["text"].split()[0], frozenset(unpack(view["private_metadata"])))
            mark = (self.member.id, name, filling, page)
            if self.walk.pressed[mark] >= AS_OFTEN:
                continue
            self.walk.pressed[mark] += 1
            shown = {**view, "id": "V1", "state": _state(view, filling, offered)}
            delivery = read_submission({**self._who(), "type": "view_submission", "view": shown})
            self.walk.note("form", name)
            feature = self.routes.forms.get(name)
            if feature is None:
                self.walk.wrong.append(f"{' > '.join(way)}: nothing takes {name}")
                return
            self._step(feature, delivery, [*way, f"{name} with {filling[:12]!r}"])

    def _offered(self, element: Block, way: list[str]) -> list[Block]:
        if not element["type"].endswith("external_select"):
            return []
        name = str(element["action_id"]).split(":")[0]
        sent = {**self._who(), "action_id": element["action_id"], "value": ""}
        delivery = read_options(sent)
        asked = Asked(self.session, self.desk, self.workspace, self.member, delivery, self.now)
        self.walk.note("options", name)
        offered = self.routes.options[name](asked)[:100]
        self._check(faults_of_options(offered), [*way, name])
        return offered

    def _queued(self) -> set[object]:
        return set(self.session.scalars(select(OutboxMessage.id)))

    def _draw_queued(self, before: set[object], way: list[str]) -> None:
        """Draw what a step wants told and repainted, each for the one who will see it."""
        drawn: Counter[str] = Counter()
        for row in self.session.scalars(select(OutboxMessage)):
            kind = f"{row.kind} {row.payload.get('notice') or row.payload.get('purpose') or ''}"
            drawn[kind] += 1
            if row.id not in before and drawn[kind] <= AS_OFTEN:
                self._draw(row, way)

    def _draw(self, row: OutboxMessage, way: list[str]) -> None:
        payload = row.payload
        there = [*way, f"{row.kind} {payload.get('notice') or payload.get('purpose') or ''}"]
        if row.kind == "slack.tell":
            facts = {key: value for key, value in payload["facts"].items() if value is not None}
            notice = self.painters.notices[payload["notice"]]
            drawn = notice(self._viewer(payload["recipient"]), facts)
            self.walk.note("notice", payload["notice"])
        elif row.kind == "slack.card":
            card = self.painters.cards[payload["purpose"]]
            drawn = card(self._viewer(payload["recipient"]), payload["subject_id"])
            self.walk.note("card", payload["purpose"])
        else:
            return
        if drawn is not None:
            self._check(faults_of_message(drawn.text, drawn.blocks), there)
            viewer = self._viewer(payload["recipient"])
            if viewer.member is not None and viewer.member.id == self.member.id:
                self._clicks(drawn.blocks, {}, there)

    def _viewer(self, recipient: str) -> Viewer:
        member = find_member(self.session, workspace_id=self.workspace.id, slack_user_id=recipient)
        return Viewer(self.session, self.desk, self.workspace, recipient, member, self.now)

    def _check(self, faults: list[str], way: list[str]) -> None:
        self.walk.wrong += [f"{' > '.join(way)}: {fault}"[:600] for fault in faults]


def _clickable(blocks: list[Block]) -> Iterator[Block]:
    for block in blocks:
        if block["type"] == "actions":
            yield from block["elements"]
        if "accessory" in block:
            yield block["accessory"]


def _choices(element: Block, offered: list[Block]) -> list[Block | None]:
    """Return what can be chosen in an element, as Slack sends it; of a long menu the first ones."""
    kind = element["type"]
    if kind == "button":
        return [None]
    if kind in {"datepicker", "timepicker"} or "users" in kind:
        return [_chosen(element, "kept", offered)]
    options = element.get("options") or offered
    return [{"selected_option": one} for one in options[:5]]


def _label(element: Block, chosen: Block | None) -> str:
    """Return what tells the choices of a menu apart: each is a button of its own."""
    if element["type"] != "overflow" or chosen is None:
        return ""
    return str(chosen["selected_option"]["value"]).split(":")[0]


def _state(view: Block, filling: str, offered: Mapping[str, list[Block]]) -> Block:
    """Return the state of a modal with something in each field."""
    held = [
        (str(block["block_id"]), element)
        for block in view.get("blocks", ())
        for element in ([block["element"]] if block["type"] == "input" else _clickable([block]))
        if block["type"] == "input" or element["type"] == "checkboxes"
    ]
    return {
        "values": {
            block_id: {
                element["action_id"]: {
                    "type": element["type"],
                    **_chosen(element, filling, offered.get(block_id, [])),
                }
            }
            for block_id, element in held
        }
    }


def _chosen(element: Block, filling: str, offered: list[Block]) -> Block:
    """Return what stands in a field, as Slack sends it."""
    kind, is_empty = element["type"], filling == ""
    if kind in {"plain_text_input", "number_input"}:
        return {"value": element.get("initial_value") if filling == "kept" else filling or None}
    if key := _VALUE_OF.get(kind):
        initial, otherwise = _ONE_VALUE[key]
        return {key: element.get(initial) or (None if is_empty else otherwise)}
    options = element.get("options") or offered
    if kind.startswith("multi_users"):
        return {"selected_users": [] if is_empty else element.get("initial_users", [PICKED])}
    if kind == "checkboxes" or kind.startswith("multi_"):
        return {"selected_options": [] if is_empty else element.get("initial_options", options[:1])}
    first = element.get("initial_option") or next(iter(options), None)
    return {"selected_option": None if is_empty else first}
