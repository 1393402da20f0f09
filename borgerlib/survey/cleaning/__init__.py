"""From responses to respondents, with every row and change accounted for."""
