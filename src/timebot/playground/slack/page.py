"""The page in the browser: plain files beside this room, handed out as they are."""

from pathlib import Path

from werkzeug.security import safe_join
from werkzeug.wrappers import Response

from timebot.playground.slack.uploads import mime_type

_PAGE = Path(__file__).parent.parent / "page"


def page_file(path: str) -> Response:
    """Return the page for `/`, one of its files for `/static/…`, else 404."""
    if path != "/" and not path.startswith("/static/"):
        return Response("Not found.\n", status=404)
    name = "index.html" if path == "/" else path.removeprefix("/")
    found = safe_join(str(_PAGE), name)
    if found is None or not Path(found).is_file():
        return Response("Not found.\n", status=404)
    kind = mime_type(name)
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return Response(Path(found).read_bytes(), content_type=kind)
