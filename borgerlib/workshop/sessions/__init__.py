"""What a meeting has said, kept change by change."""
