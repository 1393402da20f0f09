"""Notebooks of many municipalities at work."""
