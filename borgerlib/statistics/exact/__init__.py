"""Exact intervals and tests, where sampling without replacement matters or answers are few."""
