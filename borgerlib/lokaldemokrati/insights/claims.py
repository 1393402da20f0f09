"""The report's comparative claims, each with its test and a plain verdict.

A difference that chance can explain gets that verdict. Tests are exact and treat the municipalities that
answered as a random sample of the 98.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.insights.registry import Claim, load_registry
from borgerlib.lokaldemokrati.insights.sentences import find
from borgerlib.lokaldemokrati.leaders import LeadersSurvey
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.exact.finite_population import exact_share_test
from borgerlib.statistics.exact.two_groups import exact_difference_test, exact_trend_test
from borgerlib.survey.codebook.model import Item

SIGNIFICANCE = 0.05
"""A p-value below it is beyond chance, whatever the level of the intervals that stand beside."""

_PARTS = {0.5: "halvdelen", 0.75: "tre fjerdedele"}


@dataclass(frozen=True)
class Verdict:
    """The result of testing a claim.

    Parameters
    ----------
    claim : Claim
    outcome : {'holds', 'within chance', 'contradicted', 'not known'}
        Whether the claim is supported, undecided, contradicted by the numbers, or not testable.
    sentence : str
        Danish, with the numbers and without words of statistics (`with_chance` has those).
    p_value : float or None
        Two-sided; None where there is no test.
    method : str
        The name of the test, '' where there is none; `borgerlib.said.in_danish` gives it in Danish.
    """

    claim: Claim
    outcome: str
    sentence: str
    p_value: float | None
    method: str


def verdict(claim_id: str, survey: LeadersSurvey) -> Verdict:
    """Return the verdict of a claim of the registry on a survey (`ParameterError`: no such claim)."""
    claim = load_registry().claim(claim_id)
    return judge(claim, survey.everything, survey.codebook.item(claim.row.partition(".")[0]))


def judge(claim: Claim, estimates: DisclosedEstimates, item: Item) -> Verdict:
    """Test a claim on the estimates.

    Parameters
    ----------
    claim : Claim
    estimates : DisclosedEstimates
        All estimates of the survey; columns besides the usual: net, population (how many municipalities the
        base stands for).
    item : Item
        The item of the claim's row, for the order of its options.
    """
    if claim.kind in ("above", "below"):
        return _against_share(claim, estimates)
    return _between_groups(claim, estimates, item)


def _against_share(claim: Claim, estimates: DisclosedEstimates) -> Verdict:
    row = find(estimates, claim.row)
    if pd.isna(row["count"]):
        return _not_known(claim, [row])
    result = exact_share_test(int(row["count"]), int(row["n"]), int(row["population"]), share=claim.than)
    # Test the exact share, not the rounded percentage: 71 of 79 is below 90 pct. but rounds to it.
    tested = int(row["count"]) / int(row["n"])
    shown = _shown_share(row, tested, estimates)
    measured, unweighted = _near(shown, claim.than), _near(tested, claim.than)
    if estimates.origin != "published" and measured != unweighted:
        measured += f" ({unweighted} uden vægte)"
    than = _PARTS.get(claim.than, danish.percent(claim.than))
    if claim.than in (shown, tested) or (shown > claim.than) != (tested > claim.than):
        sentence = f"{measured} er så tæt på {than}, at det ikke kan siges, om andelen er over eller under."
        return Verdict(claim, "within chance", sentence, result.p_value, result.method)
    side, outcome = "over" if shown > claim.than else "under", "within chance"
    sentence = f"{measured} ligger {side} {than}, men forskellen er inden for det tilfældige."
    if result.p_value < SIGNIFICANCE:
        outcome = "holds" if (side == "over") == (claim.kind == "above") else "contradicted"
        sentence = f"Andelen er {measured} og er også {side} {than} {claim.among}."
    return Verdict(claim, outcome, sentence, result.p_value, result.method)


def _shown_share(row: pd.Series[Any], tested: float, estimates: DisclosedEstimates) -> float:
    """Return the share that the figures show; the test itself uses counts of respondents.

    In a wave it is weighted; in 2021 it is the published share if no count reproduces it.
    """
    published = estimates.origin == "published"
    if published and danish.percent(tested) == danish.percent(row["proportion"]):
        return tested
    return float(row["proportion"])


def _near(share: float, than: float) -> str:
    """Return the share as text, with a decimal if whole percent would hide on which side it lies."""
    return danish.percent(share, 1 if 0 < abs(share - than) <= 0.01 else 0)


def _between_groups(claim: Claim, estimates: DisclosedEstimates, item: Item) -> Verdict:
    first, second = (find(estimates, f"{claim.row}@{group}") for group in claim.groups)
    if pd.isna(first["count"]) or pd.isna(second["count"]):
        return _not_known(claim, [first, second])
    words = claim.group_words
    if claim.kind == "difference":
        result = exact_difference_test(
            int(first["count"]), int(first["n"]), int(second["count"]), int(second["n"])
        )
        shares = first["proportion"], second["proportion"]
        shown = shares[0] - shares[1]
        words = tuple(f"{w} ({danish.percent(share)})" for w, share in zip(words, shares, strict=True))
    else:
        scales = [_scale(estimates, item, group) for group in claim.groups]
        if any(pd.isna(step["count"]) for scale in scales for step in scale):
            return _not_known(claim, [*scales[0], *scales[1]])
        result = exact_trend_test(*([int(step["count"]) for step in scale] for scale in scales))
        shown = result.difference
    if shown * result.difference <= 0:
        sentence = f"{claim.measure} er så ens {words[0]} og {words[1]}, at der ikke kan ses nogen forskel."
        return Verdict(claim, "within chance", sentence, result.p_value, result.method)
    beyond, outcome = "men forskellen er inden for det tilfældige", "within chance"
    if result.p_value < SIGNIFICANCE:
        beyond = "og forskellen er større, end tilfældet kan forklare"
        outcome = "holds" if shown > 0 else "contradicted"
    comparison = f"{claim.measure} er {'større' if shown > 0 else 'mindre'} {words[0]} end {words[1]}"
    return Verdict(claim, outcome, f"{comparison}, {beyond}.", result.p_value, result.method)


def _scale(estimates: DisclosedEstimates, item: Item, group: str) -> list[pd.Series[Any]]:
    return [
        find(estimates, f"{item.id}.{option.id}@{group}") for option in item.options if not option.missing
    ]


def _not_known(claim: Claim, rows: list[pd.Series[Any]]) -> Verdict:
    why = "tallet kan ikke aflæses"
    if any(row["suppressed"] for row in rows):
        why = "tallet er skjult"
    elif any(pd.isna(row["n"]) for row in rows):
        why = "der er ikke spurgt om det i denne måling"
    subject = "Det"
    if claim.group:
        measure = f"{claim.measure[:1].lower()}{claim.measure[1:]}"
        subject = f"Om {measure} er større {claim.group_words[0]} end {claim.group_words[1]},"
    return Verdict(claim, "not known", f"{subject} kan ikke afgøres: {why}.", None, "")


def with_chance(verdict: Verdict) -> str:
    """Return the verdict's sentence with the p-value of its test, for readers who check it."""
    if verdict.p_value is None:
        return verdict.sentence
    return f"{verdict.sentence.removesuffix('.')} ({p_text(verdict.p_value)})."


def p_text(p_value: float) -> str:
    """Return a p-value as written in Danish: 'p = 0,15', 'p = 0,004', 'p < 0,001' (no-break spaces)."""
    if p_value < 0.001:
        return "p\u00a0<\u00a00,001"
    return f"p\u00a0=\u00a0{danish.number(p_value, 2 if p_value >= 0.095 else 3)}"
