"""A municipality's interest survey as all that may be shown of it, estimated and disclosed in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, get_args

import pandas as pd

from borgerlib.interest.answers.arrival import arrival_groups
from borgerlib.interest.answers.estimates import estimate_answers
from borgerlib.interest.answers.first import may_be_first
from borgerlib.interest.answers.overview import Participation, participation
from borgerlib.interest.answers.segments import SEGMENT
from borgerlib.interest.survey import open_survey
from borgerlib.interest.weighting.ages import age_groups
from borgerlib.population.municipalities import Municipality
from borgerlib.statistics.crosstabs import FALSE_DISCOVERY_RATE, adjust_p_values
from borgerlib.statistics.disclosure.disclosed import only_disclosed
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, disclose
from borgerlib.statistics.disclosure.named import base_of
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.survey.codebook.labels import group_of
from borgerlib.survey.codebook.model import Codebook, Item

ASKED = ("topics", "time", "formats", "channels", "segment")
Dividing = Literal["age", "sex", "area_type", "area", "segment", "arrival"]
DIVIDING = get_args(Dividing)
MOST_HIDDEN = 2 / 3
MOST_MOVED = 0.005 + 1e-9  # the most that rounding to whole per cent moves a share
_AGE, _ARRIVAL = "alder i grupper", "hvornår der er svaret"


@dataclass(frozen=True)
class LocalSurvey:
    """What may be shown of a municipality's interest survey; made by `open_local_survey`. Holds no microdata.

    Parameters
    ----------
    municipality : Municipality
    codebook : Codebook
        What was asked, and, as one item more, the kinds of citizens that the answers show.
    simulated : bool
        SIMULEREDE DATA.
    estimates : DisclosedEstimates
        As of `estimate_answers`, but items and groups are named by roles: item
        'topics', group 'age=60-69'. Column besides: direction (1: more than the rest of the citizens beyond
        chance, -1: less, 0: neither; missing where hidden or too few to be tested), may_be_first (no other
        answer of the group is more frequent beyond chance; missing where hidden).
    participation : Participation
    weighting : mapping
        What ``weighting.json`` says.
    age_labels : tuple of str
        The age groups, youngest first.
    respondents : int
        People who answered.
    left_out : tuple of (str, str)
        Roles of the items and of what would divide them, where that would have cost the whole its numbers.
    segment_certainty : float or None
        How likely a citizen's kind is, on average (share 0–1); None where no kinds are shown.
    segment_agreement : float or None
        How well the kinds agree with those of bootstrap samples; None where the answers show no kinds at all.
    """

    municipality: Municipality
    codebook: Codebook
    simulated: bool
    estimates: DisclosedEstimates
    participation: Participation = field(repr=False)
    weighting: Mapping[str, Any] = field(repr=False)
    age_labels: tuple[str, ...]
    respondents: int
    left_out: tuple[tuple[str, str], ...]
    segment_certainty: float | None
    segment_agreement: float | None

    def __post_init__(self) -> None:
        only_disclosed(self.estimates, "LocalSurvey")

    def item(self, role: str) -> Item | None:
        """Return the item of a role of `ASKED`; None where it was not asked, or there are no kinds."""
        if role == "segment":
            return self.codebook.item(SEGMENT) if SEGMENT in self.codebook else None
        return self.codebook.with_role(role)


def open_local_survey(
    municipality: str,
    *,
    divisions: Mapping[str, Sequence[Dividing]],
    age_bands: Sequence[int],
    confidence: float = 0.95,
    min_cell: int = 5,
) -> LocalSurvey:
    """Estimate a municipality's survey, whole and by division, and disclose it together.

    The shares of all citizens take precedence: a division is dropped if hiding its small cells would hide
    such a share or round it more coarsely than to whole per cent, or if most of its cells would be hidden.
    The n of a group is its number of respondents, whatever the item.

    Parameters
    ----------
    municipality : str
        Name or code.
    divisions : mapping of str to sequence of str
        Role of an item (`ASKED`) → roles of what divides it (`DIVIDING`).
    age_bands : sequence of int
        Lower ends of the age groups.
    confidence : float
        Level of the intervals, between 0 and 1.
    min_cell : int
        Smallest cell shown, at least 3.

    Raises
    ------
    DataError
        The municipality has not been prepared.
    ParameterError
        A parameter is not legal.
    """
    check_confidence(confidence)
    survey = open_survey(municipality)
    respondents, raked_to = survey.respondents, survey.raked_to
    kinds = survey.kinds if survey.kinds is not None and survey.kinds.come_back else None
    min_age = int(respondents.attrs["min_age"])
    grouped = _with_groups(respondents, survey.codebook, age_bands, min_age)
    codebook, items = survey.codebook, survey.codebook.ids(role for role in ASKED if role != "segment")
    if kinds is not None:
        grouped, items = grouped.assign(**{SEGMENT: kinds.assigned}), items | {"segment": SEGMENT}
        codebook = replace(codebook, items=(*codebook.items, kinds.item))
    columns = _columns(codebook, grouped)
    by = {
        items[asked]: [columns[role] for role in roles if role in columns]
        for asked, roles in divisions.items()
        if asked in items
    }
    shares = estimate_answers(
        grouped, codebook, list(items.values()), by=by, raked_to=raked_to, confidence=confidence
    )
    admit = partial(
        _disclosed,
        min_cell=min_cell,
        base=base_of(respondents.attrs),
        source=survey.source,
        confidence=confidence,
        simulated=bool(respondents.attrs["simulated"]),
        codebook=codebook,
    )
    whole, left_out = admit(shares[shares["domain"] == ""]).frame, []
    estimates = admit(shares)
    while (costly := _costliest(estimates.frame, whole)) is not None:
        left_out.append(costly)
        shares = shares[(shares["item"] != costly[0]) | (shares["domain"] != costly[1])]
        estimates = admit(shares)
    tested = _tested(shares)
    who = participation(
        respondents,
        codebook,
        survey.summary["targets"],
        age_bands=age_bands,
        confidence=confidence,
        min_cell=min_cell,
    )
    roles = {name: role for named in (items, columns) for role, name in named.items()} | {"": ""}
    estimates = estimates.join(may_be_first(estimates, grouped))
    estimates = estimates.join(_directions(tested)).with_one_base(_sizes(grouped, columns.values()))
    estimates = _by_role(estimates, roles)
    return LocalSurvey(
        survey.municipality,
        codebook,
        bool(respondents.attrs["simulated"]),
        estimates.hide(_in_small_groups(estimates.frame, who.rates.frame)),
        who,
        survey.summary,
        tuple(map(str, grouped[_AGE].cat.categories)) if _AGE in grouped else (),
        len(respondents),
        tuple((roles[item], roles[column]) for item, column in left_out),
        None if kinds is None else kinds.certainty,
        None if survey.kinds is None else survey.kinds.agreement,
    )


def _disclosed(shares: pd.DataFrame, **settings: Any) -> DisclosedEstimates:
    # What is told of tests is the direction alone.
    return disclose(shares.drop(columns=["difference", "p_value"]), **settings)


def _tested(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons of groups with the rest, p-values adjusted for how many there are."""
    # Kinds are built from the answers, so a difference between kinds is no finding.
    tested = shares[(shares["domain"] != "") & (shares["domain"] != SEGMENT)]
    # Early against late is adjusted separately, so that it does not weaken the tests of groups of citizens.
    families = tested["domain"] == _ARRIVAL
    adjusted = [adjust_p_values(tested.loc[rows, "p_value"]) for rows in (families, ~families)]
    return tested.assign(adjusted=pd.concat(adjusted))


def _with_groups(
    respondents: pd.DataFrame, codebook: Codebook, age_bands: Sequence[int], min_age: int
) -> pd.DataFrame:
    found = {
        _AGE: age_groups(respondents, codebook, bands=age_bands, min_age=min_age),
        _ARRIVAL: arrival_groups(respondents, codebook),
    }
    return respondents.assign(**{name: groups for name, groups in found.items() if groups is not None})


def _columns(codebook: Codebook, respondents: pd.DataFrame) -> dict[str, str]:
    """Return role → column for the columns that can divide the respondents: those with two or more levels."""
    made = {"age": _AGE, "segment": SEGMENT, "arrival": _ARRIVAL}
    columns = codebook.ids(role for role in DIVIDING if role not in made) | made
    return {
        role: column
        for role, column in columns.items()
        if column in respondents and respondents[column].nunique() > 1
    }


def _costliest(divided: pd.DataFrame, whole: pd.DataFrame) -> tuple[str, str] | None:
    """Return item and column of the division with the most hidden cells among those that cost too much.

    A division costs too much if an option's share of all is hidden or moved by more than `MOST_MOVED`, or if
    more of its cells than `MOST_HIDDEN` are hidden.
    """
    options = divided[~divided["net"]]
    both = options[options["group"] == ""].merge(whole, on=["item", "option"], suffixes=("", "_whole"))
    moved = (both["proportion"] - both["proportion_whole"]).abs().groupby(both["item"]).max() > MOST_MOVED
    lost = (both["suppressed"] & ~both["suppressed_whole"]).groupby(both["item"]).any()
    of_groups = options[options["group"] != ""].groupby(["item", "domain"], sort=False)["suppressed"]
    cells = pd.DataFrame({"hidden": of_groups.sum(), "share": of_groups.mean()}).reset_index()
    cells = cells[
        cells["item"].isin(moved.index[moved | lost]) & (cells["hidden"] > 0) | (cells["share"] > MOST_HIDDEN)
    ]
    if cells.empty:
        return None
    most = cells.sort_values("hidden", ascending=False, kind="stable").iloc[0]
    return str(most["item"]), str(most["domain"])


def _sizes(respondents: pd.DataFrame, columns: Iterable[str]) -> dict[str, int]:
    """Return how many are in each group."""
    return {
        group_of(column, level): int(n)
        for column in columns
        for level, n in respondents[column].value_counts().items()
    }


def _directions(tested: pd.DataFrame) -> pd.DataFrame:
    """Return the direction of the differences: 0 where chance explains them, missing where not tested."""
    sign = tested["difference"].gt(0).mul(2).sub(1).where(tested["adjusted"] < FALSE_DISCOVERY_RATE, 0)
    directions = sign.where(tested["adjusted"].notna()).astype("Int64")
    return tested[["item", "option", "group"]].assign(direction=directions)


def _by_role(estimates: DisclosedEstimates, roles: Mapping[str, str]) -> DisclosedEstimates:
    if estimates.frame.empty:
        return estimates
    groups = {
        group: f"{roles[division]}={group.partition('=')[2]}"
        for group, division in zip(estimates.frame["group"], estimates.frame["domain"], strict=True)
        if division
    }
    return estimates.relabel("item", roles).relabel("domain", roles).relabel("group", groups)


def _in_small_groups(frame: pd.DataFrame, rates: pd.DataFrame) -> pd.Series:
    """Return which rows belong to groups whose number of respondents is hidden in the participation rates."""
    small = set(rates.loc[rates["suppressed"], "item"] + "=" + rates.loc[rates["suppressed"], "option"])
    return frame["group"].isin(small)
