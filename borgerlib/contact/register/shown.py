"""The data held on a person in a readable form: text and PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from borgerlib.danish import long_date
from borgerlib.files.pdf import save_pdf

_TITLE = "Det, kommunen har om dig i registret over samtykker"

_CAME = {None: "", 0: "Du kom ikke.", 1: "Du kom."}


def as_text(held: Mapping[str, Any]) -> str:
    """Return the result of `held` as Danish text."""
    return "\n".join([_TITLE, "", *(line for part in _parts(held) for line in (*part, ""))]).rstrip() + "\n"


def write_pdf(held: Mapping[str, Any], path: Path) -> None:
    """Write the result of `held` as an accessible PDF.

    Raises
    ------
    RunError
        weasyprint is not installed (``pip install 'borgerlib[pdf]'``), or the file cannot be written.
    """
    parts = "".join(
        f"<h2>{escape(first)}</h2>" + "".join(f"<p>{escape(line)}</p>" for line in lines)
        for first, *lines in _parts(held)
    )
    save_pdf(
        f"<!doctype html><html lang='da'><head><title>{_TITLE}</title>"
        "<style>body{font:11pt/1.5 sans-serif}h1{font-size:17pt}h2{font-size:12pt}</style></head>"
        f"<body><h1>{_TITLE}</h1>{parts}</body></html>",
        path,
        private=True,
    )


def _parts(held: Mapping[str, Any]) -> list[list[str]]:
    reach = {"Navn": held["name"], "E-mail": held["mail"], "Telefon": held["phone"]}
    lists = [
        f"{_day(entry['day'])}: {entry['purpose']}. {_CAME[entry['came']]}".rstrip()
        for entry in held["lists"]
    ]
    codes = held["pseudonyms"]
    answers = (
        f"Dine svar ligger for sig. Registret kender dem under {len(codes)} "
        f"{'kode' if len(codes) == 1 else 'koder'}: {', '.join(codes)}."
    )
    return [
        ["Sådan kan du kontaktes", *(f"{name}: {value or 'ikke oplyst'}" for name, value in reach.items())],
        *map(_consent, held["consents"]),
        ["Lister, du har været med på", *(lists or ["Ingen."])],
        ["Forbindelse til dine svar", answers],
    ]


def _consent(consent: Mapping[str, Any]) -> list[str]:
    if not consent["given"]:
        return [f"Samtykke til {consent['purpose']} trukket tilbage", f"Den {_day(consent['day'])}."]
    answers = "må" if consent["by_answers"] else "må ikke"
    return [
        f"Samtykke til {consent['purpose']}",
        f"Du sagde ja den {_day(consent['day'])}. Det gælder til og med {_day(consent['until'])}.",
        f"Ordene var (version {consent['version']}): {consent['text']}",
        f"Dine svar {answers} afgøre, hvad du bliver inviteret til. Det er fra: {consent['source']}.",
    ]


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))
