"""What a council reads first: of its citizens where they were asked, else of the report of 2021."""

import re
from datetime import date

import pandas as pd
import pytest
from simulated_citizens import shared_citizens

from borgerlib.errors import ParameterError
from borgerlib.population.municipalities import municipality
from borgerlib.view.charts.chart import Chart
from borgerlib.view.council import municipality_facts as facts
from borgerlib.view.council.council import open_council
from borgerlib.view.words.text import PAGE_MIME_TYPE


@pytest.fixture
def unasked(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    return open_council("Vejle")


def page_of(text):
    return text._repr_mimebundle_()[PAGE_MIME_TYPE]


def test_without_a_survey_it_says_so_and_shows_the_report_of_2021(unasked):
    assert unasked.finding().markdown.startswith("Her er endnu ingen svar fra borgerne i Vejle Kommune. 56")
    for number in (1, 2, 3):
        assert unasked.question(number).markdown.startswith("## ")
        assert isinstance(unasked.figure(number), Chart)
        assert unasked.advice(number).markdown.startswith("**Hvad kan I gøre?** ")


def test_the_three_pages_stand_before_all_others(unasked):
    pages = [
        page_of(text) for text in (unasked.finding(), unasked.continued(), unasked.about_the_municipality())
    ]
    assert [page["number"] for page in pages] == [-3, -2, -1]
    assert pages[0]["title"] == "Til byrådet i Vejle Kommune"


def test_a_page_cites_what_it_shows(unasked):
    assert "Lokaldemokrati i nybrud" in page_of(unasked.finding())["source"]
    assert page_of(unasked.about_the_municipality())["source"].startswith("Danmarks Statistik")


def test_nobody_asked_is_nobody_eager(unasked):
    assert unasked.if_eager(1) is None


def test_there_are_three_points(unasked):
    with pytest.raises(ParameterError, match=r"There is no point 4\. Legal: 1 to 3\."):
        unasked.figure(4)


@pytest.mark.long
def test_with_a_survey_it_is_about_the_citizens(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=2000):
        page = open_council("Odense")
        assert page.finding().markdown.startswith("SIMULEREDE DATA: Blandt dem, der har svaret i Odense")
        assert page_of(page.finding())["title"].startswith("SIMULEREDE DATA: ")
        number = page_of(page.interest.page("forskelle"))["number"]
        assert f"[siden om forskelle](borger_interesse.ipynb#{number})" in page.advice(3).markdown
        assert page.figure(1).title == page.interest.figure("emner").title
        assert re.search(r"Svarene er givet omkring den \d+\. \w+ 20\d\d\.$", page.continued().markdown)
        source = page_of(page.continued())["source"]
        assert "Borgernes svar" in source
        assert "nybrud" not in source
        # The readier they answered, the fewer they are among all; all are named beside the point.
        frame = page.interest.survey.estimates.frame
        [shown] = frame.loc[(frame["option"] == "vil_bruge_tid") & (frame["group"] == ""), "proportion"]
        told = page.if_eager(2).markdown
        assert (
            "de, der vil bruge tid, var halvanden, to eller tre gange så tilbøjelige til at svare som andre"
            in told
        )
        shares = [int(number) for number in re.findall(r"\d+", told.rpartition(" er det ")[2])]
        assert len(shares) == 3
        assert 100 * shown > shares[0] > shares[1] > shares[2] > 0
        # By hand, the margins left out: who did not choose it weighs w, who did 1 + (w - 1)/3, all the mean.
        mean = page.interest.survey.weighting["population"] / page.interest.survey.respondents
        weight = (mean - shown * 2 / 3) / (shown / 3 + 1 - shown)
        assert abs(shares[2] - 100 * shown * (2 / 3 + weight / 3) / mean) < 4


def test_any_two_municipalities_differ_in_more_than_their_names(unasked):
    other = open_council("Læsø")
    assert unasked.population().title != other.population().title
    assert unasked.needed().rows != other.needed().rows
    assert not {row[0] for row in unasked.neighbours().rows} & {row[0] for row in other.neighbours().rows}


def test_the_population_adds_up_within_each_sex(unasked):
    frame = unasked.population().frame
    assert frame.groupby("group")["proportion"].sum().tolist() == pytest.approx([1, 1])


def test_what_cannot_be_reached_is_said():
    # 1,604 of Læsø are 15 or over; ±3 points take 642 answers, 3,210 letters at 20 pct.
    first = facts.needed(facts.adults(municipality("Læsø")), confidence=0.95).rows[0]
    assert first[2:] == ("± 3", "642", "flere, end der er borgere", "flere, end der er borgere")


def test_the_own_municipality_is_among_its_neighbours(unasked):
    names = [row[0] for row in unasked.neighbours().rows]
    assert "Vejle" in names
    assert 2 <= len(names) <= 6


@pytest.mark.parametrize(
    ("day", "election"),
    [
        (date(2021, 11, 16), date(2021, 11, 16)),
        (date(2021, 11, 17), date(2025, 11, 18)),
        (date(2026, 11, 26), date(2029, 11, 20)),
    ],
)
def test_elections_are_on_the_third_tuesday_of_november(day, election):
    assert facts.next_election(day) == election


def test_what_is_due_names_the_election(unasked):
    told = unasked.due(today=date(2026, 11, 26)).markdown
    assert told.startswith("Næste kommunalvalg er den 20. november 2029. En måling i foråret 2028 ")


def test_areas_are_shown_where_they_are_counted(unasked):
    assert unasked.areas() is None
    people = pd.Series({f"Område {number}": 100 * number for number in range(1, 11)})
    chart = facts.areas_chart(municipality("Ærø"), people, "kommunens egen optælling, efter område")
    # 1000 of 5500; the four smallest of the ten are left out, and that is said.
    assert chart.title == "18\u00a0pct. bor i Område 10"
    assert len(chart.frame) == 6
    assert "De 6 største af 10 områder. Kilde: Kommunens egen optælling" in chart.caption
    made_up = facts.areas_chart(municipality("Ærø"), people, "optælling", simulated=True)
    assert made_up.simulated
    assert made_up.title.startswith("SIMULEREDE DATA: 18")
    assert "Kilde: SIMULEREDE DATA: Optælling" in made_up.caption


@pytest.mark.parametrize("place", ["Ærø", "København", "Odense"])
def test_neighbours_are_not_called_alike(place):
    table = facts.neighbours(municipality(place))
    assert table.caption.startswith(f"{municipality(place).full_name} og de ")
