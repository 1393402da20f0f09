"""The survey: what was asked, and what was answered."""
