"""Slack: the only room that speaks to it; one file per feature, blocks drawn by pure functions."""
