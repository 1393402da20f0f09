import pandas as pd
import pytest
from admitted import admitted
from made_up import SILENT, made_up_wave

from borgerlib.errors import DataError, ParameterError
from borgerlib.lokaldemokrati.insights.claims import verdict
from borgerlib.lokaldemokrati.insights.sentences import find
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.lokaldemokrati.wave.microdata import read_wave, weight_wave
from borgerlib.population.margins import municipality_cells
from borgerlib.population.municipalities import municipalities
from borgerlib.statistics.disclosure.attacker import feasible_ranges

# Four of Region Hovedstaden × Hovedstadskommuner, four of Region Syddanmark × Landkommuner, three of Region
# Midtjylland × Provinsbykommuner, and Odense of Region Syddanmark × Storbykommuner.
TWELVE = {
    "0101": "ja",
    "0147": "ja",
    "0151": "nej",
    "0153": "nej",
    "0482": "ja",
    "0492": "ja",
    "0510": "ja",
    "0530": "nej",
    "0615": "ja",
    "0657": "nej",
    "0661": "nej",
    "0461": "nej",
}


def written(folder, frame, name="maaling.csv"):
    path = folder / name
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return str(path)


@pytest.fixture(scope="module")
def survey(wave_file):
    return open_leaders_survey(wave_file)


@pytest.fixture
def twelve():
    return pd.DataFrame({"kommunekode": list(TWELVE), "strategi": list(TWELVE.values())})


@pytest.mark.long
def test_it_is_computed_once_and_anew_where_the_file_is_another(twelve, tmp_path):
    path = tmp_path / "maaling.csv"
    twelve.to_csv(path, index=False)
    first = open_leaders_survey(str(path))
    first.wave.respondents["strategi"] = None
    again = open_leaders_survey(str(path))
    assert again.everything is first.everything
    assert again.wave.respondents["strategi"].notna().all()
    twelve.head(11).to_csv(path, index=False)
    assert len(open_leaders_survey(str(path)).wave.respondents) == 11


# --- weights ------------------------------------------------------------------------------------------------


def test_the_wave_is_what_it_says_it_is(survey, wave_frame):
    assert (survey.id, survey.kind) == ("kommuner_2025", "microdata")
    assert survey.everything.origin == "microdata"
    assert 60 <= len(wave_frame) <= 70
    assert len(survey.wave.respondents) == len(wave_frame)
    assert survey.everything.source == (
        "Kommunaldirektørernes svar i målingen »kommuner_2025«. Egne beregninger, vægtet efter region og "
        "kommunegruppe."
    )


def test_weights_meet_every_cell_of_region_and_group(survey):
    respondents = survey.wave.respondents
    met = respondents.groupby("weighting_cell")["weight"].sum()
    known = municipality_cells(by=("region", "group"))
    known.index = [" × ".join(cell) for cell in known.index]
    # Two cells have nobody who answered; they go to the cell of the same group with most municipalities, of
    # the two Storbykommuner of one each the one that comes last by name.
    moved = {
        "Region Hovedstaden × Landkommuner": "Region Syddanmark × Landkommuner",
        "Region Midtjylland × Storbykommuner": "Region Syddanmark × Storbykommuner",
    }
    assert survey.wave.merged == tuple(f"{cell} → {target}" for cell, target in moved.items())
    expected = known.rename(index=moved).groupby(level=0).sum()
    assert set(met.index) == set(expected.index)
    assert (met - expected).abs().max() < 1e-9
    assert met["Region Syddanmark × Landkommuner"] == pytest.approx(11, abs=1e-9)
    assert respondents["weight"].sum() == pytest.approx(98, abs=1e-9)
    assert (respondents["population_size"] == 98).all()


def test_silent_municipalities_are_not_among_the_respondents(survey):
    assert not set(SILENT) & set(survey.wave.respondents["kommunekode"])


def test_empty_cells_are_merged_by_the_rule(twelve):
    # The same group first: the other 2 Hovedstadskommuner go to the 22 of the capital's region, the other 21
    # Landkommuner to the 10 of Syddanmark, the other 10 Provinsbykommuner to the 6 of Midtjylland, the other
    # 2 Storbykommuner to Odense. No Oplandskommune answered: they go to the largest cell of their own region
    # that did (4 to Hovedstaden's, 6 to Midtjylland's, 7 to Syddanmark's Landkommuner), and where the whole
    # region is silent to the largest of all (6 of Sjælland, 1 of Nordjylland).
    wave = weight_wave(twelve)
    assert wave.respondents.groupby("weighting_cell")["weight"].sum().round(9).to_dict() == {
        "Region Hovedstaden × Hovedstadskommuner": 22 + 2 + 4 + 6 + 1,
        "Region Syddanmark × Landkommuner": 10 + 1 + 6 + 9 + 5 + 7,
        "Region Midtjylland × Provinsbykommuner": 6 + 2 + 4 + 4 + 6,
        "Region Syddanmark × Storbykommuner": 1 + 1 + 1,
    }
    assert "Region Sjælland × Oplandskommuner → Region Hovedstaden × Hovedstadskommuner" in wave.merged
    assert "Region Syddanmark × Oplandskommuner → Region Syddanmark × Landkommuner" in wave.merged
    assert len(wave.merged) == 19 - 4


def test_without_empty_cells_nothing_is_merged():
    everyone = pd.DataFrame({"kommunekode": municipalities()["code"]})
    wave = weight_wave(everyone)
    assert wave.merged == ()
    assert wave.respondents["weight"].tolist() == pytest.approx([1.0] * 98)


# --- estimates ----------------------------------------------------------------------------------------------


def test_a_share_is_the_weighted_mean(twelve, tmp_path):
    # Weights as above: 35 / 4, 38 / 4, 22 / 3 and 3. 'Ja' say 2, 3, 1 and 0 of the cells.
    opened = open_leaders_survey(written(tmp_path, twelve), min_cell=3)
    yes = find(opened.everything, "strategi.ja")
    assert yes["proportion"] == pytest.approx((2 * 35 / 4 + 3 * 38 / 4 + 22 / 3) / 98, rel=1e-12)
    assert (yes["count"], yes["n"], yes["population"]) == (6, 12, 98)
    assert yes["ci_lower"] < yes["proportion"] < yes["ci_upper"]
    no = find(opened.everything, "strategi.nej")
    assert no["proportion"] == pytest.approx(1 - yes["proportion"], rel=1e-12)


def test_a_full_count_leaves_no_doubt(tmp_path):
    codes = municipalities()["code"]
    everyone = pd.DataFrame({"kommunekode": codes, "strategi": ["ja"] * 58 + ["nej"] * 40})
    yes = find(open_leaders_survey(written(tmp_path, everyone)).everything, "strategi.ja")
    assert yes[["proportion", "ci_lower", "ci_upper"]].tolist() == pytest.approx([58 / 98] * 3)


def test_what_was_not_asked_is_missing_and_said(twelve, tmp_path):
    frame = open_leaders_survey(written(tmp_path, twelve), min_cell=3).everything.frame
    absent = frame[frame["item"] != "strategi"]
    assert (absent["note"] == "ikke med i denne måling").all()
    assert absent[["n", "count", "proportion", "ci_lower", "ci_upper"]].isna().all(axis=None)
    assert not absent["suppressed"].any()


def test_the_frame_has_the_shape_of_the_published_one(survey):
    published = open_leaders_survey().everything.frame
    frame = survey.everything.frame.drop(columns="exclusive")
    pd.testing.assert_series_equal(frame.dtypes.sort_index(), published.dtypes.sort_index())
    keys = ["item", "option", "group"]
    assert set(frame[keys].itertuples(index=False, name=None)) == set(
        published[keys].itertuples(index=False, name=None)
    )


def test_a_question_with_several_answers_counts_who_answered_it(survey, wave_frame):
    columns = [column for column in wave_frame if column.startswith("former__")]
    answered = wave_frame[columns].notna().any(axis=1)
    row = find(survey.everything, "former.borgermoede")
    assert row["n"] == answered.sum()
    assert row["count"] == (wave_frame["former__borgermoede"] == "1").sum()


@pytest.mark.long
def test_an_option_that_was_not_offered_is_not_asked_and_not_nought(wave_frame, tmp_path):
    shorter = wave_frame.drop(columns="former__folkeafstemning")
    opened = open_leaders_survey(written(tmp_path, shorter))
    row = find(opened.everything, "former.folkeafstemning")
    assert pd.isna(row["proportion"])
    assert row["note"] == "ikke med i denne måling"
    assert pd.notna(find(opened.everything, "former.borgermoede")["proportion"])


@pytest.mark.long
def test_parquet_and_csv_say_the_same(survey, wave_frame, leaders_codebook, tmp_path):
    typed = wave_frame.copy()
    for item in leaders_codebook:
        if item.kind == "multiple":
            typed[item.columns] = typed[item.columns].astype("Int8")
        else:
            typed[item.id] = typed[item.id].astype(pd.CategoricalDtype([o.id for o in item.options]))
    typed["kommunekode"] = typed["kommunekode"].astype(int)
    parquet = open_leaders_survey(written(tmp_path, typed, "kommuner_2025.parquet"))
    pd.testing.assert_frame_equal(parquet.everything.frame, survey.everything.frame)


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8", ","), ("utf-8-sig", ";")], ids=["plain", "as Excel saves it"]
)
def test_csv_with_commas_or_semicolons_is_read(wave_frame, leaders_codebook, tmp_path, encoding, separator):
    path = tmp_path / "maaling.csv"
    wave_frame.to_csv(path, index=False, sep=separator, encoding=encoding)
    respondents = read_wave(path, leaders_codebook)
    assert respondents["kommunekode"].tolist() == wave_frame["kommunekode"].tolist()
    assert respondents["strategi"].isna().sum() == wave_frame["strategi"].isna().sum()
    assert str(respondents["udsagn_byraad"].dtype) == "category"
    assert respondents["udsagn_byraad"].cat.ordered
    assert str(respondents["former__lokalraad"].dtype) == "Int8"


def test_codes_lose_no_leading_zero(leaders_codebook, tmp_path):
    frame = pd.DataFrame({"kommunekode": [101.0, 461.0], "strategi": ["ja", "nej"]})
    assert read_wave(tmp_path / written(tmp_path, frame), leaders_codebook)["kommunekode"].tolist() == [
        "0101",
        "0461",
    ]


@pytest.mark.long
def test_a_wave_in_the_workspace_is_opened_by_its_folders_name(wave_frame, tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    folder = tmp_path / "data" / "processed" / "ledere-2025"
    folder.mkdir(parents=True)
    written(folder, wave_frame, "respondents.parquet")
    opened = open_leaders_survey("ledere-2025")
    assert opened.id == "ledere-2025"
    assert len(opened.wave.respondents) == len(wave_frame)


# --- disclosure ---------------------------------------------------------------------------------------------


def counted(frame, codebook):
    """The true counts of every option, whole and by strategy, from the file itself."""
    rows = []
    for item in codebook:
        groups = [("", frame.index)]
        if item.id == "udsagn_eksperimentere":
            groups += [
                (o.id, frame.index[frame["strategi"] == o.id]) for o in codebook.item("strategi").options
            ]
        for group, members in groups:
            part = frame.loc[members, item.columns]
            n = int(part.notna().any(axis=1).sum())
            for option, column in zip(item.options, item.columns * len(item.options), strict=False):
                if item.kind == "multiple":
                    column = f"{item.id}__{option.id}"
                count = int((part[column] == ("1" if item.kind == "multiple" else option.id)).sum())
                rows.append((item.id, option.id, group, n, count, item.kind != "multiple"))
    return pd.DataFrame(rows, columns=["item", "option", "group", "n", "count", "exclusive"])


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (2, 3, 2025))]
)
@pytest.mark.long
def test_small_cells_are_hidden_and_cannot_be_worked_out(leaders_codebook, tmp_path, seed):
    wave = made_up_wave(leaders_codebook, seed=seed)
    estimates = open_leaders_survey(written(tmp_path, wave)).everything
    frame = estimates.frame
    truth = counted(wave, leaders_codebook)
    keys = ["item", "option", "group"]
    # In the order of the truth, nets left out.
    shown = truth[keys].merge(frame, on=keys, how="left", validate="one_to_one")
    small = truth["count"].between(1, 4) | (truth["n"] - truth["count"]).between(0, 4)
    assert small.any()
    assert shown.loc[small, "suppressed"].all()
    hidden = shown["suppressed"]
    assert shown.loc[hidden, ["count", "proportion", "ci_lower", "ci_upper"]].isna().all(axis=None)
    assert (shown.loc[~hidden, "count"] == truth.loc[~hidden, "count"]).all()
    wanted = truth.assign(label="", group_label="", proportion=0.0, ci_lower=0.0, ci_upper=0.0)
    ranges = feasible_ranges(wanted, admitted(estimates, frame=shown))
    assert len(ranges) >= hidden.sum()
    assert (ranges["upper"] - ranges["lower"] >= 5).all()


@pytest.mark.long
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (2, 3, 2025))]
)
def test_a_net_is_shown_only_with_all_of_its_parts(leaders_codebook, tmp_path, seed):
    frame = open_leaders_survey(written(tmp_path, made_up_wave(leaders_codebook, seed=seed))).everything.frame
    hidden = set(
        frame.loc[frame["suppressed"], ["item", "option", "group"]].itertuples(index=False, name=None)
    )
    nets = frame[frame["net"]]
    given_away = 0
    for _, net in nets.iterrows():
        parts = leaders_codebook.item(net["item"]).members(net["option"])
        if any((net["item"], part, net["group"]) in hidden for part in parts):
            given_away += 1
            assert net["suppressed"]
            assert net[["count", "proportion", "ci_lower", "ci_upper"]].isna().all()
    assert 0 < given_away < len(nets)


def test_a_shown_share_tells_nothing_of_a_hidden_one(survey):
    """Where a group is hidden, the whole goes without weights: they would be one equation more."""
    frame = survey.everything.frame
    noted = frame[frame["note"].str.startswith("Uden vægte")]
    assert not noted.empty
    assert (noted["group"] == "").all()
    assert (noted["proportion"] == noted["count"] / noted["n"]).all()


def test_a_net_goes_without_weights_where_one_of_its_parts_does(tmp_path):
    # With a strategy 10 + 10 + 3 + 17 = 40, without 5 + 5 + 5 + 5 = 20. The 3 are hidden, the nets (20 of 40,
    # 10 of 20) are not; but all 8 who agree go without weights, and so must the net that they are part of.
    steps = ["uenig", "hverken", "enig", "meget_enig"]
    answers = [("ja", step) for step, count in zip(steps, (10, 10, 3, 17), strict=True) for _ in range(count)]
    answers += [("nej", step) for step in steps for _ in range(5)]
    frame = pd.DataFrame(answers, columns=["strategi", "udsagn_eksperimentere"])
    codes = municipalities()["code"]
    frame.insert(0, "kommunekode", codes[codes.index % 8 < 5].head(60).reset_index(drop=True))
    estimates = open_leaders_survey(written(tmp_path, frame)).everything
    assert find(estimates, "udsagn_eksperimentere.enig@ja")["suppressed"]
    part = find(estimates, "udsagn_eksperimentere.enig")
    net = find(estimates, "udsagn_eksperimentere.enige")
    assert part["note"].startswith("Uden vægte")
    assert net["note"].startswith("Uden vægte")
    assert (part["proportion"], net["proportion"]) == (8 / 60, 30 / 60)


@pytest.mark.long
def test_a_higher_threshold_hides_more(wave_file, survey):
    stricter = open_leaders_survey(wave_file, min_cell=10).everything
    assert stricter.min_cell == 10
    assert stricter.n_suppressed > survey.everything.n_suppressed > 0
    known = stricter.frame["count"].dropna()
    assert not known.between(1, 9).any()


@pytest.mark.parametrize("min_cell", [2, 0, 4.5])
def test_a_threshold_below_three_is_refused(wave_file, min_cell):
    with pytest.raises(ParameterError, match=f"min_cell is {min_cell}; it must be a whole number, 3 or more"):
        open_leaders_survey(wave_file, min_cell=min_cell)


def test_verdicts_come_from_the_wave(survey, wave_frame):
    found = verdict("strategi_flertal", survey)
    yes = int((wave_frame["strategi"] == "ja").sum())
    n = int(wave_frame["strategi"].notna().sum())
    assert (yes, n) == (43, 60)
    assert found.outcome == "holds"
    assert found.sentence.startswith("Andelen er 74\u00a0pct. (72\u00a0pct. uden vægte)")
    assert verdict("strategi_eksperimenter", survey).outcome == "not known"


# --- bad waves ----------------------------------------------------------------------------------------------


def problems_of(path):
    with pytest.raises(DataError) as caught:
        open_leaders_survey(path)
    assert str(caught.value).startswith("The survey maaling.csv cannot be used:\n  - ")
    assert "codebook" in caught.value.hint
    return list(caught.value.problems)


def test_every_breach_is_listed_at_once(twelve, tmp_path):
    twelve.loc[3, "kommunekode"] = "9999"
    twelve.loc[4, "kommunekode"] = "0101"
    twelve.loc[5, "kommunekode"] = None
    twelve.loc[6:7, "strategi"] = "måske"
    twelve["former__lokalraad"] = ["1", "0", "2"] + ["1"] * 9
    twelve["former__lokalrad"] = "1"
    assert problems_of(written(tmp_path, twelve)) == [
        "Unknown column 'former__lokalrad'. Did you mean 'former__lokalraad', 'former__borgerraad', "
        "'former__andet'?",
        "kommunekode is missing in 1 of 12 rows",
        "kommunekode 9999 is no municipality's code",
        "kommunekode 0101 stands more than once",
        "column 'strategi': 'måske' (in 2 of 12 rows) is none of ja, nej",
        "column 'former__lokalraad': '2' (in 1 of 12 rows) is none of 0, 1",
    ]


def test_a_wave_without_codes_is_refused(twelve, tmp_path):
    assert problems_of(written(tmp_path, twelve.rename(columns={"kommunekode": "kommune"}))) == [
        "the column 'kommunekode' is missing"
    ]


def test_a_wave_without_known_columns_is_refused(twelve, tmp_path):
    assert problems_of(written(tmp_path, twelve.rename(columns={"strategi": "stategi"}))) == [
        "no column is an item of survey 'lokaldemokrati-2021', for example 'barrierer__faglighed'"
    ]


@pytest.mark.parametrize("name", ["maaling.csv", "maaling.parquet"])
def test_a_wave_with_a_header_only_is_empty(twelve, tmp_path, name):
    with pytest.raises(DataError, match=f"^The survey {name} is empty: it has no respondents."):
        open_leaders_survey(written(tmp_path, twelve.iloc[:0], name))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tom.csv", b""),
        ("tom.parquet", b""),
        ("slet_ikke.parquet", b"kommunekode,strategi\n0101,ja\n"),
        ("gammel.csv", "kommunekode,strategi,by\n0101,ja,Tårnby\n".encode("cp1252")),
        ("skaev.csv", b"kommunekode,strategi\n0101,ja\n0151,ja,nej,ja\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=f"^The survey {name} cannot be read: ") as caught:
        open_leaders_survey(str(tmp_path / name))
    assert "\n" not in caught.value.message
    assert caught.value.hint == (
        "It must be a table in Parquet, or in CSV encoded as UTF-8 with commas or semicolons."
    )


def test_a_wave_of_nothing_but_silence_is_refused(twelve, tmp_path):
    with pytest.raises(DataError, match=r"^The survey maaling holds no answers: every item is empty\."):
        open_leaders_survey(written(tmp_path, twelve.assign(strategi=None)))
