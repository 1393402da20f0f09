"""The codebook: what a survey asks, as data.

A codebook is a TOML file. Code asks it for *roles* and *items*, never for the name of a column, so another
survey is another file. See ``data/README.md`` for the layout.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.errors import CodebookError, unknown_name
from borgerlib.survey.codebook.shape import shape_problems

KINDS = ("single", "multiple", "number", "date", "text")
ROLES = (
    "id", "age", "birth_year", "sex", "area", "area_type", "topics", "time", "formats", "channels",
    "free_text", "contact", "consent", "started", "submitted", "municipality",
)  # fmt: skip
MISSING = ("dont_know", "not_relevant", "refused")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


@dataclass(frozen=True)
class Option:
    """One response option (svarmulighed).

    Parameters
    ----------
    id : str
        Name in data.
    text : str
        As the respondent read it.
    short : str
        As a chart or table shows it; the text where none is given.
    missing : str
        'dont_know', 'not_relevant' or 'refused' ('ønsker ikke at oplyse') where the answer is no opinion; ''
        otherwise. (No answer at all is a missing value in the data, never an option.)
    exclusive : bool
        In a multiple-choice item: rules out every other option ('intet af dette').
    """

    id: str
    text: str
    short: str
    missing: str = ""
    exclusive: bool = False


@dataclass(frozen=True)
class Item:
    """One question (spørgsmål).

    Parameters
    ----------
    id : str
        Name in data: the column of a single, number, date or text item, the prefix of a multiple one.
    text : str
        As the respondent read it.
    kind : str
        One of `KINDS`.
    options : tuple of Option
        In the order of the questionnaire; empty unless single or multiple.
    role : str
        What the item is for, one of `ROLES`, or ''.
    ordered : bool
        The options are steps of a scale.
    nets : mapping of str to tuple of str
        Named sums of options ('enig' = enig + meget enig).
    base : str
        'item.option' when only those who chose that option were asked, else ''.
    max_choices : int
        Most options one respondent may choose (0: no limit).
    aliases : tuple of str
        Other headings under which platforms export it ('Alder').
    """

    id: str
    text: str
    kind: str
    options: tuple[Option, ...] = ()
    role: str = ""
    ordered: bool = False
    nets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base: str = ""
    max_choices: int = 0
    aliases: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Columns in a respondents frame: one, or one 0/1 column an option (``item__option``)."""
        if self.kind == "multiple":
            return [f"{self.id}__{option.id}" for option in self.options]
        return [self.id]

    def option(self, option_id: str) -> Option:
        """Return the option of that id, or raise `CodebookError` with the nearest ones."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise CodebookError(
            unknown_name(f"option of item '{self.id}'", option_id, [option.id for option in self.options])
        )

    def members(self, option_or_net: str) -> tuple[str, ...]:
        """Return the option ids behind an option or a net."""
        if option_or_net in self.nets:
            return self.nets[option_or_net]
        return (self.option(option_or_net).id,)


@dataclass(frozen=True)
class Codebook:
    """A survey: its identity and its items in the order of the questionnaire.

    Iterating gives the items; ``codebook.meta`` is the TOML table ``[survey]`` as read.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    meta: Mapping[str, Any]

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __contains__(self, item_id: object) -> bool:
        return any(item.id == item_id for item in self.items)

    def item(self, item_id: str) -> Item:
        """Return the item of that id, or raise `CodebookError` with the nearest ones."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise CodebookError(
            unknown_name(f"item of survey '{self.id}'", item_id, [item.id for item in self.items])
        )

    def with_role(self, role: str) -> Item | None:
        """Return the first item that has the role, or None."""
        if role not in ROLES:
            raise CodebookError(unknown_name("role", role, ROLES))
        return next((item for item in self.items if item.role == role), None)


def load_codebook(survey: str | Path) -> Codebook:
    """Read a codebook and check it.

    Parameters
    ----------
    survey : str or Path
        Name of a survey that ships with the package ('lokaldemokrati-2021'), or path of a TOML file.

    Raises
    ------
    CodebookError
        The file is missing, is no TOML, or breaks rules; all breaches are listed at once.
    """
    path = _find(survey)
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise CodebookError(f"{path.name} is no valid TOML: {error}.") from error
    return _parse_text(text, path.name)


@lru_cache(maxsize=32)
def _parse_text(text: str, name: str) -> Codebook:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"{name} is no valid TOML: {error}.") from error
    return parse_codebook(content, source=name)


def parse_codebook(content: Mapping[str, Any], *, source: str) -> Codebook:
    """Build a codebook from parsed TOML; `source` names it in errors (`CodebookError`)."""
    if misshapen := shape_problems(content):
        raise CodebookError(f"The codebook {source} cannot be used:", problems=misshapen)
    survey = content.get("survey", {})
    shared = content.get("options", {})
    problems = [f"[survey] lacks '{key}'" for key in ("id", "title") if not survey.get(key)]
    items = [_item(entry, shared, problems) for entry in content.get("item", [])]
    if not items:
        problems.append("there is no [[item]]")
    codebook = Codebook(str(survey.get("id", "")), str(survey.get("title", "")), tuple(items), survey)
    problems += _cross_problems(codebook)
    if problems:
        raise CodebookError(f"The codebook {source} cannot be used:", problems=problems)
    return codebook


def _find(survey: str | Path) -> Path:
    path = Path(survey)
    if path.suffix == ".toml":
        if not path.is_file():
            raise CodebookError(f"There is no codebook {path}.")
        return path
    shipped = sorted(folder.parent.name for folder in places.raw_data().glob("*/codebook.toml"))
    if str(survey) not in shipped:
        raise CodebookError(unknown_name("survey", str(survey), shipped))
    return places.raw_data(str(survey), "codebook.toml")


def _item(entry: Mapping[str, Any], shared: Mapping[str, Any], problems: list[str]) -> Item:
    item_id = str(entry.get("id", ""))
    where = f"item '{item_id}'"
    known = {"id", "text", "kind", "options", "role", "ordered", "nets", "base", "max_choices", "aliases"}
    problems += [f"{where}: unknown key '{key}'" for key in entry if key not in known]
    if not _NAME.match(item_id):
        problems.append(f"{where}: an id is lower-case letters a–z, digits and single '_'")
    if not entry.get("text"):
        problems.append(f"{where}: lacks 'text'")
    kind = str(entry.get("kind", ""))
    if kind not in KINDS:
        problems.append(f"{where}: kind '{kind}' is none of {', '.join(KINDS)}")
    role = str(entry.get("role", ""))
    if role and role not in ROLES:
        problems.append(f"{where}: role '{role}' is none of {', '.join(ROLES)}")
    options = _options(entry.get("options", []), shared, where, problems)
    if (kind in ("single", "multiple")) != bool(options):
        problems.append(f"{where}: single and multiple items have options, others none")
    return Item(
        id=item_id,
        text=str(entry.get("text", "")),
        kind=kind,
        options=options,
        role=role,
        ordered=bool(entry.get("ordered", False)),
        nets={net: tuple(members) for net, members in entry.get("nets", {}).items()},
        base=str(entry.get("base", "")),
        max_choices=int(entry.get("max_choices", 0)),
        aliases=tuple(str(alias) for alias in entry.get("aliases", [])),
    )


def _options(entries: Any, shared: Mapping[str, Any], where: str, problems: list[str]) -> tuple[Option, ...]:
    if isinstance(entries, str):
        if entries not in shared:
            problems.append(f"{where}: there is no shared list [options] {entries}")
        entries = shared.get(entries, [])
    options = []
    for entry in entries:
        option_id, text = str(entry.get("id", "")), str(entry.get("text", ""))
        missing = str(entry.get("missing", ""))
        if not _NAME.match(option_id):
            problems.append(f"{where}, option '{option_id}': an id is lower-case a–z, digits and single '_'")
        if not text:
            problems.append(f"{where}, option '{option_id}': lacks 'text'")
        if missing and missing not in MISSING:
            problems.append(
                f"{where}, option '{option_id}': missing '{missing}' is none of {', '.join(MISSING)}"
            )
        options.append(
            Option(
                option_id, text, str(entry.get("short", text)), missing, bool(entry.get("exclusive", False))
            )
        )
    return tuple(options)


def _cross_problems(codebook: Codebook) -> list[str]:
    problems = [
        f"item '{item_id}' stands {times} times"
        for item_id, times in Counter(item.id for item in codebook).items()
        if times > 1
    ]
    for item in codebook:
        ids = [option.id for option in item.options]
        problems += [
            f"item '{item.id}': option '{option_id}' stands {times} times"
            for option_id, times in Counter(ids).items()
            if times > 1
        ]
        for net, members in item.nets.items():
            problems += [
                f"item '{item.id}', net '{net}': there is no option '{member}'"
                for member in members
                if member not in ids
            ]
            if net in ids:
                problems.append(f"item '{item.id}': net '{net}' has the name of an option")
        if item.base:
            base_item, _, base_option = item.base.partition(".")
            asked = next((other for other in codebook if other.id == base_item), None)
            if asked is None or base_option not in [option.id for option in asked.options]:
                problems.append(f"item '{item.id}': base '{item.base}' is no 'item.option' of this survey")
    return problems
