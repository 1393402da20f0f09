"""The leaders' survey as its notebooks show it."""
