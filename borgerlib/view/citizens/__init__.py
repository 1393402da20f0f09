"""The citizens' survey as its notebooks show it."""
