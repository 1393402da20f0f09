"""The documentation names what there is, and its inner links lead somewhere (make docs builds it)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
# The reference is made when the site is built.
PAGES = [page for page in sorted(DOCS.glob("*.md")) if page.stem != "reference"]


def anchors(page: Path) -> set[str]:
    """Return the names that headings get, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^([a-z-]+)$", index, re.MULTILINE)
    assert {page.stem for page in PAGES} - {"index"} == set(listed) - {"reference"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_inner_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(link)
    assert not lost


@pytest.mark.long
@pytest.mark.parametrize(
    "page", [page for page in PAGES if "{code-cell}" in page.read_text(encoding="utf-8")]
)
def test_its_cells_run(page: Path) -> None:
    cells = re.findall(r"```\{code-cell\} python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    exec("\n".join(cells), {})


def test_the_citation_and_the_site_name_the_same_version() -> None:
    root = DOCS.parent
    version = re.search(r'^version = "(.+)"$', (root / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert f"version: {version[1]}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f'release = "{version[1]}"' in (DOCS / "conf.py").read_text(encoding="utf-8")
