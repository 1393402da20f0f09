"""Krippendorff's alpha: his published example, by hand, and where it fails for some."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.models.agreement import coding_agreement

# Three coders of fifteen units, * is no value; nominal alpha 0.691358.
PUBLISHED = (
    "*    *    *    *    *    3    4    1    2    1    1    3    3    *    3",
    "1    *    2    1    3    3    4    3    *    *    *    *    *    *    *",
    "*    *    2    1    3    4    4    *    2    1    1    3    3    *    4",
)


def long(*coders: str) -> pd.DataFrame:
    rows = [
        (answer, coder, code)
        for coder, line in enumerate(coders)
        for answer, code in enumerate(line.split())
        if code != "*"
    ]
    return pd.DataFrame(rows, columns=["answer", "coder", "code"]).replace({"code": {"-": None}})


def test_the_published_example() -> None:
    found = coding_agreement(long(*PUBLISHED)).iloc[0]
    assert found["alpha"] == pytest.approx(0.691358, abs=1e-6)
    # Two units have no value and one has a single one.
    assert found["n"] == 12
    assert found["ci_lower"] < found["alpha"] < found["ci_upper"]
    assert found["reliable"] == "no"


def test_two_coders_by_hand() -> None:
    # a a, b b, a b: one of three answers differs. Differing pairs: 2; by chance 2 · 3 · 3 / 5 = 3.6.
    found = coding_agreement(long("a b a", "a b b")).set_index("code")
    assert found.loc["", "alpha"] == pytest.approx(1 - 2 / 3.6)
    # With two codes that exclude each other each is the other's mirror.
    assert found.loc["a", "alpha"] == pytest.approx(found.loc["b", "alpha"])


def test_no_code_is_a_value_and_sets_are_compared_whole() -> None:
    found = coding_agreement(long("a - a", "a - a")).set_index("code")
    assert found["alpha"].tolist() == [1, 1]
    both = pd.DataFrame(
        {"answer": [1, 1, 1, 2, 2], "coder": [1, 1, 2, 1, 2], "code": ["a", "b", "a", "c", "c"]}
    )
    found = coding_agreement(both).set_index("code")
    # The first answer was given {a, b} and {a}: not the same, though they agree on a.
    assert found.loc["", "alpha"] < 1
    assert found.loc["a", "alpha"] == 1


def test_a_coding_that_fails_for_one_group_is_said() -> None:
    rng = np.random.default_rng(1)
    first = rng.choice(["natur", "skole"], size=200)
    second = np.where(np.arange(200) < 100, first, rng.choice(["natur", "skole"], size=200))
    frame = long(" ".join(first), " ".join(second))
    frame["alder"] = np.where(frame["answer"] < 100, "voksne", "unge")
    found = coding_agreement(frame, by="alder").set_index(["alder", "code"])
    assert found.loc[("voksne", ""), "reliable"] == "yes"
    assert found.loc[("unge", ""), "reliable"] == "no"
    assert found.loc[("unge", ""), "ci_upper"] < found.loc[("voksne", ""), "ci_lower"]
    assert found.index[0] == ("", "")


def test_what_everybody_says_of_everything_tells_nothing() -> None:
    found = coding_agreement(long("a a", "a a"))
    assert found["alpha"].isna().all()
    assert set(found["reliable"]) == {""}


def test_what_cannot_be_told() -> None:
    with pytest.raises(DataError, match="No answer was coded by two people"):
        coding_agreement(long("a b"))
    with pytest.raises(ParameterError, match="coding column 'code'"):
        coding_agreement(long("a b").drop(columns="code"))
    with pytest.raises(DataError, match="lie in two groups of 'alder': 0"):
        coding_agreement(long("a", "a").assign(alder=["unge", "voksne"]), by="alder")
    with pytest.raises(ParameterError, match="what is coded"):
        coding_agreement(long("a", "a"), by="coder")


@pytest.mark.parametrize("codes", [[1, 1, 2, 2, 1, 2], [1.0, 1.0, 2.0, 2.0, 1.0, 2.0], list("112212")])
def test_codes_may_be_numbers(codes: list[object]) -> None:
    codings = pd.DataFrame({"answer": [1, 1, 2, 2, 3, 3], "coder": list("ababab"), "code": codes})
    found = coding_agreement(codings)
    # By hand as above: 1 - 2 / 3.6.
    assert found["code"].tolist() == ["", "1", "2"]
    assert found["alpha"].tolist() == pytest.approx([4 / 9] * 3)


@pytest.mark.parametrize("name", ["answer", "coder"])
def test_a_coding_without_answer_or_coder_is_refused(name: str) -> None:
    codings = pd.DataFrame(
        {"answer": [1, 1, 2, 2], "coder": list("abab"), "code": list("xxyy")}, dtype=object
    )
    codings.loc[3, name] = None
    with pytest.raises(DataError, match=rf"'{name}' of the codings is missing in rows 3\.[\s\S]*by whom"):
        coding_agreement(codings)
