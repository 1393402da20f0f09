"""What a survey asks, as data."""
