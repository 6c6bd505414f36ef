"""What a person can do in Slack, each turned into one signed delivery and its consequence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from timebot.clock import real_now
from timebot.playground.slack import payloads
from timebot.playground.slack.answers import (
    apply_submission,
    offered_options,
    show_command_answer,
)
from timebot.playground.slack.deliver import Reply
from timebot.playground.slack.events import Events
from timebot.playground.slack.faults import NotThere, SlackFault
from timebot.playground.slack.fields import (
    VALUE_KEYS,
    State,
    client_errors,
    find_element,
    merged_state,
    placed_elements,
)
from timebot.playground.slack.inspector import Exchange
from timebot.playground.slack.mentions import escaped
from timebot.playground.slack.permissions import (
    active_person,
    check_shortcut,
    known_command,
    member_of,
    open_modal,
    own_person,
    writer_in,
)
from timebot.playground.slack.world import World
from timebot.playground.store import Document


@dataclass(frozen=True)
class Outcome:
    """What a person is told at once: nothing, an error, or errors under fields."""

    status: int | None = None
    error: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    ms: int = 0
    options: list[Document] = field(default_factory=list)


class Interactions:
    """Everything people do; each call waits for the app's answer and applies it."""

    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def command(self, user_id: str, channel: str, text: str) -> Outcome:
        """Type a slash command.

        Raises:
            NotThere: if the app has no such command, or the person may not use it there.
        """
        user, conversation = writer_in(self._world, user_id, channel)
        name, rest = _split_command(text)
        command = known_command(self._world, name)
        own_person(self._world, user_id, name)
        if command.get("should_escape"):
            rest = escaped(self._world, rest)
        fields = payloads.command_fields(self._world, user, conversation, name, rest)
        path = self._world.tickets.new_response_url(user_id, channel, None)
        fields["response_url"] = self._world.url + path
        fields["trigger_id"] = self._world.tickets.new_trigger(user_id)
        reply = self._world.postman.send("command", text, payloads.form(fields))

        def show() -> None:
            typed = text.strip()
            ts = show_command_answer(
                self._world, reply, user_id=user_id, channel=channel, typed=typed
            )
            if ts is not None:
                self._world.tickets.set_original(path, ts)

        return self._outcome(reply, show)

    def click_in_message(
        self, user_id: str, message: Document, block_id: str, action: Document, typed: State
    ) -> Outcome:
        """Use a button or field of a message.

        Args:
            user_id: who.
            message: the message as this person sees it, which may be older than the newest one.
            block_id: in which block.
            action: the element's id, type and new value.
            typed: what the person has put into the message's other fields.
        """
        user, _ = member_of(self._world, user_id, message["channel"])
        current = self._world.messages.find(message["channel"], message["ts"]) or message
        path = self._world.tickets.new_response_url(user_id, message["channel"], message["ts"])
        values = merged_state(current["blocks"], _with_action(typed, block_id, action))
        payload = {
            **payloads.base(self._world, "block_actions", user),
            **payloads.message_place(self._world, current),
            "trigger_id": self._world.tickets.new_trigger(user_id),
            "response_url": self._world.url + path,
            "state": {"values": values},
            "actions": [_action(block_id, action)],
        }
        return self._interact("block_actions", action["action_id"], payload)

    def click_in_view(
        self, user_id: str, view: Document, block_id: str, action: Document, typed: State
    ) -> Outcome:
        """Use a button or field of a modal or of Home."""
        user = active_person(self._world, user_id)
        state = _with_action(typed, block_id, action)
        current = self._world.surfaces.type_into(view["id"], state) or view
        payload = {
            **payloads.base(self._world, "block_actions", user),
            **payloads.view_place(current),
            "trigger_id": self._world.tickets.new_trigger(user_id),
            "actions": [_action(block_id, action)],
        }
        return self._interact("block_actions", action["action_id"], payload)

    def submit(self, user_id: str, view_id: str, typed: State) -> Outcome:
        """Press the submit button of a modal.

        Fields that a Slack client checks itself are checked first; then nothing is sent.

        Raises:
            NotThere: if the modal is not open for this person.
        """
        user = active_person(self._world, user_id)
        open_modal(self._world, user_id, view_id)
        view = self._world.surfaces.type_into(view_id, typed)
        assert view is not None, "it was open a moment ago"  # noqa: S101 - tells mypy so
        errors = client_errors(view["blocks"], view["state"]["values"])
        if errors:
            return Outcome(errors=errors)
        payload = {
            **payloads.base(self._world, "view_submission", user),
            "trigger_id": self._world.tickets.new_trigger(user_id),
            "view": payloads.view_place(view)["view"],
            "response_urls": self._response_urls(user_id, view),
        }
        title = view["callback_id"] or view["title"]["text"]
        reply = self._world.postman.send("view_submission", title, payloads.interaction(payload))
        found: dict[str, str] = {}

        def apply() -> None:
            found.update(apply_submission(self._world, reply, view))

        outcome = self._outcome(reply, apply)
        return Outcome(outcome.status, outcome.error, found, outcome.ms)

    def close(self, user_id: str, view_id: str) -> Outcome:
        """Close a modal with its close button; `clear_on_close` closes those below too.

        Raises:
            NotThere: if the modal is not open for this person.
        """
        user = active_person(self._world, user_id)
        view = open_modal(self._world, user_id, view_id)
        if view["clear_on_close"]:
            self._world.surfaces.clear(user_id)
        else:
            self._world.surfaces.close(user_id, view_id)
        if not view["notify_on_close"]:
            return Outcome()
        payload = {
            **payloads.base(self._world, "view_closed", user),
            "view": payloads.view_place(view)["view"],
            "is_cleared": view["clear_on_close"],
        }
        return self._interact("view_closed", view["callback_id"], payload)

    def options(
        self, user_id: str, place: Document, block_id: str, action_id: str, typed: str
    ) -> Outcome:
        """Type into an external select and get its options.

        Args:
            user_id: who.
            place: the message or view, as stored.
            block_id: in which block.
            action_id: which select.
            typed: so far; fewer letters than `min_query_length` ask nobody.
        """
        user = active_person(self._world, user_id)
        is_view = "hash" in place
        blocks = place["blocks"]
        element = find_element(blocks, action_id, block_id).element
        # Three letters unless the select says otherwise.
        if len(typed) < element.get("min_query_length", 3):
            return Outcome()
        where = (
            payloads.view_place(place) if is_view else payloads.message_place(self._world, place)
        )
        payload = {
            **payloads.base(self._world, "block_suggestion", user),
            **where,
            "block_id": block_id,
            "action_id": action_id,
            "value": typed,
        }
        body = payloads.interaction(payload)
        reply = self._world.postman.send("block_suggestion", f"{action_id}: {typed}", body)
        found: list[Document] = []
        outcome = self._outcome(reply, lambda: found.extend(offered_options(reply)))
        return Outcome(outcome.status, outcome.error, {}, outcome.ms, found)

    def open_home(self, user_id: str, tab: str = "home") -> Outcome:
        """Open the app's Home tab, or its Messages tab.

        Raises:
            NotThere: if the person is of another workspace.
        """
        user = own_person(self._world, user_id, "the app's Home")
        content = {
            "type": "app_home_opened",
            "user": user["id"],
            "channel": self._world.directory.dm_with(user_id),
            "tab": tab,
        }
        home = self._world.surfaces.home(user_id)
        if tab == "home" and home is not None:
            content["view"] = payloads.view_place(home)["view"]
        reply = self._events.send(content)
        return Outcome() if reply is None else Outcome(reply.status, reply.error, {}, reply.ms)

    def shortcut(self, user_id: str, callback_id: str, message: Document | None) -> Outcome:
        """Use a global shortcut, or one on a message.

        Raises:
            NotThere: if the app has no such shortcut, the message is ephemeral, or the person is
                of another workspace or a guest of a single channel.
        """
        user = own_person(self._world, user_id, callback_id)
        if user["is_ultra_restricted"]:
            words = f"{user['name']} is a guest of a single channel, who is offered no shortcuts."
            raise NotThere(words)
        kind = "global" if message is None else "message"
        check_shortcut(self._world, kind, callback_id)
        payload = {
            **payloads.base(self._world, "shortcut", user),
            "callback_id": callback_id,
            "trigger_id": self._world.tickets.new_trigger(user_id),
            "action_ts": _action_ts(),
        }
        if message is not None:
            if message["ephemeral_to"] is not None:
                words = "Message shortcuts are not offered on ephemeral messages."
                raise NotThere(words)
            member_of(self._world, user_id, message["channel"])
            path = self._world.tickets.new_response_url(user_id, message["channel"], None)
            place = payloads.message_place(self._world, message)
            payload |= {
                "type": "message_action",
                "message_ts": message["ts"],
                "channel": place["channel"],
                "message": place["message"],
                "response_url": self._world.url + path,
            }
        return self._interact(payload["type"], callback_id, payload)

    def say(self, user_id: str, channel: str, text: str) -> Outcome:
        """Write a plain message."""
        _, conversation = writer_in(self._world, user_id, channel)
        message = self._world.messages.post(channel, author=user_id, text=text)
        kind = {"dm": "im", "private": "group"}.get(conversation["kind"], "channel")
        self._events.message_posted(message, kind)
        return Outcome()

    def _interact(self, kind: str, title: str, payload: Document) -> Outcome:
        reply = self._world.postman.send(kind, title, payloads.interaction(payload))
        return self._outcome(reply, lambda: None)

    def _outcome(self, reply: Reply, apply: Callable[[], None]) -> Outcome:
        """Apply an answer that came in time; what is wrong with it is shown and recorded."""
        error = reply.error
        if error is None:
            try:
                apply()
            except SlackFault as fault:
                error = fault.error
                self._record_fault(reply, fault)
        return Outcome(reply.status, error, {}, reply.ms)

    def _record_fault(self, reply: Reply, fault: SlackFault) -> None:
        self._world.inspector.record(
            Exchange(
                direction="to_slack",
                kind="answer",
                title=fault.error,
                status=reply.status,
                ms=0,
                request={"body": reply.body.decode(errors="replace")},
                response={"messages": fault.messages},
                fault=str(fault),
            )
        )

    def _response_urls(self, user_id: str, view: Document) -> list[Document]:
        """Return a response URL for every conversation select that asks for one."""
        urls = []
        for placed in placed_elements(view["blocks"]):
            value: dict[str, Any] = (
                view["state"]["values"].get(placed.block_id, {}).get(placed.action_id, {})
            )
            channel = value.get("selected_conversation") or value.get("selected_channel")
            if placed.element.get("response_url_enabled") and channel:
                path = self._world.tickets.new_response_url(user_id, channel, None)
                urls.append(
                    {
                        "block_id": placed.block_id,
                        "action_id": placed.action_id,
                        "channel_id": channel,
                        "response_url": self._world.url + path,
                    }
                )
        return urls


def _split_command(text: str) -> tuple[str, str]:
    name, *rest = text.strip().split(maxsplit=1)
    return name, rest[0] if rest else ""


def _action(block_id: str, action: Document) -> Document:
    return {**action, "block_id": block_id, "action_ts": _action_ts()}


def _with_action(typed: State, block_id: str, action: Document) -> State:
    """Return what was typed, with what was just chosen in it."""
    if action["type"] not in VALUE_KEYS:
        return typed
    key = VALUE_KEYS[action["type"]][0]
    chosen = {"type": action["type"], key: action.get(key)}
    return {**typed, block_id: {**typed.get(block_id, {}), action["action_id"]: chosen}}


def _action_ts() -> str:
    return f"{real_now().timestamp():.6f}"
