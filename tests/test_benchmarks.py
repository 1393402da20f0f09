"""What docs/decisions.md measures can be measured again: the benchmarks use names that exist."""

import re
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
# In functions and in the programs that a benchmark starts too.
IMPORT = re.compile(r"from borgerlib[\w.]* import (?:\([^)]*\)|[^#\n]*)")


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(BENCHMARKS.glob("*.py")), ids=lambda file: file.stem)
def test_a_benchmark_imports_what_exists(file):
    for line in IMPORT.findall(file.read_text(encoding="utf-8")):
        exec(line, {})
