import re
import tomllib

import pytest

from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.own_answers import OwnAnswers, answers_template, load_own_answers
from borgerlib.survey.codebook.load import load_codebook

CODEBOOK = load_codebook("lokaldemokrati-2021")
TEMPLATE = answers_template(CODEBOOK, municipality_name="Furesø", file_name="furesoe.toml")
# A line of the template that answers a question once its '#' is removed.
ANSWER = re.compile(r"^# (?=[a-z_0-9]+ = )", re.MULTILINE)


def loaded(folder, text, *, expected="", name="furesoe.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_own_answers(path, CODEBOOK, expected=expected)


def problems_of(folder, text, **options):
    with pytest.raises(DataError, match=r"^The own answers in furesoe.toml cannot be used:") as caught:
        loaded(folder, text, **options)
    return list(caught.value.problems)


def test_the_template_as_it_is_answers_nothing(tmp_path):
    assert loaded(tmp_path, TEMPLATE) == OwnAnswers("Furesø", {})


def test_every_line_of_the_template_can_be_used(tmp_path):
    assert len(ANSWER.findall(TEMPLATE)) == len(list(CODEBOOK))
    own = loaded(tmp_path, ANSWER.sub("", TEMPLATE), expected="Furesø")
    assert own.municipality == "Furesø"
    first = {item.id: (item.options[0].id,) for item in CODEBOOK}
    assert own.answers == first | {"formaal": ("nye_loesninger",)}  # which formaal_indfriet is asked of


def test_the_template_shows_every_option_with_its_text():
    for item in CODEBOOK:
        for option in item.options:
            assert re.search(rf"^#   {option.id} +{re.escape(option.text)}$", TEMPLATE, re.MULTILINE), option
    assert TEMPLATE.count("Flere svar mulige.") == sum(item.kind == "multiple" for item in CODEBOOK)
    assert "Flere svar mulige. Højst 3." in TEMPLATE
    assert "borger report Furesø --own-answers furesoe.toml" in TEMPLATE


@pytest.mark.parametrize("name", ['et "citat".toml', "mappe med mellemrum/f.toml", "C:\\temp\\f.toml"])
def test_the_template_is_toml_whatever_the_file_is_called(name):
    text = answers_template(CODEBOOK, municipality_name="Ærø", file_name=name)
    assert tomllib.loads(text) == {"municipality": "Ærø", "answers": {}}


def test_one_or_several_options_are_read(tmp_path):
    own = loaded(
        tmp_path,
        'municipality = "190"\n[answers]\nstrategi = "ja"\n'
        'former = ["lokalraad", "borgerraad"]\nviden = []\n',
    )
    assert own == OwnAnswers("Furesø", {"strategi": ("ja",), "former": ("lokalraad", "borgerraad")})
    strategi, former, viden = (CODEBOOK.item(name) for name in ("strategi", "former", "viden"))
    assert own.chose(strategi, "ja")
    assert not own.chose(strategi, "nej")
    assert own.chose(former, "borgerraad")
    assert not own.chose(former, "andet")
    assert not own.chose(viden, "borgerne")


def test_a_net_is_chosen_with_any_of_its_options(tmp_path):
    own = loaded(tmp_path, 'municipality = "Furesø"\n[answers]\nudsagn_byraad = "enig"\n')
    item = CODEBOOK.item("udsagn_byraad")
    assert own.chose(item, "enige")
    assert own.chose(item, "enig")
    assert not own.chose(item, "meget_enig")


def test_everything_that_is_wrong_is_listed_at_once(tmp_path):
    text = """
municipality = "Furesoo"
aar = 2025
[answers]
stratgi = "ja"
udsagn_byraad = "eniig"
strategi = ["ja", "nej"]
roller = ["sparring", "samspil", "rette_format", "tidlig_forventningsafstemning"]
viden = ["borgerne", "borgerne"]
digital = "nej"
digital_succes = "meget_hoej_grad"
"""
    assert problems_of(tmp_path, text) == [
        "line 2: municipality: Unknown municipality 'Furesoo'. Did you mean 'Furesø', 'Fredensborg', "
        "'Favrskov'?",
        "line 3: aar: Unknown key 'aar'. Legal: municipality, answers.",
        "line 5: answers.stratgi: Unknown item 'stratgi'. Did you mean 'strategi'?",
        "line 6: answers.udsagn_byraad: Unknown option 'eniig'. Did you mean 'enig', 'uenig', 'meget_enig'?",
        "line 7: answers.strategi: takes one option, 2 are given",
        "line 8: answers.roller: takes at most 3 options; 4 stand",
        "line 9: answers.viden: an option stands twice",
        "line 11: answers.digital_succes: is asked only of those who answer digital with 'ja'",
    ]


def test_another_municipalitys_answers_are_refused(tmp_path):
    assert problems_of(tmp_path, TEMPLATE, expected="Odense") == [
        "line 6: municipality: the answers are Furesø's, but the report is for Odense"
    ]


def test_answers_must_say_whose_they_are(tmp_path):
    assert problems_of(tmp_path, '[answers]\nstrategi = "ja"\n', expected="Odense") == [
        "lacks 'municipality'"
    ]


def test_answers_above_their_heading_are_unknown_keys(tmp_path):
    assert problems_of(tmp_path, 'municipality = "Furesø"\nstrategi = "ja"\n') == [
        "line 2: strategi: Unknown key 'strategi'. Legal: municipality, answers."
    ]


def test_answers_that_are_no_table_are_refused(tmp_path):
    assert problems_of(tmp_path, 'municipality = "Furesø"\nanswers = "ja"\n') == [
        'line 2: answers: "ja" must be a table'
    ]


@pytest.mark.parametrize("value", ["true", "1", "2021-01-18", '{ ja = "ja" }', '[["ja"]]'])
def test_an_answer_of_another_kind_is_refused(tmp_path, value):
    (problem,) = problems_of(tmp_path, f'municipality = "Furesø"\n[answers]\nstrategi = {value}\n')
    assert re.match(r"line 3: answers.strategi( 1)?: (.* must be a text|Unknown option)", problem)


@pytest.mark.parametrize("text", ["municipality: Furesø\n", 'municipality = "Furesø\n', "[answers\n"])
def test_a_file_that_is_no_toml_is_refused_with_an_example(tmp_path, text):
    with pytest.raises(DataError, match=r"^furesoe.toml is no valid TOML: ") as caught:
        loaded(tmp_path, text)
    assert 'strategi = "ja"' in caught.value.hint


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "furesoe.toml"
    path.write_bytes('municipality = "Furesø"\n'.encode("cp1252"))
    with pytest.raises(DataError, match=r"^furesoe.toml is no valid TOML: "):
        load_own_answers(path, CODEBOOK)


@pytest.mark.parametrize("name", ["findes_ikke.toml", "."])
def test_a_missing_file_is_answered_with_the_command_that_writes_one(tmp_path, name):
    with pytest.raises(DataError, match=r"^There is no file .* with the own answers") as caught:
        load_own_answers(tmp_path / name, CODEBOOK)
    assert "borger answers-template" in caught.value.hint
