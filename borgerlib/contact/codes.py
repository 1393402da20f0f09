"""Codes for people that only they and the municipality can link to them, for draws and for withdrawing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection

# Crockford's base 32: no I, L, O or U, so that a code can be read aloud and typed from paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_MISREAD = str.maketrans("OIL", "011")


def make_codes(ids: Collection[object]) -> dict[object, str]:
    """Return each person's code, as 'K7QM-2XPD': eight letters from a random key that is not kept."""
    while True:
        key = secrets.token_bytes(32)
        made = {person: keyed_code(str(at), key) for at, person in enumerate(ids)}
        # Draw again if two people get the same code: this happens in one of 2,000 pools of 30,000 people.
        if len(set(made.values())) == len(made):
            return made


def as_typed(text: str) -> str:
    """Return a typed code ('k7qm 2xpd') in the form in which lists write it."""
    return _grouped("".join(letter for letter in text.upper() if letter.isalnum()).translate(_MISREAD))


def keyed_code(text: str, key: bytes, *, letters: int = _LENGTH) -> str:
    """Return a text's keyed hash (HMAC-SHA-256) as letters of five bits each, in groups of four."""
    number = int.from_bytes(
        hmac.new(key, text.encode(), hashlib.sha256).digest()[: -(-5 * letters // 8)], "big"
    )
    return _grouped("".join(_LETTERS[(number >> 5 * digit) & 31] for digit in range(letters)))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
