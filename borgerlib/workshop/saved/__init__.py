"""What a session leaves: numbers, and a report."""
