"""What the page is told: Danish, complete, and free of anything about single people."""

import json
import math
import re
from dataclasses import replace

import pytest

from borgerlib.dashboard.page.overview import overview
from borgerlib.dashboard.page.questions import own_questions
from borgerlib.dashboard.page.screen import SORTS, ordered, setting, view
from borgerlib.dashboard.page.sentences import difference, heading, share_words
from borgerlib.dashboard.widget import InterestDashboard
from borgerlib.interest.filters.selection import Selection, read_link
from borgerlib.interest.store import load, load_register

pytestmark = pytest.mark.slow


def told(answers, link="", **options):
    selection = read_link(link, answers.offer.filters).selection
    return view(answers, answers.to(selection), number=1, **options)


def test_the_setting_names_every_filter_in_danish(answers):
    said = setting(answers)
    labels = {filter_["label"] for filter_ in said["filters"]}
    assert {"Alder", "Køn", "By og land", "Emner", "Tid", "Måder at være med på"} <= labels
    assert said["title"] == "Borgernes interesse i Odense Kommune"
    assert said["simulated"].startswith("SIMULEREDE DATA")


def test_a_selection_is_told_in_words_and_rounded_numbers(answers):
    said = told(answers, "alder=60-69&koen=kvinde", focus=("topics", "klima_miljoe"))
    assert said["heading"] == "60–69 år · Kvinde"
    assert said["link"] == "alder=60-69&koen=kvinde"
    assert [fact["label"] for fact in said["facts"]] == [
        "Svar", "Så mange borgere svarer det til", "Andel af befolkningen", "Svar, når vægtene regnes med"
    ]  # fmt: skip
    values = {fact["label"]: fact["value"] for fact in said["facts"]}
    assert re.fullmatch(r"ca\. \d*0", values["Svar"])
    assert re.fullmatch(r"ca\. \d*0", values["Svar, når vægtene regnes med"])
    # Counted by the population table.
    assert re.fullmatch(r"\d{2}\.\d{3}", values["Så mange borgere svarer det til"])
    assert re.match(
        r"60–69 år · Kvinde: \d+\xa0pct\. \(\d+–\d+\) vælger »Klima og miljø«\. Det ", said["answer"]
    )
    chart = said["charts"][0]
    assert chart["title"].startswith(("Det, flest vælger, ", "Ingen svar skiller sig ud"))
    row = chart["rows"][0]
    assert re.fullmatch(r"\d+\xa0pct\.", row["text"])
    assert re.fullmatch(r"\d+–\d+", row["interval"])
    assert sum(row["focus"] for row in chart["rows"]) == 1


def test_the_text_alternative_holds_every_number_of_the_chart(answers):
    for chart in told(answers, "alder=15-24")["charts"]:
        for row in chart["rows"]:
            assert f"{row['label']} {row['text']}" in chart["alt"]


def test_everybody_is_not_compared(answers):
    said = told(answers)
    assert said["heading"] == "Alle, der har svaret i Odense Kommune"
    assert all(row["whole"] is None and row["difference"] == "" for c in said["charts"] for row in c["rows"])
    assert "▲" not in said["charts"][0]["caption"]


def test_the_answer_of_everybody_stands_alone(answers):
    said = told(answers, focus=("topics", "klima_miljoe"))["answer"]
    assert re.fullmatch(
        r"Alle, der har svaret i Odense Kommune: \d+\xa0pct\. \(\d+–\d+\) vælger »Klima og miljø«\.", said
    )
    said = told(answers, focus=("topics", ""))["answer"]
    assert re.search(r"\. De største andele: (»[^«]+« \(\d+\xa0pct\.\)(, | og |\.$)){3}", said)


def test_nothing_to_show_is_a_sentence(answers):
    said = told(answers, "alder=15-24&omraade=Odense%20Nord&tid=uge&emner=integration")
    assert said["notice"].startswith("Der er færre end 30 svar i valget")
    assert said["facts"] == [{"label": "Svar", "value": "for få svar"}]
    assert all(row["value"] is None and row["text"] == "skjult" for c in said["charts"] for row in c["rows"])
    assert said["charts"][0]["title"] == "Ingen svar kan vises"


def test_a_selection_by_answers_says_about_how_many_citizens(answers):
    facts = {fact["label"]: fact["value"] for fact in told(answers, "emner=natur")["facts"]}
    assert facts["Så mange borgere svarer det til"].startswith("ca. ")


def test_what_chance_took_below_nothing_is_told_as_an_end(answers):
    assert share_words({"proportion": math.nan, "note": "under 4\xa0pct."}) == "under 4\xa0pct."
    assert share_words({"proportion": 0.12, "note": ""}) == "12\xa0pct."
    # Few of the few have chosen 'none of these': in some of the groups chance takes it below nothing.
    links = [
        f"alder={age}&omraadetype={kind}" for age in ("60-69", "70+") for kind in ("by", "mindre_by", "land")
    ]
    rows = [row for link in links for chart in told(answers, link)["charts"] for row in chart["rows"]]
    under = [row for row in rows if row["text"].startswith("under ")]
    assert under
    assert all(row["value"] is None and re.fullmatch(r"under \d+\xa0pct\.", row["text"]) for row in under)


def test_the_promise_is_on_the_page_with_its_factor(answers):
    assert any("højst blive 9 gange så sikker" in line for line in told(answers)["about"])


def test_a_group_of_the_copy_is_called_that_and_one_of_filters_is_not(answers):
    protected = replace(answers.protected, made_of={"sex": frozenset({"topics"})})
    said = told(replace(answers, protected=protected), "koen=kvinde")
    assert said["about"][0].startswith(
        "Valget er en gruppe i den beskyttede kopi af svarene: Nogle af dem har"
    )
    # In a report the notice stands in place of the finding.
    assert said["notice"] == ""
    # Its size is the copy's: it is neither a number nor a share of the people who live here.
    assert [fact["label"] for fact in said["facts"]] == ["Svar", "Svar, når vægtene regnes med"]
    of_copy = "Deres størrelse gælder kopien, ikke kommunen."
    table = told(replace(answers, protected=protected), table=("topics", "sex"))["table"]
    assert table["note"].endswith(of_copy)
    assert of_copy not in told(answers, table=("topics", "sex"))["table"]["note"]
    assert not told(answers, "koen=kvinde&emner=natur")["about"][0].startswith("Valget")
    board = InterestDashboard(replace(answers, protected=protected), link="koen=kvinde")
    assert board.view["notice"] == said["about"][0]


def test_what_is_said_of_the_protection_holds_for_single_choices_too(answers):
    # Of seven times, four in ten of the copied ones are another.
    assert (
        "hvert kryds med 10\xa0pct. chance, og oftere, hvor man kun kan sætte ét" in told(answers)["about"][0]
    )


def test_times_sum_to_one_hundred(answers):
    for link in ("", "alder=60-69", "koen=kvinde&emner=natur", "omraadetype=land"):
        rows = {chart["id"]: chart["rows"] for chart in told(answers, link)["charts"]}["time"]
        assert round(100 * sum(row["value"] for row in rows)) == 100


def test_what_a_selection_settles_itself_says_so(answers):
    rows = {row["id"]: row for row in told(answers, "emner=klima_miljoe")["charts"][0]["rows"]}
    assert rows["klima_miljoe"]["note"] == "følger af valget"
    assert rows["klima_miljoe"]["difference"] == ""


def compared(answers, own, other):
    one, two = (read_link(link, answers.offer.filters).selection for link in (own, other))
    return view(answers, answers.to(one, against=two), number=1)


def test_a_second_selection_stands_beside_the_first(answers):
    said, other = compared(answers, "alder=60-69", "alder=15-24"), told(answers, "alder=15-24")
    assert (said["heading"], said["versus"]) == ("60–69 år", "mod 15–24 år (ca. 130 svar)")
    assert said["link"] == "alder=60-69&mod&alder=15-24"
    assert said["against"] == {"age": ["15-24"]}
    for chart, of_other in zip(said["charts"], other["charts"], strict=True):
        shares = {row["id"]: row for row in of_other["rows"]}
        assert chart["paired"]
        for row in chart["rows"]:
            assert row["whole"] == shares[row["id"]]["value"]
            assert row["whole_text"].startswith(shares[row["id"]]["text"])
            assert f"{row['label']} {shares[row['id']]['text']}" in chart["alt"]


def test_what_differs_is_said_first_with_both_numbers(answers):
    said = compared(answers, "alder=60-69", "alder=15-24")
    assert said["answer"].startswith("60–69 år mod 15–24 år: ")
    marked = [row for chart in said["charts"] for row in chart["rows"] if row["direction"]]
    numbers = re.findall(r"»([^«]+)« \((\d+) mod (\d+)\xa0pct\.\)", said["answer"])
    assert numbers
    rows = {row["label"]: row for row in marked}
    for label, own, other in numbers:
        assert (int(own) > int(other)) == (rows[label]["direction"] == 1)
        assert rows[label]["text"] == f"{own}\xa0pct."
    turned = compared(answers, "alder=15-24", "alder=60-69")
    directions = [{r["id"]: r["direction"] for c in of["charts"] for r in c["rows"]} for of in (said, turned)]
    assert directions[1] == {option: -direction for option, direction in directions[0].items()}


def test_what_was_not_tested_does_not_look_alike(answers):
    chosen = "emner=klima_miljoe,natur"
    chart = compared(answers, f"alder=25-44&{chosen}", f"alder=70%2B&{chosen}")["charts"][0]
    marks = {row["id"]: row["mark"] for row in chart["rows"]}
    # A selection that is made of an answer is not tested on it.
    assert (marks["klima_miljoe"], marks["natur"]) == (" °", " °")
    assert " ▼" in marks.values()
    assert chart["caption"].endswith(" °: ikke prøvet.")
    assert {row["mark"] for chart in told(answers)["charts"] for row in chart["rows"]} == {""}


def test_a_selection_against_itself_asks_for_another(answers):
    said = compared(answers, "alder=60-69", "alder=60-69")
    assert said["answer"] == "De to grupper er ens: 60–69 år. Vælg den anden i filtrene."
    assert {chart["title"] for chart in said["charts"]} == {"De to grupper er ens."}
    assert not any(row["direction"] for chart in said["charts"] for row in chart["rows"])


def test_a_selection_against_too_few_says_so(answers):
    few = "alder=15-24&omraade=Odense%20Nord&tid=uge&emner=integration"
    said = compared(answers, "alder=60-69", few)
    assert said["notice"].startswith("I den gruppe, der sammenlignes med, er der færre end 30 svar")
    assert "for få svar til at sige, om de to grupper er forskellige" in said["answer"]
    assert said["versus"].endswith(" (for få svar)")


def test_the_text_alternative_of_two_selections_ends_with_one_stop(answers):
    charts = compared(answers, "alder=60-69", "alder=15-24")["charts"]
    assert any(chart["rows"][-1]["whole_text"].split(" (")[0].endswith("pct.") for chart in charts)
    assert all(re.search(r"[^.]\.$", chart["alt"]) for chart in charts)


def test_each_of_the_reports_questions_has_a_sentence_with_everybodys_number(answers):
    filters, pair = answers.offer.filters, r"»[^«]+« \(\d+ mod \d+\xa0pct\.\)"
    questions = {question.id: question for question in own_questions(filters)}
    assert len(questions) == 3
    for question in questions.values():
        said = view(answers, answers.to(question.meant.selection), number=1, focus=question.focus)["answer"]
        one, several = r"Blandt alle, der har svaret, er det \d+\xa0pct\.$", rf"{pair}, {pair} og {pair}\.$"
        assert re.search(one if question.focus[1] else several, said), said


def test_a_table_of_everything_has_what_each_click_shows(answers):
    table = told(answers, "koen=kvinde", table=("topics", "age"))["table"]
    assert [column["label"] for column in table["columns"]][:2] == ["I alt", "15–24 år"]
    whole = [int(row["cells"][0]["text"].split()[0]) for row in table["rows"]]
    assert whole == sorted(whole, reverse=True)
    for place, column in enumerate(table["columns"]):
        selection = Selection({role: tuple(levels) for role, levels in column["levels"].items()})
        clicked = view(answers, answers.to(selection), number=1)
        rows = {row["id"]: row for row in clicked["charts"][0]["rows"]}
        for row in table["rows"]:
            cell, shown = row["cells"][place], rows[row["id"]]
            mark = {1: " ▲", -1: " ▼", 0: ""}[shown["direction"]]
            value = shown["text"].removesuffix("\xa0pct.")
            assert cell["text"] == (f"{value}{mark}" if shown["value"] is not None else "–")
            assert cell["told"].startswith(f"{column['label']}, {row['label']}: {shown['text']}")


def test_a_table_marks_who_is_selected_and_a_scale_keeps_its_steps(answers):
    table = told(answers, "alder=60-69", table=("time", "age"))["table"]
    assert [column["label"] for column in table["columns"] if column["chosen"]] == ["60–69 år"]
    assert [row["id"] for row in table["rows"]] == [level.id for level in answers.offer.filter("time").levels]
    assert overview(answers, Selection(), "topics", "topics") is None
    assert overview(answers, Selection(), "age", "sex") is None


@pytest.mark.parametrize("sort", SORTS)
def test_sorting_keeps_every_row(answers, sort):
    charts = told(answers, "alder=60-69", sort=sort)["charts"]
    for chart, asked in zip(charts, told(answers, "alder=60-69")["charts"], strict=True):
        assert {row["id"] for row in chart["rows"]} == {row["id"] for row in asked["rows"]}


def test_order_by_hand():
    rows = [
        {"option": name, "proportion": share} for name, share in (("a", 0.2), ("b", math.nan), ("c", 0.5))
    ]
    whole = {"a": 0.6, "b": 0.1, "c": 0.4}
    assert [row["option"] for row in ordered(rows, whole, "size", fixed=False)] == ["c", "a", "b"]
    assert [row["option"] for row in ordered(rows, whole, "size", fixed=True)] == ["a", "b", "c"]
    # |0.2 − 0.6| = 0.4, |0.5 − 0.4| = 0.1
    assert [row["option"] for row in ordered(rows, whole, "difference", fixed=False)] == ["a", "c", "b"]


def test_differences_within_chance_are_called_that():
    rows = [{"label": "Klima", "direction": 0}, {"label": "Natur", "direction": None}]
    assert difference(rows) == "Ingen svar skiller sig ud fra de øvrige borgeres mere end tilfældigt."
    rows[0]["direction"] = 1
    assert difference(rows) == "Oftere end de øvrige: »Klima«."
    assert difference(rows[1:]).startswith("Der er for få svar")


def test_several_levels_are_listed(answers):
    selection = Selection({"age": ("15-24", "25-44"), "topics": ("klima_miljoe", "natur", "trafik")})
    assert heading(answers, selection) == (
        "15–24 år eller 25–44 år · Klima og miljø, Trafik og veje eller Natur og grønne områder"
    )


def test_nothing_of_a_single_person_is_ever_sent(answers):
    """Contact details, ids and free text of every respondent are searched in all that is sent."""
    register = load_register("Odense").astype(object)
    respondents = load("Odense")
    secrets = {
        value
        for column in register
        for value in register[column]
        if isinstance(value, str) and len(value) > 5
    }
    secrets |= set(respondents["svar_id"].astype(str)) if "svar_id" in respondents else set()
    secrets |= {text for text in respondents.get("fritekst", []) if isinstance(text, str) and len(text) > 5}
    assert len(secrets) > 500
    links = ["", "alder=60-69", "koen=kvinde&tid=uge", "omraade=Odense%20Syd&emner=natur,trafik"]
    sent = json.dumps([setting(answers), *(told(answers, link) for link in links)], ensure_ascii=False)
    assert not [secret for secret in secrets if secret in sent]
