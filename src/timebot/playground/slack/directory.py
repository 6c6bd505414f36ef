"""Who and what there is: the workspace, the installed app, its people and conversations."""

import secrets
from collections.abc import Iterable
from typing import Any

from timebot.playground.clock import MovableClock
from timebot.playground.slack.faults import SlackFault
from timebot.playground.store import Document, Store

SLACKBOT = "USLACKBOT"
"""Slack's own voice: in every workspace, no person, and not to be written to."""

_USER = "slack.user"
_CONVERSATION = "slack.conversation"
_INSTALLATION = "slack.installation"


class Directory:
    """The lists every other part looks things up in."""

    def __init__(self, store: Store, clock: MovableClock, *, team_name: str, app_name: str) -> None:
        self._store = store
        self._clock = clock
        with store.transaction():
            if store.get(_INSTALLATION, "app") is None:
                store.put(_INSTALLATION, "app", _new_installation(team_name, app_name))
        self.team_id: str = self.installation["team_id"]
        self.bot_user_id: str = self.installation["bot_user_id"]

    @property
    def installation(self) -> Document:
        """The workspace and the app in it, with its token, secret and request URL."""
        kept = self._store.get(_INSTALLATION, "app")
        assert kept is not None, "the constructor puts it there"  # noqa: S101 - tells mypy so
        return kept

    def change_installation(self, **changes: Any) -> None:  # noqa: ANN401 - JSON values of many kinds
        """Change some fields of the installation."""
        with self._store.transaction():
            self._store.put(_INSTALLATION, "app", {**self.installation, **changes})

    def add_user(self, name: str, **fields: Any) -> str:  # noqa: ANN401 - JSON values of many kinds
        """Return the id of the user of this name, adding them first when they are new."""
        with self._store.transaction():
            for user in self.users():
                if user["name"] == name:
                    return str(user["id"])
            user_id = f"U0LOCAL{self._store.next_number(_USER):03d}"
            return self.adopt_user(user_id, name, **fields)

    def adopt_user(self, user_id: str, name: str, **fields: Any) -> str:  # noqa: ANN401 - JSON values of many kinds
        """Add somebody under an id that is given, such as the one of another workspace."""
        with self._store.transaction():
            self._store.put(_USER, user_id, {"id": user_id, "name": name, **fields})
            if not fields["is_bot"] and fields["team_id"] == self.team_id:
                self.dm_with(user_id)
            return user_id

    def users(self) -> list[Document]:
        """Return everybody, the deactivated too."""
        return self._store.list(_USER)

    def find_user(self, user_id: str) -> Document | None:
        """Return the user, or None."""
        return self._store.get(_USER, user_id)

    def get_user(self, user_id: str) -> Document:
        """Return the user.

        Raises:
            SlackFault: `user_not_found`.
        """
        user = self.find_user(user_id)
        if user is None:
            raise SlackFault("user_not_found")
        return user

    def change_user(self, user_id: str, **changes: Any) -> Document:  # noqa: ANN401 - JSON values of many kinds
        """Change some fields of a user and return them."""
        with self._store.transaction():
            user = {**self.get_user(user_id), **changes}
            self._store.put(_USER, user_id, user)
            return user

    def add_channel(self, name: str, *, private: bool, members: Iterable[str]) -> str:
        """Return the id of the channel of this name, adding it first when it is new."""
        with self._store.transaction():
            for channel in self.conversations():
                if channel["name"] == name and channel["kind"] != "dm":
                    return str(channel["id"])
            kind = "private" if private else "channel"
            return self._add_conversation("C", kind=kind, name=name, members=list(members))

    def adopt_channel(self, channel: str, name: str) -> None:
        """Add a private channel with only the app in it, under an id that is given."""
        self._add_conversation(
            "C", id=channel, kind="private", name=name, members=[self.bot_user_id]
        )

    def dm_with(self, user_id: str) -> str:
        """Return the id of the direct conversation between a user and the app."""
        with self._store.transaction():
            known = self._store.get("slack.dm", user_id)
            if known is not None:
                return str(known["id"])
            members = [user_id, self.bot_user_id]
            dm = self._add_conversation("D", kind="dm", name="", members=members, with_user=user_id)
            self._store.put("slack.dm", user_id, {"id": dm})
            return dm

    def conversations(self) -> list[Document]:
        """Return every channel and direct conversation."""
        return self._store.list(_CONVERSATION)

    def find_conversation(self, channel: str) -> Document | None:
        """Return the conversation, or None."""
        return self._store.get(_CONVERSATION, channel)

    def change_conversation(self, channel: str, **changes: Any) -> None:  # noqa: ANN401 - JSON values of many kinds
        """Change some fields of a conversation."""
        with self._store.transaction():
            kept = self._store.get(_CONVERSATION, channel)
            if kept is None:
                raise SlackFault("channel_not_found")
            self._store.put(_CONVERSATION, channel, {**kept, **changes})

    def delete_conversation(self, channel: str) -> None:
        """Remove a conversation; its id names nothing any more."""
        self._store.delete(_CONVERSATION, channel)

    def change_conversation_id(self, channel: str) -> str:
        """Give a conversation a new id and return it; the old one names nothing any more."""
        with self._store.transaction():
            kept = self._store.get(_CONVERSATION, channel)
            if kept is None:
                raise SlackFault("channel_not_found")
            self._store.delete(_CONVERSATION, channel)
            fields = {key: value for key, value in kept.items() if key != "id"}
            return self._add_conversation(channel[0], **fields)

    def is_outsider(self, user: Document) -> bool:
        """Tell whether a person is of another workspace, who is here through a shared channel."""
        return bool(user["team_id"] != self.team_id)

    def may_see(self, user: Document, conversation: Document) -> bool:
        """Tell whether a person sees a conversation: as a member, or because it is public.

        Guests and people of other workspaces see only what they are members of.
        """
        if user["id"] in conversation["members"]:
            return True
        is_invited_only = user["is_restricted"] or self.is_outsider(user)
        return conversation["kind"] == "channel" and not is_invited_only

    def app_conversation(self, channel: str) -> Document:
        """Return a conversation the app may know of.

        Raises:
            SlackFault: `channel_not_found`, also for a private channel the app is not a member of.
        """
        conversation = self.find_conversation(channel)
        if conversation is None:
            raise SlackFault("channel_not_found")
        if conversation["kind"] != "channel" and self.bot_user_id not in conversation["members"]:
            raise SlackFault("channel_not_found")
        return conversation

    def writable_conversation(self, channel: str) -> Document:
        """Return a conversation the app may post in.

        Raises:
            SlackFault: `channel_not_found`, `is_archived` or `not_in_channel`.
        """
        conversation = self.app_conversation(channel)
        if conversation["is_archived"]:
            raise SlackFault("is_archived")
        if self.bot_user_id not in conversation["members"] and not self._may_join(conversation):
            raise SlackFault("not_in_channel")
        return conversation

    def _may_join(self, conversation: Document) -> bool:
        """Tell whether the app may post in a public channel without being a member of it."""
        scopes = self.installation["scopes"] or ()
        return conversation["kind"] == "channel" and "chat:write.public" in scopes

    def _add_conversation(self, prefix: str, **fields: Any) -> str:  # noqa: ANN401 - JSON values of many kinds
        document = {
            "id": f"{prefix}0LOCAL{self._store.next_number(_CONVERSATION):03d}",
            "with_user": None,
            "is_archived": False,
            "created": int(self._clock.now().timestamp()),
            **fields,
        }
        self._store.put(_CONVERSATION, document["id"], document)
        return str(document["id"])


def _new_installation(team_name: str, app_name: str) -> Document:
    return {
        "team_id": "T0LOCAL001",
        "team_name": team_name,
        "team_domain": team_name.lower().replace(" ", "-"),
        "app_id": "A0LOCAL001",
        "app_name": app_name,
        "bot_id": "B0LOCAL001",
        "bot_user_id": "U0LOCALBOT",
        "bot_token": f"xoxb-local-{secrets.token_hex(12)}",
        "app_token": None,
        "signing_secret": secrets.token_hex(16),
        "verification_token": secrets.token_hex(12),
        "token_fault": None,
        "request_url": None,
        "events": [
            "app_home_opened",
            "app_uninstalled",
            "tokens_revoked",
            "user_change",
            "team_join",
        ],
        "scopes": None,
        "commands": [],
        "shortcuts": [],
    }
