import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from simulated_citizens import shared_citizens

from borgerlib.errors import DataError
from borgerlib.interest.prepared import RESPONDENTS, processed_folder
from borgerlib.view.charts.chart import MIME_TYPE
from borgerlib.view.citizens.in_insights import citizens_layer
from borgerlib.view.citizens.interest import open_interest
from borgerlib.view.leaders.insight import open_insight

pytestmark = pytest.mark.slow

SHOWING = {3: "formats", 4: "topics", 5: "time", 6: "age", 7: "formats"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=2000):
        yield


class TestWhereItIsShown:
    @pytest.mark.long
    @pytest.mark.parametrize(("number", "item"), SHOWING.items())
    def test_five_insights_show_what_the_citizens_answered(self, prepared, number, item):
        layer = citizens_layer(number, "Odense")
        assert set(layer.chart.frame["item"]) == {item}
        assert layer.chart.title.startswith("SIMULEREDE DATA: ")
        assert "i Odense Kommune" in layer.chart.title
        heading, told = layer.heading.markdown.split("\n\n")
        assert heading == "## Hvad siger borgerne i Odense Kommune?"
        assert told.startswith("**SIMULEREDE DATA:** svarene er opfundet.")
        assert "(borger_interesse.ipynb)" in told

    @pytest.mark.parametrize("number", [0, 1, 2, 8, 9, 10])
    def test_the_others_show_nothing(self, prepared, number):
        assert citizens_layer(number, "Odense") is None

    def test_without_a_municipality_or_its_answers_there_is_nothing(self, prepared):
        assert citizens_layer(5, "") is None
        assert citizens_layer(5, "Aarhus") is None

    @pytest.mark.long
    def test_an_insight_shows_the_layer_of_its_municipality(self, prepared):
        assert open_insight(5).citizens() is None
        assert open_insight(5, municipality="Aarhus").citizens() is None
        layer = open_insight(5, municipality="Odense", confidence=0.9, min_cell=8).citizens()
        assert "statistisk usikkerhed (90\u00a0pct.)" in layer.chart.caption

    def test_damaged_answers_are_an_error_and_not_silence(self, tmp_path_factory):
        with shared_citizens(tmp_path_factory, "Odense", n=2000):
            (processed_folder("Odense") / RESPONDENTS).write_bytes(b"PAR1")
            with pytest.raises(DataError, match="is damaged"):
                citizens_layer(5, "Odense")


@pytest.mark.long
def test_a_small_threshold_of_the_insight_is_the_threshold_of_its_citizens(prepared):
    strict = open_insight(7, municipality="Odense", min_cell=200).citizens()
    assert strict.chart.frame["suppressed"].any()
    assert not open_insight(7, municipality="Odense").citizens().chart.frame["suppressed"].any()


@pytest.mark.long
def test_insights_and_the_citizens_own_notebook_show_the_same_numbers(prepared):
    page = open_interest("Odense")
    for number in SHOWING:
        layer = citizens_layer(number, "Odense").chart.frame
        same = page.figure(f"indsigt_{number}").frame
        assert layer["proportion"].equals(same["proportion"])
        assert layer["suppressed"].equals(same["suppressed"])


@pytest.mark.long
def test_a_cell_shows_the_heading_and_then_the_chart(prepared):
    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.run_cell(
                "from borgerlib.view.citizens.in_insights import citizens_layer\ncitizens_layer(5, 'Odense')"
            )
    finally:
        InteractiveShell.clear_instance()
    kinds = [set(output.data) for output in captured.outputs]
    assert len(kinds) == 2
    assert "text/markdown" in kinds[0]
    assert MIME_TYPE in kinds[1]
