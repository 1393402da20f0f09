from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from borgerlib.errors import DataError, DisclosureError
from borgerlib.statistics.disclosure.gate import as_published, disclose
from borgerlib.statistics.estimation.proportions import estimate_total
from borgerlib.view.charts.charts import bar_chart
from borgerlib.view.tables.groups import groups_table
from borgerlib.view.tables.html import MIME_TYPE, estimates_table, public_table

FRAME = pd.DataFrame(
    {
        "item": "emne",
        "option": ["natur", "skoler", "andet"],
        "label": ["Natur & <vand>", "Skoler", "Andet"],
        "group": "",
        "group_label": "",
        "n": 1200,
        "count": pd.array([300, 1100, None], dtype="Int64"),
        "proportion": [0.25, 1100 / 1200, float("nan")],
        "ci_lower": [0.22, 0.9, float("nan")],
        "ci_upper": [0.28, 0.93, float("nan")],
        "note": ["", "", "tabt"],
    }
)


def published(frame=FRAME):
    return as_published(frame, base="borgere", source="Egen måling")


def test_estimates_become_rows_of_danish_text():
    table = estimates_table(published(), caption="Emner")
    assert table.columns == (
        "Svar", "Andel", "Statistisk usikkerhed (95\u00a0pct.)", "Antal", "N",
    )  # fmt: skip
    # 1100/1200 = 91.67; thousands get a point. A remark that stands in place of a number is not told again.
    assert table.rows == (
        ("Natur & <vand>", "25\u00a0pct.", "22–28", "300", "1.200"),
        ("Skoler", "92\u00a0pct.", "90–93", "1.100", "1.200"),
        ("Andet", "tabt", "", "", "1.200"),
    )
    assert table.note == "Kilde: Egen måling."


def test_counts_beside_weighted_shares_say_that_they_are_not():
    # 300 of 1200 are 25 per cent of those who answered, weighted they are 31.
    weighted = FRAME.assign(proportion=[0.31, 0.92, float("nan")], ci_upper=[0.35, 0.93, float("nan")])
    assert "Antal, uvægtet" in estimates_table(published(weighted), caption="Emner").columns
    # Weighted shares that come close to the unweighted ones are weighted all the same.
    near = FRAME.assign(proportion=[0.2512, 0.9201, float("nan")])
    assert "Antal, uvægtet" in estimates_table(published(near), caption="Emner").columns
    for share in (0.92, 0.917):
        rounded = FRAME.assign(proportion=[0.25, share, float("nan")])
        assert "Antal" in estimates_table(published(rounded), caption="Emner").columns


def test_two_groups_of_the_same_name_keep_a_column_each_in_the_workbook():
    groups = [("koen=andet", 0.2), ("omraade=andet", 0.4)]
    frame = pd.concat(
        FRAME.iloc[:1].assign(
            group=group, group_label="Andet", proportion=share, ci_lower=share, ci_upper=share, n=number
        )
        for number, (group, share) in enumerate(groups, start=50)
    )
    frame = pd.concat([FRAME.iloc[:1], frame])
    table = groups_table(published(frame), caption="Emner", base="borgere")
    shown = list(zip(table.numbers["columns"], table.numbers["rows"][0], strict=True))
    assert [value for heading, value in shown if heading == "Andet"] == [0.2, 0.4]
    assert [value for heading, value in shown if heading == "Andet: N"] == [50, 51]


def test_what_is_not_known_gets_no_column():
    bare = FRAME.iloc[:2].assign(n=pd.NA, count=pd.NA, ci_lower=pd.NA, ci_upper=pd.NA)
    assert estimates_table(published(bare), caption="Emner").columns == ("Svar", "Andel")


def test_counts_have_no_share_or_interval():
    assert estimates_table(published(FRAME.iloc[:2]), caption="Emner", unit="antal").columns == (
        "Svar", "Antal", "N",
    )  # fmt: skip


def test_groups_get_a_column_of_their_own():
    both = pd.concat([FRAME.assign(group=g, group_label=g.capitalize()) for g in ("by", "land")])
    table = estimates_table(published(both), caption="Emner")
    assert table.columns[0] == "Gruppe"
    assert [row[0] for row in table.rows] == ["By"] * 3 + ["Land"] * 3


def test_how_many_people_an_answer_stands_for_is_told():
    people = pd.DataFrame({"tid": ["uge"] * 40 + ["aar"] * 60, "vaegt": 12.5})
    shown = disclose(estimate_total(people, "tid", weight="vaegt"), base="borgere", source="Egen måling")
    table = estimates_table(shown)
    # 40 of 100, each for 12.5 people: 500 of 1,250.
    total = table.rows[1][table.columns.index("Anslået antal")]
    assert total.startswith("500 (")
    words = bar_chart(shown).alt_text
    assert "uge 40\u00a0pct., anslået 500 (" in words
    few = pd.DataFrame({"tid": ["uge"] * 3 + ["aar"] * 97, "vaegt": 12.5})
    hidden = estimates_table(
        disclose(estimate_total(few, "tid", weight="vaegt"), base="borgere", source="Egen måling")
    )
    assert {row[hidden.columns.index("Anslået antal")] for row in hidden.rows} == {""}


def test_suppressed_rows_show_no_number():
    frame = FRAME.assign(n=50, count=[30, 2, 3], proportion=[0.6, 0.04, 0.06], ci_lower=0.01, ci_upper=0.7)
    estimates = disclose(frame, base="borgere", source="Måling")
    table = estimates_table(estimates, caption="Emner")
    hidden = [row for row in table.rows if row[1] == "skjult"]
    assert [row[0] for row in hidden] == ["Skoler", "Andet"]
    assert all(row[2:4] == ("", "skjult") for row in hidden)


def test_a_count_that_would_tell_a_hidden_one_is_named_as_hidden():
    # Three of the women chose nature, of which 30 and 27 men would tell: the share alone is shown.
    groups = {"": [30, 30, 40], "koen=k": [3, 17, 20], "koen=m": [27, 13, 20]}
    frame = pd.concat(
        FRAME.assign(
            group=group, group_label=group, domain="koen" if group else "", count=counts, n=sum(counts)
        )
        for group, counts in groups.items()
    )
    frame = frame.assign(n_weighted=frame["n"].astype(float), proportion=0.33, ci_lower=0.2, ci_upper=0.5)
    shown = disclose(frame, base="borgere", source="Måling").select(group="")
    table = estimates_table(shown, caption="Emner")
    counts = [row[table.columns.index("Antal, uvægtet")] for row in table.rows]
    assert counts == ["skjult", "skjult", "40"]
    [at] = [at for at, name in enumerate(table.numbers["columns"]) if name == "Antal, uvægtet"]
    assert [row[at] for row in table.numbers["rows"]] == ["skjult", "skjult", 40]
    assert table.note == "Antallet er skjult, hvor det kunne røbe et andet skjult tal. Kilde: Måling."
    assert "Antallet er skjult, hvor det kunne røbe et andet skjult tal." in bar_chart(shown).caption
    assert "Antallet er skjult" not in bar_chart(published()).caption


def test_simulated_data_are_named_in_the_caption():
    frame = FRAME.iloc[:2].assign(n=2000)
    estimates = disclose(frame, base="borgere", source="Simulering", simulated=True)
    assert estimates_table(estimates, caption="Emner").caption == "SIMULEREDE DATA: Emner"


def test_html_has_caption_headings_with_scope_and_numbers_to_the_right():
    soup = BeautifulSoup(estimates_table(published(), caption="Emner").to_html(), "html.parser")
    assert soup.table.caption.get_text() == "Emner"
    assert [th["scope"] for th in soup.thead.find_all("th")] == ["col"] * 5
    for row in soup.tbody.find_all("tr"):
        assert row.th["scope"] == "row"
        classes = [cell.get("class") for cell in row.find_all("td")]
        assert classes == [["number"]] * 4
        assert "text-align:right" in row.td["style"]
    assert soup.find("p").get_text() == "Kilde: Egen måling."


def test_html_escapes_what_it_is_given():
    html = estimates_table(published(), caption="<script>").to_html()
    assert "Natur &amp; &lt;vand&gt;" in html
    assert "<script>" not in html


def test_plain_text_stands_in_columns():
    text = public_table(
        pd.DataFrame({"navn": ["Ærø", "Aarhus"], "tal": [7, 1234]}),
        caption="Kommuner",
        columns={"navn": "Kommune", "tal": "Svar"},
        note="Kilde: prøve.",
    ).to_text()
    assert text.splitlines() == [
        "Kommuner",
        "Kommune   Svar",
        "Ærø          7",
        "Aarhus   1.234",
        "Kilde: prøve.",
    ]


def test_a_notebook_gets_html_and_text():
    bundle = estimates_table(published(), caption="Emner")._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", MIME_TYPE}
    assert bundle[MIME_TYPE]["numbers"]["columns"][0] == "Svar"


def test_public_numbers_get_decimal_commas_and_gaps_stay_empty():
    frame = pd.DataFrame({"navn": ["a", None], "tal": [1.25, float("nan")], "ja": [True, False]})
    table = public_table(frame, caption="Tal", columns={"navn": "Navn", "tal": "Tal", "ja": "Ja"}, decimals=1)
    # 1.25 rounds half up to 1.3
    assert table.rows == (("a", "1,3", "ja"), ("", "", "nej"))
    assert table.numeric == (False, True, False)
    # The workbook gets the number, unrounded: public figures hide nothing.
    assert table.numbers["rows"] == [["a", 1.25, "ja"], ["", "", "nej"]]


def test_a_column_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(DataError, match=r"lacks tal2(.|\n)*It has: navn, tal"):
        public_table(pd.DataFrame({"navn": ["a"], "tal": [1]}), caption="x", columns={"tal2": "Tal"})


def test_a_long_table_can_be_folded_away():
    table = replace(public_table(FRAME, caption="x", columns={"label": "Svar"}), fold="Vis <alle>")
    soup = BeautifulSoup(table.to_html(), "html.parser")
    assert soup.details.summary.text == "Vis <alle>"
    assert soup.details.table.caption.text == "x"


def test_what_has_not_passed_disclosure_control_is_refused():
    with pytest.raises(DisclosureError, match=r"estimates_table shows DisclosedEstimates only"):
        estimates_table(FRAME, caption="Emner")
