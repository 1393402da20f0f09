"""Turn an executed notebook into a page of a report: offline, without scripts, readable by everyone.

A notebook speaks to its page through two kinds of output. ``application/vnd.borger.page+json`` says what
the page is called and what it found; ``application/vnd.borger.chart+json`` is a figure with its title,
question, caption, description and numbers. Everything else passes as nbconvert renders it, tidied.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.coalescestreams import CoalesceStreamsPreprocessor
from nbformat import from_dict

from borgerlib import danish, places
from borgerlib.errors import RunError
from borgerlib.runs.pages import markup
from borgerlib.runs.pages.figures import CHART_TYPE, Images, figure, picture, rendered
from borgerlib.runs.pages.page import PAGE_TYPE, ExecutedPage, PageSetting, stylesheet

# Jupyter Book's tag. Frames and tests are for the notebook's users; the page shows only their results.
ANALYSIS = "remove-cell"
_SHARED = 32
_DROPPED_TYPES = {
    "application/javascript",
    "application/vnd.jupyter.widget-view+json",
    "application/vnd.jupyter.widget-state+json",
}


def read_pages(path: Path) -> list[ExecutedPage]:
    """Read an executed notebook as the pages that it is made of.

    A page begins with the cell whose output says what it is called; cells before the first page belong to it.

    Raises
    ------
    RunError
        If the notebook is missing or damaged, or no output of it says what its page is called.
    """
    try:
        return list(_pages_in(path.name, path.read_text(encoding="utf-8")))
    except Exception as error:  # damaged notebooks fail in many ways: JSON, encoding, schema
        if isinstance(error, RunError):
            raise
        raise RunError(
            f"The executed notebook {path.name} is missing or damaged.",
            hint="Run the same command again: it is then made anew.",
        ) from error


# Municipalities share most of their executed notebooks: a batch of reports reads each only once.
@lru_cache(maxsize=_SHARED)
def _pages_in(name: str, content: str) -> tuple[ExecutedPage, ...]:
    notebook = nbformat.reads(content, as_version=4)
    spoken = [(at, said) for at, cell in enumerate(notebook.cells) for said in _said(cell)]
    if not spoken:
        raise _nameless(name, "")
    starts = [0, *(at for at, _ in spoken[1:]), len(notebook.cells)]
    parts = [notebook.cells[start:end] for start, end in pairwise(starts)]
    return tuple(_page(name, said, notebook, cells) for (_, said), cells in zip(spoken, parts, strict=True))


def _page(name: str, said: Mapping[str, Any], notebook: Any, cells: list[Any]) -> ExecutedPage:
    wanted = {"number": int, "slug": str, "title": str, "finding": str}
    wrong = [field for field, kind in wanted.items() if not isinstance(said.get(field), kind)]
    if wrong:
        raise _nameless(name, f" ({', '.join(wrong)})")
    number = f"{said['number']:02d}_" if said["number"] >= 0 else ""
    return ExecutedPage(
        number=said["number"],
        title=said["title"],
        finding=said["finding"],
        kicker=said.get("kicker", ""),
        source=said.get("source", ""),
        file_name=f"{number}{danish.slug(said['slug']).replace('-', '_')}.html",
        source_name=name,
        key_figures=said.get("key_figures", ()),
        notebook=type(notebook)({**notebook, "cells": cells}),
    )


def _nameless(name: str, missing: str) -> RunError:
    return RunError(
        f"The notebook {name} does not say what its page is called{missing}.",
        hint=f"One of its outputs must be of type {PAGE_TYPE}, with number, slug, title and finding.",
    )


def _said(cell: Any) -> list[Mapping[str, Any]]:
    """Return what the outputs of a cell say about pages."""
    outputs = cell.outputs if cell.cell_type == "code" else []
    return [output.data[PAGE_TYPE] for output in outputs if PAGE_TYPE in output.get("data", {})]


def export_page(page: ExecutedPage, setting: PageSetting, *, include_code: bool = False) -> str:
    """Return a whole page of a report as HTML that needs no other file, no script and no network.

    Parameters
    ----------
    page : ExecutedPage
        From `read_pages`.
    setting : PageSetting
        What the page shares with the report.
    include_code : bool
        Also show the code cells, including those that are only analysis (tagged 'remove-cell').

    Raises
    ------
    RunError
        If a chart in the notebook is damaged or lacks its description.
    """
    setting = replace(setting, source=page.source or setting.source)
    links = tuple((setting.pages_by_notebook or {}).items())
    head, body, images = _converted(page, links, include_code)
    # The title names simulated data already.
    finding = page.finding.removeprefix(danish.marked("", page.title.startswith(danish.SIMULATED)))
    parts = {"question": head, "finding": finding, "body": body, "style": stylesheet()}
    text = rendered("page.html.j2", page=page, setting=setting, **parts)
    text = _without_personal_paths(text)
    # The pictures are inserted last: they are most of the page's size, and not part of its structure.
    for name, address in images.items():
        text = text.replace(f'"{name}"', f'"{address}"')
    return text


@lru_cache(maxsize=_SHARED)
def _converted(
    page: ExecutedPage, links: tuple[tuple[str, str], ...], include_code: bool
) -> tuple[str, str, Mapping[str, str]]:
    """Return a page's question and body, the same in every report that has the page, and its pictures."""
    images = Images(page.source_name)
    notebook = _with_figures(page, images)
    if not include_code:
        notebook.cells = [cell for cell in notebook.cells if ANALYSIS not in cell.metadata.get("tags", ())]
    question, body = markup.tidy(_body(notebook, include_code=include_code), pages=dict(links))
    return question, body, images.data


def _without_personal_paths(text: str) -> str:
    """Return the text with paths made relative to the folders of the user who made the report."""
    own = {str(path) for path in (places.workspace(), Path.cwd(), Path.home()) if path != Path(path.anchor)}
    for folder in sorted(own, key=len, reverse=True):
        text = text.replace(f"{folder}{os.sep}", "")
    return text


def _with_figures(page: ExecutedPage, images: Images) -> Any:
    """Return the notebook with charts and pictures as figures, without output that a page does not show."""
    notebook = from_dict(page.notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = [_shown(output, images) for output in cell.outputs]
            cell.outputs = [from_dict(output) for output in shown if output is not None]
    return notebook


def _shown(output: Any, images: Images) -> Any:
    if output.output_type == "stream":
        return output if output.name == "stdout" else None
    if "data" not in output or PAGE_TYPE in output.data:
        return None
    data: Mapping[str, Any] = output.data
    if CHART_TYPE in data:
        return {**output, "data": {"text/html": figure(data[CHART_TYPE], images)}}
    if "text/html" in data or "text/markdown" in data:
        return output
    if "image/png" in data:
        alt = output.metadata.get("image/png", {}).get("alt", "")
        return {**output, "data": {"text/html": picture(data["image/png"], alt, images)}}
    if _DROPPED_TYPES & set(data):
        return None
    return output


def _body(notebook: Any, *, include_code: bool) -> str:
    """Return the cells as plain markup, without wrappers and prompts, by nbconvert's filters.

    Its exporter is not used, because it copies, checks and parses every page several times.
    """

    def from_markdown(source: str, attachments: Any) -> str:
        renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
        return str(MarkdownWithMath(renderer=renderer).render(source))

    def shown(output: Any) -> str:
        data = {"text/plain": output.text} if output.output_type == "stream" else output.get("data", {})
        if "text/html" in data:
            return str(data["text/html"])
        if "text/markdown" in data:
            return from_markdown(data["text/markdown"], {})
        return f'<pre class="printed">{ansi2html(data["text/plain"])}</pre>' if "text/plain" in data else ""

    highlighted, together = Highlight2HTML(), CoalesceStreamsPreprocessor()
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = from_markdown(cell.source, cell.get("attachments", {}))
            parts.append(f'<div class="notebook-text">{text}</div>')
        elif cell.cell_type == "code":
            if include_code and cell.source.strip():
                code = highlighted(cell.source, metadata=cell.metadata)
                parts.append(
                    f'<div class="code" role="region" aria-label="Programkode" tabindex="0">{code}</div>'
                )
            together.preprocess_cell(cell, {}, 0)
            parts += [f"{shown(output)}\n" for output in cell.outputs]
    return "".join(parts)
