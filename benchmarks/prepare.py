"""Time ``borger prepare`` on simulated exports: the aim is 100,000 rows in under 10 seconds.

Wall-clock time depends on what else the machine does, so the time of the processor is printed too; time a
row, at two sizes, says whether it grows no worse than the rows do.

    python benchmarks/prepare.py [--rows 10000 100000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from pathlib import Path


def measure(rows: int, municipality: str) -> dict[str, float]:
    """Return seconds: wall, processor, and of those the parts; and the rows kept."""
    from borgerlib.interest.prepare.prepare import prepare
    from borgerlib.interest.prepare.simulated import write_simulation
    from borgerlib.survey.codebook.load import load_codebook
    from borgerlib.survey.readers.read import read_responses

    with tempfile.TemporaryDirectory() as folder:
        os.environ["BORGER_WORKSPACE"] = folder
        _, export = write_simulation(municipality, n=rows, seed=1, folder=Path(folder) / "export")
        start = time.process_time()
        read_responses(export, load_codebook("borgerinteresse"))
        reading = time.process_time() - start
        wall, processor = time.perf_counter(), time.process_time()
        prepared = prepare(municipality, export)
        return {
            "wall": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
            "reading": reading,
            "kept": prepared.kept,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--municipality", default="Odense")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    # The first run pays for imports, which are no part of the work.
    measure(500, given.municipality)
    found = {rows: measure(rows, given.municipality) for rows in given.rows}
    for rows, seconds in found.items():
        print(
            f"{rows:>9,} rows: {seconds['wall']:5.1f} s wall, {seconds['processor']:5.1f} s processor, "
            f"{seconds['reading']:.1f} s of it reading; {1e6 * seconds['processor'] / rows:.0f} µs a row"
        )


if __name__ == "__main__":
    main()
