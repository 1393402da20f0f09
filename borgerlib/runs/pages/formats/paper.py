"""A report as one document for paper: what a council reads first, in few pages, and the details after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from borgerlib import danish
from borgerlib.runs.pages.figures import rendered
from borgerlib.view import theme

# Placeholder for a page number until all pages are laid out.
UNKNOWN_PAGE = "00"
_FRONT = "index"
_HEADING = re.compile(r"^h[1-6]$")
_ID = re.compile(r'\bid="([^"]*)"')
_REFERENCE = re.compile(
    r'<a [^>]*?href="#([^"]*)"[^>]*>(.*?)</a>(?:\s+<span class="on-page"[^>]*>[^<]*</span>)?', re.DOTALL
)
_VARIABLE = re.compile(r"(--[\w-]+):\s*([^;}]+)")
_LINK = re.compile(r"^([\w.-]+\.html)?(?:#(.*))?$")
# Tags that only a screen needs: removed with their content, and without it.
_SCREEN_ONLY = ("summary", "source")
_AROUND = ("picture", "details")
# Smallest number of columns, class and font size of a table; then a line's width in points, and the gap
# between columns in ems.
_SIZES = ((9, "widest-table", 7.0), (7, "wide-table", 7.5), (0, "", 8.5))
_LINE, _GAP = 493.0, 0.68
# Each picture embeds a font with only the letters it uses. On paper all use the whole font, because
# WeasyPrint has only one font per name in a document.
_PICTURES_LETTERS = re.compile(r"@font-face\{[^}]*base64,[^}]*\}")


def on_paper(files: Sequence[Path]) -> str:
    """Return a report's pages as one HTML document for print.

    First come the cover, the contents and what a council reads, with each insight's finding and first
    picture; then an appendix with the rest of each page, once.

    Parameters
    ----------
    files : sequence of Path
        The report's pages in order, the front page first.
    """
    names = {file.name for file in files}
    front, *pages = [_Sheet(file, names) for file in files]
    _refer_to_what_is_shown(pages)
    main: list[dict[str, str]] = []
    appendix: list[dict[str, str]] = []
    for page in pages:
        if page.part == "insight":
            main.append(page.entry(page.brief()))
            if rest := page.rest(below=2):
                appendix.append(page.entry(rest, title=f"Mere om »{page.title}«", more="-mere"))
        elif page.part == "council":
            main.append(page.entry(page.rest(below=1)))
        elif page.part == "appendix":
            _add_sections(appendix, page.sections())
        else:
            appendix.append(page.entry(page.rest(below=2)))
    cases = front.taken("section:has(> .cases)")
    appendix += [{**front.entry(cases), "title": "Cases", "anchor": "cases"}] if cases else []
    faces = "".join(theme.font_face(weight, theme.font_file(weight).as_uri()) for weight in theme.FONT_STYLES)
    whole = rendered(
        "paper.html.j2",
        title=front.soup.title.get_text(),
        faces=faces,
        variables=theme.css_variables(),
        look="".join(style.get_text() for style in front.soup.select("style.look")),
        cover=front.taken(".cover"),
        figures=front.taken(".key-figures"),
        source=front.taken(".colophon"),
        main=main,
        appendix=appendix,
        unknown=UNKNOWN_PAGE,
    )
    return _with_live_references(_without_variables(whole))


def _without_variables(html: str) -> str:
    """Return a document with CSS variables replaced by values: WeasyPrint evaluates them at every use."""
    style, end, rest = html.partition("</style>")
    values = dict(_VARIABLE.findall(style))
    return re.sub(r"var\((--[\w-]+)\)", lambda used: values[used[1]], style) + end + rest


def _with_live_references(html: str) -> str:
    """Return a document in which a reference without a target is plain text, without a page number."""
    known = set(_ID.findall(html))
    return _REFERENCE.sub(lambda found: found[0] if unquote(found[1]) in known else found[2], html)


def _add_sections(appendix: list[dict[str, str]], sections: Sequence[dict[str, str]]) -> None:
    """Add the appendix's sections, each to the existing entry of its page if there is one."""
    for section in sections:
        of = [entry for entry in appendix if f": {section['title']}".endswith(f": {entry['page']}")]
        if of:
            of[0]["html"] += _levelled(section["html"], below=2)
        else:
            appendix.append(section)


def _refer_to_what_is_shown(pages: Sequence[_Sheet]) -> None:
    """Replace a figure that an earlier page has shown, or a case, with a reference.

    A link to another page is followed by the number of that page.
    """
    shown: dict[str, str] = {}
    for page in pages:
        for link in page.article.select(f'a[href^="#"]:not([href^="#{page.name}"])'):
            _name_page(page.soup, link)
        for figure in page.article.select("figure.chart"):
            title, alt = _text(figure, ".chart-title"), figure.img["alt"]
            first = shown.setdefault(f"{title} {alt}", figure.get("id", ""))
            if first == figure.get("id", ""):
                continue
            paragraph = page.soup.new_tag("p", attrs={"class": "shown"})
            link = page.soup.new_tag("a", href=f"#{first}", string=title)
            paragraph.append(link)
            figure.replace_with(paragraph)
            _name_page(page.soup, link)
        for link in page.article.select(f'p > strong > a[href^="#{_FRONT}-case-"]'):
            # The municipality's whole story is among the cases.
            link.find_parent("p").replace_with(paragraph := page.soup.new_tag("p"))
            paragraph.append(link)
            _name_page(page.soup, link)


def _name_page(soup: Any, link: Any) -> None:
    """Add after a link the number of the page that it leads to."""
    attributes = {"class": "on-page", "data-to": link["href"]}
    link.insert_after(" ", soup.new_tag("span", attrs=attributes, string=f"(side {UNKNOWN_PAGE})"))


class _Sheet:
    """A page of the report, its ids prefixed so that they differ from those of other pages."""

    def __init__(self, file: Path, names: set[str]) -> None:
        from bs4 import BeautifulSoup

        text = _PICTURES_LETTERS.sub("", file.read_text(encoding="utf-8"))
        self.soup: Any = BeautifulSoup(text, "html.parser")
        self.name = file.stem
        body: Any = self.soup.body
        self.part = (body.get("class") or [""])[-1]
        _tidy(self.soup, self.name, names)
        heading: Any = self.soup.h1
        self.title = danish.squeezed(heading.get_text())
        self.article: Any = self.soup.article or self.soup.main

    def entry(self, html: str, *, title: str = "", more: str = "") -> dict[str, str]:
        """Return the page as the document's template needs it."""
        opening: Any = self.soup.select_one(".opening")
        texts = {name: _text(opening, f".{name}") for name in ("kicker", "question", "finding")}
        anchor = f"{self.name}{more}"
        title = title or self.title
        return {"anchor": anchor, "title": title, "page": self.title, "part": self.part, "html": html} | texts

    def brief(self) -> str:
        """Remove the page's first picture, or the reference to it, and return it."""
        first = self.soup.find("figure") or self.soup.find(class_="shown")
        if first is None:
            return ""
        before = [tag for tag in first.find_previous_siblings() if tag.get("class") != ["opening"]]
        for tag in before:
            if _HEADING.match(tag.name):
                tag.decompose()
        taken = [tag.extract() for tag in reversed(before) if not tag.decomposed] + [first.extract()]
        return _levelled("".join(map(str, taken)), below=1)

    def rest(self, *, below: int) -> str:
        """Return the remaining page below its opening, under a heading of level `below`."""
        tags = [tag for tag in self.article.find_all(True, recursive=False) if tag.name != "header"]
        return _levelled("".join(map(str, tags)), below=below)

    def sections(self) -> list[dict[str, str]]:
        """Return the page's sections, one for each heading of the second level."""
        found: list[dict[str, str]] = []
        for tag in self.article.find_all(True, recursive=False):
            if tag.name == "h2":
                anchor = f"{self.name}-{len(found) + 1}"
                found.append({"anchor": anchor, "title": tag.get_text(), "page": "-", "part": "", "html": ""})
            elif found:
                found[-1]["html"] += str(tag)
        return found

    def taken(self, selector: str) -> str:
        """Return what a selector finds in the page; empty if it finds nothing."""
        found = self.soup.select_one(selector)
        if found is None:
            return ""
        for heading in found.find_all("h2"):
            heading.decompose()
        return str(found)


def _levelled(html: str, *, below: int) -> str:
    """Return HTML with its headings moved under level `below`, in the same order, with no level skipped."""
    written: list[int] = []

    def placed(found: re.Match[str]) -> str:
        level = int(found[2])
        while found[1] == "<h" and written and written[-1] >= level:
            written.pop()
        if found[1] == "<h":
            written.append(level)
        return f"{found[1]}{min(below + len(written), 6)}"

    return re.sub(r"(</?h)([1-6])\b", placed, html)


def _text(within: Any, selector: str) -> str:
    found = within.select_one(selector) if within is not None else None
    return danish.squeezed(found.get_text()) if found is not None else ""


def _tidy(soup: Any, name: str, names: set[str]) -> None:
    """Remove what paper does not need, and add the page's name to every id and link."""
    for tag in soup.find_all(True):
        if tag.attrs is None:
            # Removed with its parent. (The property `decomposed` would first search for a tag of that name.)
            continue
        classes = tag.get("class", ())
        if tag.name in _SCREEN_ONLY or (tag.name == "details" and tag.find_parent("figure")):
            tag.decompose()
        elif tag.name in _AROUND or "scroll" in classes or ("whole" in classes and tag.find_parent("table")):
            tag.unwrap()
        elif "id" in tag.attrs:
            tag["id"] = f"{name}-{tag['id']}"
        elif "src" in tag.attrs:
            # Percent-encoded, a picture's angle brackets need no entities, which are slow to parse.
            tag["src"] = tag["src"].replace("<", "%3C").replace(">", "%3E")
    for link in soup.find_all("a"):
        target = _target(link.get("href", ""), name, names)
        if target:
            link["href"] = target
        else:
            link.unwrap()
    _lists_without_boxes(soup)
    for table in soup.find_all("table"):
        _widths(soup, table)


def _widths(soup: Any, table: Any) -> None:
    """Give wide tables the class for small type, and each column the width that its texts need.

    Otherwise WeasyPrint lays out each cell twice more to find the widths. A column that fits is not broken;
    the others share the rest evenly, but none is narrower than its longest word.
    """
    rows = [cells for row in table.find_all("tr") if (cells := row.find_all(["th", "td"]))]
    columns = max(map(len, rows), default=0)
    name, size = next((name, size) for least, name, size in _SIZES if columns >= least)
    if name:
        table["class"] = [*table.get("class", ()), name]
    body = [cells for cells in rows if not cells[0].find_parent("thead")]
    if len(body) == 1 or columns == 2:
        # A checker reports as many row headings as numbers as an error; each row's text is enough.
        for cells in body:
            cells[0].name = "td"
    if not body or any(len(cells) < columns for cells in rows):
        return
    heads = len(rows) - len(body)
    texts = list(zip(*([cell.get_text() for cell in cells] for cells in rows), strict=True))
    words = [_widest(danish.squeezed(" ".join(text)).split(" "), size, "semibold") for text in texts]
    wanted = [_widest(text[heads:], size, "regular") for text in texts]
    narrow = () if sum(words) <= _LINE else ("widest-table", "narrow-columns")
    table["class"] = [*table.get("class", ()), *narrow, "measured"]
    room, left = [0.0] * columns, _LINE
    for done, at in enumerate(sorted(range(columns), key=wanted.__getitem__)):
        room[at] = max(words[at], min(wanted[at], left / (columns - done)))
        left -= room[at]
    group = soup.new_tag("colgroup")
    for width in room:
        group.append(soup.new_tag("col", attrs={"style": f"width:{width / sum(room):.2%}"}))
    table.find(["thead", "tbody", "tr"]).insert_before(group)


def _widest(texts: Sequence[str], size: float, weight: theme.Weight) -> float:
    widths = _letter_widths(weight)
    return (max(sum(widths.get(letter, 0.6) for letter in text) for text in texts) + _GAP) * size


@lru_cache(maxsize=2)
def _letter_widths(weight: theme.Weight) -> dict[str, float]:
    """Return the widths of the font's letters, in ems."""
    from fontTools.ttLib import TTFont

    font = TTFont(theme.font_file(weight), lazy=True)
    em, widths = font["head"].unitsPerEm, font["hmtx"]
    return {chr(code): widths[name][0] / em for code, name in font.getBestCmap().items()}


def _target(href: str, name: str, names: set[str]) -> str:
    """Return where a link leads inside or outside the document; empty if it would reveal a local path."""
    if href.startswith(("http:", "https:", "mailto:")):
        return href
    found = _LINK.match(href)
    page = found[1] if found else None
    if found is None or (page and page not in names):
        return ""
    stem = page.removesuffix(".html") if page else name
    return f"#{stem}-{found[2]}" if found[2] else f"#{stem}"


def _lists_without_boxes(soup: Any) -> None:
    # In a tagged PDF a list may contain only items, but a list of terms has pairs in boxes.
    for terms in soup.find_all("dl"):
        for pair in terms.select("div:has(> dt):has(> dd)"):
            pair.name = "li"
            pair.dt.name, pair.dd.name = "span", "b"
            pair.span["class"], pair.b["class"] = "term", "value"
        terms.name = "ul"
