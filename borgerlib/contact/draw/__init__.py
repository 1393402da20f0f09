"""A public draw: who may be drawn, quotas, codes, what is published, and its verification."""
