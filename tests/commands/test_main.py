import csv
import io
import json
import os
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest

from borgerlib.commands import main as cli
from borgerlib.lokaldemokrati.published.audit import audit
from borgerlib.lokaldemokrati.published.numbers import load_published

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


# --- the audit --------------------------------------------------------------------------------------------


class TestAudit:
    def test_json_is_a_list_of_objects_one_a_published_value(self, borger):
        records = json.loads(borger("audit", "--format", "json").out)
        assert len(records) == len(load_published())
        assert all(list(record) == FIELDS for record in records)
        assert all(
            record["reason"] for record in records if record["status"] not in ("reproduced", "inferred")
        )
        impossible = [record for record in records if record["status"] == "impossible"]
        assert [(r["figure"], r["published"], r["recomputed"], r["count"], r["n"]) for r in impossible] == [
            ("9", 62, 63, 40, 64),
            ("tekst", 62, 63, 40, 64),
        ]
        strategy = next(record for record in records if record["figure"] == "2")
        assert (strategy["published"], strategy["recomputed"], strategy["count"], strategy["n"]) == (
            58,
            58,
            45,
            78,
        )
        lost = [record for record in records if record["published"] is None]
        assert {record["status"] for record in lost} == {"derived", "bounded"}

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
        assert "svar.toml is there already." in second.err
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
        (["Odense", "--own-answers", "mangler.toml"], "There is no file mangler.toml with the own answers."),
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


@pytest.mark.parametrize(
    "arguments",
    [["schedule", "--at", "Łódź"], pytest.param(["report", "Łódź"], marks=pytest.mark.thorough)],
)
@pytest.mark.slow
def test_a_console_of_few_letters_shows_a_name_that_it_cannot_write(tmp_path, arguments):
    # A Windows console or a redirected log in cp1252 has no Ł.
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "BORGER_WORKSPACE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "borgerlib", *arguments], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert "'?ód?'" in done.stderr.decode("cp1252")


@pytest.mark.long
@pytest.mark.parametrize("arguments", [["audit", "--format", "csv"], ["answers-template", "Furesø"]])
def test_what_a_program_reads_is_utf8_whatever_the_console(tmp_path, arguments):
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "BORGER_WORKSPACE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "borgerlib", *arguments], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert "ø" in done.stdout.decode("utf-8")


def test_help_shows_examples(borger):
    done = borger("--help")
    assert done.code == 0
    assert "borger report Odense" in done.out
    assert "borger audit --format csv > audit.csv" in done.out
