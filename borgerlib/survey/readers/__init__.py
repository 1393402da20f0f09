"""One file a survey platform: its export → responses."""
