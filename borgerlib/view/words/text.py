"""Danish text that a notebook shows, with the facts that the report needs about a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from borgerlib import danish

PAGE_MIME_TYPE = "application/vnd.borger.page+json"


@dataclass(frozen=True)
class Text:
    """Markdown, shown as text in a notebook and in a report.

    Parameters
    ----------
    markdown : str
        Danish text in Markdown.
    page : dict, optional
        What a report's front page says of this notebook (number, slug, title, kicker, finding).
    """

    markdown: str
    page: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.markdown

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        data: dict[str, Any] = {"text/markdown": self.markdown, "text/plain": self.markdown}
        if self.page:
            data[PAGE_MIME_TYPE] = self.page
        return data


def page_text(finding: str, **page: Any) -> Text:
    """Return the finding of a page, and what the report needs to know of it.

    Parameters
    ----------
    finding : str
        A sentence or two.
    **page
        number, title, kicker, source; a slug unless it is the title's; key_figures, each a value and a label.
    """
    return Text(finding, page={"slug": danish.slug(page["title"]), **page, "finding": finding})
