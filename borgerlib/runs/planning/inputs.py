"""Hashes of the files that a run is made from: by content, so that a new date alone makes nothing due."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import borgerlib
from borgerlib import places
from borgerlib.errors import ParameterError
from borgerlib.files.atomic import settled
from borgerlib.lokaldemokrati.own_answers import FILE as OWN_ANSWERS
from borgerlib.runs.planning.plan import Inputs, content_hash

# As borgerlib.interest.store names them (not imported: it brings pandas along, and planning must be quick).
# The cube beside them is made from them, on first use.
_PREPARED = ("respondents.parquet", "rejected.csv", "changes.csv", "weighting.json")
_CODEBOOK = "codebook.toml"
_SOURCES = {".py", ".toml", ".json", ".csv", ".css", ".j2", ".js", ".ttf"}
_PAGES = "runs"
_NOT_IN_A_RUN = ("commands", "dashboard", places.BUNDLED, "contact", _PAGES)
# What the numbers and pictures of a notebook come from, besides borgerlib.
_FOUNDATIONS = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "stepmix",
    "pyarrow",
    "ipykernel",
)


class InputHashes:
    """Hashes of inputs, each file read once.

    Parameters
    ----------
    library : str, optional
        The library's hash, where it is known; by default that of the files as they are now.
    """

    def __init__(self, *, library: str = "") -> None:
        self.library = library or library_hash()
        self._national = files_hash(path for path in _raw_files() if path.name != _CODEBOOK)
        self._codebooks = files_hash(path for path in _raw_files() if path.name == _CODEBOOK)
        self._notebooks: dict[Path, str] = {}
        self._places: dict[str, tuple[str, str]] = {}

    def of(self, notebook: Path, place: str, parameters: Mapping[str, Any]) -> Inputs:
        """Return the hashes of all that a notebook's run for a municipality is made from."""
        if notebook not in self._notebooks:
            self._notebooks[notebook] = _hash_of(notebook)
        if place not in self._places:
            own = settled(places.processed_data(place))
            answers = places.saved_data(place, OWN_ANSWERS)
            data = [self._national, files_hash([*(own / name for name in _PREPARED), answers])]
            codebooks = [self._codebooks, files_hash([own / _CODEBOOK])]
            self._places[place] = content_hash(data), content_hash(codebooks)
        data_hash, codebook_hash = self._places[place]
        return Inputs(
            notebook=self._notebooks[notebook],
            parameters=content_hash(dict(parameters)),
            data=data_hash,
            library=self.library,
            codebook=codebook_hash,
        )


def notebook_hash(path: Path) -> str:
    """Return the hash of a notebook's cells: what they say and how they are tagged, not what they put out.

    Raises
    ------
    ParameterError
        There is no such notebook, or it is damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = [
            [cell["cell_type"], "".join(cell["source"]), cell.get("metadata", {}).get("tags", [])]
            for cell in content["cells"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(
            f"The notebook {path} is missing or damaged.",
            hint="Restore it with 'git checkout', or reinstall borgerlib.",
        ) from error
    return content_hash(cells)


def _hash_of(notebook: Path) -> str:
    # One that is damaged costs its own runs, which will say so, and not the batch.
    try:
        return notebook_hash(notebook)
    except ParameterError:
        return files_hash([notebook])


def library_hash() -> str:
    """Return the hash of all that computes and draws: borgerlib's rooms and the versions beneath them."""
    rooms = files_hash(path for path in _own_files() if not _is_in(path, _NOT_IN_A_RUN))
    return content_hash(
        [rooms, _version("borgerlib"), platform.python_version(), *map(_version, _FOUNDATIONS)]
    )


def layout_hash() -> str:
    """Return the hash of all that turns executed notebooks into pages."""
    return files_hash(path for path in _own_files() if _is_in(path, (_PAGES,)) or path.name == "theme.py")


def files_hash(paths: Iterable[Path]) -> str:
    """Return the hash of files, by name and content; one that is missing counts as such."""
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
