"""What a municipality's papers look like: read, refused with what to do instead."""

from datetime import date

import pytest

from borgerlib.errors import ParameterError
from borgerlib.files.look import Look, contrast, look_of, read_look, readable

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0,0L2,2z"/></svg>'


def written(tmp_path, text, **files):
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
    path = tmp_path / "udseende.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_look_is_read(tmp_path):
    text = (
        'navn = "Ærø Kommune"\nlogo = "logo.svg"\nfarver = ["#0B4F6C"]\nafsender = "Borgmesteren"\n'
        'kontakt = "byraad@example.dk"\nmoede = 2027-01-20\n'
    )
    look = read_look(written(tmp_path, text, logo_svg=SVG))
    assert (look.name, look.colours, look.sender) == ("Ærø Kommune", ("#0b4f6c",), "Borgmesteren")
    assert look.meeting == date(2027, 1, 20)
    assert look.logo.startswith("data:image/svg+xml;base64,")


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    text = 'farver = ["#ffd200", "gul", "#000000"]\nlogo = "væk.png"\nnvan = "x"\nmoede = "20. nov"\n'
    with pytest.raises(ParameterError) as raised:
        read_look(written(tmp_path, text))
    told = str(raised.value)
    for wanted in (
        "contrast of 1.5",
        "'gul' is no colour",
        "one or two",
        "there is no file",
        "navn",
        "a date: 2029-12-31",
    ):
        assert wanted in told
    assert f"the nearest that passes is '{readable('#ffd200')}'" in told


@pytest.mark.parametrize("colour", ["#ffd200", "#ffffff", "#ff0000", "#0b4f6c"])
def test_the_nearest_colour_passes_and_a_good_one_stays(colour):
    assert contrast(readable(colour), "#ffffff") >= 4.5
    assert readable("#0b4f6c") == "#0b4f6c"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>x()</script>",
        '<image href="https://example.dk/x.png"/>',
        "<style>p{fill:url(http://x)}</style>",
        '<path onload="x()"/>',
        '<s:script xmlns:s="http://www.w3.org/2000/svg">x()</s:script>',
        '<a><set attributeName="href" to="javascript:x()"/></a>',
        '<image href="data:text/html,x"/>',
        "<style>@import 'x.css';</style>",
        "<unclosed>",
    ],
)
def test_a_logo_only_draws(tmp_path, inside):
    path = written(tmp_path, 'logo = "l.svg"\n', l_svg=SVG.replace("<path", f"{inside}<path"))
    with pytest.raises(ParameterError, match="no picture alone"):
        read_look(path)


def test_a_logo_is_whole(tmp_path):
    (tmp_path / "l.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    with pytest.raises(ParameterError, match="a logo is a PNG or an SVG, and whole"):
        read_look(written(tmp_path, 'logo = "l.png"\n'))


def test_what_is_saved_is_found_and_nothing_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    assert look_of("Ærø") == Look()
    folder = tmp_path / "data" / "saved" / "aeroe"
    folder.mkdir(parents=True)
    (folder / "udseende.toml").write_text('navn = "Ærø"\n', encoding="utf-8")
    assert look_of("Ærø").name == "Ærø"
