"""Files: reserved, uploaded, then shared in a conversation."""

import base64
import mimetypes

from timebot.playground.slack.faults import SlackFault
from timebot.playground.store import Document, Store

_FILE = "slack.file"


class Uploads:
    """The three steps of Slack's external upload.

    https://docs.slack.dev/messaging/working-with-files
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def reserve(self, name: str, size: int) -> str:
        """Take note of a file that is about to come, and return its id."""
        file_id = f"F0LOCAL{self._store.next_number(_FILE):03d}"
        file = {"id": file_id, "name": name, "title": name, "size": size, "shared": False}
        self._store.put(_FILE, file_id, file)
        return file_id

    def receive(self, file_id: str, content: bytes) -> None:
        """Keep the bytes of a reserved file.

        Raises:
            SlackFault: `file_not_found`, or `wrong_length` if it is not as long as announced.
        """
        file = self._get(file_id)
        if len(content) != file["size"]:
            raise SlackFault("wrong_length")
        file["content"] = base64.b64encode(content).decode()
        self._store.put(_FILE, file_id, file)

    def complete(self, file_id: str, title: str | None) -> Document:
        """Make an uploaded file final and return it without its bytes.

        Raises:
            SlackFault: `file_not_found` if it is unknown, was never uploaded or is final already.
        """
        with self._store.transaction():
            file = self._get(file_id)
            if "content" not in file or file["shared"]:
                raise SlackFault("file_not_found")
            file.update(shared=True, title=title or file["name"])
            self._store.put(_FILE, file_id, file)
        return {key: file[key] for key in ("id", "name", "title", "size")}

    def content(self, file_id: str) -> bytes:
        """Return the bytes of an uploaded file.

        Raises:
            SlackFault: `file_not_found`.
        """
        file = self._get(file_id)
        if "content" not in file:
            raise SlackFault("file_not_found")
        return base64.b64decode(file["content"])

    def _get(self, file_id: str) -> Document:
        file = self._store.get(_FILE, file_id)
        if file is None:
            raise SlackFault("file_not_found")
        return file


def mime_type(name: str) -> str:
    """Return the media type that a file's name suggests."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def file_path(file: Document) -> str:
    """Return the path under which the server hands a file out."""
    return f"/files/{file['id']}/{file['name']}"
