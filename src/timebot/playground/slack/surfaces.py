"""Surfaces of their own: modals in a stack of three, and each person's Home."""

import secrets
from collections.abc import Sequence

from timebot.clock import real_now
from timebot.playground.slack.directory import Directory
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.fields import State, initial_state, merged_state
from timebot.playground.store import Document, Store

# https://docs.slack.dev/surfaces/modals
STACK_LIMIT = 3

_VIEW = "slack.view"
_STACK = "slack.stack"
_HOME = "slack.home"
_PLAIN_FIELDS = {"title": None, "submit": None, "close": None, "callback_id": "", "external_id": ""}


class Surfaces:
    """Views, whom they are shown to, and what those people have typed into them."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    def open_modal(self, user_id: str, view: Document) -> Document:
        """Show a modal as the only one, and return it."""
        with self._store.transaction():
            self.clear(user_id)
            return self._add_modal(user_id, view)

    def push_modal(self, user_id: str, view: Document) -> Document:
        """Show a modal on top of the others, and return it.

        Raises:
            SlackFault: `push_limit_reached`, or `invalid_trigger_id` when no modal is open.
        """
        with self._store.transaction():
            depth = len(self.stack_ids(user_id))
            if depth == 0:
                raise SlackFault("invalid_trigger_id", ["[ERROR] no modal is open to push onto"])
            if depth >= STACK_LIMIT:
                raise SlackFault("push_limit_reached")
            return self._add_modal(user_id, view)

    def update(self, view_id: str, view: Document, expected_hash: str | None = None) -> Document:
        """Replace an open view; what was typed into fields that stay is kept.

        Raises:
            SlackFault: `not_found` or `hash_conflict`.
        """
        with self._store.transaction():
            kept = self._store.get(_VIEW, view_id)
            if kept is None:
                raise SlackFault("not_found")
            if expected_hash and expected_hash != kept["hash"]:
                raise SlackFault("hash_conflict")
            if view["type"] != kept["type"]:
                raise SlackFault("invalid_arguments", ["[ERROR] a view cannot change its type"])
            self._refuse_known_external_id(view, view_id)
            typed, own = kept["state"]["values"], _own_fields(view)
            state = {"values": merged_state(own["blocks"], typed)}
            fresh = {**kept, **_PLAIN_FIELDS, **own, "state": state}
            fresh["hash"] = _new_hash()
            self._store.put(_VIEW, view_id, fresh)
            return fresh

    def publish_home(self, user_id: str, view: Document, expected_hash: str | None) -> Document:
        """Show or replace a person's Home, and return it.

        Raises:
            SlackFault: `hash_conflict`.
        """
        with self._store.transaction():
            known = self._store.get(_HOME, user_id)
            if known is not None:
                return self.update(known["view"], view, expected_hash)
            fresh = self._new_view(user_id, view, root=None, previous=None)
            self._store.put(_HOME, user_id, {"view": fresh["id"]})
            return fresh

    def home(self, user_id: str) -> Document | None:
        """Return a person's Home, or None if the app has published none."""
        known = self._store.get(_HOME, user_id)
        return None if known is None else self._store.get(_VIEW, known["view"])

    def find(self, view_id: str) -> Document | None:
        """Return a view that is open, or None."""
        return self._store.get(_VIEW, view_id)

    def find_external(self, external_id: str) -> Document | None:
        """Return the open view with this external id, or None."""
        views = self._store.list(_VIEW)
        return next((view for view in views if view["external_id"] == external_id), None)

    def stack(self, user_id: str) -> list[Document]:
        """Return the modals a person has open, the top one last."""
        views = [self.find(view_id) for view_id in self.stack_ids(user_id)]
        return [view for view in views if view is not None]

    def stack_ids(self, user_id: str) -> list[str]:
        """Return the ids of the modals a person has open."""
        kept = self._store.get(_STACK, user_id)
        return [] if kept is None else list(kept["views"])

    def type_into(self, view_id: str, state: State) -> Document | None:
        """Keep what a person typed; fields the view does not have are ignored."""
        with self._store.transaction():
            view = self.find(view_id)
            if view is None:
                return None
            known = view["state"]["values"]
            typed = {
                block_id: {**known.get(block_id, {}), **elements}
                for block_id, elements in state.items()
            }
            view["state"] = {"values": merged_state(view["blocks"], {**known, **typed})}
            self._store.put(_VIEW, view_id, view)
            return view

    def close(self, user_id: str, view_id: str) -> None:
        """Take one modal from the stack, if it is there."""
        with self._store.transaction():
            left = [each for each in self.stack_ids(user_id) if each != view_id]
            self._store.put(_STACK, user_id, {"views": left})
            self._store.delete(_VIEW, view_id)

    def clear(self, user_id: str) -> None:
        """Close all modals of a person."""
        with self._store.transaction():
            for view_id in self.stack_ids(user_id):
                self.close(user_id, view_id)

    def _add_modal(self, user_id: str, view: Document) -> Document:
        ids = self.stack_ids(user_id)
        self._refuse_known_external_id(view, None)
        root, previous = (ids[0], ids[-1]) if ids else (None, None)
        fresh = self._new_view(user_id, view, root=root, previous=previous)
        self._store.put(_STACK, user_id, {"views": [*ids, fresh["id"]]})
        return fresh

    def _new_view(
        self, user_id: str, view: Document, *, root: str | None, previous: str | None
    ) -> Document:
        installation = self._directory.installation
        view_id = f"V0LOCAL{self._store.next_number(_VIEW):05d}"
        own = _own_fields(view)
        fresh = {
            "id": view_id,
            "user": user_id,
            "team_id": installation["team_id"],
            "app_id": installation["app_id"],
            "app_installed_team_id": installation["team_id"],
            "bot_id": installation["bot_id"],
            "root_view_id": root or view_id,
            "previous_view_id": previous,
            **_PLAIN_FIELDS,
            **own,
            "state": {"values": initial_state(own["blocks"])},
            "hash": _new_hash(),
        }
        self._store.put(_VIEW, view_id, fresh)
        return fresh

    def _refuse_known_external_id(self, view: Document, own_id: str | None) -> None:
        external_id = view.get("external_id")
        known = self.find_external(external_id) if external_id else None
        if known is not None and known["id"] != own_id:
            raise SlackFault("duplicate_external_id")


def view_json(view: Document) -> Document:
    """Return a view as Slack hands it out."""
    return {key: value for key, value in view.items() if key != "user"}


def with_ids(blocks: Sequence[Document]) -> list[Document]:
    """Return blocks with the block and action ids that Slack makes up where none are given."""
    return [_block_with_ids(block) for block in blocks]


def _block_with_ids(block: Document) -> Document:
    fresh = {**block, "block_id": block.get("block_id") or secrets.token_hex(3)}
    for place in ("accessory", "element"):
        if place in block:
            fresh[place] = _element_with_id(block[place])
    if block["type"] == "actions":
        fresh["elements"] = [_element_with_id(element) for element in block["elements"]]
    return fresh


def _element_with_id(element: Document) -> Document:
    if element["type"] == "image":
        return element
    return {**element, "action_id": element.get("action_id") or secrets.token_hex(3)}


def _own_fields(view: Document) -> Document:
    flags = {"clear_on_close": False, "notify_on_close": False, "private_metadata": ""}
    return {**flags, **view, "blocks": with_ids(view["blocks"])}


def _new_hash() -> str:
    return f"{real_now().timestamp():.0f}.{secrets.token_hex(4)}"
