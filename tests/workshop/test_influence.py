"""Placements, what they come to, and the three lists."""

from dataclasses import replace

import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.workshop.influence.elements import BARRIERS, options_of, read_elements, shipped_elements
from borgerlib.workshop.influence.placements import applied, checked, empty_map
from borgerlib.workshop.influence.potential import Cause, failure_causes, potential, standings
from borgerlib.workshop.sessions.change import TOGETHER, Change

CAUSES = {
    "mobilisering": Cause("mobilisering", "Ikke mobiliseret", 0.67, 0.60, 0.72, frequent=True),
    "mandat": Cause("mandat", "Intet mandat", 0.33, 0.28, 0.40, frequent=False),
}


REVEAL = (TOGETHER, "reveal", {})


def said(*changes):
    state = empty_map(read_elements(shipped_elements()))
    for who, kind, content in changes:
        state = applied(state, Change(who, kind, checked(state, kind, content)))
    return state


def place(element, when, influence, control=5, who=TOGETHER):
    return who, "place", {"id": element, "when": when, "influence": influence, "control": control}


def standing(state, element):
    return next(one for one in standings(state) if one.element.id == element)


def lists(state):
    return potential(standings(state), state.said.picked, CAUSES)


def test_low_influence_and_a_wish_for_more_with_the_widest_gap_first():
    state = said(
        *(place("mandat", when, x) for when, x in (("today", 4), ("wished", 6))),
        *(place("opbakning", when, x) for when, x in (("today", 2), ("wished", 9))),
        *(place("formaal", when, x) for when, x in (("today", 5), ("wished", 9))),  # 5 is not low
        *(place("lovgivning", when, x) for when, x in (("today", 1), ("wished", 1))),  # none wished
        place("tidspunkt", "today", 0),  # nobody has said what is wished
    )
    assert [(one.element.id, one.gap) for one, _ in lists(state)["wish"]] == [
        ("opbakning", 7),
        ("mandat", 2),
    ]


def test_high_influence_on_a_frequent_cause():
    state = said(
        place("mobilisering", "today", 8), place("mandat", "today", 9), place("lobbyister", "today", 9)
    )
    assert [(one.element.id, cause.share) for one, cause in lists(state)["cause"]] == [("mobilisering", 0.67)]
    assert lists(said(place("mobilisering", "today", 5)))["cause"] == []


def test_the_causes_are_those_of_figure_8_with_their_intervals():
    causes = failure_causes()
    average = sum(cause.share for cause in causes.values()) / len(causes)
    assert len(causes) == 14
    assert causes["mobilisering"].share == pytest.approx(48 / 72)
    assert all(cause.lower < cause.share < cause.upper for cause in causes.values())
    assert (
        {c.id for c in causes.values() if c.frequent}
        == {c.id for c in causes.values() if c.lower > average}
        != set()
    )


def test_the_group_goes_before_the_median_of_those_apart():
    apart = [place("formaal", "today", x, control=2 * x, who=f"p{x}") for x in (1, 2, 3, 4)]
    state = said(*apart, REVEAL)
    one = standing(state, "formaal")
    assert (one.influence, one.control) == ({"today": 2.5}, {"today": 5})
    assert standing(said(*apart, REVEAL, place("formaal", "today", 8)), "formaal").influence == {"today": 8}


def test_three_people_apart_move_nothing():
    state = said(*(place("formaal", "today", x, who=f"p{x}") for x in (1, 2, 3)), REVEAL)
    assert standing(state, "formaal").influence == {}
    assert standing(state, "formaal").apart["today"][0].n == 3


def test_each_role_and_area_has_its_own_map_and_a_message_lands_where_it_was_meant():
    ours = {"role": "kommunaldirektoer", "area": "generelt"}
    state = said(
        place("formaal", "today", 2),
        ("", "pick", {"id": "formaal", "on": True}),
        ("", "setting", {"key": "role", "value": "byraad"}),
        place("formaal", "today", 9),
        # What was on its way when the question changed names the question that it answers.
        ("p1", "place", {"id": "mandat", "when": "today", "influence": 4, "control": 4, **ours}),
    )
    assert standing(state, "formaal").influence == {"today": 9}
    assert (state.said.picked, state.participants) == (frozenset(), ())
    before = applied(state, Change("", "setting", {"key": "role", "value": "kommunaldirektoer"}))
    assert standing(before, "formaal").influence == {"today": 2}
    assert (before.said.picked, before.participants) == ({"formaal"}, ("p1",))
    assert [asked.labels for asked in state.asked] == [
        ("Kommunaldirektøren", "Borgerdialog i almindelighed"),
        ("Byrådet", "Borgerdialog i almindelighed"),
    ]
    # A role that a session no longer knows is passed over.
    assert applied(state, Change("", "setting", {"key": "role", "value": "kejser"})) == state


def test_elements_are_added_renamed_left_out_and_taken_back_with_what_was_placed():
    state = said(
        ("", "element", {"id": "eget_12345678", "label": "  Bedre   kaffe "}),
        place("eget_12345678", "today", 3),
        ("", "element", {"id": "formaal", "label": "Formålet"}),
        ("", "leave_out", {"id": "eget_12345678", "on": True}),
    )
    assert state.elements[0].label == "Formålet"
    assert [element.label for element in state.left_out] == ["Bedre kaffe"]
    back = applied(state, Change("", "leave_out", {"id": "eget_12345678", "on": False}))
    assert back.elements[-1].label == "Bedre kaffe"
    assert standing(back, "eget_12345678").influence == {"today": 3}


def test_a_new_element_that_is_sent_twice_is_one():
    twice = [("", "element", {"id": "eget_12345678", "label": "Kaffe"})] * 2
    assert [e.label for e in said(*twice).elements].count("Kaffe") == 1


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("place", {"id": "formaal", "when": "today", "influence": 11, "control": 5}, "uden for kortet"),
        ("place", {"id": "formaal", "when": "today", "influence": True, "control": 5}, "fra 0 til 10"),
        ("place", {"id": "formaal", "when": "igår", "influence": 1, "control": 5}, "ikke kender"),
        ("place", {"id": "intet", "when": "today", "influence": 1, "control": 5}, "findes ikke på kortet"),
        ("place", {"id": ["x"], "when": "today", "influence": 1, "control": 5}, "findes ikke på kortet"),
        (
            "place",
            {"id": "formaal", "when": "today", "influence": 1, "control": 5, "role": "x"},
            "ikke kender",
        ),
        ("element", {"id": "formaal", "label": "\u3164 \u200b"}, "Skriv, hvad elementet hedder"),
        ("element", {"id": "formaal", "label": " "}, "Skriv, hvad elementet hedder"),
        ("element", {"id": "formaal", "label": "x" * 81}, "1 tegn for lang; der er plads til 80"),
        ("decide", {"id": "formaal", "question": "wish", "what": "x" * 410}, "10 tegn for lang"),
        ("setting", {"key": "role", "value": "kejser"}, "ikke kender"),
        ("explode", {"id": "formaal"}, "ikke kender"),
    ],
)
def test_what_is_not_legal_is_a_danish_sentence(kind, content, message):
    with pytest.raises(ParameterError, match=message):
        checked(said(), kind, content)


def test_spaces_of_every_kind_stay_spaces():
    typed = "Ring til § 16\u00a0stk. 2\tsnart\u2009👩\u200d🏫\x00"
    kept = checked(said(), "decide", {"id": "formaal", "question": "wish", "what": typed})
    assert kept["what"] == "Ring til § 16 stk. 2 snart 👩\u200d🏫"


def test_the_map_holds_sixty_elements():
    state = said()
    many = tuple(replace(state.elements[0], id=f"e{at}") for at in range(60))
    with pytest.raises(ParameterError, match="plads til 60"):
        checked(replace(state, elements=many), "element", {"id": "eget_12345678", "label": "En til"})


class TestElements:
    def test_ours_name_every_cause_of_figure_8_at_most_once_each(self):
        named = [element.cause for element in read_elements(shipped_elements()).element if element.cause]
        assert len(set(named)) == len(named) == 14

    def test_all_problems_come_at_once_with_their_lines(self, tmp_path):
        file = tmp_path / "egne.toml"
        file.write_text(
            '[[role]]\nid = "a"\nlabel = "A"\n[[area]]\nid = "b"\nlabel = "B"\n'
            '[[element]]\nid = "x"\nlabel = "X"\ncause = "mobilsering"\n'
            f'[[element]]\nid = "x"\nlabel = "{"y" * 90}"\n'
            '[[element]]\nid = "z"\nlabel = " \u00a0\u200b"\n',
            encoding="utf-8",
        )
        with pytest.raises(DataError) as caught:
            read_elements(file)
        assert caught.value.message == "The elements in egne.toml cannot be used:"
        assert list(caught.value.problems) == [
            "line 10: element 'x', cause: 'mobilsering' is none of "
            f"{', '.join(options_of(LEADERS, BARRIERS))}; "
            "did you mean 'mobilisering'?",
            "line 12: element 'x', id: 'x' is the id of another already",
            "line 13: element 'x', label: 90 letters; at most 80 can be read",
            "line 16: element 'z', label: \" \u00a0\u200b\" must be a text that is not empty",
        ]
