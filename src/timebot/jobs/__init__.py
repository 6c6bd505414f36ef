"""When things are done: the heartbeat, and the tasks it wakes."""
