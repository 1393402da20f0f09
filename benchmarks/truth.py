"""Hold intervals and weighting against a known truth: coverage, and how far estimates are off.

A whole simulated population is surveyed again and again; each sample is cleaned and weighted as
``borger prepare`` does it, and every share is held against the population's own.

    python benchmarks/truth.py [--seeds 200] [--n 3000] [--municipality Odense] [--areas]
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from borgerlib.interest.weighting.ages import add_age_bands
from borgerlib.interest.weighting.plan import weigh
from borgerlib.interest.weighting.rules import WEIGHT, load_weighting_rules
from borgerlib.population.table import population
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.clean import clean
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.simulation.export import write_surveyxact
from borgerlib.survey.simulation.people import Simulation
from borgerlib.survey.simulation.simulate import simulate_export, survey_again

ASKED = ("topics", "time", "formats", "channels")


def hold_against_truth(
    municipality: str, *, seeds: int, n: int, areas: bool, world_seed: int = 1
) -> pd.DataFrame:
    """Return one row a seed × option: item, option, truth, weighted, unweighted, ci_lower, ci_upper."""
    world = simulate_export(municipality, population(municipality), n=n, seed=world_seed)
    with tempfile.TemporaryDirectory() as folder:
        write_surveyxact(world, Path(folder))
        districts = sorted(Path(folder).glob("*/befolkning_*.csv"))
        frames = [
            one_survey(survey_again(world, n=n, seed=seed), districts if areas else []).assign(seed=seed)
            for seed in range(seeds)
        ]
    return pd.concat(frames, ignore_index=True)


def one_survey(simulation: Simulation, districts: list[Path]) -> pd.DataFrame:
    """Return the estimates of one survey beside the truth."""
    book = simulation.codebook
    cleaned = clean(simulation.responses, book, rules=CleaningRules(reference_date=simulation.reference_date))
    banded = add_age_bands(cleaned.respondents, book)
    weighting = weigh(
        banded,
        book,
        simulation.municipality,
        rules=load_weighting_rules(),
        districts=districts,
        survey_date=simulation.reference_date,
    )
    respondents = banded.assign(**{WEIGHT: weighting.result.weights})
    sizes = respondents.assign(people=len(simulation.people))
    frames = []
    for item in asked(book):
        weighted = estimate_proportions(
            sizes, item, raked_to=weighting.result, population_size="people"
        ).set_index("option")
        plain = estimate_proportions(respondents, item).set_index("option")
        frames.append(
            weighted[["ci_lower", "ci_upper"]]
            .assign(weighted=weighted["proportion"], unweighted=plain["proportion"], item=item)
            .reset_index()
        )
    estimates = pd.concat(frames, ignore_index=True)
    truth = simulation.truth[simulation.truth["by"] == ""].rename(columns={"share": "truth"})
    return estimates.merge(truth[["item", "option", "truth"]], on=["item", "option"])


def asked(book: Codebook) -> list[str]:
    """Return the items whose truth is known."""
    return [item.id for item in book if item.role in ASKED]


def by_option(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return one row an option: coverage, mean absolute error weighted and unweighted, bias."""
    told = estimates.assign(
        covered=estimates["truth"].between(estimates["ci_lower"], estimates["ci_upper"]),
        error_weighted=(estimates["weighted"] - estimates["truth"]).abs(),
        error_unweighted=(estimates["unweighted"] - estimates["truth"]).abs(),
        bias_weighted=estimates["weighted"] - estimates["truth"],
    )
    columns = ["truth", "covered", "error_weighted", "error_unweighted", "bias_weighted"]
    return told.groupby(["item", "option"], sort=False)[columns].mean()


def report(estimates: pd.DataFrame) -> str:
    """Return coverage, and for how many options weighting reduced the error, in words."""
    options = by_option(estimates)
    reduced = options["error_weighted"] < options["error_unweighted"]
    worst = options[~reduced]
    return "\n".join(
        [
            f"coverage of 95 % intervals: {100 * options['covered'].mean():.1f} % over all options",
            f"  by option: {100 * options['covered'].min():.1f} to {100 * options['covered'].max():.1f} %",
            f"weighting reduces the mean absolute error of {reduced.sum()} of {len(options)} options "
            f"({100 * reduced.mean():.0f} %)",
            f"mean absolute error, all options: {100 * options['error_unweighted'].mean():.2f} points "
            f"unweighted, {100 * options['error_weighted'].mean():.2f} weighted",
            *(f"  not reduced: {'.'.join(map(str, name))}" for name in worst.index),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--n", type=int, default=3000)
    parser.add_argument("--municipality", default="Odense")
    parser.add_argument("--areas", action="store_true", help="weight by district and kind of area too")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    estimates = hold_against_truth(given.municipality, seeds=given.seeds, n=given.n, areas=given.areas)
    print(f"{given.municipality}, {given.seeds} seeds, n={given.n}, areas={given.areas}")
    print(report(estimates))
    table = by_option(estimates)
    spread = np.array2string(table["covered"].quantile([0.1, 0.5, 0.9]).to_numpy(), precision=3)
    print(f"coverage, 10th, 50th and 90th per cent of options: {spread}")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
