"""'Gem som rapport' (save as report): run the notebook of a selection in the background and save the page."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from borgerlib import danish, places
from borgerlib.dashboard.page import sentences
from borgerlib.dashboard.page.answers import Answers
from borgerlib.dashboard.page.words import words
from borgerlib.errors import RunError
from borgerlib.files.atomic import one_at_a_time
from borgerlib.interest.filters.selection import read_link
from borgerlib.said import Said, in_danish, of_system

NOTEBOOK = "interesse_valg.ipynb"
_LONGEST_QUEUE = 900  # seconds


@dataclass(frozen=True)
class ReportOutcome:
    """The result of making a report: its place and content, or the error."""

    shown_path: str = ""
    content: bytes = b""
    error: str = ""


class Reports:
    """Makes reports of selections, one at a time, in a background thread."""

    def __init__(self) -> None:
        self._at_work = threading.Lock()

    def start(
        self, answers: Answers, link: str, *, on_done: Callable[[ReportOutcome], None]
    ) -> threading.Thread:
        """Start a report; `on_done` is called from its thread. Raises `RunError` while one is being made."""
        if not self._at_work.acquire(blocking=False):
            raise RunError(words()("errors", "busy"))
        thread = threading.Thread(target=self._work, args=(answers, link, on_done), daemon=True)
        thread.start()
        return thread

    def _work(self, answers: Answers, link: str, on_done: Callable[[ReportOutcome], None]) -> None:
        try:
            index = save_report(answers, link)
            page = next(path for path in sorted(index.parent.glob("*.html")) if path != index)
            root = places.workspace()
            shown = index.relative_to(root) if index.is_relative_to(root) else index
            outcome = ReportOutcome(str(shown), page.read_bytes())
        except Exception as error:  # whatever fails, the page must show it and stay usable
            outcome = ReportOutcome(error=_reason(error))
        finally:
            self._at_work.release()
        on_done(outcome)


def save_report(answers: Answers, link: str) -> Path:
    """Run the notebook of a selection and write its report; return the report's index.html.

    Raises
    ------
    RunError
        The notebook failed, or the report cannot be written.
    """
    # Import late: these modules would be a third of the memory of every visitor's kernel.
    from borgerlib.files.temporary import owned_temporary_folder
    from borgerlib.runs.kernels.execute import run_notebook
    from borgerlib.runs.reports.folder import make_room, write_report

    municipality = answers.municipality
    parameters = {
        "municipality": municipality.name,
        "selection": link,
        "confidence": answers.confidence,
        "chance": answers.chance,
    }
    folder = report_folder(answers, link)
    make_room(folder.resolve())  # fail now rather than after the seconds that the notebook takes
    # One at a time, for whoever asks: each takes a quarter of a gigabyte, and a meeting may ask at once.
    queue = one_at_a_time(folder.parent / ".rapporter", patience=_LONGEST_QUEUE)
    with queue, owned_temporary_folder() as temporary:
        run = run_notebook(places.notebooks() / NOTEBOOK, temporary / NOTEBOOK, parameters)
        return write_report(
            municipality.name,
            [run.path],
            folder,
            title=words()("page", "title"),
            source=answers.offer.source,
            introduction=words()("page", "simulated") if answers.offer.simulated else "",
        )


def _reason(error: Exception) -> str:
    """Return in Danish why there is no report, without what only the server's owner may know."""
    refused = error if isinstance(error, OSError) else error.__cause__
    if isinstance(refused, OSError):
        return in_danish(of_system(refused))
    message = getattr(error, "message", "")
    return message.danish if isinstance(message, Said) else words()("errors", "fault")


def report_folder(answers: Answers, link: str) -> Path:
    """Return the folder of a selection's report: ``reports/<municipality>-valg/<selection>-<digest>``.

    A new report replaces only that of the same selection: the digest tells apart those with similar names.
    """
    meant = read_link(link, answers.offer.filters)
    who = danish.slug(sentences.who(answers, answers.to(meant.selection, against=meant.against)))
    digest = hashlib.sha256(link.encode()).hexdigest()[:8]
    return places.reports(f"{danish.slug(answers.municipality.name)}-valg", f"{who[:70].strip('-')}-{digest}")
