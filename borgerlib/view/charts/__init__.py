"""Charts of disclosed estimates."""
