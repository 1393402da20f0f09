"""Codes that only a person and the municipality can connect with her: of a draw, and to withdraw by."""

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
    """Return each person's code, as 'K7QM-2XPD': eight letters by a key that nobody keeps."""
    while True:
        key = secrets.token_bytes(32)
        made = {person: keyed_code(str(at), key) for at, person in enumerate(ids)}
        # Two have the same code once in some 2,000 pools of 30,000.
        if len(set(made.values())) == len(made):
            return made


def as_typed(text: str) -> str:
    """Return a code as it is written in lists, however it was typed ('k7qm 2xpd')."""
    return _grouped("".join(letter for letter in text.upper() if letter.isalnum()).translate(_MISREAD))


def keyed_code(text: str, key: bytes, *, letters: int = _LENGTH) -> str:
    """Return the code of a text: five bits a letter of its keyed hash (HMAC-SHA-256), in groups of four."""
    number = int.from_bytes(
        hmac.new(key, text.encode(), hashlib.sha256).digest()[: -(-5 * letters // 8)], "big"
    )
    return _grouped("".join(_LETTERS[(number >> 5 * digit) & 31] for digit in range(letters)))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
