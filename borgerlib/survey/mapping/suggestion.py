"""Propose which column feeds which item, and say what is unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from borgerlib.errors import DataError, command
from borgerlib.files.toml import UNSURE, comment, quoted, write_new
from borgerlib.said import Said, said
from borgerlib.survey.codebook.model import CITIZENS, Codebook, Item
from borgerlib.survey.form.recognised import recognised
from borgerlib.survey.mapping.candidates import candidates
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.mapping.file import Mapping as ColumnMapping
from borgerlib.survey.mapping.seen import SIMILAR, Candidate, Seen, likeness, look
from borgerlib.survey.responses import Export

Confidence = Literal["sure", "unsure", "missing"]

_HEAD = """\
# Which column of the export feeds which item of the survey '{survey}'.
# Look at every line marked UNSURE, correct it, and delete the mark. Items that are not here stay empty.
#
#   columns = ["heading"]                the column that holds the answer
#   values = {{ "text" = "option" }}       an answer that the survey knows by another text
#   layout = "indicators"                several choices, a 0/1 column each; 'options': heading to option
#   layout = "joined", separator = ";"   several choices in one cell
#   layout = "ranked"                    a column for the first choice, one for the second, …
#   missing = ["99", "NA"]               codes that are no answer; above all items: for every item
"""
_CLOSE = 0.05
NO_COLUMN = "no column looks like it"
_OF_THE_FORM = "the form's own column"


def for_codebook(codebook: Codebook) -> tuple[str, ...]:
    """Return the command's option for a codebook; empty for the default one."""
    return () if codebook.file in ("", CITIZENS) else ("--codebook", codebook.file)


def where(sheet: str, heading_rows: int | None, municipality: str) -> list[str]:
    """Return the command's options for a table's place and municipality, as far as they were given."""
    rows = [] if heading_rows is None else ["--heading-rows", str(heading_rows)]
    whose = ["--municipality", municipality] if municipality else []
    return [*(["--sheet", sheet] if sheet else []), *rows, *whose]


@dataclass(frozen=True)
class Suggestion:
    """A proposed mapping.

    Parameters
    ----------
    mapping : Mapping
        With an entry for every item that is 'sure' or 'unsure'.
    confidence : mapping of str to {'sure', 'unsure', 'missing'}
        For every item of the codebook.
    reasons : mapping of str to str
        For every item: the reason for the proposal, or what is in doubt.
    unused : tuple of str
        Headings that feed no item.
    """

    mapping: ColumnMapping
    confidence: Mapping[str, Confidence]
    reasons: Mapping[str, str]
    unused: tuple[str, ...]

    @property
    def notes(self) -> list[str]:
        """Notes on items that are missing although a column has their text, or that have an untidy column."""
        return [
            said("of_item", item=item_id, what=reason)
            for item_id, reason in self.reasons.items()
            if isinstance(reason, Said) and self.confidence[item_id] != "unsure"
        ]

    def require_sure(self, codebook: Codebook, *, export: Sequence[str] = ()) -> None:
        """Raise `DataError` unless all that is found is sure, and all that the survey requires is found.

        `export` is the file and the options of `where`, for the commands in the message.
        """
        problems = [
            f"{item_id}: unsure: {self.reasons[item_id]}"
            for item_id, confidence in self.confidence.items()
            if confidence == "unsure"
        ]
        for roles in codebook.meta.get("required_roles", []):
            # A question on the age in bands also counts as asking for the age.
            roles = [*roles, *(["age_group"] if "age" in roles else [])]
            fed = [
                item.id for item in codebook if item.role in roles and self.confidence[item.id] != "missing"
            ]
            if not fed:
                why = [self.reasons[item.id] for item in codebook if item.role in roles]
                told = [f": {reason}" for reason in why if isinstance(reason, Said)][:1]
                problems.append(f"no column is recognised for {' or '.join(roles)}{''.join(told)}")
        if not self.mapping.items:
            problems.append("no column is recognised at all")
        if problems:
            raise DataError(
                said("unrecognised", survey=codebook.id),
                problems=problems,
                hint="Write a mapping and look it through:\n"
                f"  {command('map', *export, *for_codebook(codebook))}\n"
                "or, where the file asks other questions than the codebook, a codebook of what it asks:\n"
                f"  {command('codebook', 'draft', *export, '--out', 'kodebog.toml')}",
            )


def suggest_mapping(export: Export, codebook: Codebook, *, areas: Sequence[str] = ()) -> Suggestion:
    r"""Propose a mapping from headings, question texts, option texts and what the columns hold.

    The columns of a form made from the codebook are known, and not guessed.

    Parameters
    ----------
    export : Export
        As `borgerlib.survey.readers.read_export` gives it.
    codebook : Codebook
    areas : sequence of str
        The areas that a form made from the codebook offered.

    Returns
    -------
    Suggestion
        'sure' where a column's texts and its answers fit one item and no other column fits as well.

    See Also
    --------
    read_export : What goes in.
    load_mapping : Reads a mapping that a person has looked through.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> _ = Path("svar.csv").write_text("Alder;Køn\n34;Kvinde\n51;Mand\n", encoding="utf-8")
    >>> type(
    ...     borgerlib.suggest_mapping(
    ...         borgerlib.read_export("svar.csv"), borgerlib.load_codebook("borgerinteresse")
    ...     )
    ... ).__name__
    'Suggestion'
    """
    if of_the_form := recognised(export, codebook, areas=areas):
        known = {entry.item: Candidate(entry, 1.0, True, _OF_THE_FORM) for entry in of_the_form[1].items}
        fed = {name for entry in of_the_form[1].items for name in entry.columns}
        return suggestion_of(codebook, known, {}, [name for name in export.frame.columns if name not in fed])
    return guessed_mapping(export, codebook)


def guessed_mapping(export: Export, codebook: Codebook) -> Suggestion:
    """Return the proposal for an export that is not known as that of a form made from the codebook."""
    seen = [look(export, column) for column in export.columns]
    found = [candidate for item in codebook for candidate in candidates(item, seen)]
    chosen: dict[str, Candidate] = {}
    used: set[str] = set()
    why = {each.entry.item: each.reason for each in found if not each.fits}
    usable = [each for each in found if each.fits]
    for candidate in sorted(usable, key=lambda each: (-each.sure, -each.score)):
        item_id, columns = candidate.entry.item, set(candidate.entry.columns)
        if item_id in chosen:
            chosen[item_id] = _with_rival(chosen[item_id], candidate, used)
        elif not columns & used:
            chosen[item_id] = candidate
            used |= columns
    unused = [each for each in seen if each.column.name not in used]
    for item in codebook:
        if item.id not in chosen and item.id not in why and (near := _near(item, unused)):
            why[item.id] = near
    names = export.lasting_names()
    whole = suggestion_of(codebook, chosen, why, [names[each.column.name] for each in unused])
    return replace(whole, mapping=whole.mapping.renamed(names))


def _near(item: Item, unused: Sequence[Seen]) -> str:
    """Name the column most similar to an item that no column feeds; '' if none is similar."""
    columns = [each.column for each in unused if not each.column.role]
    alike = {one.name: likeness((one.text, one.label, one.name, one.choice), item) for one in columns}
    best = max(alike, key=lambda name: alike[name], default="")
    return said("text_alike", column=best) if best and alike[best] >= SIMILAR else ""


def _with_rival(chosen: Candidate, other: Candidate, used: set[str]) -> Candidate:
    close = other.sure and other.score > chosen.score - _CLOSE
    # A column with exactly the item's texts has no rival in a column with similar texts.
    outdone = chosen.score >= 1 > other.score
    if not chosen.sure or not close or outdone or set(other.entry.columns) & used:
        return chosen
    return replace(chosen, sure=False, reason=f"'{other.entry.columns[0]}' fits as well")


def suggestion_of(
    codebook: Codebook, chosen: dict[str, Candidate], why: Mapping[str, str], unused: list[str]
) -> Suggestion:
    """Return the suggestion of the chosen candidates; `why` has the reasons for items without one."""
    confidence: dict[str, Confidence] = {}
    reasons = {}
    for item in codebook:
        candidate = chosen.get(item.id)
        if candidate is None:
            confidence[item.id], reasons[item.id] = "missing", why.get(item.id, NO_COLUMN)
        else:
            confidence[item.id] = "sure" if candidate.sure else "unsure"
            reasons[item.id] = candidate.reason
    entries = tuple(chosen[item.id].entry for item in codebook if item.id in chosen)
    return Suggestion(ColumnMapping(codebook.id, entries), confidence, reasons, tuple(unused))


def mapping_toml(suggestion: Suggestion) -> str:
    """Return a suggestion as TOML, with comments on what is in doubt, missing or unused."""
    mapping = suggestion.mapping
    keys = {"survey": mapping.survey, "sheet": mapping.sheet or None, "heading_rows": mapping.heading_rows}
    lines = (f"{key} = {quoted(value)}\n" for key, value in keys.items() if value is not None)
    parts = [_HEAD.format(survey=mapping.survey), "".join(lines)]
    for item_id, confidence in suggestion.confidence.items():
        entry, reason = mapping.item(item_id), comment(suggestion.reasons[item_id])
        if entry is None:
            parts.append(f"# [items.{item_id}]\n# missing: {reason}\n")
        else:
            mark = UNSURE if confidence == "unsure" else "sure"
            parts.append(f"# {mark}: {reason}\n{_table(entry)}")
    if suggestion.unused:
        parts.append(
            "# Columns that feed nothing:\n" + "".join(f"#   {comment(n)}\n" for n in suggestion.unused)
        )
    return "\n".join(parts)


def write_mapping(suggestion: Suggestion, path: str | Path) -> Path:
    """Write a suggestion as a TOML file and return its path.

    Raises
    ------
    DataError
        The file already exists, or cannot be written.
    """
    return write_new(Path(path), mapping_toml(suggestion))


def _table(entry: ItemMapping) -> str:
    keys = {
        "layout": entry.layout if entry.layout != "value" else "",
        "columns": entry.columns if entry.layout != "indicators" else (),
        "separator": entry.separator,
        "missing": entry.missing,
    }
    lines = [f"[items.{entry.item}]", *(f"{key} = {quoted(value)}" for key, value in keys.items() if value)]
    for key, pairs in (("options", entry.options), ("values", entry.values)):
        if pairs:
            lines.append(f"[items.{entry.item}.{key}]")
            lines += [f"{quoted(text)} = {quoted(option)}" for text, option in pairs.items()]
    return "\n".join(lines) + "\n"
