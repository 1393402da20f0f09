"""Those of a prepared survey who consented."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from borgerlib.contact.register.consents import INVITATION, Wording
from borgerlib.contact.register.people import DETAILS, Imported, enter
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError
from borgerlib.interest import store
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.form.write import open_form, texts_file


def import_survey(
    register: Register,
    municipality: str,
    *,
    version: str = "",
    by_answers: bool = False,
    until: date | None = None,
    keep: bool = False,
) -> Imported:
    """Enter those of a prepared survey who consented, and remove the contact file that is not encrypted.

    Parameters
    ----------
    register : Register
    municipality : str
        Prepared by ``borger prepare``.
    version : str
        Of the consent's words; by default they are those of the municipality's form (``borger form``).
    by_answers : bool
        The words say that answers may decide who is invited.
    until : date, optional
        The last day of the consents; by default the end of the election period.
    keep : bool
        Leave the contact file.

    Raises
    ------
    DataError
        The municipality is not prepared, its survey does not ask for consent or contact details, or it is not
        known in which words.
    """
    contacts = store.load_register(municipality)
    codebook = load_codebook(store.codebook_path(municipality))
    consent = [item for item in codebook.items if item.role == "consent"]
    if not consent:
        raise DataError("The survey did not ask for consent: nobody may be entered.")
    columns = {detail: _column(contacts, detail) for detail in DETAILS}
    people = pd.DataFrame(
        {detail: contacts[column] if column else None for detail, column in columns.items()},
        index=contacts.index,
    ).assign(consent=contacts[consent[0].id])
    wording = Wording(INVITATION, version, consent[0].text, by_answers) if version else _of_form(municipality)
    day = date.fromisoformat(contacts.attrs["survey_date"])
    survey = survey_name(codebook, contacts.attrs)
    done = enter(register, people, wording=wording, survey=survey, day=day, until=until)
    if not keep:
        (store.contact_folder(municipality) / store.REGISTER).unlink()
    return done


def survey_name(codebook: Codebook, attrs: Mapping[Hashable, Any]) -> str:
    """Return what the pseudonyms of a prepared survey are made with.

    Another wave's respondent of the same number is somebody else.
    """
    return f"{codebook.id} {attrs['municipality']} {attrs['source_sha256'][:16]}"


def _of_form(municipality: str) -> Wording:
    """Return the words that the municipality's form asks for consent in."""
    path = texts_file(municipality)
    if not path.is_file():
        raise DataError(
            "It is not known which words they said yes to.",
            hint=f"Name their version with --version; or keep the form's texts in {path} ('borger form').",
        )
    form = open_form(store.codebook_path(municipality), municipality)
    text, version = form.consent
    return Wording(INVITATION, version, text, form.texts.by_answers)


def _column(contacts: pd.DataFrame, detail: str) -> str | None:
    endings = {"name": ("navn", "name"), "mail": ("mail",), "phone": ("telefon", "phone", "mobil")}[detail]
    return next((str(column) for column in contacts if str(column).casefold().endswith(endings)), None)
