"""An extension of IPython for notebooks of which only pages are made: charts are not drawn as PNG too."""

from __future__ import annotations

from typing import Any

EXTENSION = __name__


def load_ipython_extension(shell: Any) -> None:
    """Let charts give what a page of a report shows, and nothing for who opens the notebook itself."""
    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type_by_name("borgerlib.view.charts.chart", "Chart", lambda chart: chart.for_page())
