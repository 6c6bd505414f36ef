"""What happened, what must still be said or done, and what was already heard."""
