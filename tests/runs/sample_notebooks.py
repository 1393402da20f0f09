"""Executed notebooks made on the spot, with pictures drawn for them."""

import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


def picture(width: int, height: int) -> str:
    """Return a PNG of that size as base64."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "#0b4f6c").save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def drawing(width: int, height: int, inside: str = "") -> str:
    """Return an SVG of that size as a chart draws it."""
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
        f"viewBox='0 0 {width} {height}'><path d='M0,0L{width},0z'/>{inside}</svg>"
    )


def page_output(number: int = 2, **changes: Any) -> Any:
    """Return the output by which a notebook names its page."""
    said = {
        "number": number,
        "slug": f"emne-{number}",
        "title": f"Emne {number}",
        "finding": f"Fund nummer {number}.",
        "kicker": f"Indsigt {number}",
    }
    return display({"application/vnd.borger.page+json": said | changes, "text/plain": "side"})


def chart_output(**changes: Any) -> Any:
    """Return the output of a chart."""
    chart = {
        "title": "De fleste er enige",
        "question": "Hvor enige er de?",
        "caption": "N = 78.",
        "alt": "Søjlediagram: enig 58 pct.; uenig 42 pct.",
        "wide": drawing(192, 80),
        "narrow": drawing(70, 90),
        "columns": ["Svar", "Andel", "Antal"],
        "rows": [["Enig", "58 pct.", 1045], ["Uenig", "42 pct.", None]],
        "numbers": {
            "columns": ["Svar", "Andel", "Antal"],
            "formats": ["", "0%", "#,##0"],
            "rows": [["Enig", 0.58, 1045], ["Uenig", 0.42, None]],
        },
    } | changes
    return display({"application/vnd.borger.chart+json": chart, "text/plain": chart["alt"]})


def display(data: dict[str, Any], **metadata: Any) -> Any:
    """Return the output that shows these data."""
    return new_output("display_data", data=data, metadata=metadata)


def executed(path: Path, outputs: Sequence[Any], *, markdown: str = "# Emne\n\nHvad svarer de?") -> Path:
    """Write a notebook as it is after a run, one code cell an output; strings become Markdown cells."""
    cells = [new_markdown_cell(markdown)]
    for count, output in enumerate(outputs, start=1):
        if isinstance(output, str):
            cells.append(new_markdown_cell(output))
        else:
            cells.append(new_code_cell(f"show({count})", outputs=[output], execution_count=count))
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)
    # Through the file, as a real run gives it.
    json.loads(path.read_text(encoding="utf-8"))
    return path
