"""The commands that open a page: parse, call, print."""

from __future__ import annotations

import signal
import webbrowser
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib.commands import console

if TYPE_CHECKING:
    from borgerlib.dashboard.server.serve import DashboardServer

app = typer.Typer(add_completion=False)


@app.command()
def dashboard(
    municipality: Annotated[str, Argument(help="Name or code; prepared with 'borger prepare'.")],
    selection: Annotated[str, Option(help="Filters to start with: 'alder=60-69&emner=natur'.")] = "",
    port: console.Port = 8866,
    chance: Annotated[float, Option(help="How random answers in the protected copy are, 0–1.")] = 0.1,
    base_url: Annotated[
        str,
        Option(help="Public address behind a reverse proxy: 'https://data.example.dk/borgere/'."),
    ] = "",
    browser: console.Browser = True,
) -> None:
    """Open the citizens' answers as a page with filters for meetings, on this machine only."""
    from borgerlib.dashboard.server.serve import dashboard_server

    # The first start after 'borger prepare' takes a while, because it searches for kinds of citizens.
    _serve(
        lambda: dashboard_server(
            municipality, selection=selection, port=port, chance=chance, base_url=base_url
        ),
        opening=f"Opening the answers of {municipality} …",
        page="The dashboard",
        browser=browser,
    )


@app.command()
def invite(
    municipality: Annotated[str, Argument(help="Name or code; needs a register of consents.")],
    key_file: console.KeyFile = None,
    port: console.Port = 8866,
    browser: console.Browser = True,
) -> None:
    """Open the page for inviting those who consented: all, some by lot, or by dice thrown in public."""
    from borgerlib.contact.register.store import opened
    from borgerlib.dashboard.server.serve import notebook_server

    # Mistakes are named before a server starts.
    with opened(municipality, key_file):
        pass
    parameters = {"municipality": municipality, "key_file": str(key_file.resolve()) if key_file else ""}
    _serve(
        lambda: notebook_server("inviter.ipynb", parameters, port=port),
        opening=f"Opening the register of {municipality} …",
        page="The page",
        browser=browser,
    )


@app.command("import")
def import_answers(
    municipality: console.Municipality,
    export: Annotated[Path | None, Argument(help="The export. Default: choose on the page.")] = None,
    port: console.Port = 8866,
    browser: console.Browser = True,
) -> None:
    """Open the page for checking, correcting and preparing an export, without writing TOML."""
    from borgerlib.dashboard.server.serve import notebook_server
    from borgerlib.population.municipalities import municipality as find_municipality

    # Mistakes are named before a server starts.
    parameters = {"municipality": find_municipality(municipality).name, "folder": str(Path.cwd())}
    if export is not None:
        from borgerlib.survey.readers.read import read_export

        read_export(export)
        parameters["file"] = str(export.resolve())
    _serve(
        lambda: notebook_server("indlaes.ipynb", parameters, port=port),
        opening="Opening the page …",
        page="The page",
        browser=browser,
    )


def _serve(
    server_of: Callable[[], AbstractContextManager[DashboardServer]],
    *,
    opening: str,
    page: str,
    browser: bool,
) -> None:
    # If a service manager or a closed terminal ends it, it stops as cleanly as with Ctrl-C.
    console.heed(signal.SIGTERM)
    status = console.out.status(escape(opening))
    status.start()
    try:
        with server_of() as server:
            status.stop()
            console.out.print(f"{page} is open at [bold]{escape(server.address)}[/bold]")
            console.out.print("Whoever has this address can look. Ctrl-C closes it.")
            if browser:
                webbrowser.open(server.address)
            server.wait()
    except KeyboardInterrupt:
        console.out.print("Closed.")
    finally:
        status.stop()
