"""From what `estimate_proportions` returns to what the gate takes: groups, labels, and whose answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.errors import DisclosureError, ParameterError
from borgerlib.population.municipalities import municipality
from borgerlib.statistics.disclosure.columns import SHARES
from borgerlib.survey.codebook.labels import answer_label, codebook_of, group_of, level_label
from borgerlib.survey.codebook.model import Codebook, Item

UNWEIGHTED = "Ikke vægtet: tallene gælder kun dem, der har svaret."
TOTALS = ("total", "total_lower", "total_upper")
_NO_SHARES = {"mean": "means", "quantile": "quantiles", "ratio": "ratios", "difference": "differences"}
_ESTIMATED = (
    "item", "option", "n", "count", "n_weighted", "proportion", "standard_error", "ci_lower", "ci_upper",
)  # fmt: skip


def named(estimates: pd.DataFrame, codebook: Codebook | None) -> pd.DataFrame:
    """Return estimates by the names that the gate knows; those that have them already as they are.

    Parameters
    ----------
    estimates : DataFrame
        What `estimate_proportions` returned, or several of it put together by `pandas.concat`. Every column
        that is not its own is one of `by`; where it is missing the row is of a wider group.
    codebook : Codebook or None
        Labels; without one those of the survey that ``attrs`` name; else the ids stand.

    Raises
    ------
    DisclosureError
        They are means, differences, quantiles or ratios, which are no shares of a group.
    """
    if "group_label" in estimates:
        return estimates
    lacking = [name for name in _ESTIMATED if name not in estimates]
    what = next((words for column, words in _NO_SHARES.items() if column in estimates), "")
    if lacking and what:
        raise DisclosureError(
            f"The estimates are {what}: the gate knows what shares of groups give away, and no more.",
            hint="Disclose the shares of the same item and groups (estimate_proportions), and tell in words "
            "how two differ that are shown. Cut a number into bands first: pandas.cut(people['alder'], …).",
        )
    if "item" not in estimates:
        return estimates
    if lacking:
        raise DisclosureError(
            f"The estimates lack the columns {', '.join(lacking)}: they are no shares of groups.",
            hint="Disclose what estimate_proportions or estimate_total returned.",
        )
    codebook = codebook_of(estimates.attrs) if codebook is None else codebook
    totals = [name for name in TOTALS if name in estimates]
    by = [str(name) for name in estimates if name not in (*_ESTIMATED, *TOTALS, "total_error")]
    groups = [_group(row, by, codebook) for row in estimates[by].to_dict("records")]
    items = {name: _item(codebook, str(name)) for name in estimates["item"].unique()}
    pairs = list(zip(estimates["item"], estimates["option"].astype(str), strict=True))
    texts = {name: name if item is None else item.text for name, item in items.items()}
    frame = pd.DataFrame(
        {
            "item": estimates["item"].astype(str),
            "item_label": [texts[name] for name, _ in pairs],
            "option": [option for _, option in pairs],
            "label": [_label(items[name], option) for name, option in pairs],
            "group": [group for group, _, _ in groups],
            "group_label": [label for _, label, _ in groups],
            "domain": [division for _, _, division in groups],
            **{name: estimates[name] for name in ("n", "count", "n_weighted", *SHARES, *totals)},
        }
    )
    known = [items[name] for name in estimates["item"]]
    if all(item is not None for item in known):
        frame["exclusive"] = [item is not None and item.kind != "multiple" for item in known]
    return frame


def base_of(attrs: Mapping[Any, Any]) -> str:
    """Return who was asked: 'borgere i Odense Kommune'; where nobody is weighted, of whom alone it holds."""
    name = attrs.get("municipality", "")
    base = f"borgere i {municipality(name).full_name}" if name else "borgere"
    return base if is_weighted(attrs) else f"{base}, der har svaret"


def is_weighted(attrs: Mapping[Any, Any]) -> bool:
    """Return whether the respondents are weighted to the people who live here."""
    return bool(attrs.get("weighted", True))


def source_of(attrs: Mapping[Any, Any], codebook: Codebook | None, raked_by: Sequence[str]) -> str:
    """Return the source line: whose answers, which columns they are weighted by, and whether simulated."""
    words = {"sex": "køn", "age": "alder", "area": "område", "area_type": "områdetype"}
    columns = {item.id: words[item.role] for item in codebook or () if item.role in words}
    columns_named = danish.listing([columns.get(column, "alder") for column in dict.fromkeys(raked_by)])
    name = attrs.get("municipality", "")
    whose = f"i {municipality(name).full_name}" if name else "på spørgeskemaet"
    weighted = f"Vægtet efter {columns_named}." if columns_named else "Vægtet."
    if not is_weighted(attrs):
        weighted = UNWEIGHTED
    simulated = f"{danish.SIMULATED}: " if attrs.get("simulated") else ""
    return f"{simulated}Borgernes svar {whose}. {weighted}"


def whose(attrs: Mapping[Any, Any], base: str | None, source: str | None) -> tuple[str, str]:
    """Return base and source: as given, else what ``attrs`` tell, or `ParameterError`."""
    if (base is None or source is None) and not attrs.get("municipality"):
        raise ParameterError(
            "The estimates do not tell whose answers they are.",
            hint="Give base='borgere i Odense Kommune' (who was asked) and source=… (a line of text), or "
            "estimate from respondents as borgerlib.load returns them.",
        )
    found = source_of(attrs, codebook_of(attrs), attrs.get("raked_by", ())) if source is None else source
    return base_of(attrs) if base is None else base, found


def _item(codebook: Codebook | None, name: str) -> Item | None:
    return codebook.item(name) if codebook is not None and name in codebook else None


def _label(item: Item | None, option: str) -> str:
    short = option.removeprefix(f"{item.id}__") if item else option
    known = item is not None and short in {*item.nets, *(one.id for one in item.options)}
    return answer_label(item, short) if item is not None and known else option


def _group(row: Mapping[Any, Any], by: Sequence[str], codebook: Codebook | None) -> tuple[str, str, str]:
    """Return a row's group, what readers see of it, and the division that it belongs to."""
    own = {name: row[name] for name in by if not pd.isna(row[name])}
    labels = [str(v) if codebook is None else level_label(codebook, name, v) for name, v in own.items()]
    groups = [group_of(name, level) for name, level in own.items()]
    return ", ".join(groups), ", ".join(labels), " × ".join(own)
