"""A draw before everybody: who may be drawn, quotas, codes, what is published, and its check."""
