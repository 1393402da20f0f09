from types import MappingProxyType

import pytest

from borgerlib.errors import CodebookError
from borgerlib.lokaldemokrati.published.feasible import rounded_percent
from borgerlib.lokaldemokrati.published.identification import (
    identification_table,
    identifications,
    identify,
    solve_survey,
)
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS


@pytest.mark.parametrize(
    ("item", "status", "possible_n", "n", "counts"),
    [
        ("udsagn_byraad", "set", (78, 79), 79, [71]),
        ("udsagn_succeser", "set", (78, 79), 79, [75]),
        ("strategi", "identified", (78,), 78, [45, 33]),
        ("udbredelse", "set", (71, 78), 78, [19, 27, 27, 5, 0, 0]),
        ("roller", "identified", (77,), 77, [63, 50, 34]),
        ("viden", "identified", (77,), 77, [51, 41, 38]),
        ("former", "identified", (76,), 76, [74, 62, 56, 48, 44, 42, 41, 34, 33, 23, 21, 19, 19, 12, 11, 1]),
        ("digital_succes", "set", (67, 74, 79), 67, [6, 20, 29, 10, 2]),
        ("digital_fordele", "impossible", (), 64, [49, 40, 24, 22, 13, 12, 11, 8]),
        ("formaal_indfriet", "identified", (43,), 43, [20, 23]),
        ("barrierer", "identified", (72,), 72, [48, 45, 40, 36, 35, 34, 33, 32, 32, 31, 28, 24, 23, 8]),
        ("redskaber", "set", (70, 72, 73, 77, 78), 72, [38, 34, 26, 21, 7]),
    ],
)
def test_what_the_report_says_about_an_item(item, status, possible_n, n, counts):
    found = identify(item)
    assert (found.status, found.possible_n, found.n) == (status, possible_n, n)
    assert list(found.counts.values()) == counts


def test_the_purposes_fit_only_73():
    found = identify("formaal")
    assert (found.status, found.n) == ("identified", 73)
    assert found.counts == {"mening": 64, "viden": 53, "nye_loesninger": 43}


def test_the_digital_experience_is_chosen_by_those_asked_before():
    # 88 pct. fits many N; the formats before it were answered by 76, and 67 of 76 is 88.16 pct.
    found = identify("digital")
    assert found.status == "set"
    assert (found.n, found.counts["ja"], found.counts["nej"]) == (76, 67, 9)
    assert all(rounded_percent(solution.counts["ja"], solution.n) == 88 for solution in found.solutions)


def test_the_open_question_keeps_its_counts():
    found = identify("omraader")
    assert (found.n, found.counts) == (42, {"velfaerd": 21, "lokalsamfund": 12, "alle": 12, "byudvikling": 8})
    assert found.why.endswith("Fire antal kan ikke læses.")


def test_every_standing_percentage_comes_back_but_the_one_proven_impossible():
    values = standing_values(load_published())
    own = values[(values["group"] == "") & (values["unit"] == "pct")]
    wrong = []
    for row in own.to_dict("records"):
        found = identify(row["item"])
        recomputed = rounded_percent(found.counts[row["option"]], found.n)
        if recomputed != row["value"]:
            wrong.append((row["item"], row["option"], row["value"], recomputed))
    assert wrong == [("digital_fordele", "flere_borgere", 62, 63)]


def test_n_falls_in_the_order_of_the_questionnaire():
    codebook = load_codebook(LEADERS)
    for_all = [identify(item.id).n for item in codebook if not item.base and item.id != "omraader"]
    assert for_all == sorted(for_all, reverse=True)
    assert for_all[0] == codebook.meta["respondents"]
    assert for_all[-1] >= codebook.meta["completed"]


def test_every_item_has_a_reason_in_words():
    table = identification_table()
    assert table["item"].tolist() == [item.id for item in load_codebook(LEADERS)]
    assert table["why"].str.endswith(".").all()
    why = table.set_index("item")["why"]
    assert why["digital_fordele"].endswith("Nærmest er N = 64, som giver 63 i stedet for 62 pct.")
    assert "N = 71 eller 78 giver alle seks procenttal" in why["udbredelse"]
    assert why["roller"] == "N = 77, som 2021-rapporten oplyser, giver alle tre procenttal."


def test_an_unknown_item_is_refused_with_the_nearest():
    with pytest.raises(CodebookError, match="Did you mean 'barrierer'"):
        identify("barriere")


def test_what_is_found_cannot_be_changed():
    assert isinstance(identifications(), MappingProxyType)
    with pytest.raises(TypeError):
        identify("strategi").counts["ja"] = 1


@pytest.mark.slow
def test_a_changed_percentage_of_the_divided_figure_makes_its_divider_impossible():
    published = load_published()
    published.loc[published["value_id"] == "fig3-udsagn-eksperimentere-hverken-strategi-nej", "value"] = 21
    found = solve_survey(published, load_codebook(LEADERS))
    assert found["strategi"].status == "impossible"
    assert found["strategi"].why.endswith("men det går ikke op i den figur, der er delt efter svaret.")
    # What cannot be is no bound for the questions after it.
    assert found["udbredelse"].n == 78
