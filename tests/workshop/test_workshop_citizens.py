"""What citizens have answered stands on cards and areas, as in the report."""

import os
import shutil
import subprocess
import sys

import pytest

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.view.citizens.interest import open_interest
from borgerlib.workshop.page.citizens import Citizens, citizens_of
from borgerlib.workshop.page.open import open_room


def test_without_answers_or_municipality_nothing_is_said(workspace):
    assert citizens_of("") == citizens_of("Odense") == Citizens()
    with pytest.raises(ParameterError, match="Odense"):
        citizens_of("Odens")


@pytest.mark.thorough  # the kinds of citizens are looked for, which takes long
def test_cards_and_areas_say_what_the_report_says(prepared_once, tmp_path, monkeypatch):
    root = tmp_path / "workspace"
    shutil.copytree(prepared_once[1], root)
    monkeypatch.setenv("BORGER_WORKSPACE", str(root))
    shown = open_interest("Ærø").estimates("emner").select(option="aeldre", group="").frame.iloc[0]
    share = danish.percent(shown["proportion"])
    tool = open_room("dialogkort", municipality="Ærø").tool
    card = next(card for card in tool.config["decks"][0]["cards"] if card["id"] == "aeldreomsorg")
    (said,) = card["facts"]
    assert said.startswith(f"{share} (")
    assert said.endswith(
        "af dem, der har svaret i Ærø, vil gerne være med til at drøfte »Ældre«. Simulerede data."
    )
    assert tool.config["simulated"].startswith("SIMULEREDE DATA")
    areas = open_room("indflydelse", municipality="Ærø").tool.config["areas"]
    assert next(area for area in areas if area["id"] == "aeldre")["said"] == said
    assert areas[0]["said"] == ""
    format_facts = tool.config["decks"][1]["cards"][0]["facts"]
    assert [fact.split()[-1] for fact in format_facts] == ["N4).", "data."]


SERVED = r"""
import re
from borgerlib.workshop.page.open import open_room
from borgerlib.workshop.saved.report import download
from borgerlib.workshop.server import serve
room = open_room("indflydelse", municipality="Ærø", title="Dagen")
room.keep([room.check("", "place", {"id": "mandat", "when": "today", "influence": 3, "control": 2})])
for kind in ("pdf", "png", "pdf"):
    download(room, kind)
assert any(area["said"] for area in room.tool.config["areas"])
# The kernel's own high water; what a child inherits from its parent is no part of it.
print(int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.nightly
@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells it")
def test_with_their_answers_open_a_meeting_takes_300_mb_at_most(prepared_once, tmp_path):
    pytest.importorskip("weasyprint")
    root = tmp_path / "workspace"
    shutil.copytree(prepared_once[1], root)
    done = subprocess.run(
        [sys.executable, "-c", SERVED], capture_output=True, text=True,
        env={**os.environ, "BORGER_WORKSPACE": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 300
