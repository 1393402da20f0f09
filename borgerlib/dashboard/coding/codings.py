"""Codings as files, one for each coder, so that several people can code at the same time."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError
from borgerlib.files.atomic import replacing
from borgerlib.survey.codebook.open_answers.coding_frame import CodingFrame, code_sets, coding_problems
from borgerlib.survey.codebook.open_answers.masking import mask_answers
from borgerlib.survey.readers.read import read_export

ADJUDICATOR = "afgjort"
COLUMNS = ["answer", "coder", "code", "version"]
_CODER = re.compile(r"[^\W_][\w-]{0,39}")
_CODERS_OF_DOUBLE = 2


def read_answers(answers: pd.Series | str | Path, column: str = "") -> pd.Series:
    """Return answers that are not empty, masked, by their id.

    Parameters
    ----------
    answers : Series, str or Path
        A Series with the respondents' index; or an export, whose rows are numbered from 1.
    column : str
        Heading of the question in the export.

    Raises
    ------
    DataError
        There are no answers, or an id occurs twice.
    ParameterError
        The export has no such column.
    """
    if not isinstance(answers, pd.Series):
        frame = read_export(answers).frame
        if column not in frame:
            raise ParameterError(
                f"{Path(answers).name} has no column '{column}'.",
                hint=f"Its columns: {', '.join(map(str, frame.columns))}.",
            )
        answers = frame[column].set_axis(pd.RangeIndex(1, len(frame) + 1))
    texts = answers.dropna().astype(str).str.strip()
    texts = texts[texts != ""]
    if texts.empty:
        raise DataError("There is no answer to code.", hint="Choose the column of an open question.")
    if texts.index.map(str).has_duplicates:
        raise DataError("Answers have the same id.", hint="Give each respondent an index of their own.")
    return mask_answers(texts)


def read_codings(folder: Path, frame: CodingFrame) -> pd.DataFrame:
    """Return what everybody has coded: one row per answer × coder × code; code is missing where none fits.

    Raises
    ------
    DataError
        A file holds no codings, or those of another version of the frame. All such files are listed.
    """
    found, problems = [pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})], []
    for path in sorted(folder.glob("*.csv")):
        try:
            own = pd.read_csv(path, dtype={"answer": str, "code": str, "coder": str})
        except ValueError:
            own = pd.DataFrame()
        if list(own.columns) == COLUMNS:
            problems += [f"{path.name}: {problem}" for problem in coding_problems(own, frame)]
            found.append(own)
        else:
            problems.append(f"{path.name}: is no file of codings (columns {', '.join(COLUMNS)})")
    if problems:
        raise DataError(
            f"The codings in {folder} cannot be used.",
            problems=problems,
            hint="Code anew in another folder, or use the frame that they were made with.",
        )
    return pd.concat([one for one in found if len(one)] or found, ignore_index=True)


def save_codes(folder: Path, coder: str, answer: str, codes: list[str], frame: CodingFrame) -> None:
    """Save the codes that a coder gives an answer; they replace the coder's earlier ones."""
    path = folder / f"{coder}.csv"
    own = pd.read_csv(path, dtype=str) if path.exists() else pd.DataFrame(columns=COLUMNS)
    given: list[str | None] = [*codes] or [None]
    rows = [(answer, coder, code, frame.version) for code in given]
    kept = pd.concat([own[own["answer"] != answer], pd.DataFrame(rows, columns=COLUMNS, dtype=object)])
    with replacing(path, what="The codings", error=DataError) as beside:
        kept.to_csv(beside, index=False, encoding="utf-8")


def save_example(example: Path, folder: Path, frame: CodingFrame) -> None:
    """Save the codes of the example's made-up coders (one column each), unless somebody has coded already."""
    if any(folder.glob("*.csv")):
        return
    given = pd.read_csv(example, sep=";", dtype=str).set_index("id").drop(columns="svar")
    for coder in given:
        for answer, numbers in given[coder].dropna().items():
            codes = [frame.codes[int(number) - 1].id for number in numbers.split() if number != "0"]
            save_codes(folder, str(coder), str(answer), codes, frame)


def check_answers(answers: pd.Series, codings: pd.DataFrame, folder: Path) -> None:
    """Raise `DataError` if codings belong to other answers than these."""
    other = sorted(set(codings["answer"]) - set(map(str, answers.index)))
    if other:
        raise DataError(
            f"{folder} holds codings of {len(other)} answers that are not here (first: {other[0]}).",
            hint="Choose the folder of these answers, or the file that was coded.",
        )


def check_coder(coder: str) -> None:
    """Raise `ParameterError` if a coder's name cannot be a file name, or is reserved for settled answers."""
    if not _CODER.fullmatch(coder) or coder.casefold() == ADJUDICATOR:
        raise ParameterError(
            f"coder='{coder}' is no name for a coder.",
            hint=f"Letters, digits and hyphens, 40 at most, and not '{ADJUDICATOR}' (what is settled).",
        )


def in_order(answers: pd.Series, double_share: float, seed: int) -> tuple[list[str], frozenset[str]]:
    """Return the ids in random order, the same for all coders, and the first ones, which two people code."""
    if not 0 <= double_share <= 1:
        raise ParameterError(f"double_share={double_share} is no share.", hint="Give 0 to 1: 0.2 is a fifth.")
    order = [str(at) for at in np.random.default_rng(seed).permutation(sorted(map(str, answers.index)))]
    return order, frozenset(order[: math.ceil(double_share * len(order))])


def left_to_code(codings: pd.DataFrame, coder: str, order: list[str], double: frozenset[str]) -> list[str]:
    """Return the answers that a coder still has to code: those of `double` need two coders, others one."""
    people = codings[codings["coder"] != ADJUDICATOR]
    own = set(people.loc[people["coder"] == coder, "answer"])
    others = people[people["coder"] != coder].groupby("answer")["coder"].nunique()
    return [
        at for at in order if at not in own and others.get(at, 0) < (_CODERS_OF_DOUBLE if at in double else 1)
    ]


def left_to_settle(codings: pd.DataFrame, order: list[str]) -> list[str]:
    """Return the answers on which coders disagree and which nobody has settled."""
    differ = {answer for answer, sets in people_sets(codings).items() if len(set(sets.values())) > 1}
    settled = set(codings.loc[codings["coder"] == ADJUDICATOR, "answer"])
    return [at for at in order if at in differ - settled]


def people_sets(codings: pd.DataFrame) -> dict[object, dict[str, frozenset[str]]]:
    """Return each answer's codes by coder, without the settled ones."""
    return code_sets(codings[codings["coder"] != ADJUDICATOR])
