"""The questions of the menu: three that are built in, and those that users save."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from filecmp import cmp
from itertools import count
from pathlib import Path
from typing import Annotated, Any, NotRequired

from annotated_types import Len
from filelock import FileLock
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from borgerlib import danish
from borgerlib.dashboard.page.words import words
from borgerlib.errors import DataError, ParameterError
from borgerlib.files.atomic import replacing, share
from borgerlib.interest.filters.choices import Filter, saved_folder
from borgerlib.interest.filters.selection import Selection, Understood, understood
from borgerlib.said import in_danish, of_system

FILE = "spoergsmaal.json"
MOST_SAVED = 100
LONGEST_NAME = 80
_WAIT_SECONDS = 4  # shorter than the page waits for an answer


class _Entry(TypedDict):
    id: str
    label: Annotated[str, Len(1, LONGEST_NAME)]
    levels: dict[str, list[str]]
    against: NotRequired[dict[str, list[str]]]


_ENTRY = TypeAdapter(_Entry)


@dataclass(frozen=True)
class MenuQuestion:
    """A question of the menu.

    Parameters
    ----------
    id, label : str
    meant : Understood
        The citizens that it is about, and which parts of that selection are no longer offered.
    focus : tuple of (str, str)
        Role and answer that the question is about (answer '' for all answers); ('', '') for none.
    saved : bool
        Saved by a user, and can be deleted.
    """

    id: str
    label: str
    meant: Understood
    focus: tuple[str, str] = ("", "")
    saved: bool = False


def own_questions(filters: Sequence[Filter]) -> tuple[MenuQuestion, ...]:
    """Return the built-in questions that this survey can answer."""
    offered = {filter_.role: [level.id for level in filter_.levels] for filter_ in filters}
    tags = {
        (filter_.role, tag): level.id for filter_ in filters for level in filter_.levels for tag in level.tags
    }
    questions = []
    for entry in words().questions:
        wanted = {
            role: [
                offered[role][int(level[1:]) - 1] if level.startswith("#") else tags.get((role, level), level)
                for level in levels
            ]
            for role, levels in entry["choose"].items()
            if offered.get(role)
        }
        role, answer = entry["focus"]
        answer = tags.get((role, answer), answer)
        checked = understood(wanted, filters)
        is_there = role in offered and (not answer or answer in offered[role])
        if wanted and is_there and not checked.problems:
            questions.append(MenuQuestion(entry["id"], entry["label"], checked, (role, answer)))
    return tuple(questions)


def saved_questions(municipality: str, filters: Sequence[Filter]) -> tuple[MenuQuestion, ...]:
    """Return the readable questions that users have saved, in the order of saving."""
    return tuple(
        MenuQuestion(
            entry["id"],
            entry["label"],
            understood(entry["levels"], filters, entry.get("against")),
            saved=True,
        )
        for entry in _read(_file(municipality))[0]
    )


def damaged(municipality: str) -> str:
    """Return a Danish sentence if some saved questions cannot be read; otherwise ''."""
    path = _file(municipality)
    return "" if _read(path)[1] else words()("errors", "questions_damaged", fil=_aside(path).name)


def save_question(
    municipality: str, label: str, selection: Selection, against: Selection | None = None
) -> MenuQuestion:
    """Save a selection, and the one it is compared with, as a question, and return it.

    Raises
    ------
    ParameterError
        The name is empty, too long or taken (in Danish).
    DataError
        The file cannot be written (in Danish).
    """
    name = " ".join(danish.without_invisible(label).split())
    if not danish.is_read(name):
        raise ParameterError(words()("errors", "no_name"))
    if len(name) > LONGEST_NAME:
        raise ParameterError(words()("errors", "too_long", antal=LONGEST_NAME))
    saved = MenuQuestion(uuid.uuid4().hex[:12], name, Understood(selection, against=against), saved=True)
    new = {"id": saved.id, "label": name, "levels": dict(selection.levels)}
    new |= {} if against is None else {"against": dict(against.levels)}
    with _changing(_file(municipality)) as entries:
        if name in [entry["label"] for entry in entries]:  # perhaps another user's: keep it
            raise ParameterError(words()("errors", "name_taken", navn=name))
        if len(entries) >= MOST_SAVED:
            raise ParameterError(words()("errors", "too_many", antal=MOST_SAVED))
        entries.append(new)
    return saved


def delete_question(municipality: str, question_id: str) -> None:
    """Delete a saved question; do nothing if there is none with that id.

    Raises
    ------
    DataError
        The file cannot be written (in Danish).
    """
    with _changing(_file(municipality)) as entries:
        entries[:] = [entry for entry in entries if entry["id"] != question_id]


def _file(municipality: str) -> Path:
    return saved_folder(municipality) / FILE


def _aside(path: Path) -> Path:
    """Return where a damaged file is kept: beside those kept before, unless it is one of them."""
    places = (path.with_suffix(f".beskadiget{number or ''}.json") for number in count())
    return next(place for place in places if not place.exists() or cmp(place, path, shallow=False))


def _read(path: Path) -> tuple[list[dict[str, Any]], bool]:
    """Return the entries that can be read, and whether these are all."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], True
    except (OSError, ValueError):
        return [], False
    found = found if isinstance(found, list) else [found]
    # Ids must be unique, also among the built-in questions: the page asks for a question by its id.
    taken, entries = {question["id"] for question in words().questions}, list[dict[str, Any]]()
    for entry in found:
        with suppress(ValueError):
            kept = _ENTRY.validate_python(entry)
            if kept["id"] not in taken:
                taken.add(kept["id"])
                entries.append(dict(kept))
    return entries, len(entries) == len(found)


@contextmanager
def _changing(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the entries to change, to one visitor at a time; keep a copy of a file with unreadable ones."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=_WAIT_SECONDS):
            entries, whole = _read(path)
            if not whole:
                share(path, [_aside(path)])  # a further name: where nothing new fits, all is as it was
            yield entries
            with replacing(path) as beside:
                beside.write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise DataError(words()("errors", "cannot_save", hvorfor=in_danish(of_system(error)))) from error
