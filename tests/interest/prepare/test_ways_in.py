"""What municipalities have instead of ages and districts, from the export to what is shown."""

import csv

import pytest

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.dashboard.page.screen import view
from borgerlib.errors import CodebookError, DataError, MarginError
from borgerlib.interest import store
from borgerlib.interest.export import export_data
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.survey import load_weighting
from borgerlib.view.citizens.answers import why_not
from borgerlib.view.citizens.interest import open_interest
from borgerlib.view.citizens.words import differences_sentence
from borgerlib.workshop.page.citizens import citizens_of

TOPICS = """
[[item]]
id = "emner"
text = "Emner"
kind = "multiple"
role = "topics"
options = [{ id = "haver", text = "Haver" }, { id = "havne", text = "Havne" }, { id = "huse", text = "Huse" }]
"""
SEX = """
[[item]]
id = "koen"
text = "Køn"
kind = "single"
role = "sex"
options = [ { id = "kvinde", text = "Kvinde" }, { id = "mand", text = "Mand" } ]
"""
BANDS = """
[[item]]
id = "aldersgruppe"
text = "Aldersgruppe"
kind = "single"
role = "age"
options = [
  { id = "a", text = "15-39 år" },
  { id = "b", text = "40-59 år" },
  { id = "c", text = "60 år eller derover" },
]
"""
AGE = """
[[item]]
id = "alder"
text = "Alder"
kind = "number"
role = "age"
"""
POSTCODE = """
[[item]]
id = "postnummer"
text = "Postnummer"
kind = "text"
role = "area"
"""
ANSWERED = {
    "Emner": ["Haver;Havne", "Huse", "Haver;Huse"],
    "Køn": ["Kvinde", "Mand"],
    "Aldersgruppe": ["15-39 år", "40-59 år", "60 år eller derover", "40-59 år", "60 år eller derover"],
    "Alder": ["17", "25", "35", "45", "55", "65", "75"],
    "Postnummer": ["5970", "5985", "5960"],
    "Glad": ["Ja", "Nej"],
}
# 5,310 people of 15 years or more lived on Ærø on 1 January 2020.
DISTRICTS = "omraade;antal\n5970;2920\n5985;1390\n5960;1000\n"


def survey(folder, *items, headings, count=210):
    """Write a codebook of items and an export of some columns; return both paths."""
    export, book = folder / "svar.csv", folder / "kodebog.toml"
    book.write_text('[survey]\nid = "lille"\ntitle = "Lille"\n' + "".join(items), "utf-8")
    with export.open("w", encoding="utf-8", newline="") as file:
        answers = [(ANSWERED[name], 5 * place + 1) for place, name in enumerate(headings)]
        rows = [[of[row // step % len(of)] for of, step in answers] for row in range(count)]
        csv.writer(file, delimiter="\t").writerows([headings, *rows])
    return export, book


def prepared_of(folder, *items, headings, **settings):
    export, book = survey(folder, *items, headings=headings)
    return prepare("Ærø", export, codebook=book, **settings)


@pytest.mark.long
def test_age_in_bands_is_weighted_by_and_shown(workspace, tmp_path):
    done = prepared_of(tmp_path, TOPICS, SEX, BANDS, headings=["Emner", "Køn", "Aldersgruppe"])
    margins = done.weighting.margins
    bands = margins[margins["column"] == "alder_i_grupper"]
    assert bands["level"].tolist() == ["15-39", "40-59", "60+"]
    assert bands["after"].tolist() == pytest.approx(bands["target"].tolist())
    page = open_interest("Ærø")
    assert page.groups("age") == ["age=15-39", "age=40-59", "age=60+"]
    labels = ["15–39 år", "40–59 år", "60 år og derover"]
    assert page.participation("age").frame["label"].tolist()[:3] == labels
    age = next(filter_ for filter_ in open_answers("Ærø").offer.filters if filter_.role == "age")
    assert [level.label for level in age.levels] == labels
    export_data("Ærø", "sav")


def test_bands_that_leave_somebody_out_are_refused(workspace, tmp_path):
    with pytest.raises(CodebookError) as caught:
        prepared_of(tmp_path, TOPICS, BANDS.replace("40-59", "45-59"), headings=["Emner", "Aldersgruppe"])
    assert caught.value.problems == (
        "item 'aldersgruppe': nobody of 40 to 44 finds an option between 'a' and 'b'",
    )


def test_the_sheet_and_heading_rows_may_be_said_where_the_mapping_does_not(workspace, tmp_path):
    export, book = survey(tmp_path, TOPICS, SEX, headings=["Emner", "Køn"])
    text = export.read_text(encoding="utf-8")
    export.write_text(f"Emner\tKøn\n{text}", encoding="utf-8")
    assert prepare("Ærø", export, codebook=book, heading_rows=2).rows_in == 210
    with pytest.raises(DataError, match="Unknown sheet 'Svar'"):
        prepare("Ærø", export, codebook=book, sheet="Svar")


def test_who_is_too_young_by_band_takes_no_part(workspace, tmp_path):
    done = prepared_of(tmp_path, TOPICS, BANDS, headings=["Emner", "Aldersgruppe"], min_age=40)
    # Every fifth of 210 is of 15-39.
    assert done.reasons == {"below_age_limit": 42}


@pytest.mark.long
def test_nothing_to_weight_by_goes_on_unweighted_and_says_so_everywhere(workspace, tmp_path):
    with pytest.raises(MarginError, match="--unweighted"):
        prepared_of(tmp_path, TOPICS, headings=["Emner", "Glad"])
    prepared_of(tmp_path, TOPICS, headings=["Emner", "Glad"], unweighted=True)
    said = "Ikke vægtet: tallene gælder kun dem, der har svaret."
    assert load_weighting("Ærø") is None
    page = open_interest("Ærø")
    estimates = page.estimates("topics")
    # Every answer of three holds 'Haver' twice.
    assert estimates.frame["proportion"].tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3])
    assert estimates.source.endswith(said)
    assert estimates.base == "borgere i Ærø Kommune, der har svaret"
    assert said in page.finding().markdown
    assert said in page.method().markdown
    assert said in page.evenness().markdown
    assert "Det har kommunen ikke spurgt om." in page.figure("deltagelse").markdown
    assert page.participation_table().rows == ()
    answers = open_answers("Ærø")
    shown = view(answers, answers.everybody, number=1)
    assert said in shown["notice"]
    assert [fact["label"] for fact in shown["facts"]] == ["Svar"]
    for to in ("sav", "csv", "xlsx", "parquet"):
        export_data("Ærø", to)
    # Without a question on formats the meeting's cards say what is known of topics.
    assert {item for item, _ in citizens_of("Ærø").said} == {"emner"}


def test_without_topics_the_report_says_what_was_not_asked(workspace, tmp_path):
    glad = TOPICS.replace('role = "topics"', "").replace("emner", "glad").replace("Emner", "Glad")
    glad = glad.replace('"Haver"', '"Ja"').replace('"Havne"', '"Nej"').replace("multiple", "single")
    prepared_of(tmp_path, glad, SEX, headings=["Glad", "Køn"])
    page = open_interest("Ærø")
    told = "Kommunen har ikke spurgt om emner, tid, måder at være med på eller kanaler."
    assert page.finding().markdown == told
    assert page.figure("emner").markdown == "Det har kommunen ikke spurgt om."
    assert not page.participation("sex").frame.empty
    assert (
        why_not(page.survey, "segment", "").markdown
        == "Typerne findes ud fra emner, og dem har kommunen ikke spurgt om."
    )
    assert differences_sentence(page.survey).startswith("Grupper er ikke sammenlignet: kommunen har ikke")
    with pytest.raises(DataError, match="none of the questions that the dashboard shows"):
        open_answers("Ærø")


@pytest.mark.long
def test_a_postcode_is_a_place_and_its_count_the_municipalitys(workspace, tmp_path):
    districts, rules = tmp_path / "omraader.csv", tmp_path / "vaegt.toml"
    districts.write_text(DISTRICTS, "utf-8")
    rules.write_text('[merge.area]\n"Vest" = ["5985", "5960"]\n', "utf-8")
    headings = ["Emner", "Postnummer"]
    done = prepared_of(tmp_path, TOPICS, POSTCODE, headings=headings, districts=[districts], weighting=rules)
    own = "kommunens egen optælling (omraader.csv)"
    assert done.weighting.population_source == own
    assert set(store.load("aeroe")["postnummer"]) == {"5970", "Vest"}
    page = open_interest("Ærø")
    rates = page.participation("area")
    assert rates.frame["label"].drop_duplicates().tolist() == ["5970", "Vest"]
    assert rates.source == f"Borgernes svar; {own}, efter område"
    area = next(filter_ for filter_ in open_answers("Ærø").offer.filters if filter_.role == "area")
    assert [level.label for level in area.levels] == ["5970", "Vest"]


def test_ages_that_are_middles_of_bands_are_told_and_not_weighted_by(workspace, tmp_path):
    done = prepared_of(tmp_path, TOPICS, SEX, AGE, headings=["Emner", "Køn", "Alder"])
    assert any("17, 25, 35, 45, 55, 65, 75: these look like the middles" in told for told in done.warnings)
    assert set(done.weighting.margins["column"]) == {"koen"}


TAGGED = TOPICS.replace('"Haver" }', '"Haver", tags = ["climate"] }').replace(
    '"Havne" }', '"Havne", tags = ["climate", "welfare"] }'
)


@pytest.mark.slow
def test_own_topics_are_shown_by_what_they_are_about(workspace, tmp_path):
    prepared_of(tmp_path, TAGGED, BANDS, headings=["Emner", "Aldersgruppe"], unweighted=True)
    page = open_interest("Ærø")
    climate = page.estimates("topics.climate", by="age").frame
    # Of three answers, two hold a topic about the climate.
    assert climate.loc[climate["group"] == "", "proportion"].tolist() == pytest.approx([2 / 3])
    assert set(climate["label"]) == {"Haver eller Havne"}
    assert climate["group"].tolist() == ["", "age=15-39", "age=40-59", "age=60+"]
    assert page.figure("klima").title.startswith("Hvem der vil være med til at drøfte klima")
    assert page.estimates("topics.welfare").frame["option"].tolist() == ["havne"]
    assert "Fremhævet: velfærdsområderne." in page.figure("indsigt_4").caption
    assert page.figure("former").markdown == "Det har kommunen ikke spurgt om."


@pytest.mark.slow
def test_what_was_asked_is_never_said_not_to_be(workspace, tmp_path):
    misleading = TOPICS.replace("haver", "aeldre").replace('"Haver"', '"Ældre biler"')
    misleading = misleading.replace("havne", "skole_dagtilbud")
    export, book = survey(tmp_path, misleading, BANDS, headings=["Emner", "Aldersgruppe"])
    export.write_text(export.read_text("utf-8").replace("Haver", "Ældre biler"), "utf-8")
    prepare("Ærø", export, codebook=book)
    page = open_interest("Ærø")
    told = "Ingen af svarmulighederne er markeret som klima i kommunens kodebog."
    assert page.figure("klima").markdown == told
    # The ids are those of the codebook that ships; the texts are not, so nothing is said of care for the old.
    welfare = page.figure("indsigt_4")
    assert welfare.title == "Borgerne i Ærø Kommune: hvilke emner de vil være med til at drøfte"
    assert "velfærd" not in welfare.caption
