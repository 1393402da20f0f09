"""pyproject.toml, environment.yml, constraints.txt, the Makefile and the table of CI tell the same story."""

import itertools
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from _pytest.mark.expression import Expression

ROOT = Path(__file__).resolve().parent.parent


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str:
    return normalised(re.match(r"[A-Za-z0-9_.-]+", requirement).group())


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def pins():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_environment_yml_names_the_same_requirements(project):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    pip = [entry for part in environment["dependencies"] if isinstance(part, dict) for entry in part["pip"]]
    named = {
        re.sub(r"\s", "", entry) for entry in conda + pip if requirement_name(entry) not in ("python", "pip")
    }
    wanted = {re.sub(r"\s", "", entry) for entry in project["dependencies"]}
    wanted |= {re.sub(r"\s", "", e) for e in project["optional-dependencies"]["test"]}
    assert named == wanted
    assert f"python{project['requires-python']}" in conda


def test_every_requirement_is_pinned(project, pins):
    pinned = {requirement_name(pin) for pin in pins}
    everything = project["dependencies"] + [
        e for extra in project["optional-dependencies"].values() for e in extra
    ]
    assert {requirement_name(entry) for entry in everything} <= pinned


def test_pins_are_exact_and_hold_no_address(pins):
    for pin in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.\-]+==[^\s/]+", pin), pin


def makefile_text():
    """Return the Makefile as it is without COVERAGE=yes."""
    return re.sub(r"\$\(if \$\(COVERAGE\),[^)]*\)", "", (ROOT / "Makefile").read_text("utf-8"))


def test_the_table_of_ci_begins_with_the_oldest_python_and_runs_what_make_test_runs(project):
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]["test"]
    assert f">={job['strategy']['matrix']['python'][0]}" == project["requires-python"]
    told = [step["run"].removeprefix("python ") for step in job["steps"] if "pytest" in step.get("run", "")]
    makefile = makefile_text()
    parallel = re.search(r"^WAITING := (.*)$", makefile, re.MULTILINE)[1]
    recipe = makefile.partition("\ntest: ")[2].partition("\ncoverage: ")[0].replace("$(WAITING)", parallel)
    assert told == re.findall(r"(-m pytest .*)", recipe)


def test_whatever_marks_a_test_has_some_command_runs_it():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    names = [marker.partition(":")[0] for marker in settings["markers"]]
    makefile = makefile_text()
    commands = makefile[makefile.index("\ntest:") :]
    targets = [
        Expression.compile(told.strip('"')) for told in re.findall(r'pytest -m ("[^"]+"|\w+)', commands)
    ]
    assert (len(targets), set(names)) == (5, {"browser", "slow", "long", "thorough", "nightly"})
    for marks in itertools.product([False, True], repeat=len(names) + 1):
        has = dict(zip([*names, "hypothesis"], marks, strict=True))
        assert any(target.evaluate(has.__getitem__) for target in targets), has


@pytest.mark.skipif(
    not shutil.which("make") or not hasattr(os, "getuid") or os.getuid() != 0, reason="needs make, as root"
)
def test_lab_as_root_says_what_to_do():
    command = ["make", "-s", "-C", str(ROOT), "not-root"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "make lab LAB=--allow-root" in refused.stdout
    assert subprocess.run([*command, "LAB=--allow-root"], check=False).returncode == 0
