"""Temporary folders end with their owner."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from borgerlib.files.pdf import save_pdf
from borgerlib.files.temporary import owned_temporary_folder, sweep_temporary_folders
from borgerlib.view import theme

HOLD = """
import time
from borgerlib.files.temporary import owned_temporary_folder
with owned_temporary_folder() as folder:
    print(folder, flush=True)
    time.sleep(900)
"""


@pytest.fixture
def holder():
    """Return a process that holds a temporary folder, and the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    folder = Path(process.stdout.readline().strip())
    yield process, folder
    process.kill()
    process.communicate()
    sweep_temporary_folders()


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


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_folder_that_was_swept_before_its_lock_is_private_all_the_same(tmp_path, monkeypatch):
    swept = tmp_path / "borger-work-x"
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **_: str(swept))
    with owned_temporary_folder(tmp_path) as folder:
        assert folder == swept
        assert folder.stat().st_mode & 0o777 == 0o700


def test_one_s_own_goes_in_the_end():
    with owned_temporary_folder() as folder:
        (folder / "fil").write_text("")
        assert folder.parent == Path(tempfile.gettempdir())
    assert not folder.exists()


def test_the_fonts_of_a_pdf_are_in_a_folder_that_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    face = theme.font_face("regular", theme.font_file("regular").as_uri())
    page = (
        f"<html lang=da><title>x</title><style>{face}</style><p style='font-family:{theme.FONT_FAMILY}'>x</p>"
    )
    meanwhile = []
    save_pdf(page, tmp_path / "x.pdf", look_at=lambda _: meanwhile.extend(tmp_path.glob("*/*")))
    assert {path.parent.name.rpartition("-")[0] for path in meanwhile} == {"borger-work"}
    assert len(meanwhile) == 2  # the owner's lock and a font
    assert [path.name for path in tmp_path.iterdir()] == ["x.pdf"]
