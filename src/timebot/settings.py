"""Settings: what the environment says, read once at start, with all faults told at once."""

from pathlib import Path
from typing import Literal, Self

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from timebot.errors import Refusal

_HOW = {
    "TIMEBOT_SECRET_KEY": "Make one with: python -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())'.",
    "SLACK_SIGNING_SECRET": "It stands under Basic Information of your Slack app.",
    "SLACK_BOT_TOKEN": "It stands under OAuth & Permissions of your Slack app and begins with xoxb-.",
    "SLACK_APP_TOKEN": "It stands under Basic Information, App-Level Tokens, and begins with xapp-.",
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


class Settings(BaseSettings):
    """What timebot is told from outside; the names are those of the environment."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

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

    @model_validator(mode="after")
    def _together(self) -> Self:
        """Check what must be set together; every fault is named."""
        faults = [
            f"{name} is missing. {_HOW[name]}"
            for name, is_missing in self._needs().items()
            if is_missing
        ]
        faults += _malformed_keys(self.secret_key)
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _needs(self) -> dict[str, bool]:
        over_http = self.uses_slack and self.slack_app_token is None
        oauth = self.slack_client_id is not None
        return {
            "SLACK_SIGNING_SECRET": over_http and self.slack_signing_secret is None,
            "SLACK_BOT_TOKEN": self.slack_app_token is not None and self.slack_bot_token is None,
            "SLACK_CLIENT_SECRET": oauth and self.slack_client_secret is None,
            "TIMEBOT_SECRET_KEY": oauth and self.secret_key is None,
            "STRIPE_WEBHOOK_SECRET": bool(self.stripe_api_key) and not self.stripe_webhook_secret,
            "RESEND_WEBHOOK_SECRET": bool(self.resend_api_key) and not self.resend_webhook_secret,
            "TIMEBOT_MAIL_FROM": bool(self.resend_api_key) and not self.mail_from,
        }


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsFaulty: naming every missing or malformed one, and how to get it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsFaulty(_lines(error)) from None


def _malformed_keys(secret_key: SecretStr | None) -> list[str]:
    if secret_key is None:
        return []
    try:
        for part in secret_key.get_secret_value().split(","):
            Fernet(part.strip())
    except ValueError:
        return [f"TIMEBOT_SECRET_KEY is malformed. {_HOW['TIMEBOT_SECRET_KEY']}"]
    return []


def _lines(error: ValidationError) -> list[str]:
    """Turn pydantic's findings into lines that never repeat a value, which may be a secret."""
    lines: list[str] = []
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        if name:
            lines.append(
                f"{name} is malformed: {_plain(fault['msg'])}. {_HOW.get(name, '')}".strip()
            )
        else:
            lines.extend(fault["msg"].removeprefix("Value error, ").splitlines())
    return lines


def _plain(message: str) -> str:
    return message.removesuffix(".")[:1].lower() + message.removesuffix(".")[1:]
