"""``borger …``: parse, call, print."""
