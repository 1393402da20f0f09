"""The commands of the citizens' interest survey: parse, call, print."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib.commands import console
from borgerlib.survey.codebook.model import CITIZENS

app = typer.Typer(add_completion=False)
codebook_app = typer.Typer(help="Codebooks: files that say what a survey asks.", no_args_is_help=True)
population_app = typer.Typer(help="The population that respondents are weighted to.", no_args_is_help=True)
app.add_typer(codebook_app, name="codebook")
app.add_typer(population_app, name="population")

Export = Annotated[Path, Argument(help="The export: a file, or a folder with SurveyXact's three files.")]
CodebookOption = Annotated[str, Option("--codebook", help="A .toml file or a standard codebook.")]
Sheet = Annotated[str, Option(help="Worksheet. Default: the one with most cells.")]
HeadingRows = Annotated[int | None, Option(min=0, max=3, help="Number of heading rows. Default: detected.")]
For = Annotated[str, Option("--municipality", help="Municipality, for its areas and the commands printed.")]
_EXAMPLE = "Odense"
MinAge = Annotated[int, Option(min=0, help="Lowest age included.")]


@app.command()
def prepare(
    municipality: console.Municipality,
    export: Export,
    mapping: Annotated[Path | None, Option(help="Which column answers what ('borger map').")] = None,
    districts: Annotated[list[Path] | None, Option(help="CSV: people by area. Repeatable.")] = None,
    areas: Annotated[Path | None, Option(help="CSV: which area an answer means (svar, omraade).")] = None,
    weighting: Annotated[Path | None, Option(help="Weighting rules (TOML).")] = None,
    codebook: CodebookOption = CITIZENS,
    sheet: Sheet = "",
    heading_rows: HeadingRows = None,
    min_age: MinAge = 15,
    date: Annotated[
        datetime | None,
        Option(formats=console.DAYS, help="When the survey was made. Default: the answers' dates."),
    ] = None,
    unweighted: Annotated[bool, Option("--unweighted", help="Do not weight; all numbers say so.")] = False,
) -> None:
    """Read, clean and weight an export of the citizens' survey; write it to data/processed/<municipality>."""
    from borgerlib.interest.prepare.page import page
    from borgerlib.interest.prepare.prepare import prepare as prepare_survey

    prepared = prepare_survey(
        municipality,
        export,
        codebook=codebook,
        mapping=mapping,
        sheet=sheet,
        heading_rows=heading_rows,
        districts=districts or (),
        areas=areas,
        weighting=weighting,
        min_age=min_age,
        survey_date=date.date() if date else None,
        unweighted=unweighted,
    )
    console.out.print(page(prepared), soft_wrap=not console.out.is_terminal)


@app.command()
def simulate(
    municipality: console.Municipality,
    n: Annotated[int, Option("--n", min=1, help="Number of rows, faulty ones included.")] = 5000,
    seed: Annotated[int, Option(help="The same seed gives the same data.")] = 1,
    out: Annotated[
        Path | None,
        Option(help="Folder. Default: data/processed/SIMULEREDE_DATA/<municipality>."),
    ] = None,
    min_age: MinAge = 15,
) -> None:
    """Write SIMULEREDE DATA: a made-up SurveyXact export, with known truth and realistic errors."""
    from borgerlib.interest.prepare.simulated import write_simulation
    from borgerlib.survey.simulation.export import population_files

    simulation, folder = write_simulation(municipality, n=n, seed=seed, folder=out, min_age=min_age)
    console.out.print(
        f"[bold red]SIMULEREDE DATA[/bold red]: {len(simulation.responses):,} rows that nobody answered."
    )
    console.wrote(folder)
    districts = [word for file in population_files(folder) for word in ("--districts", str(file))]
    console.command("prepare", simulation.municipality, str(folder), *districts, before="Next: ")


@app.command("map")
def map_export(
    export: Export,
    out: Annotated[Path | None, Option(help="File to write. Default: <export>.mapping.toml.")] = None,
    codebook: CodebookOption = CITIZENS,
    sheet: Sheet = "",
    heading_rows: HeadingRows = None,
    municipality: For = "",
) -> None:
    """Suggest which column of an export answers which question; write it as TOML to check."""
    from borgerlib.survey.codebook.load import load_codebook
    from borgerlib.survey.form.write import texts_of
    from borgerlib.survey.mapping.suggestion import for_codebook, suggest_mapping, where, write_mapping
    from borgerlib.survey.readers.read import read_export

    areas = texts_of(municipality).areas if municipality else ()
    read, book = read_export(export, sheet=sheet, heading_rows=heading_rows), load_codebook(codebook)
    suggestion = suggest_mapping(read, book, areas=areas)
    suggestion = replace(
        suggestion, mapping=replace(suggestion.mapping, sheet=sheet, heading_rows=heading_rows)
    )
    path = write_mapping(suggestion, out or export.with_name(f"{export.stem}.mapping.toml"))
    for note in read.source.notes:
        console.out.print(f"[dim]note[/dim]     {escape(note)}")
    for item, confidence in suggestion.confidence.items():
        style = {"sure": "green", "unsure": "bold yellow"}.get(confidence, "dim")
        why = suggestion.reasons[item]
        reason = f": {escape(why)}" if confidence != "sure" or ";" in why else ""
        console.out.print(f"[{style}]{confidence:<8}[/{style}] {item}{reason}")
    if suggestion.unused:
        console.out.print(f"Columns that feed nothing: {escape(', '.join(suggestion.unused))}")
    if "missing" in suggestion.confidence.values():
        console.out.print("Does the export ask other questions? A codebook of what it asks:")
        draft = ("codebook", "draft", str(export), *where(sheet, heading_rows, municipality))
        console.command(*draft, "--out", "kodebog.toml", before="  ")
    whose = "" if municipality else f" (with your municipality in place of {_EXAMPLE})"
    console.out.print(f"Wrote [bold]{escape(str(path))}[/bold]: look it through, then{whose}")
    named = municipality or _EXAMPLE
    console.command("prepare", named, str(export), *for_codebook(book), "--mapping", str(path))


@app.command()
def form(
    codebook: Annotated[str, Argument(help="A .toml file or a standard codebook.")] = CITIZENS,
    to: Annotated[
        list[str] | None,
        Option("--to", help="html (default), pdf, docx, xlsform, limesurvey or surveyjs. Repeatable."),
    ] = None,
    municipality: Annotated[
        str,
        Option(help="Whose texts: data/saved/<municipality>/spoergeskema.toml, created if missing."),
    ] = "",
    out: Annotated[Path, Option(help="Folder to write to.")] = Path("."),
) -> None:
    """Write the questionnaire of a codebook as a form; answers to it need no mapping."""
    from borgerlib.survey.form.texts import new_texts
    from borgerlib.survey.form.write import open_form, texts_file, write_form

    if municipality and not texts_file(municipality).exists():
        console.wrote(new_texts(texts_file(municipality)))
    asked = open_form(codebook, municipality)
    for each in to or ["html"]:
        path, former = write_form(asked, each, out)
        console.wrote(path)
        if former:
            console.out.print(f"Another was there; it is now {escape(str(former))}")
    lacking = asked.texts.lacking
    if "samtykke" in lacking and asked.texts.by_answers:
        console.out.print(
            "'efter_svar' is true, and 'samtykke' does not say yet that answers decide who is invited."
        )
    if lacking:
        where = str(texts_file(municipality)) if municipality else "--municipality NAME gives a file for it"
        console.out.print(
            f"[bold yellow]Not to be used yet[/bold yellow]: the law asks for {', '.join(lacking)} "
            f"({escape(where)})."
        )


@codebook_app.command("new")
def codebook_new(
    file: Annotated[Path, Argument(help="File to write (.toml).")],
    survey: Annotated[str, Option("--from", help="The codebook to copy.")] = CITIZENS,
) -> None:
    """Copy a standard codebook, to edit for a survey that asks in other words."""
    from borgerlib.interest.prepare.codebooks import new_codebook

    console.wrote(new_codebook(file, survey=survey))
    console.command("codebook", "check", str(file), before="Edit it, then: ")


@codebook_app.command("draft")
def codebook_draft(
    export: Export,
    out: Annotated[Path, Option("--out", help="File to write (.toml).")] = Path("kodebog.toml"),
    sheet: Sheet = "",
    heading_rows: HeadingRows = None,
    municipality: For = "",
) -> None:
    """Write a codebook of what an export seems to ask, to check and edit."""
    from borgerlib.survey.importing.codebook_draft import write_draft
    from borgerlib.survey.importing.questions import questions
    from borgerlib.survey.mapping.suggestion import where
    from borgerlib.survey.readers.read import read_export

    read = read_export(export, sheet=sheet, heading_rows=heading_rows)
    for note in read.source.notes:
        console.out.print(f"[dim]note[/dim]     {escape(note)}")
    asked = questions(read)
    for question in asked:
        style, mark = ("bold yellow", "unsure") if question.doubts else ("green", question.kind)
        role = f" ({question.role})" if question.role else ""
        doubt = f": {escape('; '.join(question.doubts))}" if question.doubts else ""
        console.out.print(f"[{style}]{mark:<8}[/{style}] {escape(question.text)}{role}{doubt}")
    console.wrote(write_draft(read, out))
    marked = "at every line marked UNSURE" if any(each.doubts for each in asked) else "it through"
    console.out.print(f"Look {marked}, then:")
    console.command("codebook", "check", str(out))
    console.command("map", str(export), *where(sheet, heading_rows, municipality), "--codebook", str(out))


@codebook_app.command("check")
def codebook_check(
    codebook: Annotated[str, Argument(help="A .toml file or a standard codebook.")],
) -> None:
    """Check a codebook, and say what the citizens' survey can do with it."""
    from borgerlib.interest.prepare.codebooks import check_codebook

    book, remarks = check_codebook(codebook)
    console.out.print(f"[green]'{escape(book.id)}' is sound[/green]: {len(book.items)} items.")
    for remark in remarks:
        console.out.print(f"  • {escape(remark)}")


@population_app.command("refresh")
def population_refresh(
    period: Annotated[str, Option(help="Quarter, for example 2026K1. Default: the newest.")] = "",
) -> None:
    """Fetch population counts from Statistics Denmark; on any error the old ones stay."""
    from borgerlib.population.statbank import NEWEST, refresh_population

    fresh = refresh_population(period=period or NEWEST)
    console.out.print(f"{fresh.population:,} people on {fresh.reference_date}")
    console.out.print(f"(before: {fresh.previous_population:,} on {fresh.previous_date})")
    console.wrote(fresh.path)


@app.command()
def export(
    municipality: console.Municipality,
    to: Annotated[
        Literal["sav", "csv", "xlsx", "parquet"], Option("--to", help="SPSS, CSV, Excel or Parquet.")
    ],
    out: Annotated[Path | None, Option(help="Folder. Default: data/processed/<municipality>.")] = None,
) -> None:
    """Write a municipality's clean, weighted respondents with labels."""
    from borgerlib.interest.export import export_data

    for path in export_data(municipality, to, folder=out):
        console.wrote(path)
