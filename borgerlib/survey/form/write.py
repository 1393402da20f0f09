"""The form of a municipality: its codebook and its texts, written in one of the formats."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.errors import DataError, check_known
from borgerlib.files.atomic import replacing
from borgerlib.files.look import look_of
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.form.formats.limesurvey import limesurvey_text
from borgerlib.survey.form.formats.page.page import page_text
from borgerlib.survey.form.formats.paper.paper import write_docx, write_pdf
from borgerlib.survey.form.formats.surveyjs import surveyjs_text
from borgerlib.survey.form.formats.xlsform import write_xlsform
from borgerlib.survey.form.questionnaire import Questionnaire, questionnaire
from borgerlib.survey.form.texts import FILE, Texts, load_texts, make_folder


def _text(make: Callable[[Questionnaire], str]) -> Callable[[Questionnaire, Path], None]:
    def write(form: Questionnaire, target: Path) -> None:
        # As bytes, to keep the format's line ends on every system.
        target.write_bytes(make(form).encode())

    return write


FORMATS: Mapping[str, tuple[str, Callable[[Questionnaire, Path], None]]] = {
    "xlsform": (".xlsx", write_xlsform),
    "limesurvey": (".txt", _text(limesurvey_text)),
    "surveyjs": (".json", _text(surveyjs_text)),
    "html": (".html", _text(page_text)),
    "pdf": (".pdf", write_pdf),
    "docx": (".docx", write_docx),
}
"""Format → ending of the file, and the function that writes it."""


def texts_file(municipality: str) -> Path:
    """Return where a municipality's texts are kept: ``data/saved/<municipality>/spoergeskema.toml``."""
    return places.saved_data(slug(find_municipality(municipality).name), FILE)


def texts_of(municipality: str) -> Texts:
    """Return a municipality's texts, or the shipped ones if it has none."""
    path = texts_file(municipality)
    return load_texts(path if path.is_file() else None)


def open_form(codebook: str | Path, municipality: str = "") -> Questionnaire:
    """Return the form of a codebook, with a municipality's texts and look.

    Raises
    ------
    CodebookError, DataError, ParameterError
        The codebook, the texts or the look cannot be used, or there is no such municipality.
    """
    if not municipality:
        return questionnaire(load_codebook(codebook), load_texts())
    return form_of(load_codebook(codebook), texts_of(municipality), municipality)


def form_of(codebook: Codebook, texts: Texts, municipality: str) -> Questionnaire:
    """Return the form of a codebook with the given texts, and with a municipality's look and name."""
    form, name = questionnaire(codebook, texts), find_municipality(municipality).name
    return replace(form, look=look_of(name), name=f"{slug(name)}-{form.id}")


def write_form(form: Questionnaire, to: str, folder: Path) -> tuple[Path, Path | None]:
    """Write a form to ``spoergeskema-<codebook>`` with the format's ending.

    A different file of that name, or one that somebody has edited, is kept under a name with its date. Return
    the path of the form, and that of the file that was kept, if there was one.

    Raises
    ------
    ParameterError
        There is no such format.
    DataError
        The file cannot be written.
    RunError
        A library that the format needs is not installed.
    """
    check_known("format", to, FORMATS)
    ending, write = FORMATS[to]
    make_folder(folder)
    target, former = folder / f"spoergeskema-{form.id}{ending}", None
    with replacing(target, what="The form", error=DataError) as beside:
        write(form, beside)
        if target.is_file() and _content(target) != _content(beside):
            made = datetime.fromtimestamp(target.stat().st_mtime)
            former = target.rename(target.with_stem(f"{target.stem}-{made:%Y-%m-%d-%H%M%S}"))
    return target, former


def _content(path: Path) -> object:
    """Return a file's content for comparison; times in a zip file (XLSX, DOCX) are ignored."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return {part.filename: part.CRC for part in parts.infolist() if part.filename != "docProps/core.xml"}
