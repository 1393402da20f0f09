"""Where people come from: a prepared survey, or a table from elsewhere."""
