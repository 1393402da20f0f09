"""Shares, means, differences and tests of survey samples."""
