"""Clean, weighted data for SPSS, R and spreadsheets: labelled, harmless, and nothing lost."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pyreadstat
import pytest
from own_exports import mixed, row, write_export

from borgerlib.errors import DataError, ParameterError
from borgerlib.interest import store
from borgerlib.interest.export import export_data, labelled, spss_names, variable_list
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.readers.read import read_responses

ISLAND = "Ærø"


@pytest.fixture(scope="module")
def island(prepared_once, tmp_path_factory):
    """Return the respondents and the folder with all exports of them."""
    folder = tmp_path_factory.mktemp("exports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(prepared_once[1]))
        for to in ("sav", "csv", "xlsx", "parquet"):
            export_data(ISLAND, to, folder=folder)
        return store.load(ISLAND), folder


def test_every_file_of_simulated_data_says_so(island):
    names = sorted(path.name for path in island[1].iterdir())
    assert names == [
        "SIMULEREDE_DATA_aeroe.csv",
        "SIMULEREDE_DATA_aeroe.parquet",
        "SIMULEREDE_DATA_aeroe.sav",
        "SIMULEREDE_DATA_aeroe.xlsx",
        "SIMULEREDE_DATA_aeroe_variable.csv",
    ]


def test_spss_has_codes_labels_and_the_same_answers(island):
    respondents, folder = island
    frame, meta = pyreadstat.read_sav(folder / "SIMULEREDE_DATA_aeroe.sav", user_missing=True)
    assert meta.file_label.startswith("SIMULEREDE DATA")
    assert len(frame) == len(respondents)
    assert frame["weight"].to_numpy() == pytest.approx(respondents["weight"].to_numpy())
    assert meta.variable_value_labels["koen"] == {
        1: "Mand",
        2: "Kvinde",
        3: "Andet",
        4: "Ønsker ikke at oplyse",
    }
    labels = frame["koen"].map(meta.variable_value_labels["koen"])
    texts = (
        respondents["koen"]
        .astype(object)
        .map({"mand": "Mand", "kvinde": "Kvinde", "andet": "Andet", "oensker_ikke": "Ønsker ikke at oplyse"})
    )
    assert labels.fillna("").tolist() == texts.fillna("").tolist()
    chosen = respondents["emner__natur"].to_numpy(dtype=float, na_value=np.nan)
    np.testing.assert_array_equal(frame["emner__natur"], chosen)
    assert meta.column_names_to_labels["emner__natur"].startswith("Natur, parker og grønne områder")
    assert meta.missing_ranges["tid"] == [{"lo": 7.0, "hi": 7.0}]
    assert frame["aldersgruppe"].tolist() == respondents["aldersgruppe"].astype(object).fillna("").tolist()
    assert frame["startet"].tolist() == respondents["startet"].tolist()


def test_spss_counts_do_not_know_as_missing(island):
    frame, _ = pyreadstat.read_sav(island[1] / "SIMULEREDE_DATA_aeroe.sav")
    respondents = island[0]
    do_not_know = (respondents["tid"] == "ved_ikke").fillna(False)
    assert frame["tid"].isna().sum() == respondents["tid"].isna().sum() + do_not_know.sum()


def test_csv_has_the_options_texts_and_its_variables_beside_it(island):
    respondents, folder = island
    frame = pd.read_csv(folder / "SIMULEREDE_DATA_aeroe.csv")
    assert list(frame.columns) == list(respondents.columns)
    assert set(frame["koen"].dropna()) <= {"Mand", "Kvinde", "Andet", "Ønsker ikke at oplyse"}
    assert frame["weight"].sum() == pytest.approx(respondents["weight"].sum())
    variables = pd.read_csv(folder / "SIMULEREDE_DATA_aeroe_variable.csv", keep_default_na=False)
    assert set(variables["variable"]) == set(frame.columns)
    assert variables.query("variable == 'emner__natur'")["text"].tolist() == ["Ikke valgt", "Valgt"]


def test_the_workbook_says_simulated_and_holds_all(island):
    respondents, folder = island
    book = openpyxl.load_workbook(folder / "SIMULEREDE_DATA_aeroe.xlsx", read_only=True)
    assert book.sheetnames == ["SIMULEREDE DATA", "Variable"]
    rows = list(book["SIMULEREDE DATA"].iter_rows(values_only=True))
    assert list(rows[0]) == list(respondents.columns)
    assert len(rows) == len(respondents) + 1
    weights = [line[rows[0].index("weight")] for line in rows[1:]]
    assert sum(weights) == pytest.approx(respondents["weight"].sum())


def test_parquet_keeps_types_and_carries_labels(island):
    respondents, folder = island
    path = folder / "SIMULEREDE_DATA_aeroe.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(path), respondents, check_like=False)
    metadata = json.loads(pyarrow.parquet.read_schema(path).metadata[b"borgerlib"])
    assert metadata["title"].startswith("SIMULEREDE DATA")
    assert metadata["value_labels"]["koen"]["kvinde"] == "Kvinde"
    assert metadata["simulated"] is True


@pytest.fixture
def hostile(workspace, tmp_path):
    """Prepare real answers in which people wrote what a spreadsheet would run, or cannot hold."""
    texts = [
        "=1+1",
        "+4512345678 =SUM(A1)",
        "-2",
        "@a",
        "\x01styretegn",
        "'citat",
        'a;b"c\nd',
        "helt almindelig",
    ]
    rows = [*mixed(), *(row(200 + n, 40, "k", text=text) for n, text in enumerate(texts))]
    export, mapping = write_export(tmp_path, rows)
    prepare(ISLAND, export, mapping=mapping)
    return texts


def test_no_cell_is_a_formula(hostile, tmp_path):
    export_data(ISLAND, "xlsx", folder=tmp_path / "ud")
    export_data(ISLAND, "csv", folder=tmp_path / "ud")
    book = openpyxl.load_workbook(tmp_path / "ud" / "aeroe.xlsx")
    assert book.sheetnames == ["Svar", "Variable"]
    # Text is text, as it was: no apostrophe stands before it.
    assert "=1+1" in [cell.value for line in book["Svar"].iter_rows() for cell in line]
    for sheet in book:
        for line in sheet.iter_rows():
            assert not any(cell.data_type == "f" for cell in line)
    frame = pd.read_csv(tmp_path / "ud" / "aeroe.csv", dtype=str)
    assert "'=1+1" in frame["fritekst"].tolist()
    assert not frame["fritekst"].dropna().str.match(r"[=+\-@\t\r]").any()
    assert "helt almindelig" in frame["fritekst"].tolist()


def test_spss_and_parquet_keep_the_text_as_it_was(hostile, tmp_path):
    frame, _ = pyreadstat.read_sav(export_data(ISLAND, "sav", folder=tmp_path)[0])
    assert "=1+1" in frame["fritekst"].tolist()
    frame = pd.read_parquet(export_data(ISLAND, "parquet", folder=tmp_path)[0])
    assert "=1+1" in frame["fritekst"].dropna().tolist()


@pytest.mark.long
def test_by_default_the_data_stand_with_the_respondents_and_go_with_them(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    prepared = prepare(ISLAND, export, mapping=mapping)
    path = export_data("0492", "csv")[0]
    assert path == prepared.folder / "aeroe.csv"
    prepare(ISLAND, export, mapping=mapping)
    assert not path.exists()


def test_spss_names_are_short_enough_and_told_apart():
    long = "spoergsmaal_om_noget_meget_langt__" + "x" * 60
    names = spss_names([long + "a", long + "b", "kort", "KORT"])
    assert names["kort"] == "kort"
    assert len({name.casefold() for name in names.values()}) == 4
    assert all(len(name.encode()) <= 64 for name in names.values())


def test_a_label_is_cut_between_letters_not_inside_one(workspace, tmp_path):
    text = store.places.raw_data("borgerinteresse", "codebook.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('text = "Hvad er dit køn?"', f'text = "{"ø" * 200}"'), encoding="utf-8")
    export, mapping = write_export(tmp_path, mixed())
    prepare(ISLAND, export, codebook=own, mapping=mapping)
    _, meta = pyreadstat.read_sav(export_data(ISLAND, "sav")[0])
    assert meta.column_names_to_labels["koen"] == "ø" * 127


def test_every_column_is_told_of(island):
    respondents, _ = island
    data = labelled(respondents, load_codebook("borgerinteresse"))
    assert set(data.labels) == set(respondents.columns)
    assert variable_list(data)["label"].ne("").all()


def test_what_cannot_be_exported(workspace, tmp_path, prepared_once, monkeypatch):
    with pytest.raises(ParameterError, match="Unknown format 'doc'"):
        export_data(ISLAND, "doc")
    with pytest.raises(DataError, match="no prepared respondents"):
        export_data(ISLAND, "csv")
    monkeypatch.setenv("BORGER_WORKSPACE", str(prepared_once[1]))
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    with pytest.raises(DataError, match="cannot be written"):
        export_data(ISLAND, "csv", folder=blocked)


@pytest.mark.long
@pytest.mark.parametrize("to", ["sav", "csv", "xlsx", "parquet"])
def test_every_format_reads_back_as_it_was(island, to):
    respondents, folder = island
    codebook = load_codebook("borgerinteresse")
    responses = read_responses(folder / f"SIMULEREDE_DATA_aeroe.{to}", codebook)
    asked = [item for item in codebook if item.id not in responses.absent]
    # Contact details and the consent to use them live apart.
    assert {item.role for item in codebook} - {item.role for item in asked} == {"contact", "consent"}
    for column in (column for item in asked for column in item.columns):
        before, after = (
            frame[column].astype(object).where(frame[column].notna(), None).tolist()
            for frame in (respondents, responses.frame)
        )
        assert after == before, column


def test_merged_areas_are_exported_by_their_name():
    options = [{"id": "nord", "text": "Nordbyen"}, {"id": "vest", "text": "Vestbyen"}]
    item = {"id": "sted", "text": "Bydel?", "kind": "single", "role": "area", "options": options}
    book = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": [item]}, source="x")
    frame = pd.DataFrame({"sted": pd.Categorical(["Syd", "nord", None], categories=["Syd", "nord", "vest"])})
    frame.attrs.update(simulated=False, municipality="Odense")
    data = labelled(frame, book)
    assert data.values["sted"] == {"nord": "Nordbyen", "vest": "Vestbyen", "Syd": "Syd"}
    assert set(variable_list(data)["text"]) == {"Nordbyen", "Vestbyen", "Syd"}
