"""What is pasted runs: as systemd, cron's shell and Windows read it."""

import os
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


def test_dollars_are_doubled_where_systemd_would_see_a_variable_and_nowhere_else():
    home = Path("/srv/$HOME rapporter")
    service = lines(schedule(["$x y"], program=["/opt/$b/borger"], workspace=home).service)
    assert service["ExecStart"] == '/opt/$b/borger batch "$$x y"'
    assert service["Environment"] == '"BORGER_WORKSPACE=/srv/$HOME rapporter"'
    assert service["WorkingDirectory"] == str(home)


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


def has_systemd():
    asked = ["systemd-run", "--user", "--wait", "--quiet", "true"]
    return (
        bool(shutil.which(asked[0]))
        and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    )


@pytest.mark.slow
def test_systemd_runs_the_command_in_the_workspace(tmp_path):
    if not has_systemd():
        pytest.skip("no systemd runs for this user")
    home, program = tmp_path / "mine $HOME-rapporter 100%", tmp_path / "det $program"
    home.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s|" "$PWD" "$BORGER_WORKSPACE" "$@" > "$PWD/kaldt"\n')
    program.chmod(0o755)
    unit = Path.home() / ".config" / "systemd" / "user" / f"borger-test-{os.getpid()}.service"
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text(made(program=[str(program)], workspace=home).service)
    try:
        subprocess.run(["systemctl", "--user", "daemon-reload"], check=True)
        subprocess.run(["systemctl", "--user", "start", unit.stem], check=True)
    finally:
        unit.unlink()
        subprocess.run(["systemctl", "--user", "daemon-reload"], check=False)
    called = (home / "kaldt").read_text().split("|")[:-1]
    assert called == [str(home), str(home), "batch", *ARGUMENTS]


def test_the_cron_line_is_what_a_shell_runs(tmp_path):
    home, program = tmp_path / "mine $HOME-rapporter 100%", tmp_path / "det program"
    home.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s|" "$PWD" "$BORGER_WORKSPACE" "$@" > "$PWD/kaldt"\necho well\n')
    program.chmod(0o755)
    line = made(program=[str(program)], workspace=home).cron
    when, _, command = line.partition(" cd ")
    assert when == "5 2 * * *"
    assert "%" not in command.replace(r"\%", "")
    done = subprocess.run(
        ["sh", "-c", "cd " + command.replace(r"\%", "%")], check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("", ""), "cron would mail it"
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
