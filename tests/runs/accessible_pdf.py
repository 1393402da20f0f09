"""What keeps a PDF from being accessible, as far as a machine can tell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf

_NEEDED = {
    "/StructTreeRoot": "has no tags",
    "/MarkInfo": "is not marked as tagged",
    "/Outlines": "has no bookmarks",
}


def pdf_problems(path: Path) -> tuple[str, ...]:
    """Return what keeps a PDF from being accessible, in English; nothing where it is.

    The machine-checkable part of PDF/UA-1 (ISO 14289-1) that matters to these reports: tags, language, title
    shown, bookmarks, an alternative text for every figure, headers in tables, and a first-level heading.
    """
    reader: Any = pypdf.PdfReader(path)
    root = reader.trailer["/Root"]
    problems = [f"The file {what}." for key, what in _NEEDED.items() if key not in root]
    if not root.get("/Lang"):
        problems.append("The file does not name its language.")
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        problems.append("The window would show the file's name, not its title.")
    if not (reader.metadata or {}).get("/Title"):
        problems.append("The file has no title.")
    kinds = list(structure(root["/StructTreeRoot"])) if "/StructTreeRoot" in root else []
    names = [name for name, _ in kinds]
    bare = sum(name == "/Figure" and not alt for name, alt in kinds)
    problems += [f"{bare} figures have no alternative text."] if bare else []
    problems += ["There is no heading of the first level."] if "/H1" not in names else []
    problems += ["A table has no headers."] if "/Table" in names and "/TH" not in names else []
    return tuple(problems)


def structure(node: Any) -> Iterator[tuple[str, str]]:
    """Yield kind and alternative text of every element of a PDF's structure."""
    waiting = [node.get_object()]
    while waiting:
        element = waiting.pop()
        if isinstance(element, list):
            waiting += [child.get_object() for child in element if hasattr(child, "get_object")]
        elif hasattr(element, "keys"):
            if "/S" in element:
                yield str(element["/S"]), str(element.get("/Alt") or "")
            if "/K" in element and hasattr(element["/K"], "get_object"):
                waiting.append(element["/K"].get_object())
