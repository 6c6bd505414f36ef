"""Revisions: one for each room, payments apart from the rest of billing."""
