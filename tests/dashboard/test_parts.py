"""The dashboard taken apart: filters whose value is the selection, and a chart that follows it."""

import subprocess
import sys
from pathlib import Path

import pytest
import traitlets

import borgerlib
from borgerlib.dashboard.parts import InterestChart, InterestFilters
from borgerlib.errors import ParameterError
from borgerlib.interest.filters.selection import Selection

pytestmark = pytest.mark.slow
SIXTIES = Selection({"age": ("60-69",)})


def box(filters, label):
    return next(one for one in filters.children if one.description == label)


def test_what_is_chosen_is_the_value_and_what_is_set_is_chosen(answers):
    filters, heard = InterestFilters(answers), []
    filters.observe(lambda change: heard.append(change["new"].to_link()), "value")
    box(filters, "Alder").value = ("60-69",)
    box(filters, "Køn").value = ("kvinde",)
    assert heard == ["alder=60-69", "alder=60-69&koen=kvinde"]
    filters.value = Selection({"topics": ("natur",)})
    assert box(filters, "Alder").value == ()
    assert box(filters, "Emner").value == ("natur",)
    assert heard[2:] == ["emner=natur"]  # nobody in between is told of


def test_some_filters_leave_the_others_as_they_are(answers):
    filters = InterestFilters(answers, roles=["sex"], value=Selection({"age": "60-69"}))
    assert filters.value == SIXTIES
    box(filters, "Køn").value = ("mand",)
    assert filters.value.to_link() == "alder=60-69&koen=mand"
    assert [one.description for one in filters.children[:-1]] == ["Køn"]  # the last keeps the keys


@pytest.mark.long
def test_what_is_not_offered_is_refused(answers):
    with pytest.raises(ParameterError, match="Unknown filter 'sexx'"):
        InterestFilters(answers, roles=["sexx"])
    with pytest.raises(ParameterError, match="Unknown filter '5'"):
        InterestFilters(answers, roles=5)
    with pytest.raises(ParameterError, match="kernekraft"):
        InterestFilters(answers).value = Selection({"topics": ("kernekraft",)})
    chart = InterestChart("topics", answers, selection=SIXTIES)
    with pytest.raises(ParameterError, match="no '99'"):
        chart.selection = Selection({"age": ("99",)})
    assert chart.selection == SIXTIES  # as its picture says
    with pytest.raises(ParameterError, match="chart"):
        InterestChart("segment", answers)


@pytest.mark.long
def test_a_chart_follows_the_filters(answers):
    filters = InterestFilters(answers)
    chart = InterestChart("topics", filters.answers)
    assert "Alle, der har svaret i Odense Kommune" in chart.value
    traitlets.dlink((filters, "value"), (chart, "selection"))
    box(filters, "Alder").value = ("60-69",)
    assert chart.selection == SIXTIES
    assert "<strong>60–69 år</strong>" in chart.value
    assert "SIMULEREDE DATA" in chart.value
    assert "alt=" in chart.value


@pytest.mark.long
def test_no_widget_is_made_by_importing():
    # A page waits for every widget that its kernel knows; one of the process that the kernels are forks of
    # never answers.
    places = [
        path for path in Path(borgerlib.__file__).parent.rglob("*.py") if "widgets" in path.read_text("utf-8")
    ]
    names = [
        ".".join(path.relative_to(Path(borgerlib.__file__).parents[1]).with_suffix("").parts)
        for path in places
    ]
    script = f"import importlib, ipywidgets\nfor name in {names}: importlib.import_module(name)\n"
    told = subprocess.run(
        [sys.executable, "-c", f"{script}print(len(ipywidgets.widgets.widget._instances))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(names) > 3
    assert told.stdout.strip() == "0"
