"""Find a codebook: a shipped one, the user's own file, or the one with a municipality's prepared answers."""

from __future__ import annotations

from pathlib import Path

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.errors import CodebookError, ParameterError, to_prepare, unknown_name
from borgerlib.files.atomic import settled
from borgerlib.population.municipalities import municipality


def codebook_file(survey: str | Path) -> Path:
    """Return the file of a shipped survey, of a municipality, or the path itself; else `CodebookError`."""
    path = Path(str(survey))
    if path.suffix == ".toml":
        return path
    shipped = sorted(folder.parent.name for folder in places.raw_data().glob("*/codebook.toml"))
    if str(survey) in shipped:
        return places.raw_data(str(survey), "codebook.toml")
    try:
        found = municipality(str(survey))
    except ParameterError as error:
        raise CodebookError(
            unknown_name("survey", str(survey), shipped),
            hint="Or give a municipality that has been prepared.",
        ) from error
    prepared = settled(places.processed_data(slug(found.name))) / "codebook.toml"
    if not prepared.is_file():
        raise CodebookError(
            f"'{found.name}' has no prepared answers, so there is no codebook of theirs.",
            hint=f"Surveys that ship: {', '.join(shipped)}. {to_prepare(found.name)}",
        )
    return prepared
