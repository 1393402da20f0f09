"""datapackage.json describes the tables of data/raw as they are."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from borgerlib import places

PACKAGE = json.loads(places.raw_data("datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
READ = {"string": str, "integer": int, "number": float, "date": date.fromisoformat}


def table(resource: dict[str, Any]) -> pd.DataFrame:
    path = places.raw_data(*resource["path"].split("/"))
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_every_table_that_ships_is_described() -> None:
    found = {path.relative_to(places.raw_data()).as_posix() for path in places.raw_data().rglob("*.csv")}
    assert {resource["path"] for resource in RESOURCES.values()} == found
    assert all(resource["licenses"] for resource in RESOURCES.values())


@pytest.mark.parametrize("name", RESOURCES)
def test_a_table_is_what_its_description_says(name: str) -> None:
    schema, frame = RESOURCES[name]["schema"], table(RESOURCES[name])
    assert [field["name"] for field in schema["fields"]] == list(frame.columns)
    assert not frame.duplicated(schema["primaryKey"]).any()
    for field in schema["fields"]:
        assert field["description"]
        rules, column = field.get("constraints", {}), frame[field["name"]]
        filled = column[column != ""]
        assert len(filled) == len(column) or not rules.get("required"), field["name"]
        values = filled.map(READ[field["type"]])
        assert column.is_unique or not rules.get("unique"), field["name"]
        if "enum" in rules:
            assert set(filled) <= set(rules["enum"]), field["name"]
        if "minimum" in rules:
            assert (values >= rules["minimum"]).all(), field["name"]
        if "pattern" in rules:
            assert filled.str.fullmatch(rules["pattern"]).all(), field["name"]


@pytest.mark.parametrize("name", [name for name, one in RESOURCES.items() if "foreignKeys" in one["schema"]])
def test_what_a_table_points_at_is_there(name: str) -> None:
    for key in RESOURCES[name]["schema"]["foreignKeys"]:
        other = table(RESOURCES[key["reference"]["resource"]])[key["reference"]["fields"]]
        own = table(RESOURCES[name])[key["fields"]]
        assert set(own.itertuples(index=False, name=None)) <= set(other.itertuples(index=False, name=None))
