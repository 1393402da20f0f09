"""Map columns to items, and their cells to answers."""
