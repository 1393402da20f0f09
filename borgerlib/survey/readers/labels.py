"""A worksheet that says what the codes of the answers stand for: column, code and text in each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from borgerlib.said import said
from borgerlib.survey.codebook.matching import NOT_SELECTED, SELECTED, normalise
from borgerlib.survey.grid.cells import Grid, one_line
from borgerlib.survey.mapping.choices import label_of
from borgerlib.survey.responses import Column, Export

_WIDTH = 3
_NAMED = 4


def with_labels(export: Export, others: Sequence[Grid]) -> Export:
    """Return the export with the texts of its codes, where another worksheet of the workbook has them.

    A column stays as it is if it has labels, or if most of its answers are not codes of the sheet.
    """
    for grid in others:
        texts = _texts_by_column(grid, [column.name for column in export.columns])
        columns = tuple(_labelled(column, texts.get(column.name, {}), export) for column in export.columns)
        told = [new.name for new, old in zip(columns, export.columns, strict=True) if new != old]
        if told:
            note = said("codes_of_sheet", sheet=grid.sheet, count=len(told), columns=told[:_NAMED])
            return replace(export, columns=columns).noting(note)
    return export


def _texts_by_column(grid: Grid, headings: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return heading → code → text; nothing unless most rows of the sheet name a heading."""
    if len(grid.rows[0]) != _WIDTH:
        return {}
    by_fold = {normalise(heading): heading for heading in headings}
    rows = list(_filled_down(grid))
    known = [row for row in rows if normalise(row[0]) in by_fold and row[1] and row[2]]
    texts: dict[str, dict[str, str]] = {}
    for name, code, text in known if 2 * len(known) > len(rows) else ():
        texts.setdefault(by_fold[normalise(name)], {})[code] = text
    return texts


def _filled_down(grid: Grid) -> Iterator[list[str]]:
    """Yield the rows; a heading may stand only at its first code."""
    name = ""
    for row in grid.rows:
        first, code, text = map(one_line, row)
        name = first or name
        yield [name, code, text]


def _labelled(column: Column, texts: dict[str, str], export: Export) -> Column:
    counts = export.counts(column.name)
    coded = sum(count for value, count in counts.items() if label_of(value, texts) != value)
    noes = sum(count for value, count in counts.items() if normalise(value) in NOT_SELECTED)
    if column.labels or column.role or not texts or 2 * (coded + noes) <= sum(counts.values()):
        return column
    chosen = [text for text in texts.values() if normalise(text) not in NOT_SELECTED]
    if set(counts) <= {"0", "1"} and len(chosen) == 1 and normalise(chosen[0]) not in SELECTED:
        # A box: the text of its 1 is the option.
        return replace(column, label=chosen[0])
    return replace(column, labels=texts)
