"""Survey statistics on citizen involvement in Danish municipalities.

The map, in the order in which data flows:

- `survey`: what was asked, and what came back (codebooks, readers, cleaning)
- `population`: who could have answered (municipalities, margins)
- `statistics`: from respondents to numbers that may be shown (weighting, estimation, disclosure)
- `lokaldemokrati`: the report of 2021 (published numbers, the counts behind them, the ten insights)
- `interest`: the citizens' survey of a municipality (prepare, load, export)
- `comparison`: surveys beside each other (waves, targets, municipalities)
- `view`: from numbers to pictures
- `contact`: from answers to people at the table (register, invitation, lottery)
- `runs`: from notebooks to reports
- `dashboard`: the citizens' answers to whatever a meeting asks
- `workshop`: the tools of a meeting (the influence map, the dialogue cards)

Every name in ``borgerlib.__all__`` is loaded when first used, so that importing the package is cheap.
"""

from __future__ import annotations

import importlib
from typing import Any

import lazy_loader

# The names stand in __init__.pyi, once for type checkers and for us.
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("borgerlib")
    if name not in __all__:
        # 'from borgerlib import danish' asks here first, when 'errors' may be half imported.
        if importlib.import_module("importlib.util").find_spec(f"{__name__}.{name}"):
            raise AttributeError(name)
        near = importlib.import_module("borgerlib.errors").nearest(name, __all__)
        offered = f". Did you mean: {', '.join(near)}?" if near and not name.startswith("_") else ""
        raise AttributeError(f"module 'borgerlib' has no attribute '{name}'{offered}")
    return _load(name)
