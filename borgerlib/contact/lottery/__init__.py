"""A citizens' lottery: it keeps quotas, makes chances as equal as they allow, and is open to verification."""
