"""What the commands share: options, and what they print on.

For people they print in the console's own letters, for programs in UTF-8.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
from typer import Argument, Option

from borgerlib import errors

Municipality = Annotated[str, Argument(help="Name or code.")]
KeyFile = Annotated[
    Path | None, Option(help="File with the register's key. Default: the variable BORGER_REGISTER_KEY.")
]
LookFile = Annotated[
    Path | None,
    Option("--look", help="Name, logo, colours (TOML). Default: data/saved/<municipality>/udseende.toml."),
]
Port = Annotated[int, Option(min=1, max=65435, help="First port to try.")]
Browser = Annotated[bool, Option(help="Open the page in the browser.")]

# A day as computers write it, and as Danes do.
DAYS = ["%Y-%m-%d", "%d-%m-%Y"]

# However long a line: a wrapped path cannot be opened.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def forgive_letters() -> None:
    """Let a console or a log of few letters (cp1252 has no Ł) show another in place of those it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def wrote(path: Path) -> None:
    """Say where something was written."""
    out.print(f"Wrote [bold]{escape(str(path))}[/bold]")


def made(index: Path) -> None:
    """Say what to open."""
    out.print(f"Open [bold]{escape(str(index))}[/bold]")


def warned(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning in its words alone, not with the line of code that it comes from."""
    err.print(f"[yellow]Note:[/yellow] {escape(str(message))}")


def progress(*columns: ProgressColumn) -> Progress:
    """Return a bar that moves where somebody looks, and is nothing elsewhere: cron mails every line."""
    words = TextColumn("{task.description}")
    parts = (words, BarColumn(), MofNCompleteColumn(), *columns)
    return Progress(*parts, console=err, transient=True, disable=not err.is_terminal)


def heed(*signals: int) -> None:
    """Let these signals end the command as Ctrl-C does: once, so that what follows can end in order.

    So does the end of its terminal, unless it was told to outlive that (nohup).
    """
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        signals = (*signals, hangup)

    def interrupted(number: int, frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in signals:
        signal.signal(each, interrupted)


def command(*words: str, before: str = "") -> None:
    """Show a command of ours that runs as it stands."""
    out.print(escape(before + errors.command(*words)))


def data(text: str) -> None:
    """Put out what is to be read by a program or pasted: as it is, and in UTF-8 where it goes into a file."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text, flush=True)


def as_json(content: Any) -> None:
    """Put out what JSON can hold."""
    data(json.dumps(content, ensure_ascii=False, indent=1))
