"""Coding frames: read, refused, and made into an item."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import borgerlib

FRAME = borgerlib.load_coding_frame()


def codings(*rows: tuple[int, str, str | None], version: int = 1) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["answer", "coder", "code"]).assign(version=version)


def test_the_frame_of_figure_6_has_the_codes_of_the_codebook() -> None:
    item = borgerlib.load_codebook("lokaldemokrati-2021").item(FRAME.id)
    assert FRAME.question == item.text
    assert [(one.id, one.text) for one in FRAME.item.options] == [(one.id, one.text) for one in item.options]
    assert all(len(code.rule) > 20 for code in FRAME.codes)


def test_codes_become_an_item_that_can_be_estimated() -> None:
    # Three answers: klima; klima and alle; none.
    given = codings((1, "a", "klima"), (1, "b", "klima"), (2, "a", "klima"), (2, "a", "alle"), (3, "a", None))
    coded = borgerlib.coded_answers(given, FRAME)
    assert list(coded.columns) == FRAME.item.columns
    assert coded.sum().to_dict() | {"omraader__klima": 2, "omraader__alle": 1} == coded.sum().to_dict()
    shares = borgerlib.estimate_proportions(coded, FRAME.id).set_index("option")
    assert shares.loc["klima", "proportion"] == pytest.approx(2 / 3)
    assert shares.loc["klima", "n"] == 3


def test_where_coders_differ_somebody_decides() -> None:
    given = codings((1, "a", "klima"), (1, "b", "alle"), (2, "a", "alle"))
    with pytest.raises(borgerlib.DataError, match=r"coders differ on 1 answers \(first: 1\)"):
        borgerlib.coded_answers(given, FRAME)
    decided = pd.concat([given, codings((1, "chef", "alle"))])
    coded = borgerlib.coded_answers(decided, FRAME, adjudicator="chef")
    assert coded["omraader__alle"].tolist() == [1, 1]
    assert coded["omraader__klima"].tolist() == [0, 0]


def test_codings_of_another_version_or_code_are_refused_together() -> None:
    with pytest.raises(borgerlib.DataError) as error:
        borgerlib.coded_answers(codings((1, "a", "klimaa"), version=2), FRAME)
    assert "version 2: the frame is version 1" in str(error.value)
    assert "'klimaa'. Did you mean 'klima'" in str(error.value)
    with pytest.raises(borgerlib.ParameterError, match="coding column 'version'"):
        borgerlib.coded_answers(codings((1, "a", "klima")).drop(columns="version"), FRAME)


def test_a_frame_that_breaks_rules_is_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "k.toml"
    path.write_text(
        'id = "x"\nquestion = "Hvad?"\nversion = 0\n[[codes]]\nid = "A b"\ntext = "A"\nrule = "Når"\n'
        '[[codes]]\nid = "c"\ntext = "C"\n',
        encoding="utf-8",
    )
    with pytest.raises(borgerlib.CodebookError) as error:
        borgerlib.load_coding_frame(path)
    for part in ("version", "'A b' is no name", "rule"):
        assert part in str(error.value)


def test_a_version_may_be_text_and_a_coding_tells_answer_and_coder() -> None:
    given = codings((1, "a", "klima"), (2, "a", "alle"))
    for version in ("1", 1.0):
        assert borgerlib.coded_answers(given.assign(version=version), FRAME)["omraader__klima"].tolist() == [
            1,
            0,
        ]
    with pytest.raises(borgerlib.DataError, match=r"1 row without answer\n.*1 row without coder"):
        borgerlib.coded_answers(given.assign(answer=[None, 2], coder=["a", None]), FRAME)
