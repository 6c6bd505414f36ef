"""timebot: time tracking and billing inside Slack."""
