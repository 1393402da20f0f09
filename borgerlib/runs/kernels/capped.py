"""An extension of IPython by which a notebook that prints without end fills neither memory nor page.

Loaded in the kernel of every run, cold or warm. What is printed beyond the most stays there.
"""

from __future__ import annotations

import sys
from typing import Any

MOST_OUTPUT = 20_000_000
EXTENSION = __name__


class _Forgotten(dict[int, list[Any]]):
    """What IPython would keep of every cell's output, for a magic that no run uses: nothing."""

    def __missing__(self, key: int) -> list[Any]:
        return []


def load_ipython_extension(shell: Any) -> None:
    """Cap what the notebook and what it starts print, and keep no second copy of it."""
    shell.history_manager.outputs = _Forgotten()
    for stream in (sys.stdout, sys.stderr):
        cap(stream, MOST_OUTPUT)


def cap(stream: Any, most: int) -> None:
    """Let a stream take so many characters, and one more by which a reader knows that there were more."""
    write, left = stream.write, most + 1

    def capped(text: Any) -> int:
        nonlocal left
        if not isinstance(text, str):
            return int(write(text))  # which refuses it
        if kept := text[:left]:
            left -= len(kept)
            write(kept)
        return len(text)

    stream.write = capped
