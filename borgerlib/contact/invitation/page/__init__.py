"""The page that invites: its widgets, and what they say in Danish."""
