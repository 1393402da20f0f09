"""What the page is told: Danish, complete, and free of anything about single people."""

import json
import math
import re

import pytest

from borgerlib.dashboard.page.screen import SORTS, difference, heading, ordered, setting, share_words, view
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
    assert said["heading"] == "Alle borgere i Odense Kommune"
    assert all(row["whole"] is None and row["difference"] == "" for c in said["charts"] for row in c["rows"])
    assert "▲" not in said["charts"][0]["caption"]


def test_nothing_to_show_is_a_sentence(answers):
    said = told(answers, "alder=15-24&omraade=Odense%20Nord&tid=uge&emner=integration")
    assert said["notice"].startswith("Der er færre end 30 svar i valget")
    assert said["facts"] == [{"label": "Svar", "value": "for få svar"}]
    assert all(
        row["value"] is None and row["text"] == "for få svar" for c in said["charts"] for row in c["rows"]
    )
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


def test_times_sum_to_one_hundred(answers):
    for link in ("", "alder=60-69", "koen=kvinde&emner=natur", "omraadetype=land"):
        rows = {chart["id"]: chart["rows"] for chart in told(answers, link)["charts"]}["time"]
        assert round(100 * sum(row["value"] for row in rows)) == 100


def test_what_a_selection_settles_itself_says_so(answers):
    rows = {row["id"]: row for row in told(answers, "emner=klima_miljoe")["charts"][0]["rows"]}
    assert rows["klima_miljoe"]["note"] == "følger af valget"
    assert rows["klima_miljoe"]["difference"] == ""


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
