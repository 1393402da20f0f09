import csv
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from borgerlib.commands import main as cli
from borgerlib.lokaldemokrati.insights.cases import load_cases
from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.published.audit import audit
from borgerlib.lokaldemokrati.published.numbers import load_published
from borgerlib.view.leaders.insight import open_insight

FIELDS = [
    "insight", "figure", "question", "item", "group", "published", "recomputed", "count", "n", "status",
    "reason",
]  # fmt: skip


@pytest.fixture
def borger(monkeypatch, capsys, tmp_path):
    """Run the command line as a user does, in an empty folder; return exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["borger", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        captured = capsys.readouterr()
        return SimpleNamespace(code=code, out=captured.out, err=captured.err)

    return run


# --- the report -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return a whole report for Odense with its own answers, made as a user makes it, once for all tests."""
    folder = tmp_path_factory.mktemp("rapport")
    (folder / "odense.toml").write_text(
        'municipality = "Odense"\n[answers]\nstrategi = "ja"\n', encoding="utf-8"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "borgerlib",
            "report",
            "odense",
            "--own-answers",
            "odense.toml",
            "--out",
            "ud",
        ],
        cwd=folder,
        env={**os.environ, "BORGER_WORKSPACE": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    pages = {
        path.name: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted((folder / "ud").glob("*.html"))
    }
    return SimpleNamespace(folder=folder, path=folder / "ud", pages=pages, out=done.stdout, err=done.stderr)


class TestReport:
    def test_it_says_how_each_notebook_went_and_what_to_open_last(self, report):
        told = re.findall(r"^ *(\d\d_\w+) +\d+\.\d s +done$", report.err, flags=re.MULTILINE)
        assert [name[:2] for name in sorted(told)] == [f"{number:02d}" for number in range(11)]
        assert report.out.splitlines()[-1] == f"Open {report.path / 'index.html'}"

    def test_there_are_an_index_an_overview_and_ten_insights_and_nothing_else(self, report):
        names = [f"{i.number:02d}_{i.slug.replace('-', '_')}.html" for i in load_registry().insights]
        assert sorted(path.name for path in report.path.iterdir()) == sorted(
            ["00_overblik.html", "index.html", *names]
        )

    def test_the_front_page_names_the_municipality_and_the_ten_findings(self, report):
        front = report.pages["index.html"]
        assert front.h1.get_text(strip=True) == "Odense"
        listed = [finding.get_text(" ", strip=True) for finding in front.select("ol.findings li .sentence")]
        assert listed == [open_insight(number).finding().markdown for number in range(1, 11)]
        for case in load_cases():
            assert front.find(string=case.title)

    def test_all_links_resolve(self, report):
        for name, page in report.pages.items():
            for link in page.select("a[href]"):
                target, _, anchor = link["href"].partition("#")
                assert (target or name) in report.pages, f"{name}: {link['href']}"
                assert not anchor or report.pages[target or name].find(id=anchor), f"{name}: {link['href']}"

    def test_pages_lead_to_the_next_and_back(self, report):
        names = [name for name in report.pages if name != "index.html"]
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
            assert open_insight(figure.insight).figure(figure.id).title in titles, figure.id

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

    def test_respondents_are_written_to_the_workspace(self, report):
        file = report.folder / "data" / "processed" / "lokaldemokrati-2021" / "respondents.parquet"
        assert len(pd.read_parquet(file)) == 79


# --- the audit --------------------------------------------------------------------------------------------


class TestAudit:
    def test_json_is_a_list_of_objects_one_a_published_value(self, borger):
        records = json.loads(borger("audit", "--format", "json").out)
        assert len(records) == len(load_published())
        assert all(list(record) == FIELDS for record in records)
        assert all(record["reason"] for record in records if record["status"] != "reproduced")
        impossible = [record for record in records if record["status"] == "impossible"]
        assert [(r["figure"], r["published"], r["recomputed"], r["count"], r["n"]) for r in impossible] == [
            ("9", 62, 63, 40, 64)
        ]
        strategy = next(record for record in records if record["figure"] == "2")
        assert (strategy["published"], strategy["recomputed"], strategy["count"], strategy["n"]) == (
            58,
            58,
            45,
            78,
        )
        lost = [record for record in records if record["published"] is None]
        assert {record["status"] for record in lost} == {"unreadable"}

    def test_csv_has_the_same_fields_and_rows(self, borger):
        rows = list(csv.reader(io.StringIO(borger("audit", "--format", "csv").out)))
        assert rows[0] == FIELDS
        assert [row[FIELDS.index("status")] for row in rows[1:]] == audit()["status"].tolist()

    def test_the_table_ends_with_a_count_of_each_status(self, borger):
        counts = audit()["status"].value_counts()
        last = borger("audit").out.strip().splitlines()[-1]
        assert last == ", ".join(f"{count} {status}" for status, count in counts.items())

    def test_another_format_is_refused_with_the_legal_ones(self, borger):
        done = borger("audit", "--format", "xml")
        assert done.code == 2
        assert all(word in done.err for word in ("xml", "table", "json", "csv"))


# --- a municipality's own answers -------------------------------------------------------------------------


class TestAnswersTemplate:
    def test_it_is_printed(self, borger):
        done = borger("answers-template", "furesø")
        assert (done.code, tomllib.loads(done.out)) == (0, {"municipality": "Furesø", "answers": {}})

    def test_it_is_written_and_never_over_a_file(self, borger, tmp_path):
        first = borger("answers-template", "0190", "svar.toml")
        assert (first.code, first.out.strip()) == (0, "Wrote svar.toml")
        (tmp_path / "svar.toml").write_text("mine", encoding="utf-8")
        second = borger("answers-template", "0190", "svar.toml")
        assert second.code == 1
        assert "svar.toml exists already." in second.err
        assert (tmp_path / "svar.toml").read_text(encoding="utf-8") == "mine"

    def test_a_folder_that_is_not_there(self, borger):
        done = borger("answers-template", "Furesø", "ingen/svar.toml")
        assert (done.code, "No such file or directory" in done.err) == (1, True)


def test_reconstruct_writes_respondents_with_their_seed(borger, tmp_path):
    done = borger("reconstruct", "--seed", "7")
    file = tmp_path / "data" / "processed" / "lokaldemokrati-2021" / "respondents.parquet"
    assert (done.code, done.out.strip()) == (0, f"Wrote {file}")
    import pyarrow.parquet

    metadata = pyarrow.parquet.read_schema(file).metadata
    assert (metadata[b"reconstructed"], metadata[b"seed"]) == (b"true", b"7")


# --- mistakes ---------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path, wave_frame):
    wave_frame.head(0).to_csv(tmp_path / "tom.csv", index=False)
    (tmp_path / "rod.csv").write_text("kommunekode,strategi\n0461,Ja\n9999,nej\n", encoding="utf-8")
    (tmp_path / "svar.toml").write_text(
        'municipality = "Odense"\n[answers]\nstrategy = "ja"\n', encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Odnese"], "Unknown municipality 'Odnese'. Did you mean 'Odense'"),
        (["9999"], "Unknown municipality code '9999'"),
        (
            ["Odense", "--confidence", "95"],
            "confidence is 95.0; it must lie between 0 and 1, for example 0.95.",
        ),
        (["Odense", "--min-cell", "2"], "min_cell is 2; it must be a whole number, 3 or more."),
        (
            ["Odense", "--survey", "lokaldemokrati-2022"],
            "Unknown survey 'lokaldemokrati-2022'. Legal: 'lokaldemokrati-2021'",
        ),
        (["Odense", "--survey", "mangler.csv"], "There is no survey file mangler.csv"),
        (["Odense", "--survey", "tom.csv"], "The survey tom.csv is empty: it has no respondents."),
        (["Odense", "--survey", "rod.csv"], "kommunekode 9999 is no municipality's code"),
        (["Odense", "--survey", "rod.csv"], "column 'strategi': 'Ja' (in 1 of 2 rows) is none of ja, nej"),
        (["Odense", "--own-answers", "mangler.toml"], "There is no file with own answers at mangler.toml."),
        (["Odense", "--own-answers", "svar.toml"], "Unknown item 'strategy'. Did you mean 'strategi'"),
        (["Aarhus", "--own-answers", "svar.toml"], "the answers are Odense's, but the report is for Aarhus"),
        (["--own-answers", "svar.toml"], "Own answers belong to a municipality"),
    ],
)
def test_a_users_mistake_is_a_message_and_no_report(borger, files, arguments, message):
    before = sorted(files.rglob("*"))
    done = borger("report", *arguments, "--out", "ud")
    assert done.code == 1
    assert done.err.strip().startswith("Error: ")
    assert message in done.err
    assert "Traceback" not in done.err
    assert sorted(files.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "--surveyy", "x"], "No such option: --surveyy"),
        (["report", "--min-cell", "fem"], "--min-cell"),
        (["report", "--confidence", "høj"], "--confidence"),
        (["report", "--jobs", "0"], "--jobs"),
        (["report", "Odense", "Aarhus"], "Aarhus"),
        (["reportt"], "No such command 'reportt'."),
        (["answers-template"], "Missing argument"),
    ],
)
def test_wrong_usage_ends_with_code_two(borger, tmp_path, arguments, message):
    done = borger(*arguments)
    assert (done.code, message in done.err, "Traceback" in done.err) == (2, True, False)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_an_older_report_as_it_was(borger, tmp_path, monkeypatch):
    (tmp_path / "ud").mkdir()
    (tmp_path / "ud" / "index.html").write_text("den gamle", encoding="utf-8")
    done = borger("report", "Odense", "--confidence", "1.5", "--out", "ud")
    assert done.code == 1
    assert (tmp_path / "ud" / "index.html").read_text(encoding="utf-8") == "den gamle"


def test_help_shows_examples(borger):
    done = borger("--help")
    assert done.code == 0
    assert "borger report Odense" in done.out
    assert "borger audit --format csv > audit.csv" in done.out
