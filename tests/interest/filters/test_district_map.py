"""Areas on a map of squares: as the municipality has put them down, or a sentence that says why not."""

import pytest

from borgerlib.interest.filters.choices import Level, saved_folder
from borgerlib.interest.filters.district_map import FILE, squares

AREAS = [Level("nord", "Nordbyen"), Level("syd", "Sydbyen")]


@pytest.fixture
def written(monkeypatch, tmp_path):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))

    def write(text, areas=AREAS):
        path = saved_folder("Odense") / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return squares("Odense", areas)

    return write


def test_there_is_no_map_without_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    assert squares("Odense", AREAS) == ({}, "")


def test_areas_are_known_by_name_or_id_whatever_the_capitals(written):
    found, wrong = written("omraade;raekke;kolonne\nnordbyen;1;2\nsyd;2;2\nHavet;9;9\n")
    assert found == {"nord": (1, 2), "syd": (2, 2)}
    assert wrong == ""
    found, _ = written(
        "omraade;raekke;kolonne\n5.000;1;2\nØst  byen;2;2\n", [Level("5000", "5000"), Level("o", "Øst byen")]
    )
    assert found == {"5000": (1, 2), "o": (2, 2)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "omraade;raekke;kolonne\nNordbyen;1;2\nSydbyen;1;2\n",
            "»Sydbyen« mangler en plads, som ingen andre har",
        ),
        ("omraade;raekke;kolonne\nNordbyen;1;0\n", "»Nordbyen« og »Sydbyen« mangler en plads"),
        ("omraade;raekke;kolonne\nNordbyen;1;to\nSydbyen;1;31\n", "»Nordbyen« og »Sydbyen« mangler en plads"),
        (
            "omraade;raekke;kolonne\nNordbyen;1;2\nSydbyen;2;2\nnord;3;3\n",
            "»Nordbyen« står der mere end én gang",
        ),
        ("omraade;raekke\nNordbyen;1\n", "skal have kolonnerne »omraade«, »raekke« og »kolonne«"),
        ("omraade;raekke;kolonne\nNordbyen;1;2;3\n", "lige så mange felter som den første"),
        ("", "skal have kolonnerne"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(written, text, told):
    found, wrong = written(text)
    assert found == {}
    assert told in wrong
