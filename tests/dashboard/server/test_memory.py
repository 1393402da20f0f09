"""What the processes of a page hold: the copy's counts, and no respondent."""

import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from processes import PATIENCE, all_gone, descendants, eventually
from test_server import running, status

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.interest.store import load, load_register

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]
WINDOW = 48


def written_pages(content):
    """Memory without its pages of zeros, through which a search for a row of 0 and 1 takes long."""
    pages = np.frombuffer(content, dtype=np.uint64).reshape(-1, 512)
    return pages[pages.any(axis=1)].tobytes()


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
                    content = written_pages(memory.read(end - start))
                except (OSError, ValueError, OverflowError):
                    continue
                found |= {pattern for pattern in patterns if pattern not in found and pattern in content}
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has ended
    return found


def private(pid):
    """The memory that a process below which there is none shares with no other."""
    with suppress(psutil.NoSuchProcess):  # it has ended
        process = psutil.Process(pid)
        return 0 if process.children() else process.memory_full_info().uss
    return 0


def known_rows():
    """Ids, texts and addresses of respondents, and rows of their true answers as an array would hold them."""
    people, register = load("Odense"), load_register("Odense").astype(object)
    cells = [str(value) for value in register.to_numpy().ravel()]
    addresses = [value for value in cells if "@" in value][:1]
    ids = people["svar_id"].astype(str).tolist()[5:6]
    assert addresses
    assert ids
    texts = sorted(set(people["fritekst"].dropna().astype(str)), key=len)[-1:]
    assert len(texts[0]) > 30
    wanted = {value.encode() for value in (*texts, *addresses, *ids)}
    for column in ("emner__natur", "formater__borgermoede"):
        chosen = people[column].fillna(0).to_numpy(dtype=np.int8)
        wanted |= {chosen[200 : 200 + WINDOW].tobytes(), np.packbits(chosen)[20 : 20 + WINDOW].tobytes()}
    return wanted


@pytest.mark.long
def test_no_process_of_a_page_holds_a_respondent_and_none_outlives_the_command(workspace):
    rows = known_rows()
    command, port, token = running(workspace)
    try:
        # Whoever answers holds the counts of the copy: a row of it shows that rows can be found.
        cube = open_answers("Odense").protected.cube
        copied = cube.chose("topics", cube.roles["topics"][0]).tobytes()
        middle = copied[len(copied) // 2 :][:WINDOW]

        status(f"http://127.0.0.1:{port}/?token={token}")

        def a_kernel_holds_it():
            return any(holds(pid, [middle]) for pid in descendants(command.pid))

        eventually(a_kernel_holds_it, every=2)
        family = descendants(command.pid)
        assert {pid: found for pid in {command.pid, *family} if (found := holds(pid, rows))} == {}
        # What visitors do not share: some 28 MB each. Their interpreter's start takes a dozen more
        # where it looks at every module (dashboard.server.ahead).
        assert max(map(private, family)) < 36 * 2**20
    finally:
        command.kill()
        command.wait(PATIENCE)
    # A command that is killed leaves no server behind.
    eventually(lambda: all_gone(family))
