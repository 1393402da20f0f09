"""What the processes of a page hold: the copy's counts, and no respondent."""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from simulated_citizens import prepared_citizens
from test_server import descendants, running, status

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.store import load, load_register, write_parquet

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]
WINDOW = 48
TEXT = "en ganske bestemt saetning, som en enkelt borger har skrevet"


def holds(pid, patterns):
    """Which byte strings stand in the writable memory of a process."""
    found = set()
    try:
        with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
            for line in Path(f"/proc/{pid}/maps").read_text("utf-8").splitlines():
                bounds, rights, *_ = line.split()
                if not rights.startswith("rw"):
                    continue
                start, end = (int(bound, 16) for bound in bounds.split("-"))
                try:
                    memory.seek(start)
                    content = memory.read(end - start)
                except (OSError, ValueError, OverflowError):
                    continue
                found |= {pattern for pattern in patterns if pattern not in found and pattern in content}
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has ended
    return found


def plant_text():
    """Let every tenth respondent have written what nobody else has; the copy is older then, and made anew."""
    people = load("Odense")
    told, path = dict(people.attrs), processed_folder("Odense") / "respondents.parquet"
    people["fritekst"] = [f"{TEXT} {number}" if number % 10 == 0 else None for number in range(len(people))]
    write_parquet(people, path, told)


def known_rows():
    """Ids, texts and addresses of respondents, and rows of their true answers as an array would hold them."""
    people, register = load("Odense"), load_register("Odense").astype(object)
    cells = [str(value) for value in register.to_numpy().ravel()]
    addresses = [value for value in cells if "@" in value][:4]
    ids = people["svar_id"].astype(str).tolist()[5:400:100]
    assert addresses
    assert ids
    wanted = {value.encode() for value in (TEXT, *addresses, *ids)}
    for column in ("emner__natur", "emner__klima_miljoe", "formater__borgermoede"):
        chosen = people[column].fillna(0).to_numpy(dtype=np.int8)
        wanted |= {chosen[200 : 200 + WINDOW].tobytes(), np.packbits(chosen)[20 : 20 + WINDOW].tobytes()}
    return wanted


def test_a_known_row_is_found_where_it_is():
    row = np.random.default_rng(os.getpid()).integers(0, 2, WINDOW, dtype=np.int8)
    assert holds(os.getpid(), [row.tobytes()]) == {row.tobytes()}


def test_no_process_of_a_page_holds_a_respondent(tmp_path):
    with prepared_citizens(tmp_path, "Odense", n=1000):
        plant_text()
        rows = known_rows()
        command, port, token = running(tmp_path)
        try:
            # Whoever answers holds the counts of the copy: a row of it shows that rows can be found.
            cube = open_answers("Odense").protected.cube
            copied = cube.bits[cube.chosen["topics"][0]].tobytes()
            middle = copied[len(copied) // 2 :][:WINDOW]
            end, holding = time.monotonic() + 120, set()
            while not holding and time.monotonic() < end:
                status(f"http://127.0.0.1:{port}/?token={token}")
                time.sleep(2)
                holding = {pid for pid in descendants(command.pid) - {command.pid} if holds(pid, [middle])}
            assert holding, "no kernel holds the counts of the copy"
            assert {pid: found for pid in descendants(command.pid) if (found := holds(pid, rows))} == {}
        finally:
            command.terminate()
            command.wait(60)
