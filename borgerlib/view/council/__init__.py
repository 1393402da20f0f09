"""What a council reads first: its own municipality, in few pages."""
