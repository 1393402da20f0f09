"""The notebook page of comparisons: waves, targets, municipalities. Each cell calls one method."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib import danish, places
from borgerlib.comparison.municipalities import CODE, MunicipalityComparison, compare_municipalities
from borgerlib.comparison.targets import Progress, follow_targets, load_targets
from borgerlib.comparison.waves import WaveComparison, compare_waves
from borgerlib.errors import DataError
from borgerlib.interest.prepared import EARLIER, TARGETS
from borgerlib.interest.store import CODEBOOK, load, read_parquet
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL
from borgerlib.survey.codebook.labels import codebook_of
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS, ROLES, Codebook
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import grouped_bar_chart
from borgerlib.view.comparison.municipalities import funnel_chart, municipalities_table, tile_map
from borgerlib.view.comparison.waves import change_chart, changed_sentence, changes_table, changes_text
from borgerlib.view.tables.html import Table
from borgerlib.view.words.alt_text import titled
from borgerlib.view.words.method import bullets
from borgerlib.view.words.text import Text, page_text

# The page comes after the citizens' own pages.
_NUMBER, _TITLE, _KICKER = 14, "Før og nu", "Borgernes svar"
_UNASKED = Text("Det har kommunen ikke spurgt om på samme måde i begge målinger.")


@dataclass(frozen=True)
class ComparisonPage:
    """What there is to compare; made by `open_comparison`.

    Where nothing is there to compare, a method returns a Danish sentence that says so and what to do.

    Attributes
    ----------
    waves : WaveComparison or None
        The municipality's earlier wave beside this one.
    progress : tuple of Progress
        Its council's targets.
    country : MunicipalityComparison or None
        All municipalities beside each other.
    same_day : bool
        The earlier wave is of the day of this one, so that there is nothing to compare yet.

    See Also
    --------
    open_comparison : Opens it.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.open_comparison("Ærø").changes().markdown[:39]
    'Der er ingen tidligere måling at holde '
    """

    municipality: str
    waves: WaveComparison | None = field(repr=False, default=None)
    progress: tuple[Progress, ...] = field(repr=False, default=())
    country: MunicipalityComparison | None = field(repr=False, default=None)
    same_day: bool = field(repr=False, default=False)

    def finding(self) -> Text:
        """Return in a sentence what is found, and what a report's front page needs to know."""
        estimates = [of.estimates for of in (self.waves, *self.progress) if of]
        said = changed_sentence(self.waves) if self.waves else ""
        said = said or (self.progress[0].sentence() if self.progress else self._no_wave().markdown)
        said, title = (titled(text, estimates[0]) if estimates else text for text in (said, _TITLE))
        source = estimates[0].source if estimates else ""
        return page_text(said, number=_NUMBER, title=title, kicker=_KICKER, source=source)

    def changes(self) -> Text:
        """Return in words what has changed since the earlier wave."""
        return changes_text(self.waves) if self.waves else self._no_wave()

    def changes_table(self) -> Table | Text:
        """Return all answers of both waves."""
        return changes_table(self.waves) if self.waves else self._no_wave()

    def chart(self, item: str) -> Chart | Text:
        """Return one question in both waves.

        Parameters
        ----------
        item : str
            Its id or role in the codebook ('emner', 'topics').
        """
        if self.waves is None:
            return self._no_wave()
        if item in ROLES and item not in self.waves.roles:
            return _UNASKED
        return grouped_bar_chart(self.waves.estimates.select(item=self.waves.roles.get(item, item)))

    def change_chart(self, item: str) -> Chart | Text:
        """Return how much each answer to a question, by id or role, has changed since the earlier wave."""
        if self.waves is None:
            return self._no_wave()
        if item in ROLES and item not in self.waves.roles:
            return _UNASKED
        return change_chart(self.waves, item)

    def targets(self) -> Text:
        """Return where each of the council's targets stands."""
        if not self.progress:
            folder = danish.slug(self.municipality)
            return Text(f"Byrådet har ikke sat mål. De skrives i `data/saved/{folder}/{TARGETS}`.")
        lines = [one.sentence() for one in self.progress]
        simulated = any(one.estimates.origin == "simulated" for one in self.progress)
        return bullets([danish.marked(lines[0], simulated), *lines[1:]])

    def map(self) -> Chart | Text:
        """Return all municipalities as a map of squares."""
        return tile_map(self.country) if self.country else self._no_country()

    def funnel(self) -> Chart | Text:
        """Return which municipalities stand out, by number of answers."""
        return funnel_chart(self.country) if self.country else self._no_country()

    def table(self) -> Table | Text:
        """Return every municipality's number and the ranks that it may have."""
        return municipalities_table(self.country) if self.country else self._no_country()

    def _no_wave(self) -> Text:
        folder = danish.slug(self.municipality)
        if self.same_day:
            return Text(
                f"Målingen i `data/saved/{folder}/{EARLIER}` er fra samme dag som denne. De to sammenlignes, "
                "når de nye svar er gjort klar."
            )
        return Text(
            "Der er ingen tidligere måling at holde svarene op mod. Læg mappen "
            f"`data/processed/{folder}` fra dengang i `data/saved/{folder}/{EARLIER}`."
        )

    def _no_country(self) -> Text:
        return Text("Der er ingen svar fra de andre kommuner. Angiv filen med dem i `country`.")


def open_comparison(
    municipality: str,
    *,
    earlier: str = "",
    targets: str = "",
    country: str = "",
    answer: str = "tid.ingen_tid",
    confidence: float = 0.95,
    min_cell: int = DEFAULT_MIN_CELL,
) -> ComparisonPage:
    """Open what there is to compare a municipality's survey with.

    Parameters
    ----------
    municipality : str
        Name or code; prepared (``borger prepare``) where waves or targets are to be compared.
    earlier : str
        Folder of an earlier wave as ``borger prepare`` wrote it; by default
        ``data/saved/<municipality>/tidligere``, where there is one.
    targets : str
        TOML file of the council's targets; by default ``data/saved/<municipality>/maal.toml``, where there is
        one.
    country : str
        File (CSV or Parquet) of a national survey: one row a person, a column ``kommunekode``, the columns of
        the codebook, and perhaps ``weight``.
    answer : str
        What municipalities are compared by: 'item.option'.
    confidence : float
        Level of the intervals, 0–1.
    min_cell : int
        Smallest count shown, at least 3.

    Returns
    -------
    ComparisonPage
        A method a thing to look at: changes, targets, map, funnel, table.

    Raises
    ------
    DataError
        A file or folder that is named is not there, the municipality has not been prepared, or the earlier
        wave is no earlier one.
    ParameterError
        The municipality, or what a file names, is not legal.

    See Also
    --------
    compare_waves, follow_targets, compare_municipalities : What the page shows.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.open_comparison("Ærø").targets().markdown
    'Byrådet har ikke sat mål. De skrives i `data/saved/aeroe/maal.toml`.'
    """
    found = find_municipality(municipality)
    saved = places.saved_data(danish.slug(found.name))
    before = _there(earlier, saved / EARLIER, "folder", "Give one that borger prepare wrote.")
    goals = _there(targets, saved / TARGETS, "file", "Check the path.")
    waves, overview, same_day = None, None, False
    shown: Any = {"min_cell": min_cell, "confidence": confidence}
    progress: tuple[Progress, ...] = ()
    if before is not None or goals is not None:
        now = load(found.name)
        book = codebook_of(now.attrs)
        frames = {_year(now): now}
        if before is not None:
            then, then_book = _wave(before, found.name)
            # Kept for the next wave, which has not been prepared yet: no reason for a report to fail.
            same_day = not earlier and _day(then) == _day(now) != ""
            if not same_day:
                _check_dates(before, then, now)
                books = None if book is None else (then_book or book, book)
                waves = compare_waves(then, now, weight=_weight(then, now), codebooks=books, **shown)
                frames = dict(zip(waves.names, (then, now), strict=True))
        if goals is not None and book is not None:
            aims, weight = load_targets(goals, book), _weight(*frames.values())
            progress = tuple(follow_targets(aims, frames, weight=weight, **shown))
    if country:
        path = _there(country, Path(country), "file", "Check the path.")
        assert path is not None
        people = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={CODE: str})
        book = codebook_of(people.attrs) or load_codebook(CITIZENS)
        overview = compare_municipalities(people, answer, weight=_weight(people), codebook=book, **shown)
    return ComparisonPage(found.name, waves, progress, overview, same_day)


def _there(named: str, usual: Path, kind: str, hint: str) -> Path | None:
    """Return the named file or folder (`DataError` if missing); by default the usual one, if it exists."""
    path = Path(named or usual)
    if path.is_dir() if kind == "folder" else path.is_file():
        return path
    if named:
        raise DataError(f"There is no {kind} {named}.", hint=hint)
    return None


def _wave(folder: Path, name: str) -> tuple[pd.DataFrame, Codebook | None]:
    """Return an earlier wave and what it asked."""
    people, known = read_parquet(folder / "respondents.parquet", name)
    people.attrs.update(known)
    asked = folder / CODEBOOK
    return people, load_codebook(asked) if asked.is_file() else None


def _check_dates(folder: Path, then: pd.DataFrame, now: pd.DataFrame) -> None:
    was, day = _day(then), _day(now)
    if not was < day:
        raise DataError(
            f"The earlier wave in {folder} is of {was or 'an unknown day'}, and this one of {day}.",
            hint="Put the folder there that borger prepare wrote of the earlier answers (--date tells their "
            "day).",
        )


def _day(people: pd.DataFrame) -> str:
    return str(people.attrs.get("survey_date", ""))


def _year(people: pd.DataFrame) -> str:
    return _day(people)[:4] or "nu"


def _weight(*waves: pd.DataFrame) -> str | None:
    return WEIGHT if all(WEIGHT in wave for wave in waves) else None
