"""The commands of a citizens' lottery, as typed."""

import pandas as pd
import pytest
from pools import made_up_pool
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.errors import DataError, ParameterError

RUN = CliRunner()


def borger(*words):
    result = RUN.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    people, quotas = made_up_pool(60, 8, [2, 3], seed=3, skew=0.3)
    people.index = pd.Index([f"B{number:03d}" for number in range(60)], name="id")
    people.to_csv("folk.csv")
    quotas.to_csv("kvoter.csv", index=False)
    return tmp_path


def test_from_quotas_to_a_verified_draw_and_its_replacement(files):
    assert "Some panel keeps all 5 quotas" in borger(
        "draw", "plan", "folk.csv", "--size", 8, "--quotas", "kvoter.csv", "--dry-run"
    )
    assert not (files / "lodtraekning").exists()
    told = borger("draw", "plan", "folk.csv", "--size", 8, "--quotas", "kvoter.csv", "--seed", 4)
    assert "Times the mean" in told
    assert "1,000 panels listed" in told
    fingerprint = told.partition("Fingerprint: ")[2][:64]
    drawn = borger("draw", "result", "lodtraekning", "--number", 417)
    assert "Panel 417 is drawn" in drawn
    assert "Drawn: panel 417." in borger("draw", "verify", "lodtraekning", "--fingerprint", fingerprint[:16])
    who = pd.read_csv("lodtraekning-fortrolig/koder.csv").set_index("kode")["id"]
    seats = [who[line] for line in drawn.splitlines() if line in who.index]
    assert len(seats) == 8
    (files / "bliver.txt").write_text("\n".join(seats[:-2]))
    again = borger(
        "draw",
        "plan",
        "folk.csv",
        "--size",
        8,
        "--quotas",
        "kvoter.csv",
        "--seated",
        "bliver.txt",
        "--dry-run",
    )
    assert "54 people, 2 seats" in again


def test_quotas_that_cannot_be_kept_are_told_before_anything_is_written(files):
    (files / "kvoter.csv").write_text("feature,value,min,max\nf0,0,0,2\nf0,1,0,3\n")
    with pytest.raises(DataError, match="The maxima of f0 sum to 5: the panel is 8"):
        borger("draw", "plan", "folk.csv", "--size", 8, "--quotas", "kvoter.csv")
    assert not (files / "lodtraekning").exists()
    assert not (files / "lodtraekning-fortrolig").exists()


def test_a_draw_needs_quotas(files):
    with pytest.raises(ParameterError, match="Quotas are given by --quotas"):
        borger("draw", "plan", "folk.csv", "--size", 8)


@pytest.mark.parametrize(
    "command",
    [
        ["draw", "plan", "folk.csv", "--quotas", "kvoter.csv"],
        ["recruit", "plan", "runder.csv", "--quotas", "kvoter.csv"],
    ],
)
def test_a_panel_without_seats_is_refused_in_our_words(files, command):
    (files / "runder.csv").write_text("f0;inviteret;tilmeldt\n0;100;5\n1;100;9\n")
    with pytest.raises(ParameterError, match="size = 0: a panel has one seat or more"):
        borger(*command, "--size", 0)
    with pytest.raises(ParameterError, match="panels = 0: a list holds one panel or more"):
        borger(*["draw", "plan", "folk.csv", "--quotas", "kvoter.csv", "--size", 8, "--panels", 0])
