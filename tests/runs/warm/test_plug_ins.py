"""The engine for papermill and the kernel for Jupyter, each used as their users do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from processes import ENDLESS, PATIENCE

from borgerlib.runs import warm

KERNEL = Path(warm.__file__).parent / "kernelspec"

PARENT = "import psutil; print('borgerlib.runs.warm.server' in psutil.Process().parent().cmdline())"


@pytest.mark.long
def test_papermill_runs_the_engine_by_itself(make_notebook, tmp_path, entry_points):
    source, target = make_notebook("a.ipynb", PARENT, "print(min_cell)"), tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "--engine", "borger", "--no-progress-bar"]
    done = subprocess.run(
        [*command, str(source), str(target), "-p", "min_cell", "7"],
        env=entry_points, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(target, as_version=4).cells
    assert [o.text for cell in cells if cell.cell_type == "code" for o in cell.outputs] == ["True\n", "7\n"]
    assert list((tmp_path / "t").iterdir()) == []


def test_the_engine_refuses_parameters_that_do_not_fit(make_notebook, tmp_path, entry_points):
    source, target = make_notebook("a.ipynb", "1"), tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", "--engine", "borger", "--no-progress-bar"]
    done = subprocess.run(
        [*command, str(source), str(target), "-p", "muncipality", "Odense", "-p", "confidence", "0,95"],
        env=entry_points, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Unknown parameter 'muncipality'. Did you mean 'municipality'?" in done.stderr
    assert "Parameter 'confidence' is a number with a decimal point (such as 0.95), not '0,95'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "first", ["borgerlib.runs.warm.engine", pytest.param("papermill", marks=pytest.mark.thorough)]
)
def test_engine_and_papermill_may_be_imported_in_either_order(first, entry_points):
    code = (
        f"import {first}\nfrom borgerlib.runs.warm.engine import WarmEngine, register_engine\n"
        "from papermill.engines import papermill_engines\n"
        "assert papermill_engines.get_engine('borger') is WarmEngine\nregister_engine()\n"
        "assert papermill_engines.get_engine('borger') is WarmEngine"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=entry_points, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_jupyter_starts_interrupts_restarts_and_ends_the_kernel(tmp_path, entry_points):
    # As the wheel puts it: pyproject.toml, shared-data.
    shutil.copytree(KERNEL, tmp_path / "prefix" / "share" / "jupyter" / "kernels" / "borger")
    code = f"""
import json, time
from jupyter_client.manager import start_new_kernel
def run(code):
    said = []
    hear = lambda message: said.append(message["content"].get("text"))
    client.execute_interactive(code, timeout={PATIENCE}, output_hook=hear)
    return "".join(filter(None, said)).strip()
manager, client = start_new_kernel(kernel_name="borger")
facts = {{"warm": run({PARENT!r}), "pid": run("import os; print(os.getpid())")}}
client.execute("print(1); import time; time.sleep({ENDLESS})")
while client.get_iopub_msg(timeout={PATIENCE})["msg_type"] != "stream": pass
manager.interrupt_kernel()
while (reply := client.get_shell_msg(timeout={PATIENCE}))["msg_type"] != "execute_reply": pass
facts["interrupted"] = reply["content"].get("ename")
manager.restart_kernel(now=True)
client.wait_for_ready(timeout={PATIENCE})
facts["new"] = run("import os; print(os.getpid())") != facts["pid"]
facts["warm again"] = run({PARENT!r})
client.stop_channels()
manager.shutdown_kernel(now=True)
facts["alive"] = manager.is_alive()
print(json.dumps(facts))
"""
    environment = {**entry_points, "JUPYTER_PATH": str(tmp_path / "prefix" / "share" / "jupyter")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout.splitlines()[-1])
    facts.pop("pid")
    assert facts == {
        "warm": "True", "interrupted": "KeyboardInterrupt", "new": True, "warm again": "True", "alive": False,
    }  # fmt: skip
    assert list((tmp_path / "t").iterdir()) == []


def test_the_kernelspec_names_our_provisioner_anywhere():
    spec = KernelSpec.from_resource_dir(str(KERNEL))
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == "borger-warm"
    assert "{connection_file}" in spec.argv
