from fractions import Fraction
from math import comb

import pytest
from hand_made import estimates, hidden, row

from borgerlib.errors import ParameterError
from borgerlib.lokaldemokrati.insights.claims import judge, p_text, verdict
from borgerlib.lokaldemokrati.insights.registry import Claim, load_registry
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.survey.codebook.model import Item, Option

ITEM = Item(
    "i",
    "Et udsagn",
    "single",
    (
        Option("uenig", "Uenig", "Uenig"),
        Option("enig", "Enig", "Enig"),
        Option("ved_ikke", "?", "?", "dont_know"),
    ),
    ordered=True,
)


def claim(kind="above", **changes):
    settings = {"row": "i.enig", "statement": "Et flertal er enige."} | changes
    return Claim("c", 1, kind, **settings)


def between(kind, **changes):
    return claim(
        kind,
        group="by",
        groups=("ja", "nej"),
        group_words=("med en strategi", "uden en strategi"),
        measure="Viljen",
        **changes,
    )


def judged(claim, *rows, **options):
    found = judge(claim, estimates(*rows, **options), ITEM)
    return found.outcome, found.sentence.replace("\u00a0", " "), found.p_value


# --- a share against a half -------------------------------------------------------------------------------


def test_a_majority_that_holds_for_the_whole_country():
    # 8 of 10 agree, in a population of 10: everybody was asked, so 80 pct. it is. With K = 5 in the
    # population, 8 among all 10 cannot happen: p = 0.
    assert judged(claim(), row("i.enig", 8, 10, population=10)) == (
        "holds",
        "Andelen er 80 pct. og er også over halvdelen blandt alle landets kommuner.",
        0.0,
    )


def test_a_majority_within_chance():
    # 2 of 3, from 4. Half of 4 is K = 2: P(X ≥ 2) = C(2,2)·C(2,1)/C(4,3) = 2/4, P(X ≤ 2) = 1.
    # Twice the smaller tail: p = 1.
    assert judged(claim(), row("i.enig", 2, 3, population=4)) == (
        "within chance",
        "67 pct. ligger over halvdelen, men forskellen er inden for det tilfældige.",
        1.0,
    )


def test_a_majority_that_is_contradicted():
    # 1 of 8, from 10. K = 5: P(X ≤ 1) = 0, since 8 of 10 leave out at most 2 of the 5.
    assert judged(claim(), row("i.enig", 1, 8, population=10)) == (
        "contradicted",
        "Andelen er 13 pct. og er også under halvdelen blandt alle landets kommuner.",
        0.0,
    )


def test_a_minority_that_holds_and_one_that_is_contradicted():
    low, high = row("i.enig", 1, 8, population=10), row("i.enig", 7, 8, population=10)
    assert judged(claim("below"), low)[:2] == (
        "holds",
        "Andelen er 13 pct. og er også under halvdelen blandt alle landets kommuner.",
    )
    assert judged(claim("below"), high)[0] == "contradicted"


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.99])
def test_the_level_of_a_test_is_not_that_of_the_intervals(confidence):
    # 5 of 6, from 12. K = 6: P(X ≥ 5) = (C(6,5)·C(6,1) + 1) / C(12,6) = 37/924, doubled 0.0801.
    five = row("i.enig", 5, 6, population=12)
    outcome, sentence, p_value = judged(claim(), five, confidence=confidence)
    assert p_value == pytest.approx(74 / 924)
    assert outcome == "within chance"
    assert "p =" not in sentence
    # 8 of 8, from 12: P(X ≥ 8) = 0 of K = 6, so it holds at any level.
    assert judged(claim(), row("i.enig", 8, 8, population=12), confidence=confidence)[0] == "holds"


def test_the_claims_of_2021_stand_whatever_the_intervals_are():
    usual, narrow = (open_leaders_survey(confidence=level) for level in (0.95, 0.8))
    for one in load_registry().claims:
        assert verdict(one.id, usual) == verdict(one.id, narrow)


def test_exactly_half_is_neither_over_nor_under():
    assert judged(claim(), row("i.enig", 36, 72))[:2] == (
        "within chance",
        "50 pct. er så tæt på halvdelen, at det ikke kan siges, om andelen er over eller under.",
    )


def test_a_share_that_rounds_to_the_claimed_one_is_told_with_a_decimal():
    # 71 of 79 = 89.87 pct. is under 90, though it is printed as 90.
    outcome, sentence, _ = judged(claim(than=0.9), row("i.enig", 71, 79, proportion=0.90))
    assert outcome == "within chance"
    assert sentence.startswith("89,9 pct. ligger under 90 pct., men")


def test_three_quarters_have_a_name():
    assert "ligger over tre fjerdedele" in judged(claim(than=0.75), row("i.enig", 49, 64))[1]


def test_of_a_wave_the_weighted_share_is_told_and_the_unweighted_beside_it():
    # The test counts municipalities: 45 of 64. The figures show the weighted 68 pct.
    found = judged(claim(), row("i.enig", 45, 64, proportion=0.68), origin="microdata")
    assert found[0] == "holds"
    assert found[1].startswith("Andelen er 68 pct. (70 pct. uden vægte) og er også over halvdelen")


def test_where_weights_take_a_share_to_the_other_side_nothing_is_claimed():
    found = judged(claim(), row("i.enig", 45, 64, proportion=0.47), origin="microdata")
    assert found[:2] == (
        "within chance",
        "47 pct. (70 pct. uden vægte) er så tæt på halvdelen, at det ikke kan siges, om andelen er over "
        "eller under.",
    )


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        (hidden("i.enig"), "Det kan ikke afgøres: tallet er skjult."),
        (row("i.enig", None, 79), "Det kan ikke afgøres: tallet kan ikke aflæses."),
        (
            row("i.enig", None, None),
            "Det kan ikke afgøres: der er ikke spurgt om det i denne måling.",
        ),
    ],
)
def test_without_a_number_there_is_no_test(missing, why):
    assert judged(claim(), missing) == ("not known", why, None)


# --- two groups -------------------------------------------------------------------------------------------


def groups(a, n_a, b, n_b):
    return [
        row("i.enig@ja", a, n_a),
        row("i.enig@nej", b, n_b),
        row("i.uenig@ja", n_a - a, n_a),
        row("i.uenig@nej", n_b - b, n_b),
    ]


def test_a_difference_that_holds():
    # 4 of 4 against 0 of 4: of C(8,4) = 70 tables this one and its mirror are as unlikely: p = 2/70.
    assert judged(between("difference"), *groups(4, 4, 0, 4)) == (
        "holds",
        "Viljen er større med en strategi (100 pct.) end uden en strategi (0 pct.), og forskellen er større, "
        "end tilfældet kan forklare.",
        pytest.approx(2 / 70),
    )


def test_a_difference_the_other_way_is_contradicted():
    outcome, sentence, _ = judged(between("difference"), *groups(0, 4, 4, 4))
    assert outcome == "contradicted"
    assert sentence.startswith(
        "Viljen er mindre med en strategi (0 pct.) end uden en strategi (100 pct.), og"
    )


def test_a_difference_within_chance():
    # 3 of 4 against 1 of 4: tables with k = 0, 1, 3, 4 in the first row are as unlikely, all but the middle:
    # p = 1 − C(4,2)²/70 = 34/70.
    assert judged(between("difference"), *groups(3, 4, 1, 4)) == (
        "within chance",
        "Viljen er større med en strategi (75 pct.) end uden en strategi (25 pct.), men forskellen er inden "
        "for det tilfældige.",
        pytest.approx(34 / 70),
    )


def test_equal_groups_show_no_difference():
    assert judged(between("difference"), *groups(2, 4, 2, 4))[:2] == (
        "within chance",
        "Viljen er så ens med en strategi (50 pct.) og uden en strategi (50 pct.), at der ikke kan ses "
        "nogen forskel.",
    )


def test_a_difference_that_weights_turn_round_is_none():
    rows = groups(4, 4, 0, 4)
    rows[0]["proportion"], rows[1]["proportion"] = 0.4, 0.6
    outcome, sentence, _ = judged(between("difference"), *rows, origin="microdata")
    assert outcome == "within chance"
    assert sentence.endswith("at der ikke kan ses nogen forskel.")


def test_a_trend_counts_the_whole_scale_but_not_who_does_not_know():
    # On a scale of two steps the rank sum orders tables as Fisher's test does: 4 of 4 against 0 of 4,
    # p = 2/70. Nobody's 'ved ikke' is asked for: there is no such row.
    assert judged(between("trend"), *groups(4, 4, 0, 4)) == (
        "holds",
        "Viljen er større med en strategi end uden en strategi, og forskellen er større, end tilfældet "
        "kan forklare.",
        pytest.approx(2 / 70),
    )
    assert judged(between("trend"), *groups(0, 4, 4, 4))[0] == "contradicted"
    assert judged(between("trend"), *groups(3, 4, 1, 4))[0] == "within chance"


@pytest.mark.parametrize("kind", ["difference", "trend"])
@pytest.mark.parametrize("group", ["ja", "nej"])
def test_a_hidden_group_cannot_be_compared(kind, group):
    rows = [hidden(f"i.{r['option']}@{group}") if r["group"] == group else r for r in groups(3, 4, 1, 4)]
    why = "Om viljen er større med en strategi end uden en strategi, kan ikke afgøres: tallet er skjult."
    assert judged(between(kind), *rows) == ("not known", why, None)


def test_a_trend_with_one_hidden_step_cannot_be_tested():
    rows = groups(3, 4, 1, 4)
    rows[2] = hidden("i.uenig@ja")
    assert judged(between("trend"), *rows)[0] == "not known"
    assert judged(between("difference"), *rows)[0] == "within chance"


# --- the report of 2021 -----------------------------------------------------------------------------------


def fisher(a, n_a, b, n_b):
    """Fisher's two-sided p, summed by hand: every table no likelier than the one observed."""
    ways = {k: comb(n_a, k) * comb(n_b, a + b - k) for k in range(a + b + 1) if a + b - k <= n_b and k <= n_a}
    return Fraction(sum(way for way in ways.values() if way <= ways[a]), comb(n_a + n_b, a + b))


def test_figure_3_is_within_chance():
    # Willing to experiment: 27 + 12 = 39 of 45 with a strategy, 19 + 5 = 24 of 33 without.
    found = verdict("strategi_eksperimenter", open_leaders_survey())
    assert found.p_value == pytest.approx(float(fisher(39, 45, 24, 33)), rel=1e-12)
    assert found.p_value == pytest.approx(0.1518, abs=5e-5)
    assert found.outcome == "within chance"
    assert found.method == "Fisher's exact test, two-sided"
    assert found.method.danish == "Fishers eksakte test, tosidet"
    assert found.sentence.replace("\u00a0", " ") == (
        "Viljen til at eksperimentere er større med en strategi (87 pct.) end uden en strategi (73 pct.), "
        "men forskellen er inden for det tilfældige."
    )


def test_the_majority_with_a_strategy_is_counted_by_hand():
    # 45 of 78, from 98, half of which is 49: twice P(X ≥ 45).
    tail = Fraction(sum(comb(49, k) * comb(49, 78 - k) for k in range(45, 50)), comb(98, 78))
    found = verdict("strategi_flertal", open_leaders_survey())
    assert found.p_value == pytest.approx(float(2 * tail), rel=1e-12)
    assert found.outcome == "holds"


def test_an_unknown_claim_is_refused_with_the_nearest():
    with pytest.raises(
        ParameterError, match=r"Unknown claim 'strategi_flertl'. Did you mean 'strategi_flertal'"
    ):
        verdict("strategi_flertl", open_leaders_survey())


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (0.0, "p < 0,001"),
        (0.00099, "p < 0,001"),
        (0.001, "p = 0,001"),
        (0.0049, "p = 0,005"),
        (0.0501, "p = 0,050"),
        (0.0949, "p = 0,095"),
        (0.095, "p = 0,10"),
        (0.1518, "p = 0,15"),
        (1.0, "p = 1,00"),
    ],
)
def test_a_p_value_as_it_is_written(p_value, text):
    assert p_text(p_value).replace("\u00a0", " ") == text


def test_a_trend_has_the_direction_of_the_scale_and_not_of_one_of_its_steps():
    # Of 10 with a strategy 2 agree and 8 do not know; of 8 without 4 agree and 4 disagree: 20 against 50 pct.
    # agree, but among those with an opinion all with a strategy do. Of the 6 who agree k are among the 2 with
    # a strategy, 1.2 expected: as far from it as 2 are k = 2 (15 of the 45 draws) and k = 0 (6); p = 21/45.
    rows = [
        row("i.uenig@ja", 0, 10),
        row("i.enig@ja", 2, 10),
        row("i.ved_ikke@ja", 8, 10),
        row("i.uenig@nej", 4, 8),
        row("i.enig@nej", 4, 8),
        row("i.ved_ikke@nej", 0, 8),
    ]
    outcome, sentence, p = judged(between("trend"), *rows)
    assert outcome == "within chance"
    assert sentence == (
        "Viljen er større med en strategi end uden en strategi, men forskellen er inden for det tilfældige."
    )
    assert p == pytest.approx(21 / 45)
