import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import CodebookError, DataError, NotIdentifiedError
from borgerlib.lokaldemokrati.published.bounds import bounds, cross_table
from borgerlib.lokaldemokrati.published.identification import identify
from borgerlib.lokaldemokrati.published.reconstruction import reconstruct_respondents


def limits(frame):
    return {(row.row, row.column): (row.lower, row.upper) for row in frame.itertuples()}


def test_the_bounds_of_a_two_by_two_table_by_hand():
    # 8 people, 5 in row a and 6 in column x: at least 5 + 6 - 8 = 3 in both, at most 5.
    found = bounds({"a": 5, "b": 3}, {"x": 6, "y": 2})
    assert limits(found) == {("a", "x"): (3, 5), ("a", "y"): (0, 2), ("b", "x"): (1, 3), ("b", "y"): (0, 2)}
    first = found.iloc[0]
    assert (first["lower_share"], first["upper_share"]) == (3 / 8, 5 / 8)


def test_a_known_cell_settles_a_two_by_two_table():
    found = bounds({"a": 5, "b": 3}, {"x": 6, "y": 2}, known={("a", "x"): 4})
    assert limits(found) == {("a", "x"): (4, 4), ("a", "y"): (1, 1), ("b", "x"): (2, 2), ("b", "y"): (1, 1)}


margins = st.lists(st.integers(0, 4), min_size=3, max_size=3)


@given(st.lists(margins, min_size=2, max_size=2), st.booleans())
def test_the_bounds_are_those_of_every_table_there_is(table, with_known):
    rows = {f"r{i}": sum(row) for i, row in enumerate(table)}
    columns = {f"c{j}": sum(row[j] for row in table) for j in range(3)}
    if not sum(rows.values()):
        return
    known = {("r0", "c0"): table[0][0]} if with_known else None
    tables = [
        first
        for first in itertools.product(*(range(columns[f"c{j}"] + 1) for j in range(3)))
        if sum(first) == rows["r0"] and (not with_known or first[0] == table[0][0])
    ]
    found = limits(bounds(rows, columns, known=known))
    for j in range(3):
        cells = [first[j] for first in tables]
        assert found["r0", f"c{j}"] == (min(cells), max(cells))


@pytest.mark.parametrize(
    ("rows", "columns", "known", "problem"),
    [
        ({}, {"x": 1}, None, "the margin of the rows has nobody in it"),
        ({"a": 1}, {"x": 0}, None, "the margin of the columns has nobody in it"),
        ({"a": -1, "b": 2}, {"x": 1}, None, "the margin of the rows has -1 at 'a'"),
        ({"a": 1.5}, {"x": 1}, None, "the margin of the rows has 1.5 at 'a'"),
        ({"a": 2}, {"x": 1}, None, "the rows sum to 2 and the columns to 1"),
        ({"a": 1}, {"x": 1}, {("a", "z"): 1}, "the known cell ('a', 'z') is not in the table"),
        ({"a": 1}, {"x": 1}, {("a", "x"): -1}, "the known cell ('a', 'x') is -1"),
    ],
)
def test_bad_margins_are_refused(rows, columns, known, problem):
    with pytest.raises(DataError, match="The table cannot be bounded") as caught:
        bounds(rows, columns, known=known)
    assert problem in str(caught.value)


def test_known_cells_that_no_table_has_are_refused():
    with pytest.raises(DataError, match="No table has these margins and these known cells"):
        bounds({"a": 2, "b": 2}, {"x": 2, "y": 2}, known={("a", "x"): 2, ("a", "y"): 1})


def test_the_published_table_is_given_either_way_round():
    table = cross_table("strategi", "udsagn_eksperimentere")
    assert table.loc["ja"].tolist() == [1, 5, 27, 12]
    assert cross_table("udsagn_eksperimentere", "strategi").T.equals(table)


def test_a_question_put_to_some_is_determined_by_its_base():
    table = cross_table("digital", "digital_succes")
    assert table.loc["ja"].tolist() == [6, 20, 29, 10, 2]
    assert table.loc["nej"].tolist() == [0, 0, 0, 0, 0]


def test_a_table_that_is_not_determined_is_refused_with_its_bounds():
    with pytest.raises(
        NotIdentifiedError, match="do not determine how 'strategi' and 'barrierer' go together"
    ) as caught:
        cross_table("strategi", "barrierer")
    assert "borgerlib.bounds(" in str(caught.value)
    found = limits(caught.value.bounds)
    # 45 of the 78 have a strategy and 48 lacked citizens: 45 + 48 - 78 = 15 at least, 45 at most.
    assert found["ja", "mobilisering"] == (15, 45)
    # 33 have none: 33 + 48 - 78 = 3.
    assert found["nej", "mobilisering"] == (3, 33)


def test_two_options_of_one_question_are_bounded_within_its_respondents():
    with pytest.raises(NotIdentifiedError) as caught:
        cross_table("formaal", "formaal")
    found = limits(caught.value.bounds)
    # 64 and 53 of 73: 64 + 53 - 73 = 44.
    assert found["mening", "viden"] == (44, 53)
    assert found["mening", "mening"] == (64, 64)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "pair",
    [
        ("strategi", "barrierer"),
        ("omraader", "redskaber"),
        ("digital_fordele", "formaal"),
        ("formaal", "formaal_indfriet"),
    ],
)
def test_respondents_stay_within_the_bounds(pair, seed):
    with pytest.raises(NotIdentifiedError) as caught:
        cross_table(*pair)
    respondents = reconstruct_respondents(seed=seed)

    def chose(item, option):
        column = f"{item}__{option}"
        return (
            respondents[column].eq(1).fillna(False) if column in respondents else respondents[item] == option
        )

    for cell in caught.value.bounds.itertuples():
        both = int((chose(pair[0], cell.row) & chose(pair[1], cell.column)).sum())
        assert cell.lower <= both <= cell.upper


def test_rows_stand_in_the_order_of_the_question():
    with pytest.raises(NotIdentifiedError) as caught:
        cross_table("barrierer", "strategi")
    assert list(caught.value.bounds["row"].unique()) == list(identify("barrierer").counts)


def test_an_unknown_item_is_refused():
    with pytest.raises(CodebookError, match="Unknown item"):
        cross_table("strategi", "alder")
