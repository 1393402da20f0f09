"""A selection becomes a link and comes back, and says what of a request it could not meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.interest.filters.choices import Filter, Level
from borgerlib.interest.filters.selection import KEYS, Selection, read_link, understood

FILTERS = (
    Filter(
        "age", "", (Level("15-24", "15–24 år"), Level("60-69", "60–69 år"), Level("70+", "70 år og derover"))
    ),
    Filter("area", "", (Level("Sønder Ålebæk, nord & syd", "Sønder"), Level("Øst=vest", "Øst"))),
    Filter("topics", "Hvilke emner?", (Level("klima", "Klima"), Level("natur", "Natur"))),
)
LEVELS = {filter_.role: [level.id for level in filter_.levels] for filter_ in FILTERS}


def test_a_link_is_readable():
    assert (
        Selection({"topics": ("klima", "natur"), "age": ("60-69",)}).to_link()
        == "alder=60-69&emner=klima,natur"
    )
    assert Selection().to_link() == ""
    assert Selection({"age": ()}).is_everybody


@given(
    st.fixed_dictionaries({}, optional={role: st.lists(st.sampled_from(ids)) for role, ids in LEVELS.items()})
)
def test_every_selection_comes_back_from_its_link(levels):
    selection = understood(levels, FILTERS).selection
    assert read_link(f"#{selection.to_link()}", FILTERS).selection == selection
    assert not read_link(selection.to_link(), FILTERS).problems


@given(st.text(max_size=300))
def test_no_link_is_an_error(text):
    read = read_link(text, FILTERS)
    assert all(set(levels) <= set(LEVELS[role]) for role, levels in read.selection.levels.items())


def test_what_is_unknown_is_left_out_and_told():
    read = read_link("#alder=60-69,95-99&bil=rød&emner=trafik&koen=kvinde", FILTERS)
    assert read.selection == Selection({"age": ("60-69",)})
    assert read.problems == (
        "Linket nævner »bil«, som ikke er et filter.",
        "»95-99« findes ikke i kommunens svar.",
        "»trafik« findes ikke i kommunens svar.",
        "Kommunens svar kan ikke filtreres efter »koen«.",
    )


def test_an_overlong_link_is_not_read():
    assert read_link("alder=" + "1" * 5000, FILTERS).selection.is_everybody


@pytest.mark.parametrize("wrong", [None, 3, "alder", [1], {"age": 4}, {"age": [None, {}]}, {3: ["x"]}])
def test_nonsense_from_a_page_is_everybody(wrong):
    told = understood(wrong, FILTERS)
    assert told.selection.is_everybody


def test_levels_stand_in_the_order_of_the_questionnaire():
    assert understood({"topics": ["natur", "klima", "natur"]}, FILTERS).selection.levels["topics"] == (
        "klima",
        "natur",
    )


def test_keys_are_distinct():
    assert len(set(KEYS.values())) == len(KEYS)
