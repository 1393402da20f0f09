"""One module per survey platform: from its export to responses."""
