"""Estimates that may be shown, and all that may be done with them after the gate.

Every method returns new estimates, made of rows that have passed the gate. None takes a number from outside
into the columns that charts, tables and exports show, so nothing that was hidden comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Never, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib.errors import DisclosureError, ParameterError, check_known
from borgerlib.statistics.disclosure.columns import KEYS, NAMES, NUMBERS, SHARES, blanked, typed, with_sizes
from borgerlib.statistics.exact.finite_population import finite_population_interval

Origin = Literal["published", "microdata", "simulated"]
Rows = Sequence[int] | Sequence[bool] | pd.Series | pd.Index | NDArray[Any]
Shown = TypeVar("Shown")

_ORIGINS: tuple[Origin, ...] = ("published", "microdata", "simulated")


class DisclosedEstimates:
    """Estimates that may be shown; made by `disclose`, `disclose_selection` or `as_published` alone.

    They cannot be changed: `frame` is a copy, and the methods return new ones. Rows are named by position,
    from 0, in the order of `frame`.

    See Also
    --------
    disclose : Makes them of microdata.
    as_published : Makes them of numbers that are public.
    bar_chart : Draws them.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> shown = borgerlib.disclose(borgerlib.estimate_proportions(people, "tid", weight="weight"))
    >>> shown
    DisclosedEstimates(7 rows, 0 suppressed, origin='simulated', base='borgere i Ærø Kommune', ...)
    >>> shown.take([0]).frame[["label", "n"]].values.tolist()
    [['Ingen tid', 830]]
    """

    __slots__ = ("_base", "_confidence", "_frame", "_min_cell", "_origin", "_source")
    _base: str
    _confidence: float
    _frame: pd.DataFrame
    _min_cell: int
    _origin: Origin
    _source: str

    def __init__(self, *_: object, **__: object) -> None:
        raise DisclosureError(
            "DisclosedEstimates is made by disclose() or as_published(), not directly.",
            hint="Call borgerlib.disclose(estimates, min_cell=…).",
        )

    def __init_subclass__(cls) -> None:
        raise DisclosureError("DisclosedEstimates has no subclasses: they could show what it hides.")

    def __setattr__(self, name: str, *_: object) -> Never:
        raise DisclosureError(
            f"'{name}' of DisclosedEstimates cannot be set: what has passed the gate stays as it is.",
            hint="Use its methods (select, take, relabel, hide …), or disclose other estimates.",
        )

    __delattr__ = __setattr__

    def __copy__(self, *_: object) -> DisclosedEstimates:
        return self

    __deepcopy__ = __copy__

    def __reduce_ex__(self, protocol: object) -> Never:
        raise DisclosureError(
            "DisclosedEstimates is not pickled: what is read back could have been altered.",
            hint="Save the respondents and disclose again, or write a workbook of the estimates.",
        )

    def __repr__(self) -> str:
        return (
            f"DisclosedEstimates({len(self._frame)} rows, {self.n_suppressed} suppressed, "
            f"origin={self._origin!r}, base={self._base!r}, confidence={self._confidence})"
        )

    def _repr_html_(self) -> str:
        # As a notebook shows it, without the question in every row and the columns that say nothing in any.
        frame = self._frame.drop(columns="item_label", errors="ignore")
        blank = [name for name in frame if frame[name].isin(["", False]).all() or frame[name].isna().all()]
        return str(frame.drop(columns=blank).to_html())

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the rows: one an item × option × group, in the order to be shown.

        Columns: item, option (ids), item_label, label (Danish), group (id, '' for all), group_label (Danish),
        domain (what divides into these groups: 'koen'; '' for all), n (respondents in the base), count
        (respondents who chose it), proportion, ci_lower, ci_upper (shares 0–1, missing where not known),
        suppressed (bool), note (Danish, why a value is missing or doubtful; '' otherwise); of
        `estimate_total` also total, total_lower, total_upper (people). What was made by hand has item_label
        and domain only where they were given.
        """
        return self._frame.copy()

    @property
    def origin(self) -> Origin:
        """Where the numbers come from: 'published', 'microdata' or 'simulated'."""
        return self._origin

    @property
    def base(self) -> str:
        """Danish: who was asked, e.g. 'kommunaldirektører'."""
        return self._base

    @property
    def source(self) -> str:
        """Danish: the source line."""
        return self._source

    @property
    def confidence(self) -> float:
        """Level of the intervals, 0–1."""
        return self._confidence

    @property
    def min_cell(self) -> int:
        """Smallest cell shown (0 for published numbers and selections from the protected copy)."""
        return self._min_cell

    @property
    def n_suppressed(self) -> int:
        """Number of rows that are suppressed."""
        return int(self._frame["suppressed"].sum())

    def pipe(self, shown: Callable[..., Shown], *args: Any, **settings: Any) -> Shown:
        """Return what a function shows of the estimates: ``estimates.pipe(borgerlib.bar_chart, title=…)``."""
        return shown(self, *args, **settings)

    def select(self, **ids: str | bool | Sequence[str]) -> DisclosedEstimates:
        """Return the rows of these ids, in the order in which they stand.

        Parameters
        ----------
        **ids
            Column → its value, or its values: ``select(item="topics", group="", net=False)``.

        Raises
        ------
        ParameterError
            There is no such column or value.
        """
        keep = np.ones(len(self._frame), dtype=bool)
        for column, wanted in ids.items():
            check_known("column", column, self._frame.columns)
            values = [wanted] if isinstance(wanted, str | bool) else list(wanted)
            legal = list(dict.fromkeys(self._frame[column]))
            for value in values:
                if not isinstance(value, bool):
                    check_known(column, value, legal)
            keep &= self._frame[column].isin(values).to_numpy()
        return self.take(keep)

    def take(self, rows: Rows) -> DisclosedEstimates:
        """Return some rows: those where a boolean is true, or those at these positions, in this order.

        Raises
        ------
        ParameterError
            There is no such row, or not one boolean for each.
        """
        return self._with(self._frame.iloc[self._positions(rows)])

    def hide(self, rows: Rows) -> DisclosedEstimates:
        """Return the estimates with more rows suppressed, their n and all further numbers too."""
        frame, hidden = self.frame, np.zeros(len(self._frame), dtype=bool)
        hidden[self._positions(rows)] = True
        return self._with(blanked(frame, hidden, hidden))

    def relabel(
        self, column: str, words: Mapping[Any, str], *, by: str | Sequence[str] | None = None
    ) -> DisclosedEstimates:
        """Return the estimates with other words, or ids, in a column that holds no numbers.

        Parameters
        ----------
        column : str
            'label', 'group', 'note' …, or a new one ('item_label').
        words : mapping
            Id → what to write. Rows whose id it does not name keep what they have ('' in a new column).
        by : str or sequence of str, optional
            The column of the ids, or several for ids that are tuples; otherwise `column` itself.

        Raises
        ------
        ParameterError
            The column holds numbers, or two rows would have the same item, option and group.
        """
        frame = self.frame
        old = frame[column] if column in frame else pd.Series("", index=frame.index, dtype="str")
        if column in NUMBERS or not pd.api.types.is_string_dtype(old.astype(object).fillna("")):
            raise ParameterError(f"'{column}' holds numbers, which are not changed after disclosure control.")
        wrong = [word for word in words.values() if not isinstance(word, str)]
        if wrong:
            raise ParameterError(f"'{column}' is written in words; {wrong[0]!r} is none.")
        by = column if by is None else by
        ids = frame[by] if isinstance(by, str) else pd.Series(zip(*(frame[b] for b in by), strict=True))
        frame[column] = [words.get(name, word) for name, word in zip(ids, old, strict=True)]
        if frame.duplicated(KEYS).sum() > self._frame.duplicated(KEYS).sum():
            raise ParameterError(f"Two rows would have the same item, option and group in '{column}'.")
        return self._with(frame)

    def as_group(self, group: str, label: str) -> DisclosedEstimates:
        """Return estimates of everybody ('') under a group's id and name, to stand beside another's."""
        return self.relabel("group", {"": group}).relabel("group_label", {"": label})

    def join(self, columns: pd.DataFrame) -> DisclosedEstimates:
        """Return the estimates with further columns, blank where a row is suppressed or not named.

        Parameters
        ----------
        columns : DataFrame
            One row an item × option × group (columns of these names); its other columns are added.

        Raises
        ------
        ParameterError
            A column is there already.
        """
        own = [name for name in columns.columns if name not in KEYS]
        there = [str(name) for name in own if name in {*self._frame.columns, *NUMBERS, *NAMES}]
        if there:
            raise ParameterError(f"The estimates have a column '{there[0]}' already: it is not replaced.")
        joined = self._frame[KEYS].merge(columns, on=KEYS, how="left", validate="one_to_one")
        whole = [name for name in own if pd.api.types.is_integer_dtype(joined[name])]
        added = joined[own].astype(dict.fromkeys(whole, "Int64")).mask(self._frame["suppressed"])
        return self._with(pd.concat([self._frame, added], axis=1))

    def with_one_base(self, sizes: Mapping[str, int]) -> DisclosedEstimates:
        """Return the estimates with one n a group, its size, and without the counts of groups."""
        return self._with(with_sizes(self._frame, sizes))

    def counted(self, rows: Rows | None = None, *, population: int | None = None) -> DisclosedEstimates:
        """Return the estimates with the plain share of what is shown, count / n, instead of the weighted one.

        Parameters
        ----------
        rows : optional
            Which rows, as in `take`; otherwise all.
        population : int, optional
            Size of the population that the respondents are a sample of: the interval is then the exact one
            (`finite_population_interval`); otherwise it is missing.
        """
        frame, positions = self.frame, range(len(self._frame)) if rows is None else self._positions(rows)
        numbers = frame[["count", "n"]].astype("float64").to_numpy()
        shares = frame[SHARES].to_numpy(copy=True)
        for row in positions:
            (count, n), ends = numbers[row], (np.nan, np.nan)
            if n > 0 and count >= 0 and population is not None:
                ends = finite_population_interval(int(count), int(n), population, self._confidence)
            shares[row] = [count / n if n > 0 else np.nan, *ends]
        frame[SHARES] = shares
        return self._with(frame)

    def groups_as_options(self) -> DisclosedEstimates:
        """Return the groups of one option as if they were options: for one bar a group.

        Raises
        ------
        ParameterError
            There are several items or options.
        """
        if len(self._frame[["item", "option"]].drop_duplicates()) > 1:
            raise ParameterError("There are several options: select one, then set its groups side by side.")
        frame = self.frame.assign(option=self._frame["group"], label=self._frame["group_label"])
        return self._with(frame.assign(group="", group_label=""))

    def together(self, *others: DisclosedEstimates, base: str = "", source: str = "") -> DisclosedEstimates:
        """Return these rows and those of others, one below the other.

        The origin is the most guarded one: 'simulated' before 'microdata' before 'published'.

        Parameters
        ----------
        *others : DisclosedEstimates
            To stand below; what is not given is read from the first.
        base, source : str
            Danish: who was asked, of all together, and the source line.

        Raises
        ------
        DisclosureError
            One of them has not passed the gate.
        ParameterError
            The same item, option and group would stand there twice: `relabel` the groups first.
        """
        parts = [self, *others]
        if any(type(part) is not DisclosedEstimates for part in parts):
            raise DisclosureError("Only DisclosedEstimates can stand beside DisclosedEstimates.")
        frame = pd.concat([part._frame for part in parts if len(part._frame)], ignore_index=True)
        if frame.duplicated(KEYS).any():
            hint = "Give the groups names of their own first: estimates.relabel('group', {…})."
            raise ParameterError("The same item, option and group would stand there twice.", hint=hint)
        origin = max((part._origin for part in parts), key=_ORIGINS.index)
        base, source = base or self._base, source or self._source
        return _admit(frame, origin, base, source, self._confidence, self._min_cell)

    def _positions(self, rows: Rows) -> NDArray[np.int64]:
        given = np.asarray(rows)
        if given.dtype == bool and len(given) != len(self._frame):
            raise ParameterError(f"{len(given)} booleans were given for {len(self._frame)} rows.")
        positions = np.flatnonzero(given) if given.dtype == bool else given.astype(np.int64)
        if len(positions) and not 0 <= positions.min() <= positions.max() < len(self._frame):
            raise ParameterError(f"Rows are named by position, from 0 to {len(self._frame) - 1}.")
        return positions

    def _with(self, frame: pd.DataFrame) -> DisclosedEstimates:
        return _admit(frame, self._origin, self._base, self._source, self._confidence, self._min_cell)


def only_disclosed(estimates: object, caller: str) -> DisclosedEstimates:
    """Return the estimates, but refuse anything that has not passed the gate (`DisclosureError`)."""
    # Not isinstance: what merely says it is one has not passed the gate.
    if type(estimates) is not DisclosedEstimates:
        raise DisclosureError(
            f"{caller} shows DisclosedEstimates only, and was given {type(estimates).__name__}.",
            hint="Call borgerlib.disclose(estimates, min_cell=…) for estimates from microdata, or "
            "borgerlib.as_published(estimates, …) for numbers that a report has published.",
        )
    return estimates


def _admit(
    frame: pd.DataFrame, origin: Origin, base: str, source: str, confidence: float, min_cell: int
) -> DisclosedEstimates:
    """Make estimates of a frame that has passed the gate: for the modules of this folder alone."""
    made = object.__new__(DisclosedEstimates)
    # A plain frame of its own: nobody keeps a hand on what is shown.
    own = typed(pd.DataFrame(frame).reset_index(drop=True))
    known = {"frame": own, "origin": origin, "base": base, "source": source}
    for name, value in {**known, "confidence": confidence, "min_cell": min_cell}.items():
        object.__setattr__(made, f"_{name}", value)
    return made
