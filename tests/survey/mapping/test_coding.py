"""Judged by answers: what is no answer, what stands for 'Andet', what was reworded; counted by hand."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from survey_exports import transposed, write_csv
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.errors import DataError
from borgerlib.survey.cleaning.clean import clean
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.codebook.matching import is_unwilling
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.codebook.outside import number_doubts
from borgerlib.survey.grid.values import parse_dates, parse_numbers, parse_years
from borgerlib.survey.importing.codebook_draft import write_draft
from borgerlib.survey.mapping.file import ItemMapping, Mapping, load_mapping
from borgerlib.survey.mapping.suggestion import mapping_toml, suggest_mapping
from borgerlib.survey.readers.read import read_export, read_responses
from borgerlib.survey.responses import Responses

SHELLS = ("Bil", "Cykel (alle slags)", "Tog")


def codebook(*more: str, **item: Any) -> Codebook:
    options = [{"id": f"v{at}", "text": text} for at, text in enumerate((*SHELLS, *more))]
    return parse_codebook(
        {
            "survey": {"id": "rejse", "title": "Rejser"},
            "item": [
                {"id": "alder", "text": "Alder", "kind": "number"},
                {"id": "valg", "text": "Hvordan rejser du?", "kind": "multiple", "options": options, **item},
            ],
        },
        source="rejse",
    )


def read(tmp_path, table: dict[str, list[str]], book: Codebook, **entry: Any) -> Responses:
    path = write_csv(tmp_path / "x.csv", transposed(table))
    mapping = Mapping(book.id, (ItemMapping("valg", ("Valg",)),))
    mapping = replace(mapping, items=(replace(mapping.items[0], **entry),))
    return read_responses(path, book, mapping=mapping)


def counts(responses: Responses) -> list[int]:
    frame = responses.frame
    return [int(frame[column].sum()) for column in responses.codebook.item("valg").columns]


def test_a_reworded_option_is_named_not_counted_as_nought(tmp_path):
    columns = {"Nr": list("abcdefgh"), "Valg": ["Bil; Cykel (store og små)"] * 5 + ["Tog"] * 3}
    with pytest.raises(DataError, match="were these reworded") as caught:
        read(tmp_path, columns, codebook(), layout="joined", separator=";")
    assert caught.value.problems == (
        "items.valg: 'Cykel (store og små)' (5 times) is no option; 'Cykel (alle slags)' never occurs",
    )
    values = {"Cykel (store og små)": "v1"}
    said = read(tmp_path, columns, codebook(), layout="joined", separator=";", values=values)
    assert counts(said) == [5, 5, 3]
    left_out = ("Cykel (store og små)",)
    said = read(tmp_path, columns, codebook(), layout="joined", separator=";", missing=left_out)
    assert counts(said) == [5, 0, 3]
    assert said.problems.empty


def test_a_reworded_option_is_named_by_the_suggestion_too(tmp_path):
    columns = {"Alder": ["30"] * 8, "Hvordan rejser du?": ["Bil; Cykel"] * 5 + ["Tog"] * 3}
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns)))
    found = suggest_mapping(export, codebook())
    assert found.confidence["valg"] == "unsure"
    assert found.reasons["valg"] == "'Cykel' (5 times) is no option; 'Cykel (alle slags)' never occurs"


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_answers_in_own_words_count_as_andet_and_are_kept_for_coding(tmp_path, kind):
    columns = {"Nr": list("abcd"), "Valg": ["Bil", "på ski", "Tog", "Cykel (alle slags)"]}
    entry = {"layout": "joined", "separator": ";"} if kind == "multiple" else {}
    responses = read(tmp_path, columns, codebook("Andet", kind=kind), **entry)
    if kind == "single":
        assert responses.frame["valg"].tolist() == ["v0", "v3", "v2", "v1"]
    else:
        assert counts(responses) == [1, 1, 1, 1]
    assert responses.problems.to_dict("records") == [
        {"row": 3, "column": "valg", "value": "på ski", "rule": "written_in"}
    ]
    assert responses.source.notes == ("item 'valg': 1 answer in own words counts as 'Andet'",)


def test_the_column_beside_andet_is_a_tick_where_something_is_written(tmp_path):
    columns = {
        "Nr": list("abc"),
        "Hvordan rejser du? [Bil]": ["1", "0", "1"],
        "Hvordan rejser du? [Cykel (alle slags)]": ["0", "1", "1"],
        "Hvordan rejser du? [Tog]": ["0", "0", "1"],
        "Hvordan rejser du? [Andet]": ["", "på ski", ""],
    }
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), codebook("Andet"))
    assert counts(responses) == [2, 2, 1, 1]


@pytest.mark.parametrize(("none", "expected"), [([], [1, 0, 0]), (["0", "0", "0"], [1, 0, pd.NA])])
def test_no_tick_is_an_answer_unless_none_of_these_was_offered_too(tmp_path, none, expected):
    options = [{"id": f"v{at}", "text": text} for at, text in enumerate(SHELLS)]
    options.append({"id": "ingen", "text": "Ingen", "exclusive": True})
    ticks = {"v0": ["1", "0", "0"], "v2": ["0", "1", "0"], "ingen": none}
    table = {"Nr": list("abc")} | {name: cells for name, cells in ticks.items() if cells}
    given = {name: name for name, cells in ticks.items() if cells}
    entry = {"columns": tuple(given), "layout": "indicators", "options": given}
    coded = read(tmp_path, table, codebook(options=options), **entry)
    coded.frame["alder"] = 30.0  # An answer, so that nobody is rejected.
    frame = clean(coded.frame, coded.codebook).respondents
    # The third ticked nothing. Cycling was not offered: nobody said no to it.
    assert frame["valg__v0"].equals(pd.Series(expected, index=frame.index, dtype="Int8"))
    assert frame["valg__v1"].isna().all()


@pytest.mark.parametrize(
    "mark", ["N/A", "NA", "#N/A", "{question_not_shown}", "NULL", "nan", ".", "(tom)", "Intet svar"]
)
def test_marks_of_no_answer_are_none_for_any_kind_of_item(tmp_path, mark):
    columns = {
        "a": ["1", mark, mark],
        "b": [mark, "1", mark],
        "c": ["1", "1", mark],
        "Alder": ["30", mark, "40"],
    }
    fed = {"a": "v0", "b": "v1", "c": "v2"}
    entries = (ItemMapping("valg", tuple(fed), "indicators", fed), ItemMapping("alder", ("Alder",)))
    path = write_csv(tmp_path / "x.csv", transposed(columns))
    responses = read_responses(path, codebook(), mapping=Mapping("rejse", entries))
    assert counts(responses) == [1, 1, 2]
    # The third answered nothing; the others did not tick what is blank.
    assert responses.frame["valg__v1"].astype("object").fillna("").tolist() == [0, 1, ""]
    assert responses.frame["alder"].fillna(-1).tolist() == [30, -1, 40]
    assert responses.problems.empty


WHICH = "Andet/ønsker ikke at svare"


def sexes(*texts: str, **more: str) -> Codebook:
    options = [{"id": f"k{at}", "text": text} for at, text in enumerate(texts)]
    options[-1] |= more
    item = {"id": "koen", "text": "Køn", "kind": "single", "role": "sex", "options": options}
    consent = {"id": "samtykke", "text": "Må vi kontakte dig igen?", "kind": "single", "role": "consent"}
    consent["options"] = [{"id": "ja", "text": "Ja"}, {"id": "nej", "text": "Nej"}]
    return parse_codebook({"survey": {"id": "k", "title": "K"}, "item": [item, consent]}, source="k")


@pytest.mark.parametrize(
    ("texts", "refused", "said", "confidence", "read_as"),
    [
        # No option and no other reading: no answer, surely.
        (("Mand", "Kvinde"), "", "Vil ikke svare", "sure", None),
        (("Mand", "Kvinde", "Andet"), "", "Prefer not to say", "sure", None),
        # The one option for those who will not answer, in other words.
        (("Mand", "Kvinde", "Ønsker ikke at oplyse"), "refused", "Ønsker ikke at svare", "sure", "k2"),
        # It may be 'Andet': a person says which.
        (("Mand", "Kvinde", "Andet"), "", WHICH, "unsure", None),
        (("Mand", "Kvinde", "Andet", "Ønsker ikke at oplyse"), "refused", WHICH, "unsure", None),
        # The codebook's own option stays one.
        (("Mand", "Kvinde", WHICH), "", WHICH, "sure", "k2"),
    ],
)
def test_whoever_will_not_answer_is_no_answer_or_the_option_for_it(
    tmp_path, texts, refused, said, confidence, read_as
):
    book = sexes(*texts, **({"missing": refused} if refused else {}))
    table = {"Køn": ["Mand", "Kvinde"] * 10 + [said] * 5, "Må vi kontakte dig igen?": ["Ja tak"] * 25}
    path = write_csv(tmp_path / "x.csv", transposed(table))
    suggestion = suggest_mapping(read_export(path), book)
    assert suggestion.confidence == {"koen": confidence, "samtykke": "sure"}
    proposed = suggestion.mapping.item("koen")
    assert proposed.missing == (() if read_as else (said,))
    assert (f"'{said}' (5 times) taken for no answer" in suggestion.reasons["koen"]) == (read_as is None)
    assert ("or is it the option" in suggestion.reasons["koen"]) == (confidence == "unsure")
    # A mapping that does not say: read alike, and told.
    silent = Mapping("k", (replace(proposed, missing=()), ItemMapping("samtykke", (list(table)[1],))))
    responses = read_responses(path, book, mapping=silent)
    assert responses.frame["koen"].astype("object").where(lambda values: values.notna(), None).tolist() == [
        *["k0", "k1"] * 10,
        *[read_as] * 5,
    ]
    told = f"item 'koen': '{said}' (5 times) taken for no answer"
    assert (told in responses.source.notes) == (read_as is None)
    assert responses.frame["samtykke"].eq("ja").all()


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("Ønsker ikke at oplyse", True),
        ("vil  ikke svare.", True),
        ("Jeg vil helst ikke sige det", True),
        ("Ønsker ikke at oplyse/svare", True),
        ("Ønsker ikke at oplyse køn", True),
        ("Prefer not to say", True),
        ("Andet / vil ikke oplyse", True),
        ("Andet eller ønsker ikke at oplyse", True),
        ("Vil ikke", False),
        ("Jeg ønsker ikke at svare nej til en cykelsti", False),
        ("Vil ikke svare; Bil", False),
        ("Andet", False),
        ("Ved ikke", False),
    ],
)
def test_what_refuses_to_answer_says_so_and_nothing_else(text, refuses):
    assert is_unwilling(text) == refuses


@pytest.mark.parametrize("said", ["Nej tak", "Nej, tak", "nej tak!", "Nej"])
def test_a_polite_no_is_a_no(tmp_path, said):
    path = write_csv(tmp_path / "x.csv", [["Køn", "Kontakt"], *[["Mand", "Ja, tak"], ["Mand", said]] * 5])
    entries = (ItemMapping("koen", ("Køn",)), ItemMapping("samtykke", ("Kontakt",)))
    responses = read_responses(path, sexes("Mand", "Kvinde"), mapping=Mapping("k", entries))
    assert responses.frame["samtykke"].tolist() == ["ja", "nej"] * 5


def test_unwilling_words_in_a_joined_cell_cost_themselves_alone(tmp_path):
    columns = {"Nr": list("abcdefgh"), "Valg": ["Bil; Vil ikke svare"] * 4 + ["Vil ikke svare"] * 4}
    responses = read(tmp_path, columns, codebook(), layout="joined", separator=";")
    assert counts(responses) == [4, 0, 0]
    assert int(responses.frame["valg__v0"].isna().sum()) == 4
    assert "item 'valg': 'Vil ikke svare' (8 times) taken for no answer" in responses.source.notes


def test_codes_of_no_answer_are_said_for_an_item_or_for_all(tmp_path):
    columns = {"Alder": ["30", "99", "40", "999"], "Valg": ["Bil", "99", "999", "Tog; Cykel (alle slags)"]}
    path = write_csv(tmp_path / "x.csv", transposed(columns))
    (tmp_path / "m.toml").write_text(
        """
        survey = "rejse"
        missing = ["999"]
        [items.alder]
        columns = ["Alder"]
        missing = ["99"]
        [items.valg]
        columns = ["Valg"]
        layout = "joined"
        separator = ";"
        missing = ["99"]
        """
    )
    responses = read_responses(path, codebook(), mapping=load_mapping(tmp_path / "m.toml", codebook()))
    assert responses.frame["alder"].fillna(-1).tolist() == [30, -1, 40, -1]
    assert counts(responses) == [1, 1, 1]
    assert responses.problems.empty


def test_ones_and_twos_of_columns_that_a_mapping_names_are_yes_and_no(tmp_path):
    columns = {"Bil": ["1", "2", "1"], "Cykel": ["2", "2", "1"], "Tog": ["2", "2", "1"], "Nr": list("abc")}
    options = {"Bil": "v0", "Cykel": "v1", "Tog": "v2"}
    responses = read(
        tmp_path, columns, codebook(), columns=tuple(options), layout="indicators", options=options
    )
    assert counts(responses) == [2, 1, 1]
    assert responses.frame["valg__v0"].tolist() == [1, 0, 1]
    assert responses.problems.empty


def test_a_question_that_stands_in_two_columns_takes_the_one_that_is_answered(tmp_path):
    columns = {"Valg": ["Bil", "", "Tog"], "Senere": ["", "Tog", "Bil"], "Nr": list("abc")}
    book = codebook(kind="single")
    responses = read(tmp_path, columns, book, columns=("Valg", "Senere"))
    assert responses.frame["valg"].tolist() == ["v0", "v2", "v2"]
    assert responses.problems.to_dict("records") == [
        {"row": 4, "column": "valg", "value": "Bil", "rule": "two_answers"}
    ]
    both = read(tmp_path, columns, codebook(), columns=("Valg", "Senere"), layout="joined", separator=";")
    assert counts(both) == [2, 0, 2]


def test_numbers_with_a_point_and_a_nought_are_the_whole_ones(tmp_path):
    item = {"kind": "single", "options": [{"id": f"s{n}", "text": str(n)} for n in (1, 2, 3)]}
    columns = {"Valg": ["1.0", "3,0", "2.0"], "Nr": list("abc")}
    responses = read(tmp_path, columns, codebook(**item))
    assert responses.frame["valg"].tolist() == ["s1", "s3", "s2"]


def test_an_untidy_age_costs_itself_and_is_told(tmp_path):
    ages = [*(str(20 + at) for at in range(30)), "midt i fyrrerne"]
    columns = {"Alder": ages, "Hvordan rejser du?": ["Bil; Tog"] * 30 + ["Cykel (alle slags)"]}
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns)))
    found = suggest_mapping(export, codebook())
    assert found.confidence["alder"] == "sure"
    assert found.reasons["alder"] == "its text; 30 of 31 values are numbers"


def test_a_column_with_the_text_but_no_dates_is_told_not_called_absent(tmp_path):
    book = parse_codebook(
        {
            "survey": {"id": "x", "title": "X"},
            "item": [
                {"id": "slut", "text": "Afsluttet", "kind": "date", "role": "submitted"},
                {"id": "alder", "text": "Alder", "kind": "number"},
            ],
        },
        source="x",
    )
    columns = {"Afsluttet": ["i går", "i dag", "i morges"], "Alder": ["1", "2", "3"]}
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), book)
    assert responses.source.notes == ("item 'slut': 'Afsluttet' has its text, but 0 of 3 values are dates",)
    assert responses.absent == ("slut",)


def test_a_column_that_never_holds_several_is_not_surely_joined(tmp_path):
    columns = {"Alder": ["30"] * 12, "Hvordan rejser du?": ["Bil", "Tog", "Cykel (alle slags)"] * 4}
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns)))
    found = suggest_mapping(export, codebook())
    assert found.confidence["valg"] == "unsure"
    assert "no answer holds several options" in found.reasons["valg"]
    limited = suggest_mapping(export, codebook(max_choices=1))
    assert limited.confidence["valg"] == "sure"


def test_where_the_table_stands_is_kept_in_the_mapping(tmp_path):
    export = read_export(write_csv(tmp_path / "x.csv", [["30", "Bil; Tog"], ["40", "Tog"]]), heading_rows=0)
    found = suggest_mapping(export, codebook())
    said = replace(found, mapping=replace(found.mapping, sheet="Ark 1", heading_rows=0))
    (tmp_path / "m.toml").write_text(mapping_toml(said) + '[items.alder]\ncolumns = ["column 1"]\n')
    mapping = load_mapping(tmp_path / "m.toml", codebook())
    assert (mapping.sheet, mapping.heading_rows) == ("Ark 1", 0)
    responses = read_responses(tmp_path / "x.csv", codebook(), mapping=replace(mapping, sheet=""))
    assert responses.frame["alder"].tolist() == [30, 40]


@pytest.mark.slow
def test_the_command_that_map_prints_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    folder = tmp_path / "vores svar; 2025"
    folder.mkdir()
    book = folder / "vores kodebog.toml"
    assert CliRunner().invoke(app, ["codebook", "new", str(book)]).exit_code == 0
    book.write_text(
        book.read_text(encoding="utf-8").replace('id = "borgerinteresse"', 'id = "vores"'), "utf-8"
    )
    people = {
        "Køn": ["Mand", "Kvinde"] * 30,
        "Alder": [str(20 + at) for at in range(60)],
        "Hvilke emner vil du gerne være med til at drøfte eller påvirke i din kommune?": [
            "Klima og miljø; Trafik, veje og cykelstier"
        ]
        * 60,
    }
    export = write_csv(folder / "svar 1.csv", transposed(people))
    command = ["map", str(export), "--codebook", str(book), "--municipality", "Odense"]
    printed = CliRunner().invoke(app, command).output.strip().splitlines()[-1]
    run = CliRunner().invoke(app, shlex.split(printed)[1:])
    assert run.exit_code == 0, run.output
    assert "60 rows in = 60 kept" in run.output


@pytest.mark.long
@pytest.mark.parametrize(
    ("times", "match"),
    [
        ({"submitted": ["1980-01-01 00:00:00"] * 60}, "cannot be those of the survey"),
        (
            {"started": ["2021-03-01 10:00:00"] * 60, "submitted": ["2024-03-01 10:00:00"] * 60},
            "one of these dates is wrong",
        ),
    ],
)
def test_dates_that_cannot_be_are_asked_for(tmp_path, monkeypatch, times, match):
    from borgerlib.interest.prepare.prepare import prepare

    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    names = {"started": "Besvarelsen påbegyndt", "submitted": "Besvarelsen afsluttet"}
    people = {
        **{names[role]: values for role, values in times.items()},
        "Køn": ["Mand", "Kvinde"] * 30,
        "Alder": [str(20 + at) for at in range(60)],
        "Hvilke emner vil du gerne være med til at drøfte eller påvirke i din kommune?": [
            "Klima og miljø; Trafik, veje og cykelstier"
        ]
        * 60,
    }
    path = write_csv(tmp_path / "x.csv", transposed(people))
    with pytest.raises(DataError, match=match) as caught:
        prepare("Odense", path)
    assert "--date" in caught.value.hint
    prepared = prepare("Odense", path, survey_date=pd.Timestamp("2024-03-01").date())
    assert prepared.kept == 60


def test_a_ranking_is_in_doubt_since_everybody_has_chosen_all(tmp_path):
    ranked = ["Bil;Tog;Cykel (alle slags);", "Tog;Bil;Cykel (alle slags);"] * 3
    table = {"Hvordan rejser du?": ranked, "Alder": ["30"] * 6}
    path = write_csv(tmp_path / "x.csv", transposed(table))
    suggestion = suggest_mapping(read_export(path), codebook())
    assert suggestion.confidence["valg"] == "unsure"
    assert suggestion.reasons["valg"] == "everybody has all 3 options, in different orders: a ranking?"


@pytest.mark.parametrize(
    ("no", "expected"), [("0", [2, 1, pd.NA, 0]), ("", [2, 1, 0, 0]), ("-99", [2, 1, 0, 0])]
)
def test_an_empty_column_beside_written_noes_was_not_offered(tmp_path, no, expected):
    """Our own exports are read back so; own words need nobody to have written them."""
    ticks = {"Bil": ["1", "1", no], "Cykel (alle slags)": [no, "1", no], "Tog": [""] * 3, "Andet": [""] * 3}
    columns = {f"Hvordan rejser du? [{option}]": cells for option, cells in ticks.items()}
    columns = {"Nr": list("abc"), **columns}
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), codebook("Andet"))
    frame = responses.frame[[f"valg__v{at}" for at in range(4)]]
    assert [pd.NA if frame[name].isna().all() else frame[name].sum() for name in frame] == expected
    told = ("item 'valg': the export has no column for v2, or an empty one: not offered",)
    assert responses.source.notes == (told if no == "0" else ())


def test_numbers_that_look_like_codes_of_no_answer_are_told(tmp_path):
    # 'Alder' has no role here: 0 to 2, and 99 three times.
    cells = ["0", "1", "2"] * 4 + ["99"] * 3
    book = codebook()
    path = write_csv(tmp_path / "x.csv", transposed({"Nr": [str(at) for at in range(15)], "Alder": cells}))
    mapping = Mapping(book.id, (ItemMapping("alder", ("Alder",)),))
    told = [note.kind for note in read_responses(path, book, mapping=mapping).source.notes]
    assert told == ["of_item"]
    coded = replace(mapping, missing=("99",))
    assert not read_responses(path, book, mapping=coded).source.notes


def test_what_is_new_since_the_mapping_was_made_is_named(tmp_path):
    columns = {"Nr": list("abcd"), "Hvordan rejser du? [Bil]": ["1", "0", "1", "0"]}
    columns |= {"Hvordan rejser du? [Tog]": ["0", "1", "1", "0"], "Hvordan rejser du? [Fly]": list("1101")}
    fed = {"Hvordan rejser du? [Bil]": "v0", "Hvordan rejser du? [Tog]": "v2"}
    mapping = Mapping("x", (ItemMapping("valg", tuple(fed), "indicators", options=fed),))
    path = write_csv(tmp_path / "x.csv", transposed(columns))
    notes = " ".join(read_responses(path, codebook(), mapping=mapping).source.notes)
    assert "not read, though beside its boxes: 'Hvordan rejser du? [Fly]'" in notes


def test_a_birth_in_the_future_is_of_last_century_only_where_two_figures_were_written():
    dates = pd.Series(["03-05-48", "3. maj 77", "15.03.2109", "2030-01-01"], dtype="string")
    assert parse_years(dates).tolist() == [1948, 1977, 2109, 2030]  # the last two are cleared, and counted


def test_a_year_of_two_figures_alone_is_read_where_it_can_be_no_age():
    # 5 of the 8 are ages of nobody who answers; of 20 nobody knows the century (it is cleared, and counted).
    years = pd.Series(["48", "61", "02", "98", "05", "99", "20", "11"], dtype="string")
    assert parse_years(years).tolist() == [1948, 1961, 2002, 1998, 2005, 1999, 20, 2011]
    whole = pd.Series(["48", "52", "61", "77", "83", "90", "02", "05", "98", "04", "1948"], dtype="string")
    assert parse_years(whole).tolist()[-1] == 1948
    codes = pd.Series(["34", "45", "52", "61", "70", "99", "0", "28", "39"], dtype="string")
    assert parse_years(codes).tolist() == [34, 45, 52, 61, 70, 99, 0, 28, 39]
    ages = pd.Series([str(age) for age in range(16, 90)], dtype="string")
    assert parse_years(ages).tolist() == list(range(16, 90))
    assert parse_years(pd.Series(["1948", "1961", "48"], dtype="string")).tolist() == [1948, 1961, 48]


@pytest.mark.parametrize("tick", ["", "X"])
@pytest.mark.parametrize("options", [(0, 2, 1), (None, 0, 1, 2)])
def test_a_box_that_moved_under_two_rows_of_headings_is_not_read_as_another(tmp_path, tick, options):
    # All but the first heading are positions ('column 5'), which say nothing of who moved or came between.
    def written(name, options):
        texts = [SHELLS[at] if at is not None else "Løbehjul" for at in options]
        blanks = [""] * (len(texts) - 1)
        rows = [["Respondent ID", "Collector ID", "Alder", "Hvordan rejser du?", *blanks]]
        rows.append(["", "", "Open-Ended Response", *texts])
        for person in range(12):
            ticked = [at is not None and (person + at) % 3 > 0 for at in options]
            boxes = [(tick or text) * on for text, on in zip(texts, ticked, strict=True)]
            rows.append([str(1000 + person), "77", str(30 + person), *boxes])
        return write_csv(tmp_path / name, rows)

    book = codebook("Løbehjul")
    first = read_export(written("first.csv", (0, 1, 2)))
    mapping = suggest_mapping(first, book).mapping
    told = [f"Hvordan rejser du? [{SHELLS[at]}]" for at in range(3)]
    assert mapping.item("valg").options == dict(zip(told, ("v0", "v1", "v2"), strict=True))
    again = read_responses(written("again.csv", (0, 1, 2)), book, mapping=mapping)
    assert [again.frame[f"valg__v{at}"].sum() for at in range(3)] == [8, 8, 8]
    # By what the second row tells, boxes are found wherever they are.
    moved = read_responses(written("moved.csv", options), book, mapping=mapping)
    pd.testing.assert_frame_equal(moved.frame, again.frame)
    # A mapping from before it told this has positions.
    old = mapping.renamed({text: name for name, text in first.lasting_names().items()})
    assert old.item("valg").options["column 5"] == "v1"
    with pytest.raises(DataError, match="Columns stand for other options") as error:
        read_responses(written("moved.csv", options), book, mapping=old)
    second = {2: "Tog", 0: "Bil"}[options[1]]
    assert f"items.valg: 'column 5' is '{second}', not 'v1'" in error.value.problems


def test_columns_of_one_answer_under_two_rows_of_headings_are_known_by_what_they_ask(tmp_path):
    rows_asked = ["Byen er ren", "Byen er tryg", "Byen er grøn"]
    scale = ["Enig", "Hverken eller", "Uenig"]

    def written(name, order):
        rows = [["Nr.", "Hvad mener du?", "", "", "Prioriter emner", ""]]
        rows.append(["", *(rows_asked[at] for at in order), "1. prioritet", "2. prioritet"])
        for person in range(24):
            answers = [scale[(person * (at + 1)) % 3] for at in order]
            topics = [["Natur", "Skole", "Trafik"][(person + at) % 3] for at in range(2)]
            rows.append([str(person), *answers, *topics])
        return write_csv(tmp_path / name, rows)

    export = read_export(written("first.csv", (0, 1, 2)))
    book = load_codebook(write_draft(export, tmp_path / "bog.toml"))
    assert not any("column" in alias for item in book for alias in item.aliases)
    mapping = suggest_mapping(export, book).mapping
    path = tmp_path / "m.toml"
    path.write_text(mapping_toml(suggest_mapping(export, book)), "utf-8")
    assert load_mapping(path, book) == mapping
    assert [name for entry in mapping.items for name in entry.columns][1:] == [
        *(f"Hvad mener du? [{row}]" for row in rows_asked),
        "Prioriter emner [1. prioritet]",
        "Prioriter emner [2. prioritet]",
    ]
    first = read_responses(tmp_path / "first.csv", book, mapping=mapping)
    swapped = written("swapped.csv", (2, 0, 1))
    pd.testing.assert_frame_equal(read_responses(swapped, book, mapping=mapping).frame, first.frame)
    old = mapping.renamed({text: name for name, text in export.lasting_names().items()})
    with pytest.raises(DataError, match="Columns stand for other options or questions") as error:
        read_responses(swapped, book, mapping=old)
    assert len(error.value.problems) == 3
    assert "'column 3' is 'Hvad mener du? [Byen er ren]'" in error.value.problems[1]


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1 200 kr.", "950 kr.", "12\u00a0345,50", "ca. 40"], [1200, 950, 12345.5, 40]),
        (["67 år", "67 ÅR.", "67 år gammel", "67.0"], [67, 67, 67, 67]),
        (["1,200", "12,345.50", "950"], [1200, 12345.5, 950]),
        (["1,234.5 kr", "2,000 kr"], [1234.5, 2000]),
        # A number in English among Danish ones changes none of them.
        (["2,5", "7,5", "1,234.5"], [2.5, 7.5, 1234.5]),
        (["2,5", "4,25", "1,000,000", "kr. 500", "ca. 3"], [2.5, 4.25, 1_000_000, 500, 3]),
        (["0.125", "2.5"], [0.125, 2.5]),
        (["1.000", "0.5", "2.5"], [1000, 0.5, 2.5]),
        (["1.200", "12.345", "2.5"], [1200, 12345, 2.5]),
        (["1.200,50", "950", "1.000.000"], [1200.5, 950, 1_000_000]),
    ],
)
def test_numbers_are_read_as_their_column_writes_them(texts, numbers):
    assert parse_numbers(pd.Series(texts, dtype="string")).tolist() == numbers


def test_commas_that_may_be_of_thousands_are_asked_about():
    assert [doubt.kind for doubt in number_doubts(["1,200", "12,345", "950"])] == ["thousands_or_decimals"]
    assert [doubt.kind for doubt in number_doubts(["1.375", "2.5", "950"])] == ["points_mixed"]
    assert number_doubts(["1.200", "12.345", "0.125"]) == number_doubts(["1.200,50", "2.5"]) == ()
    assert number_doubts(["1,200", "12,3", "950"]) == number_doubts(["0,125", "0,250"]) == ()


def test_a_spreadsheets_count_of_days_among_dates_is_a_date():
    # 46023 days after 30 December 1899 is 1 January 2026.
    texts = pd.Series(["24-11-2025", "46023", "25-11-2025", "46023,5"], dtype="string")
    days = ["2025-11-24 00:00", "2026-01-01 00:00", "2025-11-25 00:00", "2026-01-01 12:00"]
    assert parse_dates(texts).dt.strftime("%Y-%m-%d %H:%M").tolist() == days
    assert parse_dates(pd.Series(["en", "to", "46023"], dtype="string")).isna().all()


def test_headings_that_begin_a_file_put_behind_another_are_no_answers(tmp_path):
    part = "Alder;Valg\n" + "40;Bil\n50;Tog\n" * 6
    (tmp_path / "x.csv").write_bytes(2 * b"\xef\xbb\xbf" + (part + "\ufeff" + part).encode())
    export = read_export(tmp_path / "x.csv")
    assert export.frame["Alder"].tolist() == ["40", "50"] * 12
    assert "1 row that repeats the headings is passed over" in export.source.notes
