"""Personal data in an executed notebook are found and not repeated, and numbers are left alone."""

import re
from datetime import date

import corpus
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from borgerlib import places
from borgerlib.population.municipalities import municipalities
from borgerlib.runs.guard.personal_data import personal_data_in


def notebook(*outputs, source="1", parameters=""):
    cells = [new_markdown_cell("# Titel. Skriv til valg@kommune.dk")]
    if parameters:
        cells.append(new_code_cell(parameters, metadata={"tags": ["injected-parameters"]}))
    return new_notebook(cells=[*cells, new_code_cell(source, outputs=list(outputs))])


def shown(text, kind="text/plain"):
    return notebook(new_output("display_data", data={kind: text}))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Borgeren 010190-1234 vil gerne", "celle 2: et CPR-nummer"),
        ("0101901234", "celle 2: et CPR-nummer"),
        ("<td>31 12 85 4321</td>", "celle 2: et CPR-nummer"),
        ("anders.ågård@example.dk", "celle 2: en e-mailadresse"),
        ("Tlf.: 20 30 40 50", "celle 2: et telefonnummer"),
        ("ring på +45 20304050", "celle 2: et telefonnummer"),
        (
            "<table><thead><tr><th></th><th>Navn</th></tr></thead></table>",
            "celle 2: en tabel med kontaktoplysninger",
        ),
        (
            '<table><tr><th scope="col" class="x"><b>E-mail</b></th></tr></table>',
            "celle 2: en tabel med kontaktoplysninger",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html", "text/markdown"])
def test_it_is_found_and_not_repeated(text, what, kind):
    found = personal_data_in(shown(text, kind))
    assert found == (what,)
    assert "1234" not in found[0]


def test_a_workbook_is_opened_also_where_it_is_an_output_itself():
    kind, data = re.findall(r"data:([^;]+);base64,([^']+)", corpus.HELD_WORKBOOK)[0]
    assert "celle 2: en tabel med kontaktoplysninger" in personal_data_in(shown(data, kind))
    assert personal_data_in(shown("H4sIAAAA", "application/gzip")) == ("celle 2: en fil, der ikke kan læses",)
    assert personal_data_in(shown("U3ZhcjtqYQ==", "application/octet-stream")) == ()
    assert personal_data_in(shown("", "application/vnd.bokehjs_exec.v0+json")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "5.822.763 borgere", "5822763000", "9912345678", "0.0101901234", "3,01019012345",
        "data 0101901234abcdef0101901234", "valg@kommune.dk", "20 30 40 50", "spalte 1: 12345678",
        "Hjørring 20304050", "ring 2026-11-24", "kontakt i valgperioden 2018-2021", "mobil 12.345.678",
        "3.112.854.321 visninger", "sha256:0101901234567890aabbccddeeff", "logo@2x.png",
        '<img src="data:image/png;base64,AAAA/3112854321/BBBB">', "Svar: brev, e-mail, telefon og sms",
        "Brev;Annonce;E-mail", "<table><tr><td>Telefon</td><td>31 pct.</td></tr></table>",
        '<table><tr><th scope="row">E-mail</th><td>31 pct.</td></tr></table>',
        "<table><thead><tr><th>Svar</th><th>Andel</th></tr></thead></table>",
    ],
)  # fmt: skip
def test_numbers_public_addresses_and_answers_are_left_alone(text):
    assert personal_data_in(shown(text, "text/html")) == ()


def test_every_part_of_a_notebook_is_searched():
    assert personal_data_in(notebook(new_output("stream", text="010190-1234"))) == ("celle 2: et CPR-nummer",)
    error = new_output("error", ename="E", evalue="v", traceback=["ved 010190-1234"])
    assert personal_data_in(notebook(error)) == ("celle 2: et CPR-nummer",)
    assert personal_data_in(notebook(parameters='who = "x@privat.dk"')) == ("parametrene: en e-mailadresse",)
    deep = {
        "application/vnd.borger.chart+json": {"columns": ["Svar", "Telefon"], "rows": [["a", "x@privat.dk"]]}
    }
    assert personal_data_in(notebook(new_output("display_data", data=deep))) == (
        "celle 2: en e-mailadresse",
        "celle 2: en tabel med kontaktoplysninger",
    )
    widget = notebook()
    widget.metadata["widgets"] = {"state": {"a": {"value": "010190-1234"}}}
    assert personal_data_in(widget) == ("notebookens oplysninger: et CPR-nummer",)


def test_pictures_are_not_read():
    data = {"image/png": "0101901234" * 1000, "text/plain": "en figur"}
    assert personal_data_in(notebook(new_output("display_data", data=data))) == ()


def test_what_is_written_in_a_picture_is_read():
    letters = "<style>.a{src:url(data:font/woff;base64,0101901234)}</style>"
    drawn = f"<svg>{letters}<text x='1'>010190-1234</text></svg>"
    data = {"application/vnd.borger.chart+json": {"wide": drawn, "narrow": "0101901234" * 10}}
    assert personal_data_in(notebook(new_output("display_data", data=data))) == ("celle 2: et CPR-nummer",)
    data = {"application/vnd.borger.chart+json": {"wide": drawn.replace("010190-1234", "20 pct.")}}
    assert personal_data_in(notebook(new_output("display_data", data=data))) == ()


@pytest.mark.parametrize("path", sorted(places.notebooks().glob("[01][0-9]_*.ipynb")), ids=lambda p: p.stem)
def test_the_insights_hold_none(path):
    assert personal_data_in(path) == ()


@given(st.integers(0, 10**12), st.sampled_from(["{}", "n = {}", "<td>{:,}</td>", "{:.3f}"]))
def test_a_plain_number_is_taken_for_a_cpr_number_only_where_it_could_be_one(number, form):
    text = form.format(number)
    digits = "".join(character for character in text if character.isdigit())
    if personal_data_in(shown(text)):
        assert len(digits.split(".")[0]) >= 10


def test_no_municipalitys_name_is_taken_for_a_word_that_announces_a_number():
    for name in municipalities()["name"]:
        assert personal_data_in(shown(f"{name} 2026-11-24 20304050")) == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("0,0101901234,x", "et CPR-nummer"),
        ("<p>010190&#8209;1234</p>", "et CPR-nummer"),
        ("<p>010190&nbsp;1234</p>", "et CPR-nummer"),
        ("<b>010190</b>-<b>1234</b>", "et CPR-nummer"),
        ("<p title='010190-1234'>x</p>", "et CPR-nummer"),
        ("<p>a&#64;privat.dk</p>", "en e-mailadresse"),
        ("<a href='mailto:a@privat.dk'>skriv</a>", "en e-mailadresse"),
        ("tlf. nr. 20 30 40 50", "et telefonnummer"),
        ("Kontakt mig på 20 30 40 50", "et telefonnummer"),
        ("Telefon: <b>20304050</b>", "et telefonnummer"),
        ("       Navn      Telefon\n0  Anders A  x", "en tabel med kontaktoplysninger"),
        ("navn,e-mail,svar\nA,b,c", "en tabel med kontaktoplysninger"),
        ("Navn;Adresse\nA;B", "en tabel med kontaktoplysninger"),
        ("| Navn | Svar |\n|---|---|\n| A | b |", "en tabel med kontaktoplysninger"),
        ("<table><tr><th>Telefon</th><th>Svar</th></tr></table>", "en tabel med kontaktoplysninger"),
        ("<table><tr><td>Navn</td><td>Mobil</td></tr></table>", "en tabel med kontaktoplysninger"),
        *(
            (f"<table><thead><tr><th>{head}</th></tr></thead></table>", "en tabel med kontaktoplysninger")
            for head in ("CPR nr.", "Telefon (privat)", "E-mail:", "Borgerens navn", "kontakt_mail")
        ),
    ],
)
def test_it_is_found_in_other_spellings(text, what):
    assert personal_data_in(shown(text, "text/html")) == (f"celle 2: {what}",)


def test_json_is_searched_by_name_and_value():
    def kinds(content):
        data = {"application/json": content}
        return personal_data_in(notebook(new_output("display_data", data=data)))

    assert kinds({"010190-1234": 3}) == ("celle 2: et CPR-nummer",)
    assert kinds([3112854321.0]) == ("celle 2: et CPR-nummer",)
    columns = ("celle 2: en tabel med kontaktoplysninger",)
    assert kinds([{"Navn": "A", "Telefon": "x"}]) == columns
    assert kinds({"schema": {"fields": [{"name": "telefon"}]}}) == columns
    assert kinds({"E-mail": 0.31, "svar": 0.2}) == ()


def test_metadata_and_attachments_are_searched():
    found = notebook(new_output("display_data", data={"text/plain": "x"}, metadata={"alt": "010190-1234"}))
    found.cells[0]["attachments"] = {"x": {"text/plain": "010190-1234"}}
    found.cells[1].metadata["note"] = "a@privat.dk"
    found.metadata["authors"] = [{"name": "a@privat.dk"}]
    assert personal_data_in(found) == (
        "celle 1: et CPR-nummer", "celle 2: en e-mailadresse", "celle 2: et CPR-nummer",
        "notebookens oplysninger: en e-mailadresse",
    )  # fmt: skip


@pytest.mark.long
def test_long_texts_are_searched_to_their_end():
    # Texts that a careless pattern goes through once per letter, for hours; benchmarks/guard.py measures it.
    text = "x@" + "a" * 200_000 + " " + "a." * 100_000 + " kontakt" * 20_000 + "<" * 20_000 + "0" * 100_000
    assert personal_data_in(shown(text, "text/html")) == ()
    assert personal_data_in(shown(f"{text} 010190-1234", "text/html")) == ("celle 2: et CPR-nummer",)


@given(
    st.dates(date(1937, 1, 1), date(1999, 12, 31)),
    st.integers(0, 3999),
    st.sampled_from(["{}-{}", "{}{}", "{} {}", "<td>{}-{}</td>", "cpr_{}{}_x"]),
    st.text("abcæøå .:;\n", max_size=8),
)
def test_every_cpr_number_is_found_and_never_repeated(day, serial, form, around):
    text = around + form.format(f"{day:%d%m%y}", f"{serial:04d}") + around
    found = personal_data_in(shown(text, "text/html"))
    assert "celle 2: et CPR-nummer" in found
    assert not any(character.isdigit() for reason in found for character in reason.replace("celle 2", ""))
