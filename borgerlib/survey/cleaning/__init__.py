"""From responses to respondents, every row and change accounted for."""
