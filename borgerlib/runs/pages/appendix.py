"""The last pages of a report: the glossary, and the appendix of all cells that notebooks tag for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from nbformat.v4 import new_markdown_cell

from borgerlib.runs.pages.figures import page_template
from borgerlib.runs.pages.page import APPENDIX_NUMBER, GLOSSARY_NUMBER, ExecutedPage

# Cells for readers who check the numbers: the notebook has them in place, the report at its end.
APPENDIX = "appendix"
_HEADING = re.compile(r"^#", re.MULTILINE)


def with_appendix(pages: Sequence[ExecutedPage]) -> list[ExecutedPage]:
    """Return the pages without the cells tagged 'appendix', then the glossary and a page of these cells.

    A line that has already appeared is not repeated: insights with the same method share its description.
    Without such cells no pages are added.
    """
    parts = [_parted(page) for page in pages]
    last = _appendix(tuple(apart for _, apart in parts if apart))
    return [*(rest for rest, _ in parts), *last]


# Cached for all reports that share a page, as in `export`.
@lru_cache(maxsize=32)
def _parted(page: ExecutedPage) -> tuple[ExecutedPage, ExecutedPage | None]:
    """Return a page without the cells for the appendix, and one with only these; None if it has none."""
    cells = page.notebook["cells"]
    apart = [cell for cell in cells if APPENDIX in cell.metadata.get("tags", ())]
    rest = [cell for cell in cells if APPENDIX not in cell.metadata.get("tags", ())]
    return _with_cells(page, rest), _with_cells(page, apart) if apart else None


@lru_cache(maxsize=8)
def _appendix(pages: tuple[ExecutedPage, ...]) -> tuple[ExecutedPage, ...]:
    """Return the last pages; empty if there is nothing to put on them."""
    collected, seen = [], set[str]()
    for page in pages:
        new = [_not_seen(cell, seen) for cell in page.notebook["cells"]]
        if any(cell.cell_type == "code" and cell.outputs for cell in new):
            new = _without_empty(new)
            named = page.title if page.kicker in ("", page.title) else f"{page.kicker}: {page.title}"
            collected += [new_markdown_cell(f"## {named}"), *map(_one_below, new)]
    if not collected:
        return ()
    glossary = [new_markdown_cell(page_template("ordliste.md"))]
    return (
        _last(pages[-1], GLOSSARY_NUMBER, "Ordliste", "Hvad ordene i rapporten betyder.", glossary),
        _last(pages[-1], APPENDIX_NUMBER, "Bilag", "Metode, prøver og alle tal bag rapporten.", collected),
    )


def _last(page: ExecutedPage, number: int, title: str, finding: str, cells: list[Any]) -> ExecutedPage:
    name = title.lower()
    last = replace(page, number=number, title=title, kicker=title, finding=finding, source="", key_figures=())
    return _with_cells(replace(last, file_name=f"{name}.html", source_name=name), cells)


def _with_cells(page: ExecutedPage, cells: list[Any]) -> ExecutedPage:
    notebook = page.notebook
    return replace(page, notebook=type(notebook)({**notebook, "cells": cells}))


def _not_seen(cell: Any, seen: set[str]) -> Any:
    """Return a cell without the lines that have already appeared, and add its lines to `seen`."""
    if cell.cell_type != "code":
        return cell
    outputs = [output for output in map(partial(_new_lines, seen=seen), cell.outputs) if output]
    return type(cell)({**cell, "outputs": outputs})


def _new_lines(output: Any, *, seen: set[str]) -> Any:
    data = output.get("data", {})
    whole = data.get("text/markdown", "")
    lines = whole.split("\n") if whole else [str(data)]
    new = [line for line in lines if not line.strip() or line not in seen]
    seen |= set(lines)
    if not any(line.strip() for line in new):
        return None
    return type(output)({**output, "data": {**data, "text/markdown": "\n".join(new)}}) if whole else output


def _without_empty(cells: list[Any]) -> list[Any]:
    """Leave out headings that no longer have anything below them."""
    following = [*cells[1:], None]
    return [
        cell
        for cell, after in zip(cells, following, strict=True)
        if cell.cell_type == "code" or (after is not None and (after.cell_type != "code" or after.outputs))
    ]


def _one_below(cell: Any) -> Any:
    """Return a cell with its headings one level lower, below that of the page they come from."""
    if cell.cell_type != "markdown":
        return cell
    return new_markdown_cell(_HEADING.sub("##", cell.source))
