"""A selection as a file to take away."""
