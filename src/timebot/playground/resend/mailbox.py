"""The mails that were taken, what became of them, and their files."""

import base64
import json
import uuid
from datetime import UTC

from timebot.clock import Clock
from timebot.playground.deliveries import Deliveries
from timebot.playground.resend.fates import fates
from timebot.playground.resend.letters import Attachment, Letter
from timebot.playground.resend.problems import Problem, invalid
from timebot.playground.store import Document, Store

_MAIL = "resend.mail"
_FILE = "resend.file"
_EVENT = "resend.event"
_DEFAULT_LIMIT = 20
_HIGHEST_LIMIT = 100
_LISTED = ("id", "from", "to", "cc", "bcc", "reply_to", "subject", "created_at", "last_event")


class Mailbox:
    """Every mail of the account, durable."""

    def __init__(self, store: Store, clock: Clock, post: Deliveries) -> None:
        self._store = store
        self._clock = clock
        self._post = post

    def take(self, letter: Letter) -> Document:
        """Accept a mail, send it on its way, and return it."""
        mail_id = str(uuid.uuid4())
        mail: Document = {
            "id": mail_id,
            "object": "email",
            "created_at": self._now(),
            "message_id": f"<{mail_id}@local.resend>",
            "scheduled_at": None,
            **letter.fields,
            "files": [_described(each) for each in letter.attachments],
            "last_event": "sent",
        }
        self._store.put(_MAIL, mail_id, mail)
        for number, attachment in enumerate(letter.attachments):
            body = base64.b64encode(attachment.content).decode()
            self._store.put(_FILE, f"{mail_id}/{number}", {"content": body})
        self._tell("sent", mail, {})
        self._arrive(mail)
        return mail

    def get(self, mail_id: str) -> Document:
        """Return a mail.

        Raises:
            Problem: 404 if there is none.
        """
        mail = self._store.get(_MAIL, mail_id)
        if mail is None:
            raise Problem(404, "not_found", "Email not found")
        return mail

    def every(self) -> list[Document]:
        """Return all mails, oldest first."""
        return self._store.list(_MAIL)

    def count_of_day(self) -> int:
        """Return how many mails were taken on the present day, in UTC."""
        today = self._now()[:10]
        return sum(mail["created_at"][:10] == today for mail in self.every())

    def deliver_delayed(self) -> int:
        """Let every mail arrive that was delayed, and return how many there were."""
        delayed = [mail for mail in self.every() if mail["last_event"] == "delivery_delayed"]
        for mail in delayed:
            self._become("delivered", mail, {})
        return len(delayed)

    def page(self, *, limit: str | None, after: str | None, before: str | None) -> Document:
        """Return one page of mails, newest first.

        Raises:
            Problem: if the limit is out of range or a cursor names no mail.
        """
        wanted = _limit(limit)
        mails = self.every()[::-1]
        if after and before:
            message = "The `after` and `before` parameters cannot be used together."
            raise invalid(message)
        if before:
            mails = mails[: _position(mails, before)]
            shown = mails[-wanted:]
        else:
            mails = mails[_position(mails, after) + 1 :] if after else mails
            shown = mails[:wanted]
        data = [{name: mail[name] for name in _LISTED} for mail in shown]
        return {"object": "list", "has_more": len(mails) > wanted, "data": data}

    def attachment(self, mail_id: str, number: int) -> Attachment:
        """Return a file of a mail; the first one is 0.

        Raises:
            Problem: 404 if there is none.
        """
        described = self.get(mail_id)["files"]
        kept = self._store.get(_FILE, f"{mail_id}/{number}")
        if kept is None:
            raise Problem(404, "not_found", "Attachment not found")
        return Attachment(
            described[number]["filename"],
            base64.b64decode(kept["content"]),
            described[number]["content_type"],
        )

    def _arrive(self, mail: Document) -> None:
        for state, more in fates(mail):
            self._become(state, mail, more)

    def _become(self, state: str, mail: Document, more: Document) -> None:
        mail["last_event"] = state
        self._store.put(_MAIL, mail["id"], mail)
        self._tell(state, mail, more)

    def _tell(self, state: str, mail: Document, more: Document) -> None:
        event: Document = {
            "type": f"email.{state}",
            "created_at": self._now(),
            "data": {
                "broadcast_id": None,
                "created_at": mail["created_at"],
                "email_id": mail["id"],
                "from": mail["from"],
                "message_id": mail["message_id"],
                "subject": mail["subject"],
                "tags": {tag["name"]: tag["value"] for tag in mail["tags"]},
                "to": mail["to"],
                **more,
            },
        }
        event_id = f"msg_{uuid.uuid4().hex}"
        self._store.put(_EVENT, event_id, event)
        self._post.enqueue(event_id, json.dumps(event))

    def _now(self) -> str:
        return self._clock.now().astimezone(UTC).isoformat(timespec="milliseconds")


def _described(attachment: Attachment) -> Document:
    return {
        "filename": attachment.filename,
        "size": len(attachment.content),
        "content_type": attachment.content_type,
    }


def _limit(given: str | None) -> int:
    if given is None:
        return _DEFAULT_LIMIT
    if not given.isdecimal() or not 1 <= int(given) <= _HIGHEST_LIMIT:
        message = f"The `limit` must be between 1 and {_HIGHEST_LIMIT}."
        raise invalid(message)
    return int(given)


def _position(mails: list[Document], mail_id: str) -> int:
    for position, mail in enumerate(mails):
        if mail["id"] == mail_id:
            return position
    raise Problem(404, "not_found", "Email not found")
