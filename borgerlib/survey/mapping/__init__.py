"""Which column feeds which item, and what its cells stand for."""
