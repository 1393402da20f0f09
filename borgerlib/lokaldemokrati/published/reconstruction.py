"""Respondents consistent with everything that the report of 2021 has published.

They are synthetic, not recovered: many other sets of 79 respondents give the same published numbers. Use them
for code that needs one row a person. A relation between two questions is drawn at random unless the report
shows it, so use `borgerlib.cross_table` for relations; it refuses those that are not known.

Published facts are kept: the counts of every option (`identify`), figure 3's joint table, the bases of the
questions put to some only, and drop-out in one direction, from the 79 who began to the 69 who completed.
The rest is drawn at random: which option within a net ('enig' or 'meget enig') if only the net is known. An
option of a multiple-choice question whose count cannot be read is missing for everyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing
from borgerlib.lokaldemokrati.published.counts import DIVIDED, divided_table
from borgerlib.lokaldemokrati.published.identification import identify
from borgerlib.lokaldemokrati.published.numbers import is_open, load_published
from borgerlib.statistics.levels import Mask
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook, Item


def reconstruct_respondents(*, seed: int = 2021) -> pd.DataFrame:
    """Make respondents that give every published number back.

    Parameters
    ----------
    seed : int
        Of the random choices among what is not published.

    Returns
    -------
    DataFrame
        One row a respondent (79): the columns of the codebook's items (single: Categorical of option ids,
        ordered if the item is; multiple: 0/1 as Int8 in item__option), and completed (bool). Missing means
        not answered: dropped out before, not asked, or, for a whole column of a multiple item, not published.

    See Also
    --------
    load_respondents : The same, by the name of what is wanted.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.reconstruct_respondents().shape[0]
    79
    """
    codebook = load_codebook(LEADERS)
    people = int(codebook.meta["respondents"])
    state = _State(codebook, np.random.default_rng(seed), np.ones(people, dtype=bool))
    published = load_published()
    for item in codebook:
        _answer(state, item, published[published["item"] == item.id])
    _stay(state, int(codebook.meta["completed"]), state.present)
    return pd.DataFrame(state.answers).assign(completed=state.present)


@dataclass
class _State:
    """Respondents under construction: who has not dropped out yet, and their answers so far."""

    codebook: Codebook
    random: np.random.Generator
    present: Mask
    answers: dict[str, pd.Series] = field(default_factory=dict)


def _answer(state: _State, item: Item, published: pd.DataFrame) -> None:
    found = identify(item.id)
    asked = state.present & _base(state, item)
    if item.kind == "multiple":
        # Open questions may be skipped without dropping out.
        there = (_pick if is_open(item, published) else _stay)(state, found.n, asked)
        for option in item.options:
            column = f"{item.id}__{option.id}"
            state.answers[column] = _choose(state, there, found.counts.get(option.id))
    elif item.id == DIVIDED[1]:
        there = _answer_by_table(state, item)
    else:
        there = _stay(state, found.n, asked)
        lost = set(published.loc[published["certainty"].isin(["unreadable", "bounded"]), "option"])
        state.answers[item.id] = _share_out(state, item, there, _completed(state, item, found.n, lost))


def _base(state: _State, item: Item) -> Mask:
    if not item.base:
        return np.ones_like(state.present)
    base_item, _, option = item.base.partition(".")
    if state.codebook.item(base_item).kind == "multiple":
        chosen = state.answers[f"{base_item}__{option}"].eq(1)
    else:
        chosen = state.answers[base_item].eq(option)
    return chosen.fillna(False).to_numpy(dtype=bool)


def _pick(state: _State, n: int, among: Mask) -> Mask:
    picked = np.zeros_like(among)
    picked[state.random.choice(np.flatnonzero(among), size=n, replace=False)] = True
    return picked


def _stay(state: _State, n: int, asked: Mask) -> Mask:
    """Let all but n of those asked drop out for good; return the n who stay."""
    staying = _pick(state, n, asked)
    state.present = state.present & (staying | ~asked)
    return staying


def _choose(state: _State, answering: Mask, count: int | None) -> pd.Series:
    values = pd.array([pd.NA] * len(answering), dtype="Int8")
    if count is not None:
        values[answering] = _pick(state, count, answering)[answering].astype("int8")
    return pd.Series(values)


def _share_out(state: _State, item: Item, there: Mask, counts: Mapping[str, int]) -> pd.Series:
    values = np.full(len(there), None, dtype=object)
    values[there] = state.random.permutation(np.repeat(list(counts), list(counts.values())))
    return _categorical(item, values)


def _answer_by_table(state: _State, by: Item) -> Mask:
    """Answer a question so that it divides an earlier one as the report shows; the surplus drops out."""
    table = _divided()
    values = np.full(len(state.present), None, dtype=object)
    there = np.zeros_like(state.present)
    for option in table.columns:
        chose = state.present & state.answers[DIVIDED[0]].eq(option).to_numpy(dtype=bool)
        staying = _pick(state, int(table[option].sum()), chose)
        values[staying] = state.random.permutation(np.repeat(table.index.to_numpy(object), table[option]))
        there |= staying
    state.present = state.present & there
    state.answers[by.id] = _categorical(by, values)
    return there


def _divided() -> pd.DataFrame:
    table = divided_table(*DIVIDED)
    assert table is not None
    return table


def _categorical(item: Item, values: npt.NDArray[np.object_]) -> pd.Series:
    ids = [option.id for option in item.options]
    return pd.Series(pd.Categorical(values, categories=ids, ordered=item.ordered))


def _completed(state: _State, item: Item, n: int, lost: set[str]) -> dict[str, int]:
    """Return a count for every option, drawing at random what the published counts leave open."""
    options = [option.id for option in item.options]
    known = identify(item.id).counts
    counts = {option: known.get(option, 0) for option in options}
    if item.id == DIVIDED[0]:
        counts |= {str(option): int(total) for option, total in _divided().sum().items()}
    open_options = [option for option in options if option not in known]
    for net, total in known.items():
        if net not in options:
            members = list(item.members(net))
            _spread(state, counts, members, total, together=set(members) <= lost)
            open_options = [option for option in open_options if option not in members]
    if open_options:
        rest = n - sum(counts[option] for option in options if option not in open_options)
        _spread(state, counts, open_options, rest, together=False)
    return counts


def _spread(state: _State, counts: dict[str, int], options: list[str], total: int, *, together: bool) -> None:
    """Raise the options' counts to a total; `together` if the report shows that one option has them all."""
    missing = total - sum(counts[option] for option in options)
    drawn = state.random.choice(options, size=1 if together else missing)
    for option in np.repeat(drawn, missing) if together else drawn:
        counts[str(option)] += 1


def write_respondents(path: Path | None = None, *, seed: int = 2021) -> Path:
    """Write the reconstructed respondents, beside first and then renamed, so that no half file is left.

    Parameters
    ----------
    path : Path, optional
        By default ``data/processed/lokaldemokrati-2021/respondents.parquet`` of the workspace.
    seed : int
        As `reconstruct_respondents`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        The folder cannot be written to.

    See Also
    --------
    load_respondents : Gives them without a file.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> borgerlib.write_respondents(Path("direktoerer.parquet")).name
    'direktoerer.parquet'
    """
    import pyarrow
    import pyarrow.parquet

    target = path or places.processed_data(LEADERS, "respondents.parquet")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        table = pyarrow.Table.from_pandas(reconstruct_respondents(seed=seed))
        said = {"reconstructed": "true", "seed": str(seed), **(table.schema.metadata or {})}
        with replacing(target) as beside:
            pyarrow.parquet.write_table(table.replace_schema_metadata(said), beside)
    except OSError as error:
        raise DataError(
            f"The respondents cannot be written to {target}: {error.strerror}.",
            hint="Name another folder in the environment variable BORGER_WORKSPACE.",
        ) from error
    return target


def load_respondents(*, seed: int = 2021) -> pd.DataFrame:
    """Return the reconstructed respondents of the leaders' survey of 2021, beside `load` of the citizens'.

    Parameters
    ----------
    seed : int
        As `reconstruct_respondents`.

    Returns
    -------
    DataFrame
        As `reconstruct_respondents`.

    See Also
    --------
    load : The citizens' answers.
    reconstruct_respondents : Makes them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.load_respondents().shape[0]
    79
    """
    return reconstruct_respondents(seed=seed)
