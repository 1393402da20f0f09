"""The examples in scenarios: an export, and what cleaning must make of it."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from borgerlib.said import said
from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.clean import CleaningResult, clean
from borgerlib.survey.cleaning.flags import FLAGS
from borgerlib.survey.codebook.load import load_codebook

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
RESULTS = [
    (name, path.stem.removeprefix("expected_"))
    for name in SCENARIOS
    for path in sorted((FOLDER / name).glob("expected_*.csv"))
]


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", dtype="string", keep_default_na=False)


def cleaned(name: str) -> CleaningResult:
    frame = read(FOLDER / name / "input.csv").replace("", pd.NA)
    frame.index = pd.RangeIndex(2, 2 + len(frame), name="row")
    rules = CleaningRules(age_limit=15, reference_date=date(2025, 11, 24))
    return clean(frame, load_codebook(FOLDER / "codebook.toml"), rules=rules)


def as_csv(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame as its expected file is read: text, with the row as first column."""
    if "row" not in frame:
        frame = frame.reset_index(names="row")
    return frame.astype("string").fillna("").reset_index(drop=True)


@pytest.mark.long
@pytest.mark.parametrize(("name", "table"), RESULTS)
def test_scenario(name: str, table: str) -> None:
    result = getattr(cleaned(name), table).drop(columns=list(FLAGS), errors="ignore")
    expected = read(FOLDER / name / f"expected_{table}.csv")
    found = as_csv(result)
    if table == "changes":
        found = found.sort_values(["row", "column"], kind="stable", key=row_number)
        expected = expected.sort_values(["row", "column"], kind="stable", key=row_number)
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), expected.reset_index(drop=True), check_dtype=False
    )


def row_number(column: pd.Series) -> pd.Series:
    return column.astype(int) if column.name == "row" else column


def test_every_scenario_expects_all_three_tables() -> None:
    assert len(SCENARIOS) >= 6
    for name in SCENARIOS:
        expected = {table for scenario, table in RESULTS if scenario == name}
        assert {"respondents", "rejected", "changes"} <= expected, name


@pytest.mark.long
def test_every_rule_in_a_scenario_is_explained() -> None:
    for name in SCENARIOS:
        assert all(said(f"rule_{rule}").danish for rule in cleaned(name).violations["rule"].unique())
