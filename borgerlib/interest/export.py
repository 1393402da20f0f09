"""Export clean, weighted respondents with labels to SPSS, R or a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.danish import SIMULATED, slug
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.files.atomic import replacing, unwritable
from borgerlib.files.workbook import Sheet, escape_formulas, write_workbook
from borgerlib.interest import store
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.survey import open_survey
from borgerlib.interest.weighting.ages import AGE_BAND
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.survey.cleaning.ages import AGE_COLUMN
from borgerlib.survey.cleaning.flags import SPEEDING, STRAIGHT_LINING
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.simulation.export import PREFIX

CHOSEN = {0: "Ikke valgt", 1: "Valgt"}
_OWN_LABELS = {
    AGE_COLUMN: "Alder",
    AGE_BAND: "Aldersgruppe",
    WEIGHT: "Vægt: så mange personer står svaret for",
    STRAIGHT_LINING: "Mærket: alt er krydset af, eller samme svar på alt",
    SPEEDING: "Mærket: besvaret på under en tredjedel af den midterste tid",
}
# The limits of SPSS, in bytes.
_LONGEST_NAME, _LONGEST_LABEL, _LONGEST_VALUE_LABEL = 64, 255, 120
_MOST_MISSING = 3
_MOST_SHEET_ROWS = 1_048_575


@dataclass(frozen=True)
class LabelledData:
    """Respondents and what their columns and values mean.

    Parameters
    ----------
    frame : DataFrame
        One row a person; single items categorical (option ids), multiple ones 0/1.
    labels : dict of str to str
        Column → what was asked.
    values : dict of str to dict
        Column → option id (or 0/1) → text.
    missing : dict of str to list of str
        Column → option ids that are no opinion.
    title : str
        What the data are; includes SIMULEREDE DATA if they are simulated.
    simulated : bool
    """

    frame: pd.DataFrame
    labels: dict[str, str]
    values: dict[str, dict[Any, str]]
    missing: dict[str, list[str]]
    title: str
    simulated: bool


def export_data(municipality: str, to: str, *, folder: str | Path | None = None) -> list[Path]:
    """Write a municipality's respondents with their weights and labels.

    Parameters
    ----------
    municipality : str
        As `borgerlib.interest.store.load`.
    to : {'sav', 'csv', 'xlsx', 'parquet'}
        SPSS (numbered options with value labels, 'don't know' as user-missing); a table of texts with the
        variables in a second file or sheet, text that a spreadsheet would run as a formula made harmless; or
        Parquet, labels in its metadata.
    folder : str or Path, optional
        Where to write; by default the municipality's folder in ``data/processed``.

    Returns
    -------
    list of Path
        The files: '<slug>.<to>', for CSV also '<slug>_variable.csv'; SIMULEREDE_DATA first where it is.

    Raises
    ------
    ParameterError
        Another format.
    DataError
        The municipality is not prepared, the folder cannot be written, or a sheet has not that many rows.

    See Also
    --------
    load : The same as a frame.

    Notes
    -----
    In R: ``haven::write_sav``.

    Examples
    --------
    >>> import borgerlib
    >>> [path.suffix for path in borgerlib.export_data("Ærø", "csv", folder="ud")]
    ['.csv', '.csv']
    """
    if to not in _WRITERS:
        raise ParameterError(unknown_name("format", to, _WRITERS))
    survey = open_survey(municipality)
    data, name = labelled(survey.respondents, survey.codebook), survey.municipality.name
    target = Path(folder) if folder else processed_folder(name)
    stem = (f"{PREFIX}_" if data.simulated else "") + slug(name)
    try:
        target.mkdir(parents=True, exist_ok=True)
        return [_whole(data, target / f"{stem}{ending}", write) for ending, write in _WRITERS[to].items()]
    except OSError as error:
        raise unwritable(target, error, what="The folder", kind=DataError) from error


def labelled(respondents: pd.DataFrame, codebook: Codebook) -> LabelledData:
    """Return respondents with what their columns and values mean, in the words of the questionnaire."""
    labels = {name: text for name, text in _OWN_LABELS.items() if name in respondents}
    values: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[str]] = {}
    for item in codebook:
        for number, column in enumerate(item.columns):
            if column not in respondents:
                continue
            labels[column] = item.text
            if item.kind == "multiple":
                labels[column] = f"{item.options[number].text} ({item.text})"
                values[column] = dict(CHOSEN)
            elif item.kind == "single":
                texts = {option.id: option.text for option in item.options}
                # A merged area is no option of the codebook: it is its own text.
                levels = [str(level) for level in respondents[column].dropna().unique()]
                values[column] = texts | {level: level for level in levels if level not in texts}
                missing[column] = [option.id for option in item.options if option.missing]
    simulated = bool(respondents.attrs["simulated"])
    title = f"{codebook.title}, {respondents.attrs['municipality']}"
    return LabelledData(
        respondents, labels, values, missing, f"{SIMULATED}: {title}" if simulated else title, simulated
    )


def spss_names(columns: list[str]) -> dict[str, str]:
    """Return a legal SPSS name for each column: at most 64 bytes, unique whatever the case."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        name, number = _cut(column, _LONGEST_NAME).rstrip("_."), 1
        while name.casefold() in taken:
            number += 1
            name = f"{_cut(column, _LONGEST_NAME - len(str(number)) - 1).rstrip('_.')}_{number}"
        taken.add(name.casefold())
        names[column] = name
    return names


def variable_list(data: LabelledData) -> pd.DataFrame:
    """Return one row a column × value: variable, label, value, text ('' where values are not fixed)."""
    rows = [
        {"variable": name, "label": data.labels.get(name, name), "value": str(value), "text": text}
        for name in map(str, data.frame)
        for value, text in data.values.get(name, {"": ""}).items()
    ]
    return pd.DataFrame(rows)


def _write_spss(data: LabelledData, path: Path) -> None:
    import pyreadstat

    names = spss_names([str(name) for name in data.frame])
    columns: dict[str, pd.Series] = {}
    values: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[int]] = {}
    for column, name in names.items():
        series = data.frame[column]
        codes = {value: number for number, value in enumerate(data.values.get(column, {}), start=1)}
        if isinstance(series.dtype, pd.CategoricalDtype) and codes:
            columns[name] = series.astype("object").map(codes).astype(float)
            values[name] = {
                codes[v]: _cut(text, _LONGEST_VALUE_LABEL) for v, text in data.values[column].items()
            }
            missing[name] = [codes[option] for option in data.missing[column]][:_MOST_MISSING]
        elif pd.api.types.is_datetime64_any_dtype(series):
            columns[name] = series
        elif pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
            columns[name] = pd.Series(series.to_numpy(dtype=float, na_value=float("nan")))
            values[name] = {float(v): text for v, text in data.values.get(column, {}).items()}
        else:
            columns[name] = series.astype("object").where(series.notna(), "")
    frame = pd.DataFrame({name: column.reset_index(drop=True) for name, column in columns.items()})
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=_cut(data.title, 64),
        column_labels={n: _cut(data.labels.get(c, c), _LONGEST_LABEL) for c, n in names.items()},
        variable_value_labels={name: of for name, of in values.items() if of},
        missing_ranges={name: codes for name, codes in missing.items() if codes},
        row_compress=True,
    )


def _as_texts(data: LabelledData) -> pd.DataFrame:
    """Return the respondents with the options' texts in place of their ids."""
    texts = {
        name: data.frame[name].astype("object").map(texts)
        for name, texts in data.values.items()
        if isinstance(data.frame[name].dtype, pd.CategoricalDtype)
    }
    return data.frame.assign(**texts)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    escape_formulas(frame).to_csv(path, index=False, encoding="utf-8")


def _write_workbook(data: LabelledData, path: Path) -> None:
    if len(data.frame) > _MOST_SHEET_ROWS:
        raise DataError(
            f"A sheet holds {_MOST_SHEET_ROWS:,} rows; there are {len(data.frame):,} respondents.",
            hint="Export to csv, parquet or sav.",
        )
    sheets = {SIMULATED if data.simulated else "Svar": _as_texts(data), "Variable": variable_list(data)}
    write_workbook([Sheet(name, _rows(frame)) for name, frame in sheets.items()], path)


def _rows(frame: pd.DataFrame) -> Iterator[Sequence[Any]]:
    yield list(frame.columns)
    cells = frame.astype("object")
    yield from cells.where(cells.notna(), None).itertuples(index=False, name=None)


def _write_parquet(data: LabelledData, path: Path) -> None:
    metadata = {
        **{str(key): value for key, value in data.frame.attrs.items()},
        "title": data.title,
        "labels": data.labels,
        "value_labels": {name: {str(v): t for v, t in of.items()} for name, of in data.values.items()},
    }
    store.write_parquet(data.frame, path, metadata)


_WRITERS: dict[str, dict[str, Callable[[LabelledData, Path], None]]] = {
    "sav": {".sav": _write_spss},
    "csv": {
        ".csv": lambda data, path: _write_csv(_as_texts(data), path),
        "_variable.csv": lambda data, path: _write_csv(variable_list(data), path),
    },
    "xlsx": {".xlsx": _write_workbook},
    "parquet": {".parquet": _write_parquet},
}


def _whole(data: LabelledData, target: Path, write: Callable[[LabelledData, Path], None]) -> Path:
    with replacing(target) as beside:
        write(data, beside)
    return target


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")
