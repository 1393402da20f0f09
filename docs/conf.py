"""The documentation site: `make docs` writes it to build/docs, offline and without a warning."""

import ast
from importlib import import_module
from pathlib import Path

import borgerlib

project = "borgerlib"
author = "The borgerlib maintainers"
copyright = author
release = "0.2.0"
language = "en"

extensions = ["numpydoc", "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["images/*.md"]
html_theme = "pydata_sphinx_theme"
html_title = "borgerlib"
# Nothing is fetched from elsewhere, when it is built or when it is read.
html_theme_options = {
    "header_links_before_dropdown": 3,
    "secondary_sidebar_items": ["page-toc"],
    "navbar_end": ["theme-switcher"],
    "footer_start": [],
    "footer_end": [],
}
html_sidebars = {"*": []}  # pages lie side by side, so a section has nothing to list; the reference's has
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["site.css"]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# Pages also read well where they lie, in the repository: links to files beside docs/ are for readers there.
# Charts and tables carry their numbers for the workbook beside what is shown.
suppress_warnings = ["myst.xref_missing", "mystnb.unknown_mime_type"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

_HEAD = """# Reference

Every public name, by the room of the house in which it lives; `help(borgerlib.rake)` shows the same.
The examples are run by the tests. Those that load "Ærø" need its simulated citizens:
`borger simulate Ærø --n 900 --seed 1`, then `borger prepare Ærø data/processed/SIMULEREDE_DATA/aeroe`.

```{eval-rst}
.. currentmodule:: borgerlib
```
"""


def reference() -> str:
    """Return the page that lists every public name, under what its folder says of itself."""
    parts = [_HEAD]
    rooms: dict[str, list[str]] = {}
    stub = ast.parse(Path(borgerlib.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    for line in stub.body:
        if isinstance(line, ast.ImportFrom):
            folder = f"borgerlib.{line.module}".rpartition(".")[0]
            rooms.setdefault(folder, []).extend(name.name for name in line.names)
    for folder, names in rooms.items():
        title = (import_module(folder).__doc__ or "").partition("\n")[0].rstrip(".")
        listed = "".join(f"   {name}\n" for name in names)
        heading = "Errors" if folder == "borgerlib" else title
        parts.append(
            f"## {heading}\n\n```{{eval-rst}}\n.. autosummary::\n   :toctree: generated\n\n{listed}```\n"
        )
    return "\n".join(parts)


(Path(__file__).parent / "reference.md").write_text(reference(), encoding="utf-8")
