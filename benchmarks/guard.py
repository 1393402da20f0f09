"""How the search for personal data grows with the text: ratios of twice the length to once, about 2.

The texts are those that a careless pattern goes through once per letter: there the ratio would be 4.

Usage: python benchmarks/guard.py [--json] [--repeat 5]
"""

from __future__ import annotations

import argparse
import json
import time

from nbformat.v4 import new_code_cell, new_notebook, new_output

from borgerlib.runs.guard.personal_data import personal_data_in

LENGTH = 100_000
PIECES = {
    "letters before an address": "a",
    "names of hosts": "a.",
    "words that announce a telephone": " kontakt",
    "tags that never close": "<",
    "cells that never close": "<td>x",
    "tables that never close": "<table>",
    "comments that never close": "<!--",
    "digits": "0",
    "an address without an end": "x@a",
}


def seconds(text: str, repeat: int) -> float:
    """Return the least processor time that a search of the text takes."""
    cell = new_code_cell("1", outputs=[new_output("display_data", data={"text/html": text})])
    best = float("inf")
    for _ in range(repeat):
        begun = time.process_time()
        personal_data_in(new_notebook(cells=[cell]))
        best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    found = {}
    for name, piece in PIECES.items():
        once = piece * (LENGTH // len(piece))
        found[name] = seconds(once * 2, options.repeat) / seconds(once, options.repeat)
    if options.json:
        print(json.dumps({name: round(value, 2) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:32} {value:6.2f}")


if __name__ == "__main__":
    main()
