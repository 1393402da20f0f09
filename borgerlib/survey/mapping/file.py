"""Which column of an export feeds which item of a codebook: a TOML file that a person can read and edit."""

from __future__ import annotations

import collections.abc as abc
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from borgerlib.errors import DataError, unknown_name
from borgerlib.survey.codebook.model import Codebook, Item

LAYOUTS = ("value", "indicators", "joined", "ranked")
_KEYS = ("columns", "layout", "options", "values", "separator")


@dataclass(frozen=True)
class ItemMapping:
    """How one item is fed.

    Parameters
    ----------
    item : str
        Item of the codebook.
    columns : tuple of str
        Headings in the export. One for 'value' and 'joined'; the first, second, … choice for 'ranked'; one an
        option for 'indicators'.
    layout : str
        'value': the column holds the answer. For multiple items: 'indicators' (a 0/1 column an option),
        'joined' (the chosen texts in one cell) or 'ranked' (a column a choice).
    options : mapping of str to str
        For 'indicators': heading → option id.
    values : mapping of str to str
        Text or code in the export → option id (for text items: → text to use instead), where the codebook's
        own texts do not tell.
    separator : str
        For 'joined': what stands between two texts.
    """

    item: str
    columns: tuple[str, ...]
    layout: str = "value"
    options: abc.Mapping[str, str] = field(default_factory=dict)
    values: abc.Mapping[str, str] = field(default_factory=dict)
    separator: str = ""


@dataclass(frozen=True)
class Mapping:
    """How an export feeds a codebook.

    Parameters
    ----------
    survey : str
        Id of the codebook.
    items : tuple of ItemMapping
        Items that no entry feeds are all missing.
    """

    survey: str
    items: tuple[ItemMapping, ...]

    def item(self, item_id: str) -> ItemMapping | None:
        """Return how an item is fed, or None."""
        return next((entry for entry in self.items if entry.item == item_id), None)


def load_mapping(path: str | Path, codebook: Codebook) -> Mapping:
    """Read a mapping and check it against the codebook.

    Raises
    ------
    DataError
        The file is missing, is no TOML, or breaks rules; all breaches are listed at once.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no mapping file {path}.", hint="'borger map EXPORT' writes one.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path.name} is no valid TOML: {error}.",
            hint="Mend that place, or let 'borger map' write it anew.",
        ) from error
    return parse_mapping(content, codebook, source=path.name)


def parse_mapping(content: abc.Mapping[str, Any], codebook: Codebook, *, source: str) -> Mapping:
    """Build a mapping from parsed TOML; `source` names it in errors (`DataError`)."""
    problems = [
        f"unknown key '{key}'; legal: survey, items" for key in content if key not in ("survey", "items")
    ]
    survey = content.get("survey", "")
    if survey != codebook.id:
        problems.append(f"survey = '{survey}', but the codebook is '{codebook.id}'")
    tables = content.get("items", {})
    if not isinstance(tables, dict) or not tables:
        problems.append("there is no table [items.…]")
        tables = {}
    entries = []
    for item_id, table in tables.items():
        if item_id not in codebook:
            problems.append(unknown_name("item", item_id, [item.id for item in codebook]))
        elif not isinstance(table, dict):
            problems.append(f"items.{item_id} is no table; write [items.{item_id}] and keys below it")
        else:
            entries.append(_entry(codebook.item(item_id), table, problems))
    problems += _used_twice(entries)
    if problems:
        raise DataError(f"The mapping {source} cannot be used:", problems=problems)
    return Mapping(survey, tuple(entries))


def _entry(item: Item, table: abc.Mapping[str, Any], problems: list[str]) -> ItemMapping:
    where = f"items.{item.id}"
    problems += [f"{where}: {unknown_name('key', key, _KEYS)}" for key in table if key not in _KEYS]
    options = _texts(table, "options", where, problems)
    values = _texts(table, "values", where, problems)
    columns = table.get("columns", list(options))
    if isinstance(columns, str):
        columns = [columns]
    if not isinstance(columns, list) or not columns or not all(isinstance(name, str) for name in columns):
        problems.append(f"{where}: 'columns' must be a list of headings")
        columns = []
    layout = table.get("layout", "indicators" if options else "value")
    separator = table.get("separator", "")
    entry = ItemMapping(item.id, tuple(columns), str(layout), options, values, str(separator))
    problems += [f"{where}: {problem}" for problem in _breaches(item, entry)]
    return entry


def _texts(table: abc.Mapping[str, Any], key: str, where: str, problems: list[str]) -> dict[str, str]:
    found = table.get(key, {})
    if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
        return found
    problems.append(f'{where}: \'{key}\' must be a table of texts, as {key} = {{ "Mand" = "mand" }}')
    return {}


def _breaches(item: Item, entry: ItemMapping) -> list[str]:
    legal = LAYOUTS[1:] if item.kind == "multiple" else LAYOUTS[:1]
    if entry.layout not in legal:
        return [f"layout '{entry.layout}' does not fit a {item.kind} item; legal: {', '.join(legal)}"]
    found = []
    if entry.values and item.kind in ("number", "date"):
        found.append(f"'values' has no meaning for a {item.kind} item")
    if entry.layout in ("value", "joined") and len(entry.columns) > 1:
        found.append(f"layout '{entry.layout}' takes one column, not {len(entry.columns)}")
    if entry.layout == "joined" and not entry.separator.strip():
        found.append("layout 'joined' needs a 'separator', as separator = \";\"")
    if entry.layout == "indicators" and set(entry.options) != set(entry.columns):
        found.append("layout 'indicators' needs 'options', a table from heading to option, and no 'columns'")
    legal_ids = [option.id for option in item.options]
    named = list(entry.options.values()) + (list(entry.values.values()) if item.options else [])
    found += [
        unknown_name("option", name, legal_ids) for name in dict.fromkeys(named) if name not in legal_ids
    ]
    doubled = {name for name in entry.options.values() if list(entry.options.values()).count(name) > 1}
    found += [f"option '{name}' is fed by several columns" for name in sorted(doubled)]
    return found


def _used_twice(entries: list[ItemMapping]) -> list[str]:
    users: dict[str, list[str]] = {}
    for entry in entries:
        for column in dict.fromkeys(entry.columns):
            users.setdefault(column, []).append(entry.item)
    return [
        f"column '{column}' feeds {' and '.join(items)}; a column feeds one item"
        for column, items in users.items()
        if len(items) > 1
    ]
