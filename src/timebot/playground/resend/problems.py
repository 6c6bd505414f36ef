"""What the local Resend refuses, in the shape of Resend's own errors.

Source: https://resend.com/docs/api-reference/errors
"""

from timebot.playground.store import Document


class Problem(Exception):
    """An error answer.

    Attributes:
        status: the HTTP status.
        headers: more headers, such as `retry-after`.
    """

    def __init__(
        self, status: int, name: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self._name = name

    def body(self) -> Document:
        """Return the JSON body."""
        return {"statusCode": self.status, "name": self._name, "message": str(self)}


def invalid(message: str) -> Problem:
    """Return the error for a value that cannot be right."""
    return Problem(422, "validation_error", message)


def missing(field: str) -> Problem:
    """Return the error for a field that is not there."""
    return Problem(422, "missing_required_field", f"Missing `{field}` field.")
