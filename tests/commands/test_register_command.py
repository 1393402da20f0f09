"""The commands of the register, as typed, on a prepared survey of simulated citizens."""

import json

import pytest
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.contact.register.store import register_path
from borgerlib.errors import DataError, DisclosureError
from borgerlib.interest import store

RUN = CliRunner()


def borger(*words):
    result = RUN.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.long
def test_from_a_prepared_survey_to_a_list_and_a_withdrawal(workspace, tmp_path):
    borger("simulate", "Ærø", "--n", 700, "--seed", 2)
    borger("prepare", "Ærø", workspace / "data" / "processed" / "SIMULEREDE_DATA" / "aeroe")
    contacts = store.load_register("Ærø")
    mail = contacts["kontakt_mail"].dropna().iloc[0]
    key = ("--key-file", tmp_path / "noegle")
    refused = RUN.invoke(app, ["register", "import", "Ærø", *map(str, key), "--new-key"])
    assert "which words they said yes to" in str(refused.exception)
    # What was refused leaves nothing that stands in the way of the next try.
    assert not (tmp_path / "noegle").exists()
    imported = ("register", "import", "Ærø", "--version", "2026-1", *key)
    told = borger(*imported, "--new-key", "--until", "2099-12-31")
    assert "people entered" in told
    again = RUN.invoke(app, list(map(str, imported)))
    assert "has been moved into the register" in str(again.exception)
    assert not (store.contact_folder("Ærø") / store.REGISTER).exists()
    export = ("register", "export", "Ærø", *key, "--purpose", "Borgermøde", "--out", tmp_path / "liste.csv")
    # What cannot be written is told before a list is logged, and shown to people as one that they were on.
    for place in ("liste.txt", "ingen/liste.csv"):
        refused = RUN.invoke(app, list(map(str, (*export[:-1], tmp_path / place))))
        assert "list" in str(refused.exception)
    listed = borger(*export)
    lines = (tmp_path / "liste.csv").read_text("utf-8-sig").splitlines()
    assert any(mail.casefold() in line for line in lines)
    assert f"{len(lines) - 1:,} people" in listed
    found = json.loads(borger("register", "show", "Ærø", mail, *key, "--to", "json"))
    assert found["mail"] == mail.casefold()
    assert [each["purpose"] for each in found["lists"]] == ["Borgermøde"]
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
    register_path("Ærø").rename(tmp_path / "gammelt.db")
    told = borger("register", "restore", "Ærø", tmp_path / "kopi.db", *key)
    assert "Its last entry is of 20" in told
    assert "enter again who has withdrawn" in told.replace("\n", " ")


def test_the_page_that_invites_says_before_a_server_starts_what_is_missing(workspace, tmp_path):
    def refused(*words):
        with pytest.raises(DataError) as caught:
            RUN.invoke(app, [*words], catch_exceptions=False)
        return f"{caught.value}"

    key = ("--key-file", str(tmp_path / "noegle"))
    # Without a register there is no key to be found: what is missing is the register.
    for words in ((), key):
        told = refused("invite", "Ærø", *words)
        assert "There is no register" in told
        assert "borger register import MUNICIPALITY --key-file ../noegle --new-key" in told
    told = refused("register", "import", "Ærø", *key)
    assert "There is no key" in told
    assert "--new-key" in told
    register_path("Ærø").parent.mkdir(parents=True)
    register_path("Ærø").touch()
    assert "needs its key" in refused("invite", "Ærø")


def test_a_table_from_elsewhere_says_what_it_took_and_what_is_wrong(workspace, tmp_path):
    lines = [f"Borger {n};borger{n}@example.dk;Ja" for n in range(11)]
    table = tmp_path / "liste.csv"
    table.write_text("\n".join(["Navn;E-mail;Samtykke", *lines, "Bo;bo@;Nej"]), encoding="utf-8")
    key = ("--key-file", tmp_path / "noegle")
    told = borger("register", "import", "Ærø", "--version", "1", "--table", table, *key, "--new-key")
    assert "mail     E-mail" in told
    assert "row 13: 'bo@' cannot be an e-mail address" in told
    assert "11 people entered" in told
    out = tmp_path / "sms.csv"
    with pytest.raises(DisclosureError, match="fewer than 10"):
        borger("register", "export", "Ærø", "--purpose", "Møde", "--out", out, "--by", "sms", *key)
    out = tmp_path / "mail.csv"
    borger("register", "export", "Ærø", "--purpose", "Møde", "--out", out, "--by", "mail", *key)
    header, first, *_ = out.read_text("utf-8-sig").splitlines()
    code = first.split(";")[header.split(";").index("Kode")]
    assert "Withdrawn" in borger("register", "withdraw", "Ærø", code, *key)
