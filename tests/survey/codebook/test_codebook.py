import contextlib
import copy
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import CodebookError
from borgerlib.survey.codebook.load import load_codebook, parse_codebook

TEXT = """
[survey]
id = "proeve"
title = "En prøve"
unit = "borgere"

[options]
ja_nej = [{ id = "ja", text = "Ja", short = "Har" }, { id = "nej", text = "Nej" }]

[[item]]
id = "strategi"
text = "Har I en strategi?"
kind = "single"
options = "ja_nej"

[[item]]
id = "grad"
text = "I hvor høj grad?"
kind = "single"
ordered = true
base = "strategi.ja"
nets = { hoej = ["meget", "noget"] }
options = [
  { id = "lidt", text = "Lidt" },
  { id = "noget", text = "Noget" },
  { id = "meget", text = "Meget" },
  { id = "ved_ikke", text = "Ved ikke", missing = "dont_know" },
]

[[item]]
id = "emner"
text = "Hvilke emner?"
kind = "multiple"
role = "topics"
max_choices = 2
aliases = ["Emne"]
options = [
  { id = "skole", text = "Skole" },
  { id = "trafik", text = "Trafik" },
  { id = "intet", text = "Intet", exclusive = true },
]

[[item]]
id = "alder"
text = "Alder"
kind = "number"
role = "age"
"""


@pytest.fixture
def content():
    return tomllib.loads(TEXT)


@pytest.fixture
def codebook(content):
    return parse_codebook(content, source="proeve.toml")


def problems_of(content):
    with pytest.raises(CodebookError, match=r"^The codebook in proeve.toml cannot be used:") as caught:
        parse_codebook(content, source="proeve.toml")
    return list(caught.value.problems)


def test_it_reads_as_it_is_written(codebook):
    assert (codebook.id, codebook.title, codebook.meta["unit"]) == ("proeve", "En prøve", "borgere")
    assert [item.id for item in codebook] == ["strategi", "grad", "emner", "alder"]
    assert "grad" in codebook
    assert "grader" not in codebook
    grad = codebook.item("grad")
    assert (grad.kind, grad.ordered, grad.base) == ("single", True, "strategi.ja")
    assert grad.option("ved_ikke").missing == "dont_know"
    assert codebook.item("emner").option("intet").exclusive
    assert codebook.item("emner").max_choices == 2
    assert codebook.item("emner").aliases == ("Emne",)


def test_a_short_text_stands_in_for_the_text(codebook):
    options = codebook.item("strategi").options
    assert [(option.text, option.short) for option in options] == [("Ja", "Har"), ("Nej", "Nej")]


def test_columns_follow_from_the_kind(codebook):
    assert codebook.item("grad").columns == ["grad"]
    assert codebook.item("alder").columns == ["alder"]
    assert codebook.item("emner").columns == ["emner__skole", "emner__trafik", "emner__intet"]


def test_members_of_an_option_and_of_a_net(codebook):
    grad = codebook.item("grad")
    assert grad.members("hoej") == ("meget", "noget")
    assert grad.members("lidt") == ("lidt",)
    with pytest.raises(CodebookError, match=r"Unknown option of item 'grad' 'mget'. Did you mean 'meget'"):
        grad.members("mget")


def test_roles_find_their_item(codebook):
    assert codebook.with_role("topics").id == "emner"
    assert codebook.with_role("sex") is None
    with pytest.raises(CodebookError, match=r"Unknown role 'topic'. Did you mean 'topics'"):
        codebook.with_role("topic")


def test_an_unknown_item_is_answered_with_the_nearest(codebook):
    with pytest.raises(CodebookError, match=r"Unknown item of survey 'proeve' 'emne'. Did you mean 'emner'"):
        codebook.item("emne")


def test_every_breach_is_listed_at_once(content):
    content["survey"] = {"id": "proeve"}
    strategi, grad, emner, alder = content["item"]
    strategi |= {"options": "ja_nej_ved", "farve": "roed"}
    grad |= {"nets": {"hoej": ["meget", "mest"], "lidt": ["lidt"]}, "base": "strategi.maaske"}
    grad["options"] = [*grad["options"], {"id": "Meget Høj", "missing": "tja"}, grad["options"][0]]
    emner |= {"kind": "several", "role": "topic", "text": ""}
    alder |= {"id": "grad", "options": "ja_nej"}
    assert problems_of(content) == [
        "item 'strategi', options: Unknown shared list [options] 'ja_nej_ved'. Did you mean 'ja_nej'?",
        "item 'strategi', farve: Unknown key 'farve'. Legal: id, text, kind, options, role, ordered, nets, "
        "base, max_choices, aliases, text_en.",
        "item 'grad', options 'Meget Høj': lacks 'text'",
        "item 'grad', options 'Meget Høj', missing: 'tja' is none of dont_know, not_relevant, refused",
        "item 'emner', text: \"\" must be a text that is not empty",
        "item 'emner', kind: 'several' is none of single, multiple, number, date, text",
        "item 'emner', role: 'topic' is none of id, age, age_group, birth_year, sex, area, area_type, "
        "topics, time, formats, channels, free_text, contact, consent, started, submitted, municipality; "
        "did you mean 'topics'?",
        "survey: lacks 'title'",
        "item 'grad': stands 2 times",
        "item 'strategi': single and multiple items have options, others none",
        "item 'grad', options 'Meget Høj', id: 'Meget Høj' is no name: lower-case letters a–z, digits and "
        "single '_'",
        "item 'grad', options 'lidt': stands 2 times",
        "item 'grad', nets.hoej: there is no option 'mest'",
        "item 'grad', nets.lidt: has the name of an option",
        "item 'grad', base: 'strategi.maaske' is no 'item.option' of this survey",
        "item 'grad': single and multiple items have options, others none",
    ]


@pytest.mark.parametrize("name", ["Grad", "grad-2", "grad__2", "2grad", "grad_", "høj", ""])
def test_an_id_is_plain(content, name):
    content["item"][3]["id"] = name
    assert problems_of(content) == [
        f"item '{name}', id: '{name}' is no name: lower-case letters a–z, digits and single '_'"
    ]


def test_a_codebook_without_items_is_none():
    assert problems_of({"survey": {"id": "a", "title": "A"}}) == ["there is no [[item]]"]
    assert problems_of({}) == ["survey: lacks 'id'", "survey: lacks 'title'", "there is no [[item]]"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda content: content.update(survey="proeve"), 'survey: "proeve" must be a table'),
        (lambda content: content["survey"].update(id=3), "survey: 'id' must be a text"),
        (lambda content: content.update(item=3), "item: 3 must be a list"),
        (lambda content: content["item"].append("alder"), "item 'alder': \"alder\" must be a table"),
        (lambda content: content.update(options=["ja"]), 'options: ["ja"] must be a table'),
        (
            lambda content: content["item"][1].update(options=["lidt"]),
            "item 'grad', options 'lidt': \"lidt\" must be a table",
        ),
        (lambda content: content["item"][1].update(options=3), "item 'grad', options: 3 must be a list"),
        (lambda content: content["options"].update(ja_nej="ja"), 'options.ja_nej: "ja" must be a list'),
        (
            lambda content: content["item"][1].update(nets=["lidt"]),
            "item 'grad', nets: [\"lidt\"] must be a table",
        ),
        (
            lambda content: content["item"][1].update(nets={"hoej": "meget"}),
            "item 'grad', nets.hoej: \"meget\" must be a list",
        ),
        (
            lambda content: content["item"][2].update(max_choices="to"),
            "item 'emner', max_choices: \"to\" must be a whole number",
        ),
        (
            lambda content: content["item"][2].update(max_choices=-1),
            "item 'emner', max_choices: -1 must be at least 0",
        ),
        (
            lambda content: content["item"][2].update(max_choices=True),
            "item 'emner', max_choices: true must be a whole number",
        ),
        (
            lambda content: content["item"][2].update(aliases="Emne"),
            "item 'emner', aliases: \"Emne\" must be a list",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_breach_and_no_crash(content, change, problem):
    change(content)
    assert problem in problems_of(content)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
PATHS = [
    ("survey",), ("survey", "id"), ("options",), ("options", "ja_nej"), ("options", "ja_nej", 0),
    ("options", "ja_nej", 1, "text"), ("item",), ("item", 0), ("item", 1, "kind"), ("item", 1, "nets"),
    ("item", 1, "nets", "hoej"), ("item", 1, "options", 2), ("item", 1, "options", 3, "missing"),
    ("item", 2, "max_choices"), ("item", 2, "aliases", 0), ("item", 0, "options"), ("item", 1, "base"),
]  # fmt: skip


@given(broken=st.dictionaries(st.sampled_from(PATHS), ANYTHING, max_size=3))
def test_whatever_stands_in_a_codebook_is_read_or_refused(broken):
    content = tomllib.loads(TEXT)
    for path, value in sorted(broken.items(), key=lambda pair: -len(pair[0])):
        at = content
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
    with contextlib.suppress(CodebookError):
        assert parse_codebook(content, source="proeve.toml").items


def test_parsing_leaves_its_input_alone(content):
    before = copy.deepcopy(content)
    parse_codebook(content, source="proeve.toml")
    assert content == before


@pytest.mark.parametrize("survey", ["lokaldemokrati-2021", "borgerinteresse"])
def test_what_ships_can_be_used(survey):
    assert load_codebook(survey).id == survey


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "mit.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_codebook(path) == load_codebook(str(path))
    assert load_codebook(path).id == "proeve"


def test_an_unknown_survey_is_answered_with_the_nearest():
    with pytest.raises(
        CodebookError, match=r"Unknown survey 'lokaldemokrati-2022'. Did you mean 'lokaldemokrati-2021'"
    ):
        load_codebook("lokaldemokrati-2022")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CodebookError, match=r"^There is no file .*/mit.toml with the codebook\.\n"):
        load_codebook(tmp_path / "mit.toml")


def test_a_breach_in_a_file_is_told_with_its_line(tmp_path):
    path = tmp_path / "mit.toml"
    path.write_text(TEXT.replace("ordered =", "orderd =").replace('id = "trafik"', 'id = "Trafik"'))
    with pytest.raises(CodebookError) as caught:
        load_codebook(path)
    assert caught.value.problems == (
        "line 20: item 'grad', orderd: Unknown key 'orderd'. Did you mean 'ordered'?",
        "line 39: item 'emner', options 'Trafik', id: 'Trafik' is no name: lower-case letters a–z, digits "
        "and single '_'",
    )


@pytest.mark.parametrize("content", [b"[survey\n", '[survey]\ntitle = "Prøve"\n'.encode("cp1252")])
def test_a_file_that_is_no_toml_is_refused(tmp_path, content):
    path = tmp_path / "mit.toml"
    path.write_bytes(content)
    with pytest.raises(CodebookError, match=r"^mit.toml is no valid TOML: "):
        load_codebook(path)


def test_a_notebook_shows_what_can_be_asked_for():
    shown = load_codebook("lokaldemokrati-2021")._repr_html_()
    asked = "Har din kommune en strategi for borgerinddragelse?"
    assert f"<td>strategi</td><td>{asked}</td><td>ja, nej</td>" in shown
    assert "<td>uenig, hverken, enig, meget_enig, enige</td>" in shown
