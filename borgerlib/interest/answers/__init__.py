"""The prepared answers as estimates that may be shown."""
