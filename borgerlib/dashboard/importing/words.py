"""The Danish texts of the import page: kinds, roles, doubts, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from borgerlib import danish
from borgerlib.errors import BorgerlibError
from borgerlib.interest.prepare.write import Prepared
from borgerlib.personal import is_contact_heading
from borgerlib.said import Said
from borgerlib.survey.cleaning.violations import mask_personal
from borgerlib.survey.importing.decisions import Counted, Decisions
from borgerlib.view import theme

KINDS = {
    "single": "Ét valg",
    "multiple": "Flere valg",
    "number": "Et tal",
    "date": "Et tidspunkt",
    "text": "En tekst",
}
ROLES = {
    "": "Intet særligt",
    "topics": "Emner",
    "time": "Tid, man vil bruge",
    "formats": "Måder at være med på",
    "channels": "Kanaler",
    "age": "Alder",
    "birth_year": "Fødselsår",
    "sex": "Køn",
    "area": "Område",
    "area_type": "By og land",
    "consent": "Må kontaktes",
    "contact": "Kontaktoplysning",
    "free_text": "Egne ord",
    "id": "Svarets nummer",
    "started": "Begyndt",
    "submitted": "Afsluttet",
    "age_group": "Aldersgruppe",
    "municipality": "Kommune",
}
SEPARATORS = {
    ";": "Semikolon ;",
    ",": "Komma ,",
    "|": "Streg |",
    " ": "Mellemrum",
    "\n": "Linjeskift",
    "/": "Skråstreg /",
    "+": "Plus +",
    "&": "Og-tegn &",
}
_LONGEST, _FIRST_ROWS = 40, 5


def style() -> str:
    """Return the style of the pages for importing an export and for coding open answers."""
    return theme.style(Path(__file__).with_name("page.css"))


def _notes(notes: Sequence[str]) -> str:
    """Return the notes of reading or preparing as an HTML list, in Danish where there is a translation."""
    lines = (
        f"<li>{escape(note.danish)}</li>" if isinstance(note, Said) else f'<li lang="en">{escape(note)}</li>'
        for note in notes
    )
    return f"<ul>{''.join(lines)}</ul>" if notes else ""


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table with escaped cells."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="borger-table" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def understood(decisions: Decisions) -> str:
    """Return how a file was read, with its first rows, but without columns that identify people."""
    export, source = decisions.export, decisions.export.source
    platform = "en almindelig tabel" if source.vendor == "table" else source.vendor
    sheet = f", arket »{source.sheet}«" if source.sheet else ""
    size = f"{danish.number(len(export.frame))} svar og {danish.number(len(export.columns))} kolonner"
    shown = [_shown(decisions, column.name) for column in export.columns]
    rows = list(zip(*shown, strict=True))
    headings = [_short(column.choice or column.label) for column in export.columns]
    first = table("De første svar", headings, rows)
    read = f'<p role="status">Filen er læst som {escape(platform + sheet)}: {size}.</p>'
    return f"{read}{_notes(source.notes)}{first}"


def _shown(decisions: Decisions, name: str) -> list[str]:
    column = decisions.export.column(name)
    values = decisions.export.frame[name].head(_FIRST_ROWS).fillna("")
    hidden = is_contact_heading(column.label) or is_contact_heading(name)
    return ["(vises ikke)" if hidden and text else _short(mask_personal(text)) for text in values]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def overview(decisions: Decisions) -> str:
    """Return all questions and how each was read."""
    return table(
        "Spørgsmålene",
        ["Nr.", "Spørgsmål", "Taget for", "Rolle", "Se efter"],
        [
            (
                str(at),
                question.text[:80],
                "Udeladt" if question.left_out else KINDS[question.kind],
                ROLES[question.role] if question.role else "",
                "ja" if question.doubts and not question.left_out else "",
            )
            for at, question in enumerate(decisions.asked, start=1)
        ],
    )


def counted(found: Counted) -> str:
    """Return how often each option was chosen, or why the question cannot be read in that way."""
    if found.problem:
        return failed(found.problem)
    sentence = f"{danish.number(found.answered)} har svaret."
    if found.strange:
        sentence += f" {danish.number(found.strange)} svar passer ikke og tæller ikke med."
    rows = [(text, danish.number(count)) for text, count in found.options.items()]
    below = table("Så mange valgte", ["Svar", "Antal"], rows) if rows else ""
    return f'<p role="status">{sentence}</p>{below}'


def failed(reason: BorgerlibError) -> str:
    """Return an error in Danish if there is a translation, else the original text under a Danish heading."""
    lines = "<br>".join(map(escape, str(reason).splitlines()))
    said = f'<p>Det kan ikke lade sig gøre endnu:</p><p lang="en">{lines}</p>'
    if isinstance(reason.message, Said):
        said = f"<p>{escape(reason.message.danish)}</p>{_notes(reason.problems)}"
    return f'<div role="alert" class="borger-warning">{said}</div>'


def prepared_page(prepared: Prepared, command: str) -> str:
    """Return the result of preparing: what was kept, what to check, and the command for next time."""
    rows = (
        f"{danish.number(prepared.rows_in)} svar er læst: {danish.number(prepared.kept)} bruges, "
        f"{danish.number(prepared.rejected)} er kasseret."
    )
    notes = _notes(prepared.warnings)
    name = escape(prepared.municipality)
    return (
        f'<div role="status" class="borger-done"><p><strong>Svarene fra {name} er klar.</strong> {rows}</p>'
        f"{f'<p>Se efter:</p>{notes}' if notes else ''}"
        f"<p>Rapporten laves nu med <code>borger report {name}</code>, oversigten åbnes med "
        f"<code>borger dashboard {name}</code>. Næste gang går det af sig selv:</p>"
        f"<p><code>{escape(command)}</code></p></div>"
    )
