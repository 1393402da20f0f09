"""The pages of a report: what an executed notebook says about them, and what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from borgerlib import danish
from borgerlib.files.look import Look
from borgerlib.runs.pages.figures import TEMPLATES
from borgerlib.view import theme

PAGE_TYPE = "application/vnd.borger.page+json"
# A page's number is its place in the report: below 0 what a council reads first, 0 the overview, then the
# insights, the citizens' answers, and last the glossary and the appendix.
LAST_INSIGHT, GLOSSARY_NUMBER, APPENDIX_NUMBER = 10, 98, 99


@dataclass(frozen=True, eq=False)
class ExecutedPage:
    """An executed notebook and what it says about its page; not changed once it is read.

    Attributes
    ----------
    number : int
        Place in the report: below 0 what a council reads first, 0 the overview, the insights from 1.
    title, finding, kicker : str
        Heading, the finding in one sentence, and the line above the heading ("Indsigt 2").
    file_name : str
        Name of the page in the report's folder.
    source_name : str
        Name of the notebook, to which other notebooks may link.
    key_figures : sequence of mapping
        For the front page, value and label as a reader sees them; usually only the overview has some.
    notebook : NotebookNode
        The executed notebook.
    source : str
        Where the page's numbers come from; empty if they come from all sources of the report.
    """

    number: int
    title: str
    finding: str
    kicker: str
    file_name: str
    source_name: str
    key_figures: Sequence[Mapping[str, str]]
    notebook: Any
    source: str = ""

    @property
    def part(self) -> str:
        """Which part of the report it is in: 'council', 'insight', 'citizens', 'glossary' or 'appendix'."""
        if self.number < 0:
            return "council"
        if self.number <= LAST_INSIGHT:
            return "insight"
        if self.number < GLOSSARY_NUMBER:
            return "citizens"
        return "glossary" if self.number == GLOSSARY_NUMBER else "appendix"


@dataclass(frozen=True)
class PageSetting:
    """What a page shares with the whole report: its names, its date and its neighbours."""

    report_title: str
    municipality: str
    day: str
    source: str
    previous: ExecutedPage | None = None
    following: ExecutedPage | None = None
    pages_by_notebook: Mapping[str, str] | None = None
    look: Look = field(default_factory=Look)

    @property
    def meeting(self) -> str:
        """The day of the council meeting, Danish; empty without one."""
        return danish.long_date(self.look.meeting) if self.look.meeting else ""


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """Return the style of every page: the theme's values, then the layout."""
    return theme.style(TEMPLATES / "pages" / "report.css")
