"""A selection's answer: right, disclosed, and compared with the rest."""

from fractions import Fraction

import pytest

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest.answers.local_survey import open_local_survey
from borgerlib.interest.filters.selection import Selection
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.citizens.sections import load_sections

pytestmark = pytest.mark.slow


def test_the_reports_numbers_of_everybody_lie_within_the_dashboards_intervals(answers):
    survey = open_local_survey("Odense", divisions={}, age_bands=load_sections().age_bands)
    report = survey.estimates.frame.query("group == '' and not net and not suppressed")
    told = answers.everybody.estimates.frame.merge(
        report, on=["item", "option"], suffixes=("", "_report"), validate="1:1"
    )
    assert len(told) > 25
    inside = told["proportion_report"].between(told["ci_lower"], told["ci_upper"])
    # Where chance alone moves a share, its interval nearly always holds it: one of thirty may lie outside.
    assert inside.sum() >= len(told) - 1
    assert (told["proportion"] - told["proportion_report"]).abs().mean() < 0.012


def test_the_simulated_old_want_what_the_old_want(answers):
    # The simulation makes climate rarer and the care of the old more frequent among the old.
    answer = answers.to(Selection({"age": ("60-69", "70+")}))
    directions = dict(
        zip(answer.of("topics").frame["option"], answer.of("topics").frame["direction"], strict=True)
    )
    assert directions["aeldre"] == 1
    assert directions["klima_miljoe"] == -1
    assert isinstance(answer.estimates, DisclosedEstimates)


def test_everybody_is_compared_with_nobody(answers):
    assert answers.everybody.estimates.frame["direction"].isna().all()


def test_an_answer_does_not_depend_on_what_was_asked_before(answers):
    women = Selection({"sex": ("kvinde",)})
    first = answers.to(women).estimates.frame
    answers.to(Selection({"age": ("15-24",)}))
    assert answers.to(women).estimates.frame.equals(first)


def test_what_is_not_offered_is_refused(answers):
    with pytest.raises(ParameterError, match="ufo"):
        answers.to(Selection({"topics": ("ufo",)}))


def test_a_fraction_is_a_chance_too(answers):
    assert open_answers("Odense", chance=Fraction(1, 10)).chance == answers.chance


class TestErrors:
    def test_a_municipality_without_answers_says_which_command_helps(self, answers):
        with pytest.raises(DataError, match="borger import Aarhus"):
            open_answers("Aarhus")

    @pytest.mark.parametrize("wrong", [{"chance": 0.01}, {"confidence": 1.0}])
    def test_parameters_must_be_legal(self, answers, wrong):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            open_answers("Odense", **wrong)
