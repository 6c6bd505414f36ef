"""Who pays, for what, and at which rate."""
