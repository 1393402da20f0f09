"""The rooms of the house import downwards only, and importing the package is cheap."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "borgerlib"
# A module may import from its own layer and from those before it.
LAYERS = [
    {"errors", "danish", "places", "personal", "said", "page_parts"},
    {"files"},
    {"survey", "population"},
    {"statistics"},
    {"lokaldemokrati", "interest"},
    {"comparison"},
    {"view"},
    {"contact", "runs"},
    {"dashboard", "workshop"},
    {"commands"},
    {"__main__"},
]
RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}


def imported_rooms(source: str) -> set[str]:
    """Rooms of borgerlib that a module's source imports, at the top or inside a function."""
    rooms = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.ImportFrom)
            and node.level == 0
            and (node.module or "").startswith("borgerlib")
        ):
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level > 0:
            raise AssertionError("relative imports hide the layer: write them out")
        elif isinstance(node, ast.Import):
            rooms |= {a.name.split(".")[1] for a in node.names if a.name.startswith("borgerlib.")}
    return rooms


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_downwards_only(path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    upwards = {other for other in imported_rooms(path.read_text()) if RANK.get(other, -1) > RANK[room]}
    assert not upwards, f"{room} imports {upwards}, which stand above it"


def test_the_rule_would_notice_an_upward_import():
    assert imported_rooms("def f():\n    from borgerlib.view import charts\n") == {"view"}
    assert RANK["view"] > RANK["statistics"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_can_be_held_in_the_head(path):
    assert len(path.read_text().splitlines()) <= 350


def test_a_floor_holds_nine_things_at_most():
    crowded = {
        str(folder.relative_to(PACKAGE)): len(things)
        for folder in sorted(
            path for path in PACKAGE.rglob("*") if path.is_dir() and path.name != "__pycache__"
        )
        if len(
            things := [
                thing
                for thing in folder.iterdir()
                if thing.name not in ("__init__.py", "__pycache__") and not thing.name.startswith(".")
            ]
        )
        > 9
    }
    assert not crowded, crowded


def test_the_ways_that_the_architecture_shows_lead_somewhere():
    table = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    ways = re.findall(r"`((?:borgerlib|data|notebooks|tests)/[\w./-]*)`", table)
    assert len(ways) > 20
    assert [way for way in ways if not (PACKAGE.parent / way).exists()] == []


def test_the_changelog_tells_of_this_version_and_has_no_marks_of_a_merge():
    text = (PACKAGE.parent / "CHANGELOG.md").read_text("utf-8")
    (version,) = re.findall('^version = "(.+)"', (PACKAGE.parent / "pyproject.toml").read_text("utf-8"), re.M)
    assert f"\n## {version} " in text
    assert not re.search("^(<{7}|>{7})", text, re.M)


def test_importing_the_package_is_cheap():
    script = (
        "import sys, borgerlib\n"
        "names = {'pydantic', 'seaborn', 'statsmodels', 'scipy', 'matplotlib', 'papermill', 'sklearn'}\n"
        "heavy = names & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_only_public_names_are_offered():
    import borgerlib

    offered = [name for name in dir(borgerlib) if not name.startswith("__")]
    assert offered == sorted(borgerlib.__all__)
    # Counts of people that no disclosure control has seen are the library's own affair.
    assert not {"Cube", "build_cube", "FilterCube", "open_filter_cube"} & set(offered)


def test_every_public_name_is_there_and_documented():
    import borgerlib

    for name in borgerlib.__all__:
        assert getattr(borgerlib, name).__doc__, name
    assert set(borgerlib.__all__) <= set(dir(borgerlib))
    with pytest.raises(AttributeError, match="no_such_thing"):
        borgerlib.no_such_thing  # noqa: B018
