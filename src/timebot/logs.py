"""Logs: events with fields, as JSON lines or text; secrets and personal data never reach them."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from timebot.settings import Settings

# Tokens and keys of Slack, Stripe and Resend, addresses that answer for a person, and mail.
_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|\b(?:sk|rk|pk)_(?:live|test)_\w+|\bre_\w{8,}|whsec_[\w+/=]+"
    r"|\w+_secret_\w+|https?://hooks\.slack\.com/\S+|https?://\S*response_url\S*"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
)
# These log bodies or addresses at DEBUG, or noise at INFO.
_QUIET = (
    "stripe urllib3 weasyprint fontTools slack_sdk slack_bolt apscheduler alembic waitress werkzeug"
).split()

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
    root.setLevel(settings.log_level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


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
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}
