"""Logs: events with fields, as JSON lines or text; secrets and personal data never reach them."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from timebot.settings import Settings

# Tokens and keys of Slack, Stripe and Resend, addresses that answer for a person, mail, and the row
# that PostgreSQL quotes in its errors.
_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|\b(?:sk|rk|pk)_(?:live|test)_\w+|\bre_\w{8,}|whsec_[\w+/=]+"
    r"|\w+_secret_\w+|https?://hooks\.slack\.com/[^\s\"'<>]+|https?://[^\s\"'<>]*/respond/[\w-]+"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+|(?<=DETAIL:  )[^\n]+"
)
_OURS = "timebot"

Event = MutableMapping[str, Any]


def redact(text: str) -> str:
    """Blank out everything in a text that looks like a secret or a mail address."""
    return _SECRETS.sub("[redacted]", text)


def set_up_logs(settings: Settings) -> None:
    """Send every log line to standard error, redacted, at the level that was asked for."""
    as_text = settings.log_format == "text" or (settings.log_format is None and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=_last_steps(as_text=as_text)
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Vendors log bodies, statements and addresses below WARNING, so only our own level can be set.
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(settings.log_level)


def _last_steps(*, as_text: bool) -> list[Any]:
    draw: Any = (
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
        if as_text
        else structlog.processors.JSONRenderer()
    )
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _redact_fields,
        draw,
    ]


def _redact_fields(_logger: object, _method: str, event: Event) -> Event:
    return {key: _redacted(value) for key, value in event.items()}


def _redacted(value: object) -> object:
    """Redact a field, however deep it is; what is no plain value is written as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {redact(str(key)): _redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(item) for item in value]
    return redact(str(value))
