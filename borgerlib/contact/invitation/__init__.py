"""Choose whom to invite, by answers or by lot, compare them with the population, and make a list."""
