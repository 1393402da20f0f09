import pytest
from hand_made import estimates, hidden, row

from borgerlib.errors import CodebookError
from borgerlib.lokaldemokrati.insights.sentences import fill, find, first_sentence

ESTIMATES = estimates(
    # 45 of 78 = 57.69 pct.
    row("strategi.ja", 45, 78, ci_lower=0.5306, ci_upper=0.6224),
    row("strategi.nej", 33, 78),
    row("villig.enige@ja", 39, 45, net=True),
    row("villig.enige@nej", 24, 33, net=True),
    row("former.lokalraad", 41, 76, label="Lokalråd"),
    row("former.borgermoede", 74, 76, label="Borgermøde eller dialogmøde"),
    row("former.paragraf", 56, 76, label="§ 17, stk. 4-udvalg"),
    row("former.it", 12, 76, label="IT-redskaber"),
    row("former.alle", 76, 76, net=True, label="Alle"),
    hidden("former.folkeafstemning", label="Kommunal folkeafstemning"),
    hidden("helt_skjult.ja", n=None),
    row("ulaeselig.ja", None, 79, note="kan ikke aflæses"),
    row("ulaeselig.nej", None, 79, note="kan ikke aflæses"),
    row("ikke_spurgt.ja", None, None, note="ikke med i denne måling"),
    # Published as 62, though 40 of 64 is 62.5: the published one is drawn.
    row("digital.flere", 40, 64, proportion=0.62),
    row("mange.ja", 5822, 10000),
)


def said(template, **options):
    """The sentence with ordinary spaces: no-break ones are told apart in one test only."""
    return fill(template, ESTIMATES, **options).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{strategi.ja:pct} har en strategi.", "58 pct. har en strategi."),
        ("{strategi.ja:pct_ci}", "58 pct. (53–62 pct.)"),
        ("{strategi.nej:pct_ci}", "42 pct."),  # there is no interval to tell
        ("{strategi.ja:count} af {strategi.ja:n}", "45 af 78"),
        ("{mange.ja:count} af {mange.ja:n}", "5.822 af 10.000"),
        ("{digital.flere:pct} (svar: {digital.flere:count})", "62 pct. (svar: 40)"),
        # 39 / 45 = 86.67, 24 / 33 = 72.73
        ("{villig.enige@ja:pct} mod {villig.enige@nej:pct}", "87 pct. mod 73 pct."),
    ],
)
def test_numbers_are_filled_in(template, sentence):
    assert said(template) == sentence


def test_a_number_and_its_unit_stay_on_one_line():
    assert fill("{strategi.ja:pct}", ESTIMATES) == "58\u00a0pct."


def test_ranks_go_by_share_and_pass_over_nets_and_hidden_options():
    # 74, 56, 41 and 12 of 76; the net of 76 and the hidden option are no answers to rank.
    assert said("Mest {former.#1:label} ({former.#1:pct})") == "Mest borgermøde eller dialogmøde (97 pct.)"
    assert said("{former.#3:count}") == "41"
    assert find(ESTIMATES, "former.#4")["option"] == "it"


def test_equal_options_are_ranked_in_the_order_of_the_questionnaire():
    tied = estimates(row("i.a", 2, 9), row("i.b", 5, 9), row("i.c", 5, 9))
    assert [find(tied, f"i.#{rank}")["option"] for rank in (1, 2, 3)] == ["b", "c", "a"]


def test_options_without_numbers_are_never_named_as_the_most_frequent():
    assert (
        said("Oftest: {ulaeselig.#1:label} ({ulaeselig.#1:pct})") == "Oftest: ikke kendt (en ulæselig andel)"
    )


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ([True, False, False, False, False], "Det hyppigste svar er »A« (50\u00a0pct.)"),
        (
            [True, True, True, False, False],
            "Det hyppigste svar kan være »A« (50\u00a0pct.), »B« (36\u00a0pct.) eller »C« (35\u00a0pct.); "
            "forskellen kan være tilfældig",
        ),
        # What leads is known, and is said first.
        (
            [True, True, True, True, False],
            "Det hyppigste svar kan være »A« (50\u00a0pct.), »B« (36\u00a0pct.) eller et af to andre svar; "
            "forskellen kan være tilfældig",
        ),
        ([True, True, True, True, True], ""),
    ],
)
def test_answers_that_may_be_first_are_named_calmly(first, said):
    rows = [
        {"label": label, "proportion": share, "may_be_first": may}
        for label, share, may in zip("ABCDE", (0.5, 0.36, 0.35, 0.34, 0.1), first, strict=True)
    ]
    assert first_sentence("Det hyppigste svar", rows[::-1], confidence=0.95) == said


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("lokalraad", "lokalråd"),
        ("paragraf", "§ 17, stk. 4-udvalg"),
        ("it", "IT-redskaber"),
    ],
)
def test_a_label_inside_a_sentence_begins_small_unless_it_is_an_abbreviation(field, word):
    assert said(f"Brugt: {{former.{field}:label}}") == f"Brugt: {word}"


def test_a_label_that_opens_a_sentence_begins_large():
    assert said("{former.lokalraad:label} er brugt.") == "Lokalråd er brugt."


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{former.folkeafstemning:pct} har", "En skjult andel har"),
        ("{former.folkeafstemning:pct_ci}", "En skjult andel"),
        ("{former.folkeafstemning:count} har", "Et skjult antal har"),
        ("af {former.folkeafstemning:n}", "Af 60"),  # the base is shown, the cell is not
        ("af {helt_skjult.ja:n}", "Af et skjult antal"),
        ("{ulaeselig.ja:pct} har", "En ulæselig andel har"),
        ("{ulaeselig.ja:count} af {ulaeselig.ja:n}", "Et ulæseligt antal af 79"),
        ("{ikke_spurgt.ja:pct} har", "En ikke målt andel har"),
        ("af {ikke_spurgt.ja:n}", "Af et ikke målt antal"),
    ],
)
def test_what_is_not_there_is_named_and_never_guessed(template, sentence):
    assert said(template) == sentence


def test_a_claim_is_filled_with_its_verdict():
    assert said("Svar: {claim:abc}", verdict=lambda claim: f"prøve {claim}") == "Svar: prøve abc"
    assert said("Svar: {claim:abc}") == "Svar: "


def test_text_without_fields_is_left_alone():
    assert said("§ 17 er {{ikke}} et felt.") == "§ 17 er {ikke} et felt."


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{strategi.jo:pct}", "Unknown estimate 'strategi.jo'. Did you mean 'strategi.ja'"),
        ("{strategy.ja:pct}", "Unknown estimate 'strategy.ja'. Did you mean 'strategi.ja'"),
        ("{villig.enige:pct}", "Unknown estimate 'villig.enige'. Did you mean"),
        ("{villig.enige@ved_ikke:pct}", "Unknown estimate 'villig.enige@ved_ikke'"),
        ("{strategi.#3:label}", "Unknown estimate 'strategi.#3'"),
        ("{strategi.#0:label}", "Unknown estimate 'strategi.#0'"),
        ("{strategi.#mest:label}", "Unknown estimate 'strategi.#mest'"),
        ("{strategi.ja:procent}", "Unknown form 'procent'"),
        ("{strategi.ja}", "Unknown form ''. Legal: pct, pct_ci, count, n, label."),
    ],
)
def test_a_mistyped_field_is_refused(template, message):
    with pytest.raises(CodebookError) as caught:
        fill(template, ESTIMATES)
    assert str(caught.value).startswith(message)
