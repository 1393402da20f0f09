"""Danish text that a notebook shows, and what the report needs to know of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        data: dict[str, Any] = {"text/markdown": self.markdown, "text/plain": self.markdown}
        if self.page:
            data[PAGE_MIME_TYPE] = self.page
        return data
