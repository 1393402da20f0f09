"""What the page shows of a selection."""
