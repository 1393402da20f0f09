import pytest

from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.published.audit import audit
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.view.leaders import overview
from borgerlib.view.words.text import PAGE_MIME_TYPE, Text


def plain(text):
    return str(text).replace("\u00a0", " ")


# --- opening and front page ---------------------------------------------------------------------------------


def test_the_opening_says_who_answered(survey):
    # 79 / 98 = 80.6 pct.
    assert plain(overview.page(survey).markdown) == (
        "79 af landets 98 kommunaldirektører svarede i 2021 (81 pct.), og 69 af dem gennemførte hele skemaet."
    )


def test_the_opening_of_a_wave_counts_its_own_respondents(wave):
    # 64 / 98 = 65.3 pct.
    assert plain(overview.page(wave).markdown) == (
        "64 af landets 98 kommunaldirektører har svaret i denne måling (65 pct.)."
    )


def test_the_front_page_has_key_figures_from_the_estimates(survey, wave):
    shown = overview.page(survey)
    page = shown.page
    assert (page["number"], page["slug"], page["finding"]) == (0, "overblik", shown.markdown)
    assert [plain(figure["value"]) for figure in page["key_figures"]] == [
        "79 af 98",
        "90 pct.",
        "58 pct.",
        "97 pct.",
    ]
    of_wave = [plain(figure["value"]) for figure in overview.page(wave).page["key_figures"]]
    assert of_wave[:1] + of_wave[2:] == ["64 af 98", "74 pct.", "79 pct."]


# --- how many answers, and which numbers hold ---------------------------------------------------------------


def test_every_question_has_its_possible_sizes():
    table = overview.feasible_sizes()
    assert len(table.rows) == len(identifications()) == 19
    told = {row[0]: row[1:3] for row in table.rows}
    assert told["Har din kommune en strategi for borgerinddragelse?"] == ("78", "entydigt")
    assert told["Kan borgerinddragelse udbredes til flere områder?"] == ("71 eller 78", "flere mulige")
    assert told["Hvilke fordele har der været ved den digitale borgerinddragelse?"] == (
        "ingen; nærmest 64",
        "umuligt",
    )
    assert all(row[3] for row in table.rows)
    assert table.note.startswith("Kilde: Lokaldemokrati i nybrud")


def test_the_summary_counts_every_status():
    status = audit()["status"].value_counts()
    said = overview.audit_summary()
    assert said.startswith(
        f"Af {len(audit())} offentliggjorte værdier er {status['reproduced']} bekræftet præcist, "
    )
    for words in (
        "modsagt af 2021-rapporten selv",
        "i strid med de andre tal",
        "parret efter deres rækkefølge",
        "tabt i teksten og udledt af de øvrige tal",
        "citeret fra andre kilder",
        "kendt inden for grænser",
    ):
        assert words in said


def test_the_whole_audit_is_shown_value_by_value():
    table = overview.audit_table()
    frame = audit()
    assert len(table.rows) == len(frame)
    assert table.columns == (
        "Sted",
        "Svar",
        "Gruppe",
        "Offentliggjort",
        "Genberegnet",
        "Svar bag\u00a0tallet",
        "Resultat",
        "Begrundelse",
    )
    results = [row[6] for row in table.rows]
    assert results.count("bekræftet") == (frame["status"] == "reproduced").sum()
    sure = {"bekræftet", "bekræftet efter rækkefølge"}
    open_ones = {"udledt", "citeret", "modstridende", "umuligt", "kendt inden for grænser"}
    assert set(results) == sure | open_ones
    assert all(row[7] for row in table.rows if row[6] not in sure)
    impossible = next(row for row in table.rows if row[6] == "umuligt")
    assert tuple(plain(cell) for cell in impossible[:6]) == (
        "Indsigt 7, figur 9",
        "Flere borgere end normalt",
        "",
        "62 pct.",
        "63 pct.",
        "40 af 64",
    )


def test_counts_are_not_shown_as_percentages():
    rows = overview.audit_table(insight=4).rows
    mentioned = next(row for row in rows if row[1] == "Velfærdsområder")
    assert [plain(cell) for cell in mentioned[2:5]] == ["21", "21", "21 af 42"]


def test_an_insights_table_is_its_part_of_the_audit():
    frame = audit()
    total = 0
    for insight in load_registry().insights:
        table = overview.audit_table(insight=insight.number)
        assert len(table.rows) == (frame["insight"] == str(insight.number)).sum() > 0
        assert all(row[0].startswith(("Figur ", "Tekst")) for row in table.rows)
        total += len(table.rows)
    assert total == frame["insight"].isin([str(number) for number in range(1, 11)]).sum()


def test_columns_that_would_be_empty_are_left_out():
    columns = overview.audit_table(insight=3).columns
    assert "Gruppe" not in columns
    assert "Gruppe" in overview.audit_table(insight=2).columns


@pytest.mark.parametrize("number", [None, *range(1, 11)])
def test_no_two_rows_of_a_table_read_alike(number):
    rows = [row[:3] for row in overview.audit_table(insight=number).rows]
    assert len(rows) == len(set(rows))


def test_the_open_values_are_told_together_where_they_have_one_reason():
    table = overview.open_values_table()
    frame = audit()
    waiting = frame[~frame["status"].isin(["reproduced", "inferred"])]
    assert 0 < len(table.rows) < len(waiting)
    assert sum(row[1].count("; ") + 1 for row in table.rows) == len(waiting)
    lost = [row for row in table.rows if row[0] == "Indsigt 4, figur 6"]
    assert lost[0][1] == "Klima og bæredygtighed"
    assert lost[0][3].endswith("Tallet er mellem 3 og 8.")
    derived = next(row for row in table.rows if row[0] == "Indsigt 8, figur 11")
    assert derived[1].count("; ") == 12
    assert all(row[3] for row in table.rows)
    assert not any(row[2] == "bekræftet" for row in table.rows)


# --- text ---------------------------------------------------------------------------------------------------


def test_text_shows_itself_as_markdown():
    assert Text("**Fed**")._repr_mimebundle_() == {"text/markdown": "**Fed**", "text/plain": "**Fed**"}
    assert str(Text("a")) == "a"


def test_text_can_carry_what_the_front_page_needs():
    page = {"number": 1}
    assert Text("a", page=page)._repr_mimebundle_()[PAGE_MIME_TYPE] == page
