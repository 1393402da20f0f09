"""A report as one folder, whole or not at all."""
