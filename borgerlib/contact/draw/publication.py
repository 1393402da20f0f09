"""What is published before a panel is drawn, so that anyone can verify the draw without anybody being named.

The public folder holds the panels as codes, everybody's chance, the quotas, a description of the draw, and
the hash of each file. The *fingerprint* is the hash of the file of hashes; it is read aloud before the dice
are thrown. A separate folder, for the municipality only, says who has which code. On a page that works
offline, citizens type their code to see their chance and whether they were drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from borgerlib.contact.codes import make_codes
from borgerlib.contact.lottery.leximin import LotteryChances
from borgerlib.contact.lottery.panels import PanelList
from borgerlib.danish import capitalise, long_date, number, percent
from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing, replacing_folder
from borgerlib.files.templates import template

ABOUT, CHANCES, PANELS, QUOTAS = "om.json", "chancer.csv", "paneler.csv", "kvoter.csv"
SUMS, RESULT, PAGE = "SHA256SUMS", "resultat.json", "index.html"
PUBLISHED = (ABOUT, CHANCES, PANELS, QUOTAS)
WHO = "koder.csv"
_TEMPLATE = Path(__file__).with_name("page.html.j2")
# Danish words for the names of columns and population variables, because citizens read the page.
_WORDS = {
    "koen": "køn",
    "sex": "køn",
    "age": "alder",
    "omraade": "område",
    "omraadetype": "områdetype",
    "municipality": "kommune",
    "kommunekode": "kommune",
    "province": "landsdel",
    "group": "kommunegruppe",
}


@dataclass(frozen=True)
class About:
    """The description of a draw: title, size, numbers of people and panels, and the software that made it."""

    title: str
    date: str
    people: int
    size: int
    panels: int
    seed: int
    gap: float
    cap: float | None
    version: str
    template: str = ""
    """The hash of the page's template; '' where the lottery is older than this field."""


@dataclass(frozen=True)
class Publication:
    """A published lottery, as read from its folder.

    Attributes
    ----------
    about : About
    chances : Series
        The chance in the list of panels (0-1) by code.
    panels : tuple of tuple of str
        The codes on each panel, the first being panel 000.
    quotas : DataFrame
    fingerprint : str
        The hash of the whole publication, 64 hexadecimal digits.
    drawn : int or None
        The panel that was drawn.
    withdrawn : tuple of str
        Codes of those who have withdrawn since the publication; a panel with one of them is void.
    fallen : tuple of int
        The void panels that the dice chose, in order.
    notice : str
        What `borgerlib.contact.draw.check.verify` could not check, in words; '' where it checked everything.
    """

    about: About
    chances: pd.Series
    panels: tuple[tuple[str, ...], ...]
    quotas: pd.DataFrame
    fingerprint: str
    drawn: int | None
    withdrawn: tuple[str, ...] = ()
    fallen: tuple[int, ...] = ()
    notice: str = ""


def publish(
    folder: Path,
    private: Path,
    result: LotteryChances,
    listed: PanelList,
    *,
    title: str,
    day: date,
    seed: int,
    cap: float | None = None,
) -> Publication:
    """Write a lottery's publication and, in a separate folder, who has which code.

    Parameters
    ----------
    folder, private : Path
        What is public, and what the municipality keeps (mode 0700). Neither may be inside the other.
    result, listed
        Of `borgerlib.leximin_chances` and `borgerlib.list_panels`.
    title : str
        What is drawn, in words for the page.
    day : date
        The date of the publication.
    seed : int
        The seed with which the panels were listed.
    cap : float, optional
        The highest chance allowed, as a multiple of the mean.

    Raises
    ------
    DataError
        The folder already holds a published lottery, or one folder is inside the other.
    """
    _refuse_to_overwrite(folder, private)
    codes_of = make_codes(listed.members.columns)
    members = listed.members.rename(columns=codes_of).sort_index(axis=1)
    about = About(
        title=title,
        date=day.isoformat(),
        people=members.shape[1],
        size=result.pool.size,
        panels=len(members),
        seed=seed,
        gap=result.gap,
        cap=cap,
        version=version("borgerlib"),
        template=_hash(_TEMPLATE),
    )
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(private / WHO, private=True) as beside:
        pd.Series(codes_of, name="kode").rename_axis("id").to_csv(beside)
    with replacing_folder(folder) as beside:
        write_json(beside / ABOUT, asdict(about))
        members.mean().rename("chance").rename_axis("kode").to_csv(beside / CHANCES)
        result.pool.quotas.to_csv(beside / QUOTAS, index=False)
        _write_panels(beside / PANELS, members)
        (beside / SUMS).write_text(
            "".join(f"{_hash(beside / name)}  {name}\n" for name in PUBLISHED), encoding="utf-8", newline="\n"
        )
        write_page(beside, read_publication(beside))
    return read_publication(folder)


def read_publication(folder: Path) -> Publication:
    """Return a published lottery after checking each file against its hash.

    Raises
    ------
    DataError
        A file is missing or has been changed, or another version of borgerlib wrote it.
    """
    if missing := [name for name in (*PUBLISHED, SUMS) if not (folder / name).is_file()]:
        raise DataError(
            f"{folder} is no published lottery: {', '.join(missing)} is missing.",
            hint="Give the folder that 'borger draw plan' wrote.",
        )
    sums = {line[66:]: line[:64] for line in (folder / SUMS).read_text("utf-8").splitlines()}
    if changed := [name for name in PUBLISHED if sums.get(name) != _hash(folder / name)]:
        raise DataError(
            "These files are not the ones that were published:",
            problems=[f"{name}: its hash differs from the one in {SUMS}" for name in changed],
            hint="Fetch the publication anew from where it was published.",
        )
    try:
        thrown = json.loads((folder / RESULT).read_text("utf-8")) if (folder / RESULT).is_file() else {}
    except ValueError as error:
        raise DataError(
            f"{folder / RESULT} cannot be read: {error}.", hint="Fetch it anew from where it was published."
        ) from error
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        return Publication(
            about=About(**about),
            chances=pd.read_csv(folder / CHANCES, index_col="kode")["chance"],
            panels=tuple(
                pd.read_csv(folder / PANELS, dtype=str, index_col=0).itertuples(index=False, name=None)
            ),
            quotas=pd.read_csv(folder / QUOTAS, dtype={"value": str}),
            fingerprint=_hash(folder / SUMS),
            drawn=thrown.get("panel"),
            withdrawn=tuple(thrown.get("withdrawn", ())),
            fallen=tuple(thrown.get("fallen", ())),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder} was published by another borgerlib: this one, {version('borgerlib')}, cannot read it.",
            hint=f"Install the version that {ABOUT} names, and check the lottery again.",
        ) from error


def _refuse_to_overwrite(folder: Path, private: Path) -> None:
    if (private / WHO).exists():
        raise DataError(f"{private} holds the codes of another lottery.", hint="Name another folder.")
    if (folder / SUMS).exists():
        raise DataError(
            f"{folder} holds a published lottery.", hint="Publish another in another folder, or move it away."
        )
    inner, outer = private.resolve(), folder.resolve()
    if inner == outer or inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise DataError(
            f"{private} would hold who has which code, and {folder} is for everybody.",
            hint="Name two folders of which none is inside the other.",
        )


def _write_panels(path: Path, members: pd.DataFrame) -> None:
    names = members.columns.to_numpy()
    seats = [f"plads {seat + 1}" for seat in range(int(members.iloc[0].sum()))]
    numbers = pd.Index([f"{number:03d}" for number in range(len(members))], name="panel")
    pd.DataFrame([names[row] for row in members.to_numpy()], numbers, seats).to_csv(path, lineterminator="\n")


def write_page(folder: Path, published: Publication) -> None:
    """Write the page of a published lottery."""
    with replacing(folder / PAGE) as beside:
        beside.write_text(lottery_page(published), encoding="utf-8", newline="\n")


def lottery_page(published: Publication) -> str:
    """Return the page of a published lottery, with its data, its fingerprint and, once drawn, its panel."""
    about, drawn = published.about, published.drawn
    return str(
        template(_TEMPLATE.name, _TEMPLATE.parent).render(
            about=about,
            people=number(about.people),
            count=number(about.panels),
            day=long_date(date.fromisoformat(about.date)),
            data=json.dumps(page_data(published), separators=(",", ":")),
            fingerprint=grouped(published.fingerprint),
            quotas=[
                (
                    capitalise(_WORDS.get(str(feature), str(feature))),
                    rows.assign(value=rows["value"].map(capitalise)),
                )
                for feature, rows in published.quotas.groupby("feature", sort=False)
            ],
            lowest=percent(float(published.chances.min()), 1),
            highest=percent(float(published.chances.max()), 1),
            drawn=None if drawn is None else f"{drawn:03d}",
            seated=() if drawn is None else published.panels[drawn],
            withdrawn=published.withdrawn,
            fallen=[f"{each:03d}" for each in published.fallen],
        )
    )


def has_our_template(published: Publication) -> bool:
    """Return whether the program that published the lottery makes the same page as this one."""
    return (published.about.version, published.about.template) == (version("borgerlib"), _hash(_TEMPLATE))


def page_data(published: Publication) -> dict[str, object]:
    """Return the data in which the page looks up codes: letters and digits only, so safe in a script."""
    position = {code: at for at, code in enumerate(published.chances.index)}
    return {
        "codes": list(position),
        "panels": [[position.get(code, -1) for code in panel] for panel in published.panels],
        "drawn": published.drawn,
        "withdrawn": list(published.withdrawn),
        "fallen": list(published.fallen),
    }


def grouped(fingerprint: str) -> str:
    """Return a fingerprint in groups of eight digits, for reading aloud."""
    return " ".join(fingerprint[start : start + 8] for start in range(0, len(fingerprint), 8))


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write content as JSON."""
    text = f"{json.dumps(content, ensure_ascii=False, indent=1)}\n"
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
