"""A code for everybody in the pool, which only she and the municipality can connect with her."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

# Crockford's base 32: no I, L, O or U, so that a code can be read aloud and typed from paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_MISREAD = str.maketrans("OIL", "011")


def new_key() -> bytes:
    """Return a key to make codes with."""
    return secrets.token_bytes(32)


def make_codes(ids: Iterable[object], key: bytes) -> dict[object, str]:
    """Return each person's code: eight letters from a keyed hash of her id (HMAC-SHA-256), as 'K7QM-2XPD'.

    Raises
    ------
    ValueError
        Two have the same code (once in some 2,000 pools of 30,000): take another key.
    """
    codes = {person: _code(str(person), key) for person in ids}
    if len(set(codes.values())) < len(codes):
        raise ValueError("two people have one code")
    return codes


def as_typed(text: str) -> str:
    """Return a code as it is written in lists, however it was typed ('k7qm 2xpd')."""
    plain = "".join(letter for letter in text.upper() if letter.isalnum()).translate(_MISREAD)
    return f"{plain[:4]}-{plain[4:]}"


def _code(person: str, key: bytes) -> str:
    number = int.from_bytes(hmac.new(key, person.encode(), hashlib.sha256).digest()[:5], "big")
    letters = "".join(_LETTERS[(number >> 5 * place) & 31] for place in range(_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"
