"""What the page of the local world shows of the mailbox, as JSON and files."""

import json
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from timebot.playground.resend.mailbox import Mailbox
from timebot.playground.resend.problems import Problem
from timebot.playground.store import Document

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_NOT_FOUND = 404
_ROUTES = Map(
    [
        Rule("/mails", methods=["GET"], endpoint="list"),
        Rule("/mails/<id>/attachments/<int:number>", methods=["GET"], endpoint="file"),
    ]
)
_PLAIN = ("id", "from", "to", "cc", "bcc", "reply_to", "subject", "text", "html")


def mail_api(mailbox: Mailbox) -> "WSGIApplication":
    """Return a WSGI application that shows the mails and hands out their files."""

    @Request.application
    def answer(request: Request) -> Response:
        try:
            name, ids = _ROUTES.bind("").match(request.path, request.method)
            if name == "list":
                shown = [_shown(each) for each in mailbox.every()[::-1]]
                return Response(json.dumps({"mails": shown}), content_type="application/json")
            return _file(mailbox, ids["id"], ids["number"])
        except (HTTPException, Problem):
            return Response("There is nothing here.", _NOT_FOUND)

    return answer


def _shown(mail: Document) -> Document:
    files = [{"n": number, **each} for number, each in enumerate(mail["files"])]
    shown = {name: mail[name] for name in _PLAIN}
    return {**shown, "at": mail["created_at"], "state": mail["last_event"], "attachments": files}


def _file(mailbox: Mailbox, mail_id: str, number: int) -> Response:
    attachment = mailbox.attachment(mail_id, number)
    response = Response(attachment.content, content_type=attachment.content_type)
    response.headers.set("Content-Disposition", "inline", filename=attachment.filename)
    # A mail's file comes from outside; a browser must not take it for a page of ours.
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
