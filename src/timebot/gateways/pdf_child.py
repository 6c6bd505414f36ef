"""The child process that turns one HTML page into a PDF and ends: `python -m` with two streams.

It runs with limits on time and memory, because what people typed decides how much work a page is.
"""

import gc
import resource
import sys

from weasyprint import HTML
from weasyprint.urls import URLFetcher

MOST_MEMORY = 1_500 * 1024 * 1024
"""Bytes of address space; 1,500 lines take about 250 MB (measured in the reference)."""

MOST_CPU_SECONDS = 60


class NothingFetched(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Fetches the page's own data addresses and nothing else, so no file and no host is reached."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data"])


def draw(html: str) -> bytes:
    """Return the PDF of a page."""
    pdf = HTML(string=html, base_url=None, url_fetcher=NothingFetched()).write_pdf()
    return bytes(pdf)


def main() -> None:
    """Read a page from standard input and write its PDF to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    # Without the collector a page takes about a quarter less time (billing reference, 7).
    gc.disable()
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode("utf-8")))


if __name__ == "__main__":
    main()
