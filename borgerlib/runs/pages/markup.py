"""Tidy the markup of a page: headings in order, tables that scroll and align, nothing that runs or loads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from borgerlib import danish

_NUMBER = r"[−+-]?\d[\d.]*(?:,\d+)?"
_NUMERIC = re.compile(rf"(?:ca\. )?{_NUMBER}(?:\s?[–-]\s?{_NUMBER})?(?:\s?(?:pct\.|%|procentpoint))?|[–—-]")
_RANGE = re.compile(r"(\d+(?:[.,]\d+)*–\d+(?:[.,]\d+)*(?:-\w+)?)")
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_FORBIDDEN = ["script", "style", "link", "iframe", "object", "embed", "form", "meta", "base", "noscript"]
_LEADS_OUT = re.compile(r"url|image|\\", re.IGNORECASE)  # in a style
_FETCHING = ("src", "srcset", "href", "poster", "data", "background", "action")


def tidy(body: str, *, pages: Mapping[str, str]) -> tuple[str, str]:
    """Return a page's opening question and its body, tidied.

    Parameters
    ----------
    body : str
        The notebook's cells as HTML.
    pages : mapping
        File name of a notebook → file name of its page, for the links between notebooks.

    Returns
    -------
    tuple of str
        The text below the notebook's own heading (the question), and the rest. The heading itself is
        left out: the page's template has it.
    """
    soup = BeautifulSoup(body, "html.parser")
    _remove_what_runs(soup)
    question = _take_opening(soup)
    for wrapper in soup.select("div.notebook-text"):
        wrapper.unwrap()
    _order_headings(soup)
    _link_pages(soup, pages)
    for table in soup.find_all("table"):
        _tidy_table(soup, table)
    _tie_numbers(soup)
    return question, str(soup).strip()


def _tie_numbers(soup: Any) -> None:
    """Keep numbers on the same line as their words, except in code."""
    for piece in soup.find_all(string=True):
        tied = danish.tied(piece)
        ranges: list[Any] = _RANGE.split(tied)
        if (tied != piece or len(ranges) > 1) and piece.find_parent(["code", "pre"]) is None:
            # Every second piece is a range, which must not be broken over two lines.
            for at in range(1, len(ranges), 2):
                ranges[at] = soup.new_tag("span", attrs={"class": "whole"}, string=ranges[at])
            piece.replace_with(*ranges)


def _remove_what_runs(soup: Any) -> None:
    for tag in soup.find_all(_FORBIDDEN):
        tag.decompose()
    for tag in soup.find_all(True):
        for name in list(tag.attrs):
            fetches = name in _FETCHING and not _harmless(tag, name)
            if name.startswith("on") or fetches or (name == "style" and _LEADS_OUT.search(tag[name])):
                del tag[name]


def _harmless(tag: Any, attribute: str) -> bool:
    """Return whether an address loads nothing by itself: a link to a page, or a picture inside this one."""
    address = str(tag[attribute]).strip()
    scheme = urlsplit(address).scheme.lower()
    if tag.name == "a" and attribute == "href":
        return scheme in ("", "http", "https", "mailto")
    return scheme in ("data", "borger-image")


def _take_opening(soup: Any) -> str:
    """Remove the notebook's first heading and return what follows it in its cell."""
    first = soup.find("h1")
    if first is None:
        return ""
    cell = first.find_parent("div", class_="notebook-text")
    first.decompose()
    if cell is None:
        return ""
    opening = str(cell.decode_contents()).strip()
    cell.decompose()
    return opening


def _order_headings(soup: Any) -> None:
    """Give every heading the level that follows: one h1 (the page's), no level skipped.

    A figure's heading is one level below the section that it is in.
    """
    written: list[int] = []
    for tag in soup.find_all(_HEADINGS):
        if tag.has_attr("data-figure"):
            tag.name = f"h{min(len(written) + 2, 6)}"
            del tag["data-figure"]
            continue
        level = int(tag.name[1])
        while written and written[-1] >= level:
            written.pop()
        written.append(level)
        tag.name = f"h{min(len(written) + 1, 6)}"


def _link_pages(soup: Any, pages: Mapping[str, str]) -> None:
    for link in soup.find_all("a", href=True):
        name, _, anchor = link["href"].rpartition("/")[2].partition("#")
        if not name.endswith(".ipynb"):
            continue
        if f"{name}#{anchor}" in pages:
            link["href"] = pages[f"{name}#{anchor}"]
        elif name in pages:
            link["href"] = pages[name] + (f"#{anchor}" if anchor else "")
        else:
            link.unwrap()


def _tidy_table(soup: Any, table: Any) -> None:
    for tag in [table, *table.find_all(True)]:
        numeric = "number" in tag.get_attribute_list("class")
        for name in ("border", "style", "align", "valign", "class", "id"):
            if tag.has_attr(name):
                del tag[name]
        if numeric:
            tag["class"] = "number"
    for header in table.select("thead th"):
        if header.get_text(strip=True):
            header["scope"] = "col"
        else:
            header.name = "td"
    for header in table.select("tbody th"):
        header["scope"] = "row"
    _align_numbers(table)
    _make_scrollable(soup, table)


def _align_numbers(table: Any) -> None:
    rows = [row.find_all(["th", "td"]) for row in table.find_all("tr")]
    body = [row for row in rows if row and not row[0].find_parent("thead")]
    if not body or len({len(row) for row in rows}) != 1:
        return
    for column in range(len(rows[0])):
        texts = [row[column].get_text(strip=True) for row in body]
        filled = [text for text in texts if text]
        if filled and all(_NUMERIC.fullmatch(text) for text in filled):
            for row in rows:
                row[column]["class"] = "number"


def _make_scrollable(soup: Any, table: Any) -> None:
    caption = table.find("caption")
    heading = table.find_previous(_HEADINGS)
    named = caption or heading
    words = table.get("aria-label") or (named.get_text() if named else "")
    name = f"Tabel: {' '.join(words.split())}" if words else "Tabel"
    region = soup.new_tag("div", attrs={"class": "scroll", "role": "region", "tabindex": "0"})
    region["aria-label"] = name
    table.wrap(region)
