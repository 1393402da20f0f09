"""Locks end with their holder, and so do temporary folders."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from borgerlib.runs.planning.folder_lock import (
    FolderBusyError,
    folder_lock,
    owned_temporary_folder,
    sweep_temporary_folders,
)

HOLD = """
import sys, time
from pathlib import Path
from borgerlib.runs.planning.folder_lock import folder_lock, owned_temporary_folder
with folder_lock(Path(sys.argv[1]), folder=Path("rapporter")), owned_temporary_folder() as folder:
    print(folder, flush=True)
    time.sleep(900)
"""


@pytest.fixture
def holder(tmp_path):
    """Return a process that holds the lock and a temporary folder, and the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    folder = Path(process.stdout.readline().strip())
    yield process, folder
    process.kill()
    process.communicate()
    sweep_temporary_folders()


def test_who_holds_a_folder_is_told(tmp_path, holder):
    process, _ = holder
    with pytest.raises(FolderBusyError) as error, folder_lock(tmp_path / "lock", folder=Path("rapporter")):
        pass
    assert f"Another batch works on rapporter (process {process.pid} on " in str(error.value)
    assert "--wait" in str(error.value)


def test_a_lock_ends_with_its_holder_however_it_dies(tmp_path, holder):
    process, _ = holder
    process.kill()
    process.wait()
    with folder_lock(tmp_path / "lock", folder=tmp_path):
        pass


def test_a_temporary_folder_in_use_stays_and_that_of_a_dead_owner_goes(holder):
    process, folder = holder
    sweep_temporary_folders()
    assert folder.is_dir()
    process.kill()
    process.wait()
    sweep_temporary_folders()
    assert not folder.exists()


def test_what_was_written_while_a_folder_was_removed_goes_and_one_just_made_stays():
    left, young = (Path(tempfile.mkdtemp(prefix="borger-work-")) for _ in range(2))
    (left / "borger-kernel").mkdir()
    os.utime(left, (0, 0))
    sweep_temporary_folders()
    assert not left.exists()
    assert young.exists()
    young.rmdir()


def test_who_sweeps_never_takes_a_folder_that_another_has_just_made(tmp_path):
    def use(_):
        for _ in range(60):
            with owned_temporary_folder(tmp_path) as folder:
                (folder / "fil").write_text("")
                sweep_temporary_folders(tmp_path)
                assert (folder / "fil").exists()

    with ThreadPoolExecutor(4) as users:
        assert len(list(users.map(use, range(4)))) == 4
    assert list(tmp_path.iterdir()) == []


def test_one_s_own_goes_in_the_end():
    with owned_temporary_folder() as folder:
        (folder / "fil").write_text("")
        assert folder.parent == Path(tempfile.gettempdir())
    assert not folder.exists()
