"""The command that writes a questionnaire, as typed."""

import re

import pytest
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.errors import DataError, ParameterError

RUN = CliRunner()


def borger(*words):
    result = RUN.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_texts_are_made_once_and_what_they_lack_is_told_until_it_is_filled_in(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    asked = (
        "form",
        "--municipality",
        "Odense",
        "--to",
        "html",
        "--to",
        "limesurvey",
        "--out",
        tmp_path / "ud",
    )
    told = borger(*asked)
    texts = tmp_path / "data" / "saved" / "odense" / "spoergeskema.toml"
    assert f"Wrote {texts}" in told
    assert "the law asks for dataansvarlig, raadgiver, opbevaring, tilbagekald" in told
    assert {path.name for path in (tmp_path / "ud").iterdir()} == {
        "spoergeskema-borgerinteresse.html", "spoergeskema-borgerinteresse.txt",
    }  # fmt: skip
    texts.write_text(re.sub('"UDFYLD: .*"', '"Flakhaven 2"', texts.read_text("utf-8")), "utf-8")
    told = borger(*asked)
    assert f"Wrote {texts}" not in told
    assert "Not to be used yet" not in told
    page = (tmp_path / "ud" / "spoergeskema-borgerinteresse.html").read_text("utf-8")
    assert "Flakhaven 2" in page
    assert "UDFYLD" not in page
    # Answers may decide only where the words of the consent say so.
    texts.write_text(texts.read_text("utf-8").replace("efter_svar = false", "efter_svar = true"), "utf-8")
    assert "'samtykke' does not say yet that answers decide" in " ".join(borger(*asked).split())


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(ParameterError, match="Legal: xlsform, limesurvey, surveyjs, html, pdf, docx"):
        borger("form", "--to", "word")
    (tmp_path / "ud").write_text("")
    with pytest.raises(DataError, match="The folder ud cannot be written"):
        borger("form", "--out", tmp_path / "ud")


def test_another_form_of_the_same_name_is_kept_and_told(tmp_path):
    asked = ("form", "--to", "html", "--to", "docx", "--out", tmp_path)
    borger(*asked)
    # Made again, it is the same, though a DOCX holds when.
    assert "Another was there" not in borger(*asked)
    page = tmp_path / "spoergeskema-borgerinteresse.html"
    page.write_text("rettet i hånden", "utf-8")
    assert "Another was there; it is now" in borger(*asked)
    assert "Hvor gammel" in page.read_text("utf-8")
    kept = [path for path in tmp_path.glob("*.html") if path != page]
    assert [path.read_text("utf-8") for path in kept] == ["rettet i hånden"]
    assert len(list(tmp_path.glob("*.docx"))) == 1
