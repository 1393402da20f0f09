"""How much influence a role has on what makes a dialogue succeed, today and as wished."""
