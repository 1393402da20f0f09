"""A place to look for oneself: a page of widgets, and what it draws."""
