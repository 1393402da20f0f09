"""The status of a folder's reports, read from its manifest alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

from borgerlib.runs.planning.manifest import REPORT, History, Record

_CLOCKS_APART = 1.0  # hours
PlaceState = Literal["done", "failed", "held", "unfinished"]


@dataclass(frozen=True)
class PlaceStatus:
    """How one municipality's report stands.

    Attributes
    ----------
    place, name : str
        Its folder and its name; the name is empty for the whole country.
    state : {"done", "failed", "held", "unfinished"}
        The worst of its parts. Unfinished: a batch broke off before its report was written.
    runs : tuple of Record
        The last run of each notebook.
    report : Record or None
        The last writing of the report.
    """

    place: str
    name: str
    state: PlaceState
    runs: tuple[Record, ...]
    report: Record | None

    @property
    def errors(self) -> list[str]:
        """What went wrong, or was left out, in words."""
        parts = [*self.runs, *([self.report] if self.report else [])]
        return [
            part.error if part.state != "done" else part.note for part in parts if part.error or part.note
        ]


@dataclass(frozen=True)
class Status:
    """How all reports stand.

    Attributes
    ----------
    places : tuple of PlaceStatus
        By name.
    damaged : int
        Number of damaged lines of the manifest, which are ignored.
    ended : datetime or None
        When a batch last came to its end, whether or not anything was due.
    broke_off : bool
        Whether a batch has started since then and did not come to its end.
    """

    places: tuple[PlaceStatus, ...]
    damaged: int = 0
    ended: datetime | None = None
    broke_off: bool = False

    def is_stale(self, hours: float) -> bool:
        """Whether no batch has come to its end within the last `hours`: a night was missed."""
        if self.ended is None:
            return True
        hours_since = (datetime.now(UTC) - self.ended) / timedelta(hours=1)
        return not -_CLOCKS_APART <= hours_since <= hours  # an end in the future: a clock was set back

    @property
    def nights_since(self) -> int | None:
        """Whole days since a batch last came to its end; None where none did."""
        return None if self.ended is None else max(0, (datetime.now(UTC) - self.ended).days)

    @property
    def finished(self) -> bool:
        """Whether no batch broke off, neither before writing a report nor elsewhere."""
        return not self.broke_off and not any(place.state == "unfinished" for place in self.places)

    @property
    def well(self) -> bool:
        """Whether nothing has failed or was held back."""
        return not any(place.state in ("failed", "held") for place in self.places)

    def counts(self) -> dict[str, int]:
        """Return how many places are in which state, and how many runs."""
        places = Counter[str](place.state for place in self.places)
        runs = Counter[str](run.state for place in self.places for run in place.runs)
        return {
            **{f"places_{state}": places[state] for state in ("done", "failed", "held", "unfinished")},
            **{f"runs_{state}": runs[state] for state in ("done", "failed", "held")},
        }

    def as_json(self) -> dict[str, Any]:
        """Return everything in a form that a monitoring system can read."""
        return {
            "well": self.well,
            "finished": self.finished,
            "last_batch": self.ended.isoformat() if self.ended else None,
            "nights_since": self.nights_since,
            "counts": self.counts(),
            "damaged_lines": self.damaged,
            "places": [asdict(place) for place in self.places],
        }


def status(
    history: History,
    *,
    only: frozenset[str] = frozenset(),
    ended: datetime | None = None,
    broke_off: bool = False,
) -> Status:
    """Return the status of the reports, of the places in `only` if given; the rest is as in `Status`."""
    latest = sorted(history.latest.values(), key=attrgetter("key"))
    places = [
        _place(place, list(records))
        for place, records in groupby(latest, key=attrgetter("place"))
        if not only or place in only
    ]
    return Status(tuple(places), history.damaged, ended, broke_off)


def _place(place: str, records: list[Record]) -> PlaceStatus:
    report = next((record for record in records if record.notebook == REPORT), None)
    runs = tuple(record for record in records if record.notebook != REPORT)
    states = {record.state for record in records}
    name = max(records, key=attrgetter("sequence")).name
    state: PlaceState = "done"
    if "failed" in states or "held" in states:
        state = "failed" if "failed" in states else "held"
    elif report is None or any(run.sequence > report.sequence for run in runs):
        state = "unfinished"
    return PlaceStatus(place, name, state, runs, report)
