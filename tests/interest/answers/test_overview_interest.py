import pandas as pd
import pytest

from borgerlib.interest import store
from borgerlib.interest.answers.overview import design_effects, participation
from borgerlib.population.margins import population_margins
from borgerlib.survey.codebook.load import load_codebook

BANDS = (15, 25, 45, 60, 70)
CODEBOOK = load_codebook("borgerinteresse")
AGE_OF = {"15-24": 20, "25-44": 30, "45-59": 50, "60-69": 65, "70+": 75}


def odense(counts, **attributes):
    """Respondents of Odense from {age group: people}, half of them women, one who withholds the sex."""
    ages = [AGE_OF[group] for group, n in counts.items() for _ in range(n)]
    sexes = ["kvinde", "mand"] * len(ages)
    frame = pd.DataFrame({"alder": pd.array([*ages, None], dtype="Int64")})
    frame["koen"] = pd.Categorical(
        [*sexes[: len(ages)], "oensker_ikke"], ["mand", "kvinde", "andet", "oensker_ikke"]
    )
    frame["omraadetype"] = pd.Categorical(["by", "land"] * (len(frame) // 2) + ["by"] * (len(frame) % 2))
    frame.attrs = {"municipality": "Odense", "simulated": False, "min_age": 15} | attributes
    return frame


EVERYBODY = {"15-24": 40, "25-44": 60, "45-59": 100, "60-69": 80, "70+": 90}


def rates(found, role):
    frame = found.rates.frame
    return frame[frame["item"] == role].set_index("option")


@pytest.mark.filterwarnings("ignore::borgerlib.population.margins.PopulationDateWarning")
class TestRates:
    def test_answers_are_held_against_the_people_who_live_there(self):
        people = population_margins("Odense", by=["age", "sex"], age_bands=BANDS)
        found = rates(participation(odense(EVERYBODY), CODEBOOK, age_bands=BANDS), "age")
        assert list(found.index) == list(AGE_OF)
        assert list(found["count"]) == [40, 60, 100, 80, 90]
        assert found.loc["60-69", "proportion"] == pytest.approx(80 / people["age"]["60-69"])
        share = people["age"]["60-69"] / people["age"].sum()
        assert found.loc["60-69", "representation"] == pytest.approx(80 / 370 / share)
        assert (found["ci_lower"] < found["proportion"]).all()
        assert found.loc["70+", "label"] == "70 år og derover"

    def test_who_has_no_place_in_the_population_is_counted_nowhere(self):
        found = participation(odense(EVERYBODY), CODEBOOK, age_bands=BANDS)
        # 371 respondents, of whom the last gave neither age nor sex
        assert set(rates(found, "age")["n"]) == {370}
        assert set(rates(found, "sex")["n"]) == {370}

    def test_areas_are_taken_from_the_weighting(self):
        target = {
            "role": "area_type",
            "column": "omraadetype",
            "counts": {"by": 100_000.0, "land": 50_000.0},
            "level_of": {"by": "by", "land": "land"},
        }
        found = participation(odense(EVERYBODY), CODEBOOK, [target], age_bands=BANDS)
        assert rates(found, "area_type").loc["land", "proportion"] == pytest.approx(185 / 50_000)
        assert rates(found, "area_type").loc["by", "label"] == "By"


@pytest.mark.filterwarnings("ignore::borgerlib.population.margins.PopulationDateWarning")
class TestDisclosure:
    def test_a_small_group_is_hidden_and_cannot_be_had_by_subtraction(self):
        found = participation(odense(EVERYBODY | {"15-24": 3}), CODEBOOK, age_bands=BANDS)
        frame = rates(found, "age")
        hidden = frame[frame["suppressed"]]
        assert "15-24" in hidden.index
        assert len(hidden) >= 2
        for column in ("count", "proportion", "share_of_respondents", "representation"):
            assert hidden[column].isna().all()

    def test_the_evenness_does_not_tell_of_a_hidden_group(self):
        whole = participation(odense(EVERYBODY), CODEBOOK, age_bands=BANDS).evenness.set_index("column")
        assert whole.loc["age", "lowest"] == "25-44"
        found = participation(odense(EVERYBODY | {"25-44": 3}), CODEBOOK, age_bands=BANDS)
        hidden = set(rates(found, "age").query("suppressed").index)
        evenness = found.evenness.set_index("column")
        assert not {evenness.loc["age", "lowest"], evenness.loc["age", "highest"]} & hidden

    def test_simulated_respondents_are_named_so(self):
        found = participation(odense(EVERYBODY, simulated=True), CODEBOOK, age_bands=BANDS)
        assert found.rates.origin == "simulated"
        assert found.rates.source.startswith("SIMULEREDE DATA: ")


def test_the_design_effect_of_a_margin_by_hand():
    # 20 and 80 respondents stand for 500 people each: weights 25 and 6.25.
    # n·Σw² / (Σw)² = 100 · (20·625 + 80·39.0625) / 1000² = 1.5625; who has no margin is left out.
    margins = [
        {"column": "koen", "level": "kvinde", "n": 20, "target": 500.0},
        {"column": "koen", "level": "mand", "n": 80, "target": 500.0},
        {"column": "koen", "level": "uden befolkningstal", "n": 7, "target": 70.0},
    ]
    assert design_effects(margins) == {"koen": pytest.approx(1.5625)}


def test_a_prepared_survey_has_the_design_effects_of_its_margins(prepared):
    effects = design_effects(store.read_summary(prepared.municipality)["margins"])
    assert set(effects) == {"koen", "aldersgruppe"}
    assert all(1 <= effect <= prepared.weighting.result.design_effect * 1.05 for effect in effects.values())
