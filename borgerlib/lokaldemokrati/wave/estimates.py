"""Estimates from a later wave's microdata, in the shape of the published ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published.recovered import option_label
from borgerlib.lokaldemokrati.wave.microdata import POPULATION, WEIGHT, Wave
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, disclose
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.finite_population import finite_population_interval
from borgerlib.survey.codebook.model import Codebook, Item

NOT_ASKED = "ikke med i denne måling"
UNWEIGHTED = "Uden vægte; den vægtede andel kunne røbe et skjult tal."
_KEYS = ("item", "option", "group")
_NUMBERS = ("n", "count", "proportion", "ci_lower", "ci_upper")
_DISCLOSED = ("label", "group_label", *_NUMBERS)


def wave_estimates(
    wave: Wave, codebook: Codebook, *, name: str, confidence: float, min_cell: int
) -> DisclosedEstimates:
    """Estimate every item of a wave, whole and by strategy, and suppress small cells.

    A net is shown only when its parts are, so that it gives no suppressed part away. The whole country goes
    first: where the division by strategy would cost it a number, the division is hidden instead; where a
    weighted share would tell of a hidden part, the unweighted one is shown, and a note says so.

    Returns
    -------
    DisclosedEstimates
        Columns beside the usual: net, population, possible_n.
    """
    frame = pd.concat(
        [
            _item_estimates(wave, item, by, codebook, confidence=confidence)
            for item in codebook
            for by in _divisions(item, codebook)
        ],
        ignore_index=True,
    )
    source = (
        f"Kommunaldirektørernes svar i målingen »{name}«. Egne beregninger, vægtet efter region og "
        "kommunegruppe."
    )
    admit = partial(
        disclose, min_cell=min_cell, base=str(codebook.meta["unit"]), source=source, confidence=confidence
    )
    asked = frame.loc[frame["count"].notna(), [*_KEYS, *_DISCLOSED]]
    if asked.empty:
        raise DataError(f"The survey {name} holds no answers: every item is empty.")
    kinds = {item.id: item.kind for item in codebook}
    is_net = [
        option in codebook.item(item).nets
        for item, option in zip(asked["item"], asked["option"], strict=True)
    ]
    options = asked[~pd.Series(is_net, index=asked.index)]
    disclosed = _whole_first(options.assign(exclusive=options["item"].map(kinds) != "multiple"), admit)
    nets = _nets(asked[is_net].assign(exclusive=False), disclosed.frame, admit)
    shown = pd.concat([disclosed.frame, _without_given_away(nets, disclosed.frame, codebook)])
    kept = frame[[*_KEYS, "label", "group_label", "net", "population", "possible_n", "note"]]
    whole = kept.merge(shown[[*_KEYS, "suppressed", *_NUMBERS]], how="left", on=list(_KEYS))
    whole["suppressed"] = whole["suppressed"].eq(True)
    whole = whole.astype({"n": "Int64", "count": "Int64"})
    coarse = _coarse(whole, frame, codebook)
    return replace(disclosed, frame=_with_unweighted(whole, coarse, confidence=confidence))


def _whole_first(
    options: pd.DataFrame, admit: Callable[[pd.DataFrame], DisclosedEstimates]
) -> DisclosedEstimates:
    undivided = options["group"] == ""
    together, alone = admit(options), admit(options[undivided])
    of_all = together.frame[together.frame["group"] == ""].reset_index(drop=True)
    if of_all["suppressed"].equals(alone.frame["suppressed"]):
        return together
    return replace(alone, frame=pd.concat([alone.frame, _hidden(options[~undivided])], ignore_index=True))


def _nets(
    nets: pd.DataFrame, options: pd.DataFrame, admit: Callable[[pd.DataFrame], DisclosedEstimates]
) -> pd.DataFrame:
    """Admit the nets of the groups that show something; a group hidden whole must not coarsen the others."""
    silent = options.groupby(["item", "group"])["suppressed"].all()
    in_silence = pd.Series(
        [bool(silent[item, group]) for item, group in zip(nets["item"], nets["group"], strict=True)],
        index=nets.index,
        dtype=bool,
    )
    return pd.concat([admit(nets[~in_silence]).frame, _hidden(nets[in_silence])], ignore_index=True)


def _hidden(rows: pd.DataFrame) -> pd.DataFrame:
    frame = rows.assign(suppressed=True)
    frame[list(_NUMBERS)] = float("nan")
    return frame


def _coarse(shown: pd.DataFrame, estimated: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Return which rows disclosure control has rounded, and the nets they are part of."""
    rounded = (shown["proportion"] - estimated["proportion"]).abs() > 1e-9
    places = set(zip(shown.loc[rounded, "item"], shown.loc[rounded, "option"], strict=True))
    part_of = [
        group == "" and any((item, part) in places for part in codebook.item(item).members(option))
        for item, option, group in zip(shown["item"], shown["option"], shown["group"], strict=True)
    ]
    return (rounded | pd.Series(part_of, index=shown.index)) & shown["proportion"].notna()


def _with_unweighted(shown: pd.DataFrame, rows: pd.Series, *, confidence: float) -> pd.DataFrame:
    frame = shown.copy()
    for index, row in frame[rows].iterrows():
        count, n = int(row["count"]), int(row["n"])
        interval = finite_population_interval(count, n, NUMBER_OF_MUNICIPALITIES, confidence)
        frame.loc[index, ["proportion", "ci_lower", "ci_upper"]] = [count / n, *interval]
    frame.loc[rows, "note"] = UNWEIGHTED
    return frame


def _without_given_away(nets: pd.DataFrame, options: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Hide the nets that a hidden option is part of: less the shown parts, they would give it away."""
    hidden = options[options["suppressed"]].groupby(["item", "group"])["option"].agg(set).to_dict()
    given_away = [
        bool(hidden.get((item, group), set()) & set(codebook.item(item).members(option)))
        for item, group, option in zip(nets["item"], nets["group"], nets["option"], strict=True)
    ]
    safe = nets.copy()
    safe.loc[given_away, ["proportion", "ci_lower", "ci_upper"]] = float("nan")
    safe.loc[given_away, "count"] = pd.NA
    safe.loc[given_away, "suppressed"] = True
    sizes = options.groupby(["item", "group"])["n"].first()
    safe["n"] = [sizes[item, group] for item, group in zip(safe["item"], safe["group"], strict=True)]
    return safe


def _divisions(item: Item, codebook: Codebook) -> list[Item | None]:
    divided = item.id == "udsagn_eksperimentere"
    return [None, codebook.item("strategi")] if divided else [None]


def _item_estimates(
    wave: Wave, item: Item, by: Item | None, codebook: Codebook, *, confidence: float
) -> pd.DataFrame:
    indicators = _indicators(wave.respondents, item)
    groups = [(option.id, option.short) for option in by.options] if by else [("", "")]
    estimated = _estimated(wave, indicators, by, confidence=confidence)
    rows = []
    for group, group_label in groups:
        for reference in indicators.columns:
            numbers = estimated.get((group, reference))
            rows.append(
                {
                    "item": item.id,
                    "option": reference,
                    "net": reference in item.nets,
                    "label": option_label(codebook, item.id, reference),
                    "group": group,
                    "group_label": group_label,
                    **(numbers or dict.fromkeys(_NUMBERS, float("nan"))),
                    "note": "" if numbers else NOT_ASKED,
                    "population": NUMBER_OF_MUNICIPALITIES,
                    "possible_n": "",
                }
            )
    return pd.DataFrame(rows)


def _estimated(
    wave: Wave, indicators: pd.DataFrame, by: Item | None, *, confidence: float
) -> dict[tuple[str, str], dict[str, float]]:
    """Return the numbers of each (group, option); nothing where the wave has no answers."""
    design = wave.respondents[[WEIGHT, POPULATION, *([by.id] if by else [])]]
    respondents = pd.concat([indicators, design], axis=1)
    answered = respondents if by is None else respondents[respondents[by.id].notna()]
    asked = [column for column in indicators.columns if answered[column].notna().any()]
    if not asked:
        return {}
    # The weights alone, without the margins' residuals: with a handful of municipalities a cell, residuals
    # would promise more than 98 units can hold.
    estimated = estimate_proportions(
        respondents,
        asked,
        by=[by.id] if by else None,
        weight=WEIGHT,
        population_size=POPULATION,
        confidence=confidence,
    )
    numbers = {}
    for record in estimated.to_dict("records"):
        group = str(record[by.id]) if by else ""
        members = respondents[respondents[by.id] == group] if by else respondents
        count = float(members[record["option"]].sum())
        numbers[group, str(record["option"])] = {
            "n": int(record["n"]),
            "count": count,
            **{column: float(record[column]) for column in ("proportion", "ci_lower", "ci_upper")},
        }
    return numbers


def _indicators(respondents: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Return 0/1 columns, one an option and net, missing where the respondent did not answer.

    An option that no respondent has a value for was not offered: missing, not 0.
    """
    if item.kind == "multiple":
        chosen = respondents[item.columns].astype("Float64")
        answered = chosen.notna().any(axis=1)
        columns = {
            option.id: chosen[column].fillna(0).where(answered & bool(chosen[column].notna().any()))
            for option, column in zip(item.options, item.columns, strict=True)
        }
    else:
        answer = respondents[item.id].astype("object")
        columns = {
            reference: answer.isin(item.members(reference)).astype("Float64").where(answer.notna())
            for reference in (*(option.id for option in item.options), *item.nets)
        }
    return pd.DataFrame(columns, index=respondents.index)
