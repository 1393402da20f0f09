"""A selection's answer: right, disclosed, and compared with the rest."""

import pytest

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest.answers.local_survey import open_local_survey
from borgerlib.interest.filters.selection import Selection
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.citizens.sections import load_sections

pytestmark = pytest.mark.slow


def test_everybody_is_as_the_report_says_but_for_the_rounding(answers):
    sections = load_sections()
    survey = open_local_survey("Odense", divisions={}, age_bands=sections.age_bands)
    report = survey.estimates.frame.query("item == 'topics' and group == '' and not net")
    told = report["option"].map(answers.everybody.shares["topics"])
    both = ~report["suppressed"] & told.notna()
    assert both.sum() > 10
    assert told[both].tolist() == pytest.approx(report.loc[both, "proportion"].tolist(), abs=0.0101)


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


def test_a_selection_that_leaves_out_too_few_is_not_answered(answers):
    # Without the condition a handful would join: subtracting would tell of them.
    cube, ages = answers.guard.cube, [level.id for level in answers.offer.filter("age").levels]
    unknown = cube.size - cube.total(cube.select({"age": ages}))[0]
    asked = answers.to(Selection({"age": tuple(ages)}))
    assert (asked.size.n is None) == (0 < unknown < 5) or 5 <= unknown < 10


def test_what_is_not_offered_is_refused(answers):
    with pytest.raises(ParameterError, match="ufo"):
        answers.to(Selection({"topics": ("ufo",)}))


class TestErrors:
    def test_a_municipality_without_answers_says_which_command_helps(self, answers):
        with pytest.raises(DataError, match="borger prepare Aarhus"):
            open_answers("Aarhus")

    @pytest.mark.parametrize("wrong", [{"min_cell": 2}, {"confidence": 1.0}])
    def test_parameters_must_be_legal(self, answers, wrong):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            open_answers("Odense", **wrong)
