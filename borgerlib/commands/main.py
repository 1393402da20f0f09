"""The command line: parse, call, print."""

from __future__ import annotations

import gc
import json
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib.commands import batch as cli_batch
from borgerlib.commands import citizens as cli_citizens
from borgerlib.commands import console
from borgerlib.commands import dashboard as cli_dashboard
from borgerlib.commands import draw as cli_draw
from borgerlib.commands import register as cli_register
from borgerlib.commands import workshop as cli_workshop
from borgerlib.errors import BorgerlibError

# New objects between two garbage collections: what a command imports contains no garbage.
_SELDOM = 100_000

app = typer.Typer(
    name="borger",
    help="From surveys on citizen involvement to findings that hold up in a council chamber.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog="[bold]Examples[/bold]\n\n"
    "borger report Odense\n\n"
    "borger report Aarhus --own-answers aarhus.toml\n\n"
    'borger report ""   (the whole country)\n\n'
    "borger audit --format csv > audit.csv\n\n"
    "borger answers-template Furesø furesoe.toml\n\n"
    "borger form --municipality Odense --to html\n\n"
    "borger prepare Odense export.xlsx\n\n"
    "borger export Odense --to sav\n\n"
    "borger dashboard Odense\n\n"
    "borger draw plan deltagere.csv --size 36 --quotas kvoter.csv\n\n"
    "borger batch --all   (what is due, for every municipality)",
)
app.add_typer(cli_citizens.app)
app.add_typer(cli_dashboard.app)
app.add_typer(cli_batch.app)
app.add_typer(cli_draw.app, name="draw")
app.add_typer(cli_draw.recruit_app, name="recruit")
app.add_typer(cli_register.app, name="register")
app.add_typer(cli_workshop.app, name="workshop")


@app.command()
def report(
    municipality: Annotated[str, Argument(help="Name or code. Default: the whole country.")] = "",
    survey: Annotated[
        str,
        Option(help="'lokaldemokrati-2021', or answers of a later wave: .csv, .parquet or a folder."),
    ] = "lokaldemokrati-2021",
    own_answers: Annotated[str, Option(help="Own answers ('borger answers-template'); kept for later.")] = "",
    confidence: Annotated[float, Option(help="Confidence level of the intervals, between 0 and 1.")] = 0.95,
    min_cell: Annotated[int, Option(help="Hide numbers based on fewer answers than this.")] = 5,
    out: Annotated[Path | None, Option(help="The report's folder. Default: reports/<municipality>.")] = None,
    look: console.LookFile = None,
    code: Annotated[bool, Option("--code", help="Show the notebooks' code in the pages.")] = False,
    formats: cli_batch.Format = None,
    jobs: cli_batch.Jobs = 4,  # kernels are idle half of the time
) -> None:
    """Run the notebooks for a municipality and write its report: one folder, index.html first."""
    from rich.progress import TimeElapsedColumn

    from borgerlib.runs.warm import WarmServer

    parameters: dict[str, Any] = {
        "municipality": municipality,
        "survey": survey,
        "own_answers": own_answers,
        "confidence": confidence,
        "min_cell": min_cell,
    }
    citizens = {name: parameters[name] for name in ("municipality", "confidence", "min_cell")}
    with WarmServer(citizens=citizens) as server, console.progress(TimeElapsedColumn()) as progress:
        # Imported here, while the server prepares the kernels.
        from borgerlib.runs.reports.municipality import make_report

        task = progress.add_task("Running notebooks", total=None)

        def show(run: Any, total: int) -> None:
            progress.update(task, total=total, advance=1)
            progress.console.print(f"  {run.name:<24} {run.seconds:5.1f} s  {run.status}")

        index = make_report(
            parameters,
            target=out,
            include_code=code,
            formats=formats or ("html",),
            look=look,
            at_once=jobs,
            warm=server,
            on_progress=show,
        )
    console.made(index)


@app.command()
def audit(
    output_format: Annotated[
        Literal["table", "json", "csv"], Option("--format", help="Output format.")
    ] = "table",
) -> None:
    """Recompute every number the report of 2021 published, and say which hold and why others do not."""
    from borgerlib.lokaldemokrati.published.audit import audit as audit_published

    frame = audit_published()
    if output_format == "csv":
        console.data(frame.to_csv(index=False, lineterminator="\n").rstrip("\n"))
    elif output_format == "json":
        console.as_json(json.loads(frame.to_json(orient="records", force_ascii=False)))
    else:
        _print_audit(frame)


@app.command("answers-template")
def answers_template(
    municipality: console.Municipality,
    file: Annotated[Path | None, Argument(help="File to write. Default: print to the screen.")] = None,
) -> None:
    """Write a file for a municipality's own answers, with every question as a Danish comment."""
    from borgerlib.files.toml import write_new
    from borgerlib.lokaldemokrati.own_answers import answers_template as template
    from borgerlib.population.municipalities import municipality as find
    from borgerlib.survey.codebook.load import load_codebook

    name = find(municipality).name
    book, target = load_codebook("lokaldemokrati-2021"), str(file or f"{name.lower()}.toml")
    text = template(book, municipality_name=name, file_name=target)
    if file is None:
        console.data(text)
    else:
        console.wrote(write_new(file, text))


@app.command()
def reconstruct(
    seed: Annotated[int, Option(help="The same seed gives the same respondents.")] = 2021,
) -> None:
    """Write made-up respondents that agree with every number published in 2021 to data/processed."""
    from borgerlib.lokaldemokrati.published.reconstruction import write_respondents

    console.wrote(write_respondents(seed=seed))


@app.command("refresh-notebooks")
def refresh_notebooks() -> None:
    """Run the notebooks in place with their default parameters, to bring their outputs up to date."""
    from borgerlib.runs.reports.municipality import refresh

    for run in refresh():
        console.err.print(f"  {run.name:<24} {run.seconds:5.1f} s  {run.status}")


def _print_audit(frame: Any) -> None:
    from rich.padding import Padding

    console.out.print("Insight, figure: question\n  published → recomputed, answers behind it, status")
    shown = frame.astype(object).where(frame.notna(), "–")
    for asked, rows in shown.groupby(["insight", "figure", "question"], sort=False):
        console.out.print("\n[bold]" + escape("{}, {}: {}".format(*asked)))
        for row in rows.to_dict("records"):
            answer = ", ".join(filter(None, [row["group"], row["item"]]))
            # A number that is only quoted cannot be recomputed.
            recomputed = "" if row["n"] == "–" else "→ {recomputed:<3} {count:>3} of {n:<2}".format(**row)
            line = f"{row['published']:>3} {recomputed:<15}  {row['status']:<13} {answer}"
            console.out.print(Padding(escape(line), (0, 0, 0, 2)), soft_wrap=False)
            if row["reason"]:
                console.out.print(Padding(escape(row["reason"]), (0, 0, 0, 6)), style="dim", soft_wrap=False)
    counts = frame["status"].value_counts()
    console.out.print("\n" + ", ".join(f"{count} {status}" for status, count in counts.items()))


def main() -> None:
    """Run the command line; a user's mistake is a message and exit code 1, wrong usage is 2."""
    gc.set_threshold(_SELDOM)
    console.forgive_letters()
    warnings.showwarning = console.warned
    try:
        app()
    except BorgerlibError as error:
        console.err.print(f"[bold red]Error:[/bold red] {escape(str(error))}")
        raise SystemExit(1) from None
    finally:
        gc.freeze()  # the final collection takes a sixth of a second, and the system frees all memory anyway


if __name__ == "__main__":
    main()
