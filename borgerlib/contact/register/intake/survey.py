"""Import the people of a prepared survey who consented."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from borgerlib.contact.register.consents import INVITATION, Wording, enter_refusals
from borgerlib.contact.register.people import Imported, detail_key, enter
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest import store
from borgerlib.interest.prepare.survey_date import answered_on
from borgerlib.personal import contact_kinds
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
    """Enter the people of a prepared survey who consented, and remove the unencrypted contact file.

    Parameters
    ----------
    register : Register
    municipality : str
        Prepared by ``borger prepare``.
    version : str
        Version of the consent's words; by default those of the municipality's form (``borger form``).
    by_answers : bool
        The words that `version` names say that answers may decide who is invited.
    until : date, optional
        The last day of the consents; by default the end of the election period.
    keep : bool
        Keep the contact file.

    Raises
    ------
    DataError
        The municipality is not prepared, its survey does not ask for consent or contact details, or the
        words of the consent are not known.
    ParameterError
        A version is given although the answers say which words they refer to; or `by_answers` without one.
    """
    if by_answers and not version:
        raise ParameterError(
            "Whether answers may decide who is invited is said by the words of the municipality's form.",
            hint="Name other words with --version, or leave out --by-answers.",
        )
    contacts = store.load_register(municipality)
    codebook = load_codebook(store.codebook_path(municipality))
    consent = [item for item in codebook.items if item.role == "consent"]
    if not consent:
        raise DataError("The survey did not ask for consent: nobody may be entered.")
    in_words = contacts.get(store.WORDS, pd.Series(pd.NA, contacts.index, dtype="string"))
    if version and in_words.notna().any():
        raise ParameterError(
            "The answers hold which words each person said yes to.",
            hint="Leave out --version and --by-answers.",
        )
    wording = Wording(INVITATION, version, consent[0].text, by_answers) if version else _of_form(municipality)
    respondents = store.load(municipality).loc[contacts.index]
    day = date.fromisoformat(contacts.attrs["survey_date"])
    people = _details(contacts, codebook).assign(
        consent=contacts[consent[0].id],
        answer=answer_names(respondents, codebook),
        day=answered_on(respondents, codebook).fillna(pd.Timestamp(day)).dt.date,
    )
    survey = survey_name(codebook, contacts.attrs)
    others = (in_words != wording.version).fillna(False).astype(bool)
    done = enter(register, people[~others], wording=wording, survey=survey, day=day, until=until)
    marks = store.load_refused(municipality)
    noes, unsure = enter_refusals(register, marks, day=day, survey=survey)
    reasons = [
        f"said yes to other words, version {old}, not {wording.version} of the form as it is: put the words "
        "back and import once more"
        for old in in_words[others]
    ]
    unsaid = pd.DataFrame({"reason": reasons}, index=contacts.index[others], dtype=object)
    # Where nobody can be reached by what was read, the file may hold it in another way.
    reached = people[["mail", "phone"]].notna().any(axis=None)
    if not keep and unsaid.empty and reached:
        (store.contact_folder(municipality) / store.REGISTER).unlink()
        (store.contact_folder(municipality) / store.REFUSED).unlink(missing_ok=True)
    return replace(done, withdrawn=done.withdrawn + noes, refused=pd.concat([done.refused, unsaid, unsure]))


def survey_name(codebook: Codebook, attrs: Mapping[Hashable, Any]) -> str:
    """Return the name of the survey, from its codebook and municipality."""
    return f"{codebook.id} {attrs['municipality']}"


def answer_names(respondents: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Return a unique name for each answer: its id and when it was given.

    The name is the same in every export, and differs from that of an answer with the same id in another wave.
    If the export has no times, the name is the file's hash and the row.
    """
    ident = codebook.with_role("id")
    when = answered_on(respondents, codebook)
    names = pd.Series(respondents.index.astype(str), index=respondents.index)
    if ident is not None and ident.id in respondents:
        names = respondents[ident.id].astype(str)
    file = respondents.attrs["source_sha256"][:16]
    rows = file + " " + respondents.index.astype(str)
    named: pd.Series = (names + " " + when.dt.strftime("%Y-%m-%dT%H:%M:%S")).where(when.notna(), rows)
    return named


def _of_form(municipality: str) -> Wording:
    """Return the words in which the municipality's form asks for consent."""
    path = texts_file(municipality)
    if not path.is_file():
        raise DataError(
            "It is not known which words they said yes to.",
            hint=f"Name their version with --version; or keep the form's texts in {path} ('borger form').",
        )
    form = open_form(store.codebook_path(municipality), municipality)
    text, version = form.consent
    return Wording(INVITATION, version, text, form.texts.by_answers)


def _details(contacts: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return name, e-mail address and telephone number of each person, by what the questions ask for."""
    asked = [item for item in codebook if item.role == "contact" and item.id in contacts]
    kinds = {item.id: contact_kinds(" ".join((item.id, item.text, *item.aliases))) for item in asked}
    ways = [column for column, asks in kinds.items() if {"mail", "phone"} & set(asks)]
    if not ways:
        raise DataError(
            "No question asks for an e-mail address or a telephone number: nobody can be reached.",
            problems=[f"{item.id}: '{item.text}'" for item in asked],
            hint="Say in the codebook what each is ('mail', 'telefon') by its text or aliases; then prepare.",
        )
    texts = contacts[list(kinds)].astype("string").fillna("")
    names = texts[[column for column, asks in kinds.items() if asks == ("name",)]]
    found: dict[str, list[str | None]] = {"name": [" ".join(row).strip() for row in names.to_numpy()]}
    for detail in ("mail", "phone"):
        # Some write their number where an address is asked for, and one question may ask for either.
        own_first = [way for way in ways if detail in kinds[way]] + ways
        found[detail] = [_possible(row, mail=detail == "mail") for row in texts[own_first].to_numpy()]
    return pd.DataFrame(found, index=contacts.index, dtype=object)


def _possible(texts: Iterable[str], *, mail: bool) -> str | None:
    return next((text for text in texts if detail_key(text, mail=mail) is not None), None)
