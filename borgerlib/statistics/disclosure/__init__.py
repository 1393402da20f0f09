"""What may be shown, and what must go so that it stays hidden."""
