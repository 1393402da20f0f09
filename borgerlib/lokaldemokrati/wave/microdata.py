"""A later wave of the leaders' survey: real microdata, one row a municipality.

The same items, the same codebook, and a column ``kommunekode``. Nonresponse is weighted by region ×
municipality group.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.population.margins import municipality_cells
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES, locate, municipalities
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.statistics.weighting.weight import post_stratify
from borgerlib.survey.codebook.model import Codebook, Item

CODE = "kommunekode"
CELL = "weighting_cell"
WEIGHT = "weight"
POPULATION = "population_size"


@dataclass(frozen=True)
class Wave:
    """A weighted wave.

    Parameters
    ----------
    respondents : DataFrame
        One row a municipality that answered: the codebook's columns, kommunekode, region, group,
        weighting_cell, weight (sums to 98) and population_size (98).
    weighting : WeightingResult
        The post-stratification, for standard errors and the design effect.
    merged : tuple of str
        Cells without respondents, and the cell each was merged into.
    """

    respondents: pd.DataFrame
    weighting: WeightingResult
    merged: tuple[str, ...]


def find_wave(survey: str) -> Path:
    """Return the file of a wave: a path, or the name of a folder in ``data/processed``.

    Raises
    ------
    ParameterError
        There is neither.
    """
    given = Path(survey).expanduser()
    if given.suffix in (".csv", ".parquet"):
        if given.is_file():
            return given
        raise ParameterError(f"There is no survey file {given.name}: {survey} does not exist.")
    file = places.processed_data(survey, "respondents.parquet")
    if survey and "/" not in survey and file.is_file():
        return file
    raise ParameterError(
        f"Unknown survey '{survey}'. Legal: 'lokaldemokrati-2021', the path of a .csv or .parquet file with "
        f"a '{CODE}' column, or the name of a folder in data/processed that holds a respondents.parquet."
    )


def read_wave(path: Path, codebook: Codebook) -> pd.DataFrame:
    """Read a wave and check it against the codebook.

    Returns
    -------
    DataFrame
        One row a municipality, in the codebook's layout; items that the wave lacks are columns of missing
        values.

    Raises
    ------
    DataError
        The file cannot be read, is empty, or breaks rules; all breaches are listed at once.
    """
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise DataError(
            f"The survey {path.name} cannot be read: {str(error).splitlines()[0]}",
            hint="It must be a table in Parquet, or in CSV encoded as UTF-8 with commas or semicolons.",
        ) from error
    if frame.empty:
        raise DataError(f"The survey {path.name} is empty: it has no respondents.")
    problems = _column_problems(frame, codebook)
    columns = {CODE: _codes(frame[CODE], problems)} if CODE in frame.columns else {}
    for item in codebook:
        columns.update(_item_columns(frame, item, problems))
    if problems:
        raise DataError(
            f"The survey {path.name} cannot be used:",
            problems=problems,
            hint="Names of columns and options are those of the codebook (data/raw/lokaldemokrati-2021).",
        )
    return pd.DataFrame(columns)


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig") as file:
        heading = file.readline()
    return pd.read_csv(path, dtype=str, sep=";" if ";" in heading else ",", encoding="utf-8-sig")


def _codes(given: pd.Series, problems: list[str]) -> pd.Series:
    codes = given.astype("string").str.strip().str.removesuffix(".0").str.zfill(4)
    if codes.isna().any():
        problems.append(f"{CODE} is missing in {codes.isna().sum()} of {len(codes)} rows")
    known = municipalities()["code"]
    unknown = codes.dropna()[~codes.dropna().isin(known)].unique()
    problems += [f"{CODE} {code} is no municipality's code" for code in unknown]
    duplicated = codes[codes.notna() & codes.duplicated()].unique()
    problems += [f"{CODE} {code} stands more than once" for code in duplicated]
    return codes


def weight_wave(respondents: pd.DataFrame) -> Wave:
    """Weight municipalities that answered to all 98, by region × municipality group.

    A cell where no municipality answered is merged into the cell with most municipalities of the same
    municipality group (of the same region if nobody of the group answered), and the merge is recorded.
    """
    placed = locate(respondents[CODE])
    cells = municipality_cells(by=("region", "group"))
    home = _merge_empty_cells(cells, placed)
    names = pd.MultiIndex.from_frame(placed[["region", "group"]])
    data = respondents.assign(region=placed["region"], group=placed["group"])
    data[CELL], data[POPULATION] = [home[name] for name in names], NUMBER_OF_MUNICIPALITIES
    totals = cells.groupby([home[name] for name in cells.index]).sum().rename_axis(CELL).astype(float)
    weighting = post_stratify(data, totals)
    merged = tuple(
        f"{' × '.join(name)} → {target}" for name, target in home.items() if " × ".join(name) != target
    )
    return Wave(data.assign(**{WEIGHT: weighting.weights}), weighting, merged)


def _merge_empty_cells(cells: pd.Series, placed: pd.DataFrame) -> dict[tuple[str, str], str]:
    answered: list[tuple[str, str]] = sorted(set(zip(placed["region"], placed["group"], strict=True)))
    sizes: dict[tuple[str, str], int] = dict(zip(cells.index.to_list(), cells.to_list(), strict=True))
    home: dict[tuple[str, str], str] = {}
    for own in sizes:
        alike = [cell for cell in answered if cell[1] == own[1]]
        near = alike or [cell for cell in answered if cell[0] == own[0]] or answered
        # Break ties by name, so that the same wave always gives the same cells.
        largest = own if own in answered else max(near, key=lambda cell: (sizes[cell], cell))
        home[own] = " × ".join(largest)
    return home


def _column_problems(frame: pd.DataFrame, codebook: Codebook) -> list[str]:
    known = {column for item in codebook for column in item.columns}
    problems = [] if CODE in frame.columns else [f"the column '{CODE}' is missing"]
    if not known & set(frame.columns):
        problems.append(f"no column is an item of survey '{codebook.id}', for example '{min(known)}'")
    # Unknown columns are allowed, but 'item__x' of a multiple item must be one of its options.
    for item in codebook:
        strange = [c for c in map(str, frame.columns) if c.startswith(f"{item.id}__") and c not in known]
        problems += [unknown_name("column", column, item.columns) for column in strange]
    return problems


def _item_columns(frame: pd.DataFrame, item: Item, problems: list[str]) -> dict[str, pd.Series]:
    columns: dict[str, pd.Series] = {}
    legal = ["0", "1"] if item.kind == "multiple" else [option.id for option in item.options]
    for column in item.columns:
        given = frame.get(column, pd.Series(pd.NA, index=frame.index)).astype("string")
        given = given.str.strip().str.removesuffix(".0")
        strange = given[given.notna() & ~given.isin(legal)]
        problems += [
            f"column '{column}': '{value}' (in {rows} of {len(frame)} rows) is none of {', '.join(legal)}"
            for value, rows in strange.value_counts(sort=False).items()
        ]
        sound = given.where(given.isin(legal))
        if item.kind == "multiple":
            columns[column] = sound.astype("Int8")
        else:
            columns[column] = sound.astype(pd.CategoricalDtype(legal, ordered=item.ordered))
    return columns
