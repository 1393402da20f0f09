"""What a council aims at, followed wave by wave: reached, on the way, or not to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from annotated_types import Ge, Le, MinLen

from borgerlib import danish
from borgerlib.comparison.matching import WAVE, disclosed
from borgerlib.errors import CodebookError, ParameterError, unknown_name
from borgerlib.files.toml import Problem, Text, read_toml
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL, DisclosedEstimates
from borgerlib.statistics.estimation.answers import gave
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.segmentation.rules import Segment, assign_segments
from borgerlib.survey.codebook.labels import answer_label, check_codebook, codebook_of
from borgerlib.survey.codebook.model import Codebook

Status = Literal["reached", "not reached", "on the way", "not to be told", "moving away", "too few answers"]
_DANISH: dict[Status, str] = {
    "reached": "Målet er nået",
    "not reached": "Målet blev ikke nået i tide",
    "on the way": "På vej mod målet, men ikke sikkert nået",
    "not to be told": "Det kan ikke afgøres: forskellen kan være tilfældig",
    "moving away": "Længere fra målet end ved begyndelsen",
    "too few answers": "Tallet er skjult",
}
_GROUP = "maal_gruppe"
_HINT = (
    'A target is a table [[target]] with what = "tid.ingen_tid", start = 0.30, goal = 0.20, by = 2029-12-31, '
    'and perhaps who = { koen = ["kvinde"] } and text = "…".'
)


@dataclass(frozen=True)
class Target:
    """A share that a council aims at.

    Attributes
    ----------
    what : str
        'item.option', or 'item.net'.
    start, goal : float
        Where it begins and where it should end, shares 0–1.
    by : date
        When it should be reached.
    who : mapping of str to tuple of str
        Item → options: for whom; nobody named: everybody.
    text : str
        The target in the council's own words.

    See Also
    --------
    load_targets : Reads them from a file.
    follow_targets : Holds waves against them.

    Examples
    --------
    >>> import borgerlib
    >>> from datetime import date
    >>> borgerlib.Target("tid.ingen_tid", 0.30, 0.20, date(2029, 12, 31)).what
    'tid.ingen_tid'
    """

    what: Text
    start: Annotated[float, Ge(0), Le(1)]
    goal: Annotated[float, Ge(0), Le(1)]
    by: date
    who: Mapping[str, Annotated[tuple[str, ...], MinLen(1)]] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Progress:
    """A target and what the waves say of it.

    Attributes
    ----------
    target : Target
    estimates : DisclosedEstimates
        One row a wave (groups 'maaling=2025', …), the share of those whom the target is about.
    status : str
        'reached' (the interval of the last wave lies at the goal or beyond), 'not reached' (it lies short of
        the goal after the day), 'on the way' (beyond the start, and not surely at the goal), 'not to be told'
        (chance may explain it), 'moving away', 'too few answers'.

    See Also
    --------
    follow_targets : Makes them.

    Examples
    --------
    >>> import borgerlib
    >>> from datetime import date
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> target = borgerlib.Target("tid.ingen_tid", 0.30, 0.20, date(2029, 12, 31))
    >>> borgerlib.follow_targets([target], {"2025": people}, weight="weight")[0].sentence()[-40:]
    'På vej mod målet, men ikke sikkert nået.'
    """

    target: Target
    estimates: DisclosedEstimates
    status: Status

    def sentence(self) -> str:
        """Return in Danish where the target stands, with the last wave's share and its uncertainty."""
        row, target = self.estimates.frame.iloc[-1], self.target
        aim = f"mål: {danish.percent(target.goal)} {danish.long_date(target.by)}"
        if row["suppressed"] or pd.isna(row["proportion"]):
            return f"{target.text or row['label']} ({aim}): {_DANISH[self.status]}."
        reach = danish.percent_range(row["ci_lower"], row["ci_upper"])
        now = f"{danish.percent(row['proportion'])} i {row['group_label']} ({reach})"
        words = _DANISH[self.status]
        if self.status == "on the way" and _ends(row, target)[1] < _upwards(target) * target.goal:
            words = "På vej mod målet, men ikke nået endnu"
        return f"{target.text or row['label']} ({aim}): {now}. {words}."


def load_targets(path: str | Path, codebook: Codebook) -> tuple[Target, ...]:
    r"""Read a council's targets from a TOML file and check them.

    Parameters
    ----------
    path : str or Path
        The file: a table ``[[target]]`` a target, its keys those of `Target`.
    codebook : Codebook
        What is asked.

    Returns
    -------
    tuple of Target
        In the order of the file.

    Raises
    ------
    DataError
        The file cannot be read, is no TOML, or breaks rules; everything is listed, with the nearest names.

    See Also
    --------
    follow_targets : Holds waves against them.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> lines = '[[target]]\nwhat = "tid.ingen_tid"\nstart = 0.3\ngoal = 0.2\nby = 2029-12-31\n'
    >>> _ = Path("maal.toml").write_text(lines, encoding="utf-8")
    >>> borgerlib.load_targets("maal.toml", borgerlib.load_codebook("borgerinteresse"))[0].goal
    0.2
    """
    file = read_toml(Path(path), "targets", hint=_HINT)
    return file.validated(_File, lambda made: _breaches(made.target, codebook)).target


@dataclass(frozen=True)
class _File:
    target: Annotated[tuple[Target, ...], MinLen(1)]


def _breaches(targets: Sequence[Target], codebook: Codebook) -> Iterator[Problem]:
    for at, target in enumerate(targets):
        item, _, option = target.what.partition(".")
        try:
            codebook.item(item).members(option)
        except CodebookError as error:
            yield ("target", at, "what"), error.message
        if target.start == target.goal:
            yield ("target", at, "goal"), "is where it starts: there is nothing to reach"
        for name, options in target.who.items():
            if name not in codebook:
                # A column outside the codebook is derived (the age band): its levels are not known here.
                continue
            known = [one.id for one in codebook.item(name).options]
            for option in options:
                if option not in known:
                    yield ("target", at, "who", name), unknown_name("option", option, known)


def follow_targets(
    targets: Sequence[Target],
    waves: Mapping[str, pd.DataFrame],
    *,
    weight: str | None = None,
    codebook: Codebook | None = None,
    min_cell: int = DEFAULT_MIN_CELL,
    confidence: float = 0.95,
) -> list[Progress]:
    """Hold the waves of a survey against what a council aims at.

    Parameters
    ----------
    targets : sequence of Target
        As `load_targets` reads them.
    waves : mapping of str to DataFrame
        What a wave is called ('2025') → its respondents, as `borgerlib.load` returns, the earliest first.
    weight : str, optional
        Column of the weights, in all.
    codebook : Codebook, optional
        What was asked; by default what the last wave's ``attrs`` name.
    min_cell : int
        Smallest count shown, at least 3.
    confidence : float
        Level of the intervals, 0–1.

    Returns
    -------
    list of Progress
        One a target.

    Raises
    ------
    ParameterError
        There are no waves, or a target names what a wave does not hold.

    See Also
    --------
    compare_waves : Everything that has changed between two waves.

    Notes
    -----
    Where the start may be what the first of several waves found (its interval holds it), that was an
    estimate, too: beyond the start then means that the change between the waves is beyond chance, its
    interval from those of both shares (Zou & Donner 2008).

    Examples
    --------
    >>> import borgerlib
    >>> from datetime import date
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> target = borgerlib.Target("tid.ingen_tid", 0.30, 0.20, date(2029, 12, 31))
    >>> borgerlib.follow_targets([target], {"2025": people}, weight="weight")[0].status
    'on the way'
    """
    if not waves:
        raise ParameterError("There are no waves to hold against the targets.")
    book = codebook or codebook_of(list(waves.values())[-1].attrs)
    if book is None:
        raise ParameterError("The last wave does not tell what was asked.", hint="Give codebook=.")
    check_codebook(book)
    found = []
    for target in targets:
        parts = [_share(wave, name, target, book, weight, confidence) for name, wave in waves.items()]
        shown = disclosed(parts, waves, book, min_cell)
        option = target.what.partition(".")[2]
        words = answer_label(book.item(target.what.partition(".")[0]), option)
        shown = shown.relabel("label", {option: words}, by="option")
        day = str(list(waves.values())[-1].attrs.get("survey_date", ""))
        found.append(Progress(target, shown, _status(shown.frame, target, late=day > target.by.isoformat())))
    return found


def _share(
    wave: pd.DataFrame, name: str, target: Target, codebook: Codebook, weight: str | None, confidence: float
) -> pd.DataFrame:
    """Return the share in one wave among the people whom the target is about."""
    item, _, option = target.what.partition(".")
    asked = codebook.item(item)
    columns = [f"{item}__{one}" for one in asked.members(option)] if asked.kind == "multiple" else [item]
    if lacking := [column for column in (*columns, *target.who) if column not in wave]:
        raise ParameterError(
            f"The wave {name}: {unknown_name('column', lacking[0], map(str, wave.columns))}",
            hint=f"The target is about '{target.what}'.",
        )
    people, by = wave.assign(_yes=gave(wave, asked, asked.members(option))), None
    people.attrs = wave.attrs
    if target.who:
        inside = assign_segments(wave, [Segment(_GROUP, dict(target.who))])[_GROUP]
        people[_GROUP], by = inside.fillna(False).astype(bool), _GROUP
    shares = estimate_proportions(people, ["_yes"], by=by, weight=weight, confidence=confidence)
    if by:
        shares = shares[shares[_GROUP]].drop(columns=_GROUP)
    return shares.assign(item=item, option=option, **{WAVE: name})


def _status(frame: pd.DataFrame, target: Target, *, late: bool) -> Status:
    first, last = frame.iloc[0], frame.iloc[-1]
    if last["suppressed"] or pd.isna(last["proportion"]):
        return "too few answers"
    sign = _upwards(target)
    low, high = _ends(last, target)
    if low >= sign * target.goal:
        return "reached"
    if late and high < sign * target.goal:
        return "not reached"
    start = sign * target.start
    if len(frame) > 1 and not first["suppressed"]:
        was_low, was_high = _ends(first, target)
        if was_low <= start <= was_high:
            was, now = (sign * row["proportion"] for row in (first, last))
            low = now - np.hypot(now - low, was_high - was)
            high = now + np.hypot(high - now, was - was_low)
            start = was
    if high < start:
        return "moving away"
    return "on the way" if low > start else "not to be told"


def _upwards(target: Target) -> int:
    """Return the sign by which to multiply so that 'towards the goal' is upwards."""
    return 1 if target.goal > target.start else -1


def _ends(row: pd.Series, target: Target) -> tuple[float, float]:
    low, high = sorted(_upwards(target) * row[end] for end in ("ci_lower", "ci_upper"))
    return low, high
