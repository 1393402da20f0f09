"""The codebook: what a survey asks, as data.

A codebook is a TOML file. Code asks it for *roles* and *items*, never for the name of a column, so another
survey is another file. See ``data/README.md`` for the layout.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, MinLen

from borgerlib.errors import CodebookError, unknown_name
from borgerlib.files.toml import Problem, Toml, read_toml
from borgerlib.survey.codebook.finding import codebook_file

LEADERS, CITIZENS = "lokaldemokrati-2021", "borgerinteresse"
"""The surveys that ship: of the municipalities' leaders, and of citizens' interest."""

Kind = Literal["single", "multiple", "number", "date", "text"]
Role = Literal[
    "", "id", "age", "age_group", "birth_year", "sex", "area", "area_type", "topics", "time", "formats",
    "channels", "free_text", "contact", "consent", "started", "submitted", "municipality",
]  # fmt: skip
Missing = Literal["", "dont_know", "not_relevant", "refused"]
Tag = Literal["climate", "welfare", "digital", "co_creation", "town"]
ROLES = get_args(Role)[1:]
TAGS = get_args(Tag)
_OTHER = re.compile(r"(andet|andre|annet|annat|other|sonstiges|anderes)\b", re.IGNORECASE)
_SUMMED = ("climate", "digital", "town")
"""Tags that one share stands for, also where several options have them."""
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
NAME_RULE = "is no name: lower-case letters a–z, digits and single '_'"


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
    other : bool
        Answers in the respondents' own words count as this option ('Andet'). Where no option of an item says
        so, one whose text is 'Andet', 'Annet', 'Annat', 'Other' or 'Sonstiges' does (not for sex).
    tags : tuple of str
        What the option is about, of `TAGS`, where figures and sentences look for it.
    text_en : str
        In English, for a form in both languages.
    """

    id: str
    text: Annotated[str, MinLen(1)]
    short: str = ""
    missing: Missing = ""
    exclusive: bool = False
    other: bool = False
    tags: tuple[Tag, ...] = ()
    text_en: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "short", self.short or self.text)


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
        'single', 'multiple', 'number', 'date' or 'text'.
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
    text_en : str
        In English, for a form in both languages.
    """

    id: str
    text: Annotated[str, MinLen(1)]
    kind: Kind
    options: tuple[Option, ...] = ()
    role: Role = ""
    ordered: bool = False
    nets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base: str = ""
    max_choices: Annotated[int, Ge(0)] = 0
    aliases: tuple[str, ...] = ()
    text_en: str = ""

    @property
    def columns(self) -> list[str]:
        """Columns in a respondents frame: one, or one 0/1 column an option (``item__option``)."""
        if self.kind == "multiple":
            return [f"{self.id}__{option.id}" for option in self.options]
        return [self.id]

    @property
    def catch_all(self) -> Option | None:
        """The option that answers in the respondents' own words count as, or None."""
        for option in self.options:
            if option.other:
                return option
        if self.role == "sex":
            return None
        return next((option for option in self.options if _OTHER.match(option.text)), None)

    def option(self, option_id: str) -> Option:
        """Return the option of that id, or raise `CodebookError` with the nearest ones."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise CodebookError(
            unknown_name(f"option of item '{self.id}'", option_id, [option.id for option in self.options])
        )

    def tagged(self, tag: str) -> tuple[str, ...]:
        """Return the ids of the options that have a tag."""
        return tuple(option.id for option in self.options if tag in option.tags)

    def members(self, option_or_net: str) -> tuple[str, ...]:
        """Return the option ids behind an option or a net."""
        if option_or_net in self.nets:
            return self.nets[option_or_net]
        return (self.option(option_or_net).id,)


@dataclass(frozen=True)
class Codebook:
    """A survey: its identity and its items in the order of the questionnaire.

    Iterating gives the items; ``codebook.meta`` is the TOML table ``[survey]`` as read; ``codebook.file`` is
    what it was loaded by, the name of a survey that ships or a path ('' for one that was built).

    See Also
    --------
    load_codebook : Reads one.

    Examples
    --------
    >>> import borgerlib
    >>> codebook = borgerlib.load_codebook("borgerinteresse")
    >>> codebook.with_role("topics").id
    'emner'
    >>> [option.short for option in codebook.item("koen").options]
    ['Mand', 'Kvinde', 'Andet', 'Ønsker ikke at oplyse']
    """

    id: str
    title: str
    items: tuple[Item, ...]
    meta: Mapping[str, Any]
    file: str = field(default="", compare=False)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __contains__(self, item_id: object) -> bool:
        return any(item.id == item_id for item in self.items)

    def _repr_html_(self) -> str:
        # As a notebook shows it: what can be asked for, and by which names.
        rows = (
            f"<tr><td>{item.id}</td><td>{escape(item.text)}</td>"
            f"<td>{', '.join([*(option.id for option in item.options), *item.nets])}</td></tr>"
            for item in self.items
        )
        return f"<table><tr><th>item</th><th>text</th><th>options, nets</th></tr>{''.join(rows)}</table>"

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


@dataclass(frozen=True)
class _File:
    """A codebook as its file has it; items take their options from the shared lists where they name one."""

    survey: Mapping[str, Any] = field(default_factory=dict)
    item: tuple[Item, ...] = ()
    options: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


def load_codebook(survey: str | Path) -> Codebook:
    """Read a codebook and check it.

    Parameters
    ----------
    survey : str or Path
        Name of a survey that ships with the package ('lokaldemokrati-2021'), path of a TOML file, or a
        municipality whose answers have been prepared ('odense'): what these were read with.

    Returns
    -------
    Codebook

    Raises
    ------
    CodebookError
        The file is missing, is no TOML, or breaks rules; all breaches are listed at once.

    See Also
    --------
    Codebook : What it returns.
    load : The answers.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.load_codebook("Ærø").item("tid").text
    'Hvor meget tid vil du gerne bruge på at være med?'
    """
    file = read_toml(codebook_file(survey), "codebook", error=CodebookError)
    return replace(_parsed(file.text, file.name), file=str(survey))


@lru_cache(maxsize=32)
def _parsed(text: str, name: str) -> Codebook:
    return _codebook(Toml.of(text, name, "codebook", error=CodebookError))


def parse_codebook(content: Mapping[str, Any], *, source: str) -> Codebook:
    """Build a codebook from parsed TOML; `source` names it in errors (`CodebookError`)."""
    return _codebook(Toml(dict(content), source, "codebook", error=CodebookError))


def _codebook(toml: Toml) -> Codebook:
    shared, items = toml.content.get("options"), toml.content.get("item")
    unknown: list[Problem] = []
    if isinstance(shared, Mapping) and isinstance(items, list):
        toml = replace(toml, content=toml.content | {"item": _with_shared(items, shared, unknown)})
    file = toml.validated(_File, _breaches, also=unknown)
    items = tuple(_with_nets_of_tags(item) for item in file.item)
    return Codebook(file.survey["id"], file.survey["title"], items, file.survey)


def _with_nets_of_tags(item: Item) -> Item:
    """Add a net of the options that share a tag, where there are several and no net of them."""
    nets = {tag: item.tagged(tag) for tag in TAGS}
    known = [set(members) for members in item.nets.values()]
    new = {tag: of for tag, of in nets.items() if len(of) > 1 and tag not in item.nets and {*of} not in known}
    summed = {tag: of for tag, of in new.items() if tag in _SUMMED}
    return replace(item, nets={**item.nets, **summed}) if summed else item


def _with_shared(items: list[Any], shared: Mapping[str, Any], unknown: list[Problem]) -> list[Any]:
    """Put the shared lists of options in place of their names."""
    whole = []
    for at, item in enumerate(items):
        if isinstance(item, Mapping) and isinstance(name := item.get("options"), str):
            item = {**item, "options": shared.get(name, [])}
            if name not in shared:
                unknown.append((("item", at, "options"), unknown_name("shared list [options]", name, shared)))
        whole.append(item)
    return whole


def _breaches(file: _File) -> Iterator[Problem]:
    """Yield what the types cannot tell of a codebook."""
    for key in ("id", "title"):
        if not isinstance(text := file.survey.get(key, ""), str) or not text:
            yield ("survey",), f"lacks '{key}'" if not text else f"'{key}' must be a text"
    if not file.item:
        yield (), "there is no [[item]]"
    asked = {item.id: [option.id for option in item.options] for item in file.item}
    yield from _names([item.id for item in file.item], ("item",))
    for at, item in enumerate(file.item):
        ids = [option.id for option in item.options]
        yield from _names(ids, ("item", at, "options"))
        if (item.kind in ("single", "multiple")) != bool(ids):
            yield ("item", at), "single and multiple items have options, others none"
        for net, members in item.nets.items():
            for name in members:
                if name not in ids:
                    yield ("item", at, "nets", net), f"there is no option '{name}'"
            if net in ids:
                yield ("item", at, "nets", net), "has the name of an option"
        base, _, option = item.base.partition(".")
        if item.base and option not in asked.get(base, ()):
            yield ("item", at, "base"), f"'{item.base}' is no 'item.option' of this survey"


def _names(names: list[str], keys: tuple[str | int, ...]) -> Iterator[Problem]:
    for at, name in enumerate(names):
        if not NAME.match(name):
            yield (*keys, at, "id"), f"'{name}' {NAME_RULE}"
    for name, times in Counter(names).items():
        if times > 1:
            yield (*keys, names.index(name)), f"stands {times} times"
