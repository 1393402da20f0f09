"""An IPython extension for notebooks that only become pages: charts are not also drawn as PNG."""

from __future__ import annotations

from typing import Any

EXTENSION = __name__


def load_ipython_extension(shell: Any) -> None:
    """Make charts put out only what a report's page shows, without the picture for the open notebook."""
    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type_by_name("borgerlib.view.charts.chart", "Chart", lambda chart: chart.for_page())
