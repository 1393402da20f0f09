"""A municipality's own answers to the leaders' survey, beside everyone else's.

The file is TOML: ``municipality`` and a table ``[answers]`` with an option id (or a list of them) per item.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.population.municipalities import municipality
from borgerlib.survey.codebook.model import Codebook, Item

_HEAD = """\
# Kommunens egne svar på spørgsmålene i »{title}«.
#
# Fjern # foran de linjer, der passer, og gem filen. Spørgsmål, som I ikke besvarer, vises uden markering.
# Brug filen i en rapport:   borger report {municipality} --own-answers {file}

municipality = "{municipality}"

[answers]
"""


@dataclass(frozen=True)
class OwnAnswers:
    """What one municipality answers.

    Parameters
    ----------
    municipality : str
        Name as officially spelt.
    answers : mapping of str to tuple of str
        Item id → option ids.
    """

    municipality: str
    answers: Mapping[str, tuple[str, ...]]

    def chose(self, item: Item, option_or_net: str) -> bool:
        """Return True when the municipality's answer to the item is the option, or in the net."""
        return bool(set(self.answers.get(item.id, ())) & set(item.members(option_or_net)))


def load_own_answers(path: str | Path, codebook: Codebook, *, expected: str = "") -> OwnAnswers:
    """Read and check a municipality's own answers.

    Parameters
    ----------
    path : str or Path
        The TOML file.
    codebook : Codebook
        The survey that is answered.
    expected : str
        The municipality that the report is for; '' accepts any.

    Raises
    ------
    DataError
        The file is missing, is no TOML, or holds unknown items or options; all problems at once.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise DataError(
            f"There is no file with own answers at {file.name if file.name else path}.",
            hint="Write one with 'borger answers-template' and give its path.",
        )
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            f"The own answers in {file.name} are no valid TOML: {error}.",
            hint='A line looks like: strategi = "ja". Several options: former = ["lokalraad", "borgerraad"].',
        ) from error
    return parse_own_answers(content, codebook, source=file.name, expected=expected)


def parse_own_answers(
    content: Mapping[str, Any], codebook: Codebook, *, source: str, expected: str = ""
) -> OwnAnswers:
    """Check parsed own answers against the codebook; `source` names them in errors (`DataError`)."""
    problems = [
        f"unknown key '{key}' (legal: municipality, [answers])"
        for key in content
        if key not in ("municipality", "answers")
    ]
    name = _name(str(content.get("municipality", "")), expected, problems)
    table = content.get("answers", {})
    if not isinstance(table, Mapping):
        problems.append("answers is no table: write [answers] on a line of its own, and the answers below it")
        table = {}
    answers: dict[str, tuple[str, ...]] = {}
    for item_id, given in table.items():
        if item_id not in codebook:
            problems.append(unknown_name("item", item_id, [item.id for item in codebook]))
        else:
            answers[item_id] = _options(codebook.item(item_id), given, problems)
    if problems:
        raise DataError(f"The own answers in {source} cannot be used:", problems=problems)
    return OwnAnswers(name, {item_id: options for item_id, options in answers.items() if options})


def answers_template(codebook: Codebook, *, municipality_name: str, file_name: str) -> str:
    """Return a TOML file with every question and its options as Danish comments, ready to fill in."""
    lines = [_HEAD.format(title=codebook.title, municipality=municipality_name, file=file_name)]
    for item in codebook:
        several = item.kind == "multiple"
        limit = f" Højst {item.max_choices}." if item.max_choices else ""
        lines.append(f"# {item.text}{' Flere svar mulige.' + limit if several else ''}")
        lines += [f"#   {option.id:<24} {option.text}" for option in item.options]
        example = item.options[0].id
        lines.append(f"# {item.id} = " + (f'["{example}"]' if several else f'"{example}"') + "\n")
    return "\n".join(lines)


def _name(given: str, expected: str, problems: list[str]) -> str:
    if not given:
        problems.append('municipality is missing: write for example municipality = "Odense"')
        return ""
    try:
        name = municipality(given).name
    except ParameterError as error:
        problems.append(error.message)
        return given
    if expected and name != expected:
        problems.append(f"the answers are {name}'s, but the report is for {expected}")
    return name


def _options(item: Item, given: Any, problems: list[str]) -> tuple[str, ...]:
    chosen = given if isinstance(given, list) else [given]
    legal = [option.id for option in item.options]
    options = tuple(str(option) for option in chosen)
    problems += [unknown_name(f"option of item '{item.id}'", o, legal) for o in options if o not in legal]
    if item.kind != "multiple" and len(options) > 1:
        problems.append(f"item '{item.id}' takes one option, {len(options)} are given")
    if item.max_choices and len(options) > item.max_choices:
        problems.append(f"item '{item.id}' takes at most {item.max_choices} options; {len(options)} stand")
    if len(set(options)) < len(options):
        problems.append(f"item '{item.id}': an option stands twice")
    return options
