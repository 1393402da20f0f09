"""Which column of an export feeds which item of a codebook: a TOML file that a person can read and edit."""

from __future__ import annotations

import collections.abc as abc
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Le

from borgerlib.errors import unknown_name
from borgerlib.files.toml import Problem, read_toml
from borgerlib.survey.codebook.model import Codebook, Item

Layout = Literal["value", "indicators", "joined", "ranked"]
LAYOUTS = get_args(Layout)
_WHAT = "mapping"
_HINT = "Mend these places, or let 'borger map' write a new one."


@dataclass(frozen=True)
class ItemMapping:
    """How one item is fed.

    Parameters
    ----------
    item : str
        Item of the codebook.
    columns : tuple of str
        Headings in the export. For 'ranked' the first, second, … choice; for 'indicators' one or more for
        each option. For 'value' and 'joined' one; if there are several (a question asked in two places), the
        first answer counts ('value'), or all do ('joined').
    layout : str
        'value': the column contains the answer. For multiple items: 'indicators' (a 0/1 column per option),
        'joined' (the chosen texts in one cell) or 'ranked' (a column per choice).
    options : mapping of str to str
        For 'indicators': heading → option id.
    values : mapping of str to str
        Text or code in the export → option id (for text items: → text to use instead), if it is not one of
        the codebook's own texts.
    separator : str
        For 'joined': the separator of two texts (' ' for a space).
    missing : tuple of str
        Texts or codes in the export that mean no answer ('99', 'NA').
    """

    item: str
    columns: tuple[str, ...]
    layout: Layout = "value"
    options: abc.Mapping[str, str] = field(default_factory=dict)
    values: abc.Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
    missing: tuple[str, ...] = ()

    def renamed(self, names: abc.Mapping[str, str]) -> ItemMapping:
        """Return the entry with other names of columns."""
        columns = tuple(names.get(name, name) for name in self.columns)
        options = {names.get(name, name): option for name, option in self.options.items()}
        return replace(self, columns=columns, options=options)


@dataclass(frozen=True)
class Mapping:
    """How an export feeds a codebook.

    Parameters
    ----------
    survey : str
        Id of the codebook.
    items : tuple of ItemMapping
        Items without an entry are all missing.
    missing : tuple of str
        Texts or codes that mean no answer, for all items.
    sheet, heading_rows :
        Where the table is in the file; as for `borgerlib.survey.readers.read_export`.
    """

    survey: str
    items: tuple[ItemMapping, ...]
    missing: tuple[str, ...] = ()
    sheet: str = ""
    heading_rows: int | None = None

    def renamed(self, names: abc.Mapping[str, str]) -> Mapping:
        """Return the mapping with other names of columns."""
        return replace(self, items=tuple(entry.renamed(names) for entry in self.items))

    def item(self, item_id: str) -> ItemMapping | None:
        """Return how an item is fed, or None."""
        return next((entry for entry in self.items if entry.item == item_id), None)


@dataclass(frozen=True)
class _File:
    survey: str
    items: abc.Mapping[str, ItemMapping]
    missing: tuple[str, ...] = ()
    sheet: str = ""
    heading_rows: Annotated[int, Ge(0), Le(3)] | None = None


def load_mapping(path: str | Path, codebook: Codebook) -> Mapping:
    """Read a mapping and check it against the codebook.

    Parameters
    ----------
    path : str or Path
        The TOML file, as `suggest_mapping` proposes one and ``borger map`` writes it.
    codebook : Codebook
        What was asked.

    Returns
    -------
    Mapping
        Which column of the export feeds which item.

    Raises
    ------
    DataError
        The file is missing, is no TOML, or breaks rules; all breaches are listed at once.

    See Also
    --------
    suggest_mapping : Proposes one.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.load_mapping("nowhere.toml", borgerlib.load_codebook("borgerinteresse"))
    ... except borgerlib.DataError as error:
    ...     print(error.message)
    There is no file nowhere.toml with the mapping.
    """
    missing = "'borger map' writes one."
    toml = read_toml(Path(path), _WHAT, hint=_HINT, missing=missing)
    tables = toml.content.get("items")
    if isinstance(tables, dict):
        whole = {item: _whole(item, table) for item, table in tables.items() if isinstance(table, dict)}
        tables.update(whole)
    file = toml.validated(_File, lambda file: _breaches(file, codebook))
    return Mapping(file.survey, tuple(file.items.values()), file.missing, file.sheet, file.heading_rows)


def _whole(item: str, table: dict[str, Any]) -> dict[str, Any]:
    """Return the table of an item, with the keys added that a person may leave out."""
    columns, options = table.get("columns"), table.get("options")
    if isinstance(columns, str):
        columns = [columns]
    elif not columns:
        columns = list(options) if isinstance(options, dict) else []
    layout = table.get("layout") or ("indicators" if options else "value")
    return table | {"item": item, "columns": columns, "layout": layout}


def _breaches(file: _File, codebook: Codebook) -> abc.Iterator[Problem]:
    if file.survey != codebook.id:
        yield ("survey",), f"'{file.survey}', but the codebook is '{codebook.id}'"
    if not file.items:
        yield ("items",), "there is no table [items.…]"
    users: dict[str, list[str]] = {}
    for item_id, entry in file.items.items():
        if item_id not in codebook:
            yield ("items", item_id), unknown_name("item", item_id, [item.id for item in codebook])
            continue
        for keys, problem in _entry_breaches(codebook.item(item_id), entry):
            yield ("items", item_id, *keys), problem
        for column in dict.fromkeys(entry.columns):
            users.setdefault(column, []).append(item_id)
    for column, items in users.items():
        if len(items) > 1:
            yield (
                ("items", items[-1]),
                f"column '{column}' feeds {' and '.join(items)}; a column feeds one item",
            )


def _entry_breaches(item: Item, entry: ItemMapping) -> abc.Iterator[Problem]:
    legal = LAYOUTS[1:] if item.kind == "multiple" else LAYOUTS[:1]
    if not entry.columns:
        yield (), "'columns' must be a list of headings"
    if entry.layout not in legal:
        does_not_fit = f"'{entry.layout}' does not fit a {item.kind} item; legal: {', '.join(legal)}"
        yield ("layout",), does_not_fit
        return
    if entry.values and item.kind in ("number", "date"):
        yield (), f"'values' has no meaning for a {item.kind} item"
    if entry.layout == "joined" and not entry.separator:
        yield (), "layout 'joined' needs a 'separator', as separator = \";\""
    if entry.layout == "indicators" and set(entry.options) != set(entry.columns):
        yield (), "layout 'indicators' needs 'options', a table from heading to option, and no 'columns'"
    options = [option.id for option in item.options]
    named = [*entry.options.values(), *(entry.values.values() if options else ())]
    for name in dict.fromkeys(named):
        if name not in options:
            yield (), unknown_name("option", name, options)
