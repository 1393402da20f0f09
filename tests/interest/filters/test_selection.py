"""A selection becomes a link and comes back, and says what of a request it could not meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.interest.filters.choices import Filter, Level
from borgerlib.interest.filters.selection import KEYS, Selection, read_link, understood
from borgerlib.said import in_danish

FILTERS = (
    Filter(
        "age", "", (Level("15-24", "15–24 år"), Level("60-69", "60–69 år"), Level("70+", "70 år og derover"))
    ),
    Filter("area", "", (Level("Sønder Ålebæk, nord & syd", "Sønder"), Level("Øst=vest", "Øst"))),
    Filter("topics", "Hvilke emner?", (Level("klima", "Klima"), Level("natur", "Natur"))),
)
LEVELS = {filter_.role: [level.id for level in filter_.levels] for filter_ in FILTERS}


def danish(read):
    return tuple(map(in_danish, read.problems))


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
    assert danish(read) == (
        "Linket nævner »bil«, som ikke er et filter.",
        "»95-99« findes ikke i kommunens svar.",
        "»trafik« findes ikke i kommunens svar.",
        "Kommunens svar kan ikke filtreres efter »koen«.",
    )


def test_a_link_of_two_groups_of_which_nothing_is_left_to_compare_shows_one():
    read = read_link("mod&mod", FILTERS)
    assert danish(read) == ("Linket nævner »mod«, som ikke er et filter.",)
    assert read.against is None
    assert read_link("alder=60-69&mod&mod&emner=natur", FILTERS).against == Selection({"topics": ("natur",)})


def test_a_second_group_that_cannot_be_read_leaves_the_first_and_says_nothing_of_all():
    read = understood({"age": ["60-69"]}, FILTERS, [])
    assert (read.selection, read.against) == (Selection({"age": ("60-69",)}), None)
    assert danish(read) == ("Gruppen, der skulle sammenlignes med, kunne ikke læses.",)


def test_of_many_that_are_unknown_the_first_few_are_named():
    read = understood({"topics": [f"x{number}" for number in range(200)]}, FILTERS)
    assert danish(read) == ("»x0«, »x1«, »x2«, »x3«, »x4« og 195 flere findes ikke i kommunens svar.",)
    read = read_link("&".join(f"x{number}=1" for number in range(200)), FILTERS)
    assert len(read.problems) == 6
    assert read.problems[-1] == "195 more parts of the selection do not fit the answers."
    assert danish(read)[-1] == "Yderligere 195 dele af valget passer ikke til svarene."


def test_what_is_told_of_a_link_can_be_written():
    (told,) = danish(read_link("\ud800\u202ebil=1", FILTERS))
    assert told == "Linket nævner »bil«, som ikke er et filter."


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
