"""The import page by its widgets: from a file to prepared respondents, nobody writing TOML."""

from __future__ import annotations

import html
import shlex
import subprocess
import sys

import nbformat
import pytest
from survey_exports import transposed, write_csv

import borgerlib
from borgerlib import places
from borgerlib.interest import store
from borgerlib.survey.importing.question import MISSING

PEOPLE = 40
# SurveyMonkey's two heading rows; every second ticks the first topic, every fourth all three.
FIRST = ["Respondent ID", "Collector ID", "Er du?", "Hvilke emner vil du drøfte?", "", ""]
SECOND = ["", "", "Response", "Haver", "Havne", "Huse"]


def answers(at: int) -> list[str]:
    ticks = ["Haver", "", ""] if at % 2 else ["Haver", "Havne", "Huse"] if at % 4 == 0 else ["", "Havne", ""]
    return [str(1000 + at), "7", "Kvinde" if at % 2 else "Mand" if at % 10 else "Vil ikke sige det", *ticks]


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    write_csv(tmp_path / "mine svar.csv", [FIRST, SECOND, *map(answers, range(PEOPLE))])
    return borgerlib.open_importer("Odense", "mine svar.csv", folder=str(tmp_path))


def test_a_file_is_shown_as_it_was_understood(page):
    assert list(page._file.options) == ["mine svar.csv"]
    assert "Filen er læst som SurveyMonkey: 40 svar og 6 kolonner." in page._understood.value
    assert "Række 1 til 2 er taget for overskrifter." in page._understood.value
    assert [question.kind for question in page.decisions.asked] == ["text", "single", "multiple"]
    assert "<td>Hvilke emner vil du drøfte?</td><td>Flere valg</td><td>Emner</td>" in page._overview.value


@pytest.mark.long
def test_what_is_mended_is_counted_saved_and_prepared(page, tmp_path):
    page._which.value = 1
    editor = page._editor
    # Women are the 20 odd ones; of the 20 even ones 4 (0, 10, 20, 30) do not say.
    assert "<td>Vil ikke sige det</td><td>4</td>" in editor._counts.value
    refused = next(row for row in editor._options.children if row.description == "Vil ikke sige det")
    refused.value = MISSING
    assert "36 har svaret." in editor._counts.value
    assert "Vil ikke sige det" not in editor._counts.value
    editor._role.value = "sex"
    page._which.value = 2
    # Haver: 20 odd ones and the 10 divisible by 4.
    assert "<td>Haver</td><td>30</td>" in editor._counts.value
    press(page, "Gør svarene klar")
    assert "40 svar er læst: 40 bruges, 0 er kasseret." in page._result.value
    frame = store.load("Odense")
    assert int(frame["hvilke_emner_vil_du_droefte__haver"].sum()) == 30
    assert frame["er_du"].value_counts().to_dict() == {"kvinde": 20, "mand": 16}
    # The next wave runs by the command that is shown.
    shown = page._result.value.rpartition("<code>")[2].partition("</code>")[0].replace("&#x27;", "'")
    words = shlex.split(shown)
    again = subprocess.run([sys.executable, "-m", "borgerlib", *words[1:]], capture_output=True, check=False)
    assert again.returncode == 0, again.stderr


def press(page, description):
    def buttons(box):
        for child in getattr(box, "children", ()):
            yield child
            yield from buttons(child)

    next(each for each in buttons(page) if getattr(each, "description", "") == description).click()


def test_files_that_are_there_are_kept_until_somebody_says_so(page, tmp_path):
    (tmp_path / "mine svar.kodebog.toml").write_text("mine egne ord", "utf-8")
    press(page, "Gem")
    assert "mine svar.kodebog.toml« er der i forvejen. Sæt flueben ved »Erstat filer«" in page._result.value
    assert (tmp_path / "mine svar.kodebog.toml").read_text("utf-8") == "mine egne ord"
    page._replace.value = True
    press(page, "Gem")
    assert (
        "Gemt: <code>mine svar.kodebog.toml</code> og <code>mine svar.mapping.toml</code>"
        in page._result.value
    )


def test_another_kind_heading_rows_and_mistakes_are_told(page, tmp_path):
    page._which.value = 1
    page._editor._kind.value = "number"
    assert 'role="alert"' in page._editor._counts.value
    page._editor._kind.value = "single"
    assert "40 har svaret." in page._editor._counts.value
    page._editor._left_out.value = True
    assert "<td>Udeladt</td>" in page._overview.value
    page._rows.value = 1
    assert "41 svar" in page._understood.value
    page._file.value = "ingen.csv"
    page._read.click()
    assert "Der er ingen fil eller mappe, der hedder »" in page._understood.value
    assert page._after.layout.display == "none"


@pytest.mark.slow
def test_a_file_that_asks_what_the_shipped_codebook_asks_needs_no_decisions(page, tmp_path):
    assert page._shipped.layout.display == "none"
    people = {
        "Køn": [*["Mand", "Kvinde"] * 20, *["Vil ikke svare"] * 4],
        "Alder": [str(20 + at) for at in range(44)],
        "Hvilke emner vil du gerne være med til at drøfte eller påvirke i din kommune?": [
            "Klima og miljø; Trafik, veje og cykelstier"
        ]
        * 44,
    }
    page.choose(write_csv(tmp_path / "kendt.csv", transposed(people)))
    assert page._shipped.layout.display is None
    press(page, "Gør svarene klar med den kodebog")
    shown = page._at_once.value
    assert "44 svar er læst: 44 bruges, 0 er kasseret." in shown
    assert shlex.split(html.unescape(shown.rpartition("<code>")[2].partition("</code>")[0])) == [
        *("borger", "prepare", "Odense", str(tmp_path / "kendt.csv"))
    ]
    assert not (tmp_path / "kendt.kodebog.toml").exists()
    # What everybody who tries meets is told in Danish.
    told = [line for line in shown.split("<li") if 'lang="en"' in line]
    assert not told, told
    assert "»aldersgruppe«: " in shown
    assert "Filen har ingen tidspunkter" in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "»svar.xls« er en gammel .xls-fil."),
        (b"<html><table><tr><td>Alder</td></tr></table></html>", "»svar.xls« er en webside"),
        (b"Nr;Alder;By\n1;40;A\n2;50\n", "»svar.xls« har rækker med et andet antal felter"),
        (b'Nr;Alder\n1;"40" x\n', "»svar.xls« har et anførselstegn et forkert sted"),
        (b"CPR;Alder\n010170-1234;40\n020271-1235;41\n", "har CPR-numre og er ikke læst"),
        (b"", "»svar.xls« er tom."),
        (b"Alder;Emner\n", "»svar.xls« har overskrifter, men ingen svar."),
        (b"Alder\n30\n", "»svar.xls« har kun én kolonne."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_danish(page, tmp_path, content, said):
    (tmp_path / "svar.xls").write_bytes(content)
    page.choose("svar.xls")
    assert said in page._understood.value
    assert 'lang="en"' not in page._understood.value


def test_what_is_doubted_and_noted_of_a_file_is_told_in_danish(page, tmp_path):
    orders = ["Haver;Havne;Huse", "Huse;Haver;Havne", "Havne;Huse;Haver", "Huse;Havne;Haver"]
    people = {
        "Køn": ["Mand", "Kvinde"] * 20,
        "Afsluttet": ["03/04/2025 10:00", "05/06/2025 11:00"] * 20,
        "Hvad er vigtigst?": orders * 10,
        "Hvor tit?": ["1", "2", "3", "2"] * 10,
        "Kender du det?": [""] * 40,
    }
    page.choose(write_csv(tmp_path / "x.csv", transposed(people)))
    doubts = [doubt.danish for question in page.decisions.asked for doubt in question.doubts]
    # Ranked, of no known use, few small numbers, nobody answered.
    assert len(doubts) == 4, doubts
    for at, question in enumerate(page.decisions.asked):
        page._which.value = at
        assert all(html.escape(doubt.danish) in page._editor._head.value for doubt in question.doubts)
    page._unweighted.value = True
    press(page, "Gør svarene klar")
    assert "alle datoer kan læses med dagen eller måneden først" in page._result.value
    assert 'lang="en"' not in page._result.value


def test_contact_details_are_not_in_the_page(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    people = {
        "Nr.": [str(at) for at in range(12)],
        "E-mail": [f"p{at}@eksempel.dk" for at in range(12)],
        "Ord": [f"ring til p{at}@eksempel.dk" for at in range(12)],
        "Sport": ["Bold", "Løb"] * 6,
    }
    path = write_csv(tmp_path / "x.csv", transposed(people))
    page = borgerlib.open_importer("Odense", str(path))
    assert "(vises ikke)" in page._understood.value
    shown = "".join(str(widget.get_state()) for widget in [page._understood, page._overview, page._which])
    for at in range(len(page.decisions.asked)):
        page._which.value = at
        shown += str([child.get_state() for child in (page._editor._head, page._editor._counts)])
    assert "@eksempel.dk" not in shown


def test_the_notebook_calls_the_library_and_no_more():
    cells = [
        cell
        for cell in nbformat.read(places.notebooks() / "indlaes.ipynb", 4).cells
        if cell.cell_type == "code"
    ]
    assert [cell.source for cell in cells[1:]] == [
        "import borgerlib\n\nimporter = borgerlib.open_importer(municipality, file, folder=folder)\nimporter"
    ]
    assert not any(cell.outputs for cell in cells)
