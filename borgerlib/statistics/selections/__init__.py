"""Estimates of whatever respondents a reader selects."""
