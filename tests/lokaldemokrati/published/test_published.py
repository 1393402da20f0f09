import pandas as pd
import pytest

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS

SHIPPED = places.raw_data(LEADERS, "published.csv")


@pytest.fixture
def table():
    return pd.read_csv(SHIPPED, dtype=str, keep_default_na=False)


@pytest.fixture
def problems_of(table, tmp_path):
    """Return a function that changes one row of the file and returns the problems that are told."""

    def change(row, /, **values):
        table.loc[table["value_id"] == row, list(values)] = list(values.values())
        path = tmp_path / "published.csv"
        table.to_csv(path, index=False)
        with pytest.raises(DataError, match=r"published values in published\.csv cannot be used") as caught:
            load_published(path)
        return list(caught.value.problems)

    return change


def test_every_figure_of_the_report_is_there():
    figures = set(load_published()["figure"])
    assert figures == {*(str(n) for n in range(1, 14)), "N1", "N2", "N3", "N4", "tekst"}


@pytest.mark.parametrize(
    ("figure", "values"),
    [
        ("1", [97, 95, 90, 90, 81, 24]),
        ("5", [24, 35, 35, 6, 0, 0]),
        ("9", [77, 62, 38, 34, 20, 19, 17, 13]),
        ("12", [53, 47, 36, 29, 10]),
        ("N2", [82, 65, 44]),
    ],
)
def test_a_figure_holds_its_values_in_order(figure, values):
    published = load_published()
    assert published.loc[published["figure"] == figure, "value"].tolist() == values


def test_only_unreadable_and_bounded_values_are_missing_and_each_says_why():
    published = load_published()
    missing = published[published["value"].isna()]
    assert set(missing["certainty"]) == {"unreadable", "bounded"}
    assert missing["note"].str.len().min() > 10


def test_every_item_of_the_codebook_is_published():
    published = load_published()
    assert {item.id for item in load_codebook(LEADERS)} == set(published["item"]) - {""}


def test_the_contradicted_figure_follows_what_is_not_in_doubt():
    # Figure 1 shows 97, 95, 90, 90, 81, 24. The mayor's is 90 elsewhere, so the 95 is left for the successes.
    standing = standing_values(load_published()).set_index("item")["value"]
    assert standing["udsagn_borgmester"] == 90
    assert standing["udsagn_succeser"] == 95


def test_a_contradiction_that_cannot_be_settled_is_refused():
    # The council's value is 90 on the key figures page. With 91 in figure 1, one label has 95 and 91 left.
    published = load_published()
    published.loc[published["value_id"] == "fig1-udsagn-byraad-enige", "value"] = 91
    with pytest.raises(
        DataError, match="figure 1 cannot be settled: 1 labels are in doubt and 2 values are left"
    ):
        standing_values(published)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"value": "158"}, "'fig2-strategi-ja': 158 percent is outside 0 to 100"),
        ({"value": "-3"}, "'fig2-strategi-ja': value '-3' is no whole number of at least 0"),
        ({"value": "58.0"}, "'fig2-strategi-ja': value '58.0' is no whole number of at least 0"),
        ({"value": ""}, "'fig2-strategi-ja': an empty value must be unreadable or bounded"),
        ({"n_stated": "0"}, "'fig2-strategi-ja': n_stated '0' is no whole number of at least 1"),
        ({"item": "strateg"}, "'fig2-strategi-ja': there is no item 'strateg' in the codebook"),
        ({"option": "jo"}, "'fig2-strategi-ja': item 'strategi' has no option or net 'jo'"),
        (
            {"group": "strategi=jo"},
            "'fig2-strategi-ja': group 'strategi=jo' is no 'item=option' of the codebook",
        ),
        ({"item": "", "option": ""}, "'fig2-strategi-ja': a number without an item needs a label"),
        ({"unit": "kr"}, "'fig2-strategi-ja': unit 'kr' is none of pct, antal"),
        ({"figure": "14"}, "'fig2-strategi-ja': figure '14' is none of N1"),
        ({"insight": "11"}, "'fig2-strategi-ja': insight '11' is none of metode"),
        ({"certainty": "sure"}, "'fig2-strategi-ja': certainty 'sure' is none of certain"),
    ],
)
def test_a_bad_value_is_refused(problems_of, values, problem):
    [told] = problems_of("fig2-strategi-ja", **values)
    assert told.startswith(problem)


def test_repeated_ids_and_places_are_refused_together(problems_of):
    problems = problems_of(
        "fig2-strategi-nej", value_id="fig2-strategi-ja", option="ja", value="42", certainty="certain"
    )
    assert problems == [
        "value_id 'fig2-strategi-ja' stands more than once",
        "'fig2-strategi-ja' repeats an option of the same figure and group",
    ]


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DataError, match=r"There is no file .*gone\.csv"):
        load_published(tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as a UTF-8 table"),
        (b"value_id,insight\nx,\xff\n", "cannot be read as a UTF-8 table"),
        (b"value_id,insight\nx,1\n", "lacks the columns figure, item"),
        (SHIPPED.read_bytes().splitlines()[0] + b"\n", "holds no published values"),
    ],
)
def test_a_damaged_file_is_told(tmp_path, content, message):
    path = tmp_path / "published.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_published(path)
