import csv
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import CodebookError, ParameterError
from borgerlib.personal import MASK, is_cpr
from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.clean import clean
from borgerlib.survey.cleaning.flags import SPEEDING
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.readers.read import read_responses
from borgerlib.survey.simulation.export import is_simulated, write_surveyxact
from borgerlib.survey.simulation.people import Simulation
from borgerlib.survey.simulation.simulate import load_assumptions, simulate_export, survey_again, true_shares

CODEBOOK = load_codebook("borgerinteresse")
DAY = date(2025, 11, 24)
# A square population: 60 women and 60 men of every age from 10 to 90; 76 ages from 15 = 9,120 people.
POPULATION = pd.DataFrame(
    [(age, sex, 60) for age in range(10, 91) for sex in ("kvinde", "mand")],
    columns=["age", "sex", "population"],
)


def simulate(n: int = 2000, seed: int = 1, **more: object) -> Simulation:
    return simulate_export("Prøvekøbing", POPULATION, n=n, seed=seed, reference_date=DAY, **more)


def in_brief(simulation: Simulation) -> str:
    return str(pd.util.hash_pandas_object(simulation.responses.astype(str)).sum())


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate()


@pytest.fixture(scope="module")
def cleaned(simulation: Simulation):
    return clean(simulation.responses, CODEBOOK, rules=CleaningRules(reference_date=DAY))


@pytest.mark.long
def test_a_seed_gives_the_same_on_another_processor(simulation: Simulation) -> None:
    """numpy sorts by the vector instructions that a processor has, which leave things in different order."""
    program = "from test_simulation import in_brief, simulate; print(in_brief(simulate()))"
    with_fewer = {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4", "PYTHONPATH": str(Path(__file__).parent)}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | with_fewer,
    )
    assert run.stdout.strip() == in_brief(simulation)


def test_the_population_is_the_one_given(simulation: Simulation) -> None:
    counts = simulation.people.groupby(["alder", "koen"], observed=True).size()
    assert len(simulation.people) == 9120
    assert counts.index.get_level_values("alder").min() == 15
    assert (counts == 60).all()
    assert set(simulation.people["omraade"]) == {
        f"Prøvekøbing {part}" for part in ("Midt", "Nord", "Syd", "Vest", "Øst")
    }


def test_the_age_limit_moves_the_population() -> None:
    people = simulate(age_limit=18).people
    assert people["alder"].min() == 18
    assert len(people) == 73 * 120


@pytest.mark.long
def test_the_same_seed_gives_the_same_data(simulation: Simulation) -> None:
    again = simulate()
    pd.testing.assert_frame_equal(again.responses, simulation.responses)
    pd.testing.assert_frame_equal(again.people, simulation.people)
    assert not simulate(seed=2).people.equals(simulation.people)


def test_another_survey_of_the_same_people(simulation: Simulation) -> None:
    again = survey_again(simulation, n=500, seed=7)
    assert again.people is simulation.people
    assert again.truth is simulation.truth
    assert len(again.responses) == 500
    pd.testing.assert_frame_equal(
        survey_again(simulation, n=2000, seed=simulation.seed).responses, simulation.responses
    )


def test_responses_look_as_if_read(simulation: Simulation) -> None:
    frame = simulation.responses
    assert list(frame.columns) == [name for item in CODEBOOK for name in item.columns]
    assert frame.index.tolist() == list(range(2, 2002))
    assert frame.index.name == "row"
    assert frame["foedselsaar"].isna().all()
    assert frame.dtypes[["alder", "foedselsaar"]].astype(str).tolist() == ["Float64", "Float64"]
    assert frame["tid"].cat.categories.tolist() == [option.id for option in CODEBOOK.item("tid").options]


@pytest.mark.parametrize("n", [1, 7, 60, 333])
def test_the_export_has_exactly_n_rows(simulation: Simulation, n: int) -> None:
    responses = survey_again(simulation, n=n, seed=3).responses
    assert len(responses) == n
    assert responses.index.is_unique


def test_cleaning_finds_exactly_the_flaws_that_were_put_in(simulation: Simulation, cleaned) -> None:
    rows = cleaned.violations.groupby("rule")["row"].nunique().to_dict()
    flaws = dict(simulation.flaws)
    assert min(flaws.values()) > 0
    assert int(cleaned.flags[SPEEDING].sum()) == flaws.pop("speeding")
    assert rows == flaws
    rejected = sum(
        flaws[rule] for rule in ("duplicate_id", "duplicate_contact", "below_age_limit", "no_answer")
    )
    assert len(cleaned.rejected) == rejected


def test_nobody_kept_is_there_twice(simulation: Simulation, cleaned) -> None:
    mails = simulation.responses.loc[cleaned.respondents.index, "kontakt_mail"].dropna().str.casefold()
    assert len(mails) > 300
    assert mails.is_unique
    assert cleaned.respondents["svar_id"].is_unique


def test_contact_details_belong_to_nobody(simulation: Simulation) -> None:
    mails = simulation.responses["kontakt_mail"].dropna()
    phones = simulation.responses["kontakt_telefon"].dropna()
    assert mails.str.lower().str.endswith("@simuleret.invalid").all()
    assert phones.str.fullmatch("10[0-9]{6}").all()  # Danish numbers begin with 2 to 9
    assert simulation.responses["kontakt_navn"].dropna().str.upper().str.startswith("SIMULERET").all()


def test_made_up_cpr_numbers_have_a_date_and_no_legal_control_digit(simulation: Simulation) -> None:
    texts = simulation.responses["fritekst"].dropna()
    numbers = texts[texts.str.contains("nummer er")].str.extract(r"(\d{6}-\d{4})")[0]
    assert len(numbers) == simulation.flaws["cpr"]
    weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]
    for number in numbers:
        assert is_cpr(number)
        digits = [int(digit) for digit in number.replace("-", "")]
        assert sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 != 0


def test_masked_numbers_are_gone_after_cleaning(simulation: Simulation, cleaned) -> None:
    texts = cleaned.respondents["fritekst"].dropna()
    assert int(texts.str.contains(MASK, regex=False).sum()) == simulation.flaws["cpr"]
    assert not texts.str.contains(r"\d{6}-\d{4}").any()


def test_free_text_says_that_it_is_simulated(simulation: Simulation) -> None:
    assert simulation.responses["fritekst"].dropna().str.startswith("SIMULERET").all()


def test_true_shares_by_hand() -> None:
    book = parse_codebook(
        {
            "survey": {"id": "x", "title": "x"},
            "item": [
                {"id": "emner", "text": "x", "kind": "multiple", "role": "topics",
                 "options": [{"id": "natur", "text": "x"}, {"id": "skole", "text": "x"}]},
                {"id": "tid", "text": "x", "kind": "single", "role": "time",
                 "options": [{"id": "lidt", "text": "x"}, {"id": "meget", "text": "x"}]},
            ],
        },
        source="x",
    )  # fmt: skip
    people = pd.DataFrame(
        {
            "emner__natur": pd.array([1, 1, 0, 0], dtype="Int8"),
            "emner__skole": pd.array([1, 0, 0, 0], dtype="Int8"),
            "tid": ["lidt", "lidt", "lidt", "meget"],
            "egn": ["a", "a", "a", "b"],
        }
    )
    # Of four: natur 2, skole 1, lidt 3, meget 1.
    whole = true_shares(people, book)
    assert whole[["option", "count", "share"]].to_numpy().tolist() == [
        ["natur", 2, 0.5],
        ["skole", 1, 0.25],
        ["lidt", 3, 0.75],
        ["meget", 1, 0.25],
    ]
    # Of three in a: natur 2, skole 1, lidt 3, meget 0; of one in b: only meget.
    by = true_shares(people, book, by="egn").set_index(["group", "option"])["count"]
    assert by["a"].to_dict() == {"natur": 2, "skole": 1, "lidt": 3, "meget": 0}
    assert by["b"].to_dict() == {"natur": 0, "skole": 0, "lidt": 0, "meget": 1}


def test_the_truth_is_complete_and_adds_up(simulation: Simulation) -> None:
    truth = simulation.truth
    assert set(truth["by"]) == {"", "koen", "omraadetype", "omraade"}
    time = truth[truth["item"] == "tid"].groupby(["by", "group"])
    assert np.allclose(time["share"].sum(), 1)
    assert (time["count"].sum() == time["population"].first()).all()
    sexes = truth[truth["by"] == "koen"].groupby(["item", "option"])["count"].sum()
    whole = truth[truth["by"] == ""].set_index(["item", "option"])["count"]
    assert sexes.sort_index().equals(whole.sort_index())


def test_none_of_these_is_held_by_exactly_those_who_hold_nothing_else(simulation: Simulation) -> None:
    for item in ("emner", "formater", "kanaler"):
        ticks = simulation.people.filter(like=f"{item}__")
        others = ticks.drop(columns=f"{item}__intet").sum(axis=1)
        assert ((ticks[f"{item}__intet"] == 1) == (others == 0)).all()


def test_interests_depend_on_age_sex_and_place(simulation: Simulation) -> None:
    people = simulation.people
    old, young = people[people["alder"] >= 70], people[people["alder"] < 30]
    assert old["emner__aeldre"].mean() > young["emner__aeldre"].mean() + 0.2
    assert young["formater__digitalt_moede"].mean() > old["formater__digitalt_moede"].mean() + 0.1
    women, men = (people[people["koen"] == sex] for sex in ("kvinde", "mand"))
    assert women["emner__social_handicap"].mean() > men["emner__social_handicap"].mean() + 0.05
    town, land = (people[people["omraadetype"] == place] for place in ("by", "land"))
    assert land["emner__lokalsamfund"].mean() > town["emner__lokalsamfund"].mean() + 0.15


def bands(ages: pd.Series) -> pd.Series:
    return pd.cut(ages.astype(float), [14, 24, 34, 44, 54, 64, 74, 120]).astype(str)


def raked(respondents: pd.DataFrame, margins: dict[str, pd.Series]) -> np.ndarray:
    weights = pd.Series(1.0, index=respondents.index)
    for _ in range(30):
        for name, target in margins.items():
            groups = respondents[name].astype(str)
            weights = weights * groups.map(target) / groups.map(weights.groupby(groups).sum())
    return weights.to_numpy()


@pytest.mark.long
def test_weighting_mends_what_uneven_response_breaks() -> None:
    # A whole town: 400 of each age and sex, so that a sample of 2,500 is a small part of it.
    town = POPULATION.assign(population=400)
    world = simulate_export("Prøvekøbing", town, n=10, seed=5, reference_date=DAY)
    people = world.people.assign(band=bands(world.people["alder"]))
    margins = {name: people[name].astype(str).value_counts() for name in ("koen", "band", "omraadetype")}
    truth = world.truth[world.truth["by"] == ""].set_index(["item", "option"])["share"]
    plain, weighted = [], []
    for seed in range(2):
        responses = survey_again(world, n=2500, seed=seed).responses
        respondents = clean(responses, CODEBOOK, rules=CleaningRules(reference_date=DAY)).respondents
        respondents = respondents[respondents["koen"].isin(["mand", "kvinde"]) & respondents["alder"].notna()]
        respondents = respondents.assign(band=bands(respondents["alder"]))
        weights = raked(respondents, margins)
        for errors, weight in ((plain, np.ones(len(respondents))), (weighted, weights)):
            errors.append([abs(share(respondents, *key, weight) - truth[key]) for key in truth.index])
    better = np.mean(weighted, axis=0) < np.mean(plain, axis=0)
    assert better.mean() >= 0.9
    assert np.mean(weighted) < 0.4 * np.mean(plain)


def share(respondents: pd.DataFrame, item: str, option: str, weights: np.ndarray) -> float:
    column = f"{item}__{option}"
    values = respondents[column] == 1 if column in respondents else respondents[item] == option
    answered = (respondents[column] if column in respondents else respondents[item]).notna().to_numpy()
    return float(np.average(values.fillna(False).to_numpy(dtype=float)[answered], weights=weights[answered]))


@pytest.mark.parametrize("n", [0, -5, 9121])
def test_more_responses_than_people_are_refused(n: int) -> None:
    with pytest.raises(ParameterError, match=f"n={n} responses cannot be simulated") as caught:
        simulate(n=n)
    assert "between 1 and 9120" in str(caught.value)


def test_a_second_survey_has_the_same_limit(simulation: Simulation) -> None:
    with pytest.raises(ParameterError, match="n=20000 responses cannot be simulated"):
        survey_again(simulation, n=20_000, seed=1)


def test_assumptions_that_lack_something_are_refused_with_all_of_it() -> None:
    whole = load_assumptions("borgerinteresse")
    lacking = {name: table for name, table in whole.items() if name != "flaws"}
    lacking["emner"] = {name: of for name, of in whole["emner"].items() if name != "natur"}
    lacking["population"] = {"omraadetype": {"by": {"share": 1.0}, "land": {"share": 1.0}}}
    with pytest.raises(CodebookError) as caught:
        simulate(assumptions=lacking)
    assert caught.value.problems == (
        "[emner] lacks 'natur'",
        "[population] lacks omraadetype.mindre_by",
        "[flaws] is missing",
    )
    assert "simulation.toml" in str(caught.value)


def test_a_codebook_that_lacks_roles_is_refused() -> None:
    book = parse_codebook(
        {
            "survey": {"id": "x", "title": "x"},
            "item": [{"id": "a", "text": "x", "kind": "text", "role": "id"}],
        },
        source="x",
    )
    with pytest.raises(CodebookError) as caught:
        simulate(codebook=book)
    assert "'x' cannot be simulated: no item has the role age, sex, area, area_type, consent" in str(
        caught.value
    )
    assert "contact for an e-mail address" in str(caught.value)


@pytest.fixture(scope="module")
def folder(simulation: Simulation, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("export") / "proeve"
    write_surveyxact(simulation, path)
    return path


def test_every_file_says_that_it_is_simulated(simulation: Simulation, tmp_path: Path) -> None:
    write_surveyxact(simulation, tmp_path / "ny")
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(paths) == 6
    assert all("SIMULEREDE_DATA" in path.relative_to(tmp_path).as_posix() for path in paths)
    assert all(is_simulated(path) for path in paths)
    assert is_simulated(tmp_path / "ny")


def test_other_files_are_not_taken_for_simulated(tmp_path: Path) -> None:
    (tmp_path / "dataset.csv").write_text("a")
    assert not is_simulated(tmp_path / "dataset.csv")
    assert not is_simulated(tmp_path)


def test_the_dataset_carries_the_mark_in_itself(folder: Path) -> None:
    rows = list(
        csv.reader(
            (folder / "SIMULEREDE_DATA_dataset.csv").open(encoding="cp1252", newline=""), delimiter=";"
        )
    )
    place = rows[0].index("simuleret")
    assert {row[place] for row in rows[1:]} == {"1"}
    structure = (folder / "SIMULEREDE_DATA_structure.csv").read_text(encoding="cp1252")
    assert "SIMULEREDE DATA: intet svar er afgivet af en rigtig person" in structure


def test_the_truth_lies_beside_the_export(simulation: Simulation, folder: Path) -> None:
    told = json.loads((folder / "SIMULEREDE_DATA" / "sandhed.json").read_text(encoding="utf-8"))
    assert told["simulated"] is True
    assert told["title"].startswith("SIMULEREDE DATA")
    assert told["rows"] == 2000
    assert told["people"] == 9120
    assert told["flaws"] == simulation.flaws
    pd.testing.assert_frame_equal(pd.DataFrame(told["truth"]), simulation.truth, check_dtype=False)


def test_the_districts_to_weight_by_hold_everybody(folder: Path) -> None:
    table = pd.read_csv(folder / "SIMULEREDE_DATA" / "befolkning_omraade.csv", sep=";", encoding="cp1252")
    assert table.columns.tolist() == ["omraade", "antal"]
    assert table["antal"].sum() == 9120
    assert "Prøvekøbing Øst" in set(table["omraade"])


@pytest.mark.slow
def test_the_export_is_read_back_whole(simulation: Simulation, folder: Path) -> None:
    responses = read_responses(folder, CODEBOOK)
    assert responses.source.vendor == "SurveyXact"
    assert responses.absent == ("foedselsaar",)
    assert responses.problems.empty
    expected = simulation.responses.copy()
    texts = expected.select_dtypes("string").columns
    expected[texts] = expected[texts].apply(lambda column: column.str.strip())
    pd.testing.assert_frame_equal(responses.frame, expected, check_dtype=False)
