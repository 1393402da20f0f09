"""From a platform's export to a municipality's weighted respondents, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from borgerlib.danish import SIMULATED
from borgerlib.errors import DataError, MarginError
from borgerlib.interest import store
from borgerlib.interest.prepare.codebooks import refuse_unusable
from borgerlib.interest.prepare.notes import chose_nothing, notes_on
from borgerlib.interest.prepare.refused import refused_of
from borgerlib.interest.prepare.survey_date import survey_date_of
from borgerlib.interest.prepare.write import Prepared, write_prepared
from borgerlib.interest.prepared import is_prepared, processed_folder
from borgerlib.interest.weighting.ages import add_age_bands, middles_of_bands, youngest_age
from borgerlib.interest.weighting.areas import placed, read_area_map, recoded
from borgerlib.interest.weighting.plan import unweighted as without_weights
from borgerlib.interest.weighting.plan import weigh
from borgerlib.interest.weighting.rules import WEIGHT, load_weighting_rules
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import said
from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.clean import REASONS, clean
from borgerlib.survey.codebook.load import codebook_file, load_codebook
from borgerlib.survey.form.write import texts_of
from borgerlib.survey.mapping.file import load_mapping
from borgerlib.survey.readers.read import read_responses
from borgerlib.survey.responses import Responses
from borgerlib.survey.simulation.export import MARKER, is_simulated

_SIMULATED_ID = r"SIM-(IGEN-|UNG-)?\d{6}"


def prepare(
    municipality: str,
    source: str | Path,
    *,
    codebook: str | Path = "borgerinteresse",
    mapping: str | Path | None = None,
    sheet: str = "",
    heading_rows: int | None = None,
    districts: Sequence[str | Path] = (),
    areas: str | Path | None = None,
    weighting: str | Path | None = None,
    min_age: int = 15,
    survey_date: date | None = None,
    unweighted: bool = False,
) -> Prepared:
    """Read, clean and weight a municipality's survey, and write it to ``data/processed/<slug>/``.

    Written are ``respondents.parquet`` (no contact details), ``rejected.csv`` and ``changes.csv`` (personal
    data masked), ``weighting.json`` and ``codebook.toml``; and, apart and for the owner alone,
    ``data/contact/<slug>/register.parquet`` with those who consented. Each folder is replaced whole.

    Parameters
    ----------
    municipality : str
        Name or code.
    source : str or Path
        The export: a file, or a folder with SurveyXact's three files.
    codebook : str or Path
        Name of a survey that ships, or a TOML file.
    mapping : str or Path, optional
        Which column feeds which item (``borger map`` writes one); by default recognised by their texts.
    sheet, heading_rows :
        Where the table stands in the file, as `read_export`; by default as the mapping says, or as it looks.
    districts : sequence of str or Path
        CSV files with the municipality's own counts of people by area or kind of area.
    areas : str or Path, optional
        CSV that tells which area an answer belongs to (`svar`, `omraade`): postcodes, or spellings.
    weighting : str or Path, optional
        Weighting rules; by default those that ship.
    min_age : int
        Youngest age that takes part.
    survey_date : date, optional
        Date at which ages are computed from years of birth; by default the middle one of the answers' dates.
    unweighted : bool
        Everybody counts once. All numbers are then of those who answered alone, and say so.

    Returns
    -------
    Prepared
        What was read, changed, rejected and weighted, and where it was written.

    Raises
    ------
    DataError
        The export cannot be read or used, nobody is left after cleaning, or the folder cannot be written.
    MarginError
        The respondents cannot be weighted to the population.
    CodebookError, ParameterError
        Codebook, municipality or ages are not usable.

    See Also
    --------
    load : Reads what it wrote.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.prepare("Ærø", "nowhere.xlsx")
    ... except borgerlib.DataError as error:
    ...     print(error.message)
    There is no file or folder nowhere.xlsx.
    """
    found = find_municipality(municipality)
    path, book = Path(source), load_codebook(codebook)
    refuse_unusable(book)
    rules = load_weighting_rules(weighting)
    offered = texts_of(found.name).areas
    responses = read_responses(
        path,
        book,
        mapping=load_mapping(mapping, book) if mapping else None,
        areas=offered,
        sheet=sheet,
        heading_rows=heading_rows,
        municipality=found.name,
    )
    simulated = is_simulated(path) or MARKER in responses.unread or _has_simulated_ids(responses)
    _refuse_replacing_real(found.name, simulated)
    looked_through = [codebook_file(codebook), *([Path(mapping)] if mapping else [])]
    notes = notes_on(responses, looked_through)
    if (youngest := youngest_age(book, min_age)) > min_age:
        notes.append(said("youngest_band", age=youngest))
        min_age = youngest
    surveyed = survey_date or survey_date_of(responses, notes)
    cleaned = clean(
        responses.frame,
        book,
        rules=CleaningRules(age_limit=min_age, reference_date=surveyed),
        problems=responses.problems,
    )
    notes += chose_nothing(cleaned.respondents, book)
    reasons = _counted(cleaned.rejected[REASONS].str.split("; ").explode())
    if cleaned.respondents.empty:
        count = len(cleaned.rejected)
        raise DataError(said("nobody_left", count=count, file=path.name), problems=_told(reasons))
    area_map = read_area_map(areas) if areas else {}
    banded = add_age_bands(recoded(cleaned.respondents, book, area_map), book, min_age=min_age)
    if middles := middles_of_bands(banded, book):
        notes.append(said("middles_of_bands", ages=", ".join(map(str, middles))))
        rules = replace(rules, margins=tuple(role for role in rules.margins if role != "age"))
    counted = [districts] if isinstance(districts, str | Path) else districts
    try:
        weights = (
            without_weights(banded)
            if unweighted
            else weigh(
                banded,
                book,
                found.name,
                rules=rules,
                districts=[Path(district) for district in counted],
                min_age=min_age,
                survey_date=surveyed,
            )
        )
    except MarginError as error:
        rejected, total = len(cleaned.rejected), len(responses.frame)
        if 2 * rejected > total:
            # A level may have no respondents because most rows were rejected: name the reasons first.
            told = said("few_left", count=rejected, total=total, file=path.name)
            error.problems = (told, *_told(reasons), *error.problems)
        raise
    there, targets, about_areas = placed(
        banded, book, weights.targets, reviewed=[*area_map.values(), *offered]
    )
    weights = replace(weights, targets=targets)
    respondents = there.assign(**{WEIGHT: weights.result.weights})
    prepared = Prepared(
        municipality=found.name,
        codebook=book,
        simulated=simulated,
        folder=processed_folder(found.name),
        register=store.contact_folder(found.name) / store.REGISTER,
        source=responses.source,
        survey_date=surveyed,
        rows_in=len(responses.frame),
        kept=len(respondents),
        rejected=len(cleaned.rejected),
        contacts=len(cleaned.contact),
        reasons=reasons,
        changes=_counted(cleaned.changes["rule"]),
        flags={str(name): int(flag.sum()) for name, flag in cleaned.flags.items()},
        absent=responses.absent,
        weighting=weights,
        warnings=(*notes, *weights.warnings, *about_areas),
    )
    if responses.words is not None:
        words = responses.words.reindex(cleaned.contact.index)
        cleaned = replace(cleaned, contact=cleaned.contact.assign(**{store.WORDS: words}))
    write_prepared(
        prepared,
        respondents,
        cleaned,
        refused_of(responses),
        export=path,
        min_age=min_age,
        codebook=codebook,
    )
    return prepared


def _has_simulated_ids(responses: Responses) -> bool:
    """Return True if the ids are those of simulated answers: a renamed export is recognised too."""
    item = responses.codebook.with_role("id")
    if item is None:
        return False
    return bool(responses.frame[item.id].astype("string").str.fullmatch(_SIMULATED_ID).fillna(False).any())


def _refuse_replacing_real(municipality: str, simulated: bool) -> None:
    if not simulated or not is_prepared(municipality):
        return
    if not store.load(municipality).attrs["simulated"]:
        raise DataError(
            said("real_replaced", municipality=municipality, simulated=SIMULATED),
            hint="Name another workspace in the environment variable BORGER_WORKSPACE, or delete "
            f"{processed_folder(municipality)} if they are no longer wanted.",
        )


def _told(reasons: Mapping[str, int]) -> list[str]:
    return [f"{rule}: {rows} rows" for rule, rows in reasons.items()]


def _counted(values: pd.Series) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().items()}
