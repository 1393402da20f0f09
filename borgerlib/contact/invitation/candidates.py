"""The people who may be invited today, with their answers, to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from borgerlib.contact.register.consents import INVITATION, covered
from borgerlib.contact.register.intake.survey import answer_names, survey_name
from borgerlib.contact.register.key import pseudonym_of
from borgerlib.contact.register.store import Register
from borgerlib.interest.filters.choices import Offer, filterable
from borgerlib.interest.filters.selection import Selection
from borgerlib.interest.protected.files import about_survey
from borgerlib.interest.survey import open_survey
from borgerlib.population.municipalities import Municipality
from borgerlib.view.citizens.sections import load_sections


@dataclass(frozen=True)
class Candidates:
    """The people who may be invited; made by `open_candidates`. Links answers to people.

    Attributes
    ----------
    municipality : Municipality
    able : frozenset of int
        The register numbers of everybody whose consent covers an invitation today.
    willing : frozenset of int
        Those of them who allow their answers to decide.
    answers : DataFrame
        One row per person, by number: the answers to this survey of those who allow them to decide, and
        `response`, the survey's own number of the answers.
    items : mapping of str to str
        Role → the column of `answers`, or the part of its columns' names before ``__``.
    responses : Series
        The survey's own number of the answers, by person, including those whose answers may not decide.
    offer : Offer
        What people can be chosen by, and the population counts.
    """

    municipality: Municipality
    able: frozenset[int]
    willing: frozenset[int]
    answers: pd.DataFrame = field(repr=False)
    items: Mapping[str, str]
    responses: pd.Series = field(repr=False)
    offer: Offer = field(repr=False)

    def chosen(self, selection: Selection) -> pd.DataFrame:
        """Return the rows of `answers` of people who are in one of the levels of each role."""
        rows = np.ones(len(self.answers), dtype=bool)
        for role, levels in selection.levels.items():
            item = self.items[role]
            if item in self.answers:
                rows &= self.answers[item].isin(levels).to_numpy(dtype=bool)
            else:
                columns = [f"{item}__{level}" for level in levels]
                rows &= self.answers[columns].eq(1).any(axis=1).to_numpy(dtype=bool)
        return self.answers[rows]


def open_candidates(municipality: str, register: Register, *, day: date) -> Candidates:
    """Return the people who may be invited on a day.

    Parameters
    ----------
    municipality : str
        Name, code or folder; prepared by ``borger prepare``.
    register : Register
        The municipality's register, open.
    day : date

    Raises
    ------
    DataError
        The municipality has not been prepared, or one of its files is damaged.
    """
    survey = open_survey(municipality)
    respondents, codebook = survey.respondents, survey.codebook
    ident = codebook.with_role("id")
    named = ident is not None and ident.id in respondents and respondents[ident.id].notna().all()
    responses = respondents[ident.id] if named and ident is not None else respondents.index.to_series()
    source = survey_name(codebook, respondents.attrs)
    names = answer_names(respondents, codebook)
    person_of = dict(register.rows("SELECT pseudonym, person FROM link"))
    copy = respondents.reset_index(drop=True)
    copy.attrs.update(about_survey(respondents, survey.summary))
    ready = filterable(copy, codebook, age_bands=load_sections().age_bands)
    numbers = [person_of.get(pseudonym_of(register.key, source, name), -1) for name in names]
    people = pd.Series(numbers, name="person")
    # Of people who have answered twice, use the last answer.
    last = people.ge(0) & ~people.duplicated(keep="last")
    answers = ready.copy.assign(response=responses.astype(str).to_numpy())[last].set_axis(people[last])
    able = covered(register, INVITATION, day=day, by_answers=False)
    by_answers = covered(register, INVITATION, day=day, by_answers=True)
    return Candidates(
        municipality=survey.municipality,
        able=frozenset(able),
        willing=frozenset(by_answers) & frozenset(able),
        answers=answers[answers.index.isin(by_answers)],
        items={role: item for role, item in ready.items.items() if ready.offer.filter(role) is not None},
        responses=answers["response"],
        offer=ready.offer,
    )
