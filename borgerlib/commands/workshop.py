"""The commands of the meeting's tools: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from borgerlib.commands import console

app = typer.Typer(
    help="The tools of a meeting: the influence map and the dialogue cards.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A deck of cards, or elements of the influence map (TOML).")],
) -> None:
    """Check a file of cards or elements: every problem with its line."""
    from borgerlib.files.toml import read_toml

    if "element" in read_toml(file, "deck").content:
        from borgerlib.workshop.influence.elements import read_elements

        found = read_elements(file)
        console.out.print(
            f"{len(found.element)} elements, {len(found.role)} roles, {len(found.area)} areas: all in order."
        )
        return
    from borgerlib.workshop.cards.deck import read_deck

    console.out.print(f"{len(read_deck(file).cards)} cards: all in order.")
