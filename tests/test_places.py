import sys
from pathlib import Path

import pytest

from borgerlib import places
from borgerlib.errors import DataError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def no_workspace(monkeypatch):
    monkeypatch.delenv("BORGER_WORKSPACE", raising=False)


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """An installed package: what ships stands inside it."""
    package = tmp_path / "site-packages" / "borgerlib"
    (package / "_bundled" / "notebooks").mkdir(parents=True)
    (package / "_bundled" / "data" / "raw").mkdir(parents=True)
    (package / "_bundled" / "data" / "raw" / "a.csv").touch()
    monkeypatch.setattr(places, "_PACKAGE", package)
    monkeypatch.setattr(places, "_CHECKOUT", package.parent)
    return package


def test_in_a_checkout_everything_stands_at_the_top():
    assert places.in_checkout()
    assert places.notebooks() == ROOT / "notebooks"
    assert places.raw_data() == ROOT / "data" / "raw"
    assert places.raw_data("befolkning", "kommuner.csv").is_file()
    assert places.workspace() == ROOT
    assert places.processed_data("x", "y.parquet") == ROOT / "data" / "processed" / "x" / "y.parquet"
    assert places.reports("odense") == ROOT / "reports" / "odense"


def test_the_folder_where_one_stands_does_not_matter_in_a_checkout(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert places.workspace() == ROOT


def test_installed_it_carries_what_ships_and_writes_where_one_stands(installed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert not places.in_checkout()
    assert places.notebooks() == installed / "_bundled" / "notebooks"
    assert places.raw_data("a.csv") == installed / "_bundled" / "data" / "raw" / "a.csv"
    assert places.workspace() == tmp_path
    assert places.reports() == tmp_path / "reports"


@pytest.mark.parametrize("where", ["checkout", "installed"])
def test_the_workspace_can_be_named(where, request, monkeypatch, tmp_path):
    if where == "installed":
        request.getfixturevalue("installed")
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "mine"))
    assert places.workspace() == tmp_path / "mine"
    assert places.processed_data("a") == tmp_path / "mine" / "data" / "processed" / "a"
    assert places.reports("odense") == tmp_path / "mine" / "reports" / "odense"


def test_a_named_workspace_is_whole_wherever_it_is_used_from(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BORGER_WORKSPACE", "her")
    assert places.workspace() == tmp_path / "her"
    monkeypatch.setenv("BORGER_WORKSPACE", "~/borger")
    assert places.workspace() == Path.home() / "borger"


def test_an_empty_name_is_none(monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", "")
    assert places.workspace() == ROOT


def test_a_named_workspace_does_not_move_what_ships(monkeypatch, tmp_path):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    assert places.notebooks() == ROOT / "notebooks"


def test_missing_data_is_named_with_how_to_get_it_back():
    with pytest.raises(DataError) as caught:
        places.raw_data("lokaldemokrati-2021", "findes_ikke.csv")
    assert str(caught.value) == (
        "The data file data/raw/lokaldemokrati-2021/findes_ikke.csv is missing.\n"
        "It ships with borgerlib: reinstall it, or restore the file with 'git checkout data/raw'."
    )


def test_every_source_of_data_goes_through_here():
    """Nobody else may look for what ships beside their own file: it would not be found in a wheel."""
    modules = [path for path in (ROOT / "borgerlib").rglob("*.py") if path.name != "places.py"]
    assert len(modules) > 50
    here = [path.name for path in modules if "_bundled" in path.read_text(encoding="utf-8")]
    assert here == []
    assert "borgerlib.places" in sys.modules
