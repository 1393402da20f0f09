"""Errors whose message is for the person who can fix the problem.

Every message says what is wrong, where, which values are legal and what to do next. A function that
checks data collects all its problems and raises once.
"""

from __future__ import annotations

import difflib
import os
import shlex
import subprocess
from collections.abc import Iterable, Sequence

from borgerlib.said import said


class BorgerlibError(Exception):
    """Base of every error that a user can cause and mend.

    Parameters
    ----------
    message : str
        What is wrong and where.
    problems : sequence of str, optional
        The single problems, when there are several; each becomes a line of its own.
    hint : str, optional
        What to do next; by default what the table of `said` has for the message.

    See Also
    --------
    ParameterError : What a caller gave is not legal.
    DataError : A file or frame is not what it should be.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.municipality("Odens")
    ... except borgerlib.BorgerlibError as error:
    ...     print(error.message)
    Unknown municipality 'Odens'. Did you mean 'Odense', 'Horsens', 'Nordfyns'?
    """

    def __init__(self, message: str, *, problems: Sequence[str] = (), hint: str = "") -> None:
        self.message = message
        self.problems = tuple(problems)
        self.hint = hint or getattr(message, "hint", "")
        super().__init__(message)

    def __str__(self) -> str:
        lines = [self.message, *(f"  - {problem}" for problem in self.problems)]
        if self.hint:
            lines.append(self.hint)
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        # IPython calls this hook: in a notebook a user's mistake is shown as a message, not as a traceback.
        return [f"{type(self).__name__}: {self}"]


class DataError(BorgerlibError, ValueError):
    """A data file or frame is missing, damaged or holds what it should not.

    See Also
    --------
    read_export : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.read_export("nowhere.csv")
    ... except borgerlib.DataError as error:
    ...     print(error.message)
    There is no file or folder nowhere.csv.
    """


class CodebookError(BorgerlibError):
    """A codebook contradicts itself, or names something that it does not define.

    See Also
    --------
    load_codebook : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.load_codebook("borgerinteresser")
    ... except borgerlib.CodebookError as error:
    ...     print(error.message)
    Unknown survey 'borgerinteresser'. Did you mean 'borgerinteresse'?
    """


class ParameterError(BorgerlibError, ValueError):
    """A parameter has an unknown name, a wrong type or a value that is not legal.

    See Also
    --------
    municipality : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.municipality("Odens")
    ... except borgerlib.ParameterError as error:
    ...     print(error.message)
    Unknown municipality 'Odens'. Did you mean 'Odense', 'Horsens', 'Nordfyns'?
    """


class MarginError(BorgerlibError):
    """Population margins and respondents do not fit together.

    See Also
    --------
    rake : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde", "mand"]})
    >>> try:
    ...     borgerlib.rake(people, {"koen": pd.Series({"kvinde": 10, "andet": 5})})
    ... except borgerlib.MarginError as error:
    ...     print(type(error).__name__)
    MarginError
    """


class ConvergenceError(BorgerlibError):
    """An iteration did not reach its tolerance.

    See Also
    --------
    rake : Raises it.
    regress : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> issubclass(borgerlib.ConvergenceError, borgerlib.BorgerlibError)
    True
    """


class DisclosureError(BorgerlibError):
    """Something was about to be shown that could reveal a person.

    See Also
    --------
    disclose : What passes it.
    bar_chart : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> try:
    ...     borgerlib.bar_chart(pd.DataFrame())
    ... except borgerlib.DisclosureError as error:
    ...     print(error.message)
    bar_chart shows DisclosedEstimates only, and was given DataFrame.
    """


class NotIdentifiedError(BorgerlibError):
    """The published numbers do not determine what was asked for.

    See Also
    --------
    identify : Says what can be known.
    cross_table : Raises it.

    Examples
    --------
    >>> import borgerlib
    >>> issubclass(borgerlib.NotIdentifiedError, borgerlib.BorgerlibError)
    True
    """


class RunError(BorgerlibError):
    """A notebook run could not start or did not finish.

    See Also
    --------
    BorgerlibError : What all errors are.

    Examples
    --------
    >>> import borgerlib
    >>> issubclass(borgerlib.RunError, borgerlib.BorgerlibError)
    True
    """


def nearest(name: str, legal: Iterable[str], *, count: int = 3) -> list[str]:
    """Return the legal names most like `name`, the most similar first (possibly none)."""
    by_fold = {candidate.casefold(): candidate for candidate in legal}
    found = difflib.get_close_matches(name.casefold(), list(by_fold), n=count, cutoff=0.5)
    return [by_fold[fold] for fold in found]


def unknown_name(kind: str, name: object, legal: Iterable[str]) -> str:
    """Return the sentence that refuses `name` and offers the nearest legal names.

    A short list of legal names is given in full.
    """
    name, names = str(name), list(legal)
    close = nearest(name, names)
    if close:
        return said("unknown_near", kind=kind, name=name, near=close)
    if len(names) <= 20:
        return said("unknown_legal", kind=kind, name=name, legal=", ".join(legal or "''" for legal in names))
    return said("unknown_name", kind=kind, name=name, count=len(names))


def check_known(kind: str, name: object, legal: Iterable[object]) -> None:
    """Raise `ParameterError`, which offers the nearest legal names, if a name is not legal."""
    known = list(legal)
    if name not in known:
        raise ParameterError(unknown_name(kind, name, map(str, known)))


def none_of(name: str, legal: Iterable[str]) -> str:
    """Return the sentence that refuses a name that is not legal, with the nearest legal name."""
    names = list(legal)
    near = nearest(name, names, count=1)
    return said("none_of_near" if near else "none_of", name=[name], legal=", ".join(names), near=near)


def command(*words: str) -> str:
    """Return a borgerlib command that can be run as it is, even if names contain spaces."""
    quoted = subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
    return f"borger {quoted}"


def to_prepare(municipality: str) -> str:
    """Return the hint that says how a municipality's answers are prepared, with a command that runs."""
    return (
        f"Run: {command('import', municipality)}\n"
        "It opens the page on which the export is chosen; 'borger prepare' does it without a page."
    )
