"""A person at their Slack: types, reads, clicks, fills in and submits."""

import time
from collections.abc import Callable
from typing import Any

from timebot.playground.slack.choosing import chosen, find_clickable, find_field
from timebot.playground.slack.faults import NotThere
from timebot.playground.slack.fields import Placed, action_on
from timebot.playground.slack.interactions import Interactions, Outcome
from timebot.playground.slack.seen import Answer, Message, View
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_SUGGESTED = ("external_select", "multi_external_select")
_NAMED = tuple(
    f"{many}{what}_select"
    for many in ("", "multi_")
    for what in ("users", "conversations", "channels")
)
Place = Message | View | Answer


class Person:
    """Hands and eyes of one person; every action waits for the app's answer."""

    def __init__(self, world: World, interactions: Interactions, user_id: str) -> None:
        self._world = world
        self._interactions = interactions
        self.id = user_id

    @property
    def dm(self) -> str:
        """The id of the direct conversation with the app."""
        return self._world.directory.dm_with(self.id)

    def command(self, text: str, channel: str | None = None) -> Answer:
        """Type a slash command, in the conversation with the app unless another is named.

        Raises:
            NotThere: if the app has no such command.
        """
        where = self._conversation(channel)
        return self._do(lambda: self._interactions.command(self.id, where, text))

    def say(self, text: str, channel: str | None = None) -> Answer:
        """Write a plain message."""
        where = self._conversation(channel)
        return self._do(lambda: self._interactions.say(self.id, where, text))

    def messages(self, conversation: str | None = None) -> list[Message]:
        """Return what this person sees in a conversation, named by id or name."""
        channel = self._conversation(conversation)
        user = self._world.directory.get_user(self.id)
        found = self._world.directory.find_conversation(channel)
        if found is None or not self._world.directory.may_see(user, found):
            message = f"{user['name']} does not see {conversation}."
            raise NotThere(message)
        return [Message(each) for each in self._world.messages.seen_by(self.id, channel)]

    def last_message(self, conversation: str | None = None, containing: str = "") -> Message:
        """Return the newest message, or the newest that contains some words.

        Raises:
            NotThere: if there is none.
        """
        messages = self.messages(conversation)
        for message in reversed(messages):
            if containing in message.all_text:
                return message
        texts = [message.text for message in messages[-5:]]
        words = f"No message contains {containing!r}. The last ones say: {texts}."
        raise NotThere(words)

    def wait_for_message(
        self, conversation: str | None = None, containing: str = "", timeout: float = 5.0
    ) -> Message:
        """Return such a message as soon as there is one; `timeout` is in real seconds.

        Raises:
            NotThere: if none comes in time.
        """
        end = time.monotonic() + timeout
        while True:
            version = self._world.store.version
            try:
                return self.last_message(conversation, containing)
            except NotThere:
                left = end - time.monotonic()
                if left <= 0:
                    raise
                self._world.store.wait_for_change(version, left)

    def click(
        self,
        place: Place,
        action_id: str | None = None,
        text: str | None = None,
        value: str | None = None,
        selected: Any = None,  # noqa: ANN401 - a text, an id, a date or several
        block_id: str | None = None,
    ) -> Answer:
        """Use a button, menu or picker, as it stands in a message or view that was read before.

        Args:
            place: where; a message may be older than what Slack shows by now.
            action_id: of the element, if its label is not enough.
            text: the label of the button, or of the option to choose.
            value: the value of the button, or of the option to choose.
            selected: what to choose in a menu or picker.
            block_id: of the block, if several have the same element.

        Raises:
            NotThere: if there is no such thing; the words say what there is.
        """
        shown = _shown(place)
        placed, option = find_clickable(
            shown.blocks, action_id=action_id, text=text, value=value, block_id=block_id
        )
        action = action_on(placed.element, self._choice(shown, placed, option, selected))
        return self._use(shown, placed, action)

    @property
    def modal(self) -> View | None:
        """The modal on top, or None."""
        stack = self._world.surfaces.stack(self.id)
        return View(stack[-1]) if stack else None

    @property
    def home(self) -> View | None:
        """The app's Home for this person, or None if nothing was published."""
        home = self._world.surfaces.home(self.id)
        return None if home is None else View(home)

    def open_home(self) -> Answer:
        """Open the app's Home tab."""
        return self._do(lambda: self._interactions.open_home(self.id))

    def fill(self, name: str, value: Any) -> Answer:  # noqa: ANN401 - a text, an id, a date or several
        """Put something into a field of the open modal, named by block id, action id or label.

        Options are named by text or value; an external select is asked for them first. Fields that
        tell the app of every change do so.

        Raises:
            NotThere: if there is no open modal, no such field or no such option.
        """
        view = self._open_modal()
        placed = find_field(view.blocks, name)
        choice = self._choice(view, placed, None, value)
        if placed.block["type"] != "input" or placed.block.get("dispatch_action"):
            return self._use(view, placed, action_on(placed.element, choice))
        typed = {"type": placed.element["type"], **choice}
        self._world.surfaces.type_into(view.id, {placed.block_id: {placed.action_id: typed}})
        return Answer()

    def submit(self) -> Answer:
        """Submit the modal on top."""
        view = self._open_modal()
        return self._do(lambda: self._interactions.submit(self.id, view.id, {}))

    def close(self) -> Answer:
        """Close the modal on top."""
        view = self._open_modal()
        return self._do(lambda: self._interactions.close(self.id, view.id))

    def options(self, name: str, typed: str = "", place: Place | None = None) -> list[str]:
        """Type into an external select, of the open modal unless a place is given.

        Returns:
            The labels the app offers.
        """
        shown = self._open_modal() if place is None else _shown(place)
        placed = find_field(shown.blocks, name)
        return [option["text"]["text"] for option in self._suggested(shown, placed, typed)]

    def shortcut(self, callback_id: str, message: Message | None = None) -> Answer:
        """Use a global shortcut, or one on a message."""
        document = None if message is None else message.document
        return self._do(lambda: self._interactions.shortcut(self.id, callback_id, document))

    def reload(self) -> None:
        """Start Slack anew: what only this person saw is gone.

        https://docs.slack.dev/reference/methods/chat.postEphemeral
        """
        for conversation in self._world.directory.conversations():
            self._world.messages.forget_ephemeral(self.id, conversation["id"])

    def _use(self, shown: Message | View, placed: Placed, action: Document) -> Answer:
        hands, document = self._interactions, shown.document
        use = hands.click_in_message if isinstance(shown, Message) else hands.click_in_view
        return self._do(lambda: use(self.id, document, placed.block_id, action, {}))

    def _choice(
        self,
        shown: Message | View,
        placed: Placed,
        option: Document | None,
        value: Any,  # noqa: ANN401 - see click
    ) -> Document:
        if placed.element["type"] == "button":
            return {}
        if placed.element["type"] in _SUGGESTED and value is not None:
            value = self._pick_suggested(shown, placed, value)
        if placed.element["type"] in _NAMED and value is not None:
            value = self._ids_of(placed.element["type"], value)
        return chosen(placed.element, value if option is None else option)

    def _ids_of(self, kind: str, value: Any) -> Any:  # noqa: ANN401 - see click
        """Return the id of a person or conversation that was named by name."""
        if isinstance(value, list | tuple):
            return [self._ids_of(kind, each) for each in value]
        if "users" not in kind:
            return self._conversation(value)
        users = self._world.directory.users()
        return next((user["id"] for user in users if user["name"] == value), value)

    def _pick_suggested(self, shown: Message | View, placed: Placed, value: Any) -> Any:  # noqa: ANN401 - see click
        if isinstance(value, list):
            return [self._pick_suggested(shown, placed, each) for each in value]
        if isinstance(value, dict):
            return value
        offered = {"options": self._suggested(shown, placed, value)}
        return chosen({"type": "external_select", **offered}, value)["selected_option"]

    def _suggested(self, shown: Message | View, placed: Placed, typed: str) -> list[Document]:
        outcome = self._interactions.options(
            self.id, shown.document, placed.block_id, placed.action_id, typed
        )
        if outcome.error is not None:
            raise NotThere(outcome.error)
        return outcome.options

    def _do(self, act: Callable[[], Outcome]) -> Answer:
        mark, modal, home = self._world.messages.last_change, self.modal, self.home
        outcome = act()
        return Answer(
            status=outcome.status,
            error=outcome.error,
            errors=outcome.errors,
            ms=outcome.ms,
            messages=self._news_since(mark),
            view=_if_changed(modal, self.modal),
            home=_if_changed(home, self.home),
        )

    def _news_since(self, mark: int) -> list[Message]:
        user = self._world.directory.get_user(self.id)
        news: dict[str, Document] = {}
        for change in self._world.messages.changes_after(mark):
            message = change.message
            where = self._world.directory.find_conversation(message["channel"])
            is_mine = message["ephemeral_to"] in (None, self.id)
            if where is None or not is_mine or not self._world.directory.may_see(user, where):
                continue
            news.pop(message["ts"], None)
            if not change.gone and message["user"] == self._world.directory.bot_user_id:
                news[message["ts"]] = message
        return [Message(message) for message in news.values()]

    def _conversation(self, name: str | None) -> str:
        if name is None:
            return self.dm
        for known in self._world.directory.conversations():
            if name.removeprefix("#") in (known["id"], known["name"]):
                return str(known["id"])
        message = f"There is no conversation {name}."
        raise NotThere(message)

    def _open_modal(self) -> View:
        view = self.modal
        if view is None:
            message = "No modal is open."
            raise NotThere(message)
        return view


def _shown(place: Place) -> Message | View:
    if not isinstance(place, Answer):
        return place
    shown = place.message or place.view or place.home
    if shown is None:
        message = f"The answer shows nothing to click on: {place.all_text!r}."
        raise NotThere(message)
    return shown


def _if_changed(before: View | None, after: View | None) -> View | None:
    if after is None or (before is not None and _mark(before) == _mark(after)):
        return None
    return after


def _mark(view: View) -> tuple[str, str]:
    return view.id, str(view.document["hash"])
