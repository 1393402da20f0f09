"""Files and folders are written whole or not at all; the parts that a power cut meets are really killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from borgerlib.errors import RunError
from borgerlib.files import atomic
from borgerlib.files.atomic import replacing, replacing_folder, settled


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestFile:
    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    def test_a_private_one_is_private_from_its_first_letter_on(self, tmp_path):
        target = tmp_path / "liste.csv"
        target.touch(mode=0o644)
        with replacing(target, private=True) as beside:
            beside.write_text("Anna")
            assert beside.stat().st_mode & 0o777 == 0o600
        assert target.stat().st_mode & 0o777 == 0o600

    def test_it_takes_the_place_of_the_old_one_with_the_users_rights(self, tmp_path):
        target = tmp_path / "svar.csv"
        target.write_text("old")
        before = os.umask(0o027)
        try:
            with replacing(target) as beside:
                beside.write_text("new")
                assert target.read_text() == "old"
        finally:
            os.umask(before)
        assert target.read_text() == "new"
        assert target.stat().st_mode & 0o777 == 0o640  # 0666 without what the umask takes
        assert names(tmp_path) == ["svar.csv"]

    def test_whatever_goes_wrong_on_the_way_leaves_the_old_one_and_no_trace(self, tmp_path):
        target = tmp_path / "svar.csv"
        target.write_text("old")

        def fail():
            with replacing(target) as beside:
                beside.write_text("half")
                raise ValueError("to be mended")

        with pytest.raises(ValueError, match="mended"):
            fail()
        assert target.read_text() == "old"
        assert names(tmp_path) == ["svar.csv"]

    def test_a_refusal_of_the_system_is_told_as_the_caller_wants(self, tmp_path):
        with pytest.raises(FileNotFoundError), replacing(tmp_path / "ingen" / "x") as beside:
            beside.write_text("")
        with (
            pytest.raises(RunError, match=r"The PDF x cannot be written to .*ingen: No such file") as error,
            replacing(tmp_path / "ingen" / "x", what="The PDF", error=RunError) as beside,
        ):
            beside.write_text("")
        assert "folder that you may write to" in error.value.hint


KILLED = """
import os, signal, sys
from pathlib import Path
from borgerlib.files import atomic

def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

target, point = Path(sys.argv[1]), int(sys.argv[2])
moves, rename = 0, os.rename
def counted(*args):
    global moves
    if moves == point:
        die()
    rename(*args)
    moves += 1
if point >= 0:
    os.rename = counted
    atomic._exchange = lambda one, other: False
    if point == 2:
        atomic.shutil.rmtree = die
with atomic.replacing_folder(target) as folder:
    (folder / "a").write_text("new")
    if point == -1:
        die()
if point == -2:
    die()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
class TestFolder:
    @pytest.mark.parametrize(
        ("point", "kept"),
        [
            (-1, "old"),  # while it is written
            (-2, "new"),  # when it is in place
            # Where the system cannot swap two folders in one step:
            (0, "old"),  # before the old one is set aside
            (1, "old"),  # the old one is set aside, the new one is not yet in place
            (2, "new"),  # the new one is in place, the old one not yet cleared away
        ],
    )
    def test_killed_anywhere_it_leaves_the_old_or_the_new_whole(self, tmp_path, point, kept):
        target = tmp_path / "odense"
        target.mkdir()
        (target / "a").write_text("old")
        command = [sys.executable, "-c", KILLED, str(target), str(point)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        assert (settled(target) / "a").read_text() == kept
        for path in tmp_path.glob(".*.part"):  # as if that had been long ago
            os.utime(path, (1, 1))
        with replacing_folder(target) as folder:
            (folder / "a").write_text("newest")
        assert names(tmp_path) == ["odense"]
        assert (settled(target) / "a").read_text() == "newest"

    def test_what_a_killed_writer_left_goes_once_it_is_surely_dead(self, tmp_path):
        dead, alive = tmp_path / ".odense.1.part", tmp_path / ".odense.2.part"
        for folder in (dead, alive):
            folder.mkdir()
        os.utime(dead, (time.time() - 7200, time.time() - 7200))
        with replacing_folder(tmp_path / "odense"):
            pass
        assert names(tmp_path) == [".odense.2.part", "odense"]

    def test_a_private_folder_is_for_its_owner_alone(self, tmp_path):
        target = tmp_path / "contact" / "odense"
        with replacing_folder(target, private=True) as folder:
            (folder / "a").write_text("")
        modes = [path.stat().st_mode & 0o777 for path in (target.parent, target, target / "a")]
        assert modes == [0o700, 0o700, 0o600]

    def test_what_is_to_be_kept_is_taken_over_unless_it_is_new(self, tmp_path):
        target = tmp_path / "odense"
        (target / "bilag").mkdir(parents=True)
        for name in ("bilag/a", "b", "c"):
            (target / name).write_text("old")
        with replacing_folder(target, keep=lambda path: path.name != "c") as folder:
            (folder / "b").write_text("new")
        assert names(target) == ["b", "bilag"]
        assert ((target / "bilag" / "a").read_text(), (target / "b").read_text()) == ("old", "new")

    @pytest.mark.parametrize("in_one_step", [True, False])
    def test_writers_at_the_same_time_leave_one_whole_folder(self, tmp_path, monkeypatch, in_one_step):
        if in_one_step and not sys.platform.startswith("linux"):
            pytest.skip("only Linux swaps folders in one step")
        if not in_one_step:
            monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
        target, failures = tmp_path / "odense", []

        def write(name):
            try:
                for _ in range(20):
                    with replacing_folder(target) as folder:
                        for part in "abc":
                            (folder / part).write_text(name)
            except BaseException as error:
                failures.append(error)

        write("first")
        writers = [threading.Thread(target=write, args=(name,)) for name in ("one", "two", "three")]
        for thread in writers:
            thread.start()
        missing = 0
        while any(thread.is_alive() for thread in writers):
            missing += not (target / "a").exists()
            time.sleep(0.001)
        assert failures == []
        assert missing == 0 or not in_one_step
        assert names(tmp_path) == ["odense"]
        assert len({(target / part).read_text() for part in "abc"}) == 1
