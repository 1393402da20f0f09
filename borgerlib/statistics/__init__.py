"""From respondents to numbers that may be shown."""
