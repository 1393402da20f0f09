"""What is to be looked at in a codebook, a mapping, and the answers that were read with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from borgerlib.files.toml import UNSURE
from borgerlib.interest.weighting.ages import piled_up
from borgerlib.said import Said, said
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import Responses
from borgerlib.survey.simulation.export import MARKER

_MOST_LINES = 20
_NAMED = 8
_APART = ("id", "started", "submitted")
_SHOWN = ("single", "multiple", "number")


def notes_on(responses: Responses, files: Sequence[Path]) -> list[str]:
    """Return the notes on responses as read, and on the codebook and mapping files they were read with."""
    notes: list[str] = [note for file in files for note in unsure_lines(file)]
    notes += [*without_role(responses.codebook), *responses.source.notes, *piled_up(responses)]
    if unread := [column for column in responses.unread if column != MARKER]:
        notes.append(said("columns_unread", count=len(unread), columns=unread[:_NAMED]))
    if not any(item.role in _APART and item.id not in responses.absent for item in responses.codebook):
        notes.append(said("no_ids_or_times"))
    return notes


def unsure_lines(path: str | Path) -> list[Said]:
    """Return the note on the lines of a file that a draft has marked, and that nobody has looked at."""
    lines = Path(path).read_text(encoding="utf-8-sig", errors="replace").splitlines()
    marked = [str(at) for at, line in enumerate(lines, start=1) if line.lstrip().startswith(f"# {UNSURE}")]
    named = ", ".join(marked[:_MOST_LINES]) + ", …" * (len(marked) > _MOST_LINES)
    return [said("unsure_lines", count=len(marked), file=Path(path).name, lines=named)] if marked else []


def without_role(book: Codebook) -> list[Said]:
    """Return the note on the questions that no page shows, because they have no role."""
    asked = [item.id for item in book if not item.role and item.kind in _SHOWN]
    return [said("without_role", count=len(asked), items=asked[:_NAMED])] if asked else []


def chose_nothing(respondents: pd.DataFrame, book: Codebook) -> list[Said]:
    """Return notes on respondents of whom an export says that they chose none of a question's options.

    Exports that leave such boxes empty cannot tell them from those who did not answer, so that the next
    year's base may be another one.
    """
    notes = []
    for item in book:
        if item.kind == "multiple":
            boxes = respondents[item.columns].astype("Float64")
            if count := int((boxes.notna().any(axis=1) & ~boxes.eq(1).any(axis=1)).sum()):
                notes.append(said("chose_nothing", item=item.id, count=count))
    return notes
