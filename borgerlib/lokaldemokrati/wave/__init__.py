"""A later wave of the survey, from its microdata."""
