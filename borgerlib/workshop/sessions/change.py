"""A change that somebody made in a session. A session is the ordered list of its changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.workshop.words import words

TOGETHER = ""
"""Who speaks when the group speaks: whoever leads the session, for all."""

MATERIAL = "material"
"""What a session is about is kept in it as a change of this kind, which nobody can say: it needs no other
file when it is opened again, or by another municipality."""


@dataclass(frozen=True)
class Change:
    """A change.

    Parameters
    ----------
    who : str
        A participant's random name; `TOGETHER` for the group.
    kind : str
        What the tool calls it: 'place'.
    content : mapping
        What it says.
    number : int
        Its place in the session; 0 until it is kept.
    at : str
        When it was kept (ISO 8601, UTC).
    """

    who: str
    kind: str
    content: Mapping[str, Any]
    number: int = 0
    at: str = ""


def text(content: Mapping[str, Any], key: str, longest: int) -> str:
    """Return a text of a message as it is kept, or raise `ParameterError` (in Danish)."""
    value = content.get(key, "")
    if not isinstance(value, str):
        raise ParameterError(words()("errors", "unknown"))
    spaced = (" " if letter.isspace() and letter != "\n" else letter for letter in value)
    value = danish.without_invisible("".join(spaced)).strip()
    if len(value) > longest:
        raise ParameterError(words()("errors", "too_long", antal=len(value) - longest, hoejst=longest))
    return value


def step(content: Mapping[str, Any], key: str, lowest: int, highest: int) -> int:
    """Return a whole number of a message, or raise `ParameterError` (in Danish)."""
    value = content.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ParameterError(words()("errors", "outside", laveste=lowest, hoejeste=highest))
    return value


def one_of(content: Mapping[str, Any], key: str, legal: Any) -> str:
    """Return a name of a message, or raise `ParameterError` (in Danish)."""
    value = content.get(key)
    if not isinstance(value, str) or value not in legal:
        raise ParameterError(words()("errors", "unknown"))
    return value
