import pandas as pd
import pytest

from borgerlib.danish import round_half_up
from borgerlib.errors import CodebookError, ParameterError
from borgerlib.lokaldemokrati.insights.sentences import find
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.lokaldemokrati.published_estimates import published_estimates
from borgerlib.statistics.exact.finite_population import finite_population_interval
from borgerlib.survey.codebook.load import load_codebook


@pytest.fixture(scope="module")
def survey():
    return open_leaders_survey()


@pytest.fixture(scope="module")
def frame(survey):
    return survey.everything.frame


def row(frame, item, option, group=""):
    found = frame[(frame["item"] == item) & (frame["option"] == option) & (frame["group"] == group)]
    assert len(found) == 1
    return found.iloc[0]


def test_it_is_the_published_survey(survey):
    assert (survey.id, survey.kind, survey.wave) == ("lokaldemokrati-2021", "published", None)
    assert survey.everything.origin == "published"
    assert survey.everything.n_suppressed == 0
    assert survey.everything.base == "kommunaldirektører"
    assert survey.everything.source.startswith("Lokaldemokrati i nybrud")


def test_every_option_and_net_has_a_row(frame):
    codebook = load_codebook("lokaldemokrati-2021")
    wanted = [
        (item.id, option) for item in codebook for option in (*(o.id for o in item.options), *item.nets)
    ]
    whole = frame[frame["group"] == ""]
    assert list(zip(whole["item"], whole["option"], strict=True)) == wanted
    assert not frame.duplicated(["item", "option", "group"]).any()
    assert set(frame.loc[frame["net"], "option"]) == {"enige", "mindst_hoej_grad", "slet_ikke_eller_ved_ikke"}


@pytest.mark.parametrize(
    ("group", "counts", "n", "population"),
    [
        # 98 − 78 = 20 have not told whether they have a strategy: the group can stand for 45 + 20 at most.
        ("ja", (1, 5, 27, 12), 45, 65),
        ("nej", (1, 8, 19, 5), 33, 53),
    ],
)
def test_figure_3_is_counted(frame, group, counts, n, population):
    options = ["uenig", "hverken", "enig", "meget_enig"]
    rows = [row(frame, "udsagn_eksperimentere", option, group) for option in options]
    assert tuple(r["count"] for r in rows) == counts
    net = row(frame, "udsagn_eksperimentere", "enige", group)
    assert net["count"] == counts[2] + counts[3]
    for r in [*rows, net]:
        assert (r["n"], r["population"], r["possible_n"]) == (n, population, str(n))
        assert r["proportion"] == r["count"] / n
        interval = finite_population_interval(r["count"], n, population)
        assert (r["ci_lower"], r["ci_upper"]) == interval
    assert net["group_label"] == {"ja": "Har en strategi", "nej": "Har ikke en strategi"}[group]


def test_an_identified_question_has_its_count_share_and_exact_interval(frame):
    strategy = row(frame, "strategi", "ja")
    assert (strategy["count"], strategy["n"], strategy["population"]) == (45, 78, 98)
    assert strategy["proportion"] == 45 / 78
    assert (strategy["ci_lower"], strategy["ci_upper"]) == finite_population_interval(45, 78, 98)
    assert strategy["note"] == ""


def test_what_is_left_over_is_counted_and_said(frame):
    no = row(frame, "strategi", "nej")
    assert (no["count"], no["n"]) == (33, 78)
    assert no["note"] == "Ikke offentliggjort; regnet ud som resten."
    # Nobody published who has no digital experience either: 76 − 67.
    assert row(frame, "digital", "nej")["count"] == 9
    assert row(frame, "digital", "nej")["note"] == "Ikke offentliggjort; regnet ud som resten."


def test_of_a_set_the_published_percentage_is_drawn_and_the_interval_covers_every_n(frame):
    # Figure 5 fits N = 71 and N = 78: 24 pct. is 17 of 71 or 19 of 78.
    very = row(frame, "udbredelse", "meget_hoej_grad")
    assert very["proportion"] == 0.24
    assert very["possible_n"] == "71 eller 78"
    each = [finite_population_interval(17, 71, 98), finite_population_interval(19, 78, 98)]
    assert very["ci_lower"] == min(low for low, _ in each)
    assert very["ci_upper"] == max(high for _, high in each)
    assert each[0] != each[1]


def test_a_net_of_a_set_covers_every_n_too(frame):
    # 24 + 35 pct.: 17 + 25 = 42 of 71, or 19 + 27 = 46 of 78.
    net = row(frame, "udbredelse", "mindst_hoej_grad")
    assert (net["count"], net["n"]) == (46, 78)
    each = [finite_population_interval(42, 71, 98), finite_population_interval(46, 78, 98)]
    assert (net["ci_lower"], net["ci_upper"]) == (
        min(low for low, _ in each),
        max(high for _, high in each),
    )


def test_an_impossible_question_is_drawn_as_published(frame):
    # No N gives all eight; with the nearest, 64, 40 of 64 is 62.5 pct. and would round to 63.
    more = row(frame, "digital_fordele", "flere_borgere")
    assert (more["proportion"], more["count"], more["n"]) == (0.62, 40, 64)
    # 67 of 76 have experience; 22 more have not told: 89 at most.
    assert more["population"] == 67 + 98 - 76
    assert (more["ci_lower"], more["ci_upper"]) == finite_population_interval(40, 64, 89)


def test_a_question_put_to_some_stands_for_those_alone(frame):
    # 43 of 73 have the purpose; 25 have not told: 68 at most.
    met = row(frame, "formaal_indfriet", "ja")
    assert (met["count"], met["n"], met["population"]) == (20, 43, 68)
    assert (met["ci_lower"], met["ci_upper"]) == finite_population_interval(20, 43, 68)


def test_what_cannot_be_read_is_missing_with_a_reason(frame):
    missing = frame[frame["count"].isna()]
    assert missing["proportion"].isna().all()
    assert missing["ci_lower"].isna().all()
    assert (missing["note"] == "kan ikke aflæses").all()
    assert frame.loc[frame["count"].notna(), "proportion"].notna().all()
    lost = missing[~missing["item"].str.startswith("udsagn_")]
    assert set(zip(lost["item"], lost["option"], strict=True)) == {
        ("omraader", "klima"),
        ("omraader", "planprocesser"),
        ("omraader", "kultur_fritid"),
        ("omraader", "fremtidens_loesninger"),
        ("roller", "tidlig_forventningsafstemning"),
        ("digital_succes", "slet_ikke"),
        ("digital_succes", "ved_ikke"),
    }


def test_mentions_of_open_answers_have_no_interval(frame):
    areas = frame[frame["item"] == "omraader"]
    assert areas["ci_lower"].isna().all()
    assert areas["count"].dropna().tolist() == [21, 12, 12, 8]


def test_every_certain_or_inferred_percentage_is_drawn_as_published(survey):
    """All of them, after rounding half up; figure 9's impossible 62 is drawn because it is published."""
    standing = standing_values(load_published())
    told = standing[(standing["unit"] == "pct") & (standing["item"] != "")]
    assert len(told) == 80  # of figures 1 to 13 and N1 to N4, each thing once
    for _, published in told.iterrows():
        group = published["group"].partition("=")[2] if published["group"].startswith("strategi=") else ""
        reference = f"{published['item']}.{published['option']}" + (f"@{group}" if group else "")
        drawn = find(survey.everything, reference)
        assert round_half_up(100 * drawn["proportion"]) == published["value"], reference
        assert drawn["ci_lower"] <= drawn["proportion"] <= drawn["ci_upper"], reference


def test_only_figure_9s_62_is_not_reproduced_by_its_counts(survey):
    standing = standing_values(load_published())
    told = standing[(standing["unit"] == "pct") & (standing["item"] != "") & (standing["group"] == "")]
    differing = []
    for _, published in told.iterrows():
        drawn = find(survey.everything, f"{published['item']}.{published['option']}")
        if round_half_up(100 * drawn["count"] / drawn["n"]) != published["value"]:
            differing.append((published["item"], published["option"], published["value"]))
    assert differing == [("digital_fordele", "flere_borgere", 62)]


def test_the_sets_are_those_of_the_identification(frame):
    for item, found in identifications().items():
        told = frame.loc[(frame["item"] == item) & (frame["group"] == ""), "possible_n"].unique()
        numbers = [str(n) for n in (found.possible_n or (found.n,))]
        assert [told[0].replace(" eller ", ", ").split(", ")] == [numbers]
        assert len(told) == 1


def test_a_higher_level_widens_the_intervals():
    usual, wide = published_estimates(), published_estimates(confidence=0.99)
    known = usual["ci_lower"].notna()
    assert (wide.loc[known, "ci_lower"] <= usual.loc[known, "ci_lower"]).all()
    assert (wide.loc[known, "ci_upper"] >= usual.loc[known, "ci_upper"]).all()
    assert (wide.loc[known, "ci_upper"] > usual.loc[known, "ci_upper"]).any()
    unchanged = usual.columns.difference(["ci_lower", "ci_upper"])
    pd.testing.assert_frame_equal(usual[unchanged], wide[unchanged])


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, "0,95"])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(ParameterError, match=f"confidence is {confidence!r}; it must lie between 0 and 1"):
        open_leaders_survey(confidence=confidence)


@pytest.mark.parametrize(
    ("survey", "message"),
    [
        (
            "lokaldemokrati-2022",
            "Unknown survey 'lokaldemokrati-2022'. Legal: 'lokaldemokrati-2021', the path of",
        ),
        ("", "Unknown survey ''. Legal:"),
        ("../hemmeligt", "Unknown survey '../hemmeligt'. Legal:"),
        ("findes/ikke.csv", "There is no survey file ikke.csv: findes/ikke.csv does not exist."),
        ("svar.xlsx", "Unknown survey 'svar.xlsx'. Legal:"),
    ],
)
def test_an_unknown_survey_is_refused(survey, message):
    with pytest.raises(ParameterError) as caught:
        open_leaders_survey(survey)
    assert str(caught.value).startswith(message)


# --- some answers -------------------------------------------------------------------------------------------


def test_an_item_gives_all_of_its_options(survey):
    frame = survey.estimates("strategi").frame
    assert frame["option"].tolist() == ["ja", "nej"]
    assert frame["label"].tolist() == ["Har en strategi", "Har ikke en strategi"]
    assert list(frame.columns) == [*survey.everything.frame.columns, "item_label"]
    assert set(frame["item_label"]) == {"Har din kommune en strategi for borgerinddragelse?"}


def test_answers_stand_in_the_order_in_which_they_are_named(survey):
    frame = survey.estimates("roller.rette_format", "roller.sparring").frame
    assert frame["option"].tolist() == ["rette_format", "sparring"]


def test_a_divided_scale_has_its_steps_and_its_net_in_each_group(survey):
    item = "udsagn_eksperimentere"
    frame = survey.estimates(item, f"{item}.enige", by="strategi").frame
    steps = ["uenig", "hverken", "enig", "meget_enig", "enige"]
    assert list(zip(frame["group"], frame["option"], strict=True)) == [
        (group, step) for group in ("ja", "nej") for step in steps
    ]


def test_a_battery_is_told_apart_by_its_statements(survey):
    frame = survey.estimates("udsagn_byraad.enige", "udsagn_borgmester.enige").frame
    assert frame["option"].tolist() == ["enige", "enige"]
    assert frame["label"].tolist() == [
        "Byrådet prioriterer borgerinddragelse højt",
        "Borgmesteren prioriterer borgerinddragelse højt",
    ]


def test_answers_to_two_questions_say_by_themselves_what_they_answer(survey):
    frame = survey.estimates("formaal.nye_loesninger", "formaal_indfriet.ja").frame
    assert frame["label"].tolist() == [
        "Inspiration til nye løsninger",
        "Målet er nået (blandt dem, der har formålet)",
    ]


def test_without_names_there_is_everything(survey):
    pd.testing.assert_frame_equal(survey.estimates().frame, survey.everything.frame)


@pytest.mark.parametrize(
    ("answers", "by", "error", "message"),
    [
        (["formr"], "", CodebookError, r"Unknown item .* 'formr'\. Did you mean 'former'"),
        (["former.borgermode"], "", CodebookError, r"Unknown option of item 'former' .*'borgermoede'"),
        (["former"], "strategi", ParameterError, "The answers to former are not divided by 'strategi'"),
        (["udsagn_eksperimentere"], "digital", ParameterError, "are not divided by 'digital'"),
        ([], "strategi", ParameterError, "The answers to nothing are not divided"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(survey, answers, by, error, message):
    with pytest.raises(error, match=message):
        survey.estimates(*answers, by=by)


def test_one_answer_gives_its_numbers(survey):
    yes = survey.answer("strategi.ja")
    assert (yes["count"], yes["n"], yes["population"]) == (45, 78, 98)
    # Figure 3: 39 of the 45 with a strategy agree.
    assert survey.answer("udsagn_eksperimentere.enige@ja")["count"] == 39
