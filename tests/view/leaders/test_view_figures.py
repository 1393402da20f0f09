import pandas as pd
import pytest

from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.lokaldemokrati.own_answers import OwnAnswers
from borgerlib.view.charts.charts import bar_chart
from borgerlib.view.leaders.figures import chart_words, draw

FIGURES = load_registry().figures


def drawn(figure_id, survey, **answers):
    own = OwnAnswers("Odense", answers) if answers else None
    return draw(load_registry().figure(figure_id), survey, own)


def plain(text):
    return text.replace("\u00a0", " ")


def test_the_surveys_own_estimates_are_left_alone(survey):
    before = survey.everything.frame.copy()
    for figure in FIGURES:
        draw(figure, survey)
    pd.testing.assert_frame_equal(survey.everything.frame, before)


# --- the words around it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_every_figure_says_what_it_shows(survey, figure):
    chart = draw(figure, survey)
    assert chart.title.endswith("pct.") or not chart.title.endswith(".")
    assert figure.question in chart.question
    assert "Lokaldemokrati i nybrud" in chart.caption
    assert "Odense" not in chart.alt_text
    for _, row in chart.frame.iterrows():
        assert str(row["label"]) in chart.alt_text
    if figure.chart != "count_chart":
        assert "statistisk usikkerhed (95 pct.)" in plain(chart.caption)
        assert any(text in plain(chart.question) for text in ("Andel af", "kommunaldirektører i hver gruppe"))


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_bars_are_sorted_and_steps_are_not(survey, figure):
    chart = draw(figure, survey)
    values = chart.frame["count" if figure.chart == "count_chart" else "proportion"].dropna().astype(float)
    if figure.chart == "bar_chart" and figure.settings.get("sort", True):
        assert values.is_monotonic_decreasing
    shown = survey.estimates(*figure.answers, by=figure.by).frame
    assert sorted(chart.frame["label"]) == sorted(shown["label"])


def test_the_bars_without_a_value_stand_last_with_the_reason(survey):
    chart = drawn("6", survey)
    assert chart.frame["count"].isna().tolist() == [False] * 4 + [True] * 4
    assert [row[1] for row in chart.table.rows] == ["21", "12", "12", "8"] + ["kan ikke aflæses"] * 4
    assert "To af figurens tal kan ikke knyttes til et område" in chart.caption
    assert "pct." not in chart.alt_text


def test_a_title_is_a_finding_made_from_the_numbers(survey):
    assert plain(drawn("2", survey).title) == "58 pct. af kommunerne har en strategi for borgerinddragelse"
    assert plain(drawn("3", survey).title) == (
        "Viljen til at eksperimentere er større med en strategi (87 pct.) end uden en strategi (73 pct.), "
        "men forskellen er inden for det tilfældige"
    )


def test_where_several_n_are_possible_the_caption_names_them(survey):
    assert (
        "Procenterne passer med N = 71 eller 78; intervallerne dækker dem alle." in drawn("5", survey).caption
    )
    assert "N = 67, 74 eller 79" in drawn("10", survey).caption
    assert "Procenterne passer med" not in drawn("8", survey).caption


def test_an_impossible_question_says_so(survey):
    caption = drawn("9", survey).caption
    assert "Intet antal svarende giver alle otte procenttal på én gang." in caption
    row = drawn("9", survey).frame.set_index("option").loc["flere_borgere"]
    assert row["proportion"] == 0.62


def test_who_was_asked_is_said_where_it_is_not_all(survey):
    assert "der har erfaring med digital inddragelse" in drawn("9", survey).question
    assert "der har erfaring" not in drawn("8", survey).question


def test_what_the_insight_is_about_stands_out(survey):
    assert "Fremhævet: »Samskabelse af offentlig velfærd«" in drawn("4", survey).alt_text
    assert "Fremhævet" not in drawn("N4", survey).alt_text


@pytest.mark.long
def test_a_caveat_on_2021_is_not_told_of_a_wave(survey, wave_file):
    caveat = load_registry().figure("7").caveat
    assert caveat
    assert caveat in drawn("7", survey).caption
    wave = drawn("7", open_leaders_survey(wave_file))
    assert caveat not in wave.caption
    assert "Procenterne passer" not in wave.caption


def test_hidden_cells_of_a_wave_are_hatched_and_said(wave_file):
    chart = drawn("5", open_leaders_survey(wave_file))
    assert chart.frame["suppressed"].sum() == 2
    assert (
        "Skraveret: skjult, hvor tallet bygger på færre end 5 svar eller kunne røbe et andet skjult tal"
        in chart.caption
    )
    assert "I mindre grad skjult" in chart.alt_text
    # What 2021 left open is no matter of this wave.
    assert "Procenterne passer" not in chart.caption


# --- words for a chart of one's own -------------------------------------------------------------------------


def test_without_a_figure_the_question_is_the_codebooks(survey):
    words = chart_words(survey.estimates("digital_succes"), survey)
    assert words["title"].startswith("I hvor høj grad mener du, at digital borgerinddragelse")
    assert words["question"] == words["base_note"] == ""
    # What is to be known of the numbers is said whichever words they have.
    assert "N = 67, 74 eller 79" in words["note"]
    chart = bar_chart(survey.estimates("digital_succes"), sort=False, **words)
    assert chart.question == "Andel af 67 kommunaldirektører."


def test_some_answers_of_a_figure_may_have_its_words(survey):
    figure = load_registry().figure("8")
    words = chart_words(survey.estimates("barrierer.mandat", "barrierer.opbakning"), survey, figure)
    assert words["question"] == figure.question


def test_the_words_of_a_figure_are_not_put_on_another_question(survey):
    figures = load_registry()
    for others, figure in (
        (survey.estimates("former"), "2"),
        # Figure 3 is about two groups, and its title says how they differ.
        (survey.estimates("udsagn_eksperimentere"), "3"),
        (survey.estimates("udsagn_eksperimentere", by="strategi").select(group="ja"), "3"),
    ):
        words = chart_words(others, survey, figures.figure(figure))
        assert words == chart_words(others, survey)
        assert words["title"] == survey.codebook.item(others.frame["item"].iloc[0]).text.removesuffix(".")
        assert bar_chart(others, **words).title == words["title"]


# --- the own municipality -----------------------------------------------------------------------------------


def test_an_own_answer_is_marked(survey):
    chart = drawn("2", survey, strategi=("ja",))
    assert chart.alt_text.endswith("Odense har svaret »Har en strategi«.")


def test_several_own_answers_are_all_marked(survey):
    alt = drawn("8", survey, barrierer=("mandat", "mobilisering")).alt_text
    assert "Odense har svaret »Ikke mobiliseret nok borgere«" in alt
    assert "Odense har svaret »Borgerne fik ikke det nødvendige mandat«" in alt
    assert alt.count("Odense har svaret") == 2


def test_in_a_battery_the_statement_is_marked_that_it_agrees_with(survey):
    alt = drawn("1", survey, udsagn_byraad=("enig",), udsagn_ildsjaele=("uenig",)).alt_text
    assert "Odense har svaret »Byrådet prioriterer borgerinddragelse højt«" in alt
    assert alt.count("Odense har svaret") == 1


def test_on_a_divided_scale_its_step_is_marked_in_its_own_group_alone(survey):
    chart = drawn("3", survey, strategi=("nej",), udsagn_eksperimentere=("meget_enig",))
    assert chart.alt_text.count("Odense har svaret") == 1
    assert "Odense har svaret »Meget enig" in chart.alt_text
    without_group = drawn("3", survey, udsagn_eksperimentere=("meget_enig",))
    assert "Odense har svaret" not in without_group.alt_text


def test_on_a_scale_the_step_is_marked_and_not_its_net(survey):
    chart = drawn("5", survey, udbredelse=("hoej_grad",))
    assert "Odense har svaret »I høj grad«" in chart.alt_text
    assert chart.alt_text.count("Odense har svaret") == 1


def test_an_answer_to_another_question_marks_nothing(survey):
    assert "Odense" not in drawn("2", survey, viden=("borgerne",)).alt_text


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_every_figure_can_carry_every_answer(survey, figure):
    own = OwnAnswers(
        "Odense",
        {item.id: tuple(option.id for option in item.options[-1:]) for item in survey.codebook}
        | {"strategi": ("ja",), "formaal_indfriet": ("ja",), "former": ("andet", "lokalraad")},
    )
    chart = draw(figure, survey, own)
    assert "Odense har svaret" in chart.alt_text or figure.id in {"N2", "3", "10", "kultur"}
