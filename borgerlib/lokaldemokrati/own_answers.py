"""A municipality's own answers to the leaders' survey, for comparison with everyone else's.

The file is TOML: ``municipality`` and a table ``[answers]`` with an option id (or a list of them) per item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from borgerlib import danish, places
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.files.atomic import replacing
from borgerlib.files.toml import Problem, read_toml
from borgerlib.population.municipalities import municipality
from borgerlib.survey.codebook.model import Codebook, Item

FILE = "egne_svar.toml"
_HEAD = """\
# Kommunens egne svar på spørgsmålene i »{title}«.
#
# Fjern # foran de linjer, der passer, og gem filen. Spørgsmål, som I ikke besvarer, vises uden markering.
# Brug filen i en rapport:   borger report {municipality} --own-answers {file}

municipality = "{municipality}"

[answers]
"""
_HINT = (
    'Under municipality = "Odense" stands [answers] on a line of its own, and below it lines as\n'
    'strategi = "ja", or with several options former = ["lokalraad", "borgerraad"].'
)


@dataclass(frozen=True)
class OwnAnswers:
    """The answers of one municipality.

    Parameters
    ----------
    municipality : str
        Name as officially spelt.
    answers : mapping of str to tuple of str
        Item id → option ids.
    """

    municipality: str
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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

    Returns
    -------
    OwnAnswers
        Items without an option are left out.

    Raises
    ------
    DataError
        The file is missing, is no TOML, or holds unknown items or options; all problems at once.
    """
    file = Path(path).expanduser()
    missing = "Write one with 'borger answers-template' and give its path."
    toml = read_toml(file, "own answers", hint=_HINT, missing=missing)
    if isinstance(table := toml.content.get("answers"), dict):
        table.update({item: given if isinstance(given, list) else [given] for item, given in table.items()})
    own = toml.validated(OwnAnswers, lambda own: _breaches(own, codebook, expected))
    name = municipality(own.municipality).name
    return OwnAnswers(name, {item: options for item, options in own.answers.items() if options})


def kept_own_answers(municipality_name: str) -> Path:
    """Return the path where a municipality's own answers are kept for its reports (it need not exist)."""
    return places.saved_data(danish.slug(municipality_name), FILE)


def keep_own_answers(path: str | Path, municipality_name: str) -> None:
    """Keep a copy of a checked file of own answers, replacing the earlier one.

    Raises
    ------
    DataError
        It cannot be written.
    """
    text, kept = Path(path).expanduser().read_bytes(), kept_own_answers(municipality_name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with replacing(kept, what="The own answers", error=DataError) as beside:
        beside.write_bytes(text)


def answers_template(codebook: Codebook, *, municipality_name: str, file_name: str) -> str:
    """Return a TOML file with every question and its options as Danish comments, ready to fill in."""
    lines = [_HEAD.format(title=codebook.title, municipality=municipality_name, file=file_name)]
    needed = dict(item.base.split(".") for item in codebook if item.base)
    for item in codebook:
        several = item.kind == "multiple"
        limit = f" Højst {item.max_choices}." if item.max_choices else ""
        lines.append(f"# {item.text}{' Flere svar mulige.' + limit if several else ''}")
        lines += [f"#   {option.id:<24} {option.text}" for option in item.options]
        if item.base:
            lines.append("# Besvares kun, hvis I ovenfor svarer {} = {}.".format(*item.base.split(".")))
        example = needed.get(item.id, item.options[0].id)
        lines.append(f"# {item.id} = " + (f'["{example}"]' if several else f'"{example}"') + "\n")
    return "\n".join(lines)


def _breaches(own: OwnAnswers, codebook: Codebook, expected: str) -> Iterator[Problem]:
    try:
        name = municipality(own.municipality).name
        if expected and name != expected:
            yield ("municipality",), f"the answers are {name}'s, but the report is for {expected}"
    except ParameterError as error:
        yield ("municipality",), error.message
    for item_id, options in own.answers.items():
        if item_id not in codebook:
            problems = [unknown_name("item", item_id, [item.id for item in codebook])]
        else:
            item = codebook.item(item_id)
            problems = list(_option_breaches(item, options))
            before, _, needed = item.base.partition(".")
            if options and needed not in own.answers.get(before, (needed,)):
                problems.append(f"is asked only of those who answer {before} with '{needed}'")
        yield from ((("answers", item_id), problem) for problem in problems)


def _option_breaches(item: Item, options: tuple[str, ...]) -> Iterator[str]:
    legal = [option.id for option in item.options]
    yield from (unknown_name("option", option, legal) for option in options if option not in legal)
    if item.kind != "multiple" and len(options) > 1:
        yield f"takes one option, {len(options)} are given"
    if item.max_choices and len(options) > item.max_choices:
        yield f"takes at most {item.max_choices} options; {len(options)} stand"
    if len(set(options)) < len(options):
        yield "an option stands twice"
