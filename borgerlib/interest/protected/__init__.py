"""The protected copy of a survey's answers: all that the dashboard ever reads."""
