import re
from dataclasses import replace

import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.own_answers import keep_own_answers, kept_own_answers
from borgerlib.view.charts.chart import Chart
from borgerlib.view.leaders.insight import open_insight
from borgerlib.view.words.text import PAGE_MIME_TYPE

SOURCE = (
    "Lokaldemokrati i nybrud (Tænketanken Mandag Morgen og Kommunaldirektørforeningen, 2021). "
    "Egne beregninger."
)
NUMBERS = range(11)
SPACE = "\u00a0"


def plain(text):
    """The text with ordinary spaces."""
    return text.markdown.replace(SPACE, " ")


@pytest.fixture
def own_file(tmp_path):
    def write(answers, municipality="Odense"):
        path = tmp_path / "svar.toml"
        path.write_text(f'municipality = "{municipality}"\n[answers]\n{answers}\n', encoding="utf-8")
        return str(path)

    return write


class TestOpening:
    def test_the_municipality_is_found_by_name_or_code(self):
        assert open_insight(1, municipality="odense kommune").municipality.name == "Odense"
        assert open_insight(1, municipality="0461").municipality.name == "Odense"
        assert open_insight(1).municipality is None

    def test_what_stands_in_a_cell_by_mistake_is_shown_in_a_few_lines(self):
        assert len(repr(open_insight(2, municipality="Odense"))) < 1000

    @pytest.mark.parametrize("number", [-1, 11])
    def test_there_are_ten_insights_and_an_overview(self, number):
        with pytest.raises(ParameterError, match=rf"There is no insight {number!r}\. Legal: 1 to 10; 0 is"):
            open_insight(number)

    def test_an_unknown_municipality_is_refused_with_the_nearest(self):
        with pytest.raises(ParameterError, match=r"Unknown municipality 'Odnese'\. Did you mean 'Odense'"):
            open_insight(1, municipality="Odnese")

    @pytest.mark.parametrize("confidence", [0, 1, 95])
    def test_a_level_outside_0_to_1_is_refused(self, confidence):
        with pytest.raises(ParameterError, match=f"confidence is {confidence}; it must lie between 0 and 1"):
            open_insight(1, confidence=confidence)

    @pytest.mark.parametrize("min_cell", [0, 2, 4.5])
    def test_a_threshold_that_protects_nobody_is_refused(self, min_cell):
        with pytest.raises(
            ParameterError, match=rf"min_cell is {min_cell}; it must be a whole number, 3 or more"
        ):
            open_insight(1, min_cell=min_cell)

    def test_own_answers_need_a_municipality(self, own_file):
        with pytest.raises(ParameterError, match="Own answers belong to a municipality"):
            open_insight(1, own_answers=own_file('strategi = "ja"'))

    def test_own_answers_must_be_that_municipalitys(self, own_file):
        with pytest.raises(DataError, match="the answers are Odense's, but the report is for Aarhus"):
            open_insight(1, municipality="Aarhus", own_answers=own_file('strategi = "ja"'))

    def test_own_answers_that_are_kept_are_the_municipality_s_in_every_report(
        self, own_file, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "workspace"))
        given = own_file('strategi = "ja"')
        assert open_insight(2, municipality="Odense").own is None
        keep_own_answers(given, "Odense")
        kept = open_insight(2, municipality="Odense").own
        assert kept == open_insight(2, municipality="Odense", own_answers=given).own
        assert kept is not None
        assert kept.answers == {"strategi": ("ja",)}
        assert open_insight(2, municipality="Aarhus").own is None
        keep_own_answers(kept_own_answers("Odense"), "Odense")
        assert open_insight(2, municipality="Odense").own == kept

    def test_intervals_follow_the_level(self):
        wide, narrow = (open_insight(2, confidence=level).figure("2").frame for level in (0.99, 0.80))
        assert (wide["ci_upper"] - wide["ci_lower"] > narrow["ci_upper"] - narrow["ci_lower"]).all()


class TestFinding:
    @pytest.mark.parametrize("number", range(1, 11))
    def test_it_carries_a_number_and_its_page(self, number):
        finding = open_insight(number).finding()
        bundle = finding._repr_mimebundle_()
        insight = load_registry().insight(number)
        assert re.search(rf"\d{SPACE}pct\.", finding.markdown)
        assert "{" not in finding.markdown
        assert bundle[PAGE_MIME_TYPE] == {
            "number": number,
            "slug": insight.slug,
            "title": insight.title,
            "kicker": f"Indsigt {number}",
            "finding": finding.markdown,
            "source": SOURCE,
        }
        assert bundle["text/markdown"] == finding.markdown

    def test_the_second_says_that_the_difference_is_within_chance(self):
        assert plain(open_insight(2).finding()) == (
            "58 pct. af kommunerne har en strategi for borgerinddragelse. Viljen til at eksperimentere er "
            "større med en strategi (87 pct.) end uden en strategi (73 pct.), men forskellen er inden for "
            "det tilfældige."
        )

    def test_a_sentence_of_ones_own_is_filled(self):
        assert (
            open_insight(1).sentence("{former.borgermoede:count} af {former.borgermoede:n}").markdown
            == "74 af 76"
        )


class TestOwnPosition:
    def opened(self, number, path, **options):
        return open_insight(number, municipality="Odense", own_answers=path, **options)

    @pytest.mark.long
    @pytest.mark.parametrize("number", NUMBERS)
    def test_without_own_answers_the_layer_is_absent(self, number):
        page = open_insight(number, municipality="Odense")
        assert page.own_position() is None
        for figure in load_registry().figures_of(number):
            assert "Odense" not in page.figure(figure.id).alt_text

    def test_it_is_absent_on_pages_that_it_says_nothing_of(self, own_file):
        assert self.opened(3, own_file('strategi = "ja"')).own_position() is None

    def test_it_tells_how_many_answer_the_same(self, own_file):
        # N4's borgerforslag: 25 pct.; lokalråd: 54 pct.
        text = self.opened(3, own_file('former = ["lokalraad", "borgerforslag"]')).own_position().markdown
        assert text.startswith(
            "## Hvor står Odense Kommune?\n\n- Hvilke former for borgerinddragelse har kommunen"
        )
        assert f"Odense: »Lokalråd« (som 54{SPACE}pct. af kommunerne) og »Borgerforslag til" in text
        assert text.endswith(f"(som 25{SPACE}pct. af kommunerne).")

    def test_a_part_of_the_municipalities_is_called_that(self, own_file):
        text = self.opened(7, own_file('digital_fordele = ["nye_grupper"]')).own_position().markdown
        assert f"(som 77{SPACE}pct. af kommunerne, der har erfaring med digital inddragelse)" in text

    def test_within_a_group_the_group_is_named(self, own_file):
        text = (
            self.opened(2, own_file('strategi = "nej"\nudsagn_eksperimentere = "enig"'))
            .own_position()
            .markdown
        )
        # Figure 3, without a strategy: 19 of 33 = 57.6 pct.
        assert f"»Enig« (som 58{SPACE}pct. af kommunerne i gruppen »Har ikke en strategi«)" in text

    def test_without_the_dividing_answer_the_group_is_not_guessed(self, own_file):
        assert self.opened(2, own_file('udsagn_eksperimentere = "enig"')).own_position() is None

    def test_counts_of_mentions_are_no_shares(self, own_file):
        text = self.opened(4, own_file('omraader = ["velfaerd", "klima"]')).own_position().markdown
        assert "»Velfærdsområder« (nævnt i 21 svar)" in text
        assert "»Klima og bæredygtighed« (tallet kendes ikke)" in text

    @pytest.mark.parametrize(
        ("number", "figure", "answers", "marked"),
        [
            (0, "N1", 'udsagn_byraad = "enig"', "Byrådet prioriterer borgerinddragelse højt"),
            (2, "2", 'strategi = "ja"', "Har en strategi"),
            (3, "4", 'former = ["lokalraad"]', "Lokalråd"),
            (4, "5", 'udbredelse = "nogen_grad"', "I nogen grad"),
            (4, "6", 'omraader = ["byudvikling"]', "Byudvikling"),
            (7, "10", 'digital_succes = "ved_ikke"', "Slet ikke eller ved ikke"),
        ],
    )
    def test_the_chart_is_marked(self, own_file, number, figure, answers, marked):
        plain, chart = (
            open_insight(number).figure(figure),
            self.opened(number, own_file(answers)).figure(figure),
        )
        assert chart.alt_text.endswith(f"Odense har svaret »{marked}«.")
        assert chart.alt_text != plain.alt_text

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("number", "figure", "answers"),
        [(0, "N1", 'udsagn_byraad = "enig"'), (7, "10", 'digital_succes = "ved_ikke"')],
    )
    def test_the_mark_is_drawn(self, own_file, number, figure, answers):
        marked = self.opened(number, own_file(answers)).figure(figure)
        assert marked.png() != open_insight(number).figure(figure).png()

    def test_a_statement_that_one_disagrees_with_is_not_marked(self, own_file):
        # The bar is those who agree.
        chart = self.opened(1, own_file('udsagn_byraad = "uenig"')).figure("1")
        assert "Odense" not in chart.alt_text


class TestClaims:
    @pytest.mark.parametrize("number", range(1, 11))
    def test_each_stands_with_its_verdict(self, number):
        lines = open_insight(number).claims().markdown.split("\n\n")[0].splitlines()
        claims = load_registry().claims_of(number)
        assert len(lines) == len(claims) > 0
        for line, claim in zip(lines, claims, strict=True):
            assert re.match(
                rf"- \*\*(Holder|Ikke afgjort|Holder ikke): {re.escape(claim.statement)}\*\* ", line
            )

    def test_words_of_statistics_stand_in_the_method(self):
        page = open_insight(2)
        assert not re.search("p[ \xa0]=|test", page.claims().markdown)
        tested = page.method().markdown.replace(SPACE, " ")
        assert "inden for det tilfældige (p = 0,15). Prøvet med Fishers eksakte test, tosidet." in tested
        assert tested.count("- **Prøve:**") == 3


class TestComparison:
    @pytest.mark.parametrize("number", range(1, 11))
    def test_every_published_value_of_the_insight_stands_in_it(self, number):
        from borgerlib.lokaldemokrati.published.numbers import load_published

        table = open_insight(number).comparison()
        published = load_published()
        assert len(table.rows) == (published["insight"] == str(number)).sum()
        assert "Lokaldemokrati i nybrud" in table.note

    def test_figure_nine_shows_the_one_that_is_impossible(self):
        table = open_insight(7).comparison()
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        row = next(row for row in rows if row["Svar"] == "Flere borgere end normalt")
        shown = (row["Offentliggjort"], row["Genberegnet"], row["Svar bag\u00a0tallet"], row["Resultat"])
        assert [text.replace(SPACE, " ") for text in shown] == ["62 pct.", "63 pct.", "40 af 64", "umuligt"]
        assert "N = 64" in row["Begrundelse"].replace(SPACE, " ")


def test_cases_are_told_and_linked_where_they_bear():
    text = open_insight(3).cases().markdown
    assert re.search(r"\*\*\[(\w+): [^]]+\]\(index\.html#case-\w+\)\.\*\* \S", text)


def test_without_cases_there_is_no_section():
    assert open_insight(8).cases() is None


@pytest.fixture(scope="module")
def pages(wave_file):
    first = open_insight(0, survey=wave_file, municipality="Odense")
    return {number: replace(first, number=number) for number in NUMBERS}


class TestOnAWave:
    """The same pages on microdata of a later year."""

    @pytest.mark.parametrize("number", NUMBERS)
    def test_every_figure_is_made_of_the_wave(self, pages, number):
        for figure in load_registry().figures_of(number):
            chart = pages[number].figure(figure.id)
            assert isinstance(chart, Chart)
            assert chart.title
            assert "{" not in chart.title
            assert "målingen »kommuner_2025«" in chart.caption
            assert "N = 78" not in chart.caption

    def test_a_figure_of_the_wave_is_a_picture(self, pages):
        assert pages[2].figure("2").svg("narrow").startswith("<svg ")

    @pytest.mark.parametrize("number", NUMBERS)
    def test_finding_and_claims_are_of_the_wave(self, pages, number):
        now, then = (
            pages[number].finding().markdown,
            open_insight(number, municipality="Odense").finding().markdown,
        )
        assert now != then
        if number:
            lines = pages[number].claims().markdown.split("\n\n")[0].splitlines()
            assert len(lines) == len(load_registry().claims_of(number))
            assert all(line.endswith(".") and "nan" not in line for line in lines)

    def test_the_overview_counts_who_answered_this_time(self, pages):
        # 64 of 98 = 65.3 pct.
        assert plain(pages[0].finding()) == (
            "64 af landets 98 kommunaldirektører har svaret i denne måling (65 pct.)."
        )

    @pytest.mark.parametrize("number", range(1, 11))
    def test_the_comparison_sets_2021_beside_the_wave(self, pages, number):
        table = pages[number].comparison()
        assert table.columns[-2:] == ("2021", "kommuner_2025")
        assert re.search(r"\d pct\.|\d\u00a0pct\.", table.rows[0][-2])
        assert all(row[-1] in ("skjult", "–") or row[-1].endswith("pct.") for row in table.rows)
        assert "kommuner_2025" in table.note
        assert "Lokaldemokrati i nybrud" in table.note

    def test_a_wave_compared_with_itself_by_hand(self, pages, wave_frame):
        # Figure 2: 58 pct. then; now the weighted share of the estimates.
        table = pages[2].comparison()
        now = pages[2].survey.everything.frame
        share = now[(now["item"] == "strategi") & (now["option"] == "ja")]["proportion"].item()
        assert table.rows[0][1:] == ("Har en strategi", "", f"58{SPACE}pct.", f"{100 * share:.0f}{SPACE}pct.")

    def test_the_audit_of_2021_keeps_its_own_source(self, pages):
        for table in (pages[0].audit(), pages[0].audit_open(), pages[0].feasible_sizes()):
            assert "Lokaldemokrati i nybrud" in table.note
            assert "kommuner_2025" not in table.note

    def test_the_method_tells_of_weights_and_of_what_is_hidden(self, pages):
        text = pages[1].method().markdown
        assert "64 af 98 kommuner svarede" in text
        assert "Designeffekten er 1," in text
        assert "færre end fem svar vises ikke" in text
        assert "Region Hovedstaden × Landkommuner → Region Syddanmark × Landkommuner" in text

    def test_the_most_often_named_is_so_by_count_also_where_weights_say_otherwise(self, pages):
        chart = pages[4].figure("6")
        first, second = chart.frame.iloc[0], chart.frame.iloc[1]
        assert first["count"] > second["count"]
        # Otherwise this wave could not tell the two apart.
        assert first["proportion"] < second["proportion"]
        rows = chart.frame.set_index("option")
        welfare = int(rows.loc["velfaerd", "count"])
        assert chart.title.startswith(f"{welfare} af {int(rows.loc['velfaerd', 'n'])} nævner")

    @pytest.mark.long
    def test_own_answers_stand_beside_the_wave(self, wave_file, own_file):
        page = open_insight(
            2, survey=wave_file, municipality="Odense", own_answers=own_file('strategi = "ja"')
        )
        frame = page.survey.everything.frame
        share = frame[(frame["item"] == "strategi") & (frame["option"] == "ja")]["proportion"].item()
        assert f"(som {100 * share:.0f}{SPACE}pct. af kommunerne)" in page.own_position().markdown


class TestMethod:
    def test_it_says_who_how_many_and_how_sure(self):
        text = open_insight(2, confidence=0.9).method().markdown
        assert "79 af 98 kommunaldirektører svarede" in text
        assert "N = 78" in text.replace(SPACE, " ")
        assert f"intervallerne (90{SPACE}pct.) er eksakte" in text

    def test_the_stamp_tells_when_with_what_and_on_which_data(self):
        stamp = open_insight(2).run_stamp().markdown
        assert re.match(r"Kørt \d{1,2}\. [a-z]+ \d{4} kl\. \d\d\.\d\d med borgerlib \S+ på ", stamp)
        assert re.search(r"på undersøgelsen »lokaldemokrati-2021«; data [0-9a-f]{12}\.\Z", stamp)
