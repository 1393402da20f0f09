"""Comparisons as tables, charts and sentences."""
