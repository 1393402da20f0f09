"""A codebook drafted from an export reads that export back with the counts that were put in."""

from __future__ import annotations

import random
import shlex
from pathlib import Path

import pandas as pd
import pytest
from random_exports import LAYOUTS, Made, make
from survey_exports import transposed, write_csv, write_xlsx
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.errors import DataError
from borgerlib.survey.cleaning.clean import clean
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.matching import normalise
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.importing.codebook_draft import write_draft
from borgerlib.survey.importing.question import ImportedQuestion
from borgerlib.survey.importing.questions import questions
from borgerlib.survey.importing.scales import steps
from borgerlib.survey.mapping.suggestion import suggest_mapping
from borgerlib.survey.readers.read import read_export, read_responses
from borgerlib.survey.responses import Responses

BANDS = ["40-49 år", "15-39 år", "50 år eller derover"]
# Natur three times, the others twice, none once: times 12.
TOPICS = ["Natur;Trafik, cykler", "Natur", "Trafik, cykler;Skole", "Natur;Skole", "Ingen af dem"]
PEOPLE = {
    "Nr.": [str(at) for at in range(60)],
    "Hvad er dit postnummer?": ["5000", "5200", "5220"] * 20,
    "Hvilken aldersgruppe tilhører du?": BANDS * 20,
    "Hvad er dit køn?": ["Kvinde", "Mand"] * 30,
    "Hvilke emner vil du gerne inddrages i?": TOPICS * 12,
    "Hvordan kommer du på arbejde?": [*["Bil", "Tog"] * 28, "rulleskøjter", "løb", "kano", "hest"],
    "Er du tilfreds?": ["Ja", "Ved ikke"] * 30,
    "Må vi kontakte dig igen?": ["Ja, gerne", "Nej tak"] * 30,
    "Har du kommentarer?": ["Tak"] * 60,
    "Tidspunkt": ["2025-03-01 10:00"] * 60,
}


def drafted(path: Path) -> Codebook:
    return load_codebook(write_draft(read_export(path), path.with_suffix(".toml")))


def counts(responses: Responses) -> list[dict[str, int]]:
    """For each question with options: text → people, noughts left out."""
    found = []
    for item in responses.codebook:
        chosen = {
            option.text: int(
                (responses.frame[f"{item.id}__{option.id}"] == 1).sum()
                if item.kind == "multiple"
                else (responses.frame[item.id] == option.id).sum()
            )
            for option in item.options
        }
        found.append({text: people for text, people in chosen.items() if people})
    return found


def put_in(made: Made, layout: str) -> list[dict[str, int]]:
    found = []
    for item in made.book:
        chosen = {}
        for option in item.options:
            # KoboToolbox exports names, no texts, of options that have a column each.
            text = option.id if layout == "kobo" and item.kind == "multiple" else option.text
            answers = [person.get(item.id, []) for person in made.people]
            chosen[text] = sum(
                option.id in ([given] if isinstance(given, str) else given) for given in answers
            )
        found.append({text: people for text, people in chosen.items() if people})
    return [each for each in found if each]


@pytest.mark.long
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_drafted_codebook_gives_the_counts_that_were_put_in(tmp_path, layout, seed):
    chance = random.Random(seed)
    made = make(chance, people=50)
    path = write_csv(tmp_path / "svar.csv", LAYOUTS[layout](made, chance))
    found = counts(read_responses(path, drafted(path)))
    assert all(question in found for question in put_in(made, layout))


def asked(tmp_path, columns: dict[str, list[str]]) -> dict[str, ImportedQuestion]:
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns), delimiter="\t"))
    return {question.text: question for question in questions(export)}


def test_kinds_roles_and_options_are_guessed_from_answers_and_wording(tmp_path):
    found = asked(tmp_path, PEOPLE)
    assert {text: (question.kind, question.role) for text, question in found.items()} == {
        "Nr.": ("text", "id"),
        "Hvad er dit postnummer?": ("text", "area"),
        "Hvilken aldersgruppe tilhører du?": ("single", "age"),
        "Hvad er dit køn?": ("single", "sex"),
        "Hvilke emner vil du gerne inddrages i?": ("multiple", "topics"),
        "Hvordan kommer du på arbejde?": ("single", ""),
        "Er du tilfreds?": ("single", ""),
        "Må vi kontakte dig igen?": ("single", "consent"),
        "Har du kommentarer?": ("text", "free_text"),
        "Tidspunkt": ("date", "submitted"),
    }
    topics = found["Hvilke emner vil du gerne inddrages i?"].options
    assert topics == {"Natur": 36, "Trafik, cykler": 24, "Skole": 24, "Ingen af dem": 12}


def test_a_number_that_many_share_is_no_id(tmp_path):
    houses = {"Nr.": [str(1 + at % 20) for at in range(60)], "Vej": ["Nygade", "Torvet"] * 30}
    assert asked(tmp_path, houses)["Nr."].role == ""
    twice = {"Nr.": [*map(str, range(59)), "0"], "Vej": ["Nygade", "Torvet"] * 30}
    assert asked(tmp_path, twice)["Nr."].role == "id"


@pytest.mark.parametrize("tick", ["✓", "on", "Nævnt", "*", "+", "√", "J", "OK", "1"])
def test_ticks_of_any_kind_are_ticks(tmp_path, tick):
    other = {"Nævnt": "Ikke nævnt", "1": "-99"}.get(tick, "")
    ticks = {"Emner? [Klima]": [tick, other] * 6, "Emner? [Skole]": [other, other, tick] * 4}
    notes = {"Emner? [Klima][Kommentar]": ["vigtigt", ""] * 6}
    found = asked(tmp_path, {"Vej": ["Nygade", "Torvet"] * 6} | ticks | notes)
    # A comment beside an option is no option.
    assert dict(found["Emner?"].options) == {"Klima": 6, "Skole": 4}


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Hur gammal är du?", "age"),
        ("How old are you?", "age"),
        ("Wie alt sind Sie?", "age"),
        ("Hvor gammel er du?", "age"),
        ("Hvilket år er du født?", "birth_year"),
        ("What is your year of birth / birth year", "birth_year"),
    ],
)
def test_roles_are_guessed_in_the_languages_of_the_neighbours(tmp_path, heading, role):
    columns = {heading: [str(20 + at) for at in range(40)], "Ord": [f"ord {at}" for at in range(40)]}
    assert asked(tmp_path, columns)[heading].role == role


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Hvad vil du gerne være med til at drøfte?", "topics"),
        ("Hvad vil du gerne have indflydelse på?", "topics"),
        ("Hvordan vil du gerne være med?", "formats"),
        ("På hvilken måde vil du gerne være med?", "formats"),
        ("Hvad kan du lide?", ""),
    ],
)
def test_roles_of_what_several_may_be_said_of(tmp_path, heading, role):
    columns = {
        heading: ["Have; Vej", "Vej", "Have", "Vej; Skole"] * 10,
        "Ord": [f"ord {at}" for at in range(40)],
    }
    assert asked(tmp_path, columns)[heading].role == role


@pytest.mark.parametrize(("one", "other"), [("Ja", "Nej"), ("1", "2"), ("Enig", "Uenig")])
def test_a_topic_is_no_area(tmp_path, one, other):
    answers = [one, other] * 20
    topics = ("Byudvikling i din bydel", "Integration i kommunen og medborgerskab")
    headings = [f"Er det vigtigt? [{topic}]" for topic in topics]
    alone = "Er kommunens arbejde med medborgerskab vigtigt?"
    where = {"Hvilken kommune bor du i?": ["Odense", "Nyborg"] * 20}
    found = asked(tmp_path, dict.fromkeys([*headings, alone], answers) | where)
    assert {text for text, question in found.items() if question.role == "area"} == set(where)


def test_a_postcode_in_a_row_of_its_own_is_the_area(tmp_path):
    rows = {"Bopæl [Vej]": [f"Nygade {at}" for at in range(40)], "Bopæl [Postnummer]": ["5000", "5220"] * 20}
    found = asked(tmp_path, {**rows, "Ord": ["ja", "nej"] * 20})
    assert found["Bopæl [Postnummer]"].role == "area"


@pytest.mark.parametrize(
    ("scale", "outside"),
    [(5, ["99", "-1"]), (5, ["9"]), (5, ["98", "Ved ikke"]), (10, ["999"]), (10, []), (60, ["99"])],
)
def test_codes_off_a_scale_are_in_doubt(tmp_path, scale, outside):
    answers = [*map(str, range(1, scale + 1)), *outside] * 4
    columns = {"Tillid": answers, "Ord": [f"ord {at % 3}" for at in range(len(answers))]}
    found = asked(tmp_path, columns)["Tillid"]
    told = " ".join(found.doubts)
    for code in {*outside} - {"Ved ikke"} if scale <= 10 else ():
        assert f"'{code}' (4 times)" in told
    assert ("outside the scale" in told) == (bool(outside) and scale <= 10)
    assert ("few small numbers" in told) == (found.kind == "number" and scale <= 10)


def test_the_drafted_file_says_what_is_unsure_and_knows_ids_of_the_statistics(tmp_path):
    path = write_csv(tmp_path / "svar.csv", transposed(PEOPLE), delimiter="\t")
    book = drafted(path)
    text = path.with_suffix(".toml").read_text(encoding="utf-8")
    assert "# UNSURE: 4 answers are taken for own words, and count as 'Andet (eget svar)'" in text
    # What four people wrote in their own words stands in no codebook.
    assert "rulleskøjter" not in text
    assert [option.id for option in book.with_role("sex").options] == ["kvinde", "mand"]
    assert [option.id for option in book.with_role("consent").options] == ["ja", "nej"]
    assert [option.text for option in book.with_role("age").options] == [
        "15-39 år",
        "40-49 år",
        "50 år eller derover",
    ]
    assert [option.exclusive for option in book.with_role("topics").options] == [False, False, False, True]
    satisfied = next(item for item in book if item.text == "Er du tilfreds?")
    assert [option.missing for option in satisfied.options] == ["", "dont_know"]
    with pytest.raises(DataError, match="is there already"):
        drafted(path)


@pytest.mark.long
def test_the_road_from_an_unknown_export_runs_by_the_commands_that_are_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "vores svar"
    folder.mkdir()
    people = {**PEOPLE, "Hvor gammel er du?": [str(20 + at % 50) for at in range(60)]}
    people.pop("Hvilken aldersgruppe tilhører du?")
    export = write_csv(folder / "svar 1.csv", transposed(people), delimiter="\t")
    refused = CliRunner().invoke(app, ["prepare", "Odense", str(export)])
    assert refused.exit_code == 1
    text = str(refused.exception or "") + refused.output
    printed = [line.strip() for line in text.splitlines() if line.strip().startswith("borger ")]
    assert [shlex.split(line)[1] for line in printed] == ["map", "codebook"]
    drafting = CliRunner().invoke(app, shlex.split(printed[1])[1:])
    assert drafting.exit_code == 0, drafting.output
    check, mapping = [line for line in drafting.output.splitlines() if line.startswith("borger ")]
    assert CliRunner().invoke(app, shlex.split(check)[1:]).exit_code == 0
    told = CliRunner().invoke(app, shlex.split(mapping)[1:])
    assert "unsure" not in told.output
    prepared = told.output.strip().splitlines()[-1]
    run = CliRunner().invoke(app, shlex.split(prepared)[1:])
    assert run.exit_code == 0, run.output
    assert "60 rows in = 60 kept" in run.output


@pytest.mark.long
def test_the_commands_keep_what_was_said_of_sheet_and_headings(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    rows = transposed(PEOPLE)
    sheets = {"Alle svar": [["Nr.", "Ord"], *[[at, "x", *"abcdefghijk"] for at in range(90)]], "Ark 2": rows}
    export = write_xlsx(tmp_path / "vores svar.xlsx", sheets)

    def run(*words: str) -> list[str]:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, (done.output, done.exception)
        return [line.strip() for line in done.output.splitlines() if line.strip().startswith("borger ")]

    where = ["--sheet", "Ark 2", "--heading-rows", "1", "--municipality", "Odense"]
    check, mapping = run("codebook", "draft", str(export), *where, "--out", "min kodebog.toml")
    run(*shlex.split(check)[1:])
    prepared = run(*shlex.split(mapping)[1:])[-1]
    run(*shlex.split(prepared)[1:])
    # Against the questionnaire that ships it asks other questions: the draft offered is of the same sheet.
    (draft, _) = run("map", str(export), *where, "--out", "anden.toml")
    assert shlex.split(draft)[4:10] == where


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([["Alder", "Sport"], ["34", "Bold"]], "a single respondent"),
        ([["Nr.", "Alder", "Q3"], ["1", "34", "2"], ["2", "51", "1"], ["3", "27", "2"]], "numbers alone"),
    ],
)
def test_what_tells_nothing_is_refused_in_words(tmp_path, rows, match):
    path = write_csv(tmp_path / "x.csv", rows)
    with pytest.raises(DataError, match=match) as refused:
        write_draft(read_export(path), tmp_path / "kodebog.toml")
    assert refused.value.hint
    assert not (tmp_path / "kodebog.toml").exists()


def test_a_comma_in_every_answer_is_in_the_texts_of_one_choice(tmp_path):
    answers = ["Ja, i høj grad", "Ja, i nogen grad", "Nej, i høj grad", "Nej, i nogen grad"]
    question = asked(tmp_path, {"Emner": answers * 5, "Alder": ["30"] * 5 * len(answers)})["Emner"]
    assert (question.kind, question.doubts) == ("single", ())
    assert question.options == dict.fromkeys(answers, 5)


def test_the_points_of_a_list_are_no_part_of_its_options(tmp_path):
    rows = [["Emner", "Vej"], *[["• A\n• B", "Ø"], ["• B\n• C", "Å"], ["• C", "Ø"], ["A\n• C", "Å"]] * 5]
    path = write_csv(tmp_path / "x.csv", rows)
    found = [
        {normalise(text): n for text, n in each.items()}
        for each in counts(read_responses(path, drafted(path)))
    ]
    assert {"a": 10, "b": 10, "c": 15} in found


def test_an_option_may_begin_with_another(tmp_path):
    answers = ["Ja, måske", "Nej, aldrig, Ja", "Ja", "Nej", "Nej, Ja, måske"]
    question = asked(tmp_path, {"Emner": answers * 10, "Alder": ["30"] * 50})["Emner"]
    assert question.options == {"Ja, måske": 20, "Nej, aldrig": 10, "Ja": 20, "Nej": 20}
    assert [doubt.kind for doubt in question.doubts] == ["put_together"]


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        (["2,3", "12,1", "1", "3,12", "2"], "codes_or_decimals"),
        (["2,5", "12,5", "1", "3,5", "2"], None),
        (["0-1", "2025-04-02", "over 10"], "dates_for_options"),
        (["1", "-99"], "codes_outside"),
        (["L", "lav", "H", "høj"], "short_and_long"),
        (["2", "2 timer", "1", "1 time", "sjældent"], "short_and_long"),
        (["0,1", "10 %", "20 %", "0,25", "50 %"], "percents_and_shares"),
        (["1½", "½", "2,5", "12", "30"], None),
        (["A", "B", "C", "Andet"], None),
    ],
)
def test_what_a_spreadsheet_or_a_comma_may_have_hidden_is_in_doubt(tmp_path, cells, doubt):
    found = asked(tmp_path, {"Vej": ["Nygade"] * 5 * len(cells), "Valg": cells * 5})["Valg"]
    assert (doubt in [told.kind for told in found.doubts]) if doubt else not found.doubts


@pytest.mark.parametrize(
    ("answers", "doubt"),
    [
        # 'Skole' ends no answer, and neither of its two followers begins one.
        (["Skole, Børn", "Skole, Unge", "Trafik, Skole, Børn", "Trafik"], "'Skole' never end"),
        (["Natur, Trafik", "Trafik, Skole", "Natur, Skole"], "every answer has 2 parts"),
        (["Natur;Trafik;Skole;", "Trafik;Skole;Natur;"], "everybody has all 3 options, in different orders"),
    ],
    ids=["a piece that always has a follower", "as many everywhere", "a ranking"],
)
def test_pieces_that_may_be_no_options_are_in_doubt(tmp_path, answers, doubt):
    question = asked(tmp_path, {"Emner": answers * 5, "Alder": ["30"] * 5 * len(answers)})["Emner"]
    assert question.kind == "multiple"
    assert [told for told in question.doubts if doubt in told] == list(question.doubts) != []


def test_options_parted_by_a_comma_without_a_space_may_have_one_with_a_space_in_their_texts(tmp_path):
    answers = ["Natur,Skole, dagtilbud", "Natur", "Skole, dagtilbud,Trafik, veje", "Trafik, veje"]
    question = asked(tmp_path, {"Emner": answers * 5, "Alder": ["30"] * 5 * len(answers)})["Emner"]
    assert question.options == {"Natur": 10, "Skole, dagtilbud": 10, "Trafik, veje": 10}
    assert question.doubts == ()


def test_the_ids_of_options_do_not_depend_on_how_often_they_are_chosen(tmp_path):
    town, village = (f"Jeg vil gerne deltage i borgermøder {where}" for where in ("på rådhuset", "i min by"))
    ids = []
    for few, many in ((town, village), (village, town)):
        rows = [["Nr.", "Hvordan vil du deltage?"], *enumerate([few] * 10 + [many] * 30)]
        export = write_csv(tmp_path / f"{len(ids)}.csv", rows)
        book = load_codebook(write_draft(read_export(export), tmp_path / f"{len(ids)}.toml"))
        ids.append({option.text: option.id for item in book for option in item.options})
    assert ids[0] == ids[1]
    assert len(set(ids[0].values())) == 2


def test_times_and_ages_stand_in_their_own_order(tmp_path):
    times = [
        "Ved ikke",
        "Hver uge",
        "1-2 timer om året",
        "3 timer om året",
        "En dag om måneden",
        "Slet ikke",
        "En gang",
    ]
    ages = ["18-29", "Under 18", "60+", "30-59", "60+", "30-59", "18-29"]
    columns = {
        "Nr.": [str(at) for at in range(70)],
        "Hvor meget tid vil du bruge?": times * 10,
        "Alder": ages * 10,
    }
    book = drafted(write_csv(tmp_path / "x.csv", transposed(columns), delimiter="\t"))
    told = [[option.text for option in item.options] for item in book.items[1:]]
    assert told[0] == [
        "Slet ikke",
        "En gang",
        "1-2 timer om året",
        "3 timer om året",
        "En dag om måneden",
        "Hver uge",
        "Ved ikke",
    ]
    assert told[1] == ["Under 18", "18-29", "30-59", "60+"]
    assert all(item.ordered for item in book.items[1:])


def test_boxes_of_no_known_use_and_boxes_without_their_question_are_in_doubt(tmp_path):
    found = asked(
        tmp_path,
        {
            "Nr.": list("abcdef"),
            "Bold": list("011001"),
            "Løb": list("100110"),
            "Må vi skrive?": list("010101"),
        },
    )
    assert [(text, question.kind) for text, question in found.items()] == [
        ("Nr.", "text"),
        ("Bold", "multiple"),
        ("Må vi skrive?", "number"),
    ]
    assert [doubt.kind for doubt in found["Bold"].doubts] == ["question_untold", "no_role"]
    assert found["Bold"].options == {"Bold": 3, "Løb": 3}


def test_words_of_ones_own_beside_joined_options_leave_the_options(tmp_path):
    cells = ["Natur;Skole;", "Skole;", "Vej;Natur;", "Vej;Skole;Natur;"] * 8
    own = [f"Natur;Ord nummer {at};" for at in range(6)]
    columns = {"Nr.": [str(at) for at in range(38)], "Hvilke emner?": cells + own}
    path = write_csv(tmp_path / "x.csv", transposed(columns), delimiter="\t")
    found = asked(tmp_path, columns)["Hvilke emner?"]
    assert (found.kind, found.own_words) == ("multiple", True)
    assert found.options == {"Natur": 30, "Skole": 24, "Vej": 16}
    assert [doubt.kind for doubt in found.doubts] == ["own_words_left_out"]
    assert counts(read_responses(path, drafted(path)))[1] == {
        "Natur": 30,
        "Skole": 24,
        "Vej": 16,
        "Andet (eget svar)": 6,
    }


def test_an_option_that_two_questions_share_stays_with_both(tmp_path):
    heads = ["#", "Bus", "Tog", "Ved ikke", "Dit navn på byen?", "Møde", "Panel", "Ved ikke"]
    rows = [
        [
            str(at),
            "Bus" * (at % 2),
            "Tog" * (at % 3 == 0),
            "Ved ikke" * (at % 5 == 0),
            f"By {at}",
            "Møde" * (at % 2),
            "Panel" * (at % 3 == 1),
            "Ved ikke" * (at % 4 == 2),
        ]
        for at in range(1, 31)
    ]
    path = write_csv(tmp_path / "x.csv", [heads, *rows])
    # Of 1 to 30: 15 odd, 10 in the row of three, 6 of five, 8 that leave 2 of four.
    assert list(filter(None, counts(read_responses(path, drafted(path))))) == [
        {"Bus": 15, "Tog": 10, "Ved ikke": 6},
        {"Møde": 15, "Panel": 10, "Ved ikke": 8},
    ]


@pytest.mark.parametrize(
    ("cells", "kind", "options"),
    [
        (["1,3", "2", "1,2", "2,3", "1"] * 6, "multiple", {"1": 18, "2": 18, "3": 12}),
        (["1,5", "2", "2,5", "3,5", "1"] * 6, "number", {}),
        (["1,3", "3,1", "1,2", "2,3", "1"] * 6, "number", {}),
        (
            ["bus tog", "tog", "bus cykel", "cykel", "bus", "bus tog cykel"] * 6,
            "multiple",
            {"bus": 24, "tog": 18, "cykel": 18},
        ),
        (["A/B", "A", "B / C", "C", "B", "A/C", "C/A"] * 6, "multiple", {"A": 24, "B": 18, "C": 24}),
        (["A + B", "A", "B", "Idræt/fritid"] * 6, "single", None),
        (
            ["meget god", "god", "meget ringe", "ringe"] * 6,
            "single",
            dict.fromkeys(("meget god", "god", "meget ringe", "ringe"), 6),
        ),
    ],
    ids=["codes", "halves", "decimals", "names", "strokes", "an option with a sign", "phrases"],
)
def test_codes_and_names_in_one_cell_are_several_options_where_they_must_be(tmp_path, cells, kind, options):
    found = asked(tmp_path, {"Nr.": [str(at) for at in range(len(cells))], "Valg": cells})["Valg"]
    assert (found.kind, dict(found.options)) == (
        kind,
        dict.fromkeys(cells, 6) if options is None else options,
    )


@pytest.mark.parametrize(("woman", "man"), [("K", "M"), ("Hun", "Han"), ("F", "M")])
def test_the_sexes_are_known_by_their_letters_and_pronouns(tmp_path, woman, man):
    path = write_csv(tmp_path / "x.csv", [["Køn", "Vej"], *[[woman, "Å"], [man, "Ø"], [woman, "Ø"]] * 6])
    sex = next(item for item in drafted(path) if item.role == "sex")
    # A letter is written out.
    told = {"K": "Kvinde", "F": "Kvinde", "M": "Mand"}
    texts = {"kvinde": told.get(woman, woman), "mand": told.get(man, man)}
    assert {option.id: option.text for option in sex.options} == texts


@pytest.mark.parametrize(
    ("cells", "outside"),
    [
        (["Ja", "Nej", "Måske", "999"] * 5, ["999"]),
        (["Ja", "Nej", "Ja", "-1", "-2"] * 5, ["-1", "-2"]),
        (["Ja", "Nej", "-98", "-99", "999"] * 5, ["-98", "-99", "999"]),
        (["Færre", "7", "8", "9", "Flere"] * 5, []),
        (["3,5", "12", "140", "-99"] * 5, ["-99"]),
        (["10", "12", "14", "16", "18", "999"] * 5, ["999"]),
        (["Ja", "Nej", "Uoplyst", "-"] * 5, []),
    ],
)
def test_codes_of_no_answer_among_texts_and_quantities_are_in_doubt(tmp_path, cells, outside):
    found = asked(tmp_path, {"Nr.": [str(at) for at in range(len(cells))], "Hvad?": cells})["Hvad?"]
    told = [
        text for doubt in found.doubts if doubt.kind == "codes_outside" for text in outside if text in doubt
    ]
    assert told == outside
    assert "Uoplyst" not in found.options


@pytest.mark.parametrize(
    ("heading", "cells", "role"),
    [
        ("Løbenr.", [str(at) for at in range(30)], "id"),
        ("Besvarelse nr.", [str(at) for at in range(30)], "id"),
        ("baggrund/koen", ["Mand", "Kvinde"] * 15, "sex"),
        ("Hvor gammel er du?", list("123456") * 5, ""),
    ],
)
def test_names_of_plain_letters_numbers_of_rows_and_codes_of_ages(tmp_path, heading, cells, role):
    assert (
        asked(tmp_path, {heading: cells, "Kommentar": [f"Nej {at}" for at in range(30)]})[heading].role
        == role
    )


def test_a_column_a_choice_is_one_question(tmp_path):
    # Of 12 people all choose first and second, one a third; nobody the same twice: 12 + 12 + 1 choices.
    first, second = ["Bus", "Tog", "Gang"] * 4, ["Tog", "Gang", "Bus"] * 4
    columns = {"Nr.": [str(at) for at in range(12)], "1. valg": first, "2. valg": second}
    path = write_csv(tmp_path / "svar.csv", transposed({**columns, "3. valg": ["Gang", *[""] * 11]}))
    found = counts(read_responses(path, drafted(path)))
    assert found[1] == {"Bus": 8, "Tog": 8, "Gang": 9}
    assert [each.text for each in questions(read_export(path))] == ["Nr.", "Valg"]


def test_two_questions_with_one_scale_are_two(tmp_path):
    found = asked(tmp_path, {"Spørgsmål 1": ["Ja", "Nej"] * 6, "Spørgsmål 2": ["Ja", "Nej", "Nej"] * 4})
    assert {each.kind for each in found.values()} == {"single"}


@pytest.mark.parametrize("cells", [["x", "x", ""], ["X", "", "X"], ["1", "", "1"]])
def test_marks_under_options_are_ticks_though_their_question_is_untold(tmp_path, cells):
    found = asked(tmp_path, {"Alder": ["30", "41", "52"], "Bus": cells, "Tog": cells[::-1]})
    assert (found["Bus"].kind, found["Bus"].options) == ("multiple", {"Bus": 2, "Tog": 2})


@pytest.mark.parametrize(
    ("yes", "no"), [("Ja", "Nein"), ("Ja", "Nei"), ("SANT", "FALSKT"), ("Wahr", "Falsch")]
)
def test_yes_and_no_of_the_neighbours_are_ticks(tmp_path, yes, no):
    found = asked(tmp_path, {"Tema [Bus]": [yes, no, yes], "Tema [Tog]": [no, no, yes]})
    assert found["Tema"].options == {"Bus": 2, "Tog": 1}


def test_scales_of_labelled_ends_alone_are_read_and_previews_are_not_counted(tmp_path):
    import pandas as pd
    import pyreadstat

    scale = pd.DataFrame({"a": [0.0, 5.0, 10.0] * 4, "b": [0.0, 7.0, 10.0] * 4})
    ends = {0.0: "Slet ikke", 10.0: "I høj grad"}
    pyreadstat.write_sav(scale, tmp_path / "x.sav", variable_value_labels={"a": ends, "b": ends})
    assert [item.kind for item in drafted(tmp_path / "x.sav")] == ["single", "single"]
    tries = {
        "ResponseId": ["R_1", "R_2", "R_3"],
        "Status": ["Survey Preview", "IP Address", "IP Address"],
        "Finished": ["True"] * 3,
        "Køn": ["Mand", "Mand", "Kvinde"],
    }
    assert asked(tmp_path, tries)["Køn"].options == {"Mand": 1, "Kvinde": 1}


def test_what_tells_who_somebody_is_is_contact_or_year_and_no_option(tmp_path):
    columns = {
        "Telefonnr": [f"203000{at:02}" for at in range(40)],
        "Navn": ["Lars Hansen", "Mette Jensen"] * 20,
        "Adresse": [f"Nørregade {at}" for at in range(40)],
        "Fødselsdato": ["01-02-1980", "13-12-1955"] * 20,
        "Emner": [
            *["Natur, Skole", "Skole"] * 18,
            "Natur, Vej",
            "Vej",
            "Skole, Vej",
            "Natur, Lars Hansen, 20304050",
        ],
    }
    found = asked(tmp_path, columns)
    roles = {name: (question.role, question.kind) for name, question in found.items()}
    contact = ("contact", "text")
    assert [roles[name] for name in ("Telefonnr", "Navn", "Adresse")] == [contact] * 3
    assert roles["Fødselsdato"] == ("birth_year", "number")
    assert set(found["Emner"].options) == {"Natur", "Skole", "Vej"}
    assert found["Emner"].own_words
    book = drafted(tmp_path / "x.csv")
    frame = read_responses(tmp_path / "x.csv", book).frame
    assert sorted(frame["foedselsdato"].unique()) == [1955, 1980]


def test_cells_that_all_differ_hold_no_words_of_ones_own_where_their_pieces_recur(tmp_path):
    pieces = ["Natur", "Skole", "Vej", "Liv", "Leg", "Bad"]
    cells = [";".join(piece for bit, piece in enumerate(pieces) if at >> bit & 1) for at in range(1, 64)]
    emner = asked(tmp_path, {"Nr": [str(at) for at in range(63)], "Emner": cells})["Emner"]
    assert emner.kind == "multiple"
    assert not emner.own_words


def test_codes_before_texts_are_no_part_of_what_they_mean(tmp_path):
    cells = {"Køn": ["1 = Kvinde", "2 = Mand"] * 6, "Ved du det?": ["1 - Ja", "2 - Nej", "9 - Ved ikke"] * 4}
    write_csv(tmp_path / "x.csv", transposed({"Nr": [str(at) for at in range(12)]} | cells))
    sex, knows = list(drafted(tmp_path / "x.csv"))[1:]
    assert [option.id for option in sex.options] == ["kvinde", "mand"]
    assert [option.missing for option in knows.options][2] == "dont_know"


def test_ages_that_are_mostly_numbers_are_asked_about(tmp_path):
    ages = [*(str(20 + at) for at in range(7)), *(f"snart {50 + at}" for at in range(3))]
    sex = ["Kvinde", "Mand"] * 5
    found = asked(tmp_path, {"Alder": ages, "Køn": sex})["Alder"]
    assert (found.kind, found.role, [doubt.kind for doubt in found.doubts]) == (
        "number",
        "age",
        ["no_numbers"],
    )


def test_who_passed_over_some_boxes_has_not_answered_the_question(tmp_path):
    boxes = {"Emner: Klima": ["0", "1", "-1", "1"] * 5, "Emner: Skole": ["1", "0", "Ubesvaret", "-1"] * 5}
    found = asked(tmp_path, {"Køn": ["Kvinde", "Mand"] * 10} | boxes)["Emner"]
    assert dict(found.options) == {"Klima": 10, "Skole": 5}
    assert [doubt.kind for doubt in found.doubts] == ["codes_outside"]
    book = drafted(tmp_path / "x.csv")
    responses = read_responses(tmp_path / "x.csv", book)
    # The first and second of each four answered both boxes, the third none, the fourth one of them.
    assert responses.frame["emner__klima"].tolist() == [0, 1, pd.NA, pd.NA] * 5
    assert responses.frame["emner__skole"].tolist() == [1, 0, pd.NA, pd.NA] * 5
    assert "item 'emner': 5 people answered some boxes" in " ".join(responses.source.notes)
    assert responses.problems["rule"].tolist() == ["passed_over"] * 5
    cleaned = clean(responses.frame, book, problems=responses.problems)
    assert cleaned.respondents["emner__klima"].sum() == 5


def test_where_no_box_says_no_a_mark_is_a_box_left_empty(tmp_path):
    boxes = {"Emner: Klima": ["1", "-99"] * 5, "Emner: Skole": ["-99", "1"] * 5}
    asked(tmp_path, {"Køn": ["Kvinde", "Mand"] * 5} | boxes)
    responses = read_responses(tmp_path / "x.csv", drafted(tmp_path / "x.csv"))
    assert responses.frame["emner__klima"].tolist() == [1, 0] * 5


def test_own_words_that_a_few_wrote_alike_are_asked_about(tmp_path):
    cells = ["Klima;Skole", "Skole", "Klima"] * 12 + ["Cykler;Klima"] * 3 + ["Hunde;Klima", "Ro;Skole"]
    found = asked(tmp_path, {"Emner": cells, "Køn": ["Kvinde", "Mand"] * 20 + ["Mand"]})["Emner"]
    assert dict(found.options) == {"Klima": 28, "Skole": 25, "Cykler": 3}
    assert "seldom_chosen" in [doubt.kind for doubt in found.doubts]


@pytest.mark.parametrize(
    ("spelt", "kind"), [("DK-5000", "text"), ("5000.0", "text"), ("5230 Odense M", "single")]
)
def test_postcodes_that_each_spelt_as_he_liked_are_text(tmp_path, spelt, kind):
    codes = ["5000 Odense C", "5220 Odense SØ", spelt] * 5
    found = asked(tmp_path, {"Postnr.": codes, "Køn": ["Kvinde", "Mand", "Mand"] * 5})["Postnr."]
    assert (found.kind, found.role) == (kind, "area")


def test_columns_that_differ_by_their_number_alone_have_no_rival(tmp_path):
    columns = {f"{at}. prioritet": ["Bil", "Tog", "Bus"] * 4 for at in (1, 2)} | {
        "Køn": ["Mand", "Kvinde"] * 6
    }
    asked(tmp_path, columns)
    found = suggest_mapping(read_export(tmp_path / "x.csv"), drafted(tmp_path / "x.csv"))
    assert [entry.columns[0] for entry in found.mapping.items] == list(columns)
    assert set(found.confidence.values()) == {"sure"}


def test_answers_codes_without_texts_are_asked_about(tmp_path):
    found = asked(tmp_path, {"Køn": ["Kvinde", "Mand"] * 6, "Tid": ["A1", "A2", "AO03"] * 4})["Tid"]
    assert [doubt.kind for doubt in found.doubts] == ["codes_alone"]


def test_own_words_that_say_so_are_no_options_however_often(tmp_path):
    cells = ["Klima", "Trafik", "Andet", "Andet: havnen"] * 4 + ["Skole", "Andet: ro"]
    found = asked(tmp_path, {"Emne": cells, "Køn": ["Kvinde", "Mand"] * 9})["Emne"]
    assert dict(found.options) == {"Klima": 4, "Trafik": 4, "Andet": 4, "Skole": 1}
    responses = read_responses(tmp_path / "x.csv", drafted(tmp_path / "x.csv"))
    assert (responses.frame["emne"] == "andet").sum() == 9


def test_words_beside_ticks_without_their_question_are_one_of_its_options(tmp_path):
    boxes = {
        "Klima": ["Klima", "", "Klima", ""],
        "Skole": ["", "Skole", "", ""],
        "Other": ["", "", "Hunde", "Ro"],
    }
    found = asked(tmp_path, {"Køn": ["Kvinde", "Mand"] * 2} | boxes)["Klima"]
    assert (dict(found.options), found.own_words) == ({"Klima": 2, "Skole": 1, "Other": 2}, True)
    responses = read_responses(tmp_path / "x.csv", drafted(tmp_path / "x.csv"))
    assert responses.frame["klima__other"].tolist() == [0, 0, 1, 1]


def test_what_is_doubted_of_all_rows_of_a_grid_is_asked_once(tmp_path):
    rows = {f"Vigtigt? [{row}]": list("123451234512345") for row in ("Vej", "Skole", "Bydel")}
    found = asked(tmp_path, {"Køn": [*["Kvinde", "Mand"] * 7, "Mand"]} | rows)
    doubts = [[doubt.kind for doubt in found[name].doubts] for name in rows]
    assert doubts == [["few_small_numbers", "rows_alike"], [], []]
    assert {found[name].role for name in rows} == {""}


def test_what_is_doubted_of_one_row_of_a_grid_alone_is_asked_there(tmp_path):
    usual = ["Enig", "Uenig", "Hverken"] * 6
    rows = {"Mener? [Vej]": [*usual, "9", "9", "9"], "Mener? [Skole]": [*usual, "99", "99", "99"]}
    found = asked(tmp_path, {"Køn": ["Kvinde", "Mand", "Mand"] * 7} | rows)
    codes = [doubt.values["codes"] for name in rows for doubt in found[name].doubts]
    assert codes == [["'9' (3 times)"], ["'99' (3 times)"]]


def test_weights_of_the_file_are_told_to_be_unused(tmp_path):
    columns = {"Køn": ["Kvinde", "Mand"] * 5, "Vægt": ["0,8", "1,2"] * 5, "Din vægt (kg)": ["81,5", "65"] * 5}
    found = asked(tmp_path, columns)
    kinds = [[doubt.kind for doubt in found[name].doubts] for name in ("Vægt", "Din vægt (kg)")]
    assert kinds == [["weights"], []]


def test_words_beside_an_option_that_has_a_box_are_a_question_of_their_own(tmp_path):
    boxes = {"E - Klima": ["Valgt", "Ikke valgt"] * 6, "E - Andet, skriv": ["Ikke valgt", "Valgt"] * 6}
    words = ["", "Hunde", "", "Ro", "", "Cykler"] * 2
    found = asked(tmp_path, {"Køn": ["Kvinde", "Mand"] * 6} | boxes | {"E - Andet, skriv - tekst": words})
    assert (dict(found["E"].options), found["E"].doubts[1:]) == ({"Klima": 6, "Andet, skriv": 6}, ())
    assert found["E [Andet, skriv - tekst]"].kind in ("single", "text")


def test_roles_are_of_the_respondent_and_rather_of_you(tmp_path):
    ages = [str(20 + at) for at in range(12)]
    columns = {
        "Partners køn": ["Kvinde", "Mand", "Ingen"] * 4,
        "Køn i passet": ["Mand", "Kvinde"] * 6,
        "Dit køn": ["Kvinde", "Mand"] * 6,
        "Dit ældste barns fødselsår": [str(1999 + at) for at in range(12)],
        "Børns alder": ages,
        "Din alder": ages,
        "Bydel, hvor du arbejder": ["Havnen", "Dalum"] * 6,
        "Bydel, hvor du bor": ["Dalum", "Havnen"] * 6,
    }
    found = asked(tmp_path, columns)
    roles = {text: question.role for text, question in found.items() if question.role}
    assert roles == {"Dit køn": "sex", "Din alder": "age", "Bydel, hvor du bor": "area"}
    doubts = {text: [doubt.kind for doubt in question.doubts] for text, question in found.items()}
    assert (doubts["Dit køn"], doubts["Køn i passet"]) == (["role_rival"], ["role_taken"])


@pytest.mark.parametrize(
    "cells",
    [["Kvinde", "Mand", "Woman", "Man"], ["K", "Mand", "Kvinde", "M"], ["Pige/kvinde", "Dreng/mand"] * 2],
)
def test_a_sex_written_in_several_ways_is_one_option_and_read_as_it(tmp_path, cells):
    people = [[cell, "Ja" if at % 2 else "Nej"] for at, cell in enumerate(cells * 4)]
    path = write_csv(tmp_path / "x.csv", [["Køn", "Tid"], *people])
    book = drafted(path)
    assert [option.id for option in book.items[0].options] == ["kvinde", "mand"]
    responses = read_responses(path, book)
    assert responses.frame["koen"].value_counts().to_dict() == {"kvinde": 8, "mand": 8}


def test_another_letter_beside_those_of_the_sexes_is_asked_about(tmp_path):
    cells = ["M", "Mand", "K", "Kvinde", "A", "Andet"] * 4
    question = asked(tmp_path, {"Køn": cells, "Tid": ["Ja", "Nej"] * 12})["Køn"]
    assert question.options == {"Mand": 8, "Kvinde": 8, "A": 4, "Andet": 4}
    assert [doubt.values["pairs"] for doubt in question.doubts] == [["A = Andet"]]


def test_ids_that_repeat_are_asked_about(tmp_path):
    found = asked(tmp_path, {"Respondent": [str(at // 3) for at in range(12)], "Alder": ["30", "31"] * 6})
    assert [doubt.kind for doubt in found["Respondent"].doubts][-1] == "id_repeats"


def test_own_words_beside_an_answer_and_channels_of_taking_part_have_roles_of_their_own(tmp_path):
    columns = {
        "Køn": ["Kvinde", "Mand", "Andet"] * 4,
        "Køn [Andet]": ["", "", "Begge"] * 4,
        "Hvordan vil du være med?": ["Møde;Brev", "Møde", "Brev"] * 4,
        "Hvordan vil du høre om at være med?": ["Sms;Mail", "Sms", "Mail"] * 4,
        "Hvordan vil du høre fra os om at være med?": ["Sms;Mail", "Sms", "Mail"] * 4,
    }
    found = asked(tmp_path, columns)
    assert [question.role for question in found.values()] == ["sex", "", "formats", "", "channels"]


def test_a_heading_over_questions_that_share_no_answer_is_none_of_theirs(tmp_path):
    path = tmp_path / "x.csv"
    rows = [
        ["Baggrund", "", "Kontakt", "", "Deltaget før?", ""],
        ["Køn", "Bydel", "Må vi ringe?", "Tlf.", "Response", "Andet (skriv)"],
        *(
            [*one, "ja", f"201122{at}", "Ja", ""]
            for at, one in enumerate([["K", "Nord"], ["M", "Syd"]] * 9, 10)
        ),
        *([*one, "nej", "", "Nej", "måske"] for one in [["K", "Syd"], ["M", "Nord"]] * 3),
    ]
    found = {question.text: question for question in questions(read_export(write_csv(path, rows)))}
    assert {text: question.role for text, question in found.items()} == {
        "Køn": "sex", "Bydel": "area", "Må vi ringe?": "consent", "Tlf.": "contact", "Deltaget før?": "",
        "Deltaget før? [Andet (skriv)]": "",
    }  # fmt: skip
    assert found["Deltaget før?"].options == {"Ja": 18, "Nej": 6}
    book = drafted(path)
    assert set(suggest_mapping(read_export(path), book).confidence.values()) == {"sure"}


@pytest.mark.parametrize(
    ("heading", "held", "role"),
    [
        ("3. Hvor bor du?", ["Nord", "Syd"] * 20, "area"),
        ("Bopæl", ["Nord", "Syd"] * 20, "area"),
        ("Bopæl", [f"Nygade {at}" for at in range(40)], "contact"),
        ("Interviewdato", ["2026-01-05"] * 40, "submitted"),
        ("Bopæl", ["Nørregade 7, 5000 Odense", "Vej 2"] * 20, "contact"),
        ("Hvilke emner må kommunen invitere borgerne til?", ["Skole", "Klima"] * 20, ""),
        ("Hvor lang tid vil du bruge?", ["En time", "En dag"] * 20, "time"),
        ("Hvor mange timer har du lyst til at bruge?", ["1-2", "3-5"] * 20, "time"),
        ("Hvor lang tid har du boet her?", ["Et år", "Ti år"] * 20, ""),
        ("Jeg er", ["Kvinde", "Mand"] * 20, "sex"),
        ("Min partner er", ["Kvinde", "Mand"] * 20, ""),
    ],
)
def test_roles_are_told_by_heading_and_answers(tmp_path, heading, held, role):
    found = asked(tmp_path, {heading: held, "Ord": ["ja", "nej"] * 20})
    assert found[heading].role == role


@pytest.mark.parametrize("heading", ["Om dit barn", "Din partner", "Skriv dine forslag"])
def test_a_heading_that_says_whose_or_what_stays(tmp_path, heading):
    parts = {"Køn": ["K", "M"] * 20, "Alder": ["7", "9"] * 20}
    if heading.startswith("Skriv"):
        parts = {"Nr. 1": [f"a{at}" for at in range(40)], "Nr. 2": [f"b{at}" for at in range(40)]}
    columns = {f"{heading} [{part}]": held for part, held in parts.items()}
    found = asked(tmp_path, {**columns, "Ord": ["ja", "nej"] * 20})
    assert [found[text].role for text in columns] == ["", ""]


SCALES = [
    ["Helt enig", "Enig", "Hverken eller", "Uenig", "Helt uenig", "Ved ikke"],
    ["I meget høj grad", "I høj grad", "I nogen grad", "I mindre grad", "Slet ikke"],
    ["Meget tilfreds", "Tilfreds", "Hverken tilfreds eller utilfreds", "Utilfreds", "Meget utilfreds"],
    ["Meget let", "Let", "Hverken let eller svært", "Svært", "Meget svært", "Ved ikke"],
    ["Meget vigtigt", "Ret vigtigt", "Ikke særlig vigtigt", "Slet ikke vigtigt"],
    ["Dagligt", "Ugentligt", "Månedligt", "Sjældnere", "Aldrig"],
    ["Hver dag", "Flere gange om ugen", "En gang om ugen", "1-3 gange om måneden", "Aldrig", "Ved ikke"],
    ["Altid", "Ofte", "Nogle gange", "Sjældent", "Aldrig"],
    ["Ingen", "Under 5 år", "5-10 år", "Over 10 år", "Ved ikke"],
    ["0 timer", "1-2 timer", "3-5 timer", "Mere end 5 timer"],
    ["Under 200.000 kr.", "200.000-399.999 kr.", "400.000-599.999 kr.", "600.000 kr. eller mere", "Ved ikke"],
    ["0-199 999 kr. om året", "200 000-399 999 kr. om året", "Mere end 400 000 kr. om året"],
    ["Ingen", "Under 100 t.kr.", "100-199 t.kr.", "200-1.999 t.kr.", "2.000 t.kr. eller derover"],
]


@pytest.mark.parametrize("scale", SCALES)
def test_steps_of_a_scale_are_drafted_in_their_order(tmp_path, scale):
    # The middle ones most often, so that the order of the scale is not that of the frequency.
    answers = [text for at, text in enumerate(scale) for _ in range(5 + 3 * (at % 3))]
    people = {"Nr.": [str(at) for at in range(len(answers))], "Hvad synes du?": answers}
    write_csv(tmp_path / "svar.csv", transposed(people))
    item = drafted(tmp_path / "svar.csv").item("hvad_synes_du")
    assert item.ordered
    assert [option.text for option in item.options] == scale


@pytest.mark.parametrize(
    "options",
    [
        ["Bil", "Cykel", "Bus"],
        ["Ugeavis", "Dagblad", "Månedsblad"],
        ["Ja", "Nej", "Måske"],
        ["Gift", "Ugift", "Enke"],
        ["Område 1", "Område 2", "Område 3"],
    ],
)
def test_options_that_are_no_steps_are_not_drafted_as_a_scale(options):
    assert steps([(text, 10) for text in options]) == []


def test_a_scale_in_a_files_own_order_stays_so():
    scale = ["Meget utilfreds", "Utilfreds", "Tilfreds", "Meget tilfreds"]
    assert steps(list(zip(scale, [3, 7, 9, 2], strict=True))) == list(zip(scale, [3, 7, 9, 2], strict=True))
    # In the order of their frequency they say nothing of the order in the file.
    assert [text for text, _ in steps(list(zip(scale, [9, 7, 3, 2], strict=True)))] == scale[::-1]


def test_an_option_in_several_spellings_has_the_tidy_one(tmp_path):
    people = {
        "Nr.": [str(at) for at in range(40)],
        "Hvad er dit køn?": ["mand"] * 15 + ["Mand"] * 3 + ["K"] * 22,
        "Kommer du med bus?": ["OFTE"] * 15 + ["ofte"] * 12 + ["Ofte"] * 3 + ["Bil"] * 10,
    }
    write_csv(tmp_path / "svar.csv", transposed(people))
    book = drafted(tmp_path / "svar.csv")
    assert [option.text for option in book.with_role("sex").options] == ["Kvinde", "Mand"]
    assert [option.text for option in book.item("kommer_du_med_bus").options] == ["Ofte", "Bil"]
    assert counts(read_responses(tmp_path / "svar.csv", book))[1:] == [
        {"Kvinde": 22, "Mand": 18},
        {"Ofte": 30, "Bil": 10},
    ]


def test_a_few_cells_joined_by_another_sign_hold_the_same_options(tmp_path):
    ways = ["E-mail, App"] * 12 + ["E-mail"] * 10 + ["App, Brev"] * 8 + ["E-mail;App", "Brev | E-mail"]
    people = {"Nr.": [str(at) for at in range(32)], "Hvordan vil du høre fra os?": ways}
    write_csv(tmp_path / "svar.csv", transposed(people), delimiter="\t")
    book = drafted(tmp_path / "svar.csv")
    # E-mail: 12 + 10 + 1 + 1; App: 12 + 8 + 1; Brev: 8 + 1.
    told = {"E-mail": 24, "App": 21, "Brev": 9}
    assert [option.text for option in book.items[1].options] == list(told)
    assert counts(read_responses(tmp_path / "svar.csv", book))[1] == told


def test_a_text_above_a_single_column_is_its_section_unless_it_asks(tmp_path):
    above = ["Nr.", "Baggrund", "Bopæl", "Hvordan kommer du på arbejde?", "Emner", ""]
    below = ["", "Hvor gammel er du?", "Skriv dit svar her", "Vælg et svar her", "Natur", "Skole"]
    people = [[str(at), str(20 + at), "Midt", "Bil", at % 2, at % 3 // 2] for at in range(30)]
    book = drafted(write_xlsx(tmp_path / "svar.xlsx", {"Ark": [above, below, *people]}))
    told = ["Nr.", "Hvor gammel er du?", "Bopæl", "Hvordan kommer du på arbejde?", "Emner"]
    assert [item.text for item in book] == told


@pytest.mark.parametrize(
    ("role", "scale"),
    [
        ("time", ["Ingen tid", "Under 1 time", "1-2 timer", "Mere end 5 timer"]),
        ("age", ["under 18", "18-29 år", "30-59", "60 år eller derover"]),
        ("", ["Flere gange om ugen", "Ugentligt", "Månedligt", "Aldrig"]),
        ("", ["Flere gange om dagen", "Dagligt", "Flere gange om ugen", "Ugentligt", "Aldrig"]),
        ("", ["Hver dag", "Hver anden dag", "Hver uge", "Aldrig"]),
        ("", ["Helt enig", "Overvejende enig", "Delvist enig", "Uenig", "Helt uenig"]),
        ("", ["Altid", "For det meste", "Ofte", "Sjældent", "Aldrig"]),
    ],
)
def test_steps_that_are_nearly_alike_stand_in_their_order(role, scale):
    # As a file lists them, and as they are often.
    for counts_of in (range(len(scale)), range(len(scale), 0, -1)):
        options = [*zip(scale, counts_of, strict=True)]
        by_count = sorted(options, key=lambda option: -option[1])
        assert [text for text, _ in steps(options, role=role)] == scale
        assert [text for text, _ in steps(by_count, role=role)] == scale
