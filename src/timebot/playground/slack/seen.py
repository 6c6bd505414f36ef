"""What a person has before their eyes: messages, views, and what an action led to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from timebot.playground.slack.blockkit import visible_words
from timebot.playground.slack.fields import placed_elements
from timebot.playground.store import Document


@dataclass(frozen=True)
class Message:
    """A message as it looked when it was read; it does not change by itself."""

    document: Document

    @property
    def ts(self) -> str:
        """Its name within the conversation."""
        return str(self.document["ts"])

    @property
    def channel(self) -> str:
        """The conversation."""
        return str(self.document["channel"])

    @property
    def user(self) -> str:
        """Who wrote it."""
        return str(self.document["user"])

    @property
    def text(self) -> str:
        """The top-level text, which screen readers speak."""
        return str(self.document["text"])

    @property
    def blocks(self) -> list[Document]:
        """What is drawn instead of the text, if anything."""
        return list(self.document["blocks"])

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in reading order."""
        return _labels(self.blocks)

    @property
    def files(self) -> list[Document]:
        """Attached files, each with `id`, `name`, `title`, `size`."""
        return list(self.document["files"])

    @property
    def is_ephemeral(self) -> bool:
        """Whether only this person sees it."""
        return self.document["ephemeral_to"] is not None

    @property
    def all_text(self) -> str:
        """Every visible text, joined."""
        names = [file["name"] for file in self.files]
        return "\n".join([self.text, *visible_words(self.blocks), *names])


@dataclass(frozen=True)
class View:
    """A modal or Home as it looked when it was read."""

    document: Document

    @property
    def id(self) -> str:
        """Slack's id of it."""
        return str(self.document["id"])

    @property
    def title(self) -> str:
        """The title of a modal, empty for Home."""
        return str((self.document["title"] or {}).get("text", ""))

    @property
    def blocks(self) -> list[Document]:
        """What is drawn."""
        return list(self.document["blocks"])

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons in it, in reading order."""
        return _labels(self.blocks)

    @property
    def callback_id(self) -> str:
        """The app's name for it."""
        return str(self.document["callback_id"])

    @property
    def private_metadata(self) -> str:
        """What the app has noted on it."""
        return str(self.document["private_metadata"])

    @property
    def values(self) -> Document:
        """`state.values` as a submission would send it."""
        return dict(self.document["state"]["values"])

    @property
    def all_text(self) -> str:
        """Every visible text, joined."""
        frame = [self.document[key] for key in ("title", "submit", "close")]
        return "\n".join(visible_words([*frame, *self.blocks]))


@dataclass(frozen=True)
class Answer:
    """What a person's action led to, as far as this person sees it by the end of it.

    Attributes:
        status: HTTP status of the app's answer; None if nothing was sent or nothing came.
        error: what Slack itself shows, such as `operation_timeout`; None if nothing.
        errors: the errors under the fields of a modal, by block id.
        ms: how long the app took to answer, in milliseconds.
        messages: the app's messages that appeared or changed, oldest first.
        view: the modal now on top, if it was opened or changed.
        home: Home, if it was changed.
    """

    status: int | None = None
    error: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    ms: int = 0
    messages: Sequence[Message] = ()
    view: View | None = None
    home: View | None = None

    @property
    def message(self) -> Message | None:
        """The last message that appeared or changed."""
        return self.messages[-1] if self.messages else None

    @property
    def text(self) -> str:
        """The text of that message, empty if there is none."""
        return "" if self.message is None else self.message.text

    @property
    def blocks(self) -> list[Document]:
        """The blocks of that message."""
        return [] if self.message is None else self.message.blocks

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons in that message."""
        return _labels(self.blocks)

    @property
    def all_text(self) -> str:
        """Every visible text of it all, joined."""
        parts = [message.all_text for message in self.messages]
        parts += [view.all_text for view in (self.view, self.home) if view is not None]
        return "\n".join([*parts, *self.errors.values(), self.error or ""]).strip()


def _labels(blocks: Sequence[Document]) -> list[str]:
    elements = (placed.element for placed in placed_elements(blocks))
    return [each["text"]["text"] for each in elements if each["type"] == "button"]
