"""The command of the interest dashboard: parse, call, print."""

from __future__ import annotations

import signal
import webbrowser
from typing import Annotated

import typer
from rich.markup import escape

from borgerlib.commands import console
from borgerlib.errors import RunError

app = typer.Typer(add_completion=False)


@app.command()
def dashboard(
    municipality: Annotated[str, typer.Argument(help="Name or code; prepared with 'borger prepare'.")],
    selection: Annotated[
        str, typer.Option(help="Whom to show first, as the end of the address: 'alder=60-69&emner=natur'.")
    ] = "",
    port: Annotated[int, typer.Option(min=1, max=65435, help="First port to try.")] = 8866,
    chance: Annotated[
        float, typer.Option(help="How much of each answer in the protected copy is left to chance.")
    ] = 0.1,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open the citizens' answers as a page to filter in a meeting, on this machine alone."""
    from borgerlib.dashboard.server.serve import dashboard_server

    # Ended from outside (a service manager, a closed terminal), it stops as cleanly as by Ctrl-C.
    console.heed(signal.SIGTERM)
    # The first time after 'borger prepare' the kinds of citizens are looked for, which takes a while.
    opening = console.out.status(f"Opening the answers of {escape(municipality)} …")
    opening.start()
    try:
        with dashboard_server(municipality, selection=selection, port=port, chance=chance) as server:
            opening.stop()
            console.out.print(f"The dashboard is open at [bold]{escape(server.address)}[/bold]")
            console.out.print("Whoever has this address can look. Ctrl-C closes it.")
            if browser:
                webbrowser.open(server.address)
            if server.process.wait():
                raise RunError("The dashboard's server ended by itself.", hint="Open it again.")
    except KeyboardInterrupt:
        console.out.print("Closed.")
    finally:
        opening.stop()
