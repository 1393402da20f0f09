"""From a list to who came, and from there to how many are invited next time: by commands."""

import pytest
from registers import DAY
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.contact.register.lists.make import make_list
from borgerlib.contact.register.store import opened
from borgerlib.errors import ParameterError


def borger(*words):
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_next_round_is_planned_by_who_came_in_the_last(candidates, key_file, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with opened("Odense", key_file) as register:
        people = make_list(
            register, consent="invitation", purpose="Møde", day=DAY, among=candidates.answers.index
        )
    came = tmp_path / "tilmeldte.txt"
    came.write_text("\n".join(people["code"].iloc[::4]), "utf-8")
    told = borger("register", "attendance", "Odense", came, "--key-file", key_file)
    assert f"{len(people.iloc[::4])} came of {len(people)} on list 1 of 2026-03-02: Møde" in told
    plan = ("recruit", "plan", "--register", "Odense", "--key-file", key_file, "--size", 12, "--by", "sex")
    told = borger(*plan, "--chance", 0.9)
    # Some 6 seats of either sex, and every fourth came.
    assert "kvinde" in told.casefold()
    assert "all groups fill with a chance of 9" in told
    assert "One round does not tell how rounds differ" in told
    with pytest.raises(ParameterError, match="Legal: age, sex"):
        borger(*plan[:-1], "height")
    with pytest.raises(ParameterError, match="come from a table or from a register"):
        borger("recruit", "plan", "--size", 12)
