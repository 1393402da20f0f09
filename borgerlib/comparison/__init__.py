"""Surveys beside each other: waves, targets, municipalities."""
