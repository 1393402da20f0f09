"""Suggested codes: from lemmas, of what is not coded, and refused for another frame."""

from __future__ import annotations

import pandas as pd
import pytest

import borgerlib

FRAME = borgerlib.load_coding_frame()
ANSWERS = pd.Series(
    [
        "Skolen",
        "En skole",
        "Klimaet",
        "Et bedre klima",
        "Bedre skoler",
        "Hav og strand",
        None,
        "klima, skoler",
    ]
)


def codings(*rows: tuple[int, str, str | None], version: int = 1) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["answer", "coder", "code"]).assign(version=version)


CODED = codings((0, "a", "velfaerd"), (1, "a", "velfaerd"), (2, "a", "klima"), (3, "a", "klima"))


def test_other_forms_of_a_word_suggest_its_code() -> None:
    found = borgerlib.suggest_codes(ANSWERS, CODED, FRAME)
    # 'skoler' is no word of the coded answers: only its lemma is.
    assert found.loc[found["answer"] == 4, "code"].tolist()[:1] == ["velfaerd"]
    assert set(found["answer"]) <= {4, 5, 7}
    assert found["score"].between(0.5, 1).all()
    everything = borgerlib.suggest_codes(ANSWERS, CODED, FRAME, at_least=0)
    assert sorted(set(everything["answer"])) == [4, 5, 7]
    assert set(everything["code"]) == {"velfaerd", "klima"}


def test_an_answer_has_a_code_where_half_of_its_coders_gave_it() -> None:
    # One of three gave answer 0 and 1 'alle': nobody's majority, so that 'alle' is never suggested.
    more = [(at, coder, code) for at in (0, 1) for coder, code in (("b", "velfaerd"), ("c", "alle"))]
    found = borgerlib.suggest_codes(ANSWERS, pd.concat([CODED, codings(*more)]), FRAME, at_least=0)
    assert set(found["code"]) == {"velfaerd", "klima"}


@pytest.mark.parametrize(
    ("answers", "given"),
    [
        (ANSWERS, CODED.iloc[:0]),
        (ANSWERS.iloc[:4], CODED),
        (pd.Series(["1", "2", "3", "4", "5"]), CODED),
        (ANSWERS, codings((0, "a", "velfaerd"), (1, "a", None))),
    ],
    ids=["nothing coded", "everything coded", "not one word", "too few with a code"],
)
def test_where_there_is_nothing_to_go_by_nothing_is_suggested(
    answers: pd.Series, given: pd.DataFrame
) -> None:
    assert borgerlib.suggest_codes(answers, given, FRAME).empty


def test_another_version_is_refused() -> None:
    with pytest.raises(borgerlib.DataError, match="version 2: the frame is version 1"):
        borgerlib.suggest_codes(ANSWERS, codings((0, "a", "klima"), version=2), FRAME)
