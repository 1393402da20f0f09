"""Cards that a council talks by: welfare themes, formats of dialogue, roles of politicians."""
