"""The citizens' interest survey, from a platform's export to weighted respondents on disk and out again."""
