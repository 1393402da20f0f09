"""What the commands share: options and output.

Output for people is in the console's own encoding, output for programs in UTF-8.
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

# A date in ISO format, and as Danes write it.
DAYS = ["%Y-%m-%d", "%d-%m-%Y"]

# Never wrap lines: a wrapped path cannot be opened.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def forgive_letters() -> None:
    """Let a console or log with a small character set (cp1252 has no Ł) replace missing letters."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def wrote(path: Path) -> None:
    """Print where something was written."""
    out.print(f"Wrote [bold]{escape(str(path))}[/bold]")


def made(index: Path) -> None:
    """Print what to open."""
    out.print(f"Open [bold]{escape(str(index))}[/bold]")


def warned(message: Warning | str, *_: object, **__: object) -> None:
    """Print only the text of a warning, without the line of code that it comes from."""
    err.print(f"[yellow]Note:[/yellow] {escape(str(message))}")


def progress(*columns: ProgressColumn) -> Progress:
    """Return a progress bar for a terminal; elsewhere it prints nothing, because cron mails every line."""
    words = TextColumn("{task.description}")
    parts = (words, BarColumn(), MofNCompleteColumn(), *columns)
    return Progress(*parts, console=err, transient=True, disable=not err.is_terminal)


def heed(*signals: int) -> None:
    """Let these signals end the command like Ctrl-C; later ones are ignored, so that it can end in order.

    A closed terminal also ends it, unless the command was started with nohup.
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
    """Print a borgerlib command that can be run as it is."""
    out.print(escape(before + errors.command(*words)))


def data(text: str) -> None:
    """Print text for a program or for pasting: unchanged, and in UTF-8 if it goes into a file."""
    if not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text, flush=True)


def as_json(content: Any) -> None:
    """Print content as JSON."""
    data(json.dumps(content, ensure_ascii=False, indent=1))
