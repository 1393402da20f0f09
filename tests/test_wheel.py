"""The package as a user installs it: a wheel, used from an empty folder without the repository."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROBE = """
import json
import borgerlib
from borgerlib import places
from borgerlib.runs.kernels.execute import run_notebook

source = places.notebooks() / "02_strategi.ipynb"
run = run_notebook(source, places.reports("ud.ipynb"), {"municipality": "Furesø"})
print(json.dumps({
    "package": borgerlib.__file__,
    "in_checkout": places.in_checkout(),
    "workspace": str(places.workspace()),
    "notebooks": len(list(places.notebooks().glob("*.ipynb"))),
    "insight": str(borgerlib.open_insight(2).finding()),
    "status": run.status,
}))
"""


def python(*arguments, cwd, **environment):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "BORGER_WORKSPACE"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    return next(folder.glob("borgerlib-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return the folder of the installed package; what it needs comes from this environment."""
    target = tmp_path_factory.mktemp("installed")
    python(
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
        cwd=target,
    )
    return target


@pytest.mark.slow
class TestWheel:
    def test_it_holds_what_the_reports_need_and_nothing_private(self, wheel):
        names = zipfile.ZipFile(wheel).namelist()
        bundled = {name.removeprefix("borgerlib/_bundled/") for name in names if "_bundled/" in name}
        for folder in ("notebooks", "data/raw"):
            for path in (ROOT / folder).rglob("*"):
                if path.is_file() and ".ipynb_checkpoints" not in path.parts:
                    assert str(path.relative_to(ROOT)) in bundled
        assert not [name for name in names if "processed" in name or name.startswith("tests/")]
        for ending in (".j2", ".css"):
            shipped = {str(path.relative_to(ROOT)) for path in (ROOT / "borgerlib").rglob(f"*{ending}")}
            assert shipped
            assert shipped <= set(names)
        # Type checkers look for both.
        assert {"borgerlib/py.typed", "borgerlib/__init__.pyi"} <= set(names)

    @pytest.mark.long
    def test_it_works_in_an_empty_folder(self, installed, tmp_path):
        # PYTHONPATH stands before the editable install of this environment; the kernel inherits it.
        told = json.loads(python("-c", PROBE, cwd=tmp_path, PYTHONPATH=str(installed)).splitlines()[-1])
        assert told["package"] == str(installed / "borgerlib" / "__init__.py")
        assert told["in_checkout"] is False
        assert told["workspace"] == str(tmp_path)
        assert told["notebooks"] >= 11
        assert told["insight"].startswith("58\xa0pct. af kommunerne har en strategi")
        assert told["status"] == "done"
        executed = (tmp_path / "reports" / "ud.ipynb").read_text(encoding="utf-8")
        assert "Fishers eksakte test" in executed

    @pytest.mark.long
    def test_its_command_line_audits(self, installed, tmp_path):
        out = python(
            "-m",
            "borgerlib",
            "audit",
            "--format",
            "json",
            cwd=tmp_path,
            PYTHONPATH=str(installed),
        )
        assert {record["status"] for record in json.loads(out)} == {
            "reproduced",
            "contradictory",
            "impossible",
            "inferred",
            "derived",
            "quoted",
            "bounded",
        }
        assert list(tmp_path.iterdir()) == []


def test_an_editable_install_uses_the_checkout():
    from borgerlib import places

    assert places.in_checkout()
    assert places.notebooks() == ROOT / "notebooks"
    assert not (ROOT / "borgerlib" / "_bundled").exists()
