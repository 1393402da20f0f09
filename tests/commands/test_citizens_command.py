"""The commands of the citizens' survey, as typed."""

import shlex
import subprocess
import sys

import pytest
from own_exports import mixed, row, write_export
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.errors import CodebookError, DataError, ParameterError, RunError
from borgerlib.interest import store

RUN = CliRunner()


def borger(*words):
    """Run a command and return what it printed; its errors are raised."""
    result = RUN.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.long
def test_from_nothing_to_an_spss_file(workspace, tmp_path):
    told = borger("simulate", "Ærø", "--n", 700, "--seed", 2)
    assert "SIMULEREDE DATA" in told
    export = workspace / "data" / "processed" / "SIMULEREDE_DATA" / "aeroe"
    assert str(export) in told
    page = borger(*shlex.split(told.partition("Next: borger ")[2]))
    assert "SIMULEREDE DATA" in page
    assert len([line for line in page.splitlines() if line.startswith(" omraade ")]) > 2  # weighted by area
    assert "700 rows in = " in page
    assert len(store.load("aeroe")) > 600
    assert "SIMULEREDE_DATA_aeroe.sav" in borger("export", "Ærø", "--to", "sav", "--out", tmp_path)
    assert (tmp_path / "SIMULEREDE_DATA_aeroe.sav").is_file()


@pytest.mark.long
def test_the_page_adds_up(prepared_once, simulated, workspace):
    page = borger("prepare", "Ærø", simulated[1])
    prepared, _ = prepared_once
    assert f"900 rows in = {prepared.kept} kept + {prepared.rejected} rejected" in page
    for rule, count in {**prepared.reasons, **prepared.changes}.items():
        line = next(line for line in page.splitlines() if line.split()[:1] == [rule])
        assert line.split()[1] == str(count)
    assert f"Design effect {prepared.weighting.result.design_effect:.2f}" in page
    women = next(line for line in page.splitlines() if line.split()[:2] == ["koen", "kvinde"])
    n, before, population, after = women.split()[2:]
    assert (population, int(n)) == (after, int((store.load("aeroe")["koen"] == "kvinde").sum()))
    assert before != after
    assert "borger population refresh" in page
    assert "respondents have flag_speeding" in page
    assert str(store.contact_folder("Ærø") / store.REGISTER) in page


@pytest.mark.slow
def test_all_options_of_prepare(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed(90))
    districts = tmp_path / "omraader.csv"
    districts.write_text("omraade;antal\nNord;2900\nSyd;2390\n", "utf-8")
    rules = tmp_path / "rules.toml"
    rules.write_text("fewest = 10\n")
    words = ("--mapping", mapping, "--districts", districts, "--weighting", rules)
    page = borger("prepare", "Ærø", export, *words, "--date", "2025-11-30", "--min-age", 16)
    assert "Survey date 2025-11-30" in page
    assert "omraade" in page
    assert "Rejected rows, by reason" in page
    assert "SIMULEREDE" not in page


@pytest.mark.slow
def test_a_page_without_anything_rejected_says_none(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    page = borger("prepare", "Ærø", export, "--mapping", mapping)
    assert "Rejected rows, by reason: none" in page
    assert "Changed cells in kept rows, by rule: none" in page


@pytest.mark.long
def test_a_users_mistake_is_a_message_and_no_traceback(workspace, tmp_path):
    command = [
        sys.executable,
        "-m",
        "borgerlib.commands.main",
        "prepare",
        "Odense",
        str(tmp_path / "none.xlsx"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Error: There is no file or folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_map_writes_a_mapping_that_prepare_takes(workspace, tmp_path):
    export, _ = write_export(tmp_path, mixed())
    told = borger("map", export, "--out", tmp_path / "ny.toml")
    assert (tmp_path / "ny.toml").is_file()
    assert "sure" in told
    assert "--mapping" in told
    with pytest.raises(DataError, match="is there already"):
        borger("map", export, "--out", tmp_path / "ny.toml")


def test_map_names_the_file_after_the_export(workspace, tmp_path, simulated):
    export, mapping = write_export(tmp_path, [*mixed(), row(99, 40, "k")])
    mapping.unlink()
    borger("map", export)
    assert (tmp_path / "svar.mapping.toml").is_file()


def test_a_codebook_of_ones_own(workspace, tmp_path):
    own = tmp_path / "vores.toml"
    assert "borger codebook check" in borger("codebook", "new", own)
    assert "'borgerinteresse' is sound" in borger("codebook", "check", own)
    with pytest.raises(DataError, match="is there already"):
        borger("codebook", "new", own)
    with pytest.raises(DataError, match=r"end in \.toml"):
        borger("codebook", "new", tmp_path / "vores.txt")
    with pytest.raises(DataError, match="cannot be written"):
        borger("codebook", "new", tmp_path / "nowhere" / "vores.toml")
    with pytest.raises(CodebookError, match="Unknown survey 'borger'"):
        borger("codebook", "new", tmp_path / "b.toml", "--from", "borger")


def test_a_codebook_that_lacks_what_the_statistics_need(tmp_path):
    text = store.places.raw_data("borgerinteresse", "codebook.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    wrong = text.replace('role = "submitted"', 'role = "area"').replace('id = "mand"', 'id = "male"')
    own.write_text(wrong, "utf-8")
    with pytest.raises(CodebookError, match="cannot serve") as caught:
        borger("codebook", "check", own)
    assert caught.value.problems == (
        "item 'afsluttet' has the role area but the kind date; it must be text or single",
        "item 'koen' has no option 'mand', which the population is counted by",
    )


def test_a_codebook_without_some_roles_says_what_is_lost(tmp_path):
    text = store.places.raw_data("borgerinteresse", "codebook.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('role = "consent"', "").replace('role = "contact"', ""), "utf-8")
    assert "no item has the role 'consent': nobody may be contacted" in borger("codebook", "check", own)
    for role in ("sex", "age", "birth_year", "topics", "area", "area_type"):
        text = text.replace(f'role = "{role}"', "")
    own.write_text(text, "utf-8")
    told = borger("codebook", "check", own)
    assert "no item has the role 'topics': nothing is said of the topics people care about" in told
    assert "there is nothing to weight by: prepare it with --unweighted" in told


@pytest.mark.long
def test_simulated_data_are_not_laid_among_others(workspace, tmp_path):
    (tmp_path / "rigtige.csv").write_text("a;b\n")
    with pytest.raises(DataError, match="holds other files"):
        borger("simulate", "Ærø", "--n", 50, "--out", tmp_path)
    blocked = tmp_path / "rigtige.csv"
    with pytest.raises(DataError, match="cannot be written"):
        borger("simulate", "Ærø", "--n", 50, "--out", blocked)
    borger("simulate", "Ærø", "--n", 50, "--out", tmp_path / "ny")
    borger("simulate", "Ærø", "--n", 60, "--out", tmp_path / "ny")


def test_refreshing_without_a_network_says_so_and_keeps_the_old(workspace, monkeypatch):
    # Nothing listens on port 9, so the way out is shut.
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(RunError, match="could not be reached") as caught:
        borger("population", "refresh")
    assert "unchanged" in caught.value.hint
    assert not (workspace / "data" / "processed" / "befolkning").exists()


def test_refreshing_to_something_that_is_no_quarter(workspace):
    with pytest.raises(ParameterError, match="'2026Q1' is no quarter"):
        borger("population", "refresh", "--period", "2026Q1")


def test_wrong_usage_is_exit_code_2():
    assert RUN.invoke(app, ["export", "Ærø", "--to", "doc"]).exit_code == 2
    assert RUN.invoke(app, ["prepare", "Ærø"]).exit_code == 2
