"""The public draw: a thousand panels are published, three dice choose one, and its people have seats."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pandas as pd

from borgerlib.contact.draw.check import draw
from borgerlib.contact.draw.publication import WHO, Publication, publish, read_publication
from borgerlib.contact.invitation.balance import Balance
from borgerlib.contact.lottery.panels import list_panels
from borgerlib.errors import DataError, ParameterError
from borgerlib.said import said

_FOLDER = "lodtraekning-"


@dataclass(frozen=True)
class LaidOut:
    """A published lottery that anyone can verify before the dice are thrown.

    Attributes
    ----------
    public, private : Path
        The public folder, and the one that says who has which code.
    published : Publication
        The publication; its fingerprint is read aloud before the dice are thrown.
    """

    public: Path
    private: Path
    published: Publication


def lay_out(
    wanted: Balance,
    folder: Path,
    *,
    title: str,
    day: date,
    seed: int,
    letters: Mapping[int, str],
    check: Callable[[Sequence[set[int]]], None] | None = None,
) -> LaidOut:
    """Publish a lottery in a new folder within `folder`.

    Parameters
    ----------
    wanted : Balance
    folder : Path
    title : str
        What the draw is for.
    day : date
    seed : int
    letters : mapping of int to str
        Person → the code in her letters; the private folder lists it with her lottery code.
    check : callable, optional
        Called before anything is published; raises if one of the panels could not be invited.

    Raises
    ------
    DataError
        No draw keeps the quotas; the message names the smallest change that allows one.
    """
    result = wanted.chances()
    listed = list_panels(result, seed=seed)
    if check is not None:
        people = listed.members.columns.to_numpy()
        check([set(people[row].tolist()) for row in listed.members.to_numpy()])
    paths = (folder / f"{_FOLDER}{day.isoformat()}-{number}" for number in count(1))
    own = next(path for path in paths if not path.exists())
    own.mkdir(mode=0o700, parents=True)
    public, private = _parts(own)
    published = publish(public, private, result, listed, title=title, day=day, seed=seed, cap=wanted.cap)
    codes = _codes(private)
    codes.to_frame().assign(kode_i_brev=codes.index.map(letters)).to_csv(private / WHO)
    return LaidOut(public, private, published)


def waiting(folder: Path) -> LaidOut | None:
    """Return the newest lottery within `folder` if its dice have not been thrown yet."""
    # Skip folders without a public part, whose publication was interrupted, and users' copies (other names).
    ours = re.compile(rf"{_FOLDER}\d{{4}}-\d\d-\d\d-\d+")
    whole = [own for own in folder.glob("*") if ours.fullmatch(own.name) and _parts(own)[0].is_dir()]
    if not whole:
        return None
    public, private = _parts(max(whole, key=_order))
    published = read_publication(public)
    return LaidOut(public, private, published) if published.drawn is None else None


def read_dice(typed: str) -> int:
    """Return the typed number of three dice; raise a `ParameterError` in Danish if it is anything else."""
    if not re.fullmatch("[0-9]{3}", typed.strip()):
        raise ParameterError("Skriv de tre tal, som terningerne viser, fx 042.")
    return int(typed)


def seated(laid_out: LaidOut, number: int, *, able: Collection[int]) -> pd.DataFrame:
    """Record the panel that the dice chose; return its people, each with the code for the lottery's page.

    Parameters
    ----------
    laid_out : LaidOut
    number : int
        What the dice show: 0 to 999.
    able : collection of int
        People whose consent still covers the invitation; a panel with anybody else is void.

    Raises
    ------
    DataError
        There is no such panel, another was already drawn, or it is void; or the private folder is not there.
    """
    codes = _codes(laid_out.private)
    gone = codes[~codes.index.isin(list(able))]
    published = draw(laid_out.public, number, withdrawn=list(gone))
    drawn = codes[codes.isin(published.panels[number])]
    return pd.DataFrame({"Plads": "plads", "Lodtrækningskode": drawn})


def _order(own: Path) -> tuple[str, int]:
    day, _, number = own.name.removeprefix(_FOLDER).rpartition("-")
    return day, int(number)


def _parts(own: Path) -> tuple[Path, Path]:
    return own / "offentlig", own / "fortrolig"


def _codes(private: Path) -> pd.Series:
    try:
        return pd.read_csv(private / WHO, index_col="id")["kode"]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(said("codes_unreadable", path=private / WHO)) from error
