"""Municipalities beside each other: an honest number for each, and which of them can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.comparison.ranking import control_limits, joint_reach, rank_ranges
from borgerlib.errors import DataError, ParameterError, check_known
from borgerlib.population.municipalities import locate, municipalities
from borgerlib.population.table import population
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL, DisclosedEstimates, disclose
from borgerlib.statistics.estimation.answers import gave
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.levels import any_frame, check_frame, column_of, positive_column
from borgerlib.statistics.models.small_area import SmallAreas, small_area_estimates
from borgerlib.survey.codebook.labels import answer_label, check_codebook, codebook_of, group_of
from borgerlib.survey.codebook.model import Codebook, Item

CODE = "kommunekode"
COVARIATES = ("log_population", "share_65", "capital")
"""What registers tell of every municipality: people (natural logarithm), share of 65 and older, 1 in the
capital's area."""
_SENIOR = 65
_CAPITAL = "Hovedstadskommuner"


@dataclass(frozen=True, eq=False)
class MunicipalityComparison:
    """The 98 municipalities beside each other; made by `compare_municipalities`.

    Attributes
    ----------
    areas : DataFrame
        One row a municipality, by code. All of it follows from what has passed disclosure control and from
        registers. Columns: code, name, n (respondents; missing where too few), direct (share 0–1 of its own
        answers; missing where hidden or nobody answered), estimate, ci_lower, ci_upper (small area estimate),
        synthetic (bool: the model's alone, no answers of its own that are shown), shrinkage (what its own
        answers weigh, 0–1), funnel ('over', 'under': beyond the limits within which municipalities lie that
        differ as municipalities do; ''), rank_from, rank_to (1 is the largest share; all ranges hold
        together).
    label, question : str
        Danish: the answer and the question.
    direct : DisclosedEstimates
        The municipalities' own shares.
    country : float
        The share of all who answered, 0–1.
    model : SmallAreas
        The coefficients and how much municipalities vary beyond them.
    overdispersion : float
        Standard deviation of the municipalities' shares beyond sampling error, 0–1.
    confidence : float

    See Also
    --------
    compare_municipalities : Makes it.
    tile_map : Draws it.

    Examples
    --------
    >>> import borgerlib
    >>> import numpy as np
    >>> import pandas as pd
    >>> codes = np.repeat(borgerlib.municipalities()["code"].to_numpy(), 60)
    >>> people = pd.DataFrame({"kommunekode": codes, "tid": np.where(np.arange(5880) % 3, "uge", "aarligt")})
    >>> book = borgerlib.load_codebook("borgerinteresse")
    >>> found = borgerlib.compare_municipalities(people, "tid.uge", codebook=book)
    >>> found.areas["estimate"].round(2).unique().tolist()
    [0.67]
    """

    areas: pd.DataFrame
    label: str
    question: str
    direct: DisclosedEstimates = field(repr=False)
    country: float
    model: SmallAreas = field(repr=False)
    overdispersion: float
    confidence: float

    @property
    def simulated(self) -> bool:
        """Whether the answers are simulated."""
        return self.direct.origin == "simulated"

    def first(self) -> list[str]:
        """Return the municipalities that may have the largest share: more than one, and none is the first."""
        return [str(name) for name in self.areas.loc[self.areas["rank_from"] == 1, "name"]]


@any_frame
def compare_municipalities(
    respondents: pd.DataFrame,
    answer: str,
    *,
    municipality: str = CODE,
    weight: str | None = None,
    covariates: Sequence[str] = COVARIATES,
    codebook: Codebook | None = None,
    min_cell: int = DEFAULT_MIN_CELL,
    confidence: float = 0.95,
) -> MunicipalityComparison:
    """Compare all municipalities by the share that gave an answer.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, of many municipalities.
    answer : str
        'item.option', or 'item.net'.
    municipality : str
        Column of names or codes.
    weight : str, optional
        Column of the weights.
    covariates : sequence of str
        What municipalities are likened by, of `COVARIATES`; none: all are drawn to their common mean.
    codebook : Codebook, optional
        What was asked; by default what ``attrs`` name.
    min_cell : int
        Smallest count shown, at least 3.
    confidence : float
        Level of the intervals and, jointly, of the ranks, 0–1.

    Returns
    -------
    MunicipalityComparison

    Raises
    ------
    ParameterError
        Unknown answer, column or covariate.
    DataError
        A municipality that is none; too few municipalities with answers.

    See Also
    --------
    small_area_estimates : The model behind it.
    tile_map, funnel_chart, municipalities_table : Show it.

    Notes
    -----
    Direct shares pass disclosure control; whatever comes after is worked out from what is shown: those that
    are hidden enter with the share that they have together, the total (weighted: to a whole percent) less
    what is shown. Fay & Herriot (1979) with sampling variances from the pooled share and each municipality's
    effective number of respondents. Funnel limits with additive overdispersion (Spiegelhalter 2005). Rank
    ranges that hold jointly (Klein, Wright & Wieczorek 2020). In R: ``sae::mseFH`` for the estimates.

    Examples
    --------
    >>> import borgerlib
    >>> import numpy as np
    >>> import pandas as pd
    >>> codes = np.repeat(borgerlib.municipalities()["code"].to_numpy(), 60)
    >>> people = pd.DataFrame({"kommunekode": codes, "tid": np.where(np.arange(5880) % 3, "uge", "aarligt")})
    >>> book = borgerlib.load_codebook("borgerinteresse")
    >>> len(borgerlib.compare_municipalities(people, "tid.uge", codebook=book).first())
    98
    """
    check_frame(respondents)
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    for name in covariates:
        check_known("covariate", name, COVARIATES)
    book = codebook or codebook_of(respondents.attrs)
    if book is None:
        raise ParameterError("The respondents do not tell what was asked.", hint="Give codebook=.")
    check_codebook(book)
    item_id, _, option = str(answer).partition(".")
    item = book.item(item_id)
    people = _people(respondents, item, option, municipality)
    shown = _disclosed(people, item, option, weight, min_cell, confidence)
    direct = shown.take(shown.frame["group"] != "")
    areas = _areas(direct, people, weight)
    known = areas["direct"].notna()
    if known.sum() < len(covariates) + 3:
        raise DataError(
            f"Only {int(known.sum())} municipalities have enough answers to be compared.",
            hint="It takes answers from many municipalities: leave out covariates, or ask more people.",
        )
    size = areas["effective"]
    together, hidden = _hidden_share(shown, areas), ~known & size.notna()
    used = areas["direct"].fillna(together).where(size.notna())
    country = float((used * areas["weights"]).sum() / areas.loc[used.notna(), "weights"].sum())
    # If nobody, or everybody, gave the answer, the error must not be 0: bound the share by half a respondent.
    least = 0.5 / float(size.sum())
    likely = min(max(country, least), 1 - least)
    areas["error"] = np.sqrt(likely * (1 - likely) / size)
    guessed = _pool(areas[hidden & np.isfinite(together)], together, covariates)
    whole = pd.concat([areas, guessed], ignore_index=True)
    columns: Any = {"estimate": "direct", "standard_error": "error", "area": "code"}
    model = small_area_estimates(whole, covariates=covariates, confidence=confidence, **columns)
    spread, outside = control_limits(areas["direct"], areas["error"], country, confidence=confidence)
    found = model.estimates.iloc[: len(areas)]
    # The standard errors that correspond to the intervals.
    errors = (found["ci_upper"] - found["ci_lower"]) / 2 / joint_reach(1, confidence)
    ranks = rank_ranges(found["estimate"], errors, confidence=confidence)
    table = areas[["code", "name", "n", "direct"]].assign(
        estimate=found["estimate"].clip(0, 1),
        ci_lower=found["ci_lower"].clip(0, 1),
        ci_upper=found["ci_upper"].clip(0, 1),
        synthetic=~known,
        shrinkage=found["shrinkage"],
        funnel=outside,
        rank_from=ranks[0],
        rank_to=ranks[1],
    )
    return MunicipalityComparison(
        table, answer_label(item, option), item.text, direct, country, model, spread, confidence
    )


def _people(respondents: pd.DataFrame, item: Item, option: str, municipality: str) -> pd.DataFrame:
    """Return the respondents with their municipality's code and whether they gave the answer."""
    given = column_of(respondents, municipality, role="municipality")
    codes = locate(given.dropna()).reindex(respondents.index)["code"]
    people = respondents.assign(_code=codes, _yes=gave(respondents, item, item.members(option)))
    people.attrs = respondents.attrs
    return people


def _disclosed(
    people: pd.DataFrame, item: Item, option: str, weight: str | None, min_cell: int, confidence: float
) -> DisclosedEstimates:
    people = people[people["_code"].notna()]
    parts = [
        estimate_proportions(people, ["_yes"], by=by, weight=weight, confidence=confidence)
        for by in (None, "_code")
    ]
    shares = pd.concat(parts, ignore_index=True).rename(columns={"_code": CODE})
    shares = shares.assign(item=item.id, option=option)
    shares.attrs = parts[0].attrs
    names = municipalities().set_index("code")["name"]
    shown = disclose(shares, min_cell=min_cell, base="de adspurgte", source="Borgernes svar i kommunerne")
    shown = shown.relabel("label", {option: answer_label(item, option)}, by="option")
    return shown.relabel(
        "group_label", {group_of(CODE, code): name for code, name in names.items()}, by="group"
    )


def _hidden_share(shown: DisclosedEstimates, areas: pd.DataFrame) -> float:
    """Return the pooled share that gave the answer in the municipalities whose own share is hidden.

    It follows from what is shown: the weighted total less the municipalities that are shown. Dropping the
    hidden ones instead would drop the lowest shares, as counts of 1–4 are hidden. The total is in whole
    percent where shares are weighted. Missing if it is hidden, or nothing else is.
    """
    known, weights = areas["direct"].notna(), areas["weights"].fillna(0.0)
    rest = weights[~known].sum()
    if not rest > 0:
        return float("nan")
    total = float(shown.frame.loc[shown.frame["group"] == "", "proportion"].iloc[0])
    return float(np.clip((weights.sum() * total - (areas["direct"] * weights).sum()) / rest, 0, 1))


def _pool(hidden: pd.DataFrame, together: float, covariates: Sequence[str]) -> pd.DataFrame:
    """Return rows for the municipalities whose own share is hidden, so that the model is fitted to all.

    Only their pooled share is known, so each gets their mean covariates and the variance of so few answers.
    With its own covariates, the same share everywhere would tell the model that covariates do not matter.
    """
    if hidden.empty:
        return hidden
    answers = hidden["effective"].round().clip(lower=1).astype(int)
    drawn = np.random.default_rng(0).binomial(answers, together) / answers
    centred = drawn - np.average(drawn, weights=answers)
    at = {name: np.average(hidden[name], weights=hidden["weights"]) for name in covariates}
    return hidden.assign(direct=together + centred, code="?" + hidden["code"], **at)


def _areas(direct: DisclosedEstimates, people: pd.DataFrame, weight: str | None) -> pd.DataFrame:
    """Return one row a municipality: the shown part of its answers, and its register data."""
    shown = direct.frame.assign(code=lambda frame: frame["group"].str.partition("=")[2]).set_index("code")
    answered = people[people["_yes"].notna()]
    weights = (
        pd.Series(1.0, index=answered.index)
        if weight is None
        else pd.Series(positive_column(answered, weight, role="weight", zero_allowed=True), answered.index)
    )
    grouped = weights.groupby(answered["_code"])
    effective = grouped.sum() ** 2 / (weights**2).groupby(answered["_code"]).sum()
    places = municipalities()
    areas = places[["code", "name"]].assign(
        n=places["code"].map(shown["n"]).astype("Int64"),
        direct=places["code"].map(shown["proportion"]).astype("float64"),
    )
    areas["weights"] = areas["code"].map(grouped.sum())
    areas["effective"] = areas["code"].map(effective).where(areas["n"].notna())
    ages = population()
    whole = ages.groupby("code")["population"].sum()
    senior = ages[ages["age"] >= _SENIOR].groupby("code")["population"].sum()
    return areas.assign(
        log_population=np.log(areas["code"].map(whole).astype("float64")),
        share_65=areas["code"].map(senior / whole).astype("float64"),
        capital=(places["group"] == _CAPITAL).astype("float64"),
    )
