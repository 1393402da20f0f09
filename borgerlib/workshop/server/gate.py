"""Access control: the token admits the leader, the room's code admits participants."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Without letters and digits that are easily confused.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 6
_FREE_TRIES = 5
_PAUSE, _LONGEST_WAIT = 3.0, 30.0


def new_code() -> str:
    """Return a code that can be read from a screen: six letters and digits, a thousand million of them."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))


@dataclass
class Gate:
    """The keys of a running session.

    After five wrong codes from an address, its tries are processed one at a time, with a pause before each;
    tries that would wait longer than half a minute are rejected.

    Parameters
    ----------
    token : str
        Whoever has it leads.
    code : str
        Whoever has it takes part.
    now : callable
        The clock, in seconds.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    code: str = field(default_factory=new_code)
    now: Callable[[], float] = time.monotonic
    _wrong: dict[str, int] = field(default_factory=dict)
    _free_at: dict[str, float] = field(default_factory=dict)

    def leads(self, token: str) -> bool:
        """Return whether it is the token."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def wait(self, address: str) -> float | None:
        """Return the seconds before the next try of an address is looked at; None where it is turned away."""
        if self._wrong.get(address, 0) < _FREE_TRIES:
            return 0.0
        start = max(self.now(), self._free_at.get(address, 0.0)) + _PAUSE
        if start - self.now() > _LONGEST_WAIT:
            return None
        self._free_at[address] = start
        return start - self.now()

    def opens(self, code: str, address: str) -> bool:
        """Return whether it is the room's code, and remember wrong ones."""
        said = "".join(code.split()).upper()
        if hmac.compare_digest(said.encode(), self.code.encode()):
            return True
        self._wrong[address] = self._wrong.get(address, 0) + 1
        return False

    def is_slow(self, address: str) -> bool:
        """Return whether the tries of an address are slowed."""
        return self._wrong.get(address, 0) >= _FREE_TRIES
