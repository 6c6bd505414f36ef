"""How timebot is set up to live in the local world: the same settings as anywhere else."""

import socket

from timebot.playground.world import LocalWorld


def local_environment(world: LocalWorld, database_url: str, public_url: str) -> dict[str, str]:
    """Return the environment that points every outside name at the local world."""
    return {
        "DATABASE_URL": database_url,
        "TIMEBOT_PUBLIC_URL": public_url,
        "SLACK_SIGNING_SECRET": world.slack.signing_secret,
        "SLACK_BOT_TOKEN": world.slack.bot_token,
        "SLACK_API_URL": world.slack.api_url,
        "STRIPE_API_KEY": world.stripe.api_key,
        "STRIPE_WEBHOOK_SECRET": world.stripe.webhook_secret,
        "STRIPE_API_BASE": world.stripe.url,
        "RESEND_API_KEY": world.resend.api_key,
        "RESEND_WEBHOOK_SECRET": world.resend.webhook_secret,
        "RESEND_API_URL": world.resend.url,
        "TIMEBOT_MAIL_FROM": "Studio North <billing@studio-north.example>",
    }


def free_port() -> int:
    """Return a port of this machine on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
