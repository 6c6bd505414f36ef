"""The rehearsal: a whole invoice run on a copy, in a world of its own, with no outside effect."""
