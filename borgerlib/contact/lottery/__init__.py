"""A citizens' lottery: quotas that hold, chances as equal as they allow, and a draw that anyone can check."""
