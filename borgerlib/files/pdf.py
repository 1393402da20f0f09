"""WeasyPrint, where it is installed: it lays pages out and writes PDF/UA, which a screen reader can read."""

from __future__ import annotations

import logging
from typing import Any

from borgerlib.errors import RunError

VARIANT = "pdf/ua-1"


def weasyprint_library() -> Any:
    """Return the library, which is an extra and heavy to import.

    Raises
    ------
    RunError
        It, or the system's Pango, is not installed.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        what = "WeasyPrint" if isinstance(error, ImportError) else "the system's Pango library"
        raise RunError(
            f"A PDF cannot be made: {what} is missing.",
            hint="Run: pip install weasyprint and, on Debian, apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0. Or choose another format.",
        ) from error
    # It warns of screen-only properties in the style, which print does not need.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint
