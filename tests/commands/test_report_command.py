"""A whole report and its citizens, made once as a user makes it, and seen from all sides."""

import itertools
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import docx
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from simulated_citizens import shared_citizens

from borgerlib import danish
from borgerlib.lokaldemokrati.insights.cases import load_cases
from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.survey.simulation.export import PREFIX
from borgerlib.view.leaders.insight import open_insight

pytestmark = pytest.mark.long
CITIZENS = "11_simulerede_data_borgernes_interesse.html"
WITH_LAYER = (
    "03_blankt_papir.html",
    "04_velfaerd.html",
    "05_nye_loesninger.html",
    "06_borgergrupper.html",
    "07_digitale_formater.html",
)


def borger(workspace, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "borgerlib", *arguments],
        cwd=workspace,
        env=os.environ | {"BORGER_WORKSPACE": str(workspace), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def pages(folder):
    return {
        path.name: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in folder.glob("*.html")
    }


def words(page):
    """The words of a page, without its pictures and markup."""
    return " ".join(page.get_text(" ").split())


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return a report for Odense with its own answers and its citizens'."""
    with shared_citizens(tmp_path_factory, "Odense", n=2000) as folder:
        pass
    own = 'municipality = "Odense"\n[answers]\nstrategi = "ja"\n'
    (folder / "odense.toml").write_text(own, encoding="utf-8")
    done = borger(folder, "report", "odense", "--own-answers", "odense.toml")
    path = folder / "reports" / "odense"
    found = dict(sorted(pages(path).items()))
    return SimpleNamespace(folder=folder, path=path, pages=found, out=done.stdout, err=done.stderr)


class TestReport:
    def test_it_says_how_each_notebook_went_and_what_to_open_last(self, report):
        told = re.findall(r"^ *(\d\d_\w+) +\d+\.\d s +done$", report.err, flags=re.MULTILINE)
        assert [name[:2] for name in sorted(told)] == [f"{number:02d}" for number in range(11)]
        assert report.out.splitlines()[-1] == f"Open {report.path / 'index.html'}"

    def test_the_own_answers_are_kept_for_the_next_report_and_the_batch(self, report):
        kept = report.folder / "data" / "saved" / "odense" / "egne_svar.toml"
        assert kept.read_bytes() == (report.folder / "odense.toml").read_bytes()

    def test_there_are_the_council_the_insights_the_citizens_the_appendix_and_nothing_else(self, report):
        names = [f"{i.number:02d}_{i.slug.replace('-', '_')}.html" for i in load_registry().insights]
        council = ["til_byraadet.html", "formen.html", "kommunen.html"]
        further = [
            "12_simulerede_data_hvem_har_svaret.html",
            "13_simulerede_data_forskelle_mellem_borgerne.html",
        ]
        assert sorted(path.name for path in report.path.iterdir()) == sorted(
            [
                "index.html",
                *council,
                "00_overblik.html",
                *names,
                CITIZENS,
                *further,
                "ordliste.html",
                "bilag.html",
            ]
        )

    def test_the_front_page_names_the_municipality_and_the_ten_findings(self, report):
        front = report.pages["index.html"]
        assert front.h1.get_text(strip=True) == "Odense"
        listed = [finding.get_text(" ", strip=True) for finding in front.select("ol.findings li .sentence")]
        assert listed[3:13] == [
            danish.tied(open_insight(number).finding().markdown) for number in range(1, 11)
        ]
        for case in load_cases():
            assert front.find(string=danish.tied(case.title))

    def test_all_links_resolve(self, report):
        for name, page in report.pages.items():
            for link in page.select("a[href]"):
                target, _, anchor = link["href"].partition("#")
                assert (target or name) in report.pages, f"{name}: {link['href']}"
                assert not anchor or report.pages[target or name].find(id=anchor), f"{name}: {link['href']}"

    def test_pages_lead_to_the_next_and_back(self, report):
        ends = ("til_byraadet.html", "formen.html", "kommunen.html", "ordliste.html", "bilag.html")
        numbered = [name for name in report.pages if name not in ("index.html", *ends)]
        names = [*ends[:3], *numbered, *ends[3:]]
        for before, after in itertools.pairwise(names):
            assert report.pages[before].select(f'a[rel="next"][href="{after}"]')
            assert report.pages[after].select(f'a[rel="prev"][href="{before}"]')

    def test_it_is_whole_without_a_network_and_runs_no_script(self, report):
        for page in report.pages.values():
            assert not page.find_all(["script", "iframe", "object", "embed", "link", "base"])
            assert not [
                tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)
            ]
            sources = [
                tag[name]
                for tag in page.find_all(True)
                for name in ("src", "srcset", "poster")
                if tag.get(name)
            ]
            assert all(source.startswith("data:") for source in sources)
            styles = " ".join(style.get_text() for style in page.find_all("style"))
            assert not re.search(r"@import|url\((?!['\"]?data:)", styles)
            assert not re.search(r"https?://", " ".join(tag["href"] for tag in page.select("[href]")))

    def test_it_is_danish_with_one_title_and_headings_in_order(self, report):
        for name, page in report.pages.items():
            assert page.html["lang"] == "da", name
            ranks = [int(heading.name[1]) for heading in page.find_all(re.compile(r"^h[1-6]$"))]
            assert ranks[0] == 1, name
            assert ranks.count(1) == 1, name
            assert all(after <= before + 1 for before, after in itertools.pairwise(ranks)), name
            assert page.title.get_text(strip=True)

    def test_every_picture_tells_its_numbers_in_words(self, report):
        pictures = [picture for page in report.pages.values() for picture in page.find_all("img")]
        assert len(pictures) >= 18
        for picture in pictures:
            assert re.search(r"\d+\xa0pct\.|\d", picture["alt"])
            assert len(picture["alt"]) > 80

    def test_all_figures_of_the_report_are_there(self, report):
        registry = load_registry()
        wanted = {str(number) for number in range(1, 14)} | {f"N{number}" for number in range(1, 5)}
        assert wanted <= {figure.id for figure in registry.figures}
        for figure in registry.figures:
            page = next(p for name, p in report.pages.items() if name.startswith(f"{figure.insight:02d}_"))
            titles = [heading.get_text(" ", strip=True) for heading in page.find_all(re.compile(r"^h[2-4]$"))]
            title = open_insight(figure.insight).figure(figure.id).title
            assert danish.tied(title) in titles, figure.id

    def test_no_code_is_shown(self, report):
        for page in report.pages.values():
            assert "open_insight" not in page.get_text()
            assert "Traceback" not in page.get_text()
            assert not page.select("pre, code, .input, .jp-CodeCell")

    def test_the_municipalitys_own_answer_is_told_and_only_where_it_gave_one(self, report):
        second = report.pages["02_strategi.html"].get_text(" ", strip=True)
        assert "Hvor står Odense Kommune?" in second
        assert "som 58\xa0pct. af kommunerne" in second
        assert "Hvor står" not in report.pages["03_blankt_papir.html"].get_text()

    def test_no_respondents_are_written_that_nobody_reads(self, report):
        assert not (report.folder / "data" / "processed" / "lokaldemokrati-2021").exists()


class TestCitizens:
    def test_the_citizens_have_a_page_and_a_place_on_the_front(self, report):
        index = report.pages["index.html"]
        assert index.find(href=CITIZENS)
        assert "Ti indsigter" in words(index)
        assert "Borgernes svar er SIMULEREDE DATA" in words(index)
        assert all(link.select_one(".sentence") for link in index.select(".findings a"))
        assert "SIMULEREDE DATA: Borgernes interesse" in words(report.pages[CITIZENS])

    @pytest.mark.parametrize("name", WITH_LAYER)
    def test_five_insights_show_the_citizens_under_a_heading_of_their_own(self, report, name):
        page = report.pages[name]
        assert "Hvad siger borgerne i Odense Kommune?" in words(page)
        assert page.find(href=CITIZENS)
        assert words(page).index("Hvad siger borgerne") < words(page).index("Holder påstandene?")

    def test_the_other_insights_do_not(self, report):
        others = {name for name in report.pages if re.match("0[0-9]_|10_", name)} - {*WITH_LAYER}
        assert len(others) == 6
        assert not any("Hvad siger borgerne" in words(report.pages[name]) for name in others)

    def test_nothing_of_a_single_respondent_is_in_the_report(self, report):
        folder = report.folder / "data" / "processed" / "odense"
        respondents = pd.read_parquet(folder / "respondents.parquet")
        register = pd.read_parquet(report.folder / "data" / "contact" / "odense" / "register.parquet")
        texts = set(respondents["svar_id"]) | set(respondents["fritekst"].dropna())
        contact = register.select_dtypes(exclude=["number", "bool"]).stack().dropna().astype(str)
        texts |= {text for text in contact if len(text) > 5}
        told = " ".join(words(page) for page in report.pages.values())
        told += " ".join(picture["alt"] for page in report.pages.values() for picture in page.find_all("img"))
        assert len(texts) > 1000
        assert not [text for text in texts if text in told]


@pytest.mark.thorough
def test_from_nothing_to_a_report_by_three_commands(tmp_path):
    borger(tmp_path, "simulate", "Odense", "--n", "1500", "--seed", "1")
    borger(tmp_path, "prepare", "Odense", f"data/processed/{PREFIX}/odense")
    borger(tmp_path, "report", "Odense")
    assert (tmp_path / "reports" / "odense" / CITIZENS).is_file()


@pytest.mark.thorough
def test_a_municipality_without_answers_gets_the_insights_alone_where_it_wants_them(report):
    borger(report.folder, "report", "Ærø", "--out", "ud", "--format", "docx")
    found = pages(report.folder / "ud")
    document = docx.Document(str(report.folder / "ud" / "aeroe.docx"))
    assert len(document.inline_shapes) == sum(len(page.find_all("img")) for page in found.values()) > 18
    assert not [name for name in found if name.startswith("11_")]
    assert "Ti indsigter" in words(found["index.html"])
