"""Coding by keyboard: blind, saved after every answer, settled, and nothing counted that nobody chose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import borgerlib
from borgerlib import places
from borgerlib.dashboard.coding.codings import ADJUDICATOR
from borgerlib.dashboard.coding.page import CodingPage

TEXTS = pd.Series(["Skolen", "Klima", "Nye skoler", "Byens boliger"], index=[11, 12, 13, 14])


def opened(folder: Path, coder: str, **options: object) -> CodingPage:
    return borgerlib.open_coding(TEXTS, folder=folder, coder=coder, **options)


def code_all(page: CodingPage, codes: dict[str, str]) -> None:
    while page.answer is not None:
        page.give(codes[page.answer])


def test_every_answer_is_on_the_disk_before_the_next(tmp_path: Path) -> None:
    page = opened(tmp_path, "anna")
    first = page.answer
    page._typed._handle_custom_msg("5 1", [])  # as typed, then Enter
    assert page.answer != first
    assert "Gemt: Velfærdsområder (fx skole, social); Klima og bæredygtighed" in page._result.value
    kept = pd.read_csv(tmp_path / "anna.csv", dtype=str)
    assert kept.to_dict("records") == [
        {"answer": first, "coder": "anna", "code": code, "version": "1"} for code in ("klima", "velfaerd")
    ]
    assert "Skolen" not in (tmp_path / "anna.csv").read_text(encoding="utf-8")
    # Opened anew it goes on where it was; back, and coded again, the old codes are gone.
    page.give("f")
    assert page.answer == first
    assert [tick.value for tick in page._ticks] == [True, *[False] * 3, True, *[False] * 4]
    page.give("0")
    again = opened(tmp_path, "anna")
    assert again.answer != first
    assert again.codings["code"].isna().tolist() == [True]


def test_by_mouse_or_space_it_is_the_same(tmp_path: Path) -> None:
    page = opened(tmp_path, "anna")
    following = page._controls.children[-1].children[0]
    first = page.answer
    following.click()
    assert "Vælg de koder, der passer, eller 0 alene" in page._result.value
    page._ticks[2].value = True
    following.click()
    assert page.codings[["answer", "code"]].values.tolist() == [[first, "alle"]]
    assert not any(tick.value for tick in page._ticks)
    page._ticks[2].value = page._ticks[-1].value = True
    following.click()
    assert len(page.codings) == 1
    page.give("9")
    assert "Der er ingen kode 9. Skriv 0–8." in page._result.value


def test_a_random_part_is_coded_twice_and_blind_and_the_rest_once(tmp_path: Path) -> None:
    codes = {"11": "1", "12": "5", "13": "1", "14": "4"}
    anna = opened(tmp_path, "anna", double_share=0.5)
    double = {at for at in codes if at in anna._double}
    assert len(double) == 2
    assert anna.answer in double
    assert "uden forslag" in anna._asked.value
    code_all(anna, codes)
    bo = opened(tmp_path, "bo", double_share=0.5)
    assert not any(tick.value for tick in bo._ticks)
    code_all(bo, codes)
    assert set(bo.codings.query("coder == 'bo'")["answer"]) == double
    # Two have coded the double part, so that a third has nothing left.
    assert opened(tmp_path, "carl", double_share=0.5).answer is None
    assert bo.agreement.loc[bo.agreement["code"] == "", ["n", "alpha"]].values.tolist() == [[2, 1.0]]


def test_what_coders_differ_on_is_settled_and_counts_once(tmp_path: Path) -> None:
    code_all(opened(tmp_path, "anna", double_share=1), {"11": "1", "12": "5", "13": "1", "14": "4"})
    bo = opened(tmp_path, "bo", double_share=1)
    code_all(bo, {"11": "1", "12": "5", "13": "1", "14": "4 1"})
    assert sorted(bo.coded.index) == [11, 12, 13]
    settled = opened(tmp_path, "chef", double_share=1, adjudicate=True)
    assert settled.answer == "14"
    assert "»Byudvikling« · »Velfærdsområder (fx skole, social); Byudvikling«" in settled._asked.value
    assert "anna" not in settled._asked.value
    settled.give("1")
    assert "Alt er afgjort" in settled._asked.value
    # The respondents' own index, so that the codes can be joined to them; velfærd: 11, 13 and, settled, 14.
    joined = TEXTS.to_frame("svar").join(settled.coded)
    assert joined["omraader__velfaerd"].tolist() == [1, 0, 1, 1]
    assert joined["omraader__byudvikling"].tolist() == [0, 0, 0, 0]
    # Agreement is that of the two, whatever was settled.
    assert settled.agreement["n"].unique().tolist() == [4]


def test_a_suggestion_is_shown_and_never_counted() -> None:
    page = borgerlib.open_coding(coder="mig", double_share=0)
    left = []
    while page.answer is not None:
        left.append((page.answer, page._asked.value, [tick.value for tick in page._ticks]))
        before = len(page.codings)
        page._controls.children[-1].children[0].click()  # 'next' without choosing: nothing is saved
        assert len(page.codings) == before
        page.give("0")
    shown = {answer: html for answer, html, _ in left}
    assert sorted(shown) == ["13", "14", "15"]
    assert not any(any(ticks) for *_, ticks in left)
    # 'Skole og sundhed' resembles 'Skolerne …', 'Skolen …' and '… skoler', which are velfærd.
    assert "kun gælder, hvis du vælger dem: 1. Velfærdsområder" in shown["14"]
    assert page.coded.loc[14].sum() == 0
    assert "[navn]" in shown["13"]
    assert "SIMULEREDE DATA" in page.children[0].value


def test_without_the_extra_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simplemma", None)
    page = opened(tmp_path, "anna", double_share=0)
    assert "pip install" in page._asked.value


@pytest.mark.long
def test_the_examples_codings_go_with_the_process(tmp_path: Path) -> None:
    code = "import borgerlib; print(borgerlib.open_coding().folder)"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).parent == tmp_path
    assert not list(tmp_path.iterdir())


def test_another_frame_or_other_answers_are_refused_in_words(tmp_path: Path) -> None:
    opened(tmp_path, "anna").give("1")
    kept = tmp_path / "anna.csv"
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text.replace(",1\n", ",2\n"), encoding="utf-8")
    (tmp_path / "noter.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(borgerlib.DataError) as error:
        opened(tmp_path, "bo")
    assert "anna.csv: version 2: the frame is version 1" in str(error.value)
    assert "noter.csv: is no file of codings" in str(error.value)
    (tmp_path / "noter.csv").unlink()
    kept.write_text(text, encoding="utf-8")
    with pytest.raises(borgerlib.DataError, match="codings of 1 answers that are not here"):
        borgerlib.open_coding(TEXTS.set_axis(list("abcd")), folder=tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coder": ADJUDICATOR}, "no name for a coder"),
        ({"coder": "../x"}, "no name for a coder"),
        ({"double_share": 1.5}, "double_share=1.5 is no share"),
        ({"answers": TEXTS}, "folder= is missing"),
    ],
)
def test_slips_are_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(borgerlib.ParameterError, match=words):
        borgerlib.open_coding(**options)


def test_an_export_is_read_and_its_empty_answers_left_out(tmp_path: Path) -> None:
    path = tmp_path / "svar.csv"
    path.write_text("Alder;Hvad mener du?\n34;Mere natur\n40;\n51;Ring 12 34 56 78\n", encoding="utf-8")
    page = borgerlib.open_coding(path, column="Hvad mener du?")
    page.give("1")
    assert (tmp_path / "svar_kodning" / "mig.csv").exists()
    page.give("1")
    assert sorted(page.coded.index) == [1, 3]
    with pytest.raises(borgerlib.ParameterError, match="has no column 'Hvad'"):
        borgerlib.open_coding(path, column="Hvad")
    empty = pd.Series([None, " "], dtype=object)
    with pytest.raises(borgerlib.DataError, match="no answer to code"):
        borgerlib.open_coding(empty, folder=tmp_path / "tom")


def test_the_notebook_calls_and_does_not_program() -> None:
    notebook = nbformat.read(places.notebooks() / "fritekst.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert "borgerlib.open_coding(" in cells[1]
    assert not [
        line for cell in cells for line in cell.splitlines() if line.startswith(("for ", "if ", "def "))
    ]
