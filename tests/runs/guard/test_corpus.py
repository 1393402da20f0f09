"""How much of a collection of our own the guard holds, and how much it holds wrongly: as the docs say."""

from pathlib import Path

import corpus
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from borgerlib.runs.guard.personal_data import personal_data_in


def shown(kind, content):
    output = new_output("display_data", data={kind: content})
    return new_notebook(
        cells=[new_markdown_cell("Skriv til valg@kommune.dk"), new_code_cell("1", outputs=[output])]
    )


def attached(name):
    notebook = shown("text/plain", "x")
    notebook.cells[0]["attachments"] = {name: {"image/png": "AAAA"}}
    return notebook


def held_and_harmless():
    """Return the notebooks that must be held and those that must not."""
    held = [
        *(shown("text/plain", text) for text in corpus.HELD_TEXTS),
        *(shown("text/html", text) for text in corpus.HELD_HTML),
        *(shown("application/json", content) for content in corpus.HELD_JSON),
        *map(attached, corpus.HELD_NAMES),
    ]
    harmless = [
        *(shown("text/plain", text) for text in corpus.HARMLESS_TEXTS),
        *(shown("text/html", text) for text in corpus.HARMLESS_HTML),
        *(shown("application/json", content) for content in corpus.HARMLESS_JSON),
    ]
    return held, harmless


def test_what_must_be_held_is_held_and_little_else():
    must_be, harmless = held_and_harmless()
    held = sum(bool(personal_data_in(notebook)) for notebook in must_be)
    wrongly = sum(bool(personal_data_in(notebook)) for notebook in harmless)
    assert len(must_be) >= 150
    assert len(harmless) >= 150
    assert held / len(must_be) >= 0.95
    assert wrongly / len(harmless) <= 0.02
    told = (
        f"{held} of {len(must_be)} that must be held are held, {wrongly} of {len(harmless)} harmless ones are"
    )
    text = " ".join(
        (Path(__file__).parents[3] / "docs" / "methodology.md").read_text(encoding="utf-8").split()
    )
    assert told in text


def test_nothing_in_the_collection_is_repeated_by_what_the_guard_says():
    for notebook in held_and_harmless()[0]:
        for said in personal_data_in(notebook):
            assert not any(
                digit in said.replace("celle 1", "").replace("celle 2", "") for digit in "0123456789"
            )


# A browser shows all of these, and more lenient parsers than ours drop some.
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>x</p></html>\nIda Hansen, Nørregade 5, 5000 Odense", "en adresse"),
        ("<p>x</p></html>\n<b>0101</b>90-1234", "et CPR-nummer"),
        ("<div>" * 2100 + "Ring til 20 30 40 50", "et telefonnummer"),
        ("<p title='a' title='tlf. 20304050'>", "et telefonnummer"),
        ("<a href='tel:+4520304050", "et telefonnummer"),
    ],
)
def test_broken_markup_hides_nothing(text, found):
    assert f"celle 2: {found}" in personal_data_in(shown("text/html", text))


@pytest.mark.parametrize("piece", ["<td>x", "<table>", "<!--", '<a href="', "<a b='c", "tlf 2", "Aa "])
def test_a_long_text_that_is_never_closed_is_searched_to_its_end(piece):
    # A search that starts anew at every piece would take hours.
    text = f"010190-1234 {piece * (200_000 // len(piece))}"
    assert "celle 2: et CPR-nummer" in personal_data_in(shown("text/html", text))
