"""An IPython extension that keeps a notebook which prints endlessly from filling memory and page.

Loaded in the kernel of every run, cold or warm. Output beyond the limit never leaves the kernel.
"""

from __future__ import annotations

import sys
from typing import Any

MOST_OUTPUT = 20_000_000
EXTENSION = __name__


class _Forgotten(dict[int, list[Any]]):
    """Discards every cell's output, which IPython would keep for a magic that no run uses."""

    def __missing__(self, key: int) -> list[Any]:
        return []


def load_ipython_extension(shell: Any) -> None:
    """Limit what the notebook and its subprocesses print, and keep no second copy of it."""
    shell.history_manager.outputs = _Forgotten()
    for stream in (sys.stdout, sys.stderr):
        cap(stream, MOST_OUTPUT)


def cap(stream: Any, most: int) -> None:
    """Limit a stream to `most` characters, and one more, by which a reader knows that there were more."""
    write, left = stream.write, most + 1

    def capped(text: Any) -> int:
        nonlocal left
        if not isinstance(text, str):
            return int(write(text))  # which raises
        if kept := text[:left]:
            left -= len(kept)
            write(kept)
        return len(text)

    stream.write = capped
