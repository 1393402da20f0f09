"""The two tools of a meeting: the influence map, and the dialogue cards."""
