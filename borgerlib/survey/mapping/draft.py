"""Writes a proposed mapping as a TOML file for a person to look through."""

from __future__ import annotations

from pathlib import Path

from borgerlib.files.toml import comment, quoted, write_new
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.mapping.suggestion import Suggestion

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


def mapping_toml(suggestion: Suggestion) -> str:
    """Return a suggestion as TOML, with comments on what is in doubt, missing or unused."""
    parts = [
        _HEAD.format(survey=suggestion.mapping.survey),
        f"survey = {quoted(suggestion.mapping.survey)}\n{_where(suggestion.mapping)}",
    ]
    for item_id, confidence in suggestion.confidence.items():
        entry = suggestion.mapping.item(item_id)
        if entry is None:
            parts.append(f"# [items.{item_id}]\n# missing: {suggestion.reasons[item_id]}\n")
        else:
            mark = "UNSURE" if confidence == "unsure" else "sure"
            parts.append(f"# {mark}: {comment(suggestion.reasons[item_id])}\n{_table(entry)}")
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
        There is a file of that name already, or it cannot be written.
    """
    return write_new(Path(path), mapping_toml(suggestion))


def _where(mapping: Mapping) -> str:
    rows = f"heading_rows = {mapping.heading_rows}\n" if mapping.heading_rows is not None else ""
    return (f"sheet = {quoted(mapping.sheet)}\n" if mapping.sheet else "") + rows


def _table(entry: ItemMapping) -> str:
    lines = [f"[items.{entry.item}]"]
    if entry.layout != "value":
        lines.append(f"layout = {quoted(entry.layout)}")
    if entry.layout != "indicators":
        lines.append(f"columns = [{', '.join(quoted(column) for column in entry.columns)}]")
    if entry.separator:
        lines.append(f"separator = {quoted(entry.separator)}")
    if entry.missing:
        lines.append(f"missing = [{', '.join(quoted(text) for text in entry.missing)}]")
    for key, pairs in (("options", entry.options), ("values", entry.values)):
        if pairs:
            lines.append(f"[items.{entry.item}.{key}]")
            lines += [f"{quoted(text)} = {quoted(option)}" for text, option in pairs.items()]
    return "\n".join(lines) + "\n"
