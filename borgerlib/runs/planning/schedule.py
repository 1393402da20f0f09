"""What to paste so that this installation runs its batch every night: systemd, cron, Windows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from borgerlib import places
from borgerlib.errors import ParameterError

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Schedule:
    """Ready-made text for each system.

    Attributes
    ----------
    service, timer : str
        Contents of ``borger-batch.service`` and ``borger-batch.timer``.
    cron : str
        A line for ``crontab -e``.
    windows : str
        A command line for the Windows Task Scheduler.
    status : str
        The command that shows how the last batch went.
    """

    service: str
    timer: str
    cron: str
    windows: str
    status: str

    def text(self) -> str:
        """Return all schedules, each with instructions for installing it."""
        return _filled("schedule.txt", **vars(self)).rstrip()


def schedule(
    arguments: Sequence[str], *, at: str = "02:00", program: Sequence[str] = (), workspace: Path | None = None
) -> Schedule:
    """Return the lines that run ``borger batch`` with these arguments every night.

    Parameters
    ----------
    arguments : sequence of str
        What follows ``borger batch``: ``["--all", "--jobs", "2"]``.
    at : str
        The time of day, ``HH:MM``.
    program : sequence of str, optional
        The command that starts borgerlib; by default that of this installation.
    workspace : Path, optional
        Where the data and the reports are; by default the workspace in use.

    Raises
    ------
    ParameterError
        `at` is not a time of day, or a path contains a line break, which no schedule can hold.
    """
    found = _TIME.fullmatch(at.strip())
    if not found:
        raise ParameterError(f"'{at}' is no time of day.", hint="Give hours and minutes: --at 02:00")
    hour, minute = int(found[1]), int(found[2])
    home = workspace or places.workspace()
    if any("\n" in word for word in (*arguments, str(home))):
        raise ParameterError(
            "A path with a line break cannot stand in a schedule.", hint="Choose another: --out FOLDER"
        )
    out = arguments[arguments.index("--out") :][:2] if "--out" in arguments else ()
    command = [*(program or this_installation()), "batch", *arguments]
    return Schedule(
        service=_filled(
            "borger-batch.service",
            folder=str(home).replace("%", "%%"),
            workspace=_systemd_word(f"BORGER_WORKSPACE={home}"),
            # systemd expands $ in the arguments, but not in the program's path.
            command=" ".join(
                [_systemd_word(command[0]), *(_systemd_word(word).replace("$", "$$") for word in command[1:])]
            ),
        ),
        timer=_filled("borger-batch.timer", at=f"{hour:02d}:{minute:02d}"),
        cron=_cron(command, home, f"{minute} {hour} * * *"),
        windows=_windows(command, home, f"{hour:02d}:{minute:02d}"),
        status=shlex.join(["borger", "status", "--max-age", "26", *out]),
    )


def this_installation() -> list[str]:
    """Return the command that starts this installation, wherever it is called from."""
    script = Path(sys.executable).with_name("borger.exe" if sys.platform == "win32" else "borger")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "borgerlib"]


def _filled(template: str, **values: str) -> str:
    path = Path(__file__).parent / "templates" / template
    return path.read_text(encoding="utf-8").format(**values)


def _cron(command: Sequence[str], home: Path, when: str) -> str:
    # cron takes an unescaped percent sign for the end of the line.
    call = f"cd {shlex.quote(str(home))} && BORGER_WORKSPACE={shlex.quote(str(home))} {shlex.join(command)}"
    # cron mails everything that is printed: drop standard output, which reports no problems.
    return f"{when} {call} > /dev/null".replace("%", r"\%")


def _windows(command: Sequence[str], home: Path, at: str) -> str:
    action = f'cmd /c "cd /d {subprocess.list2cmdline([str(home)])} && set "BORGER_WORKSPACE={home}" && '
    action += f'{subprocess.list2cmdline(command)}"'
    quoted = action.replace('"', r"\"")
    return f'schtasks /Create /F /SC DAILY /ST {at} /TN "borger batch" /TR "{quoted}"'


def _systemd_word(word: str) -> str:
    """Quote a word for a unit file, in which % starts a specifier."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"' if re.search(r"[\s'\"\\;]", plain) else plain
