"""An IPython extension that records which files a notebook reads: what its run is made from.

Loaded in the kernel of every run, cold or warm. It sees what Python opens, and the Parquet files that
borgerlib reads; it does not see files that another library opens in C.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

VARIABLE = "BORGER_READS"
EXTENSION = __name__
# What Python and its libraries read for themselves, as in all hidden folders (caches, settings).
_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/var", "/opt/conda")


def load_ipython_extension(shell: Any) -> None:
    """Write every path that is opened from now on into the file that the environment names."""
    # Removed, so that a notebook and its subprocesses have the same environment however they are run.
    path = os.environ.pop(VARIABLE, None)
    if path:
        notes = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sys.addaudithook(_hook(notes))


def _hook(notes: int) -> Any:
    known: set[str] = set()

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and arguments[0] not in known:
            known.add(arguments[0])
            mode = "<" if arguments[2] & (os.O_WRONLY | os.O_RDWR) == 0 else ">"
            os.write(notes, f"{mode}{os.path.abspath(arguments[0])}\n".encode(errors="surrogateescape"))

    return heard


def files_read(notes: Path) -> tuple[str, ...]:
    """Return the files that a run read and had not written itself, without those of Python and the system."""
    try:
        lines = notes.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ()
    written = {line[1:] for line in lines if line.startswith(">")}
    read = dict.fromkeys(line[1:] for line in lines if line.startswith("<"))
    return tuple(sorted(path for path in read if path not in written and _is_data(path)))


def _is_data(path: str) -> bool:
    roots = (sys.prefix, sys.base_prefix, *_SYSTEM)
    if path.startswith(tuple(f"{root}{os.sep}" for root in roots)) or path.endswith(".pyc"):
        return False
    return not any(part.startswith(".") for part in path.split(os.sep)) and os.path.isfile(path)
