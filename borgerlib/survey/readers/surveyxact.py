"""SurveyXact: a dataset of codes, the texts of the codes, and the structure of the questionnaire.

Three text files (comma, semicolon or tab; Windows-1252 or UTF-16) or three sheets of one workbook. They are
recognised by their content, because names differ between municipalities.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.cells import Grid, as_table, one_line
from borgerlib.survey.grid.tabular import export_of
from borgerlib.survey.responses import PLATFORM, Column, Export

VENDOR = "SurveyXact"
_ROLES = {"respondent_id": "id", "respondent": "id"}
_STATUS = re.compile(r"stat[a-z]*_\d+", re.IGNORECASE)
STRUCTURE = (
    "questionName", "variableName", "questionType", "subType", "questionText", "choiceValue", "choiceText",
)  # fmt: skip
"""The headings of the part that describes the questionnaire."""


def is_structure(grid: Grid) -> bool:
    """Return True for the part that describes the questionnaire."""
    return [text.strip().casefold() for text in grid.rows[0]] == [name.casefold() for name in STRUCTURE]


def read(grids: Sequence[Grid]) -> Export:
    """Combine the three parts.

    Parameters
    ----------
    grids : sequence of Grid
        Files of a folder, or sheets of a workbook; any other than the three are ignored.

    Raises
    ------
    DataError
        The dataset is missing, or belongs to another structure.
    """
    structure = next(grid for grid in grids if is_structure(grid))
    described = _describe(structure)
    variables = {column.name for column in described}
    dataset = next((grid for grid in grids if _is_dataset(grid, variables)), None)
    if dataset is None:
        raise DataError(said("no_dataset", file=structure.name))
    labels = [grid for grid in grids if grid is not structure and _is_labels(grid, variables)]
    texts = _label_texts(labels[0]) if labels else {}
    table = as_table(dataset)
    by_name = {column.name: column for column in described}
    known = (by_name.get(heading) or _own(heading) for heading in table.headings)
    columns = [replace(column, labels=texts.get(column.name, {})) for column in known]
    export = export_of(table, VENDOR, columns, notes=() if labels else (said("no_labels_file"),))
    parts = [dataset, *labels[:1], structure]
    files = dict.fromkeys(part.name.partition(", sheet")[0] for part in parts)
    return replace(export, source=replace(export.source, files=tuple(files)))


def _own(heading: str) -> Column:
    role = PLATFORM if _STATUS.fullmatch(heading) else _ROLES.get(heading, "")
    return Column(heading, heading, role=role)


def _describe(structure: Grid) -> list[Column]:
    columns = []
    for cells in structure.rows[1:]:
        question, variable, kind, subtype, text, _, choice = map(one_line, cells)
        of_choice = (choice, question) if (kind, subtype) == ("Closed", "Multiple") else ()
        columns.append(Column(variable, text, *of_choice))
    return columns


def _is_dataset(grid: Grid, variables: set[str]) -> bool:
    headings = {one_line(text) for text in grid.rows[0]}
    return len(headings & variables) * 2 > len(variables)


def _is_labels(grid: Grid, variables: set[str]) -> bool:
    if len(grid.rows[0]) != 3:
        return False
    return sum(one_line(row[0]) in variables for row in grid.rows) * 2 > len(grid.rows)


def _label_texts(labels: Grid) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for variable, code, text in labels.rows:
        texts.setdefault(one_line(variable), {})[one_line(code)] = one_line(text)
    return texts
