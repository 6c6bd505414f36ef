"""What goes wrong: Slack's error codes, and people reaching for what is not there."""

from collections.abc import Sequence


class SlackFault(Exception):
    """A Web API call that Slack refuses, by its error code.

    Attributes:
        error: the code in the answer's `error`.
        messages: details for `response_metadata.messages`, each with a JSON pointer.
    """

    def __init__(self, error: str, messages: Sequence[str] = ()) -> None:
        self.error = error
        self.messages = list(messages)
        super().__init__("; ".join([error, *self.messages]))


class NotThere(LookupError):
    """A person reached for a button, field, message or command that their Slack does not show."""
