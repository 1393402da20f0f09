"""Verify that everything published agrees, and record which panel was drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup

from borgerlib.contact import codes
from borgerlib.contact.draw.publication import (
    ABOUT,
    PAGE,
    RESULT,
    Publication,
    grouped,
    has_our_template,
    lottery_page,
    page_data,
    read_publication,
    write_json,
    write_page,
)
from borgerlib.errors import DataError
from borgerlib.said import said

_OTHER_PAGE = (
    f"{PAGE} says something else than the files beside it. Where a draw was cut off: enter the same throw."
)


def verify(folder: Path, *, fingerprint: str = "") -> Publication:
    """Return a publication after verifying that everything in it agrees, including the page.

    If this program would make the same page, the page is compared as a whole; a page from another version is
    compared by its statements, and the publication's `notice` says so.

    Parameters
    ----------
    folder : Path
    fingerprint : str, optional
        The one that was announced before the draw (its first digits are enough, eight or more).

    Raises
    ------
    DataError
        Files were changed; a panel has the wrong size, or holds somebody twice or somebody who is not in the
        lottery; a chance is not the share of panels; the page says something else; or the fingerprint
        differs. All problems are listed.
    """
    published = read_publication(folder)
    problems = [*_file_problems(published), *_fingerprint_problems(published, fingerprint)]
    if not _thrown_problems(published) and not _page_agrees(folder / PAGE, published):
        problems.append(_OTHER_PAGE)
    _require_none(problems, folder)
    if _read_page(folder / PAGE) == lottery_page(published):
        return published
    return replace(published, notice=said("page_of_another_version", version=published.about.version))


def draw(folder: Path, number: int, *, withdrawn: Sequence[str] = ()) -> Publication:
    """Record the panel that the dice chose, even if it is void, and return the publication with it.

    Parameters
    ----------
    folder : Path
    number : int
        The dice: 0 to panels - 1.
    withdrawn : sequence of str
        Codes of those who have withdrawn since the publication, in addition to those already recorded: a
        panel with one of them is void.

    Raises
    ------
    DataError
        There is no such panel, another was already drawn, or the panel holds somebody who has withdrawn.
    """
    published = read_publication(folder)
    _require_none(_file_problems(published), folder)
    last = len(published.panels) - 1
    if not 0 <= number <= last:
        raise DataError(f"There is no panel {number}: they are numbered 0 to {last}.", hint="Throw again.")
    gone = {codes.as_typed(code) for code in withdrawn} | set(published.withdrawn)
    if published.drawn is not None and (published.drawn != number or gone & set(published.panels[number])):
        raise DataError(said("drawn_already", panel=f"{published.drawn:03d}"))
    if unknown := sorted(gone - set(published.chances.index)):
        raise DataError(
            f"Nobody of this lottery has the code {', '.join(unknown)}.", hint="Check the letters."
        )
    met = sorted(gone & set(published.panels[number]))
    # Record void panels too, so that naming a code just to get rid of a panel leaves a trace.
    fallen = [*published.fallen, *([number] if met and number not in published.fallen else [])]
    done = replace(
        published, drawn=None if met else number, withdrawn=tuple(sorted(gone)), fallen=tuple(fallen)
    )
    # Write the page first: if writing the result then fails, only the same throw can be recorded again.
    if not any(_page_agrees(folder / PAGE, told) for told in (published, done)):
        _require_none([_OTHER_PAGE], folder)
    write_page(folder, done)
    write_json(folder / RESULT, {"panel": done.drawn, "withdrawn": done.withdrawn, "fallen": done.fallen})
    if met:
        left = sum(not gone & set(panel) for panel in published.panels)
        raise DataError(said("falls_out", panel=f"{number:03d}", who=", ".join(met), left=left, of=last + 1))
    return done


def _require_none(problems: Sequence[str], folder: Path) -> None:
    if problems:
        raise DataError(f"The lottery in {folder} does not hold:", problems=problems)


def _file_problems(published: Publication) -> list[str]:
    return [*_panel_problems(published), *_thrown_problems(published)]


def _panel_problems(published: Publication) -> list[str]:
    size, known = published.about.size, set(published.chances.index)
    problems = []
    for number, panel in enumerate(published.panels):
        if len(panel) != size or len(set(panel)) != size or not set(panel) <= known:
            problems.append(f"panel {number:03d} does not hold {size} different people of the lottery")
    seats = pd.Series([code for panel in published.panels for code in panel]).value_counts()
    shares = seats.reindex(published.chances.index, fill_value=0) / len(published.panels)
    if wrong := int((~np.isclose(shares, published.chances, atol=1e-9)).sum()):
        problems.append(f"{wrong} people's chance is not the share of panels that have them")
    if len(published.panels) != published.about.panels or len(known) != published.about.people:
        problems.append(f"{ABOUT} tells another number of panels or people than there are")
    return problems


def _thrown_problems(published: Publication) -> list[str]:
    gone, numbers = set(published.withdrawn), range(len(published.panels))
    drawn = [] if published.drawn is None else [published.drawn]
    problems = [
        f"{RESULT} names panel {number!r}, which is not in the list."
        for number in (*drawn, *published.fallen)
        if number not in numbers
    ]
    if problems:
        return problems
    problems += [
        f"panel {number:03d} fell out, and holds nobody who has withdrawn"
        for number in published.fallen
        if not gone & set(published.panels[number])
    ]
    if gone & {code for number in drawn for code in published.panels[number]}:
        problems.append(f"panel {published.drawn:03d} was drawn, and holds somebody who has withdrawn")
    return problems


def _page_agrees(path: Path, published: Publication) -> bool:
    """Return whether a page says the same as the files; the wording of another version may differ."""
    page = _read_page(path)
    return page == lottery_page(published) or (not has_our_template(published) and _states(page, published))


def _read_page(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.is_file() else ""


def _states(page: str, published: Publication) -> bool:
    """Return whether a page has the data, fingerprint, title and result of a lottery, and no extra code."""
    tree = BeautifulSoup(page, "html.parser")
    try:
        data = [json.loads(script.extract().text) for script in tree.select("script#data")]
    except ValueError:
        return False
    for unread in tree.select("head, script, style"):
        unread.extract()
    text = " ".join(tree.text.split())
    title, drawn = " ".join(published.about.title.split()), published.drawn
    seated = () if drawn is None else published.panels[drawn]
    numbers = [f"{number:03d}" for number in published.fallen + (() if drawn is None else (drawn,))]
    told = {code for code in re.findall(r"\w{4}-\w{4}", text) if code in published.chances.index}
    return (
        data == [page_data(published)]
        and told == {*seated, *published.withdrawn}
        and all(words in text for words in (grouped(published.fingerprint), title, *numbers))
    )


def _fingerprint_problems(published: Publication, announced: str) -> list[str]:
    plain = "".join(announced.split()).casefold()
    if not plain or (len(plain) >= 8 and published.fingerprint.startswith(plain)):
        return []
    return [f"the fingerprint is {published.fingerprint}, not {plain} (8 digits or more are compared)"]
