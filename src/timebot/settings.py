"""Settings: what the environment says, read once at start, with all faults told at once."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from timebot.errors import Refusal

_PROXIES = frozenset(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"))
_HOW = {
    "TIMEBOT_SECRET_KEY": "Make one with: python -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())'.",
    "SLACK_SIGNING_SECRET": "It stands under Basic Information of your Slack app.",
    "SLACK_BOT_TOKEN": "It stands under OAuth & Permissions and begins with xoxb-.",
    "SLACK_APP_TOKEN": "It is an app-level token of your Slack app; it begins with xapp-.",
    "SLACK_CLIENT_SECRET": "It stands under Basic Information of your Slack app.",
    "STRIPE_WEBHOOK_SECRET": "Stripe shows it beside the webhook endpoint; it begins with whsec_.",
    "RESEND_WEBHOOK_SECRET": "Resend shows it beside the webhook; it begins with whsec_.",
    "TIMEBOT_MAIL_FROM": "Write it as Billing <billing@agency.example>.",
    "PORT": "It is a number from 1 to 65535.",
}


class SettingsFaulty(Refusal):
    """One or more settings are missing or malformed.

    Attributes:
        faults: one line for each.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class Settings(BaseModel):
    """What timebot is told from outside; the names are those of the environment."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    database_url: str | None = Field(None, validation_alias="DATABASE_URL")
    data_dir: Path = Field(Path("var"), validation_alias="TIMEBOT_DATA_DIR")
    secret_key: SecretStr | None = Field(None, validation_alias="TIMEBOT_SECRET_KEY")
    public_url: str = Field("http://localhost:3000", validation_alias="TIMEBOT_PUBLIC_URL")
    owner: str | None = Field(None, validation_alias="TIMEBOT_OWNER")
    command: str = Field("/timer", validation_alias="TIMEBOT_COMMAND", pattern=r"^/[a-z0-9_-]+$")
    billing_command: str = Field(
        "/billing", validation_alias="TIMEBOT_BILLING_COMMAND", pattern=r"^/[a-z0-9_-]+$"
    )
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_bot_token: SecretStr | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_client_id: str | None = Field(None, validation_alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(None, validation_alias="SLACK_CLIENT_SECRET")
    slack_api_url: str = Field("https://slack.com/api/", validation_alias="SLACK_API_URL")
    stripe_api_key: SecretStr | None = Field(None, validation_alias="STRIPE_API_KEY")
    stripe_webhook_secret: SecretStr | None = Field(None, validation_alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: str | None = Field(None, validation_alias="STRIPE_API_BASE")
    resend_api_key: SecretStr | None = Field(None, validation_alias="RESEND_API_KEY")
    resend_webhook_secret: SecretStr | None = Field(None, validation_alias="RESEND_WEBHOOK_SECRET")
    resend_api_url: str | None = Field(None, validation_alias="RESEND_API_URL")
    mail_from: str | None = Field(None, validation_alias="TIMEBOT_MAIL_FROM")
    port: int = Field(3000, validation_alias="PORT", ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", validation_alias="LOG_LEVEL"
    )
    log_format: Literal["json", "text"] | None = Field(None, validation_alias="LOG_FORMAT")

    @property
    def effective_database_url(self) -> str:
        """The database to use: as set, else SQLite in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'timebot.db'}"

    @property
    def uses_slack(self) -> bool:
        """Whether a Slack workspace is connected at all."""
        return self.slack_bot_token is not None or self.slack_client_id is not None


@contextmanager
def hidden_environment() -> Iterator[None]:
    """Hide our settings, and proxies, from vendors' libraries that look for them by themselves.

    For calls to this machine alone: they need none of our keys, and no proxy could pass them on.
    """
    ours = {str(field.validation_alias) for field in Settings.model_fields.values()}
    hidden = ours | _PROXIES
    kept = {name: value for name, value in os.environ.items() if name.upper() in hidden}
    for name in kept:
        del os.environ[name]
    # Where the system itself names a proxy, this says that it is for nobody.
    os.environ["NO_PROXY"] = "*"
    try:
        yield
    finally:
        del os.environ["NO_PROXY"]
        os.environ.update(kept)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment; empty values count as not set.

    Raises:
        SettingsFaulty: naming every missing or malformed one, and how to get it.
    """
    given = {name: value for name, value in environ.items() if value.strip()}
    faults = [f"{name} is missing. {_HOW[name]}" for name in _missing(given)]
    faults += _malformed_keys(given.get("TIMEBOT_SECRET_KEY"))
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsFaulty(faults + _lines(error)) from None
    if faults:
        raise SettingsFaulty(faults)
    return settings


def _missing(given: Mapping[str, str]) -> list[str]:
    """Name the settings that others need beside them."""
    oauth, socket = "SLACK_CLIENT_ID" in given, "SLACK_APP_TOKEN" in given
    over_http = (oauth or "SLACK_BOT_TOKEN" in given) and not socket
    needed = {
        "SLACK_SIGNING_SECRET": over_http,
        "SLACK_BOT_TOKEN": socket,
        "SLACK_CLIENT_SECRET": oauth,
        "TIMEBOT_SECRET_KEY": oauth,
        "STRIPE_WEBHOOK_SECRET": "STRIPE_API_KEY" in given,
        "RESEND_WEBHOOK_SECRET": "RESEND_API_KEY" in given,
        "TIMEBOT_MAIL_FROM": "RESEND_API_KEY" in given,
    }
    return [name for name, is_needed in needed.items() if is_needed and name not in given]


def _malformed_keys(secret_key: str | None) -> list[str]:
    try:
        for part in (secret_key or "").split(","):
            if part:
                Fernet(part.strip())
    except ValueError:
        return [f"TIMEBOT_SECRET_KEY is malformed. {_HOW['TIMEBOT_SECRET_KEY']}"]
    return []


def _lines(error: ValidationError) -> list[str]:
    """Turn pydantic's findings into lines that never repeat a value, which may be a secret."""
    return [
        f"{fault['loc'][0]} is malformed: {_plain(fault['msg'])}. "
        f"{_HOW.get(str(fault['loc'][0]), '')}".strip()
        for fault in error.errors(include_url=False, include_input=False)
    ]


def _plain(message: str) -> str:
    text = message.removesuffix(".")
    return text[:1].lower() + text[1:]
