"""The local Slack as its owner handles it: start it, fill it with people, break it on purpose."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from timebot.playground.clock import MovableClock
from timebot.playground.http import LocalServer
from timebot.playground.slack.control import Control, Target
from timebot.playground.slack.deliver import Delivery, Reply
from timebot.playground.slack.disturbances import Disturbance, Disturbances
from timebot.playground.slack.drawing import user_json
from timebot.playground.slack.events import RETRY_DELAYS, Events
from timebot.playground.slack.faults import NotThere
from timebot.playground.slack.interactions import Interactions
from timebot.playground.slack.people import Person
from timebot.playground.slack.registration import check_commands, check_shortcuts
from timebot.playground.slack.server import SlackServer
from timebot.playground.slack.trouble import Trouble
from timebot.playground.slack.world import World, build_world
from timebot.playground.store import Document, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ROLES = ("is_admin", "is_owner", "is_restricted", "is_ultra_restricted", "is_bot", "deleted")

# What a call gets to hear that comes with a token of no use any more.
_REVOKED = "token_revoked"
_INACTIVE = "account_inactive"


class LocalSlack:
    """A strict, faithful Slack on loopback, for one workspace with one app.

    The app talks to it with slack_sdk (`api_url`) and gets signed deliveries at the address given
    to `connect`. Everything it holds is in the store and survives a restart.
    """

    def __init__(
        self,
        store: Store,
        clock: MovableClock,
        port: int = 0,
        *,
        team_name: str = "Local team",
        app_name: str = "App",
        retry_delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        """Take the port and set the workspace up, or find it as it was left.

        Args:
            store: where everything is kept.
            clock: business time, shown as the time of messages.
            port: 0 for any free one.
            team_name: of a new workspace.
            app_name: of the app in a new workspace.
            retry_delays: seconds before each repetition of an event the app did not take.
        """
        self._server = LocalServer(self._answer, port)
        self._world = build_world(
            store, clock, url=self._server.url, team_name=team_name, app_name=app_name
        )
        self._events = Events(self._world, retry_delays)
        self._interactions = Interactions(self._world, self._events)
        disturbances = Disturbances()
        self._trouble = Trouble(self._world, disturbances)
        self._control = Control(self._world, self._interactions, self._trouble)
        self._app = SlackServer(self._world, self._control, disturbances)

    def start(self) -> None:
        """Answer requests from now on."""
        self._server.start()

    def stop(self) -> None:
        """Stop answering; repetitions of events that are still to come are given up."""
        self._events.stop()
        self._server.stop()

    @property
    def url(self) -> str:
        """The address of the page, without a slash at its end."""
        return self._server.url

    @property
    def api_url(self) -> str:
        """The base URL for slack_sdk's WebClient."""
        return f"{self.url}/api/"

    @property
    def signing_secret(self) -> str:
        """What deliveries are signed with."""
        return str(self._world.directory.installation["signing_secret"])

    @property
    def bot_token(self) -> str:
        """The app's token."""
        return str(self._world.directory.installation["bot_token"])

    @property
    def team_id(self) -> str:
        """The workspace."""
        return self._world.directory.team_id

    @property
    def app_id(self) -> str:
        """The app."""
        return str(self._world.directory.installation["app_id"])

    @property
    def bot_user_id(self) -> str:
        """The app as a member of conversations."""
        return self._world.directory.bot_user_id

    @property
    def trouble(self) -> Trouble:
        """What can be broken on purpose, beyond what has a method here."""
        return self._trouble

    @property
    def world(self) -> World:
        """The parts, for those who look closer."""
        return self._world

    def connect(self, request_url: str, events: Iterable[str] | None = None) -> None:
        """Say where deliveries go, and which events the app subscribes to.

        Args:
            request_url: `http://` address of the app.
            events: names as in an app manifest; without them the ones set before stay.

        Raises:
            ValueError: if the address is not an http one.
        """
        if not request_url.startswith("http://"):
            message = f"The request URL must start with http://, not {request_url!r}."
            raise ValueError(message)
        self._world.directory.change_installation(request_url=request_url)
        if events is not None:
            self._world.directory.change_installation(events=list(events))

    def set_commands(self, commands: Iterable[Document]) -> None:
        """Register the app's slash commands.

        Each has `command`, `usage_hint`, `description`, and may have `should_escape`.

        Raises:
            ValueError: if a manifest with them would be refused.
        """
        self._world.directory.change_installation(commands=check_commands(commands))

    def set_shortcuts(self, shortcuts: Iterable[Document]) -> None:
        """Register the app's shortcuts: `type` (global or message), `callback_id`, `name`.

        Raises:
            ValueError: if a manifest with them would be refused.
        """
        self._world.directory.change_installation(shortcuts=check_shortcuts(shortcuts))

    def turn_on_socket_mode(self) -> str:
        """Give the app an app-level token with which it may ask for a socket, and return it."""
        token = f"xapp-local-{self.app_id}"
        self._world.directory.change_installation(app_token=token)
        return token

    def set_scopes(self, scopes: Iterable[str] | None) -> None:
        """Allow only methods of these bot scopes, as in an app manifest; None allows all."""
        given = None if scopes is None else list(scopes)
        self._world.directory.change_installation(scopes=given)

    def add_user(
        self,
        name: str,
        *,
        real_name: str | None = None,
        tz: str | None = "Europe/Berlin",
        is_admin: bool = False,
        is_owner: bool = False,
        is_restricted: bool = False,
        is_ultra_restricted: bool = False,
        is_bot: bool = False,
        team_id: str | None = None,
        deleted: bool = False,
        locale: str = "en-US",
    ) -> str:
        """Add a person and return their id; a name that is known returns the known id.

        Args:
            name: the handle.
            real_name: as shown; the handle if it is left out.
            tz: IANA zone, or None for a profile without one.
            is_admin: of the workspace; owners are admins too.
            is_owner: of the workspace.
            is_restricted: a guest.
            is_ultra_restricted: a guest of a single channel.
            is_bot: another app.
            team_id: another workspace's, for people of shared channels.
            deleted: deactivated.
            locale: as in `users.info` with `include_locale`.
        """
        return self._world.directory.add_user(
            name,
            real_name=real_name or name,
            tz=tz,
            is_admin=is_admin or is_owner,
            is_owner=is_owner,
            is_restricted=is_restricted or is_ultra_restricted,
            is_ultra_restricted=is_ultra_restricted,
            is_bot=is_bot,
            team_id=team_id or self.team_id,
            deleted=deleted,
            locale=locale,
        )

    def adopt(self, people: Mapping[str, str], channels: Iterable[str]) -> None:
        """Take over people and private channels of another workspace, under their ids there.

        Args:
            people: names by id.
            channels: ids; of each channel only the app is a member.
        """
        for user_id, name in people.items():
            fields = dict.fromkeys(_ROLES, False) | {"team_id": self.team_id, "locale": "en-US"}
            self._world.directory.adopt_user(user_id, name, real_name=name, tz=None, **fields)
        for channel in channels:
            self._world.directory.adopt_channel(channel, channel.lower())

    def change_user(self, user_id: str, **changes: Any) -> None:  # noqa: ANN401 - JSON values of many kinds
        """Change facts of a person (deactivate, rename, promote) and tell the app by event."""
        user = self._world.directory.change_user(user_id, **changes)
        self._events.send({"type": "user_change", "user": user_json(self._world, user)})

    def add_channel(
        self,
        name: str,
        *,
        private: bool = False,
        members: Iterable[str] = (),
        bot_is_member: bool = True,
    ) -> str:
        """Add a channel and return its id; a name that is known returns the known id."""
        everybody = [*members, self.bot_user_id] if bot_is_member else list(members)
        return self._world.directory.add_channel(name, private=private, members=everybody)

    def change_channel(self, channel: str, **changes: Any) -> None:  # noqa: ANN401 - JSON values of many kinds
        """Change a channel: `is_archived`, `name`, `members`, `kind`."""
        self._world.directory.change_conversation(channel, **changes)

    def person(self, user: str) -> Person:
        """Return the hands and eyes of a person, by id or name.

        Raises:
            NotThere: if nobody is called so.
        """
        for known in self._world.directory.users():
            if user in (known["id"], known["name"]):
                return Person(self._world, self._interactions, known["id"])
        message = f"Nobody here is called {user}."
        raise NotThere(message)

    def add_jump(self, key: str, label: str, target: Target) -> None:
        """Offer a move of the clock on the page; `target` tells where to, None for nowhere."""
        self._control.add_jump(key, label, target)

    def mount(self, path_prefix: str, wsgi_app: "WSGIApplication") -> None:
        """Serve another application below a path of this server."""
        self._app.mount(path_prefix, wsgi_app)

    def fail_next(
        self,
        method: str,
        *,
        status: int | None = 500,
        body: Document | None = None,
        headers: dict[str, str] | None = None,
        times: int = 1,
        after_effect: bool = False,
    ) -> None:
        """Answer the next calls of a Web API method with a failure.

        Args:
            method: for example `chat.postMessage`; or `response_url` or `upload`.
            status: HTTP status; with 429 say `headers={"Retry-After": "30"}`. None cuts the
                connection instead of answering.
            body: the JSON body; an error fitting the status if it is left out.
            headers: further HTTP headers.
            times: how many calls.
            after_effect: do what was asked first, and fail then.
        """
        words = "ratelimited" if status == 429 else "internal_error"
        given = {"ok": False, "error": words} if body is None else body
        self._trouble.plan(Disturbance(method, status, given, headers or {}, times, after_effect))

    def revoke_token(self) -> None:
        """Make the token useless and tell the app by event."""
        self._world.directory.change_installation(token_fault=_REVOKED)
        tokens = {"oauth": [], "bot": [self.bot_user_id]}
        self._events.send({"type": "tokens_revoked", "tokens": tokens})

    def uninstall(self) -> None:
        """Remove the app: its calls fail with `account_inactive`, and it is told by event."""
        self._world.directory.change_installation(token_fault=_INACTIVE)
        self._events.send({"type": "app_uninstalled"})

    def reinstall(self) -> None:
        """Make the token work again."""
        self._world.directory.change_installation(token_fault=None)

    def age_tickets(self, by: timedelta) -> None:
        """Make every trigger and response URL older, instead of waiting for real minutes."""
        self._world.tickets.grow_older(by)

    @property
    def deliveries(self) -> list[Delivery]:
        """The last deliveries this object has sent, oldest first."""
        return self._world.postman.deliveries

    def resend_last_delivery(
        self, times: int = 1, *, parallel: bool = False, headers: dict[str, str] | None = None
    ) -> list[Reply]:
        """Send the very same signed request again; what the answers say is not applied.

        Args:
            times: how often.
            parallel: all at once, instead of one after another.
            headers: to replace: a forged `X-Slack-Signature`, or `X-Slack-Retry-Num`.
        """
        return self._world.postman.send_copies(times, parallel=parallel, headers=headers)

    def verify_request_url(self) -> bool:
        """Tell whether the app answers the challenge that Slack sends to a new request URL."""
        return self._events.verify_request_url()

    def exchanges(self, after: int = 0) -> list[Document]:
        """Return what the inspector has recorded."""
        return self._world.inspector.exchanges(after)

    def faults(self) -> list[str]:
        """Return everything the app did that Slack would not have accepted."""
        return self._world.inspector.faults()

    def file_content(self, file_id: str) -> bytes:
        """Return the bytes of an uploaded file."""
        return self._world.uploads.content(file_id)

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:  # noqa: ANN401 - a WSGI answer
        return self._app(environ, start_response)
