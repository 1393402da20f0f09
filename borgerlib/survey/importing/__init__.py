"""From an export that nobody has described to a codebook and a mapping of it."""
