"""The workspace, its members with their roles, and its settings."""
