import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from admitted import admitted
from simulated_citizens import prepared_citizens, shared_citizens

from borgerlib import danish, places
from borgerlib.errors import DataError, ParameterError
from borgerlib.files.toml import Toml
from borgerlib.interest import store
from borgerlib.interest.answers import segments
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.lokaldemokrati.insights.sentences import fill
from borgerlib.view.charts.chart import Chart
from borgerlib.view.citizens.in_insights import citizens_layer
from borgerlib.view.citizens.interest import InterestPage, open_interest
from borgerlib.view.citizens.sections import Sections, _breaches, first_known, load_sections, worded
from borgerlib.view.citizens.words import COMPARED, _how_many_differ
from borgerlib.view.tables.html import Table
from borgerlib.view.words.text import PAGE_MIME_TYPE, Text

pytestmark = pytest.mark.slow

SPACE = "\u00a0"
NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "borger_interesse.ipynb"
FIGURES = [figure.id for figure in load_sections().section]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=2000), pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "COMES_BACK", -1)
        yield open_interest("Odense")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    # Opened whole: the workspace in use afterwards is that of 'page', whichever comes first.
    with prepared_citizens(tmp_path_factory.mktemp("samsoe"), "Samsø", n=110, seed=2):
        return open_interest("Samsø")


def plain(text):
    return str(text).replace(SPACE, " ")


def with_rows(page, change):
    """The page with its estimates changed by a function of the frame."""
    estimates = admitted(page.survey.estimates, frame=change(page.survey.estimates.frame))
    return InterestPage(replace(page.survey, estimates=estimates))


def by_group(page, question, by):
    return page.table(page.estimates(question, by=by))


def as_real(page):
    real = admitted(page.survey.estimates, origin="microdata")
    return InterestPage(replace(page.survey, simulated=False, estimates=real))


class TestOpening:
    def test_a_municipality_without_respondents_is_told_what_to_run(self, page):
        with pytest.raises(DataError, match="'Aarhus' has no prepared respondents") as caught:
            open_interest("Aarhus")
        assert "borger import Aarhus" in str(caught.value)

    def test_levels_are_checked(self, page):
        with pytest.raises(ParameterError, match="confidence is 95"):
            open_interest("Odense", confidence=95)
        with pytest.raises(ParameterError, match="min_cell is 2"):
            open_interest("Odense", min_cell=2)

    def test_it_holds_no_microdata(self, page):
        ids = set(store.load("Odense")["svar_id"])
        survey = page.survey
        frames = [survey.estimates.frame, survey.participation.rates.frame, survey.participation.evenness]
        for frame in frames:
            assert not ids & set(frame.astype(str).to_numpy().ravel())
            assert len(frame) < 400
        assert not any(isinstance(value, pd.DataFrame) for value in vars(survey).values())


class TestFinding:
    def test_its_numbers_are_those_of_the_estimates(self, page):
        frame = page.survey.estimates.frame
        topics = frame[(frame["item"] == "topics") & (frame["group"] == "") & ~frame["net"]]
        first = topics.sort_values("proportion", ascending=False).iloc[0]
        share = f"{round(100 * first['proportion'])} pct."
        said = plain(page.finding())
        assert f"»{first['label']}« ({share})" in said
        assert "svaret i Odense Kommune (vægtet)" in said

    def test_the_page_tells_the_report_that_it_is_simulated(self, page):
        bundle = page.finding()._repr_mimebundle_()[PAGE_MIME_TYPE]
        assert bundle["number"] == 11
        assert bundle["kicker"] == "Borgernes svar"
        assert bundle["slug"] == "simulerede-data-borgernes-interesse"
        for words in (bundle["title"], bundle["finding"], bundle["key_figures"][0]["label"]):
            assert words.startswith("SIMULEREDE DATA: ")

    def test_of_real_answers_nothing_says_so(self, page):
        real = as_real(page)
        assert real.finding().page["slug"] == "borgernes-interesse"
        texts = [real.finding(), real.method(), real.run_stamp(), real.figure("emner").title]
        assert not any("SIMULEREDE" in str(text) for text in texts)


class TestPages:
    @pytest.mark.parametrize(("name", "number"), [("svarede", 12), ("forskelle", 13)])
    def test_each_tells_its_finding_and_that_it_is_simulated(self, page, name, number):
        told = page.page(name)
        assert told.page["number"] == number
        assert told.markdown.startswith("SIMULEREDE DATA: ")
        assert re.search(r"\d", told.markdown)

    def test_without_weights_there_is_no_share_of_who_could(self, page):
        survey = replace(page.survey, weighting={**page.survey.weighting, "targets": []})
        assert "af dem, der kunne svare (folketal fra 1. januar 2020)." in plain(page.page("svarede"))
        undated = replace(survey, weighting={**page.survey.weighting, "population_date": ""})
        assert "af dem, der kunne svare." in plain(InterestPage(undated).page("svarede"))
        assert "af dem, der kunne" not in plain(InterestPage(survey).page("svarede"))

    def test_another_page_is_refused(self, page):
        with pytest.raises(ParameterError, match="svarede"):
            page.page("svaret")


class TestFigures:
    @pytest.mark.long
    @pytest.mark.parametrize("figure", FIGURES)
    def test_every_figure_is_drawn_and_says_that_it_is_simulated(self, page, figure):
        chart = page.figure(figure)
        assert isinstance(chart, Chart)
        assert chart.simulated
        assert chart.title.startswith("SIMULEREDE DATA: ")
        assert "{" not in chart.title + chart.question + chart.caption
        for width in ("wide", "narrow"):
            picture = chart.svg(width, framed=False)
            assert f"width='{960 if width == 'wide' else 350}'" in picture

    def test_an_unknown_figure_is_refused_with_the_nearest(self, page):
        with pytest.raises(ParameterError, match=r"Unknown figure 'emne'\. Did you mean 'emner'"):
            page.figure("emne")

    def test_the_time_keeps_the_order_of_the_questionnaire(self, page):
        item = page.survey.codebook.with_role("time")
        assert list(page.figure("tid").frame["option"]) == [option.id for option in item.options]

    def test_groups_are_compared_with_all_and_the_caption_says_what_differs(self, page):
        chart = page.figure("unges_former")
        assert set(chart.frame["group"]) == {"age=15-24", "alle"}
        assert re.search(
            r"Sammenlignet med de øvrige vælger de 15–24-årige (oftere|sjældnere)|Forskellene mellem de 15",
            chart.caption,
        )

    def test_one_option_is_shown_across_the_ages_youngest_first(self, page):
        chart = page.figure("klima")
        assert list(chart.frame["option"]) == page.groups("age")
        assert list(chart.frame["label"])[:2] == ["15–24 år", "25–44 år"]
        assert "Andel, der svarer »Klima og miljø«." in chart.question
        frame = page.survey.estimates.frame
        wanted = frame[(frame["option"] == "klima_miljoe") & (frame["group"] == "age=60-69")][
            "proportion"
        ].iloc[0]
        assert f"{int(100 * wanted + 0.5)} pct. af de 60–69-årige" in plain(chart.title)

    @pytest.mark.parametrize(
        ("direction", "said"),
        [
            (1, "De 60–69-årige vælger det oftere end de øvrige, og forskellen er større, end"),
            (-1, "De 60–69-årige vælger det sjældnere end de øvrige, og forskellen er større, end"),
            (0, "Forskellen mellem de 60–69-årige og de øvrige er ikke større, end"),
        ],
    )
    def test_the_verdict_on_a_group_is_that_of_its_test(self, page, direction, said):
        def told_of(frame):
            frame.loc[frame["group"] == "age=60-69", "direction"] = direction
            return frame

        caption = with_rows(page, told_of).figure("klima").caption
        assert f"{said} tilfældet kan forklare." in caption

    def test_a_hidden_number_is_in_no_title(self, page):
        def hide(frame):
            rows = (frame["item"] == "formats") & (frame["group"] == "age=15-24")
            rows &= frame["option"] == "spoergeskema"
            frame.loc[rows, "suppressed"] = True
            frame.loc[rows, ["proportion", "ci_lower", "ci_upper"]] = float("nan")
            return frame

        # The hidden one may be the largest: nothing is known to stand first.
        assert with_rows(page, hide).figure("unges_former").title.endswith("Hvordan de yngste vil være med")

    def test_who_answered_stands_beside_who_lives_here(self, page):
        chart = page.figure("deltagelse")
        frame = chart.frame
        assert "Tallene er afrundet hver for sig" in chart.caption
        assert chart.question.endswith("Andel af de svarende og af befolkningen.")
        living = frame[frame["group"] == "befolkning"]["proportion"]
        people = page.survey.participation.people["age"]
        assert living.to_numpy() == pytest.approx((people / people.sum()).to_numpy())
        answered = frame[frame["group"] == "svarende"]["proportion"]
        assert answered.sum() == pytest.approx(1)

    def test_rates_that_chance_can_explain_name_no_lowest_group(self, page):
        evenness = page.survey.participation.evenness.assign(ratio_upper=1.02)
        even = replace(page.survey.participation, evenness=evenness)
        chart = InterestPage(replace(page.survey, participation=even)).figure("deltagelse")
        assert "ikke større, end tilfældet kan forklare" in chart.title
        assert "Det kan være tilfældigt." in plain(
            InterestPage(replace(page.survey, participation=even)).evenness()
        )


class TestEstimates:
    """What a researcher asks for in a cell of her own."""

    def test_a_question_gives_all_of_its_answers(self, page):
        frame = page.estimates("topics").frame
        assert list(frame["option"]) == [option.id for option in page.survey.item("topics").options]
        assert set(frame["group"]) == {""}

    def test_divided_all_come_first_and_then_every_group(self, page):
        frame = page.estimates("formats", by="sex").frame
        assert list(frame["group"].unique()) == ["", *page.groups("sex")]

    def test_topics_are_divided_by_sex_as_ways_are(self, page):
        frame = page.estimates("topics", by="sex").frame
        assert list(frame["group"].unique()) == ["", *page.groups("sex")]
        assert frame["proportion"].notna().all()

    def test_a_group_stands_beside_all(self, page):
        frame = page.estimates("formats", group="sex=kvinde").frame
        assert list(frame["group"].unique()) == ["sex=kvinde", "alle"]

    def test_some_answers_of_a_question(self, page):
        frame = page.estimates("topics.natur", "topics.kultur_fritid").frame
        assert set(frame["option"]) == {"natur", "kultur_fritid"}

    def test_a_chart_without_a_figure_has_the_question_as_its_title(self, page):
        chart = page.chart(page.estimates("channels"), highlight=["digital_post"])
        item = page.survey.item("channels")
        assert chart.title == f"SIMULEREDE DATA: {item.text}"
        assert chart.question.startswith("Andel af ")
        assert "Fremhævet: »Digital Post«" in chart.alt_text

    def test_ages_asked_in_other_bands_than_a_figure_marks_are_drawn_without_the_mark(self, page):
        ages = tuple(label for label in page.survey.age_labels if label != "60-69")
        other = InterestPage(replace(page.survey, age_labels=ages))
        climate = page.estimates("topics.climate", by="age")
        climate = climate.take(climate.frame["group"] != "age=60-69")
        chart = other.chart(climate, figure="klima", highlight=["age=60-69"])
        assert "Fremhævet" not in chart.alt_text
        with pytest.raises(ParameterError, match="Unknown answer 'age=60-96'"):
            other.chart(climate, figure="klima", highlight=["age=60-96"])

    def test_a_title_of_ones_own_goes_first(self, page):
        chart = page.chart(page.estimates("topics"), figure="emner", title="Mit fund")
        assert chart.title == "SIMULEREDE DATA: Mit fund"

    @pytest.mark.parametrize(
        ("answers", "options", "message"),
        [
            (["topcs"], {}, r"Unknown question 'topcs'\. Did you mean 'topics'"),
            (["topics.klima"], {}, r"'topics' 'klima'\. Did you mean 'climate', 'klima_miljoe'"),
            (["topics", "time"], {}, "Answers to one question are shown together; 2 are named"),
            ([], {}, "Answers to one question are shown together; 0 are named"),
            (["time"], {"by": "sex"}, "answers on 'time' are not divided by 'sex'"),
            (["formats"], {"group": "sex=kvnde"}, "Unknown group 'sex=kvnde'. Did you mean 'sex=kvinde'"),
        ],
    )
    def test_what_is_not_there_is_refused_with_what_is(self, page, answers, options, message):
        with pytest.raises(ParameterError, match=message):
            page.estimates(*answers, **options)

    def test_the_words_of_a_figure_are_not_put_on_another_question(self, page):
        with pytest.raises(ParameterError, match="'emner' are about 'topics', the estimates of 'formats'"):
            page.chart(page.estimates("formats"), figure="emner")


class TestTables:
    def test_every_group_has_a_column_and_n(self, page):
        table = by_group(page, "topics", "age")
        assert table.columns == (
            "Svar",
            "Alle",
            "15–24 år",
            "25–44 år",
            "45–59 år",
            "60–69 år",
            "70 år og derover",
        )
        assert table.rows[-1][0] == "N"
        assert len(table.rows) == 14 + 1
        assert table.caption.startswith("SIMULEREDE DATA: ")

    def test_too_many_groups_for_a_chart_are_a_table(self, page):
        with pytest.raises(ParameterError, match=r"these are 14 answers in 6 groups\.") as caught:
            page.chart(page.estimates("topics", by="age"))
        assert "interest.table(estimates)" in str(caught.value)

    def test_an_undivided_question_is_a_table_without_groups(self, page):
        assert page.table(page.estimates("time")).columns[:2] == ("Svar", "Andel")

    def test_the_headline_counts_the_marks_of_the_pages_tables(self, page):
        def marks(pair):
            cells = [cell for row in by_group(page, *pair).rows for cell in row[1:]]
            # Women against men is men against women: one comparison, marked in both columns.
            return sum("▲" in cell or "▼" in cell for cell in cells) // (2 if "sex" in pair else 1)

        counted = sum(map(marks, COMPARED))
        assert marks(("formats", "sex")) > 0
        said = plain(page.page("forskelle").markdown)
        assert f"I {danish.small_number(counted)} af " in said
        notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
        code = "".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
        asked = re.findall(r'estimates\("(\w+)", by="(age|sex|area_type|area)"\)', code)
        assert asked == COMPARED

    def test_how_many_of_them_chance_alone_may_have_made_is_said(self, page):
        def first_marked(count):
            # Each format by sex is one comparison in two rows; all of the others are left untested.
            def change(frame):
                rows = (frame["item"] == "formats") & (frame["domain"] == "sex") & ~frame["net"]
                options = list(dict.fromkeys(frame.loc[rows, "option"]))
                marked = frame["option"].isin(options[:count]).astype("Int64")
                return frame.assign(direction=marked.where(rows, pd.NA))

            return change

        options = len(page.estimates("formats").frame)
        said = plain(with_rows(page, first_marked(2)).page("forskelle").markdown)
        assert said == f"SIMULEREDE DATA: {_how_many_differ(2, options)}".replace(SPACE, " ")

    @pytest.mark.parametrize(
        ("apart", "tested", "said"),
        [
            (0, 1, "I den ene sammenligning {of} ikke større{than} Forskellen {chance}"),
            (1, 1, "I den ene sammenligning {of} større{than} Det er {marked}."),
            (0, 80, "I ingen af 80 sammenligninger {of} større{than} Forskellene {chance}"),
            (
                1,
                80,
                "I én af 80 sammenligninger {of} større{than} Det er {marked}. De andre forskelle {chance}",
            ),
            # A twentieth of 30 is 1.5, of 29 less.
            (
                29,
                80,
                "I 29 af 80 sammenligninger {of} større{than} Det er {marked}. De andre forskelle {chance}",
            ),
            (30, 30, "I alle 30 sammenligninger {of} større{than} Det er {marked}, her omkring to."),
        ],
    )
    def test_none_one_and_all_of_the_comparisons_read_right(self, apart, tested, said):
        assert plain(_how_many_differ(apart, tested)) == said.format(
            of="af en gruppe med de øvrige er forskellen",
            than=", end tilfældet kan forklare.",
            marked="markeret i tabellerne. "
            "Op mod 5 pct. af markerede forskelle kan alligevel være tilfældige",
            chance="kan skyldes, hvem der tilfældigvis svarede.",
        )

    def test_a_difference_beyond_chance_is_marked_and_a_hidden_cell_looks_hidden(self, page):
        def change(frame):
            rows = (frame["item"] == "topics") & (frame["option"] == "natur")
            frame.loc[rows & (frame["group"] == "age=15-24"), "suppressed"] = True
            frame.loc[rows & (frame["group"] == "age=25-44"), "direction"] = 1
            frame.loc[rows & (frame["group"] == "age=45-59"), "direction"] = -1
            frame.loc[rows & (frame["group"] == "age=60-69"), "direction"] = 0
            return frame

        table = by_group(with_rows(page, change), "topics", "age")
        row = next(row for row in table.rows if row[0].startswith("Natur"))
        assert row[2] == "· skjult"
        assert re.fullmatch(r"\d+ \(\d+–\d+\) ▲", row[3])
        assert re.fullmatch(r"\d+ \(\d+–\d+\) ▼", row[4])
        assert re.fullmatch(r"\d+ \(\d+–\d+\)", row[5])

    def test_only_what_is_divided_can_be_asked_for(self, page):
        with pytest.raises(ParameterError, match="answers on 'channels' are not divided by 'sex'") as caught:
            by_group(page, "channels", "sex")
        assert "topics by age" in str(caught.value)

    def test_participation_is_told_group_by_group(self, page):
        table = page.participation_table()
        groups = [row[0] for row in table.rows]
        assert groups[0] == "Alder: 15–24 år"
        assert "Køn: Kvinde" in groups
        assert table.rows[0][3].endswith("pct.")

    def test_a_hidden_group_of_those_who_answered_shows_its_people_only(self, page):
        rates = page.survey.participation.rates
        frame = rates.frame.assign(suppressed=rates.frame["option"] == "15-24")
        hidden = replace(page.survey.participation, rates=admitted(rates, frame=frame))
        row = InterestPage(replace(page.survey, participation=hidden)).participation_table().rows[0]
        assert row[1] == "skjult"
        assert row[2] != ""
        assert row[3:] == ("", "", "")


class TestKinds:
    def test_they_are_shown_by_what_they_choose_and_who_they_are(self, page):
        names = [option.short for option in page.survey.item("segment").options]
        table = by_group(page, "topics", "segment")
        assert table.columns == ("Svar", "Alle", *names)
        assert "▲ flere" not in table.note
        assert "▲ flere" in by_group(page, "topics", "age").note
        assert [row[0] for row in by_group(page, "segment", "age").rows][-1] == "N"
        assert page.differences(page.estimates("topics", by="segment")) is None
        assert "**Typer:** latente klasser" in plain(page.method())

    def test_why_they_are_not_shown_is_said_once(self, page):
        codebook = page.survey.codebook
        asked = tuple(item for item in codebook.items if item.id != segments.SEGMENT)
        without = InterestPage(replace(page.survey, codebook=replace(codebook, items=asked)))
        assert plain(without.figure("typer")).startswith("Typerne vises ikke. Leder man efter dem")
        assert without.table(without.estimates("segment", by="age"), quiet=True) is None

    def test_where_there_are_none_that_is_said(self, small):
        assert small.survey.item("segment") is None
        for shown in (
            small.figure("typer"),
            by_group(small, "topics", "segment"),
            by_group(small, "segment", "age"),
        ):
            assert plain(shown) == "Svarene deler ikke borgerne i tydelige typer."
        assert "**Typer:**" not in plain(small.method())


class TestSureness:
    def test_the_first_to_answer_stand_against_the_last(self, page):
        found = page.estimates("topics", by="arrival")
        table = page.table(found)
        assert table.columns == ("Svar", "Alle", "De første", "De sidste")
        told = dict(zip(table.numbers["columns"], table.numbers["rows"][0], strict=True))
        assert 0 < told["De første: fra"] <= told["De første"] <= told["De første: til"] < 1
        assert f"{told['De første']:.0%}".rstrip("%") == table.rows[0][2].split(" ")[0]
        assert "den sidste tredjedel" in plain(page.differences(found))

    def test_few_are_neither_first_nor_last(self, small):
        assert plain(by_group(small, "topics", "arrival")).startswith(
            "Det ved vi ikke: svarene har ingen tid"
        )


class TestSentences:
    def test_what_if_names_the_number_it_starts_from_and_why_it_is_no_plain_division(self, page):
        said = plain(page.if_eager("topics"))
        first = page.estimates("topics").frame.sort_values("proportion").iloc[-1]
        assert f"Hvis de, der valgte »{first['label']}« ({danish.percent(first['proportion'])})," in (
            str(page.if_eager("topics"))
        )
        assert said.endswith("Til hvert tal er svarene vægtet på ny, så de stadig passer med befolkningen.")

    def test_of_two_groups_one_is_told(self, page):
        assert len(plain(page.differences(page.estimates("formats", by="sex"))).splitlines()) == 1

    def test_of_several_groups_what_they_are_compared_with_is_said_once(self, page):
        def change(frame):
            first = frame["option"] == frame.loc[frame["item"] == "topics", "option"].iloc[0]
            second = frame["option"] == frame.loc[frame["item"] == "topics", "option"].iloc[1]
            direction = pd.Series(0, index=frame.index, dtype="Int64")
            direction[first & (frame["group"] == "age=15-24")] = 1
            direction[second & (frame["group"] == "age=15-24")] = -1
            direction[second & (frame["group"] == "age=60-69")] = 1
            return frame.assign(direction=direction.mask(frame["group"] == "age=70+"))

        found = with_rows(page, change)
        first, second = found.estimates("topics").frame["label"].head(2)
        assert plain(found.differences(found.estimates("topics", by="age"))).splitlines() == [
            "Sammenlignet med alle andre vælger",
            "",
            f"- **de 15–24-årige** oftere: »{first}«; sjældnere: »{second}«",
            f"- **de 60–69-årige** oftere: »{second}«",
            "",
            "Blandt de 25–44-årige og de 45–59-årige kan forskellene være tilfældige.",
            "Blandt borgere på 70 år og derover er der for få svar til at sige, om de svarer anderledes.",
        ]
        alike = with_rows(page, lambda frame: frame.assign(direction=0))
        assert plain(alike.differences(alike.estimates("topics", by="age"))) == (
            "Blandt de 15–24-årige, de 25–44-årige, de 45–59-årige, de 60–69-årige og borgere på 70 år og "
            "derover kan forskellene være tilfældige."
        )

    def test_a_group_without_tests_is_not_said_to_be_alike(self, page):
        untested = with_rows(page, lambda frame: frame.assign(direction=pd.NA))
        assert "Blandt kvinderne er der for få svar til at sige" in plain(
            untested.differences(untested.estimates("formats", by="sex"))
        )
        alike = with_rows(page, lambda frame: frame.assign(direction=0))
        assert "Forskellene mellem kvinderne og mændene kan være tilfældige." in plain(
            alike.differences(alike.estimates("formats", by="sex"))
        )

    def test_what_weights_mend_and_what_not(self, page):
        said = plain(page.evenness())
        effect = page.survey.weighting["design_effect"]
        assert f"Der skal altså {effect:.2f} gange så mange svar til".replace(".", ",") in said
        assert "designeffekt" not in said
        assert "fordelingen på køn og alder til befolkningens den 1. januar 2020." in said
        assert "Der er ikke vægtet efter områdetype og område" in said
        assert re.search(r"-årige har deltaget [a-zæøå ]+ så ofte som de .*-årige \(forholdet er 0,", said)

    def test_the_method_tells_base_weights_tests_and_what_is_hidden(self, page):
        said = plain(page.method())
        for part in (
            "**SIMULEREDE DATA:**",
            "**Hvem:**",
            "**Vægte:**",
            "**Usikkerhed:**",
            "**Fortrolighed:**",
        ):
            assert part in said
        assert "1. januar 2020" in said
        assert "hver gruppe er prøvet mod alle andre borgere" in said
        assert re.match(r"SIMULEREDE DATA: Kørt \d+\. ", plain(page.run_stamp()))


class TestSmall:
    def test_what_cannot_be_divided_is_said(self, small):
        assert ("topics", "age") in small.survey.left_out
        assert plain(by_group(small, "topics", "age")) == (
            "Svarene vises ikke efter alder: nogle svar er valgt af så få, at for mange tal måtte skjules."
        )
        assert isinstance(small.figure("klima"), Text)
        assert small.differences(small.estimates("topics", by="age")) is None
        assert "**Ikke delt op:**" in plain(small.method())
        assert isinstance(small.figure("emner"), Chart)

    def test_what_was_asked_and_not_answered_is_said(self, page):
        without = with_rows(page, lambda frame: frame[frame["item"] != "channels"])
        assert plain(without.figure("kanaler")) == "Ingen har svaret på det."

    def test_every_method_shows_something(self, small):
        shown = [
            small.finding(),
            small.participation_table(),
            small.evenness(),
            small.method(),
            small.run_stamp(),
        ]
        assert all(isinstance(thing, Text | Table) for thing in shown)


@pytest.mark.long
def test_another_questionnaire_shows_what_it_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    parts = places.raw_data("borgerinteresse", "codebook.toml").read_text().split("[[item]]")
    left_out = ("tid", "formater", "kanaler", "omraadetype")
    kept = [part for part in parts if not any(f'id = "{item}"' in part for item in left_out)]
    (tmp_path / "own.toml").write_text("[[item]]".join(kept))
    _, export = write_simulation("Ærø", n=900, seed=1)
    prepare("Ærø", export, codebook=tmp_path / "own.toml")
    own = open_interest("Ærø")
    assert "Blandt dem, der har svaret i Ærø Kommune (vægtet)" in plain(own.finding())
    assert "bruge tid" not in plain(own.finding())
    assert isinstance(own.figure("emner"), Chart)
    assert plain(own.figure("tid")) == "Det har kommunen ikke spurgt om."
    assert plain(by_group(own, "formats", "sex")) == "Det har kommunen ikke spurgt om."
    assert own.differences(own.estimates("formats", by="sex")) is None
    assert citizens_layer(5, "Ærø") is None
    assert citizens_layer(4, "Ærø") is not None


class TestSections:
    def test_everything_that_is_wrong_is_told_at_once(self):
        section = {"id": "a", "title": ["T"], "answers": ["topics"]}
        broken = [
            section | {"answers": ["topic"]},
            {"id": "b", "answers": ["topics"]},
            section | {"id": "c", "answer": ["topics"]},
            section | {"id": "d", "participation": "age"},
            {"id": "e", "title": ["T"], "participation": "topics"},
        ]
        with pytest.raises(DataError) as caught:
            Toml({"section": [*broken, section]}, "sections.toml", "figures").validated(Sections, _breaches)
        said = str(caught.value)
        for part in (
            "section 'a': Unknown role 'topic'. Did you mean 'topics'",
            "section 'b': lacks 'title'",
            "section 'c', answer: Unknown key 'answer'. Did you mean 'answers'",
            "section 'd': give either 'answers' or 'participation'",
            "section 'e': Unknown role 'topics'",
            "section 'a': stands more than once",
            "lacks 'finding'",
            "lacks 'divisions'",
        ):
            assert part in said

    def test_divisions_by_unknown_roles_are_refused_together(self):
        content = {"finding": ["F"], "age_bands": [15], "divisions": {"topic": ["age"], "topics": ["gender"]}}
        with pytest.raises(DataError) as caught:
            Toml(content, "sections.toml", "figures").validated(Sections, _breaches)
        assert "Unknown role 'topic'. Did you mean 'topics'" in str(caught.value)
        assert "gender" in str(caught.value)

    def test_the_shipped_ones_name_what_the_shipped_codebook_has(self, page):
        for section in load_sections().section:
            highlight = section.settings.get("highlight", [])
            if section.participation:
                assert section.participation in page.survey.participation.people
            elif section.by:
                assert set(highlight) <= set(page.groups(section.by)), section.id
            else:
                item = page.survey.item(section.role)
                options = {option.id for option in item.options} | {t for o in item.options for t in o.tags}
                assert {a.partition(".")[2] for a in section.answers if "." in a} <= options, section.id
                assert set(highlight) <= options, section.id
            if section.participation:
                continue
            for template in section.title:
                assert fill(worded(template, page.survey), page.survey.estimates), (section.id, template)
            # The last one carries no numbers, so there always is a title.
            assert "{" not in section.title[-1].replace("{sted}", ""), section.id

    def test_a_survey_that_lacks_an_answer_gets_the_next_sentence(self, page):
        templates = ("{topics.rumfart:pct} vil til månen", "{topics.natur:n} har svaret")
        assert re.fullmatch(r"[\d.]+ har svaret", first_known(templates, page.survey))
        assert first_known(templates[:1], page.survey) == ""

    def test_a_name_keeps_its_capitals_inside_a_sentence(self, page):
        assert fill("Via {channels.digital_post:label}", page.survey.estimates) == "Via Digital Post"
        assert fill("Via {channels.lokalavis:label}", page.survey.estimates) == "Via lokalavis"

    def test_groups_are_called_as_in_a_sentence(self):
        sections = load_sections()
        assert sections.group_words("sex=kvinde", "Kvinde") == "kvinderne"
        assert sections.group_words("age=60-69", "60–69 år") == "de 60–69-årige"
        assert sections.group_words("age=70+", "70 år og derover") == "borgere på 70 år og derover"
        assert sections.group_words("area=Nord", "Nord") == "borgerne i området Nord"
