import pytest
from simulated_citizens import prepared_citizens

from borgerlib.errors import DataError, ParameterError
from borgerlib.interest.answers import segments
from borgerlib.interest.answers.local_survey import _in_small_groups, open_local_survey
from borgerlib.interest.prepared import is_prepared
from borgerlib.interest.survey import open_survey

pytestmark = pytest.mark.slow

BANDS = (15, 25, 45, 60, 70)
BY = {"topics": ["age"], "formats": ["sex", "area_type"]}


def opened(municipality, by=BY, **options):
    return open_local_survey(municipality, divisions=by, age_bands=BANDS, **options)


@pytest.fixture(scope="module")
def small_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    with prepared_citizens(folder, "Samsø", n=110, seed=2) as prepared:
        return folder, prepared.municipality


@pytest.fixture
def small(small_once, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(small_once[0]))
    return small_once[1]


class TestOpening:
    @pytest.mark.long
    def test_items_and_groups_are_named_by_their_roles(self, prepared, monkeypatch):
        monkeypatch.setattr(segments, "COMES_BACK", -1)
        survey = opened(prepared.municipality)
        frame = survey.estimates.frame
        assert list(frame["item"].unique()) == ["topics", "time", "formats", "channels", "segment"]
        assert {"age=60-69"} < set(frame.loc[frame["item"] == "topics", "group"])
        assert {"sex=kvinde", "area_type=land"} < set(frame.loc[frame["item"] == "formats", "group"])
        assert set(frame.loc[frame["item"] == "time", "group"]) == {""}
        assert survey.age_labels == ("15-24", "25-44", "45-59", "60-69", "70+")
        assert (survey.simulated, survey.respondents) == (True, prepared.kept)
        assert survey.estimates.source == open_survey(prepared.municipality).source

    def test_it_is_there_only_for_the_prepared(self, prepared):
        assert is_prepared("Ærø")
        assert not is_prepared("Odense")
        with pytest.raises(DataError, match="'Odense' has no prepared respondents"):
            opened("Odense")

    @pytest.mark.parametrize("confidence", [0, 1, 95])
    def test_a_level_outside_0_to_1_is_refused(self, prepared, confidence):
        with pytest.raises(ParameterError, match=f"confidence is {confidence}; it must lie between 0 and 1"):
            opened(prepared.municipality, confidence=confidence)


class TestKinds:
    def test_kinds_that_do_not_come_back_are_not_shown(self, prepared, monkeypatch):
        monkeypatch.setattr(segments, "COMES_BACK", 1.01)
        survey = opened(prepared.municipality, by={"topics": ["segment"]})
        assert survey.item("segment") is None
        assert survey.segment_certainty is None
        assert -1 < survey.segment_agreement <= 1

    def test_citizens_are_divided_by_kind_but_kinds_are_not_tested(self, prepared, monkeypatch):
        monkeypatch.setattr(segments, "COMES_BACK", -1)
        survey = opened(prepared.municipality, by={"topics": ["segment"], "segment": ["age"]})
        frame = survey.estimates.frame
        of_kinds = frame[(frame["item"] == "topics") & (frame["domain"] == "segment")]
        assert set(of_kinds["group"]) == {f"segment={o.id}" for o in survey.item("segment").options}
        assert of_kinds["direction"].isna().all()
        sizes = frame[(frame["item"] == "segment") & (frame["group"] == "")]
        assert sizes["proportion"].sum() == pytest.approx(1, abs=0.02)
        assert 0.5 < survey.segment_certainty < 1

    def test_who_answers_at_random_is_of_no_kind(self, small):
        survey = opened(small, by={"segment": ["age"]})
        assert survey.item("segment") is None
        assert survey.segment_certainty is None
        assert "segment" not in set(survey.estimates.frame["item"])


class TestArrival:
    @pytest.mark.long
    def test_the_first_stand_against_the_last_and_take_no_test_from_the_others(self, prepared):
        alone = opened(prepared.municipality)
        survey = opened(prepared.municipality, by=BY | {"topics": ["age", "arrival"]})
        rows = survey.estimates.select(domain="arrival").frame
        assert set(rows["group"]) == {"arrival=De første", "arrival=De sidste"}
        assert rows["direction"].notna().any()
        of_age = [each.estimates.select(domain="age").frame["direction"] for each in (survey, alone)]
        assert list(of_age[0].dropna()) == list(of_age[1].dropna())


class TestWholeFirst:
    """A division with many small cells would cost the whole its numbers, and is left out instead."""

    @pytest.mark.long
    def test_divisions_of_a_small_survey_are_left_out(self, small):
        survey = opened(small, by={"topics": ["age"], "formats": ["sex"]})
        assert ("topics", "age") in survey.left_out
        frame = survey.estimates.frame
        assert set(frame.loc[frame["item"] == "topics", "group"]) == {""}
        alone = opened(small, by={}).estimates.frame
        both = frame[frame["group"] == ""].merge(alone, on=["item", "option"], suffixes=("", "_alone"))
        topics = both[both["item"] == "topics"]
        assert topics["proportion"].equals(topics["proportion_alone"])

    @pytest.mark.long
    def test_with_a_higher_threshold_more_is_left_out(self, prepared):
        fine = opened(prepared.municipality, min_cell=3).left_out
        coarse = opened(prepared.municipality, min_cell=40).left_out
        assert set(fine) < set(coarse)


class TestDirections:
    @pytest.mark.long
    def test_they_are_told_of_shown_and_tested_differences_only(self, prepared):
        survey = opened(prepared.municipality)
        frame = survey.estimates.frame
        assert frame.loc[frame["group"] == "", "direction"].isna().all()
        assert frame.loc[frame["suppressed"], "direction"].isna().all()
        told = frame[frame["direction"].fillna(0) != 0]
        assert len(told) > 3
        of_all = frame[frame["group"] == ""].set_index(["item", "option"])["proportion"]
        above = [of_all[item, option] for item, option in zip(told["item"], told["option"], strict=True)]
        # Whoever is above the rest is above all together too.
        assert ((told["proportion"] > above) == (told["direction"] == 1)).all()


def test_a_group_that_is_hidden_among_those_who_answered_is_hidden_everywhere(prepared):
    survey = opened(prepared.municipality, by={"formats": ["sex"]}, min_cell=5)
    rates = survey.participation.rates.frame
    rates.loc[rates["option"] == "mand", "suppressed"] = True
    frame = survey.estimates.hide(_in_small_groups(survey.estimates.frame, rates)).frame
    men = frame[frame["group"] == "sex=mand"]
    assert men["suppressed"].all()
    assert men[["n", "count", "proportion", "ci_lower", "direction"]].isna().all(axis=None)
    assert frame[frame["group"] == "sex=kvinde"]["n"].notna().all()
