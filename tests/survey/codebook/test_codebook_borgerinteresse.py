from __future__ import annotations

from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.codebook.matching import matcher
from borgerlib.survey.codebook.model import ROLES

CODEBOOK = load_codebook("borgerinteresse")


def test_every_role_is_filled_but_the_municipality_which_the_command_names():
    filled = {item.role for item in CODEBOOK}
    # It asks for the age in years, not in bands.
    assert set(ROLES) - filled == {"municipality", "age_group"}
    assert "" not in filled


def test_the_required_roles_are_roles():
    required = CODEBOOK.meta["required_roles"]
    assert {role for roles in required for role in roles} <= set(ROLES)


def test_choices_of_many_have_one_way_to_choose_none():
    for item in CODEBOOK:
        exclusive = [option.id for option in item.options if option.exclusive]
        assert exclusive == (["intet"] if item.kind == "multiple" else []), item.id


def test_scales_are_ordered_and_end_in_dont_know():
    ordered = [item for item in CODEBOOK if item.ordered]
    assert [item.id for item in ordered] == ["tid"]
    assert [option.id for option in ordered[0].options if option.missing] == ["ved_ikke"]
    assert ordered[0].options[-1].missing == "dont_know"


def test_not_wanting_to_tell_ones_sex_is_refused_not_dont_know():
    assert CODEBOOK.item("koen").option("oensker_ikke").missing == "refused"


def test_no_text_of_an_item_stands_for_two_options():
    for item in CODEBOOK:
        options = matcher(item)
        for option in item.options:
            assert {options.match(option.text), options.match(option.short), options.match(option.id)} == {
                option.id
            }


def test_texts_with_commas_are_there_to_be_taken_apart():
    # Joined cells are the hard case of Google Forms: the texts must keep testing it.
    assert sum(", " in option.text for option in CODEBOOK.item("emner").options) >= 3


def test_labels_are_short_enough_for_a_chart():
    assert max(len(option.short) for item in CODEBOOK for option in item.options) <= 28


def test_aliases_are_read():
    assert CODEBOOK.item("koen").aliases == ("Køn", "Dit køn")
    item = {"id": "a", "text": "A?", "kind": "text", "aliases": ["B", "C"]}
    codebook = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": [item]}, source="x")
    assert codebook.item("a").aliases == ("B", "C")
