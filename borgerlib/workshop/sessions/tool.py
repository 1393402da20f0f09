"""What a tool gives to whoever shows it: the same for a notebook and for the page on many screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from borgerlib.files.look import USUAL, Look


@dataclass(frozen=True)
class Tool:
    """A tool of the workshop.

    Parameters
    ----------
    name : str
    config : mapping
        What does not change while a session lasts: words, cards, roles.
    start : object
        The state in which nothing has been said.
    checked : callable
        (state, kind, content) → the content as it is kept; raises `ParameterError` (in Danish).
    applied : callable
        (state, change) → state.
    may : tuple of str
        What participants may say; whoever leads may say everything.
    view : callable
        State → what whoever leads sees.
    shared : callable
        State → what participants see on their own telephones: nothing of one another's answers.
    own : callable
        (state, who) → what one has said for oneself.
    look : Look
        The municipality's look.
    """

    name: str
    config: Mapping[str, Any]
    start: Any
    checked: Callable[[Any, str, Mapping[str, Any]], dict[str, Any]]
    applied: Callable[[Any, Any], Any]
    may: tuple[str, ...]
    view: Callable[[Any], dict[str, Any]]
    shared: Callable[[Any], dict[str, Any]]
    own: Callable[[Any, str], dict[str, Any]]
    look: Look = USUAL
