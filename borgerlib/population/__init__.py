"""The population that could have answered."""
