"""What one person's Slack shows, as JSON for the page."""

from timebot.playground.slack.drawing import color_of, file_json
from timebot.playground.slack.faults import SlackFault
from timebot.playground.slack.messages import instant_of
from timebot.playground.slack.surfaces import view_json
from timebot.playground.slack.world import World
from timebot.playground.store import Document

_SHOWN_MESSAGES = 300


class Sights:
    """Draws the workspace for one person at a time."""

    def __init__(self, world: World) -> None:
        self._world = world

    def somebody(self) -> str:
        """Return the id of the first person, for a page that does not know anybody yet."""
        people = (user for user in self._world.directory.users() if not user["is_bot"])
        return next((str(user["id"]) for user in people), "")

    def state(self, user_id: str, clock: Document) -> Document:
        """Return who is here, which conversations this person sees, and what the app offers."""
        installation = self._world.directory.installation
        me = self._world.directory.get_user(user_id)
        return {
            "team": {"id": installation["team_id"], "name": installation["team_name"]},
            "me": _user(me),
            "users": [_user(user) for user in self._world.directory.users()],
            "conversations": self._conversations(me),
            "commands": installation["commands"],
            "shortcuts": installation["shortcuts"],
            "clock": clock,
            "app": {
                "id": installation["bot_user_id"],
                "name": installation["app_name"],
                "request_url": installation["request_url"],
                "connected": installation["request_url"] is not None
                and installation["token_fault"] is None,
            },
            "version": self._world.store.version,
        }

    def conversation(self, user_id: str, channel: str) -> Document:
        """Return the newest messages of a conversation.

        Raises:
            SlackFault: `channel_not_found` if this person does not see it.
        """
        user = self._world.directory.get_user(user_id)
        conversation = self._world.directory.find_conversation(channel)
        if conversation is None or not self._world.directory.may_see(user, conversation):
            raise SlackFault("channel_not_found")
        seen = self._world.messages.seen_by(user_id, channel)[-_SHOWN_MESSAGES:]
        return {"messages": [self._message(message) for message in seen]}

    def home(self, user_id: str) -> Document:
        """Return this person's Home."""
        view = self._world.surfaces.home(user_id)
        return {"view": None if view is None else view_json(view)}

    def modal(self, user_id: str) -> Document:
        """Return the modals this person has open."""
        return {"stack": [view_json(view) for view in self._world.surfaces.stack(user_id)]}

    def _conversations(self, me: Document) -> list[Document]:
        seen = [
            conversation
            for conversation in self._world.directory.conversations()
            if self._world.directory.may_see(me, conversation)
        ]
        keys = ("id", "kind", "name", "members", "with_user", "is_archived")
        return [
            {
                **{key: conversation[key] for key in keys},
                "last_ts": self._world.messages.last_ts(conversation["id"]),
            }
            for conversation in seen
        ]

    def _message(self, message: Document) -> Document:
        is_app = message["user"] == self._world.directory.bot_user_id
        return {
            "ts": message["ts"],
            "user": message["user"],
            "user_name": self._name_of(message["user"]),
            "is_app": is_app,
            "text": message["text"],
            "blocks": message["blocks"],
            "ephemeral": message["ephemeral_to"] is not None,
            "edited": message["edited"],
            "thread_ts": message.get("thread_ts"),
            "files": [self._file(file) for file in message["files"]],
            "at": instant_of(message["ts"]).isoformat(),
        }

    def _name_of(self, user_id: str) -> str:
        if user_id == self._world.directory.bot_user_id:
            return str(self._world.directory.installation["app_name"])
        user = self._world.directory.find_user(user_id)
        return user_id if user is None else str(user["real_name"])

    def _file(self, file: Document) -> Document:
        url = file_json(self._world, file)["url_private"]
        return {"id": file["id"], "name": file["name"], "url": url, "size": file["size"]}


def _user(user: Document) -> Document:
    keys = ("id", "name", "real_name", "tz", "is_bot", "is_restricted", "deleted")
    words = user["real_name"].split()
    return {
        **{key: user[key] for key in keys},
        "initials": "".join(word[0] for word in words[:2]).upper(),
        "color": f"#{color_of(user['id'])}",
    }
