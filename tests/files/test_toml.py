from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, MinLen

from borgerlib.errors import CodebookError, DataError
from borgerlib.files.toml import read_toml

TEXT = """\
title = "Måling"

[[panel]]
id = "unge"
colour = "roed"
sizes = [
  3,
  4,
]
choices = [
  { id = "a", text = "A" },
  { id = "b" },
]

[[panel]]
id = "aeldre"
colour = "blue"
sizes = []

[panel.words]
"hver dag" = 7
"""


@dataclass(frozen=True)
class Choice:
    id: str
    text: str = ""


@dataclass(frozen=True)
class Panel:
    id: str
    colour: Literal["red", "blue"]
    sizes: Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1)]
    choices: tuple[Choice, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    title: str
    panel: tuple[Panel, ...]


def written(folder, text):
    path = folder / "panel.toml"
    path.write_text(text, encoding="utf-8")
    return path


SOUND = TEXT.replace("roed", "red").replace("sizes = []", "sizes = [1]").replace("= 7", '= "dagligt"')


def test_a_file_becomes_a_dataclass_of_tuples(tmp_path):
    file = read_toml(written(tmp_path, SOUND), "panels").validated(File)
    unge, aeldre = file.panel
    assert unge == Panel("unge", "red", (3, 4), (Choice("a", "A"), Choice("b")))
    assert aeldre.words == {"hver dag": "dagligt"}


def test_all_breaches_stand_with_their_lines_in_the_order_of_the_file(tmp_path):
    def check(file):
        for at, panel in enumerate(file.panel):
            if len(panel.id) > 4:
                yield ("panel", at, "id"), "is long"
            yield ("panel", at, "colour"), "a stand-in must not be judged"

    path = written(tmp_path, TEXT.replace("  4,", '  "4",').replace('title = "Måling"\n', "titel = 3\n"))
    with pytest.raises(DataError, match=r"^The panels in panel\.toml cannot be used:") as caught:
        read_toml(path, "panels").validated(File, check)
    assert caught.value.problems == (
        "lacks 'title'",
        "line 1: titel: Unknown key 'titel'. Did you mean 'title'?",
        "line 5: panel 'unge', colour: 'roed' is none of red, blue; did you mean 'red'?",
        "line 6: panel 'unge', sizes '4': \"4\" must be a whole number",
        "line 16: panel 'aeldre', id: is long",
        "line 17: panel 'aeldre', colour: a stand-in must not be judged",
        "line 18: panel 'aeldre', sizes: [] must be a list of 1 or more",
        "line 21: panel 'aeldre', words.hver dag: 7 must be a text in quotation marks",
    )


@pytest.mark.parametrize(
    ("value", "told"), [("1.0", "1.0 must be a whole"), ("true", "true must be a whole"), ("0", "at least 1")]
)
def test_a_value_is_not_bent_into_its_type(tmp_path, value, told):
    with pytest.raises(DataError) as caught:
        read_toml(written(tmp_path, SOUND.replace("[1]", f"[{value}]")), "panels").validated(File)
    assert told in caught.value.problems[0]


def test_what_cannot_be_read_is_told_in_the_errors_of_the_reader(tmp_path):
    with pytest.raises(CodebookError, match=r"There is no file .*none\.toml with the panels") as caught:
        read_toml(tmp_path / "none.toml", "panels", error=CodebookError, missing="Write one.")
    assert caught.value.hint == "Write one."
    with pytest.raises(DataError, match=r"panel\.toml is no valid TOML: .*line 1"):
        read_toml(written(tmp_path, "a == 1"), "panels")
    path = tmp_path / "latin.toml"
    path.write_bytes('a = "ø"'.encode("latin-1"))
    with pytest.raises(DataError, match=r"latin\.toml is no valid TOML: it is no text in UTF-8") as caught:
        read_toml(path, "panels")
    assert caught.value.hint == "Save it as UTF-8."
    path.write_bytes('\ufeffa = "ø"\r\n'.encode())
    assert read_toml(path, "panels").content == {"a": "ø"}
