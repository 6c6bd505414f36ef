"""Time entries: timers, manual entries, corrections, submission and approval."""
