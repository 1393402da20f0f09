"""A warm server for the tests, and the plug-ins as they are installed."""

import os
import sys
from pathlib import Path

import pytest
from processes import begun_here

from borgerlib.runs.warm import WarmServer

linux = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if "anywhere" not in item.name:
                item.add_marker(linux)


@pytest.fixture
def server(warm: WarmServer) -> WarmServer:
    """Return a server that is ready."""
    assert begun_here(warm).ready(), warm.notice
    return warm


@pytest.fixture
def entry_points(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which engine and provisioner are found, installed or not."""
    folder = tmp_path / "installed" / "borger_warm-0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: borger-warm\nVersion: 0\n")
    (folder / "entry_points.txt").write_text(
        "[papermill.engine]\nborger = borgerlib.runs.warm.engine:WarmEngine\n\n"
        "[jupyter_client.kernel_provisioners]\n"
        "borger-warm = borgerlib.runs.warm.provisioner:WarmProvisioner\n"
    )
    path = os.pathsep.join(filter(None, [str(folder.parent), os.environ.get("PYTHONPATH", "")]))
    temporary = tmp_path / "t"
    temporary.mkdir()
    return {**os.environ, "PYTHONPATH": path, "TMPDIR": str(temporary)}
