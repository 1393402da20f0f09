"""The commands of the meeting's tools: parse, call, print."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib.commands import console
from borgerlib.errors import ParameterError, RunError

if TYPE_CHECKING:
    from borgerlib.workshop.sessions.room import Room

app = typer.Typer(
    help="The tools of a meeting: the influence map and the dialogue cards.",
    no_args_is_help=True,
    add_completion=False,
)

Municipality = Annotated[
    str, Argument(help="Name or code; where its citizens have answered, the tool shows what they say.")
]


def _open(
    context: typer.Context,
    municipality: Municipality = "",
    title: Annotated[str, Option(help="Name of the meeting; the same name reopens its session.")] = "",
    session: Annotated[str, Option(help="Saved session (see: sessions), instead of --title.")] = "",
    own: Annotated[
        list[Path] | None,
        Option(
            "--elements",
            "--deck",
            help="File of elements that replace ours, or of cards added to ours. Repeatable.",
        ),
    ] = None,
    look: console.LookFile = None,
    network: Annotated[bool, Option("--network", help="Let others on the network in; unencrypted.")] = False,
    port: console.Port = 8900,
    browser: console.Browser = True,
) -> None:
    from borgerlib.files.look import read_look
    from borgerlib.workshop.page.open import open_room
    from borgerlib.workshop.server.serve import Served, serve_until_ended

    looks = None if look is None else read_look(look)
    room = open_room(
        str(context.info_name),
        municipality=municipality,
        title=title,
        session=session,
        own=own or (),
        look=looks,
    )

    _tell_of_damage(room)

    def tell(served: Served) -> None:
        console.out.print(f"Lead the meeting at [bold]{escape(served.leader)}[/bold]")
        console.out.print(
            f"Others take part at [bold]{served.address}/deltag[/bold], code [bold]{served.code}[/bold]"
        )
        if not network:
            console.out.print("Only on this machine; --network lets telephones in.")
        console.out.print(f"Everything is kept in {escape(str(room.session.path))}. Ctrl-C closes it.")
        if browser:
            webbrowser.open(served.leader)

    serve_until_ended(room, port=port, network=network, on_ready=tell)
    console.out.print("Closed.")


def _tell_of_damage(room: Room) -> None:
    if room.session.recovered:
        console.err.print(escape(room.session.recovered))


app.command("indflydelse", help="Open the influence map: shared on the screen, own on telephones.")(_open)
app.command("dialogkort", help="Open the dialogue cards: cards on the screen, votes on telephones.")(_open)


@app.command()
def sessions() -> None:
    """List the saved sessions, the newest first."""
    from borgerlib.workshop.page.open import TOOLS
    from borgerlib.workshop.sessions.store import list_sessions

    for tool in TOOLS:
        for one in list_sessions(tool):
            described = " · ".join(filter(None, (one.title, one.municipality, one.made[:10], one.problem)))
            console.out.print(f"{escape(one.id)}  {escape(described)}")


@app.command()
def compare(
    sessions: Annotated[list[str], Argument(help="Influence maps: saved sessions, or others' files.")],
    to: Annotated[Path, Option(help="File to write: .html or .csv.")] = Path("sammenligning.html"),
) -> None:
    """Set influence maps beside one another: a group's over time, or those of several municipalities."""
    from borgerlib.files.atomic import replacing
    from borgerlib.workshop.page.open import open_room
    from borgerlib.workshop.saved.comparison import comparison_file

    rooms = [open_room("indflydelse", session=name) for name in sessions]
    for room in rooms:
        _tell_of_damage(room)
    content = comparison_file(rooms, to.suffix)
    with replacing(to, what="The comparison", error=RunError) as beside:
        beside.write_bytes(content)
    console.wrote(to)


@app.command()
def cards(
    target: Annotated[Path, Argument(help="PDF to write.")] = Path("dialogkort.pdf"),
    municipality: Annotated[str, Option(help="Its citizens' answers, if any, stand on the cards.")] = "",
    deck: Annotated[list[Path] | None, Option(help="File of cards added to ours. Repeatable.")] = None,
    look: console.LookFile = None,
) -> None:
    """Write the cards for print: A6, four to an A4 sheet, printed on both sides (long edge)."""
    from borgerlib.files.look import look_of, read_look
    from borgerlib.workshop.cards.deck import read_decks
    from borgerlib.workshop.cards.print import print_cards
    from borgerlib.workshop.page.cards import cards_for_print
    from borgerlib.workshop.page.citizens import citizens_of

    if target.suffix.lower() != ".pdf":
        raise ParameterError(
            f"The cards are no '{target.suffix}' file.", hint=f"Write {target.with_suffix('.pdf')}."
        )
    printed = cards_for_print(read_decks(deck or []), citizens_of(municipality))
    console.wrote(print_cards(printed, target, look_of(municipality) if look is None else read_look(look)))


@app.command()
def check(
    file: Annotated[Path, Argument(help="A deck of cards, or elements of the influence map (TOML).")],
) -> None:
    """Check a file of cards or elements: every problem with its line, and cards too long for print."""
    from borgerlib.files.toml import read_toml

    if "element" in read_toml(file, "deck").content:
        from borgerlib.workshop.influence.elements import read_elements

        found = read_elements(file)
        console.out.print(
            f"{len(found.element)} elements, {len(found.role)} roles, {len(found.area)} areas: all in order."
        )
        return
    from borgerlib.workshop.cards.deck import read_deck
    from borgerlib.workshop.cards.print import refuse_too_long
    from borgerlib.workshop.page.cards import cards_for_print
    from borgerlib.workshop.page.citizens import Citizens

    deck = read_deck(file)
    try:
        refuse_too_long(cards_for_print([deck], Citizens()))
    except RunError as error:
        console.err.print(f"Whether the cards fit on A6 was not looked at. {escape(str(error))}")
    console.out.print(f"{len(deck.cards)} card{'s' * (len(deck.cards) > 1)}: all in order.")
