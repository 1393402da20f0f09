"""The commands of the register, as typed, on a prepared survey of simulated citizens."""

import json

import pytest
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.errors import DataError
from borgerlib.interest import store

RUN = CliRunner()


def borger(*words):
    result = RUN.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_from_a_prepared_survey_to_a_list_and_a_withdrawal(workspace, tmp_path):
    borger("simulate", "Ærø", "--n", 700, "--seed", 2)
    borger("prepare", "Ærø", workspace / "data" / "processed" / "SIMULEREDE_DATA" / "aeroe")
    contacts = store.load_register("Ærø")
    mail = contacts["kontakt_mail"].dropna().iloc[0]
    key = ("--key-file", tmp_path / "noegle")
    told = borger(
        "register", "import", "Ærø", "--version", "2026-1", *key, "--new-key", "--until", "2099-12-31"
    )
    assert "people entered" in told
    assert not (store.contact_folder("Ærø") / store.REGISTER).exists()
    export = ("register", "export", "Ærø", *key, "--purpose", "Borgermøde", "--out", tmp_path / "liste.csv")
    listed = borger(*export)
    lines = (tmp_path / "liste.csv").read_text("utf-8-sig").splitlines()
    assert any(mail.casefold() in line for line in lines)
    assert f"{len(lines) - 1:,} people" in listed
    found = json.loads(borger("register", "show", "Ærø", mail, *key, "--to", "json"))
    assert found["mail"] == mail.casefold()
    assert found["lists"][0]["purpose"] == "Borgermøde"
    assert "Du sagde ja" in borger("register", "show", "Ærø", mail, *key)
    borger("register", "correct", "Ærø", mail, *key, "--name", "Åse")
    borger("register", "withdraw", "Ærø", mail, *key)
    borger(*export)
    assert mail.casefold() not in (tmp_path / "liste.csv").read_text("utf-8-sig")
    borger("register", "backup", "Ærø", tmp_path / "kopi.db", *key)
    assert "1 people erased" in borger("register", "expire", "Ærø", *key)
    with pytest.raises(DataError, match="Nobody in the register"):
        borger("register", "erase", "Ærø", mail, *key)
    told = borger("register", "verify", "Ærø", *key)
    assert "Holds" in told
    last = told.split()[-1]
    assert "Holds" in borger("register", "verify", "Ærø", *key, "--known", last)
    with pytest.raises(DataError, match="Move it away first"):
        borger("register", "restore", "Ærø", tmp_path / "kopi.db", *key)
