"""The demo, driven through a real browser."""
