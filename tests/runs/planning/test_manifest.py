"""The manifest: nothing counts that was not written whole, and nothing written whole is lost."""

import json
import multiprocessing
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest

from borgerlib.errors import RunError
from borgerlib.runs.planning.manifest import FOLDER, Manifest, Record, encode, history_of

DONE = Record(
    "odense", "Odense", "02_strategi", "done", inputs={"data": "a"}, output="f00", size=12, seconds=1.5
)


@pytest.fixture
def manifest(tmp_path):
    (tmp_path / FOLDER).mkdir()
    return Manifest(tmp_path)


def test_what_is_appended_is_read_again(manifest):
    failed = Record(
        "ærø", "Ærø", "", "failed", error="Fejl »æ«\nog en linje mere", cell=3, formats=("html", "pdf")
    )
    first, second = manifest.append(DONE, failed)
    assert (first.sequence, second.sequence) == (1, 2)
    history = manifest.read()
    assert history.latest == {("odense", "02_strategi"): first, ("ærø", ""): second}
    assert replace(second, sequence=0) == failed
    assert (history.sequence, history.damaged, history.torn) == (2, 0, False)


def test_a_folder_without_a_manifest_has_no_history(tmp_path):
    assert Manifest(tmp_path).read().latest == {}


def test_the_last_line_about_a_run_counts_whatever_the_clock_says(manifest):
    manifest.append(replace(DONE, started="2026-11-24T10:00:00+00:00"))
    # The clock has been set back by a year.
    manifest.append(replace(DONE, started="2025-11-24T10:00:00+00:00", state="failed"))
    assert manifest.read().latest[DONE.key].state == "failed"


def test_lines_count_by_their_number_not_by_their_place(manifest):
    first, second = replace(DONE, sequence=1, state="failed"), replace(DONE, sequence=2)
    manifest.path.write_text(f"{encode(second)}\n{encode(first)}\n")
    assert manifest.read().latest[DONE.key].state == "done"
    [third] = manifest.append(DONE)
    assert third.sequence == 3


def test_another_writer_is_seen(manifest):
    other = Manifest(manifest.folder)
    assert [each.append(DONE)[0].sequence for each in (manifest, other, manifest)] == [1, 2, 3]


def test_wherever_the_last_line_breaks_off_the_others_stand_and_it_is_mended(manifest):
    manifest.append(DONE)
    whole = manifest.path.read_bytes()
    manifest.append(replace(DONE, notebook="03_blankt_papir", error="æ"))
    both = manifest.path.read_bytes()
    for length in range(len(whole) + 1, len(both) - 1):
        manifest.path.write_bytes(both[:length])
        history = Manifest(manifest.folder).read()
        assert list(history.latest) == [DONE.key]
        assert history.torn
        [mended] = Manifest(manifest.folder).append(replace(DONE, notebook="04_velfaerd"))
        assert mended.sequence == 2
        assert manifest.path.read_bytes().startswith(whole)
        assert len(manifest.path.read_bytes().splitlines()) == 2
        assert not Manifest(manifest.folder).read().damaged


def test_a_last_line_that_lacks_only_its_end_counts(manifest):
    manifest.append(DONE)
    manifest.path.write_bytes(manifest.path.read_bytes().rstrip())
    assert list(manifest.read().latest) == [DONE.key]
    [second] = Manifest(manifest.folder).append(replace(DONE, notebook="03"))
    assert second.sequence == 2
    assert len(manifest.read().latest) == 2


def test_a_damaged_line_is_no_success(manifest):
    manifest.append(replace(DONE, state="failed"))
    manifest.append(DONE)
    manifest.append(replace(DONE, notebook="03"))
    content = manifest.path.read_text().splitlines()
    content[1] = content[1].replace('"size":12', '"size":13')
    manifest.path.write_text("\n".join(content) + "\n")
    history = manifest.read()
    assert history.damaged == 1
    assert history.latest[DONE.key].state == "failed"


def test_a_changed_letter_anywhere_is_noticed():
    line = encode(replace(DONE, sequence=7)).encode()
    assert history_of(BytesIO(line)).latest == {DONE.key: replace(DONE, sequence=7)}
    changed = (line[:k] + bytes([line[k] ^ 1]) + line[k + 1 :] for k in range(len(line)))
    assert not any(history_of(BytesIO(one)).latest for one in changed)


def test_names_may_hold_quotes_and_backslashes(manifest):
    odd = replace(DONE, notebook='min "nye" \\ notebook')
    manifest.append(odd)
    read = manifest.read()
    assert (list(read.latest), read.damaged) == ([("odense", odd.notebook)], 0)


def test_a_line_is_json_by_itself(manifest):
    manifest.append(DONE)
    assert json.loads(manifest.path.read_text())["notebook"] == "02_strategi"


def test_fields_of_a_later_version_are_left_out():
    text = encode(DONE)[:-1].rsplit(',"check"', 1)[0] + ',"later":1}'
    import hashlib

    check = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    assert history_of(BytesIO(f'{text[:-1]},"check":"{check}"}}'.encode())).latest == {DONE.key: DONE}


def _append_many(folder, name):
    manifest = Manifest(folder)
    for number in range(40):
        manifest.append(replace(DONE, place=name, notebook=str(number)))


@pytest.mark.long
def test_writers_side_by_side_lose_nothing(manifest):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(manifest.folder, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    history = manifest.read()
    assert len(history.latest) == 120
    assert sorted(record.sequence for record in history.latest.values()) == list(range(1, 121))


FULL = """
import resource, sys
from pathlib import Path
from borgerlib.errors import RunError
from borgerlib.runs.planning.manifest import Manifest, Record
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
manifest = Manifest(Path(sys.argv[1]))
kept = 0
try:
    while True:
        manifest.append(Record("odense", "Odense", str(kept), "done"))
        kept += 1
except RunError as error:
    print(error)
print(kept)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits are told by POSIX")
def test_a_full_disk_is_told_and_leaves_what_was_there(manifest):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(manifest.folder)], capture_output=True, text=True, check=True
    )
    *message, kept = done.stdout.splitlines()
    assert "cannot be written" in message[0]
    history = manifest.read()
    assert len(history.latest) == int(kept) > 3
    assert not history.torn
    assert manifest.append(DONE)[0].sequence == int(kept) + 1


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    with pytest.raises(RunError, match="cannot be written"):
        Manifest(tmp_path).append(DONE)


def test_the_line_is_on_the_disk_before_it_counts(manifest, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_size), real(handle)))
    manifest.append(DONE)
    assert synced[0] == manifest.path.stat().st_size


def test_where_the_lock_cannot_be_had_a_batch_that_began_has_not_ended(manifest):
    manifest.path.with_name("begun").touch()
    manifest.path.with_name("batch.lock").mkdir()  # as for a user who may not write, and for root too
    assert manifest.broke_off()
