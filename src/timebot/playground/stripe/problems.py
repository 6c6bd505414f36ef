"""What the local Stripe refuses, in the shape of Stripe's own errors."""

from timebot.playground.store import Document

_INVALID = "invalid_request_error"
_PAYMENT_REQUIRED = 402


class Problem(Exception):
    """An error answer.

    Attributes:
        status: the HTTP status.
        keeps_effects: whether what was done before stays done. A declined charge is a result, so
            the failed attempt is kept; a refused request leaves nothing behind.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = _INVALID,  # noqa: A002 - the word of Stripe's errors
        code: str | None = None,
        param: str | None = None,
        more: Document | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self._error: Document = {"type": type, "message": message}
        if code is not None:
            self._error["code"] = code
            self._error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param is not None:
            self._error["param"] = param
        self._error |= more or {}

    @property
    def code(self) -> str | None:
        """The short code of the error, where it has one."""
        return self._error.get("code")

    @property
    def keeps_effects(self) -> bool:
        """Whether what was done before stays done."""
        return self.status == _PAYMENT_REQUIRED

    def body(self) -> Document:
        """Return the JSON body."""
        return {"error": self._error}


def no_such(word: str, id: str, *, param: str = "id", status: int = 400) -> Problem:  # noqa: A002 - the word of every vendor API
    """Return the error for an object that does not exist."""
    message = f"No such {word}: '{id}'"
    return Problem(message, status=status, code="resource_missing", param=param)


def not_played(what: str) -> Problem:
    """Return the error for something that Stripe can do and this server does not."""
    message = f"The local Stripe does not play {what}. The real one may."
    return Problem(message, code="local_stripe_not_played")
