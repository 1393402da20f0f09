"""What is pasted runs: as systemd, cron's shell and Windows read it."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from borgerlib.errors import ParameterError
from borgerlib.runs.planning.schedule import schedule, this_installation

HOME = Path("/srv/borger rapporter 100%")
PROGRAM = ["/opt/min borger/bin/borger"]
ARGUMENTS = ["--all", "--jobs", "2", "--out", "/srv/ud af huset"]


def made(**options):
    return schedule(ARGUMENTS, **{"at": "2:05", "program": PROGRAM, "workspace": HOME} | options)


def lines(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def test_the_timer_rings_at_that_time_and_catches_up():
    timer = lines(made().timer)
    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 02:05:00", "true")


def test_the_service_starts_the_command_in_the_workspace():
    service = lines(made().service)
    assert (
        service["ExecStart"] == '"/opt/min borger/bin/borger" batch --all --jobs 2 --out "/srv/ud af huset"'
    )
    assert service["WorkingDirectory"] == "/srv/borger rapporter 100%%"
    assert service["Environment"] == '"BORGER_WORKSPACE=/srv/borger rapporter 100%%"'


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_both(tmp_path):
    program = shutil.which("true")
    plan = schedule(["--all"], program=[program], workspace=tmp_path)
    (tmp_path / "borger-batch.service").write_text(plan.service)
    (tmp_path / "borger-batch.timer").write_text(plan.timer)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.glob("borger-batch.*"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "borger-batch" not in done.stderr, done.stderr


def test_the_cron_line_is_what_a_shell_runs(tmp_path):
    home, program = tmp_path / "mine rapporter 100%", tmp_path / "det program"
    home.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s|" "$PWD" "$BORGER_WORKSPACE" "$@" > "$PWD/kaldt"\n')
    program.chmod(0o755)
    line = made(program=[str(program)], workspace=home).cron
    when, _, command = line.partition(" cd ")
    assert when == "5 2 * * *"
    assert "%" not in command.replace(r"\%", "")
    subprocess.run(["sh", "-c", "cd " + command.replace(r"\%", "%")], check=True)
    called = (home / "kaldt").read_text().split("|")[:-1]
    assert called == [str(home), str(home), "batch", *ARGUMENTS]


def test_the_windows_line_names_time_task_and_command():
    line = made().windows
    assert line.startswith('schtasks /Create /F /SC DAILY /ST 02:05 /TN "borger batch" /TR "')
    assert r"\"/opt/min borger/bin/borger\" batch --all" in line
    assert line.endswith('"')


def test_it_is_this_installation_that_is_called():
    program = this_installation()
    assert subprocess.run([*program, "--help"], capture_output=True, check=False).returncode == 0
    assert shlex.join(program) in schedule(["--all"]).cron


@pytest.mark.parametrize("at", ["25:00", "2", "02:60", "midnat", "02:00\nExecStart=x"])
def test_a_time_that_is_none_is_refused(at):
    with pytest.raises(ParameterError, match="no time of day"):
        made(at=at)
