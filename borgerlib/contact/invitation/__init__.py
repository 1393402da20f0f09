"""Who is invited: chosen by their answers or by lot, seen beside the population, and put on a list."""
