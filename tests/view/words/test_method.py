from datetime import datetime

from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.view.words.method import leaders_data, leaders_method, run_stamp

STATEMENTS = load_registry().figure("1").items


def plain(text):
    return str(text).replace("\u00a0", " ")


def test_the_method_of_2021_says_n_and_how_sure(survey):
    said = plain(leaders_method(survey, ["strategi"]))
    assert "79 af 98 kommunaldirektører svarede" in said
    assert "designeffekten er derfor 1" in said
    assert said.count("Kun N = 78 giver procenttallet") == 1
    assert "78 eller 79" not in said
    assert "intervallerne (95 pct.) er eksakte" in said
    assert "ingen er skjult" in said


def test_the_reason_of_questions_that_share_one_stands_once(survey):
    said = plain(leaders_method(survey, STATEMENTS))
    assert said.count("N = 78 eller 79 giver alle seks procenttal") == 1


def test_the_method_follows_the_level_that_was_asked_for():
    said = plain(leaders_method(open_leaders_survey(confidence=0.9), STATEMENTS))
    assert "intervallerne (90 pct.)" in said


def test_the_method_of_a_wave_says_weights_effect_and_what_is_hidden(wave):
    said = plain(leaders_method(wave, ["strategi"]))
    weights = wave.wave.respondents["weight"]
    # Kish: 1 + the relative variance of the weights = n Σw² / (Σw)².
    effect = len(weights) * (weights**2).sum() / weights.sum() ** 2
    assert f"Designeffekten er {effect:.2f}".replace(".", ",") in said
    assert f"det effektive antal svar er {len(weights) / effect:.0f}" in said
    assert "færre end fem svar vises ikke" in said
    assert f"{wave.everything.n_suppressed} værdier er skjult" in said
    assert "Region Hovedstaden × Landkommuner → Region Syddanmark × Landkommuner" in said
    assert "uden vægte" in said


def test_the_stamp_says_when_what_and_on_which_data(survey, wave):
    now = datetime(2026, 11, 23, 9, 5)
    said = str(run_stamp(leaders_data(survey), now=now))
    assert said.startswith("Kørt 23. november 2026 kl. 09.05 med borgerlib ")
    assert "»lokaldemokrati-2021«" in said
    assert "»kommuner_2025«" in str(run_stamp(leaders_data(wave), now=now))
