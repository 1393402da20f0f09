"""Which counts are hidden, and which more so that they stay so."""
