import pytest

from borgerlib.survey.codebook.age_options import OLDEST, age_option_problems, age_options, years_of
from borgerlib.survey.codebook.model import Item, Option


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("15-19", (15, 19)),
        ("15–19 år", (15, 19)),
        ("15 - 19år", (15, 19)),
        ("Mellem 20 og 29 år", (20, 29)),
        ("fra 20 til 29", (20, 29)),
        ("60-69-årige", (60, 69)),
        ("Under 18 år", (0, 17)),
        ("17 år eller yngre", (0, 17)),
        ("Til og med 17 år", (0, 17)),
        ("40+", (40, OLDEST)),
        ("40+ år", (40, OLDEST)),
        ("80 år eller derover", (80, OLDEST)),
        ("80 år og derover", (80, OLDEST)),
        ("80 år eller ældre", (80, OLDEST)),
        ("Over 79 år", (80, OLDEST)),
        ("65 years or older", (65, OLDEST)),
        ("18 år", (18, 18)),
        ("65 år eller äldre", (65, OLDEST)),
        ("67 år og eldre", (67, OLDEST)),
        ("65 Jahre und älter", (65, OLDEST)),
        ("mellan 16 och 29 år", (16, 29)),
        ("unter 18 Jahren", (0, 17)),
        ("29-20", None),
        ("Ung", None),
        ("Klasse 3 til 4 børn", None),
        ("", None),
    ],
)
def test_the_years_that_a_text_names(text, years):
    assert years_of(text) == years


def asked(**texts):
    options = [
        Option(name, text, missing="refused" if "ikke" in text else "") for name, text in texts.items()
    ]
    return Item("alder", "Alder", "single", tuple(options), role="age")


def test_bands_are_in_order_whatever_the_questionnaires_and_who_withholds_has_none():
    item = asked(gammel="40+", ung="15-39", skjult="Vil ikke svare")
    assert age_options(item) == {"ung": (15, 39), "gammel": (40, OLDEST)}
    assert age_option_problems(item) == []


def test_gaps_overlaps_and_texts_without_years_are_named():
    problems = age_option_problems(asked(barn="Barn", a="15-20", b="20-29", c="31-39", d="50-69"))
    assert [problem.partition(": ")[2] for problem in problems] == [
        'its text \'Barn\' names no years; write them as the text or as short, such as "15-39" or "40+", or '
        'mark it as missing = "refused"',
        "whoever is 20 belongs to both 'a' and 'b'",
        "nobody of 30 finds an option between 'b' and 'c'",
        "nobody of 40 to 49 finds an option between 'c' and 'd'",
        "nobody above 69 finds an option: the oldest, 'd', is not open above",
    ]
