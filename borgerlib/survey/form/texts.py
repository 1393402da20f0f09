"""The information texts of a form: purpose, privacy and consent, in a file to fill in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing, unwritable
from borgerlib.files.toml import quoted, read_toml, write_new

FILE = "spoergeskema.toml"
_SHIPPED = Path(__file__).with_name(FILE)
TO_FILL_IN = "UDFYLD"
DANISH, ENGLISH = "da", "en"
PRIVACY = (
    "dataansvarlig", "raadgiver", "formaal", "hjemmel", "modtagere", "opbevaring", "rettigheder",
    "tilbagekald", "klage",
)  # fmt: skip
"""The parts of the privacy text, in their order; each has a heading of the same name among the words."""

Words = Mapping[str, str]
"""The same text by language."""


@dataclass(frozen=True)
class _English:
    """The English texts; '' if the file has none."""

    titel: str = ""
    indledning: str = ""
    tak: str = ""
    dataansvarlig: str = ""
    raadgiver: str = ""
    formaal: str = ""
    hjemmel: str = ""
    modtagere: str = ""
    opbevaring: str = ""
    rettigheder: str = ""
    tilbagekald: str = ""
    klage: str = ""
    samtykke: str = ""


@dataclass(frozen=True)
class _File(_English):
    """The content of the file; '' for what is left to the shipped text."""

    efter_svar: bool = False
    omraader: tuple[str, ...] = ()
    personalekode: str = ""
    english: _English = _English()


@dataclass(frozen=True)
class Texts:
    """The information texts of a form.

    Parameters
    ----------
    words : mapping of str to Words
        Texts by the file's keys.
    by_answers : bool
        The consent says that answers may decide what somebody is invited to.
    areas : tuple of str
        Areas to choose from if the area is asked for; empty if it is a free text.
    staff_code : str
        Code that staff enter before they fetch answers from a tablet; '' if none is needed.
    """

    words: Mapping[str, Words]
    by_answers: bool = False
    areas: tuple[str, ...] = ()
    staff_code: str = ""

    def __getitem__(self, key: str) -> Words:
        return self.words[key]

    @property
    def lacking(self) -> list[str]:
        """The keys that the law requires and that are not filled in, or do not say what they should."""
        untold = [key for key, text in self.words.items() if TO_FILL_IN in text[DANISH]]
        shipped = self.by_answers and self["samtykke"][DANISH] == load_texts()["samtykke"][DANISH]
        return [*untold, *(["samtykke"] if shipped else [])]


def load_texts(path: Path | None = None) -> Texts:
    """Read the texts of a form; a text that the file lacks is taken from the shipped file.

    Parameters
    ----------
    path : Path, optional
        A municipality's own texts.

    Raises
    ------
    DataError
        The file is missing, is not TOML, or breaks rules; all problems are listed at once.
    """
    what = "texts of the form"
    shipped = read_toml(_SHIPPED, what).validated(_File)
    return _texts(read_toml(path, what).validated(_File) if path else shipped, shipped)


def new_texts(path: Path) -> Path:
    """Write the shipped texts, to be filled in.

    Raises
    ------
    DataError
        The file already exists, or cannot be written.
    """
    make_folder(path.parent)
    return write_new(path, _SHIPPED.read_text(encoding="utf-8"))


def save_texts(path: Path, texts: Texts) -> None:
    """Write texts to a municipality's file, in Danish and, where it differs, in English.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    lines = ["# Teksterne i spørgeskemaet; 'borger form' og notebooken spoerg.ipynb læser dem her."]
    lines += [f"{key} = {quoted(text[DANISH])}" for key, text in texts.words.items()]
    lines += [f"efter_svar = {quoted(texts.by_answers)}", f"personalekode = {quoted(texts.staff_code)}"]
    lines += [f"omraader = {quoted(texts.areas)}", "", "[english]"]
    english = {key: text[ENGLISH] for key, text in texts.words.items() if text[ENGLISH] != text[DANISH]}
    lines += [f"{key} = {quoted(text)}" for key, text in english.items()]
    make_folder(path.parent)
    with replacing(path, what="The texts", error=DataError) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")


@cache
def standard_words() -> Mapping[str, Words]:
    """Return the words that every form has, by key."""
    words = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {key: {language: words[language][key] for language in words} for key in words[DANISH]}


def make_folder(folder: Path) -> None:
    """Make a folder for the form's files; raise `DataError` if that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error, what="The folder", kind=DataError) from error


def _texts(own: _File, shipped: _File) -> Texts:
    words = {}
    for key in (each.name for each in fields(_English)):
        danish = getattr(own, key) or getattr(shipped, key)
        # The shipped English text only translates the shipped Danish text, not another one.
        standard = getattr(shipped.english, key) if danish == getattr(shipped, key) else ""
        words[key] = {
            DANISH: danish.strip(),
            ENGLISH: (getattr(own.english, key) or standard or danish).strip(),
        }
    return Texts(words, own.efter_svar, own.omraader, own.personalekode)
