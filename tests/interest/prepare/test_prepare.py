"""From export to weighted respondents: nothing lost, nothing personal left, every decision told."""

import csv
import json
import re
import stat
import sys
import warnings
from datetime import date

import openpyxl
import pandas as pd
import pytest
from own_exports import mixed, row, write_export

from borgerlib import places
from borgerlib.errors import CodebookError, DataError, MarginError, ParameterError
from borgerlib.interest import store
from borgerlib.interest.prepare.codebooks import check_codebook
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.survey_date import survey_date_of
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.weighting.ages import AGE_BAND
from borgerlib.interest.weighting.plan import NO_COUNT
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.population.table import population
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.responses import Responses, Source, problem_frame

ISLAND = "Ærø"


def of_age(municipality=ISLAND, *, oldest=200):
    people = population(municipality)
    return people[people["age"].between(15, oldest)]


def test_every_row_is_kept_or_rejected_with_its_reason(prepared, simulated):
    simulation, _ = simulated
    respondents = store.load(ISLAND)
    rejected = pd.read_csv(prepared.folder / store.REJECTED)
    assert prepared.rows_in == 900 == prepared.kept + prepared.rejected
    assert len(respondents) == prepared.kept
    assert len(rejected) == prepared.rejected
    assert rejected["reasons"].notna().all()
    assert set(rejected["row"]).isdisjoint(respondents.index)
    assert sorted([*rejected["row"], *respondents.index]) == list(range(2, 902))
    for reason in ("duplicate_id", "duplicate_contact", "below_age_limit"):
        assert prepared.reasons[reason] == simulation.flaws[reason]


def test_every_change_is_counted_and_on_file(prepared, simulated):
    changes = pd.read_csv(prepared.folder / store.CHANGES, keep_default_na=False)
    assert prepared.changes == changes["rule"].value_counts().to_dict()
    assert prepared.changes["impossible_age"] == simulated[0].flaws["impossible_age"] > 0
    assert prepared.changes["cpr"] == simulated[0].flaws["cpr"] > 0
    assert prepared.flags["flag_speeding"] >= simulated[0].flaws["speeding"] > 0


def test_weights_bring_the_known_to_the_population_and_leave_the_share_of_the_unknown(prepared):
    respondents, people = store.load(ISLAND), of_age()
    total = people["population"].sum()
    assert respondents[WEIGHT].sum() == pytest.approx(total, rel=1e-9)
    unknown = ~respondents["koen"].isin(["kvinde", "mand"])
    assert unknown.any()
    assert respondents.loc[unknown, WEIGHT].sum() / total == pytest.approx(unknown.mean(), rel=1e-9)
    known = respondents[~unknown].groupby("koen", observed=True)[WEIGHT].sum()
    women = people.loc[people["sex"] == "kvinde", "population"].sum()
    assert known["kvinde"] / known.sum() == pytest.approx(women / total, rel=1e-9)
    banded = respondents[respondents[AGE_BAND].notna()]
    old = banded.loc[banded[AGE_BAND] == "80+", WEIGHT].sum() / banded[WEIGHT].sum()
    assert old == pytest.approx(people.loc[people["age"] >= 80, "population"].sum() / total, rel=1e-9)


def test_what_is_on_file_says_what_was_done(prepared):
    summary = json.loads((prepared.folder / store.WEIGHTING).read_text(encoding="utf-8"))
    weights = store.load(ISLAND)[WEIGHT]
    assert summary["n"] == prepared.kept
    # Kish: n times the sum of squares over the square of the sum.
    assert summary["design_effect"] == pytest.approx(len(weights) * (weights**2).sum() / weights.sum() ** 2)
    assert summary["effective_sample_size"] == pytest.approx(len(weights) / summary["design_effect"])
    assert summary["population_date"] == "2020-01-01"
    assert summary["warnings"] == list(prepared.weighting.warnings)
    margins = pd.DataFrame(summary["margins"])
    assert margins["after"].to_numpy() == pytest.approx(margins["target"].to_numpy(), rel=1e-9)
    assert margins.groupby("column")["n"].sum().tolist() == [prepared.kept] * 2
    assert summary["respondents"]["simulated"] is True
    assert any("2020-01-01" in warning for warning in prepared.warnings)
    assert (prepared.folder / "SIMULEREDE_DATA.txt").is_file()


def test_no_contact_details_and_no_cpr_number_are_left_outside_the_register(prepared):
    register = store.load_register(ISLAND)
    addresses = register["kontakt_mail"].dropna().tolist()
    assert len(register) == prepared.contacts > 100
    assert (register["samtykke"] == "ja").all()
    assert set(register["svar_id"]) <= set(store.load(ISLAND)["svar_id"])
    respondents = store.load(ISLAND)
    assert not set(register.columns) - {"svar_id"} & set(respondents.columns)
    on_file = [respondents.to_csv(), *(path.read_text("utf-8") for path in prepared.folder.glob("*.csv"))]
    for text in on_file:
        assert not any(address in text for address in addresses)
        assert "simuleret.invalid" not in text.casefold()
        assert not re.search(r"\b\d{6}-\d{4}\b", text)
    for text in register["kontakt_navn"].dropna():
        assert not any(text in other for other in on_file)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_the_register_is_for_its_owner_alone(prepared):
    assert stat.S_IMODE(prepared.register.stat().st_mode) == 0o600
    assert stat.S_IMODE(prepared.register.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(prepared.register.parent.parent.stat().st_mode) == 0o700


def test_a_municipality_with_danish_letters_gets_a_plain_folder(prepared):
    assert prepared.folder.name == "aeroe"
    assert prepared.register.parent.name == "aeroe"
    assert prepared.municipality == ISLAND


def test_real_answers_with_their_own_mapping(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed(80))
    prepared = prepare("0492", export, mapping=mapping)
    respondents = store.load("aeroe")
    assert not prepared.simulated
    assert not (prepared.folder / "SIMULEREDE_DATA.txt").exists()
    assert prepared.survey_date == date(2025, 12, 1)
    assert respondents.attrs["simulated"] is False
    assert respondents["emner__sundhed"].eq(1).all()
    assert prepared.contacts == 0
    assert store.load_register(ISLAND).empty


@pytest.mark.long
def test_a_workbook_gives_the_same_respondents_as_the_csv(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed(80))
    prepare(ISLAND, export, mapping=mapping)
    from_csv = store.load(ISLAND)
    book = openpyxl.Workbook()
    for line in csv.reader(export.open(encoding="utf-8"), delimiter=";"):
        book.active.append(line)
    book.save(tmp_path / "svar.xlsx")
    prepared = prepare(ISLAND, tmp_path / "svar.xlsx", mapping=mapping)
    assert prepared.source.files == ("svar.xlsx",)
    from_workbook = store.load(ISLAND)
    assert from_workbook.attrs.pop("source_sha256") != from_csv.attrs.pop("source_sha256")
    pd.testing.assert_frame_equal(from_workbook, from_csv)


def test_the_warning_of_an_old_population_is_told_not_raised(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prepared = prepare(ISLAND, export, mapping=mapping)
    assert "borger population refresh" in prepared.warnings[0]


def test_columns_that_no_question_reads_are_named(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    head, *rows = export.read_text("utf-8").splitlines()
    export.write_text("\n".join([f"{head};vaegt", *(f"{row};1,2" for row in rows)]), encoding="utf-8")
    prepared = prepare(ISLAND, export, mapping=mapping)
    assert any("not read (1): 'vaegt'" in warning for warning in prepared.warnings)


def test_lines_of_a_draft_that_nobody_looked_at_are_told_and_nothing_is_refused(tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    text = mapping.read_text("utf-8")
    mapping.write_text(f"# UNSURE: is it?\n{text}# UNSURE: or this?\n", "utf-8")
    book = tmp_path / "kodebog.toml"
    codebook = places.raw_data("borgerinteresse", "codebook.toml").read_text("utf-8")
    book.write_text(codebook.replace("[[item]]", "# UNSURE: what is it for?\n[[item]]", 1), "utf-8")
    first, second = prepare(ISLAND, export, codebook=book, mapping=mapping, unweighted=True).warnings[:2]
    line = codebook[: codebook.index("[[item]]")].count("\n") + 1
    assert first.danish.startswith("Linjer i kodebog.toml, som er mærket UNSURE")
    assert f": 1 (linje {line})." in first.danish
    last = text.count("\n") + 2
    assert second.startswith(
        f"2 lines of svar.mapping.toml are still marked UNSURE and count as they stand: 1, {last}."
    )
    assert first in check_codebook(book)[1]
    assert not any(
        "UNSURE" in each
        for each in prepare(ISLAND, export, mapping=write_export(tmp_path, mixed())[1]).warnings
    )


@pytest.mark.long
def test_without_dates_today_is_taken_and_told(workspace, tmp_path):
    rows = [(*answer[:-1], "") for answer in mixed()]
    export, mapping = write_export(tmp_path, rows)
    prepared = prepare(ISLAND, export, mapping=mapping)
    assert prepared.survey_date == date.today()
    assert any("no dates" in warning and "--date" in warning for warning in prepared.warnings)
    given = prepare(ISLAND, export, mapping=mapping, survey_date=date(2025, 11, 20))
    assert given.survey_date == date(2025, 11, 20)
    assert not any("no dates" in warning for warning in given.warnings)


@pytest.mark.parametrize(
    ("last", "told"), [("2023-11-14", False), ("2023-11-15", True), ("2025-11-13", True)]
)
def test_answers_more_than_a_year_apart_are_noted_with_both_ends(last, told):
    items = [{"id": "dato", "text": "Dato", "kind": "date", "role": "submitted"}]
    codebook = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": items}, source="x")
    # 366 days from the first to 2023-11-14.
    frame = pd.DataFrame({"dato": pd.to_datetime(["2022-11-13", "2022-11-14", last])})
    notes: list[str] = []
    responses = Responses(frame, problem_frame(), codebook, Source("table", ("x.csv",)))
    assert survey_date_of(responses, notes) == date(2022, 11, 14)
    assert ["2022-11-13" in note and last in note and "--date" in note for note in notes] == [True] * told


def test_dates_without_a_role_are_named_where_today_is_taken():
    items = [{"id": "dato", "text": "Dato", "kind": "date"}]
    codebook = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": items}, source="x")
    frame = pd.DataFrame({"dato": pd.to_datetime(["2023-11-13"])})
    notes: list[str] = []
    responses = Responses(frame, problem_frame(), codebook, Source("table", ("x.csv",)))
    assert survey_date_of(responses, notes) == date.today()
    assert notes[0].startswith("Of 'dato', none has the role 'submitted' or 'started': ")


def test_a_formula_in_a_log_is_text_to_a_spreadsheet(workspace, tmp_path):
    rows = [*mixed(), row(900, 12, "k", text="=HYPERLINK(1)"), row(901, "+130", "k", area="-1+2")]
    export, mapping = write_export(tmp_path, rows)
    prepared = prepare(ISLAND, export, mapping=mapping)
    rejected = pd.read_csv(prepared.folder / store.REJECTED, dtype=str)
    assert rejected["fritekst"].tolist() == ["'=HYPERLINK(1)"]
    changes = pd.read_csv(prepared.folder / store.CHANGES, dtype=str)
    assert not changes["before"].str.startswith(("=", "+", "@")).any()


def test_nobody_left_says_why(workspace, tmp_path):
    export, mapping = write_export(tmp_path, [row(n, 12, "k") for n in range(1, 6)])
    with pytest.raises(DataError, match="No respondent is left of the 5 rows") as caught:
        prepare(ISLAND, export, mapping=mapping)
    assert caught.value.problems == ("below_age_limit: 5 rows",)
    assert not processed_folder(ISLAND).exists()


def test_where_few_rows_are_left_it_is_said_why(workspace, tmp_path):
    export, mapping = write_export(tmp_path, [row(n, 12 if n > 2 else 40, "k") for n in range(1, 8)])
    with pytest.raises(MarginError, match="cannot be weighted") as caught:
        prepare(ISLAND, export, mapping=mapping)
    first, why, *levels = caught.value.problems
    assert first.startswith("5 of the 7 rows in")
    assert why == "below_age_limit: 5 rows"
    assert "level 'mand'" in levels[0]


@pytest.mark.long
def test_all_of_one_sex_is_refused_and_says_what_to_do(workspace, tmp_path):
    export, mapping = write_export(tmp_path, [row(n, 20 + n % 60, "k") for n in range(1, 80)])
    with pytest.raises(MarginError, match="cannot be weighted") as caught:
        prepare(ISLAND, export, mapping=mapping)
    assert "'koen', level 'mand'" in caught.value.problems[0]
    assert "Leave 'sex' out" in caught.value.problems[0]
    rules = tmp_path / "rules.toml"
    rules.write_text('margins = ["age"]\n')
    prepared = prepare(ISLAND, export, mapping=mapping, weighting=rules)
    assert list(prepared.weighting.margins["column"].unique()) == [AGE_BAND]


def test_all_of_one_age_is_weighted_by_sex_alone_and_told(workspace, tmp_path):
    export, mapping = write_export(tmp_path, [row(n, 40, "km"[n % 2]) for n in range(1, 80)])
    prepared = prepare(ISLAND, export, mapping=mapping)
    ages = prepared.weighting.margins.query("column == @AGE_BAND")
    assert len(ages) == 1
    assert any("a single level is left" in warning for warning in prepared.warnings)


def test_everybody_below_the_limit_of_a_wider_survey(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    prepared = prepare(ISLAND, export, mapping=mapping, min_age=18)
    respondents = store.load(ISLAND)
    assert prepared.reasons["below_age_limit"] >= 1
    assert respondents[AGE_BAND].cat.categories[0] == "18-24"
    people = population(ISLAND)
    assert respondents[WEIGHT].sum() == pytest.approx(people.loc[people["age"] >= 18, "population"].sum())


@pytest.mark.long
def test_simulated_data_never_replace_real_ones(workspace, tmp_path, simulated):
    export, mapping = write_export(tmp_path, mixed())
    prepare(ISLAND, export, mapping=mapping)
    with pytest.raises(DataError, match="SIMULEREDE DATA would replace"):
        prepare(ISLAND, simulated[1])
    assert store.load(ISLAND).attrs["simulated"] is False


@pytest.mark.long
def test_a_renamed_copy_of_simulated_data_is_still_simulated(workspace, tmp_path, simulated):
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in simulated[1].glob("*.csv"):
        (folder / path.name.replace("SIMULEREDE_DATA_", "")).write_bytes(path.read_bytes())
    assert prepare(ISLAND, folder).simulated
    # Without its ids, too.
    [dataset] = folder.glob("*dataset*")
    rows = [line.split(";") for line in dataset.read_text("cp1252").splitlines()]
    at = rows[0].index("s_1")
    dataset.write_text("\n".join(";".join([*row[:at], *row[at + 1 :]]) for row in rows), "cp1252")
    assert prepare(ISLAND, folder).simulated


@pytest.mark.long
def test_a_second_run_replaces_the_first(workspace, tmp_path):
    def run(rows):
        export, mapping = write_export(tmp_path, rows)
        return prepare(ISLAND, export, mapping=mapping)

    first = run(mixed(80))
    second = run([*mixed(60), row(99, 30, "m", mail="a@eksempel.invalid", consent="Ja")])
    assert (first.kept, second.kept, len(store.load(ISLAND))) == (80, 61, 61)
    assert store.load_register(ISLAND)["svar_id"].tolist() == ["99"]
    withdrawn = run(mixed(60))
    assert withdrawn.contacts == 0
    assert store.load_register(ISLAND).empty
    assert [path.name for path in first.folder.parent.iterdir()] == ["aeroe"]


def test_unknown_municipality(workspace, tmp_path):
    with pytest.raises(ParameterError, match="Odsense"):
        prepare("Odsense", tmp_path)


def test_a_codebook_that_takes_our_names_is_refused(workspace, tmp_path):
    text = (store.places.raw_data("borgerinteresse", "codebook.toml")).read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('id = "fritekst"', 'id = "weight"'), encoding="utf-8")
    export, mapping = write_export(tmp_path, mixed())
    mapping.write_text(mapping.read_text("utf-8").replace("items.fritekst", "items.weight"), "utf-8")
    with pytest.raises(CodebookError, match="column 'weight'"):
        prepare(ISLAND, export, codebook=own, mapping=mapping)


def test_the_codebook_is_kept_beside_the_respondents(workspace, tmp_path):
    text = (store.places.raw_data("borgerinteresse", "codebook.toml")).read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace("Sundhed og forebyggelse", "Sundhed"), encoding="utf-8")
    export, mapping = write_export(tmp_path, mixed())
    mapping.write_text(mapping.read_text("utf-8"), "utf-8")
    export.write_text(export.read_text("utf-8").replace("Sundhed og forebyggelse", "Sundhed"), "utf-8")
    prepare(ISLAND, export, codebook=own, mapping=mapping)
    own.unlink()
    assert load_codebook(store.codebook_path(ISLAND)).item("emner").option("sundhed").text == "Sundhed"


def test_a_municipality_without_area_counts_is_weighted_by_sex_and_age(prepared):
    assert [target.role for target in prepared.weighting.targets] == ["sex", "age"]
    assert NO_COUNT in set(prepared.weighting.margins["level"])
