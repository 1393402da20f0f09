"""From an export without a codebook to its codebook and mapping."""
