"""Latent classes: kinds of respondents who choose alike, found in the answers themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.estimation.answers import answers_to
from borgerlib.statistics.levels import Floats, Mask, counted, positive_column, sums
from borgerlib.statistics.segmentation.described import class_names
from borgerlib.statistics.segmentation.fitting import (
    ClassMixture,
    distinct_patterns,
    fit,
    found_again,
    mean_agreement,
    tellable_counts,
)
from borgerlib.statistics.weighting.adjustment import effective_sample_size
from borgerlib.survey.codebook.labels import check_codebook
from borgerlib.survey.codebook.model import Codebook, Item

FEWEST_RESPONDENTS = 100
"""Below this latent class models rarely find what is there (Wurpts & Geiser, 2014)."""

FEWEST_OPTIONS = 3


@dataclass(frozen=True)
class LatentClasses:
    """Kinds of respondents, and how likely each respondent is to be of which; made by `latent_classes`.

    These are raw estimates: what a reader sees goes through `disclose` first, for instance as a banner table
    by the column `assigned`.

    Parameters
    ----------
    classes : DataFrame
        One row a class, the largest first. Columns: class ('klasse_1', …), name (Danish, after the options
        that stand out most against the whole), share (weighted, 0–1), n_assigned (respondents most likely
        of this class).
    profile : DataFrame
        One row a class × option. Columns: class, name, option, label (Danish), proportion (weighted share of
        the class who choose it), overall (of all), difference (proportion − overall).
    probabilities : DataFrame
        One row a respondent, one column a class: the probability of being of it. Missing for who did not
        answer the item.
    assigned : Series
        The most likely class of each respondent (categorical of the classes' names; missing as above).
    comparison : DataFrame
        One row a number of classes that was tried. Columns: n_classes, n_parameters, log_likelihood, bic,
        chosen (bool).
    agreement : float or None
        Mean adjusted Rand index with the classes of bootstrap samples; None where none were asked for, or
        where there is one class.

    See Also
    --------
    latent_classes : Makes them.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> codebook = borgerlib.load_codebook("Ærø")
    >>> kinds = borgerlib.latent_classes(people, codebook, most_classes=2, starts=1)
    >>> len(kinds.assigned) == len(people)
    True
    """

    classes: pd.DataFrame
    profile: pd.DataFrame = field(repr=False)
    probabilities: pd.DataFrame = field(repr=False)
    assigned: pd.Series = field(repr=False)
    comparison: pd.DataFrame = field(repr=False)
    agreement: float | None = None


def latent_classes(
    respondents: pd.DataFrame,
    codebook: Codebook,
    *,
    item: str | None = None,
    weight: str | None = None,
    most_classes: int = 6,
    starts: int = 10,
    samples: int = 0,
    seed: int = 1,
) -> LatentClasses:
    """Find kinds of respondents who choose alike in a multiple-choice item.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    codebook : Codebook
        What was asked.
    item : str, optional
        A multiple item; by default the one with the role 'topics'.
    weight : str, optional
        Column: weights.
    most_classes : int
        Numbers of classes from 1 to this are tried.
    starts : int
        Short random starts for each of them, of which the best is taken to its end.
    samples : int
        Bootstrap samples in which as many classes are looked for again, which `agreement` tells of.
    seed : int
        The same seed gives the same classes, in whatever order the respondents stand.

    Returns
    -------
    LatentClasses

    Raises
    ------
    ParameterError
        Unknown item or column, an item that is not multiple, a number that is not positive; all at once.
    DataError
        Fewer than `FEWEST_RESPONDENTS` answered, fewer than `FEWEST_OPTIONS` options divide them, or a column
        cannot be used.

    See Also
    --------
    assign_segments : Groups by a rule.

    Notes
    -----
    Within a class the choices are taken as independent (Lazarsfeld & Henry, 1968; Goodman, 1974), fitted by
    EM (Dempster, Laird & Rubin, 1977) from the best of several short starts (Biernacki, Celeux & Govaert,
    2003). A choice that is missing counts for nothing; the others of that respondent
    count. The number of classes has the lowest BIC (Schwarz, 1978), in which weights are scaled to Kish's
    effective sample size: scaled to the number of respondents they would claim more information than there
    is, and find classes that are not there.

    In R: ``poLCA``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> kinds = borgerlib.latent_classes(people, borgerlib.load_codebook("Ærø"), most_classes=2, starts=1)
    >>> kinds.classes.columns.tolist()
    ['class', 'name', 'share', 'n_assigned']
    """
    check_codebook(codebook)
    topics = _item(respondents, codebook, item, {"most_classes": most_classes, "starts": starts})
    weights = np.ones(len(respondents))
    if weight is not None:
        weights = positive_column(respondents, weight, role="weight", zero_allowed=True)
    choices = _choices(respondents, topics)
    rows = choices.notna().any(axis=1).to_numpy() & (weights > 0)
    answered, mass = choices[rows], weights[rows]
    divides = answered.loc[:, answered.min() != answered.max()]
    _check_enough(len(answered), divides.shape[1], topics)
    patterns, pattern_of = distinct_patterns(divides.to_numpy(dtype=np.float64))
    pattern_mass = sums(pattern_of, len(patterns), mass)
    effective = effective_sample_size(mass)
    models = {
        count: fit(patterns, pattern_mass, count, starts, seed)
        for count in tellable_counts(most_classes, len(patterns), divides.shape[1])
    }
    comparison = _comparison(models, patterns, pattern_mass, effective)
    best = models[int(comparison.loc[comparison["chosen"], "n_classes"].iloc[0])]
    member = best.members(patterns)[1]
    found = _described(respondents.index, topics, answered, mass, rows, member[pattern_of], comparison)
    if samples < 1 or len(best.share) < 2:
        return found
    search, classes = partial(found_again, patterns, len(best.share), seed), member.argmax(axis=1)
    agreement = mean_agreement(classes, pattern_of, mass, search, samples=samples, seed=seed)
    return replace(found, agreement=agreement)


def _item(respondents: pd.DataFrame, codebook: Codebook, name: str | None, positive: dict[str, int]) -> Item:
    problems = [f"{what} is {value}; it must be 1 or more" for what, value in positive.items() if value < 1]
    multiple = {item.id: item for item in codebook if item.kind == "multiple"}
    item = codebook.with_role("topics") if name is None else multiple.get(name)
    if item is not None:
        columns = [str(column) for column in respondents.columns]
        problems += [
            unknown_name("column", column, columns) for column in item.columns if column not in columns
        ]
    elif name is None:
        problems.append("no item of the codebook has the role 'topics'")
    elif name in codebook:
        problems.append(f"item '{name}' is a {codebook.item(name).kind}; legal: {', '.join(multiple)}")
    else:
        problems.append(unknown_name("item", name, multiple))
    if problems:
        raise ParameterError("Latent classes cannot be looked for:", problems=problems)
    assert item is not None
    return item


def _choices(respondents: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Return 0/1 columns, one an option that was offered; missing as in the respondents."""
    answers = answers_to(respondents, item.columns)
    options = zip(item.options, answers.multiple, strict=True)
    return pd.DataFrame(
        {
            option.id: np.where(values < 0, np.nan, values)
            for option, values in options
            if (values >= 0).any()
        },
        index=respondents.index,
    )


def _check_enough(respondents: int, options: int, item: Item) -> None:
    problems = []
    if respondents < FEWEST_RESPONDENTS:
        problems.append(
            f"{counted(respondents)} with weight answered '{item.id}'; "
            f"at least {FEWEST_RESPONDENTS} are needed"
        )
    if options < FEWEST_OPTIONS:
        problems.append(
            f"{counted(options, 'option')} of '{item.id}' that some chose and some did not; "
            f"at least {FEWEST_OPTIONS} are needed"
        )
    if problems:
        raise DataError(
            "There is too little to find latent classes in.",
            problems=problems,
            hint="Use segments by rule (load_segments) instead.",
        )


def _comparison(
    models: dict[int, ClassMixture], patterns: Floats, mass: Floats, effective: float
) -> pd.DataFrame:
    rows = []
    for count, model in models.items():
        likelihood = float(np.average(model.members(patterns)[0], weights=mass)) * effective
        parameters = model.n_parameters
        rows.append((count, parameters, likelihood, parameters * np.log(effective) - 2 * likelihood))
    table = pd.DataFrame(rows, columns=["n_classes", "n_parameters", "log_likelihood", "bic"])
    return table.assign(chosen=table.index == table["bic"].idxmin())


def _described(
    index: pd.Index,
    item: Item,
    answered: pd.DataFrame,
    mass: Floats,
    rows: Mask,
    member: Floats,
    comparison: pd.DataFrame,
) -> LatentClasses:
    """Order, describe and name the classes."""
    share = mass @ member / mass.sum()
    order = np.argsort(-share, kind="stable")
    share, member = share[order], member[:, order]
    known = answered.notna().to_numpy()
    chosen = np.where(known, answered.to_numpy(), 0.0)
    weighted = member * mass[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        proportion = (weighted.T @ chosen) / (weighted.T @ known)
    overall = (mass @ chosen) / (mass @ known)
    ids = [f"klasse_{number}" for number in range(1, len(share) + 1)]
    options = [item.option(str(name)) for name in answered.columns]
    names = class_names(proportion - overall, [o.short for o in options], [o.exclusive for o in options])
    likeliest = member.argmax(axis=1)
    codes = np.full(len(index), -1)
    codes[rows] = likeliest
    probabilities = np.full((len(index), len(ids)), np.nan)
    probabilities[rows] = member
    profile = pd.DataFrame(
        {
            "class": np.repeat(ids, len(options)),
            "name": np.repeat(names, len(options)),
            "option": [option.id for option in options] * len(ids),
            "label": [option.short for option in options] * len(ids),
            "proportion": proportion.ravel(),
            "overall": np.tile(overall, len(ids)),
        }
    )
    assigned = np.bincount(likeliest, minlength=len(ids))
    return LatentClasses(
        classes=pd.DataFrame({"class": ids, "name": names, "share": share, "n_assigned": assigned}),
        profile=profile.assign(difference=profile["proportion"] - profile["overall"]),
        probabilities=pd.DataFrame(probabilities, index=index, columns=pd.Index(ids)),
        assigned=pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)), index=index, name="klasse"),
        comparison=comparison,
    )
