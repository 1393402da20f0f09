"""Population counts for what a survey can be weighted by: sex, age, and the municipality's own areas."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from borgerlib.errors import CodebookError, DataError
from borgerlib.interest.weighting.ages import band_column, lower_ends
from borgerlib.interest.weighting.rules import MARGINS, WeightingRules
from borgerlib.population.districts import read_district_margin
from borgerlib.population.margins import population_margins
from borgerlib.population.table import SEXES
from borgerlib.said import said
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.grid.text import decode

AREA = "omraade"
"""What a list of areas calls them, whatever the question is called."""
_OF_THE_REGISTER = ("sex", "age")


@dataclass(frozen=True)
class PopulationCounts:
    """What is known of the people who could have answered.

    Parameters
    ----------
    by_role : mapping of str to Series
        Role → people by level; each Series is named like the respondents' column. All have the same sum.
    reference_date : str
        Day on which the people were counted (ISO 8601); '' where only the municipality's own counts are used.
    source : str
        Who counted.
    notes : tuple of str
        What somebody should look at.
    """

    by_role: Mapping[str, pd.Series]
    reference_date: str
    source: str
    notes: tuple[str, ...]


def population_counts(
    respondents: pd.DataFrame,
    codebook: Codebook,
    municipality: str,
    *,
    rules: WeightingRules,
    districts: Sequence[Path],
    min_age: int,
    survey_date: date | None,
) -> PopulationCounts:
    """Return the counts for the margins that the rules name and the survey asked for.

    Raises
    ------
    CodebookError
        The sex item lacks an option that the population is counted by.
    DataError, MarginError
        A file of district counts cannot be used.
    """
    notes: list[str] = []
    columns = columns_of(codebook)
    by: dict[str, str] = {
        columns[role]: role for role in _OF_THE_REGISTER if role in columns and role in rules.margins
    }
    for column, role in list(by.items()):
        if column not in respondents or not respondents[column].notna().any():
            notes.append(said("sex_unknown" if role == "sex" else "age_unknown"))
            del by[column]
    _check_sexes(codebook, by)
    by_role: dict[str, pd.Series] = {}
    reference_date, source = "", ""
    if by:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            margins = population_margins(
                municipality, by=by, min_age=min_age, age_bands=lower_ends(codebook), as_of=survey_date
            )
        notes += [warning.message.args[0] for warning in caught if isinstance(warning.message, Warning)]
        by_role = {role: margins[column].rename(column) for column, role in by.items()}
        counted = next(iter(margins.values())).attrs
        reference_date, source = str(counted["reference_date"]), str(counted["source"])
    for path in districts:
        names = _heading(path)
        role = _district_role(path, names, columns)
        if role not in rules.margins:
            notes.append(said("counts_unused", file=path.name, role=role))
            continue
        column = columns[role]
        if role in by_role:
            raise DataError(f"Two files count people by '{column}'.", hint="Give one of them.")
        sex, age = _divided_by(names, codebook)
        # The areas' column is named like the item, or has the usual name if the heading has only that.
        place = AREA if AREA in names and column not in names else column
        own = read_district_margin(path, municipality, columns=(place,), sex=sex, age=age, min_age=min_age)
        scaled = _scaled(own, by_role, path, notes).rename(column).rename_axis(column)
        # Readers see the scaled counts, which the municipality does not know as its own.
        how = "" if scaled.sum() == own.sum() else ", omregnet til samme folketal"
        scaled.attrs = {"own": f"kommunens egen optælling ({path.name}{how})"}
        by_role[role] = scaled
    sources = [source.rstrip("."), *(str(counts.attrs.get("own", "")) for counts in by_role.values())]
    return PopulationCounts(by_role, reference_date, "; ".join(filter(None, sources)), tuple(notes))


def columns_of(codebook: Codebook) -> dict[str, str]:
    """Return role → the respondents' column, for the roles that can be weighted by."""
    return codebook.ids(MARGINS) | {"age": band_column(codebook)}


def _check_sexes(codebook: Codebook, by: Mapping[str, str]) -> None:
    item = codebook.with_role("sex")
    if item is None or item.id not in by:
        return
    lacking = [sex for sex in SEXES if sex not in [option.id for option in item.options]]
    if lacking:
        raise CodebookError(
            said("no_sex_options", item=item.id, options=" and no option ".join(map(repr, lacking))),
            hint=f"The population is counted by {' and '.join(SEXES)}: give those options these ids.",
        )


def _district_role(path: Path, names: Collection[str], columns: Mapping[str, str]) -> str:
    """Return the role by which the file counts people: that of the item whose id is in its heading."""
    roles = [role for role in ("area", "area_type") if role in columns]
    if not roles:
        raise DataError(f"{path.name} counts districts, but the survey has no item with the role area.")
    # If the heading has neither, the reader reports it: it knows which columns there are.
    return next((role for role in roles if columns[role] in names), roles[0])


def _divided_by(names: Collection[str], codebook: Codebook) -> tuple[str, str]:
    """Return the columns of a district file that divide the people by sex and by age; '' if none does."""
    ids = codebook.ids(["sex", "age", "age_group"])
    by_sex = [ids.get("sex"), "koen", "køn"]
    by_age = [ids.get("age"), ids.get("age_group"), band_column(codebook), "alder", "aldersgruppe"]
    sex, age = (next((name for name in by if name in names), "") for by in (by_sex, by_age))
    return str(sex), str(age)


def _heading(path: Path) -> set[str]:
    # The reader reports whatever is wrong with the file.
    heading = ""
    with suppress(DataError, OSError), path.open("rb") as file:
        heading = decode(file.read(10_000), name=path.name)[0].partition("\n")[0]
    return {name.strip().strip('"') for mark in ";\t," for name in heading.split(mark)}


def _scaled(own: pd.Series, by_role: Mapping[str, pd.Series], path: Path, notes: list[str]) -> pd.Series:
    """Return a municipality's own counts scaled to the sum of the others, so that all margins agree."""
    total = next(iter(by_role.values()), own).sum()
    if own.sum() != total:
        notes.append(said("counts_scaled", file=path.name, own=round(own.sum()), total=round(total)))
    return own * (total / own.sum())
