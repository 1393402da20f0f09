"""The server of a meeting: one page for whoever leads, one for those who take part."""
