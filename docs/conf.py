"""The documentation site: `make docs` writes it to build/docs, offline and without a warning."""

import borgerlib

project = "borgerlib"
author = "The borgerlib maintainers"
copyright = author
release = "0.1.0"
language = "en"

extensions = ["numpydoc", "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
exclude_patterns = ["images/*.md"]
html_theme = "pydata_sphinx_theme"
html_title = "borgerlib"
# Nothing is fetched from elsewhere, when it is built or when it is read.
html_theme_options = {
    "secondary_sidebar_items": ["page-toc"],
    "navbar_end": ["theme-switcher"],
    "footer_start": [],
    "footer_end": [],
}
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["site.css"]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# Pages also read well where they lie, in the repository: links to files beside docs/ are for readers there.
suppress_warnings = ["myst.xref_missing"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_mime_priority_overrides = [("html", "application/vnd.borger.chart+json", None)]

autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

assert borgerlib.__all__
