"""Weights that make respondents stand for the people who live here."""
