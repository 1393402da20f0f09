from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borgerlib.errors import BorgerlibError, CodebookError, DataError, ParameterError
from borgerlib.personal import contact_key
from borgerlib.said import said
from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.clean import (
    _FINISHING,
    _OF_AGE,
    _OF_ANSWERS,
    _OF_TEXT,
    CleaningResult,
    clean,
)
from borgerlib.survey.cleaning.flags import SPEEDING, STRAIGHT_LINING
from borgerlib.survey.cleaning.violations import LONGEST_LOGGED
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.codebook.model import Codebook

TOPICS = ["natur", "trafik", "skole", "kultur"]
RULES_2025 = CleaningRules(reference_date=date(2025, 11, 24))


def item(name: str, kind: str, role: str = "", options: list[str] | None = None, **more: object) -> dict:
    entry = {"id": name, "text": name, "kind": kind, "role": role, **more}
    if options:
        entry["options"] = [
            {
                "id": option,
                "text": option,
                "exclusive": option == "intet",
                "missing": "dont_know" if option == "ved_ikke" else "",
            }
            for option in options
        ]
    return entry


def codebook(*items: dict) -> Codebook:
    return parse_codebook({"survey": {"id": "test", "title": "Test"}, "item": list(items)}, source="test")


ID = item("svar", "text", "id")
STARTED = item("start", "date", "started")
SUBMITTED = item("slut", "date", "submitted")
AGE = item("aar", "number", "age")
BIRTH_YEAR = item("foedt", "number", "birth_year")
SEX = item("koen", "single", "sex", ["mand", "kvinde"])
TOPIC = item("emner", "multiple", "topics", [*TOPICS, "intet", "ved_ikke"])
TIME = item("tid", "single", "time", ["lidt", "meget", "ved_ikke"], ordered=True)
TEXT = item("tekst", "text", "free_text")
MAIL = item("mail", "text", "contact")
PHONE = item("tlf", "text", "contact")
CONSENT = item("samtykke", "single", "consent", ["ja", "nej"])
WHOLE = codebook(ID, STARTED, SUBMITTED, AGE, BIRTH_YEAR, SEX, TOPIC, TIME, TEXT, MAIL, PHONE, CONSENT)


def run(columns: dict, book: Codebook = WHOLE, **more: object) -> CleaningResult:
    return clean(pd.DataFrame(columns), book, rules=RULES_2025, **more)


def changes(result: CleaningResult) -> list[tuple]:
    return [tuple(row) for row in result.changes.itertuples(index=False)]


# --- columns and types


def test_respondents_have_the_types_of_the_codebook() -> None:
    result = run(
        {
            "svar": ["a"],
            "start": ["24-11-2025 10:00"],
            "aar": ["40"],
            "tid": ["meget"],
            "koen": ["mand"],
            "emner__natur": ["1"],
            "tekst": ["hej"],
        }
    )
    types = result.respondents.dtypes.astype(str)
    assert types["svar"] == types["tekst"] == "string"
    assert types["start"] == "datetime64[us]"
    assert types["aar"] == "Int64"
    assert types["emner__natur"] == "Int8"
    assert result.respondents["tid"].cat.ordered
    assert result.respondents["tid"].cat.categories.tolist() == ["lidt", "meget", "ved_ikke"]
    assert not result.respondents["koen"].cat.ordered
    assert result.respondents.loc[0, "start"] == pd.Timestamp(2025, 11, 24, 10)
    assert result.changes.empty


def test_columns_outside_the_codebook_pass_through_with_cpr_numbers_masked() -> None:
    result = run({"tid": ["lidt", "lidt"], "vaegt": [1.5, 2.5], "note": ["010150-1239", "x"]})
    assert result.respondents["vaegt"].tolist() == [1.5, 2.5]
    assert result.respondents["note"].tolist() == ["[CPR-nummer fjernet]", "x"]


def test_cpr_numbers_are_masked_in_categories_too() -> None:
    result = run({"tid": ["lidt"] * 2, "note": pd.Categorical(["010150-1239", "x"])})
    assert result.respondents["note"].tolist() == ["[CPR-nummer fjernet]", "x"]


def test_the_input_is_not_mutated() -> None:
    frame = pd.DataFrame({"svar": [" a ", None], "aar": ["1985", "x"], "tekst": ["010150-1239", " "]})
    frame["emner__natur"], frame["emner__intet"] = ["1", "1"], ["1", "0"]
    before = frame.copy(deep=True)
    clean(frame, WHOLE, rules=RULES_2025)
    pd.testing.assert_frame_equal(frame, before)


def test_row_labels_are_kept_and_used_in_the_logs() -> None:
    frame = pd.DataFrame({"aar": ["12", "999"], "tid": ["lidt", "lidt"]}, index=[17, 4])
    result = clean(frame, WHOLE, rules=RULES_2025)
    assert result.rejected.index.tolist() == [17]
    assert result.respondents.index.tolist() == [4]
    assert result.changes.query("rule == 'impossible_age'")["row"].tolist() == [4]


# --- ids


def test_a_made_up_id_never_takes_that_of_another() -> None:
    result = run({"svar": [None, "raekke-0"], "tid": ["lidt", "lidt"]})
    assert result.respondents["svar"].tolist() == ["raekke-0-b", "raekke-0"]


def test_a_survey_without_ids_gets_a_column_of_them() -> None:
    result = clean(pd.DataFrame({"tid": ["lidt", "meget"]}), codebook(TIME))
    assert result.respondents["svar_id"].tolist() == ["raekke-0", "raekke-1"]


def test_two_ids_that_were_cpr_numbers_are_two_people() -> None:
    result = run({"svar": ["010150-1239", "020150-1239", "c"], "tid": ["lidt"] * 3})
    assert result.respondents["svar"].tolist() == ["raekke-0", "raekke-1", "c"]


# --- age


@pytest.mark.parametrize(
    ("birth_year", "reference", "age"),
    [
        (1985, date(2025, 11, 24), 40),  # most birthdays have been
        (1985, date(2025, 7, 1), 40),
        (1985, date(2025, 6, 30), 39),  # most birthdays are to come
        (1985, date(2025, 1, 1), 39),
        (2010, date(2025, 1, 1), 15),  # is 14 or 15: may take part
        (2025, date(2025, 1, 1), None),  # 0: below the limit
    ],
)
def test_age_from_the_year_of_birth(birth_year: int, reference: date, age: int | None) -> None:
    frame = pd.DataFrame({"foedt": [birth_year], "tid": ["lidt"]})
    result = clean(frame, codebook(BIRTH_YEAR, TIME), rules=CleaningRules(reference_date=reference))
    assert result.respondents["alder"].tolist() == ([age] if age is not None else [])


def test_an_age_computed_for_everybody_is_no_change() -> None:
    result = run({"aar": [None, None], "foedt": [1985, 1990], "tid": ["lidt", "lidt"]})
    assert result.respondents["aar"].tolist() == [40, 35]
    assert result.changes.empty


def test_years_of_birth_need_a_reference_date() -> None:
    with pytest.raises(ParameterError, match="'foedt' asks for the year of birth") as caught:
        clean(pd.DataFrame({"foedt": [1985], "tid": ["lidt"]}), WHOLE)
    assert "CleaningRules(reference_date=" in str(caught.value)


def test_an_unanswered_year_of_birth_needs_none() -> None:
    result = clean(pd.DataFrame({"foedt": [None], "aar": [40], "tid": ["lidt"]}), WHOLE)
    assert result.respondents["aar"].tolist() == [40]


@pytest.mark.parametrize(("age", "kept"), [(15, False), (16, False), (17, False), (18, True), (19, True)])
def test_the_age_limit_is_a_parameter(age: int, kept: bool) -> None:
    result = clean(pd.DataFrame({"aar": [age], "tid": ["lidt"]}), WHOLE, rules=CleaningRules(age_limit=18))
    assert (len(result.respondents) == 1) is kept
    assert (result.rejected["reasons"].tolist() == ["below_age_limit"]) is not kept


def test_an_age_limit_above_the_highest_age_is_refused() -> None:
    with pytest.raises(ParameterError, match="age limit 50 must lie between 0 and the highest age 40"):
        CleaningRules(age_limit=50, highest_age=40)


# --- choices


def ticks(result: CleaningResult) -> list[list]:
    return result.respondents.filter(like="emner__").astype("object").to_numpy(na_value=None).tolist()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # natur trafik skole kultur intet ved_ikke
        ([1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]),  # positive choices stand, 'intet' goes
        ([1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0]),  # likewise 'ved ikke'
        ([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 0]),  # 'ved ikke' yields to 'intet'
        ([0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 1]),  # don't know alone is an answer
        ([0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 0]),
        ([1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]),
        ([0, 0, 0, 0, 0, 0], [None] * 6),  # nothing ticked
        ([1, None, None, None, None, None], [1, 0, 0, 0, 0, 0]),
    ],
)
def test_contradictions_in_a_multiple_item(before: list, after: list) -> None:
    # The second respondent was offered every option.
    columns = {
        f"emner__{name}": [value, int(name == "skole")]
        for name, value in zip([*TOPICS, "intet", "ved_ikke"], before, strict=True)
    }
    assert ticks(run(columns | {"tid": ["lidt"] * 2})) == [after, [0, 0, 1, 0, 0, 0]]


def test_two_options_that_each_rule_out_the_other_leave_no_answer() -> None:
    topic = item("emner", "multiple", "topics", ["natur", "intet"])
    topic["options"].append({"id": "ingen_tid", "text": "x", "exclusive": True})
    columns = {"emner__natur": [0], "emner__intet": [1], "emner__ingen_tid": [1], "tid": ["lidt"]}
    assert ticks(run(columns, codebook(topic, TIME))) == [[None] * 3]


def test_two_ways_of_having_no_opinion_leave_no_answer() -> None:
    topic = item("emner", "multiple", "topics", ["natur", "ved_ikke"])
    topic["options"].append({"id": "uvedkommende", "text": "x", "missing": "not_relevant"})
    columns = {"emner__natur": [0], "emner__ved_ikke": [1], "emner__uvedkommende": [1], "tid": ["lidt"]}
    result = run(columns, codebook(topic, TIME))
    assert ticks(result) == [[None] * 3]
    assert result.changes["rule"].tolist() == ["exclusive_option"] * 3


def test_nothing_ticked_is_an_answer_where_none_of_these_is_not_offered() -> None:
    topic = item("emner", "multiple", "topics", ["natur", "trafik"])
    columns = {"emner__natur": [0], "emner__trafik": [0], "tid": ["lidt"]}
    assert ticks(run(columns, codebook(topic, TIME))) == [[0, 0]]


def test_an_option_that_was_not_offered_stays_missing_and_takes_no_answer() -> None:
    # Only natur and trafik stand in the export. Nobody could tick 'intet', so nothing ticked is an answer.
    columns = {f"emner__{name}": [None] * 3 for name in [*TOPICS, "intet", "ved_ikke"]}
    columns |= {"emner__natur": [1, 0, None], "emner__trafik": [None, 0, None], "tid": ["lidt"] * 3}
    result = run(columns)
    assert ticks(result) == [[1, 0, None, None, None, None], [0, 0, None, None, None, None], [None] * 6]
    assert result.changes["rule"].tolist() == ["partial_multiple"]


@pytest.mark.parametrize(("chosen", "kept"), [(1, True), (2, True), (3, False)])
def test_too_many_choices(chosen: int, kept: bool) -> None:
    topic = item("emner", "multiple", "topics", TOPICS, max_choices=2)
    columns = {f"emner__{name}": [int(place < chosen)] for place, name in enumerate(TOPICS)}
    assert (ticks(run(columns | {"tid": ["lidt"]}, codebook(topic, TIME))) != [[None] * 4]) is kept


# --- rejections


def test_background_alone_is_no_answer_and_dont_know_is_one() -> None:
    result = run({"aar": [40, 40], "koen": ["mand", "mand"], "tid": [None, "ved_ikke"]})
    assert result.rejected["reasons"].tolist() == ["no_answer"]
    assert result.respondents.index.tolist() == [1]


def test_boxes_said_to_be_unticked_are_an_answer_of_whoever_stayed() -> None:
    # Row 0 ticked nothing, row 1 was not asked, row 2 has noughts alone: opened and left (REDCap writes so).
    topic = item("emner", "multiple", "topics", ["natur", "trafik"])
    columns = {"emner__natur": [0, None, 0, 1], "emner__trafik": [0, None, 0, 0], "aar": [40, 50, None, 60]}
    result = run(columns, codebook(AGE, topic, TIME))
    assert result.respondents.index.tolist() == [0, 3]
    assert ticks(result)[0] == [0, 0]
    # Where nobody was asked anything else, noughts alone are all that an answer can be.
    alone = clean(pd.DataFrame(columns)[["emner__natur", "emner__trafik"]], codebook(topic))
    assert alone.respondents.index.tolist() == [0, 2, 3]


def test_background_counts_where_nothing_else_is_asked() -> None:
    result = clean(pd.DataFrame({"koen": ["mand", None]}), codebook(SEX))
    assert result.respondents.index.tolist() == [0]


def test_an_answer_that_was_none_of_the_options_is_no_answer() -> None:
    result = run({"tid": ["aldrig", "lidt"]})
    assert result.rejected["reasons"].tolist() == ["no_answer"]
    assert result.violations[["row", "column", "value", "rule"]].to_numpy().tolist() == [
        [0, "tid", "aldrig", "unknown_option"],
        [0, "", "", "no_answer"],
    ]


def test_of_equally_complete_duplicates_the_latest_counts_then_the_first_in_the_file() -> None:
    times = ["2025-11-20 10:00", "2025-11-20 12:00", "2025-11-20 12:00", None]
    result = run({"svar": ["a"] * 4, "slut": times, "tid": ["lidt"] * 4, "koen": [None, None, None, None]})
    assert result.respondents.index.tolist() == [1]
    assert result.rejected["reasons"].unique().tolist() == ["duplicate_id"]


def test_a_question_that_is_named_as_an_id_but_has_not_its_role_makes_nobody_a_duplicate() -> None:
    book = codebook(item("svar_id", "number"), item("tid", "text"))
    result = clean(pd.DataFrame({"svar_id": [0, 0, 7], "tid": ["lidt", "meget", "lidt"]}), book)
    assert result.respondents["svar_id"].tolist() == [0, 0, 7]
    assert result.respondents["svar_id_raekke"].tolist() == ["raekke-0", "raekke-1", "raekke-2"]


def test_the_latest_is_the_one_that_was_submitted_last() -> None:
    starts = ["2025-11-20 10:00", "2025-11-20 10:10"]
    ends = ["2025-11-20 10:30", "2025-11-20 10:20"]
    result = run({"svar": ["a"] * 2, "start": starts, "slut": ends, "tid": ["lidt"] * 2})
    assert result.respondents.index.tolist() == [0]


def test_the_start_decides_where_nothing_was_submitted() -> None:
    starts = ["2025-11-20 10:00", "2025-11-20 10:10"]
    result = run({"svar": ["a"] * 2, "start": starts, "tid": ["lidt"] * 2})
    assert result.respondents.index.tolist() == [1]


def test_a_rejected_row_does_not_push_out_a_good_one() -> None:
    # The fuller row of the two is by a child: the other one counts.
    result = run({"svar": ["a", "a"], "aar": [12, 40], "koen": ["mand", None], "tid": ["lidt", "lidt"]})
    assert result.respondents.index.tolist() == [1]
    assert result.rejected["reasons"].tolist() == ["below_age_limit"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Bo@Eksempel.DK ", "bo@eksempel.dk"),
        ("12 34 56 78", "12345678"),
        ("+45 12345678", "12345678"),
        ("0045 1234 5678", "12345678"),
        ("(45) 12-34-56-78", "12345678"),
        ("+46 70 123 45 67", "46701234567"),
        ("46701234567", "46701234567"),  # as lists have it
        ("(0045) 20112200", "20112200"),
        ("\uff12\uff10\uff11\uff11\uff12\uff12\uff10\uff11", "20112201"),  # full width
        ("+45 (0)20112202", "20112202"),
        ("+45 0045 20112201", "20112201"),
        ("20112201.0", "20112201"),
        ("tlf. 20 11 22 34 (efter kl. 16)", "20112234"),
        ("20112201/20112202", None),  # two
        ("20112201 eller 20112202", None),
        ("+45 201122015", None),
        ("12345678901234567890", None),
        ("010190-1234", None),  # a CPR number
        ("0101901235", None),
        ("00000000", None),  # not given
        ("11 11 11 11", None),
        ("1234567", None),
        ("Bo Hansen", None),
        ("bo@eksempel", None),
        ("@eksempel.dk", None),
        ("nej", None),
        ("", None),
    ],
)
def test_contact_key(text: str, key: str | None) -> None:
    assert contact_key(text) == key


def test_the_same_name_is_not_the_same_person() -> None:
    result = run({"mail": ["Bo Hansen"] * 2, "samtykke": ["ja"] * 2, "tid": ["lidt"] * 2})
    assert len(result.respondents) == 2


def test_a_telephone_number_in_the_wrong_field_is_still_recognised() -> None:
    result = run({"mail": ["12345678", None], "tlf": [None, "+45 12 34 56 78"], "tid": ["lidt"] * 2})
    assert result.rejected["reasons"].tolist() == ["duplicate_contact"]


# --- flags


def test_speeding_is_below_a_third_of_the_median() -> None:
    # Durations 300, 300, 300, 100 and 99 seconds: the median is 300, a third of it 100.
    start = pd.Timestamp(2025, 11, 20, 10)
    seconds = [300, 300, 300, 100, 99]
    ends = [start + pd.Timedelta(seconds=value) for value in seconds]
    result = run({"start": [start] * 5, "slut": ends, "tid": ["lidt"] * 5})
    assert result.flags[SPEEDING].tolist() == [False, False, False, False, True]
    assert len(result.respondents) == 5
    assert result.respondents[SPEEDING].equals(result.flags[SPEEDING])


def test_reversed_times_are_cleared_and_flag_nobody() -> None:
    result = run(
        {
            "start": ["2025-11-20 10:00"] * 2,
            "slut": ["2025-11-20 09:00", "2025-11-20 10:05"],
            "tid": ["lidt"] * 2,
        }
    )
    assert result.respondents["start"].isna().tolist() == [True, False]
    assert not result.flags[SPEEDING].any()
    assert (0, "start", "2025-11-20 10:00:00", "", "times_reversed") in changes(result)


def test_ticking_everything_is_flagged_and_kept() -> None:
    columns = {f"emner__{name}": [1, 1, None] for name in TOPICS}
    columns["emner__kultur"] = [1, 0, None]
    result = run(
        columns | {"emner__intet": [1, 0, None], "emner__ved_ikke": [0, 0, None], "tid": ["lidt"] * 3}
    )
    assert result.flags[STRAIGHT_LINING].tolist() == [True, False, False]


def test_ticking_everything_that_was_offered_is_flagged() -> None:
    offered = {f"emner__{name}": [1, 1] for name in TOPICS} | {"emner__kultur": [1, 0]}
    topic = item("emner", "multiple", "topics", [*TOPICS, "havn"])
    result = run(offered | {"emner__havn": [None] * 2, "tid": ["lidt"] * 2}, codebook(topic, TIME))
    assert result.flags[STRAIGHT_LINING].tolist() == [True, False]


def test_the_same_step_of_every_scale_is_flagged() -> None:
    scales = [item(f"q{number}", "single", "", ["enig", "uenig"], ordered=True) for number in (1, 2, 3)]
    frame = pd.DataFrame(
        {"q1": ["enig", "enig", None], "q2": ["enig", "uenig", None], "q3": ["enig", "enig", "enig"]}
    )
    result = clean(frame, codebook(*scales))
    assert result.flags[STRAIGHT_LINING].tolist() == [True, False, False]
    assert not clean(frame, codebook(*scales[:2])).flags[STRAIGHT_LINING].any()


# --- logs


def test_the_reader_s_problems_join_the_log_masked() -> None:
    problems = pd.DataFrame(
        {"row": [0, 1, 1], "column": ["tid", "mail", "koen"], "rule": "unknown_option"}
    ).assign(value=["010150-1239", "hemmelig", "dreng"])
    result = run({"tid": [None, "lidt"], "tekst": ["x", "y"]}, problems=problems)
    logged = result.changes.sort_values("column")
    assert logged[["row", "column", "before", "after"]].to_numpy().tolist() == [
        [1, "koen", "dreng", ""],
        [1, "mail", "[kontaktoplysning]", ""],
        [0, "tid", "[CPR-nummer fjernet]", ""],
    ]


def test_no_personal_data_reaches_the_logs() -> None:
    secrets = ["bo@eksempel.dk", "BO@eksempel.dk", "12345678", "12 34 56 78", "010150-1239", "0101501239"]
    columns = {
        "svar": ["bo@eksempel.dk", "b", "c", "d", "e", "f"],
        "tekst": [f" skriv til {secret} " for secret in secrets],
        "mail": ["bo@eksempel.dk", " BO@eksempel.dk ", None, None, "010150-1239@x.dk", None],
        "tlf": [None, None, "12345678", "12 34 56 78 ", None, None],
        "samtykke": ["nej", None, "ja", "nej", "ja", "ja"],
        "aar": [40, 40, 40, 40, 40, 12],
        "tid": ["lidt"] * 6,
    }
    result = run(columns)
    assert len(result.rejected) == 3
    for name in ("rejected", "changes", "violations"):
        text = getattr(result, name).to_csv().casefold()
        assert not [secret for secret in secrets if secret.casefold() in text], name
    assert "mail" not in result.respondents
    assert "010150" not in result.respondents.to_csv()
    assert "010150" not in result.contact.to_csv()
    assert "@" not in "".join(result.respondents["svar"])


def test_an_eight_digit_id_is_no_telephone_number() -> None:
    result = run({"svar": ["10000001"], "aar": ["12"], "tid": ["lidt"]})
    assert result.rejected["svar"].tolist() == ["10000001"]


def test_a_long_cell_is_shortened_in_the_log_only() -> None:
    result = run({"tekst": [" " + "æ" * 1_000_000]})
    assert result.respondents["tekst"].str.len().tolist() == [1_000_000]
    assert len(result.changes["before"].iloc[0]) == LONGEST_LOGGED + 1


def test_every_rule_is_explained_in_danish() -> None:
    for rule, _ in (*_OF_TEXT, *_OF_ANSWERS, *_OF_AGE, *_FINISHING):
        text = said(f"rule_{rule}").danish
        assert text[0].isupper() or text[0] == "»"


# --- contact


def test_contact_details_live_apart_with_the_id() -> None:
    result = run(
        {"svar": ["a", "b"], "mail": ["a@x.dk", None], "samtykke": ["ja", "ja"], "tid": ["lidt"] * 2}
    )
    assert result.contact.to_dict("records") == [{"svar": "a", "mail": "a@x.dk", "samtykke": "ja"}]
    assert not {"mail", "samtykke"} & set(result.respondents.columns)


def test_contact_details_typed_into_a_text_are_masked_and_logged_masked() -> None:
    result = run(
        {
            "svar": ["1", "2", "3"],
            "koen": ["mand", "kvinde", "mand"],
            "aar": [40, 50, 60],
            "tid": ["lidt", "lidt", "meget"],
            "tekst": ["Skriv til bo@x.dk, ring 20 30 40 50", "Mere natur i 2025", "Tlf. +45 20304050 tak"],
        }
    )
    texts = result.respondents["tekst"].tolist()
    assert texts[1] == "Mere natur i 2025"
    assert all(secret not in " ".join(texts) for secret in ("bo@x.dk", "20 30 40 50", "20304050"))
    assert texts[0].startswith("Skriv til ")
    assert texts[2].endswith(" tak")
    logged = result.changes[result.changes["rule"] == "contact_in_text"]
    assert logged["row"].tolist() == [0, 2]
    assert not logged["before"].str.contains("x.dk|20", regex=True).any()


def test_without_a_question_of_consent_no_contact_detail_is_kept() -> None:
    result = clean(pd.DataFrame({"mail": ["a@x.dk"], "tid": ["lidt"]}), codebook(MAIL, TIME))
    assert result.contact.empty
    assert result.changes["rule"].tolist().count("contact_without_consent") == 1


def test_a_consent_item_without_yes_is_refused() -> None:
    book = codebook(item("samtykke", "single", "consent", ["enig", "uenig"]), TIME)
    with pytest.raises(CodebookError, match="'samtykke' has the role consent but no option 'ja'") as caught:
        clean(pd.DataFrame({"tid": ["lidt"]}), book)
    assert "the id 'ja'" in str(caught.value)


# --- refusals


def test_frames_that_cannot_be_cleaned_are_refused_with_everything_that_is_wrong() -> None:
    frame = pd.DataFrame([["a", "b"], ["a", "b"]], columns=["x", "x"], index=[3, 3])
    with pytest.raises(DataError) as caught:
        clean(frame, WHOLE)
    assert caught.value.problems == (
        "column 'x' stands twice",
        "row labels stand twice: 3",
        "no column belongs to the survey 'test'; it has svar, start, slut, aar, foedt, koen, emner__natur, "
        "emner__trafik, emner__skole, emner__kultur, …",
    )


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match="there are no rows"):
        clean(pd.DataFrame({"tid": []}), WHOLE)


def test_a_cpr_column_is_refused() -> None:
    with pytest.raises(DataError, match="column 'svar'"):
        clean(
            pd.DataFrame({"svar": ["010150-1239", "020150-1239", "030150-1239"], "tid": ["lidt"] * 3}), WHOLE
        )


def test_a_column_of_mostly_illegal_values_is_the_wrong_column() -> None:
    frame = pd.DataFrame({"aar": [5000 + row for row in range(30)] + [40] * 10, "tid": ["lidt"] * 40})
    with pytest.raises(DataError) as caught:
        clean(frame, WHOLE, rules=RULES_2025)
    assert caught.value.problems == (
        "column 'aar': 30 of 40 values are illegal, e.g. '5000' in row 0 (impossible_age)",
    )
    assert "check the mapping" in str(caught.value)


@pytest.mark.parametrize(("illegal", "legal"), [(19, 1), (20, 20)])
def test_fewer_than_twenty_or_no_more_than_half_illegal_values_are_repaired(illegal: int, legal: int) -> None:
    rows = illegal + legal
    frame = pd.DataFrame({"aar": [5000] * illegal + [40] * legal, "tid": ["lidt"] * rows})
    assert clean(frame, WHOLE, rules=RULES_2025).respondents["aar"].notna().sum() == legal


# --- invariants

CELLS = {
    "svar": st.sampled_from(["a", "b", "c", "d", None, "", " e ", "bo@x.dk", "010150-1239", "raekke-1"]),
    "start": st.sampled_from([None, "2025-11-20 10:00", "20/11/2025 09.00.00", "i går"]),
    "slut": st.sampled_from([None, "2025-11-20 10:05", "2025-11-20 08:00", "2025-11-21 10:00"]),
    "aar": st.sampled_from([None, "12", "15", "34", "34,5", "-1", "999", "1985", "x", "2026"]),
    "foedt": st.sampled_from([None, "1985", "2012", "3000", "1985,5"]),
    "koen": st.sampled_from([None, "mand", "kvinde", "Mand", ""]),
    "tid": st.sampled_from([None, "lidt", "meget", "ved_ikke", "?"]),
    "tekst": st.one_of(st.none(), st.text(max_size=8), st.just("tlf 12345678, 010150-1239")),
    "mail": st.sampled_from([None, "bo@x.dk", "BO@x.dk ", "12345678", "Bo"]),
    "tlf": st.sampled_from([None, "12 34 56 78", "87654321", "00000000"]),
    "samtykke": st.sampled_from([None, "ja", "nej", "måske"]),
    **{f"emner__{name}": st.sampled_from([None, "0", "1", "2"]) for name in [*TOPICS, "intet", "ved_ikke"]},
}
# Each takes a tenth of a second.
A_FEW = settings(max_examples=settings.default.max_examples // 4)
# Three CPR numbers that fill half a column are a CPR column, which is refused; that has its own test.
FRAMES = (
    st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=15)
    .map(lambda rows: pd.DataFrame(rows, dtype="object"))
    .filter(
        lambda frame: all(frame[c].astype(str).str.contains("010150").sum() < 3 for c in ("svar", "tekst"))
    )
)


@given(FRAMES)
@A_FEW
def test_nothing_is_lost(frame: pd.DataFrame) -> None:
    result = clean(frame, WHOLE, rules=RULES_2025)
    assert sorted([*result.respondents.index, *result.rejected.index]) == sorted(frame.index)
    assert result.rejected["reasons"].notna().all()
    assert set(result.changes["row"]) <= set(result.respondents.index)
    assert set(result.rejected.index) <= set(result.violations["row"])
    assert result.respondents["svar"].is_unique
    assert result.respondents["svar"].notna().all()
    assert set(result.contact["svar"]) <= set(result.respondents["svar"])


@pytest.mark.long
@given(FRAMES)
@A_FEW
def test_every_cell_that_differs_is_logged(frame: pd.DataFrame) -> None:
    result = clean(frame, WHOLE, rules=RULES_2025)
    logged = set(zip(result.changes["row"], result.changes["column"], strict=True))
    # Ages computed for everybody are told once, not cell by cell; that is so when no stated age was usable.
    usable = clean(frame.assign(foedt=None), WHOLE, rules=RULES_2025).respondents["aar"]
    derived = {"aar"} if usable.isna().all() else set()
    for column in set(frame.columns) & set(result.respondents.columns) - derived:
        for row, after in result.respondents[column].items():
            before = frame.at[row, column]
            if pd.isna(after) != (before is None or before == ""):
                assert (row, column) in logged, (row, column, before, after)


@given(FRAMES)
@A_FEW
def test_cleaning_what_is_clean_changes_nothing(frame: pd.DataFrame) -> None:
    once = clean(frame, WHOLE, rules=RULES_2025)
    if once.respondents.empty:
        return
    twice = clean(once.respondents, WHOLE, rules=RULES_2025)
    assert twice.violations.empty
    assert twice.rejected.empty
    pd.testing.assert_frame_equal(twice.respondents, once.respondents)


@pytest.mark.long
@given(FRAMES, st.randoms(use_true_random=False))
@A_FEW
def test_the_order_of_the_rows_does_not_matter(frame: pd.DataFrame, random: object) -> None:
    order = list(frame.index)
    random.shuffle(order)
    straight, shuffled = (clean(data, WHOLE, rules=RULES_2025) for data in (frame, frame.loc[order]))
    for name in ("respondents", "rejected", "contact", "flags"):
        pd.testing.assert_frame_equal(
            getattr(shuffled, name).sort_index(), getattr(straight, name).sort_index()
        )
    assert sorted(changes(shuffled)) == sorted(changes(straight))


@given(
    st.lists(
        st.lists(st.sampled_from([None, 0, 1, "x", 1e99, np.inf, True, "1"]), min_size=13, max_size=13),
        min_size=1,
        max_size=6,
    )
)
@A_FEW
def test_odd_cells_end_in_a_result_or_in_our_own_error(rows: list[list]) -> None:
    names = [
        "svar",
        "start",
        "slut",
        "aar",
        "foedt",
        "koen",
        "tid",
        "tekst",
        "mail",
        *[f"emner__{name}" for name in TOPICS],
    ]
    try:
        result = clean(pd.DataFrame(rows, columns=names, dtype="object"), WHOLE, rules=RULES_2025)
    except BorgerlibError:
        return
    assert len(result.respondents) + len(result.rejected) == len(rows)
