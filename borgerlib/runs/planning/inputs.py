"""Hashes of everything a run is made from: by content, so that a new file date alone makes nothing due.

A run that shows nothing of its municipality gets nothing of it either, not even its name. All such runs
therefore have equal hashes, and are done once.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import borgerlib
from borgerlib import places
from borgerlib.errors import ParameterError
from borgerlib.files.atomic import settled
from borgerlib.files.look import FILE as LOOK
from borgerlib.interest.prepared import EARLIER, RESPONDENTS, TARGETS, compared_with
from borgerlib.lokaldemokrati.own_answers import FILE as OWN_ANSWERS
from borgerlib.runs.planning.contents import place_of
from borgerlib.runs.planning.plan import content_hash

# The names in borgerlib.interest.store, which is not imported: it loads pandas, and planning must be quick.
_PREPARED = ("respondents.parquet", "rejected.csv", "changes.csv", "weighting.json")
_CODEBOOK = "codebook.toml"
# Made from them, in the same folder, on first use.
_MADE_OF_THEM = ("segments.parquet", "protected.parquet", "protected.key", "cube.npz")
_SOURCES = {".py", ".toml", ".json", ".csv", ".css", ".j2", ".js", ".ttf"}
_LOGOS = (".png", ".svg")
_PAGES = "runs"
_NOT_IN_A_RUN = ("commands", "dashboard", places.BUNDLED, "contact", _PAGES)
# The packages besides borgerlib whose versions can change a notebook's numbers and pictures.
_FOUNDATIONS = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "pyarrow",
    "ipykernel",
)


# With these names a notebook can read its parameters without naming them.
_INDIRECT = frozenset({"globals", "locals", "vars", "eval", "exec", "get_ipython"})
_NAME, _PAGE = "municipality", "open_insight"


@dataclass(frozen=True)
class Shown:
    """What a notebook may show of the municipality that it is run for, judged by what its cells call.

    Attributes
    ----------
    name : bool
        Its name, and anything looked up by it.
    citizens, answers : bool
        Its citizens' answers, and its own answers to the leaders' survey, where there are any.
    """

    name: bool = True
    citizens: bool = True
    answers: bool = True


class InputHashes:
    """Hashes of inputs, each file read once.

    Parameters
    ----------
    library : str, optional
        The library's hash, if known; by default it is computed from the current files.
    """

    def __init__(self, *, library: str = "") -> None:
        self.library = library or library_hash()
        self._national = files_hash(path for path in _raw_files() if path.name != _CODEBOOK)
        self._codebooks = files_hash(path for path in _raw_files() if path.name == _CODEBOOK)
        self._notebooks: dict[Path, tuple[str, Shown]] = {}
        self._places: dict[str, tuple[str, str]] = {}

    def parameters(self, notebook: Path, name: str) -> dict[str, str]:
        """Return a notebook's parameters: the municipality's name, or '' if it shows nothing of it."""
        shown = self._notebook(notebook)[1]
        own = name and (
            shown.name
            or (shown.citizens and any(path.exists() for path in _prepared(place_of(name))))
            or (shown.answers and places.saved_data(place_of(name), OWN_ANSWERS).exists())
        )
        return {_NAME: name if own else ""}

    def of(
        self, notebook: Path, parameters: Mapping[str, Any], *, read: Iterable[str] = ()
    ) -> dict[str, str]:
        """Return the hashes of all that a notebook's run is made from.

        Parameters
        ----------
        notebook : Path
        parameters : mapping
            The values that it is run with.
        read : iterable of str
            Further files that it read when it was last run.

        Returns
        -------
        dict
            ``notebook`` (its cells, not its outputs), ``parameters``, ``data`` (shipped, prepared, and the
            municipality's own answers to the leaders' survey), ``library`` (borgerlib's sources and the
            versions beneath), ``codebook`` (those of both surveys), and ``read`` ('' for none).
        """
        place = place_of(parameters[_NAME]) if parameters.get(_NAME) else ""
        if place not in self._places:
            own = [*_prepared(place), places.saved_data(place, OWN_ANSWERS)] if place else []
            own += compared_with(parameters[_NAME]) if place else ()
            codebooks = [settled(places.processed_data(place)) / _CODEBOOK] if place else []
            data = self._national, files_hash(own)
            self._places[place] = content_hash(data), content_hash([self._codebooks, files_hash(codebooks)])
        data_hash, codebook_hash = self._places[place]
        return {
            "notebook": self._notebook(notebook)[0],
            "parameters": content_hash(dict(parameters)),
            "data": data_hash,
            "library": self.library,
            "codebook": codebook_hash,
            "read": read_hash(read),
        }

    def _notebook(self, path: Path) -> tuple[str, Shown]:
        if path not in self._notebooks:
            # A damaged notebook fails its own runs, which report it, but not the whole batch.
            try:
                self._notebooks[path] = notebook_hash(path), shown_by(path)
            except ParameterError:
                self._notebooks[path] = files_hash([path]), Shown()
        return self._notebooks[path]


def notebook_hash(path: Path) -> str:
    """Return the hash of a notebook's cells: their source and tags, without their outputs.

    Raises
    ------
    ParameterError
        There is no such notebook, or it is damaged.
    """
    return content_hash(list(_cells(path)))


def shown_by(path: Path) -> Shown:
    """Return what a notebook may show of its municipality; raises as `notebook_hash`.

    A notebook shows the name unless it only passes it to `open_insight`, which shows nothing of a
    municipality that has no answers of its own.
    """
    cells = [source for kind, source, tags in _cells(path) if kind == "code" and "parameters" not in tags]
    try:
        nodes = list(ast.walk(ast.parse("\n".join(cells))))
    except SyntaxError:  # a magic may do anything
        return Shown()
    handed_on = {id(value) for node in nodes for value in _handed_on(node)}
    words = {id(node): word for node in nodes for word in _words(node)}
    others = {word for node, word in words.items() if node not in handed_on}
    return Shown(
        name=not others.isdisjoint({_NAME, *_INDIRECT}),
        citizens="citizens" in others,
        answers=_PAGE in others,
    )


def _handed_on(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the argument that passes the municipality's name to `open_insight`."""
    if isinstance(node, ast.Call) and _PAGE in _words(node.func):
        yield from (keyword.value for keyword in node.keywords if keyword.arg == _NAME)


def _words(node: ast.AST) -> Iterator[str]:
    """Yield the name that a piece of code uses, or the text that it holds."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _cells(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yield kind, source and tags of a notebook's cells."""
    try:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            yield cell["cell_type"], "".join(cell["source"]), cell.get("metadata", {}).get("tags", [])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ParameterError(
            f"The notebook {path} is missing or damaged.",
            hint="Restore it with 'git checkout', or reinstall borgerlib.",
        ) from error


def _prepared(place: str) -> list[Path]:
    own = settled(places.processed_data(place))
    return [own / name for name in _PREPARED]


def beyond_plan(reads: Iterable[str], notebook: Path, place: str) -> tuple[str, ...]:
    """Return the files that a run read beyond those that every run of the municipality is made from."""
    folders = tuple(f"{folder}{os.sep}" for folder in (_package(), places.raw_data()))
    prepared, saved = settled(places.processed_data(place)), places.saved_data(place)
    known = {notebook, *_prepared(place), *(prepared / name for name in (_CODEBOOK, *_MADE_OF_THEM))}
    known |= {saved / OWN_ANSWERS, saved / TARGETS, saved / EARLIER / RESPONDENTS}
    return tuple(path for path in reads if not path.startswith(folders) and Path(path) not in known)


def read_hash(paths: Iterable[str]) -> str:
    """Return the hash of the files that a run read beyond those every run is made from; '' for none."""
    found = sorted(paths)
    return files_hash(map(Path, found)) if found else ""


def library_hash() -> str:
    """Return the hash of all code that computes or draws: borgerlib's, and its dependencies' versions."""
    rooms = files_hash(path for path in _own_files() if not _is_in(path, _NOT_IN_A_RUN))
    return content_hash(
        [rooms, _version("borgerlib"), platform.python_version(), *map(_version, _FOUNDATIONS)]
    )


def layout_hash() -> str:
    """Return the hash of all that turns executed notebooks into pages."""
    return files_hash(path for path in _own_files() if _is_in(path, (_PAGES,)) or path.name == "theme.py")


def look_hash(place: str) -> str:
    """Return the hash of the look that a municipality has saved, including its logo; '' without one."""
    look = places.saved_data(place, LOOK)
    if not look.is_file():
        return ""
    return files_hash(
        [look, *sorted(path for path in look.parent.iterdir() if path.suffix.lower() in _LOGOS)]
    )


def files_hash(paths: Iterable[Path]) -> str:
    """Return the hash of files, by name and content; a missing file is hashed as missing."""
    digest = hashlib.blake2b(digest_size=12)
    for path in paths:
        digest.update(f"\0{path.parent.name}/{path.name}\0".encode())
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError:
            digest.update(b"missing")
    return digest.hexdigest()


def _raw_files() -> list[Path]:
    return sorted(path for path in places.raw_data().rglob("*") if path.is_file())


@cache
def _package() -> Path:
    return Path(borgerlib.__file__).resolve().parent


def _own_files() -> list[Path]:
    return sorted(path for path in _package().rglob("*") if path.suffix in _SOURCES)


def _is_in(path: Path, rooms: tuple[str, ...]) -> bool:
    return path.relative_to(_package()).parts[0] in rooms


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
