"""Locks end with their holder."""

import subprocess
import sys
from pathlib import Path

import pytest

from borgerlib.runs.planning.folder_lock import FolderBusyError, folder_lock

HOLD = """
import sys, time
from pathlib import Path
from borgerlib.runs.planning.folder_lock import folder_lock
with folder_lock(Path(sys.argv[1]), folder=Path("rapporter")):
    print("held", flush=True)
    time.sleep(900)
"""


@pytest.fixture
def holder(tmp_path):
    """Return a process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_who_holds_a_folder_is_told(tmp_path, holder):
    with pytest.raises(FolderBusyError) as error, folder_lock(tmp_path / "lock", folder=Path("rapporter")):
        pass
    assert f"Another batch works on rapporter (process {holder.pid} on " in str(error.value)
    assert "--wait" in str(error.value)


def test_a_lock_ends_with_its_holder_however_it_dies(tmp_path, holder):
    holder.kill()
    holder.wait()
    with folder_lock(tmp_path / "lock", folder=tmp_path):
        pass
