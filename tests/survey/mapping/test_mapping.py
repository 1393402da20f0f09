from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey_exports import CODEBOOK, answers, check, heading, joined, transposed, write_csv

from borgerlib.errors import DataError
from borgerlib.survey.codebook.joined import Reading, joined_text
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.codebook.matching import matcher, normalise
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.mapping.file import ItemMapping, Mapping, load_mapping
from borgerlib.survey.mapping.suggestion import Suggestion, suggest_mapping, write_mapping
from borgerlib.survey.readers.read import read_export, read_responses


def suggestion(tmp_path, columns: dict[str, list[str]], name: str = "x.csv") -> Suggestion:
    return suggest_mapping(read_export(write_csv(tmp_path / name, transposed(columns))), CODEBOOK)


def load(tmp_path, text: str) -> Mapping:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, CODEBOOK)


def test_a_control_character_in_a_heading_leaves_the_written_mapping_legible(tmp_path):
    told = suggestion(tmp_path, {"Alder": ["30", "40"], "Dato": ["1. maj", "2. maj"]})
    lacking = next(item for item, confidence in told.confidence.items() if confidence == "missing")
    told = replace(told, reasons={**told.reasons, lacking: "the column 'Hvor bor\x01 du' is like it"})
    path = write_mapping(told, tmp_path / "m.toml")
    assert load_mapping(path, CODEBOOK).items == told.mapping.items


def test_loads_all_layouts(tmp_path):
    mapping = load(
        tmp_path,
        """
        survey = "borgerinteresse"
        [items.koen]
        columns = ["Køn"]
        values = { "M" = "mand", "K" = "kvinde" }
        [items.emner]
        layout = "joined"
        columns = "Emner"
        separator = ";"
        [items.kanaler.options]
        "Via mail" = "mail"
        "Via sms" = "sms"
        [items.formater]
        layout = "ranked"
        columns = ["Først", "Dernæst"]
        """,
    )
    assert mapping.items == (
        ItemMapping("koen", ("Køn",), values={"M": "mand", "K": "kvinde"}),
        ItemMapping("emner", ("Emner",), "joined", separator=";"),
        ItemMapping("kanaler", ("Via mail", "Via sms"), "indicators", {"Via mail": "mail", "Via sms": "sms"}),
        ItemMapping("formater", ("Først", "Dernæst"), "ranked"),
    )


def test_all_breaches_are_told_at_once(tmp_path):
    with pytest.raises(DataError, match=r"The mapping in mapping\.toml cannot be used") as caught:
        load(
            tmp_path,
            """
            survey = "borgerinteresser"
            codebook = "x"
            [items.kon]
            columns = ["Køn"]
            [items.koen]
            colums = ["Køn"]
            [items.tid]
            columns = ["Tid", "Tid 2"]
            values = { "Aldrig" = "ingen_tidd" }
            [items.emner]
            columns = ["Emner"]
            [items.formater]
            layout = "joined"
            columns = ["Tid"]
            [items.kanaler.options]
            "a" = "mail"
            "b" = "mail"
            [items.alder]
            columns = ["Alder"]
            values = { "voksen" = "40" }
            """,
        )
    assert caught.value.problems == (
        "line 2: survey: 'borgerinteresser', but the codebook is 'borgerinteresse'",
        "line 3: codebook: Unknown key 'codebook'. Legal: survey, items, missing, sheet, heading_rows.",
        "line 4: items.kon: Unknown item 'kon'. Did you mean 'koen'?",
        "line 6: items.koen: 'columns' must be a list of headings",
        "line 7: items.koen.colums: Unknown key 'colums'. Did you mean 'columns', 'values'?",
        "line 8: items.tid: Unknown option 'ingen_tidd'. Did you mean 'ingen_tid'?",
        "line 11: items.emner.layout: 'value' does not fit a multiple item; legal: indicators, joined, "
        "ranked",
        "line 13: items.formater: layout 'joined' needs a 'separator', as separator = \";\"",
        "line 13: items.formater: column 'Tid' feeds tid and formater; a column feeds one item",
        "line 19: items.alder: 'values' has no meaning for a number item",
    )


def test_a_layout_that_there_is_none_of_is_told_once(tmp_path):
    with pytest.raises(DataError) as caught:
        load(
            tmp_path,
            """
            survey = "borgerinteresse"
            [items.emner]
            layout = "list"
            columns = ["Emner"]
            """,
        )
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("line 4: items.emner.layout: 'list' is none of")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('survey = "borgerinteresse"', "lacks 'items'"),
        ('survey = "borgerinteresse"\nitems = 3', "items: 3 must be a table"),
        (
            'survey = "borgerinteresse"\n[items]\nkoen = "Køn"',
            'items.koen: "Køn" must be a table',
        ),
        (
            'survey = "borgerinteresse"\n[items.koen]\ncolumns = [1]',
            "columns 1: 1 must be a text in quotation marks",
        ),
        (
            'survey = "borgerinteresse"\n[items.koen]\ncolumns = ["a"]\nvalues = 1',
            "values: 1 must be a table",
        ),
        (
            'survey = "borgerinteresse"\n[items.emner]\nlayout = "indicators"\ncolumns = ["a"]',
            "layout 'indicators' needs 'options'",
        ),
    ],
)
def test_each_breach_is_told(tmp_path, text, problem):
    with pytest.raises(DataError) as caught:
        load(tmp_path, text)
    assert any(problem in told for told in caught.value.problems)


def test_a_file_that_is_no_toml_or_not_there(tmp_path):
    with pytest.raises(DataError, match=r"mapping\.toml is no valid TOML"):
        load(tmp_path, "survey = ")
    with pytest.raises(DataError, match="There is no file") as caught:
        load_mapping(tmp_path / "nej.toml", CODEBOOK)
    assert "borger map" in caught.value.hint


COLUMNS = {
    "Nr.": [str(number) for number in range(1, 9)],
    heading("alder"): answers("alder"),
    "Køn": answers("koen"),
    heading("emner"): joined("emner", "; "),
    "Ét ord om kommunen": ["god"] * 8,
}


def test_what_is_sure_missing_and_unused(tmp_path):
    found = suggestion(tmp_path, COLUMNS)
    assert {item for item, confidence in found.confidence.items() if confidence == "sure"} == {
        "alder",
        "koen",
        "emner",
    }
    assert "unsure" not in found.confidence.values()
    assert found.unused == ("Nr.", "Ét ord om kommunen")
    assert found.mapping.item("emner") == ItemMapping("emner", (heading("emner"),), "joined", separator=";")


def test_answers_in_other_words_are_guessed_and_doubted(tmp_path):
    changed = {**COLUMNS, heading("tid"): ["Et par timer om året eller så"] * 5 + ["Ved ikke"] * 3}
    found = suggestion(tmp_path, changed)
    assert found.confidence["tid"] == "unsure"
    assert found.mapping.item("tid").values == {"Et par timer om året eller så": "aarligt"}


def test_two_columns_that_fit_as_well_are_doubted(tmp_path):
    found = suggestion(tmp_path, {**COLUMNS, "Dit køn": answers("koen")})
    assert found.confidence["koen"] == "unsure"
    assert "fits as well" in found.reasons["koen"]


def test_a_yes_or_no_column_is_not_taken_for_consent_by_its_answers_alone(tmp_path):
    found = suggestion(tmp_path, {**COLUMNS, "Har du hund?": ["Ja", "Nej"] * 4})
    assert found.confidence["samtykke"] == "missing"


def test_ages_and_birth_years_are_told_apart_by_their_values(tmp_path):
    years = {**COLUMNS, heading("alder"): ["1950", "1960", "1970", "1980", "1990", "1999", "2001", "1977"]}
    found = suggestion(tmp_path, years)
    assert found.confidence["alder"] == "missing"


def test_numbered_headings_are_recognised(tmp_path):
    numbered = {f"{at}. {name}": values for at, (name, values) in enumerate(COLUMNS.items(), start=1)}
    assert suggestion(tmp_path, numbered).confidence["alder"] == "sure"


def test_unsure_and_lacking_columns_stop_the_reading(tmp_path):
    columns = {"Køn": ["M", "K"], "Alder": ["30", "40"]}
    with pytest.raises(DataError, match="not recognised beyond doubt") as caught:
        read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK)
    assert "no column is recognised for topics" in caught.value.problems
    assert "borger map " in caught.value.hint
    assert "borger codebook draft " in caught.value.hint


def test_an_untidy_column_of_a_required_question_is_named_where_the_reading_stops(tmp_path):
    columns = {**COLUMNS, heading("alder"): ["ung", "gammel", "30", "midt", "40", "-", "x", "y"]}
    with pytest.raises(DataError, match="not recognised beyond doubt") as caught:
        read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK)
    (problem,) = [each for each in caught.value.problems if "for age" in each]
    assert "has its text, but 2 of 7 values are numbers" in problem


def test_a_survey_in_two_languages_is_read_by_both(tmp_path):
    topics, times = CODEBOOK.item("emner").options[:3], CODEBOOK.item("tid").options[:3]
    # Of eight people the last four answer in English; every other one chooses two topics.
    chosen = [[0], [1, 0], [2], [0, 2], [1], [2, 1], [0], [1, 0]]
    columns = {
        "Nr": [str(at) for at in range(8)],
        "What is your gender?": ["Kvinde", "Man"] * 4,
        "How old are you?": ["30"] * 8,
        CODEBOOK.item("emner").text_en: [
            ", ".join(topics[one].text if at < 4 else topics[one].text_en for one in each)
            for at, each in enumerate(chosen)
        ],
        CODEBOOK.item("tid").text_en: [
            times[at % 3].text if at < 4 else times[at % 3].text_en for at in range(8)
        ],
    }
    frame = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK).frame
    assert [int(frame[f"emner__{option.id}"].sum()) for option in topics] == [5, 4, 3]
    assert [int((frame["tid"] == option.id).sum()) for option in times] == [3, 3, 2]
    assert frame["koen"].tolist() == ["kvinde", "mand"] * 4


def test_columns_that_feed_nothing_are_kept_in_mind(tmp_path):
    more = {"vaegt": ["1,2"] * 8, "Hvor længe har du boet her?": ["Længe"] * 8, "Tom": [""] * 8}
    read = read_responses(write_csv(tmp_path / "x.csv", transposed({**COLUMNS, **more})), CODEBOOK)
    assert read.unread == ("Nr.", "Ét ord om kommunen", "vaegt", "Hvor længe har du boet her?")


def test_boxes_under_two_rows_of_headings_are_named_by_what_stands_above_them(tmp_path):
    texts = [option.text for option in CODEBOOK.item("emner").options]
    above = ["Nr.", CODEBOOK.item("emner").text, *[""] * len(texts), "Har du bil?", ""]
    below = ["", *texts, "Robotter", "Ja, en", "Ja, flere"]
    rows = [[str(at), *[str((at + box) % 2) for box in range(len(texts) + 3)]] for at in range(8)]
    path = write_csv(tmp_path / "x.csv", [above, below, *rows])
    found = suggest_mapping(read_export(path), CODEBOOK)
    read = read_responses(path, CODEBOOK, mapping=found.mapping)
    assert read.unread == ("Nr.", "Har du bil? [Ja, en]", "Har du bil? [Ja, flere]")
    assert f"{CODEBOOK.item('emner').text} [Robotter]" in " ".join(map(str, read.source.notes))
    write_mapping(found, tmp_path / "m.toml")
    assert "#   Har du bil? [Ja, flere]\n" in (tmp_path / "m.toml").read_text("utf-8")


def test_an_export_of_another_survey_is_not_taken(tmp_path):
    plain = parse_codebook(
        {
            "survey": {"id": "x", "title": "X"},
            "item": [{"id": "mening", "text": "Din mening?", "kind": "text"}],
        },
        source="x",
    )
    path = write_csv(tmp_path / "x.csv", transposed({"Højde": ["1"], "Vægt": ["2"]}))
    with pytest.raises(DataError) as caught:
        read_responses(path, plain)
    assert caught.value.problems == ("no column is recognised at all",)


@pytest.mark.parametrize(
    ("asked", "confidence"),
    [
        ("Må kommunen kontakte dig?", "unsure"),
        ("Må vi kontakte dig?", "sure"),
        ("Har du hund?", "missing"),
    ],
)
def test_a_yes_or_no_whose_question_is_only_alike_is_asked_about(tmp_path, asked, confidence):
    consent = {"id": "ja", "text": "Må vi kontakte dig?", "kind": "single"}
    consent["options"] = [{"id": "ja", "text": "Ja"}, {"id": "nej", "text": "Nej"}]
    book = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": [consent]}, source="x")
    path = write_csv(tmp_path / "x.csv", transposed({asked: ["Ja", "Nej"] * 2, "Tal": list("1234")}))
    assert suggest_mapping(read_export(path), book).confidence["ja"] == confidence


def test_another_question_with_the_same_options_is_not_surely_ours(tmp_path):
    emner, tid = ([option.text for option in CODEBOOK.item(name).options] for name in ("emner", "tid"))
    columns = {f"Hvad gør kommunen dårligt i dag? [{text}]": ["1", "0"] * 4 for text in emner}
    columns["Hvor meget tid bruger din ægtefælle på frivilligt arbejde?"] = [*tid, tid[0]]
    found = suggestion(tmp_path, columns)
    assert found.confidence["emner"] == found.confidence["tid"] == "unsure"
    assert found.reasons["emner"] == "14 of 14 options have a column; its answers fit, its text does not"
    assert found.reasons["tid"] == "its answers fit, its text does not"
    columns = {f"Hvilke emner forsømmer kommunen? [{text}]": ["1", "0"] * 4 for text in emner}
    assert suggestion(tmp_path, columns, "y.csv").confidence["emner"] == "unsure"


def test_a_written_suggestion_reads_back_as_it_was(tmp_path):
    columns = {**COLUMNS, heading("tid"): ["Et par timer om året eller så"] * 5 + ["Ved ikke"] * 3}
    columns['Med "anførsel" \\ og\ttab'] = ["x"] * 8
    found = suggestion(tmp_path, columns)
    path = write_mapping(found, tmp_path / "mapping.toml")
    assert load_mapping(path, CODEBOOK) == found.mapping
    text = path.read_text(encoding="utf-8")
    assert "# UNSURE: some answers are guessed" in text
    assert "# [items.fritekst]\n# missing: no column looks like it" in text
    assert "#   Ét ord om kommunen" in text
    frame = read_responses(tmp_path / "x.csv", CODEBOOK, mapping=load_mapping(path, CODEBOOK)).frame
    check(frame, ["alder", "koen", "emner"])
    assert frame["tid"].tolist() == ["aarligt"] * 5 + ["ved_ikke"] * 3


def test_a_mapping_file_is_not_overwritten(tmp_path):
    found = suggestion(tmp_path, COLUMNS)
    path = write_mapping(found, tmp_path / "mapping.toml")
    with pytest.raises(DataError, match="is there already"):
        write_mapping(found, path)
    with pytest.raises(DataError, match="cannot be written"):
        write_mapping(found, tmp_path / "nej" / "mapping.toml")


ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(headings=st.lists(ANY_TEXT, min_size=1, max_size=14, unique=True), value=ANY_TEXT)
def test_any_heading_survives_being_written_as_toml(headings, value):
    ids = [option.id for option in CODEBOOK.item("emner").options]
    options = dict(zip(headings, ids, strict=False))
    entries = (
        ItemMapping("koen", ("\x7f a column of another length than those above",), values={value: "mand"}),
        ItemMapping("emner", tuple(options), "indicators", options),
    )
    found = Suggestion(
        Mapping(CODEBOOK.id, entries),
        {"koen": "unsure", "emner": "sure"},
        {"koen": f"grund\nmed {value}", "emner": ""},
        tuple(headings),
    )
    with TemporaryDirectory() as folder:
        path = write_mapping(found, Path(folder) / "x.toml")
        assert load_mapping(path, CODEBOOK) == found.mapping


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Klima og miljø", "  klima  og\nmiljø. "),
        ("Skriv – kort", "skriv - kort"),
        ("Mere end “1”", 'mere end "1"'),
        ("Ærlighed", "ÆRLIGHED"),
    ],
)
def test_texts_are_alike_whatever_platforms_change_in_passing(one, other):
    assert normalise(one) == normalise(other)


def test_a_cut_text_is_matched_only_when_one_option_begins_so():
    options = matcher(CODEBOOK.item("emner"))
    assert options.match("Udvikling af lan.. ") == "lokalsamfund"
    assert options.match("Kultur, idræt…") == "kultur_fritid"
    assert options.match("Be..") is None
    times = matcher(CODEBOOK.item("tid"))
    assert times.match("Et par timer hver..") is None


@given(
    st.sets(st.sampled_from([option.id for option in CODEBOOK.item("emner").options])), st.sampled_from(",;|")
)
def test_joined_texts_come_apart_whatever_was_chosen(chosen, separator):
    item = CODEBOOK.item("emner")
    texts = [option.text for option in item.options if option.id in chosen]
    for between in (separator, f"{separator} "):
        reading = joined_text(item, separator).read(between.join(texts) + separator)
        assert (set(reading.options), reading.strange, reading.otherwise) == (chosen, (), ())


def topics(*texts: str) -> Codebook:
    """Return a codebook of one multiple item; an option's id is its text's letters."""
    options = [{"id": re.sub("[^a-z]", "", text.lower()), "text": text} for text in texts]
    item = {"id": "emner", "text": "Emner?", "kind": "multiple", "options": options}
    return parse_codebook({"survey": {"id": "x", "title": "X"}, "item": [item]}, source="x")


def test_a_cell_is_read_so_that_all_of_it_is_known():
    parts = joined_text(topics("Skole, SFO", "SFO", "SFO, klub", "Klima").item("emner"), ",")
    assert parts.read("Skole, SFO") == Reading(("skolesfo",))
    assert parts.read("SFO, Klima") == Reading(("sfo", "klima"))
    assert parts.read("Skolegård, SFO") == Reading(("sfo",), ("Skolegård",))
    # The longest text first would leave 'klub' unknown: 'Skole, SFO' + 'SFO, klub' explains all.
    assert parts.read("Skole, SFO, SFO, klub") == Reading(("skolesfo", "sfoklub"))


UNCLEAR = ["Skole", "SFO", "Skole, SFO", "Klima"]
JOINED = {"Emner?": ["Skole, SFO", "Klima", "Skole, Klima", "SFO, Klima, Skole"] * 3, "Nr.": ["1"] * 12}


def test_an_answer_that_stands_for_one_option_or_two_is_refused_by_name(tmp_path):
    path = write_csv(tmp_path / "x.csv", transposed(JOINED))
    book = topics(*UNCLEAR)
    with pytest.raises(DataError) as unsure:
        read_responses(path, book)
    said = "'Skole, SFO' may be 'Skole' and 'SFO'"
    assert said in str(unsure.value)
    plain = ItemMapping("emner", ("Emner?",), "joined", separator=",")
    with pytest.raises(DataError) as refused:
        read_responses(path, book, mapping=Mapping("x", (plain,)))
    assert refused.value.problems == (f"items.emner: {said} (3 times)",)
    # Skole alone 3 + 3 times; three cells say 'Skole, SFO'.
    for values, counts in (
        ({"Skole, SFO": "skolesfo"}, {"skole": 6, "sfo": 3, "skolesfo": 3, "klima": 9}),
        ({"Skole": "skole", "SFO": "sfo"}, {"skole": 9, "sfo": 6, "skolesfo": 0, "klima": 9}),
    ):
        told = Mapping("x", (replace(plain, values=values),))
        frame = read_responses(path, book, mapping=told).frame
        assert {name: int(frame[f"emner__{name}"].sum()) for name in counts} == counts


def test_a_text_item_may_rename_its_values(tmp_path):
    path = write_csv(
        tmp_path / "x.csv", transposed({"Bydel": ["Odense C", "Næsby", ""], "Alder": ["1", "2", "3"]})
    )
    mapping = Mapping(CODEBOOK.id, (ItemMapping("omraade", ("Bydel",), values={"Odense C": "Centrum"}),))
    found = read_responses(path, CODEBOOK, mapping=mapping).frame["omraade"]
    pd.testing.assert_series_equal(
        found.reset_index(drop=True), pd.Series(["Centrum", "Næsby", None], dtype="string", name="omraade")
    )
