"""A report as one PDF that a screen reader can read."""

import io
import re
from datetime import date
from urllib.parse import quote

import outloud
import pypdf
import pytest
from accessible_pdf import pdf_problems, structure
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from nbformat.v4 import new_output
from sample_notebooks import chart_output, executed, page_output

from borgerlib.errors import RunError
from borgerlib.files.pdf import _lighten, save_pdf
from borgerlib.runs.pages.formats.paper import _levelled, _tidy, _widths, _with_live_references
from borgerlib.runs.pages.formats.pdf import write_pdf
from borgerlib.runs.reports.folder import write_report
from borgerlib.view.leaders.insight import open_insight


def has_weasyprint():
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


needs_weasyprint = pytest.mark.skipif(
    not has_weasyprint(), reason="WeasyPrint or the system's Pango is missing (pip install 'borgerlib[pdf]')"
)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    notebooks = [
        executed(
            folder / f"{n}.ipynb",
            [
                page_output(n, title=f"Indsigt på Ærø {n}"),
                "## Svar",
                chart_output(title=f"Figur {n}"),
                "## Mere",
                chart_output(title="Mere"),
            ],
        )
        for n in (1, 2)
    ]
    council = [page_output(-1, title="Til byrådet", kicker="Til byrådet"), "## Hvad vil de?", chart_output()]
    notebooks.append(executed(folder / "0.ipynb", council))
    rows = "".join(f"<tr><th>Svar {n}</th><td>{n}</td><td>{n}</td></tr>" for n in range(1, 40))
    head = "<tr><th>Svar</th><th>Antal</th><th>Andel</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    shown = new_output("display_data", data={"text/html": table})
    citizens = [page_output(12, title="Borgerne", kicker="Borgernes svar"), "## Alle", shown]
    notebooks.append(executed(folder / "3.ipynb", citizens))
    return write_report(
        "Ærø", notebooks, folder / "r", day=date(2026, 11, 24), title="Lokaldemokrati i tal", source="Kilde"
    ).parent


@pytest.fixture(scope="module")
def pdf(report):
    return write_pdf(in_order(report), report.parent / "rapport.pdf", day=date(2026, 11, 24))


def in_order(report):
    names = sorted(
        (path.name for path in report.glob("*.html")), key=lambda name: (name != "index.html", name)
    )
    return [report / name for name in names]


def page_with(pdf, text, *, after=1):
    """The number of the first page behind the contents that says something."""
    pages = pypdf.PdfReader(pdf).pages
    return next(n for n, page in enumerate(pages, start=1) if n > after and text in page.extract_text())


def written_regularly(svg):
    """The texts of an SVG that are neither heavy nor slanted, as one."""
    styles = dict(re.findall(r"\.(s\d+)\{([^}]*)\}", svg))
    plain = {name for name, style in styles.items() if "weight" not in style and "italic" not in style}
    found = re.findall(r"<text class='(s\d+)'[^>]*>([^<]*)<", svg)
    return "".join(text for name, text in found if name in plain)


def test_what_a_page_says_stands_below_its_name_and_no_level_is_skipped():
    # The heading above the first two went with the first figure.
    written = "<h4>Figur</h4><h4>En til</h4><h2>Holder det?</h2><h3 id='a'>1</h3><h2>Tal</h2>"
    placed = "<h3>Figur</h3><h3>En til</h3><h3>Holder det?</h3><h4 id='a'>1</h4><h3>Tal</h3>"
    assert _levelled(written, below=2) == placed


@needs_weasyprint
class TestPdf:
    def test_it_is_accessible(self, pdf):
        assert pdf_problems(pdf) == ()

    @pytest.mark.long
    def test_an_independent_checker_finds_no_error(self, pdf):
        # Of PDF/UA-1 and of what only a reading finds: torn heads, links without words.
        found = outloud.check(str(pdf))
        assert not [finding for finding in found.findings if finding.severity == "error"]
        assert found.errors == 0

    def test_every_header_cell_says_what_it_heads(self, pdf):
        reader = pypdf.PdfReader(pdf)
        known = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
        heads = [found for found in known if isinstance(found, dict) and found.get("/S") == "/TH"]
        scopes = [head["/A"]["/Scope"] for head in heads]
        assert set(scopes) == {"/Column", "/Row"}

    def test_all_fonts_are_in_the_file(self, pdf):
        for sheet in pypdf.PdfReader(pdf).pages:
            for font in sheet["/Resources"].get("/Font", {}).values():
                described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
                assert {"/FontFile2", "/FontFile3"} & set(described)

    @pytest.mark.slow
    def test_the_contents_name_the_pages(self, pdf):
        contents = pypdf.PdfReader(pdf).pages[1].extract_text()
        for title in ("Til byrådet", "Indsigt på Ærø 1", "Bilag"):
            [told] = re.findall(rf"{title}\s*(\d+)\n", contents)
            assert page_with(pdf, title, after=2) == int(told)

    def test_each_page_says_which_report_and_which_page_of_it(self, pdf):
        texts = [page.extract_text() for page in pypdf.PdfReader(pdf).pages]
        assert all("Ærø · Lokaldemokrati i tal" in text for text in texts[1:])
        assert "Bilag: " in texts[-1]

    @pytest.mark.slow
    def test_the_council_reads_first_figures_and_finds_the_others_in_the_appendix_once(self, pdf):
        appendix = page_with(pdf, "Mere om")
        texts = [page.extract_text() for page in pypdf.PdfReader(pdf).pages]
        first, last = "\n".join(texts[: appendix - 1]), "\n".join(texts[appendix - 1 :])
        assert "Figur\N{NO-BREAK SPACE}1" in first
        assert "Figur\N{NO-BREAK SPACE}2" in first
        assert "Svar 39" in last
        # The second figure "Mere" of insight 2 is that of insight 1.
        assert last.count("Hvor enige er de?") == 1
        assert f"Mere (side {appendix})" in last

    def test_title_language_and_bookmarks(self, pdf):
        reader = pypdf.PdfReader(pdf)
        assert "Ærø" in reader.metadata["/Title"]
        assert reader.trailer["/Root"]["/Lang"] == "da"
        titles = str(reader.outline)
        assert "Indsigt på Ærø 1" in titles
        assert "Indsigt på Ærø 2" in titles

    def test_pages_are_numbered_through(self, pdf):
        texts = [page.extract_text() for page in pypdf.PdfReader(pdf).pages]
        last = texts[-1].split()
        assert str(len(texts)) in last

    def test_links_lead_inside_and_tell_nothing_of_this_machine(self, pdf, report):
        content = pdf.read_bytes()
        assert b"file:" not in content
        assert str(report).encode() not in content
        links = [
            annotation.get_object()
            for page in pypdf.PdfReader(pdf).pages
            for annotation in page.get("/Annots") or []
        ]
        assert links
        assert not any("/A" in link and link["/A"].get("/URI", "").startswith("file") for link in links)

    @pytest.mark.slow
    def test_figures_carry_their_description(self, pdf):
        root = pypdf.PdfReader(pdf).trailer["/Root"]
        figures = [alt for kind, alt in structure(root["/StructTreeRoot"]) if kind == "/Figure"]
        assert len(figures) >= 2
        assert all(len(alt) > 10 for alt in figures)

    @pytest.mark.long
    def test_pictures_are_written_in_their_whole_font(self, tmp_path):
        # Each picture carries some letters of the font: with those of another, words would be wrong.
        charts = [open_insight(2).figure("2"), open_insight(4).figure("5")]
        outputs = [chart_output(wide=chart.svg(framed=False)) for chart in charts]
        page = executed(tmp_path / "a.ipynb", [page_output(1, title="Sider"), *outputs])
        report = write_report("Ærø", [page], tmp_path / "r", day=date(2026, 11, 24), title="T", source="K")
        reader = pypdf.PdfReader(write_pdf(in_order(report.parent), tmp_path / "a.pdf"))
        fonts = [
            font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            for sheet in reader.pages
            for font in sheet["/Resources"]["/Font"].values()
        ]
        (program,) = {
            font["/FontFile2"].get_data() for font in fonts if font["/FontName"].endswith("+Source-Sans-Pro")
        }
        glyphs = TTFont(io.BytesIO(program))["glyf"]
        outlined = sum(glyphs[name].numberOfContours > 0 for name in glyphs.glyphOrder)
        # A pair such as »fi« may be one glyph.
        letters = {letter for chart in charts for letter in written_regularly(chart.svg(framed=False))}
        assert outlined >= len(letters - {" "}) - 2

    def test_the_check_finds_an_untagged_file(self, tmp_path):
        import weasyprint

        path = tmp_path / "x.pdf"
        weasyprint.HTML(string="<html><body><p>Hej</p></body></html>").write_pdf(path)
        found = " ".join(pdf_problems(path))
        for wanted in ("no tags", "language", "no title", "heading"):
            assert wanted in found

    def test_titles_are_titles_and_no_text_leaves_the_sheet(self, tmp_path):
        heads = "".join(f'<th scope="col">Kolonnehoved {n}</th>' for n in range(9))
        cells = "".join(f"<td>genberegningsresultat {n}</td>" for n in range(9))
        table = f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
        wide = new_output("display_data", data={"text/html": table})
        path = executed(tmp_path / "1.ipynb", [page_output(1, title="Titel"), "## Svar", wide])
        index = write_report("Ærø", [path], tmp_path / "r", day=date(2026, 11, 24), title="T", source="K")
        sizes, right = {}, []

        def visit(text, matrix, text_matrix, font, size):
            word = text.strip()
            if word:
                # The upright size that is drawn, whatever the nesting of transformations.
                sizes[word] = max(sizes.get(word, 0), abs(size * text_matrix[3] * matrix[3]))
                right.append(text_matrix[4] * matrix[0] + matrix[4])

        for page in pypdf.PdfReader(write_pdf(in_order(index.parent), tmp_path / "x.pdf")).pages:
            page.extract_text(visitor_text=visit)
        assert sizes["Titel"] > 1.5 * sizes["Svar"]
        assert max(right) < 595 - 50

    @pytest.mark.parametrize(("x", "pieces"), [("0", 1), ("0 9 18", 3)])
    def test_a_pictures_text_is_drawn_as_one_but_where_its_letters_have_places(self, tmp_path, x, pieces):
        text = f"<text x='{x}' y='15'>abc</text>"
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='90' height='20'>{text}</svg>"
        save_pdf(f'<html lang="da"><img alt="abc" src="data:image/svg+xml,{quote(svg)}">', tmp_path / "x.pdf")
        assert pypdf.PdfReader(tmp_path / "x.pdf").pages[0].get_contents().get_data().count(b"TJ") == pieces

    def test_another_weasyprint_is_told_as_a_missing_one(self, tmp_path, monkeypatch):
        monkeypatch.delattr("weasyprint.html.UA_STYLESHEET")
        _lighten.cache_clear()
        with pytest.raises(RunError, match="WeasyPrint 70 is missing"):
            save_pdf("", tmp_path / "x.pdf")

    def test_each_heading_is_tagged_as_standing_on_its_own_page(self, tmp_path):
        # pydyf names all pages anew for each tag; here they are named once, as they come.
        save_pdf('<html lang="da"><h1>A</h1><h1 style="break-before:page">B</h1>', tmp_path / "x.pdf")
        reader = pypdf.PdfReader(tmp_path / "x.pdf")
        tags = [reader.get_object(number) for number in range(1, reader.trailer["/Size"] - 1)]
        pages = [tag["/Pg"] for tag in tags if isinstance(tag, dict) and tag.get("/S") == "/H1"]
        assert pages == list(reader.pages)

    def test_a_column_that_fits_is_not_broken_and_long_ones_share_the_rest(self):
        long = "Hvordan borgerne inddrages i kommunens beslutninger " * 4
        rows = f"<tr><th>Indsigt 10, figur 13</th><td>{long}</td><td>{long}</td></tr>" * 2
        soup = BeautifulSoup(f"<table>{rows}</table><table><tr><th>A</th></tr>{rows}</table>", "html.parser")
        for table in soup.find_all("table"):
            _widths(soup, table)
        first, *others = [float(column["style"][6:-1]) for column in soup.find_all("col")]
        # Twenty letters of about half of 8.5 points, in a line of 493 points.
        assert 14 < first < 19
        assert others == [pytest.approx((100 - first) / 2, abs=0.1)] * 2  # rows that differ have no widths

    def test_a_reference_to_what_is_not_in_the_document_is_its_words(self):
        number = '<span class="on-page" data-to="#x">(side 00)</span>'
        held = f'<h1 id="b-æ">B</h1><p>Og <a href="#b-%C3%A6">B</a> {number}.</p>'
        assert (
            _with_live_references(f'{held}<p>Se <a href="#index">A</a> {number}.</p>')
            == f"{held}<p>Se A.</p>"
        )

    def test_a_notebooks_own_markup_is_kept_whatever_its_classes(self):
        own = """<p class="source">Kilde</p><div class="summary details skip">Kort</div>
            <dl><div>Ord</div></dl><details><summary>Vis</summary>Mere</details>
            <table class="own"><tr></tr><tr><td>1</td></tr></table>"""
        soup = BeautifulSoup(own, "html.parser")
        _tidy(soup, "01", set())
        assert soup.get_text(" ", strip=True) == "Kilde Kort Ord Mere 1"
        assert soup.table["class"] == ["own", "measured"]

    def test_no_pages_and_no_folder_are_told(self, report, tmp_path):
        with pytest.raises(RunError, match="no pages"):
            write_pdf([], tmp_path / "x.pdf")
        with pytest.raises(RunError, match="cannot be written"):
            write_pdf(in_order(report), tmp_path / "ingen" / "x.pdf")
        assert list(tmp_path.iterdir()) == []
