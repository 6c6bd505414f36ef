"""The seller's logo: a small PNG or JPEG, known by its first bytes, whatever its name says."""

from timebot.errors import Refusal

MOST_BYTES = 200_000

_BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class LogoUnusable(Refusal):
    """The file cannot be the logo."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{sentence} Use a PNG or JPEG of at most 200 kB.")


def read_logo(value: object) -> dict[str, object]:
    """Return the logo's columns: its bytes and its media type.

    Raises:
        LogoUnusable: if it is no PNG or JPEG, or too large.
    """
    if not isinstance(value, bytes):
        raise LogoUnusable("The logo must be a file.")
    if len(value) > MOST_BYTES:
        raise LogoUnusable(f"The logo has {len(value) // 1000} kB, which is too much.")
    for beginning, media_type in _BEGINNINGS.items():
        if value.startswith(beginning):
            return {"seller_logo": value, "seller_logo_type": media_type}
    raise LogoUnusable("The logo is neither a PNG nor a JPEG.")
