from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib import danish

BREAK = "\u00a0"


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (62.5, 63),
        (61.5, 62),  # half to even would give 62 too; 62.5 tells them apart
        (0.5, 1),
        (1.5, 2),
        (2.5, 3),
        (62.4999, 62),
        (0.0, 0),
        (-2.5, -3),
        (-0.4, 0),
        (100 * 0.285, 29),  # 28.499999999999996 to the machine, 57 of 200 to a person
        (100 * 45 / 72, 63),
        (100 * 0.145, 15),  # 14.499999999999998
    ],
)
def test_halves_are_rounded_up(value, rounded):
    assert danish.round_half_up(value) == rounded


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"), [(1.005, 2, 1.01), (0.25, 1, 0.3), (2.675, 2, 2.68), (1234.5, -2, 1200)]
)
def test_decimals_are_rounded_alike(value, decimals, rounded):
    assert danish.round_half_up(value, decimals) == pytest.approx(rounded, abs=1e-12)


@given(st.integers(1, 400), st.data())
def test_a_percentage_is_rounded_as_its_fraction(n, data):
    count = data.draw(st.integers(0, n))
    exact = Fraction(100 * count, n) + Fraction(1, 2)
    assert danish.round_half_up(100 * (count / n)) == exact.numerator // exact.denominator


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (5822763, 0, "5.822.763"),
        (1.5, 1, "1,5"),
        (1234.5, 2, "1.234,50"),
        (0, 0, "0"),
        (-3.2, 1, "−3,2"),
        (62.5, 0, "63"),
        (-0.2, 0, "0"),
    ],
)
def test_numbers_have_a_decimal_comma(value, decimals, text):
    assert danish.number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(0.58, 0, "58"), (0.625, 0, "63"), (0.8987, 1, "89,9"), (0, 0, "0"), (1, 0, "100"), (1 / 3, 2, "33,33")],
)
def test_shares_are_percentages_that_stay_on_one_line(share, decimals, text):
    assert danish.percent(share, decimals) == f"{text}{BREAK}pct."


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("Stemmer: 20 af 21", "Stemmer: 20~af~21"),
        ("N = 4.637. Tynd streg", "N~=~4.637. Tynd streg"),
        ("p < 0,001", "p~<~0,001"),
        ("den 20. november 2029. En måling", "den~20.~november~2029. En måling"),
        ("§ 17, stk. 4-udvalg", "§~17, stk.~4-udvalg"),
        ("1,5, 2 eller 3 gange", "1,5, 2 eller 3~gange"),
        ("15–24 år, og 70 år og derover", "15–24~år, og 70~år og derover"),
        ("Læs indsigt 3. I 2021 og 2022", "Læs indsigt~3. I 2021 og 2022"),
        ("Ingen tal", "Ingen tal"),
    ],
)
def test_a_number_stays_on_the_line_of_its_word(text, tied):
    assert danish.tied(text) == tied.replace("~", BREAK)
    assert danish.tied(danish.tied(text)) == danish.tied(text)


def test_white_space_is_squeezed_but_not_what_must_not_break():
    assert danish.squeezed(f"\n 58{BREAK}pct.  af\talle ") == f"58{BREAK}pct. af alle"


def test_a_range_has_its_unit_once():
    assert danish.percent_range(0.5204, 0.625) == f"52–63{BREAK}pct."


@pytest.mark.parametrize(
    ("value", "word"),
    [(0, "nul"), (1, "en"), (3, "tre"), (12, "tolv"), (13, "13"), (1045, "1.045"), (-1, "−1")],
)
def test_small_counts_are_words(value, word):
    assert danish.small_number(value) == word


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a og b"), (["a", "b", "c"], "a, b og c"), (("a", "b"), "a og b")],
)
def test_lists_read_as_sentences(words, text):
    assert danish.listing(words) == text


def test_a_list_of_choices_ends_with_or():
    assert danish.listing(["67", "74", "79"], last="eller") == "67, 74 eller 79"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 23), "23. november 2026"),
        (date(2021, 1, 1), "1. januar 2021"),
        (date(2024, 5, 9), "9. maj 2024"),
        (date(2024, 12, 31), "31. december 2024"),
    ],
)
def test_dates_are_written_out(day, text):
    assert danish.long_date(day) == text


@pytest.mark.parametrize(
    ("text", "capitalised"),
    [("ældre", "Ældre"), ("åbne IT-svar", "Åbne IT-svar"), ("58 pct.", "58 pct."), ("", "")],
)
def test_only_the_first_letter_is_made_large(text, capitalised):
    assert danish.capitalise(text) == capitalised


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ærø", "aeroe"),
        ("Århus", "aarhus"),
        ("Furesø", "furesoe"),
        ("Faaborg-Midtfyn", "faaborg-midtfyn"),
        ("  Høje-Taastrup Kommune ", "hoeje-taastrup-kommune"),
        ("§ 17, stk. 4-udvalg", "17-stk-4-udvalg"),
        ("Café José", "cafe-jose"),
        ("ÆØÅ", "aeoeaa"),
        ("A\u030arhus", "aarhus"),  # å as a and a ring, as a Mac writes file names
        ("Æ", "ae"),
        ("…", ""),
    ],
)
def test_slugs_are_letters_that_every_address_knows(name, slug):
    assert danish.slug(name) == slug


def test_no_two_municipalities_share_a_slug():
    from borgerlib.population.municipalities import municipalities

    names = municipalities()["name"]
    assert names.map(danish.slug).nunique() == len(names) == 98


def test_names_stand_in_danish_order():
    names = ["Aarhus", "Ærø", "Vejle", "Ørsted", "Allerød", "Århus", "Odense", "aabenraa"]
    assert sorted(names, key=danish.sort_key) == [
        "Allerød", "Odense", "Vejle", "Ærø", "Ørsted", "aabenraa", "Aarhus", "Århus"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.0, "under en tiendedel så ofte"),
        (0.094, "under en tiendedel så ofte"),
        (0.1, "en tiendedel så ofte"),
        (0.11, "godt en tiendedel så ofte"),
        (0.19, "knap en femtedel så ofte"),
        (0.23, "knap en fjerdedel så ofte"),
        (0.254, "en fjerdedel så ofte"),
        (0.27, "godt en fjerdedel så ofte"),
        (0.33, "en tredjedel så ofte"),
        (0.46, "knap halvt så ofte"),
        (0.5, "halvt så ofte"),
        (0.54, "godt halvt så ofte"),
        (0.66, "knap to tredjedele så ofte"),
        (0.85 + 1e-6, "knap ni tiendedele så ofte"),
        (0.94, "godt ni tiendedele så ofte"),
        (0.95, "næsten lige så ofte"),
        (0.996, "lige så ofte"),
        (1.0, "lige så ofte"),
    ],
)
def test_how_often_is_said_in_parts(ratio, words):
    assert danish.as_often(ratio) == words


@given(st.floats(0, 1), st.floats(0, 1))
def test_who_does_it_less_often_is_never_said_to_do_it_more(one, other):
    sizes = {words: part for part, words in danish._PARTS.items()} | {"lige": 1.0, "næsten lige": 0.97}
    rank = {"under ": -1, "knap ": 0, "": 1, "godt ": 2}

    def place(ratio):
        said = danish.as_often(ratio).removesuffix(" så ofte")
        about = next((a for a in ("under ", "knap ", "godt ") if said.startswith(a)), "")
        return sizes[said.removeprefix(about)], rank[about]

    less, more = sorted((one, other))
    assert place(less) <= place(more)


@pytest.mark.parametrize("ratio", [-0.1, 1.01, float("nan")])
def test_how_often_is_a_share(ratio):
    with pytest.raises(ValueError, match="between 0 and 1"):
        danish.as_often(ratio)
