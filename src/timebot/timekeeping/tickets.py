"""Reads tickets of other systems: #ABC-123, and pasted links of Jira, Linear, GitHub and GitLab."""

import re
from dataclasses import dataclass

LONGEST_LINK = 500
"""A longer link is taken for text."""

_TYPED = re.compile(r"#([A-Za-z][A-Za-z0-9_]{0,19}-[0-9]{1,9}|[0-9]{1,9})[.,;]?")
_KEY = r"([A-Za-z][A-Za-z0-9_]{0,19}-[0-9]{1,9})"
_END = r"(?=[/?#&.,;]|$)"
_JIRA = re.compile(rf"https?://[^/\s]+/(?:\S*/)?browse/{_KEY}{_END}")
_JIRA_BOARD = re.compile(rf"https?://[^/\s]+/jira/\S*[?&]selectedIssue={_KEY}{_END}")
_LINEAR = re.compile(rf"https?://linear\.app/[^/\s]+/issue/{_KEY}{_END}")
_GITHUB = re.compile(
    r"https?://github\.com/([\w.-]{1,60}/[\w.-]{1,100})/(?:issues|pull)/([0-9]{1,9})(?=[/?#.,;]|$)"
)
_GITLAB = re.compile(
    r"https?://[^/\s]+/(\S{1,160})/-/(?:issues|merge_requests)/([0-9]{1,9})(?=[/?#.,;]|$)"
)


@dataclass(frozen=True)
class Ticket:
    """A ticket in another system.

    Attributes:
        ref: what people call it: ABC-123, or owner/name#12.
        url: where it is, or None where only the name was typed.
    """

    ref: str
    url: str | None = None


def parse_ticket(word: str) -> Ticket | None:
    """Return the ticket that one word names, or None if it names none.

    `#ABC-123` and `#12` are tickets, and links to an issue of Jira, Linear, GitHub or GitLab.
    """
    if typed := _TYPED.fullmatch(word):
        return Ticket(typed[1].upper() if "-" in typed[1] else typed[1])
    return find_ticket_link(word)


def find_ticket_link(address: str) -> Ticket | None:
    """Return the ticket a link leads to, or None where it leads elsewhere."""
    if len(address) > LONGEST_LINK or not address.startswith(("http://", "https://")):
        return None
    url = address.rstrip(".,;")
    for pattern in (_JIRA, _JIRA_BOARD, _LINEAR):
        if found := pattern.match(url):
            return Ticket(found[1].upper(), url)
    for pattern in (_GITHUB, _GITLAB):
        if found := pattern.match(url):
            return Ticket(f"{found[1]}#{found[2]}", url)
    return None
