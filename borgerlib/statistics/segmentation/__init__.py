"""Kinds of respondents: by rule, or found in the answers."""
