"""Which margins, which merges, who has no margin: computed by hand on small frames."""

import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import CodebookError, DataError, MarginError
from borgerlib.interest.weighting.ages import add_age_bands
from borgerlib.interest.weighting.levels import Margin, merge, merge_sparse_neighbours, target_of
from borgerlib.interest.weighting.plan import NO_COUNT, rakeable, weigh
from borgerlib.interest.weighting.rules import load_weighting_rules
from borgerlib.population.table import population
from borgerlib.statistics.weighting.weight import rake
from borgerlib.survey.codebook.load import load_codebook, parse_codebook

BOOK = load_codebook("borgerinteresse")


def rules(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return load_weighting_rules(path)


def people(count=120, *, area=("Nord", "Syd")):
    number = np.arange(count)
    frame = pd.DataFrame(
        {
            "alder": pd.array(15 + 13 * number % 70, dtype="Int64"),
            "koen": pd.Categorical(np.where(number % 2, "mand", "kvinde"), ["mand", "kvinde", "andet"]),
            "omraade": pd.array(np.array(area)[number % 3 % len(area)], dtype="string"),
        }
    )
    return add_age_bands(frame, BOOK)


def adults():
    frame = population("Ærø")
    return int(frame.loc[frame["age"] >= 15, "population"].sum())


def districts(tmp_path, counts, *, heading="omraade"):
    path = tmp_path / "omraader.csv"
    lines = [f"{name};{count}" for name, count in counts.items()]
    path.write_text("\n".join([f"{heading};antal", *lines]), encoding="utf-8")
    return path


def test_districts_are_known_by_the_id_or_the_text_of_an_option(tmp_path):
    options = [("norrebro", "Nørrebro"), ("n_5200", "5200 Odense V"), ("syd", "Syd for åen")]
    area = {
        "id": "bydel",
        "text": "Bydel",
        "kind": "single",
        "role": "area",
        "options": [{"id": name, "text": text} for name, text in options],
    }
    book = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": [area]}, source="x")
    ids = [name for name, _ in options]
    frame = pd.DataFrame({"bydel": pd.Categorical([*ids, "norrebro"], ids)})
    path = districts(tmp_path, {"nørrebro": 2655, "5200": 1770, "syd": 885})
    plan = weigh(frame, book, "Ærø", rules=load_weighting_rules(), districts=[path], min_age=15)
    # A half for two, a third and a sixth for one each.
    weights = plan.result.weights
    assert (weights / weights.sum()).tolist() == pytest.approx([0.25, 1 / 3, 1 / 6, 0.25])
    assert plan.targets[0].without_count == {}


def test_who_has_no_count_keeps_their_share_and_the_others_meet_the_population():
    # Five answer: three women, one man, one 'andet'. 60 women and 40 men live here.
    # 'andet' keeps 1/5 of 100 = 20; of the other 80 women get 60 % = 48, 16 each, the man 40 % = 32.
    frame = pd.DataFrame({"koen": ["kvinde", "kvinde", "kvinde", "mand", "andet"]})
    target = target_of("sex", pd.Series({"kvinde": 60, "mand": 40}, name="koen"), frame)
    assert target.without_count == {"andet": 1}
    result = rake(*rakeable(frame, [target]))
    assert result.weights.tolist() == pytest.approx([16, 16, 16, 32, 20])
    assert set(result.margins["level"]) == {"kvinde", "mand", NO_COUNT}


def test_everybody_known_needs_no_level_of_their_own():
    frame = pd.DataFrame({"koen": ["kvinde", "mand", "mand"]})
    target = target_of("sex", pd.Series({"kvinde": 60, "mand": 40}, name="koen"), frame)
    _, margins = rakeable(frame, [target])
    assert margins["koen"].to_dict() == {"kvinde": 60, "mand": 40}


def test_levels_are_matched_whatever_their_case_and_spaces():
    frame = pd.DataFrame({"omraade": ["  nord ", "NORD", "Syd", "Vest", None]})
    target = target_of("area", pd.Series({"Nord": 10, "Syd": 5}, name="omraade"), frame)
    assert target.levels(frame).tolist()[:3] == ["Nord", "Nord", "Syd"]
    assert target.levels(frame).isna().tolist() == [False, False, False, True, True]
    assert target.without_count == {"Vest": 1, "": 1}


def test_answers_without_a_count_are_named_by_their_words():
    frame = pd.DataFrame({"omraade": ["nord_by", "vest_by"]})
    counts = pd.Series({"Nord by": 10, "Syd": 5}, name="omraade")
    target = target_of("area", counts, frame, {"nord_by": "Nord by", "vest_by": "Vest by"})
    assert target.without_count == {"Vest by": 1}


def test_an_address_typed_as_an_area_does_not_reach_the_log():
    frame = pd.DataFrame({"omraade": ["Nord", "skriv til anna@eksempel.invalid"]})
    target = target_of("area", pd.Series({"Nord": 10}, name="omraade"), frame)
    assert "anna" not in str(target.without_count)


def ages(sizes):
    """Respondents of made-up ordered levels a, b, c …, `sizes` of each, and a target that counts them."""
    names = [chr(97 + place) for place in range(len(sizes))]
    frame = pd.DataFrame({"aldersgruppe": np.repeat(np.array(names, dtype=object), sizes)})
    counts = pd.Series(dict.fromkeys(names, 10), name="aldersgruppe")
    return frame, Margin("age", "aldersgruppe", counts, {name: name for name in names}, {}, {})


def test_sparse_neighbours_merge_the_sparsest_first_with_the_smaller_neighbour():
    # a 3, b 30, c 5, d 25, e 40, below 20 is sparse. a is the sparsest and has b alone beside it: a+b 33.
    # Then c 5: its neighbours are a+b 33 and d 25, so it goes to d: c+d 30. None is sparse any more.
    frame, target = ages([3, 30, 5, 25, 40])
    merged = merge_sparse_neighbours(target, frame, 20)
    assert list(merged.counts.index) == ["a + b", "c + d", "e"]
    assert merged.counts.tolist() == [20, 20, 10]
    assert merged.merged == {"a + b": ["a", "b"], "c + d": ["c", "d"]}
    assert merged.respondents_by_level(frame) == {"a + b": 33, "c + d": 30, "e": 40}


@given(st.lists(st.integers(0, 60), min_size=1, max_size=9), st.integers(1, 50))
def test_merging_loses_nobody_and_leaves_no_sparse_level(sizes, fewest):
    if not sum(sizes):
        return
    frame, target = ages(sizes)
    merged = merge_sparse_neighbours(target, frame, fewest)
    counts = merged.respondents_by_level(frame)
    assert sum(counts.values()) == sum(sizes)
    assert merged.counts.sum() == target.counts.sum()
    assert len(counts) == 1 or min(counts.values()) >= fewest
    # Neighbours only: read from left to right the levels are still the alphabet.
    assert "".join(merged.counts.index).replace(" + ", "") == "".join(target.counts.index)


def test_merging_what_is_merged_changes_nothing():
    frame, target = ages([3, 30, 5, 25, 40])
    once = merge_sparse_neighbours(target, frame, 20)
    assert merge_sparse_neighbours(once, frame, 20) == once or (
        merge_sparse_neighbours(once, frame, 20).counts.equals(once.counts)
    )


def test_a_rule_for_an_unknown_level_is_refused():
    _, target = ages([30, 30])
    with pytest.raises(MarginError, match="merging levels do not fit"):
        merge(target, {"z": ["a", "q"]})


def test_written_merges_come_first_and_everything_is_told(tmp_path):
    own = rules(tmp_path, '[merge.age]\n"unge" = ["15-17", "18-24"]\n')
    weighting = weigh(people(), BOOK, "Ærø", rules=own)
    assert weighting.margins["level"].str.startswith("unge").sum() == 1
    told = " ".join(weighting.warnings)
    assert "are weighted as one level" in told
    counts = weighting.margins.query("column == 'aldersgruppe'")
    assert counts["n"].min() >= own.fewest


@pytest.mark.slow
def test_no_merging_of_ages_when_the_rules_forbid_it(tmp_path):
    own = rules(tmp_path, "merge_sparse_ages = false\n")
    weighting = weigh(people(), BOOK, "Ærø", rules=own)
    assert weighting.margins.query("column == 'aldersgruppe'")["level"].tolist()[0] == "15-17"
    assert any("'15-17'" in told and "respondents for" in told for told in weighting.warnings)
    young = people()
    young = young[young["aldersgruppe"] != "80+"]
    with pytest.raises(MarginError) as caught:
        weigh(young, BOOK, "Ærø", rules=own)
    assert "'80+'" in caught.value.problems[0]
    assert "merge_sparse_ages = true" in caught.value.problems[0]


def test_districts_are_weighted_to_and_scaled_to_the_population(tmp_path):
    path = districts(tmp_path, {"Nord": round(adults() * 0.6), "Syd": round(adults() * 0.38)})
    weighting = weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    area = weighting.margins.query("column == 'omraade'").set_index("level")
    # 60 to 38 of the people, whatever the file's sum.
    assert area.loc["Nord", "after"] / area.loc["Syd", "after"] == pytest.approx(
        round(adults() * 0.6) / round(adults() * 0.38), rel=1e-9
    )
    assert area["after"].sum() == pytest.approx(adults())
    assert any("scaled" in told for told in weighting.warnings)
    assert "(omraader.csv, omregnet til samme folketal)" in weighting.population_source


@pytest.mark.parametrize(("form", "encoding"), [("NFC", "cp1252"), ("NFD", "utf-8")])
def test_districts_divided_by_sex_are_summed_in_whatever_letters_they_are_written(tmp_path, form, encoding):
    part = adults() // 4
    rows = "".join(f"{area};{sex};{part}\n" for area in ("Nord", "Syd") for sex in ("k", "m"))
    path = tmp_path / "omraader.csv"
    path.write_bytes(unicodedata.normalize(form, f"omraade;køn;antal\n{rows}").encode(encoding))
    weighting = weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    assert weighting.margins.set_index("level").loc["Nord", "after"] == pytest.approx(adults() / 2)


def test_a_district_without_respondents_is_named_and_mended_by_a_rule(tmp_path):
    path = districts(tmp_path, {"Nord": adults() - 900, "Syd": 500, "Vest": 400})
    with pytest.raises(MarginError) as caught:
        weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    assert "'omraade', level 'Vest': 400 people, no respondent" in caught.value.problems[0]
    assert "[merge.area]" in caught.value.problems[0]
    own = rules(tmp_path, '[merge.area]\n"Syd og Vest" = ["Syd", "Vest"]\n')
    weighting = weigh(people(), BOOK, "Ærø", rules=own, districts=[path])
    assert weighting.margins.set_index("level").loc["Syd og Vest", "after"] == pytest.approx(900)


def test_districts_named_otherwise_than_in_the_survey(tmp_path):
    path = districts(tmp_path, {"A": adults() // 2, "B": adults() - adults() // 2})
    with pytest.raises(MarginError, match="cannot be weighted") as caught:
        weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    assert (
        "most answers are none of the districts counted (A, B): Nord: 80, Syd: 40" in caught.value.problems[0]
    )


def test_an_answer_that_is_no_district_is_counted_and_told(tmp_path):
    path = districts(tmp_path, {"Nord": adults() // 2, "Syd": adults() - adults() // 2})
    frame = people(area=("Nord", "Syd", "Nordd"))
    weighting = weigh(frame, BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    assert any("Nordd: 40" in told for told in weighting.warnings)
    assert weighting.result.weights.notna().all()


def test_district_files_that_cannot_be_used(tmp_path):
    path = districts(tmp_path, {"Nord": adults()}, heading="bydel")
    with pytest.raises(DataError, match="lacks the column"):
        weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    with pytest.raises(DataError, match="There is no file"):
        weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[Path("findes-ikke.csv")])
    good = districts(tmp_path, {"Nord": adults() // 2, "Syd": adults() - adults() // 2})
    with pytest.raises(DataError, match="Two files count people by 'omraade'"):
        weigh(people(), BOOK, "Ærø", rules=load_weighting_rules(), districts=[good, good])
    no_area = parse_codebook(
        {
            "survey": {"id": "x", "title": "X"},
            "item": [{"id": "alder", "text": "Alder?", "kind": "number", "role": "age"}],
        },
        source="x.toml",
    )
    with pytest.raises(DataError, match="no item with the role area"):
        weigh(people(), no_area, "Ærø", rules=load_weighting_rules(), districts=[good])


def test_districts_and_merges_that_are_not_used_are_told(tmp_path):
    path = districts(tmp_path, {"Nord": adults() // 2, "Syd": adults() - adults() // 2})
    own = rules(tmp_path, 'margins = ["sex", "age"]\n[merge.area]\n"N" = ["Nord", "Syd"]\n')
    told = " ".join(weigh(people(), BOOK, "Ærø", rules=own, districts=[path]).warnings)
    assert "omraader.csv is not used" in told
    assert "[merge.area] is not used" in told


def test_districts_without_a_column_for_the_area(tmp_path):
    path = districts(tmp_path, {"Nord": adults() // 2, "Syd": adults() - adults() // 2})
    nowhere = people().assign(omraade=pd.array([None] * 120, dtype="string"))
    with pytest.raises(MarginError) as caught:
        weigh(nowhere, BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    (problem,) = caught.value.problems
    assert problem.startswith("'omraade': no answer is known, though people are counted by it (Nord, Syd).")
    assert problem.endswith("or leave out --districts.")
    assert "--unweighted" in caught.value.hint


def test_nobody_with_a_known_age_is_told_and_nothing_known_is_refused():
    ageless = people().assign(aldersgruppe=pd.Categorical([None] * 120))
    weighting = weigh(ageless, BOOK, "Ærø", rules=load_weighting_rules())
    assert any("Nobody's age is known" in told for told in weighting.warnings)
    with pytest.raises(MarginError, match="nothing to weight by"):
        weigh(ageless.drop(columns="koen"), BOOK, "Ærø", rules=load_weighting_rules())


def test_only_other_sexes_answered():
    frame = people().assign(koen=pd.Categorical(["andet"] * 120))
    with pytest.raises(MarginError) as caught:
        weigh(frame, BOOK, "Ærø", rules=load_weighting_rules())
    assert "nobody has a level that the population is counted by (kvinde, mand)" in caught.value.problems[0]


def test_a_sex_item_in_other_words_is_refused():
    item = {"id": "koen", "text": "Køn?", "kind": "single", "role": "sex"}
    options = [{"id": "female", "text": "Kvinde"}, {"id": "mand", "text": "Mand"}]
    book = parse_codebook(
        {"survey": {"id": "x", "title": "X"}, "item": [{**item, "options": options}]}, source="x.toml"
    )
    with pytest.raises(CodebookError, match="no option 'kvinde'"):
        weigh(people(), book, "Ærø", rules=load_weighting_rules())


def lopsided():
    """199 women and one man of the same age: he has to stand for half of the people, 100 times the mean."""
    frame = people(200)
    sex = pd.Categorical(["kvinde"] * 199 + ["mand"], frame["koen"].cat.categories)
    return frame.assign(koen=sex, alder=40, aldersgruppe="35-44")


def test_a_cap_that_cannot_be_met_is_dropped_and_told():
    weighting = weigh(lopsided(), BOOK, "Ærø", rules=load_weighting_rules())
    assert weighting.cap == 0
    assert weighting.largest > 90
    assert any("have no cap and meet every margin" in told for told in weighting.warnings)


def test_a_cap_that_was_asked_for_must_be_met(tmp_path):
    with pytest.raises(MarginError, match="cap=5"):
        weigh(lopsided(), BOOK, "Ærø", rules=rules(tmp_path, "cap = 5\n"))
    assert weigh(lopsided(), BOOK, "Ærø", rules=rules(tmp_path, "cap = 0\n")).cap == 0


def test_a_cap_that_can_be_met_is_kept_and_the_margins_still_hold(tmp_path):
    frame = people(400)
    frame = frame[~((frame["koen"] == "mand") & (frame.index % 5 > 0))]
    free = weigh(frame, BOOK, "Ærø", rules=rules(tmp_path, "cap = 0\n"))
    capped = weigh(frame, BOOK, "Ærø", rules=rules(tmp_path, f"cap = {0.95 * free.largest}\n"))
    assert capped.largest <= 0.95 * free.largest * (1 + 1e-9)
    assert capped.margins["after"].to_numpy() == pytest.approx(capped.margins["target"].to_numpy(), rel=1e-8)


def test_margins_that_contradict_each_other_say_so(tmp_path):
    # Every man is of Syd and every woman of Nord, but the two are not as many.
    frame = people()
    frame["omraade"] = pd.array(np.where(frame["koen"] == "mand", "Syd", "Nord"), dtype="string")
    path = districts(tmp_path, {"Nord": adults() // 5, "Syd": adults() - adults() // 5})
    with pytest.raises(MarginError, match="No positive weights") as caught:
        weigh(frame, BOOK, "Ærø", rules=load_weighting_rules(), districts=[path])
    assert "--weighting" in caught.value.hint


def test_the_order_of_the_rows_does_not_matter():
    frame = people()
    shuffled = frame.sample(frac=1, random_state=1)
    straight = weigh(frame, BOOK, "Ærø", rules=load_weighting_rules()).result.weights
    again = weigh(shuffled, BOOK, "Ærø", rules=load_weighting_rules()).result.weights
    assert again.reindex(frame.index).to_numpy() == pytest.approx(straight.to_numpy(), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'margins = ["alder"]',
            "margins 'alder': 'alder' is none of sex, age, area, area_type; did you mean 'age'?",
        ),
        ("margins = []", "margins: [] must be a list of 1 or more"),
        ("fewest = 0", "line 1: fewest: 0 must be at least 1"),
        ("cap = 1", "cap: 1 must be a number above 1, or 0 for no cap"),
        ("cap = true", "cap: true must be a number"),
        ('merge_sparse_ages = "ja"', "must be true or false"),
        ("cap_at = 3", "Unknown key 'cap_at'"),
        ('[merge.age]\n"x" = ["15-17"]', 'merge.age.x: ["15-17"] must be a list of 2 or more'),
        ('[merge.alder]\n"x" = ["a", "b"]', "Unknown margin under [merge] 'alder'"),
        ("merge = 1", "merge: 1 must be a table"),
    ],
)
def test_rules_that_cannot_be_used(tmp_path, text, problem):
    with pytest.raises(DataError, match="cannot be used") as caught:
        rules(tmp_path, text)
    assert problem in " ".join(caught.value.problems)


def test_rules_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="no valid TOML"):
        rules(tmp_path, "margins = [")
    with pytest.raises(DataError, match="There is no file"):
        load_weighting_rules(tmp_path / "none.toml")


def test_what_own_rules_leave_out_is_as_shipped(tmp_path):
    shipped, own = load_weighting_rules(), rules(tmp_path, "fewest = 50\n")
    assert own.fewest == 50
    assert (own.margins, own.cap, own.merge_sparse_ages) == (shipped.margins, shipped.cap, True)
    assert not own.insist_on_cap
