"""The page that summarises a preparation: rows, changes, margins, and what to look at."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from borgerlib.danish import SIMULATED
from borgerlib.interest.prepare.write import Prepared
from borgerlib.said import said


def page(prepared: Prepared) -> RenderableType:
    """Return the printed page of a preparation."""
    parts: list[RenderableType | None] = []
    if prepared.simulated:
        parts.append(Text(f" {SIMULATED}: nobody gave these answers ", style="bold white on red"))
    parts += [
        Text(f"{prepared.municipality}: {prepared.codebook.title}", style="bold"),
        _rows(prepared),
        _rules("Rejected rows, by reason", "rows", prepared.reasons),
        _rules("Changed cells in kept rows, by rule", "cells", prepared.changes),
        _margins(prepared),
        _weights(prepared),
        _to_look_at(prepared),
        Text.from_markup(
            f"Written to [bold]{escape(str(prepared.folder))}[/bold]\n"
            f"Contact register ({prepared.contacts:,} with consent), apart: "
            f"[bold]{escape(str(prepared.register))}[/bold]"
        ),
    ]
    return Group(*(part for part in parts if part is not None))


def _rows(prepared: Prepared) -> Text:
    source = prepared.source
    return Text(
        f"{prepared.rows_in:,} rows in = {prepared.kept:,} kept + {prepared.rejected:,} rejected\n"
        f"Read as {source.vendor}: {', '.join(source.files)}. Survey date {prepared.survey_date}."
    )


def _rules(title: str, unit: str, counts: Mapping[str, int]) -> RenderableType:
    if not counts:
        return Text(f"{title}: none")
    table = _table(title)
    table.add_column("rule", no_wrap=True)
    table.add_column(unit, justify="right")
    table.add_column("what it means", overflow="fold")
    for rule, count in counts.items():
        table.add_row(escape(rule), f"{count:,}", escape(said(f"rule_{rule}").danish))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None)


def _margins(prepared: Prepared) -> Table | None:
    weighting = prepared.weighting
    if not weighting.targets:
        return None
    of_whom = f"people counted {weighting.population_date}" if weighting.population_date else "people counted"
    table = _table(f"Margins before and after weighting, in per cent ({of_whom})")
    table.add_column("margin")
    table.add_column("level", overflow="fold")
    for name in ("respondents", "before", "population", "after"):
        table.add_column(name, justify="right")
    for column, rows in weighting.margins.groupby("column", sort=False):
        # Round twice: floating-point noise in the weights would print 14.75 as 14.7 or as 14.8.
        shares = (100 * rows[["before", "target", "after"]] / rows["target"].sum()).round(6)
        for level, n, (before, target, after) in zip(
            rows["level"], rows["n"], shares.to_numpy(), strict=True
        ):
            cells = (f"{n:,}", f"{before:.1f}", f"{target:.1f}", f"{after:.1f}")
            table.add_row(escape(str(column)), escape(str(level)), *cells)
    return table


def _weights(prepared: Prepared) -> Text:
    weighting = prepared.weighting
    if not weighting.targets:
        return Text("NOT WEIGHTED: everybody counts once.", style="bold")
    cap = f"at most {weighting.cap:g}" if weighting.cap else "no cap"
    return Text(
        f"Design effect {weighting.result.design_effect:.2f}; the {prepared.kept:,} respondents are worth "
        f"{weighting.result.effective_sample_size:,.0f} drawn at random. Largest weight "
        f"{weighting.largest:.1f} times the mean ({cap})."
    )


def _to_look_at(prepared: Prepared) -> Text:
    lines = list(prepared.warnings)
    lines += [
        f"{count} respondents have {flag}: kept, for you to judge."
        for flag, count in prepared.flags.items()
        if count
    ]
    if prepared.absent:
        lines.append(f"Not in the export: {', '.join(prepared.absent)}.")
    if not lines:
        return Text("Nothing to look at.")
    text = Text("What to look at", style="bold")
    for line in lines:
        text.append(f"\n  • {line}", style="not bold")
    return text
