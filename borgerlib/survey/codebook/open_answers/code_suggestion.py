"""Suggest codes for open answers from those that people have coded. No data leave the machine."""

from __future__ import annotations

from typing import Any

import pandas as pd

from borgerlib.errors import DataError, RunError
from borgerlib.survey.codebook.open_answers.coding_frame import CodingFrame, coding_problems

_FEWEST = 2


def suggest_codes(
    answers: pd.Series, codings: pd.DataFrame, frame: CodingFrame, *, at_least: float = 0.5
) -> pd.DataFrame:
    """Return codes that answers not yet coded resemble: for a person to agree with, never to be counted.

    Parameters
    ----------
    answers : Series of str
        All answers, by the id that `codings` names them by.
    codings : DataFrame
        One row an answer × coder × code, as for `coded_answers`. An answer counts as having a code where at
        least half of its coders gave it.
    frame : CodingFrame
        What was coded by.
    at_least : float
        Lowest score that is suggested, 0–1.

    Returns
    -------
    DataFrame
        One row an answer × code, the best first within an answer; columns answer, code, score (0–1: how
        alike; no probability, since rare codes weigh as much as common ones). Codes that fewer than two
        answers have, or fewer than two lack, are not suggested.

    Raises
    ------
    DataError
        Codings of another version, or codes that the frame does not have; all at once.
    RunError
        scikit-learn or simplemma is not installed.

    See Also
    --------
    open_coding : Shows them while coding.
    coding_agreement : How far people agree.

    Notes
    -----
    Words as lemmas (simplemma), weighted by TF–IDF, and a logistic regression for each code (scikit-learn).
    In R: ``tidymodels`` with ``textrecipes``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> answers = pd.Series(["Skolen", "En god skole", "Klimaet", "Klima og natur", "Vores skoler"])
    >>> codings = pd.DataFrame({"answer": range(4), "coder": "a", "version": 1})
    >>> codings["code"] = ["velfaerd", "velfaerd", "klima", "klima"]
    >>> found = borgerlib.suggest_codes(answers, codings, borgerlib.load_coding_frame())
    >>> found[["answer", "code"]].values.tolist()
    [[4, 'velfaerd']]
    """
    if problems := coding_problems(codings, frame):
        raise DataError(
            "No codes can be suggested from these codings.",
            problems=problems,
            hint="Code those answers anew.",
        )
    vectorizer, classifier = _tools()
    texts = answers.dropna().astype(str)
    coders = codings.groupby("answer")["coder"].nunique()
    coded, rest = texts[texts.index.isin(coders.index)], texts[~texts.index.isin(coders.index)]
    rows: list[tuple[Any, str, float]] = []
    if len(coded) and len(rest):
        try:
            known, unknown = vectorizer.fit(texts).transform(coded), vectorizer.transform(rest)
        except ValueError:  # no answer contains a word
            known, unknown = None, None
        for code in (one.id for one in frame.codes) if known is not None else ():
            given = codings[codings["code"] == code].groupby("answer")["coder"].nunique()
            has = (2 * given.reindex(coded.index, fill_value=0) >= coders.reindex(coded.index)).to_numpy()
            if min(has.sum(), (~has).sum()) < _FEWEST:
                continue
            scores = classifier.fit(known, has).predict_proba(unknown)[:, 1]
            rows += [(at, code, score) for at, score in zip(rest.index, scores, strict=True)]
    found = pd.DataFrame(rows, columns=["answer", "code", "score"])
    found = found[found["score"] >= at_least]
    return found.sort_values(["answer", "score"], ascending=[True, False], ignore_index=True)


def _tools() -> tuple[Any, Any]:
    """Return the vectorizer and the model."""
    try:
        import simplemma
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise RunError(
            "Suggestions need scikit-learn and simplemma.", hint="Run: pip install 'borgerlib[coding]'"
        ) from error

    def lemmas(text: str) -> list[str]:
        words = simplemma.text_lemmatizer(text.lower(), lang="da")
        return [word.lower() for word in words if word.isalpha()]

    vectorizer = TfidfVectorizer(analyzer=lemmas, sublinear_tf=True)
    return vectorizer, LogisticRegression(C=10, class_weight="balanced")
