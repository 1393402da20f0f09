"""'Gem som rapport': the notebook of a selection, run and saved as a page while the meeting goes on."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from borgerlib import danish, places
from borgerlib.dashboard.page import sentences
from borgerlib.dashboard.page.answers import Answers
from borgerlib.dashboard.page.words import words
from borgerlib.errors import BorgerlibError, RunError
from borgerlib.interest.filters.selection import Selection
from borgerlib.runs.kernels.execute import run_notebook
from borgerlib.runs.reports.folder import write_report

NOTEBOOK = "interesse_valg.ipynb"


@dataclass(frozen=True)
class Outcome:
    """What came of a report: where it is and its page, or why there is none."""

    shown_path: str = ""
    content: bytes = b""
    error: str = ""


class Reports:
    """Makes reports of selections, one at a time, in a thread of its own."""

    def __init__(self) -> None:
        self._at_work = threading.Lock()

    def start(
        self, answers: Answers, selection: Selection, *, on_done: Callable[[Outcome], None]
    ) -> threading.Thread:
        """Start a report; `on_done` is called from its thread. Raises `RunError` while one is at work."""
        if not self._at_work.acquire(blocking=False):
            raise RunError(words()("errors", "busy"))
        thread = threading.Thread(target=self._work, args=(answers, selection, on_done), daemon=True)
        thread.start()
        return thread

    def _work(self, answers: Answers, selection: Selection, on_done: Callable[[Outcome], None]) -> None:
        try:
            index = save_report(answers, selection)
            page = next(path for path in sorted(index.parent.glob("*.html")) if path != index)
            shown = (
                index.relative_to(places.workspace()) if index.is_relative_to(places.workspace()) else index
            )
            outcome = Outcome(str(shown), page.read_bytes())
        except BorgerlibError as error:
            outcome = Outcome(error=error.message)
        except Exception as error:  # whatever it is, the meeting must hear of it and go on
            outcome = Outcome(error=f"{type(error).__name__}: {error}")
        finally:
            self._at_work.release()
        on_done(outcome)


def save_report(answers: Answers, selection: Selection) -> Path:
    """Run the notebook of a selection and write its report; return the report's index.html.

    The folder is ``reports/<municipality>-valg/<selection>``: the same selection replaces its report.

    Raises
    ------
    RunError
        The notebook failed, or the report cannot be written.
    """
    place = answers.municipality
    parameters = {
        "municipality": place.name,
        "selection": selection.to_link(),
        "confidence": answers.confidence,
        "chance": answers.chance,
    }
    who = sentences.heading(answers, selection)
    folder = places.reports(f"{danish.slug(place.name)}-valg", danish.slug(who)[:80].strip("-"))
    with tempfile.TemporaryDirectory(prefix="borger-") as temporary:
        run = run_notebook(places.notebooks() / NOTEBOOK, Path(temporary) / NOTEBOOK, parameters)
        return write_report(
            place.name,
            [run.path],
            folder,
            day=date.today(),
            title=words()("page", "title"),
            source=answers.offer.source,
            introduction=words()("page", "simulated") if answers.offer.simulated else "",
        )
