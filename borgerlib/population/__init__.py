"""Who could have answered."""
