"""A coding frame for open answers, as data, and the coders' codes as a multiple-choice item."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pandas as pd
from annotated_types import Ge, MinLen

from borgerlib import places
from borgerlib.errors import CodebookError, DataError, ParameterError, unknown_name
from borgerlib.files.toml import Text, read_toml
from borgerlib.survey.codebook.load import name_breaches
from borgerlib.survey.codebook.model import LEADERS, Item, Option

_HINT = "The frame of the report's figure 6 is an example: data/raw/lokaldemokrati-2021/kodning.toml."
_MOST_NAMED = 5


@dataclass(frozen=True)
class Code:
    """A code: what it is called, and when an answer is given it.

    Attributes
    ----------
    id : str
        Name in data.
    text : str
        As a reader sees it (Danish).
    rule : str
        When an answer is given the code, and when not (Danish).
    examples : tuple of str
        Answers, or parts of some, that are given it.

    See Also
    --------
    CodingFrame : All codes of a question.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.load_coding_frame().codes[0].text
    'Velfærdsområder (fx skole, social)'
    """

    id: str
    text: Text
    rule: Text
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodingFrame:
    """The codes of an open question; made by `load_coding_frame`.

    Attributes
    ----------
    id : str
        The item that the codes become.
    question : str
        As it was asked.
    version : int
        Grows with every change; codings of another version are refused.
    codes : tuple of Code
        In the order to be shown.

    See Also
    --------
    load_coding_frame : Reads it.
    coded_answers : Makes answers of codings.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.load_coding_frame().item.kind
    'multiple'
    """

    id: str
    question: Text
    version: Annotated[int, Ge(1)]
    codes: Annotated[tuple[Code, ...], MinLen(1)] = field(default=())

    @property
    def item(self) -> Item:
        """The question as a multiple-choice item, for a codebook."""
        options = tuple(Option(code.id, code.text) for code in self.codes)
        return Item(self.id, self.question, "multiple", options)


def load_coding_frame(path: str | Path | None = None) -> CodingFrame:
    """Read a coding frame from a TOML file and check it.

    Parameters
    ----------
    path : str or Path, optional
        The file: id, question, version, and a table ``[[codes]]`` a code. By default the frame of figure 6 of
        the report of 2021, with rules of ours.

    Returns
    -------
    CodingFrame
        The codes, in the order of the file.

    Raises
    ------
    CodebookError
        The file cannot be read, is no TOML, or breaks rules; all breaches at once.

    See Also
    --------
    coded_answers : What to do with codings.
    coding_agreement : Whether coders agree.

    Examples
    --------
    >>> import borgerlib
    >>> frame = borgerlib.load_coding_frame()
    >>> frame.version, len(frame.codes)
    (1, 8)
    """
    own = places.raw_data(LEADERS, "kodning.toml") if path is None else Path(path)
    file = read_toml(own, "coding frame", error=CodebookError, hint=_HINT)
    return file.validated(
        CodingFrame, lambda frame: name_breaches([code.id for code in frame.codes], ("codes",))
    )


def coding_problems(codings: pd.DataFrame, frame: CodingFrame) -> list[str]:
    """Return, in words, which versions and codes of the codings do not belong to the frame."""
    versions = codings["version"].convert_dtypes().astype("string").fillna("?")  # 1.0 and "1" are 1
    other = sorted(set(versions) - {str(frame.version)})
    known = [code.id for code in frame.codes]
    given = sorted(set(codings["code"].dropna().astype(str)))
    return [f"version {version}: the frame is version {frame.version}" for version in other] + [
        unknown_name("code", code, known) for code in given if code not in known
    ]


def code_sets(codings: pd.DataFrame) -> dict[object, dict[str, frozenset[str]]]:
    """Return each answer's codes by coder."""
    sets: dict[object, dict[str, frozenset[str]]] = {}
    for (answer, coder), codes in codings.groupby(["answer", "coder"], sort=False)["code"]:
        sets.setdefault(answer, {})[str(coder)] = frozenset(codes.dropna().astype(str))
    return sets


def coded_answers(codings: pd.DataFrame, frame: CodingFrame, *, adjudicator: str = "") -> pd.DataFrame:
    """Return what coders gave as the 0/1 columns of a multiple-choice item, which everything else can use.

    Parameters
    ----------
    codings : DataFrame
        One row an answer × coder × code, as for `coding_agreement`, and version (of the frame).
    frame : CodingFrame
        What was coded by.
    adjudicator : str
        The coder whose codes stand where others differ.

    Returns
    -------
    DataFrame
        One row an answer, by its id; columns ``item__code``: 1 or 0.

    Raises
    ------
    ParameterError
        A column is missing.
    DataError
        Codes that the frame does not have, codings of another version, or answers on which coders differ and
        nobody has decided; all at once.

    See Also
    --------
    coding_agreement : How far coders agree.
    estimate_proportions : Takes the columns: ``estimate_proportions(people.join(coded), frame.id)``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> given = {"answer": [1, 2, 2], "coder": "a", "code": ["klima", "klima", "alle"], "version": 1}
    >>> coded = borgerlib.coded_answers(pd.DataFrame(given), borgerlib.load_coding_frame())
    >>> coded["omraader__klima"].tolist(), coded["omraader__alle"].tolist()
    ([1, 1], [0, 1])
    """
    for name in ("answer", "coder", "code", "version"):
        if name not in codings:
            raise ParameterError(unknown_name("coding column", name, map(str, codings.columns)))
    problems = [
        f"{missing} row{'s' * (missing > 1)} without {name}"
        for name in ("answer", "coder")
        if (missing := int(codings[name].isna().sum()))
    ] + coding_problems(codings, frame)
    final: dict[object, frozenset[str]] = {}
    open_still: list[object] = []
    for answer, of_coder in code_sets(codings).items():
        if adjudicator in of_coder:
            final[answer] = of_coder[adjudicator]
        elif len(set(of_coder.values())) == 1:
            final[answer] = next(iter(of_coder.values()))
        else:
            open_still.append(answer)
    if open_still:
        named = ", ".join(map(str, open_still[:_MOST_NAMED]))
        problems.append(f"coders differ on {len(open_still)} answers (first: {named})")
    if problems:
        raise DataError(
            "The codings cannot be used.",
            problems=problems,
            hint="Code anew what an older version coded; let adjudicator= decide where coders differ.",
        )
    known = [code.id for code in frame.codes]
    columns = {f"{frame.id}__{code}": [int(code in codes) for codes in final.values()] for code in known}
    return pd.DataFrame(columns, index=pd.Index(list(final), name="answer"), dtype="int8")
