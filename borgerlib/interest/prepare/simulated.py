"""SIMULEREDE DATA of a municipality, written to a folder where they cannot be mistaken for real data."""

from __future__ import annotations

from pathlib import Path

from borgerlib import places
from borgerlib.danish import SIMULATED, slug
from borgerlib.errors import DataError
from borgerlib.files.atomic import unwritable
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.population.table import population
from borgerlib.survey.simulation.export import PREFIX, is_simulated, write_surveyxact
from borgerlib.survey.simulation.people import Simulation
from borgerlib.survey.simulation.simulate import simulate_export


def write_simulation(
    municipality: str, *, n: int, seed: int, folder: str | Path | None = None, min_age: int = 15
) -> tuple[Simulation, Path]:
    """Simulate a municipality's survey and write it as SurveyXact exports one.

    Parameters
    ----------
    municipality : str
        Name or code.
    n : int
        Rows, the faulty ones included.
    seed : int
    folder : str or Path, optional
        By default ``data/processed/SIMULEREDE_DATA/<slug>``.
    min_age : int
        Youngest age that is asked.

    Raises
    ------
    DataError
        The folder holds something that is not simulated, or cannot be written.
    ParameterError
        There is no such municipality, or n is more than its people.
    """
    found = find_municipality(municipality)
    target = Path(folder) if folder else places.processed_data(PREFIX, slug(found.name))
    if target.is_dir() and any(target.iterdir()) and not is_simulated(target):
        raise DataError(
            f"{target} holds other files, which {SIMULATED} would lie among.",
            hint="Name an empty folder, or a new one, with --out.",
        )
    simulation = simulate_export(found.name, population(found.name), n=n, seed=seed, age_limit=min_age)
    try:
        write_surveyxact(simulation, target)
    except OSError as error:
        raise unwritable(target, error, what="The folder", kind=DataError) from error
    return simulation, target
