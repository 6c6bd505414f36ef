"""Checks a mail as Resend does and turns it into what is stored.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

import base64
import binascii
import mimetypes
import re
from dataclasses import dataclass, replace

from timebot.playground.resend.problems import Problem, invalid, missing
from timebot.playground.store import Document

# "Max 50" recipients, says the documentation.
_MOST_RECIPIENTS = 50
# "40MB maximum per email, after Base64 encoding of the attachments."
_MOST_BYTES = 40_000_000
# https://resend.com/docs/api-reference/emails/send-batch-emails
_MOST_OF_A_BATCH = 100
_LONGEST_TAG = 256
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_NAMED = re.compile(r"[^<>]*<([^<>]*)>")
_TAG = re.compile(r"[A-Za-z0-9_-]+")
_LINE_BREAK = re.compile(r"[\r\n]")
_KNOWN = frozenset(
    "from to subject cc bcc reply_to html text headers attachments tags "
    "scheduled_at template topic_id".split()
)
_UNPLAYED = ("scheduled_at", "template", "topic_id")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail.

    Attributes:
        filename: its name.
        content: its bytes.
        content_type: its kind, guessed from the name where the sender gave none.
    """

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Letter:
    """A mail that passed every check.

    Attributes:
        fields: everything but the attachments, ready to be stored.
        attachments: the files.
    """

    fields: Document
    attachments: list[Attachment]


def read_letter(body: object) -> Letter:
    """Return the mail that a request describes.

    Raises:
        Problem: with the first thing that is wrong.
    """
    if not isinstance(body, dict):
        message = "The body must be a JSON object."
        raise invalid(message)
    _check_names(body)
    fields: Document = {
        "from": _sender(body),
        "to": _recipients(body, "to"),
        "cc": _recipients(body, "cc"),
        "bcc": _recipients(body, "bcc"),
        "reply_to": _recipients(body, "reply_to"),
        "subject": _subject(body),
        "html": _text(body, "html"),
        "text": _text(body, "text"),
        "headers": _headers(body.get("headers")),
        "tags": _tags(body.get("tags")),
    }
    if fields["html"] is None and fields["text"] is None:
        message = "Missing `html` or `text` field."
        raise invalid(message)
    return Letter(fields, _attachments(body.get("attachments")))


def read_batch(body: object) -> list[Letter]:
    """Return the mails that a batch describes, without their attachments.

    Batches carry none [https://resend.com/docs/dashboard/emails/attachments]; as has been reported
    of the real one, they are dropped in silence.

    Raises:
        Problem: with the first thing that is wrong; then none of them is sent.
    """
    if not isinstance(body, list) or not 1 <= len(body) <= _MOST_OF_A_BATCH:
        message = f"A batch is a list of 1 to {_MOST_OF_A_BATCH} mails."
        raise invalid(message)
    return [replace(read_letter(each), attachments=[]) for each in body]


def _check_names(body: Document) -> None:
    for name in ("from", "to", "subject"):
        if not body.get(name):
            raise missing(name)
    for name in body:
        # The real one ignores what it does not know; a misspelt field would be lost in silence.
        if name not in _KNOWN:
            message = f"Unknown field `{name}`."
            raise invalid(message)
    for name in _UNPLAYED:
        if body.get(name) is not None:
            message = f"The local Resend does not play `{name}`."
            raise invalid(message)


def _sender(body: Document) -> str:
    sender = body["from"]
    if not isinstance(sender, str) or not _is_address(sender):
        raise _malformed("from")
    return sender


def _recipients(body: Document, name: str) -> list[str]:
    given = body.get(name) or []
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise _malformed(name)
    if len(found) > _MOST_RECIPIENTS:
        message = f"The `{name}` field has more than {_MOST_RECIPIENTS} addresses."
        raise invalid(message)
    if not all(_is_address(each) for each in found):
        raise _malformed(name)
    return found


def _malformed(name: str) -> Problem:
    return invalid(
        f"Invalid `{name}` field. The email address needs to follow the `email@example.com` or "
        "`Name <email@example.com>` format."
    )


def _is_address(text: str) -> bool:
    if _LINE_BREAK.search(text):
        return False
    return _ADDRESS.fullmatch(bare_address(text)) is not None


def bare_address(text: str) -> str:
    """Return `email@example.com` out of `Name <email@example.com>`."""
    named = _NAMED.fullmatch(text)
    return named[1] if named else text


def _subject(body: Document) -> str:
    subject = body["subject"]
    if not isinstance(subject, str) or _LINE_BREAK.search(subject):
        message = "The `subject` field must be one line of text."
        raise invalid(message)
    return subject


def _text(body: Document, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        message = f"The `{name}` field must be a string."
        raise invalid(message)
    return value


def _headers(given: object) -> Document:
    headers = {} if given is None else given
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        message = "The `headers` field must be an object of strings."
        raise invalid(message)
    if any(_LINE_BREAK.search(f"{name}{value}") for name, value in headers.items()):
        message = "A header must be one line of text."
        raise invalid(message)
    return headers


def _tags(given: object) -> list[Document]:
    tags = [] if given is None else given
    if not isinstance(tags, list):
        message = "The `tags` field must be a list."
        raise invalid(message)
    for tag in tags:
        for part in ("name", "value"):
            text = tag.get(part) if isinstance(tag, dict) else None
            fits = isinstance(text, str) and len(text) <= _LONGEST_TAG and _TAG.fullmatch(text)
            if not fits:
                message = "Tags should only contain ASCII letters, numbers, underscores, or dashes."
                raise invalid(message)
    return tags


def _attachments(given: object) -> list[Attachment]:
    if given is None:
        return []
    if not isinstance(given, list):
        message = "The `attachments` field must be a list."
        raise invalid(message)
    found = [_attachment(each) for each in given]
    # Base64 makes four characters of three bytes.
    if sum(len(each.content) for each in found) * 4 // 3 > _MOST_BYTES:
        message = "The mail is larger than 40 MB."
        raise invalid(message)
    return found


def _attachment(given: object) -> Attachment:
    if not isinstance(given, dict) or not isinstance(given.get("filename"), str):
        message = "Attachment must have a `filename`."
        raise Problem(422, "invalid_attachment", message)
    if given.get("path") is not None:
        message = "The local Resend does not fetch attachments; send their `content`."
        raise Problem(422, "invalid_attachment", message)
    filename = given["filename"]
    content_type = given.get("content_type") or mimetypes.guess_type(filename)[0]
    return Attachment(
        filename, _content(given.get("content")), content_type or "application/octet-stream"
    )


def _content(given: object) -> bytes:
    try:
        if isinstance(given, str):
            return base64.b64decode(given, validate=True)
        if isinstance(given, list):
            return bytes(given)
    except (binascii.Error, ValueError, TypeError):
        pass
    message = "Attachment `content` must be base64 text or a list of bytes."
    raise Problem(422, "invalid_attachment", message)
