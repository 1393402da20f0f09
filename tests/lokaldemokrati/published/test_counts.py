import pytest

from borgerlib.errors import CodebookError
from borgerlib.lokaldemokrati.published.bounds import cross_table
from borgerlib.lokaldemokrati.published.counts import (
    DIVIDED,
    divided_table,
    option_label,
    recovered_count,
)
from borgerlib.lokaldemokrati.published.numbers import load_published
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS


def test_figure_three_has_one_table():
    table = divided_table("udsagn_eksperimentere", "strategi")
    assert table.loc["ja"].tolist() == [1, 5, 27, 12]
    assert table.loc["nej"].tolist() == [1, 8, 19, 5]
    assert table.to_numpy().sum() == 78


def test_figure_three_gives_figure_one_back():
    # Without being asked to: 27 + 12 + 19 + 5 = 63 of 78 are 80.8 pct., and figure 1 says 81.
    agree = divided_table("udsagn_eksperimentere", "strategi")[["enig", "meget_enig"]].to_numpy().sum()
    assert agree == 63
    assert (200 * agree + 78) // 156 == 81


def test_only_figure_three_is_divided():
    published = load_published()
    parts = published.loc[published["group"] != "", ["item", "group"]].drop_duplicates()
    pairs = {(item, group.partition("=")[0]) for item, group in parts.to_numpy()}
    assert [pair for pair in pairs if divided_table(*pair) is not None] == [DIVIDED]
    assert divided_table("udbredelse", "strategi") is None
    assert divided_table("formaal_indfriet", "formaal") is None


def test_the_table_is_the_callers_own():
    table = cross_table("strategi", "udsagn_eksperimentere")
    table.loc["ja", "enig"] = 0
    assert cross_table("strategi", "udsagn_eksperimentere").loc["ja", "enig"] == 27


@pytest.mark.parametrize(
    ("item", "option", "group", "count", "n"),
    [
        ("former", "samskabelse", "", 48, 76),
        ("udbredelse", "mindst_hoej_grad", "", 46, 78),  # a net: 19 + 27
        ("digital_succes", "slet_ikke_eller_ved_ikke", "", 2, 67),
        ("udsagn_eksperimentere", "enige", "strategi=ja", 39, 45),  # a net within a group: 27 + 12
        ("formaal_indfriet", "ja", "formaal=nye_loesninger", 20, 43),
        ("strategi", "nej", "", 33, 78),
    ],
)
def test_a_count_and_what_it_is_out_of(item, option, group, count, n):
    found = recovered_count(item, option, group=group)
    assert (found.count, found.n) == (count, n)
    assert found.proportion == pytest.approx(count / n)


@pytest.mark.parametrize(
    ("item", "option", "group"),
    [
        ("roller", "tidlig_forventningsafstemning", ""),
        ("omraader", "klima", ""),
        ("digital_succes", "slet_ikke", ""),
        ("udsagn_byraad", "meget_enig", ""),
        ("udbredelse", "hoej_grad", "strategi=ja"),
    ],
)
def test_what_is_not_published_is_not_given(item, option, group):
    assert recovered_count(item, option, group=group) is None


@pytest.mark.parametrize(
    ("item", "option", "group"),
    [("strateg", "ja", ""), ("strategi", "jo", ""), ("udbredelse", "ved_ikke", "strategi=jo")],
)
def test_unknown_names_are_refused(item, option, group):
    with pytest.raises(CodebookError, match="Unknown"):
        recovered_count(item, option, group=group)


def test_every_published_option_can_be_asked_for():
    published = load_published()
    asked = published.loc[published["item"] != "", ["item", "option", "group"]].drop_duplicates()
    found = [recovered_count(item, option, group=group) for item, option, group in asked.to_numpy().tolist()]
    known = [each for each in found if each is not None]
    assert known
    assert all(0 <= each.count <= each.n for each in known)
    assert {each.status for each in known} <= {"identified", "set", "impossible"}


def test_a_net_is_called_by_its_options():
    codebook = load_codebook(LEADERS)
    assert option_label(codebook, "udsagn_byraad", "enige") == "Enig eller meget enig"
    assert option_label(codebook, "strategi", "ja") == "Har en strategi"
