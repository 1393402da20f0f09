"""The codebook: what a survey asks, as data.

A codebook is a TOML file. Code asks it for *roles* and *items*, never for the name of a column, so that a new
survey only needs a new file. See ``data/README.md`` for the layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge

from borgerlib.errors import CodebookError, unknown_name
from borgerlib.files.toml import Text

LEADERS, CITIZENS = "lokaldemokrati-2021", "borgerinteresse"
"""The shipped surveys: of the municipalities' leaders, and of citizens' interest."""

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
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


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
        The text in charts and tables; by default `text`.
    missing : str
        'dont_know', 'not_relevant' or 'refused' ('ønsker ikke at oplyse') if the answer is not an opinion; ''
        otherwise. (No answer at all is a missing value in the data, never an option.)
    exclusive : bool
        In a multiple-choice item: rules out every other option ('intet af dette').
    other : bool
        Answers in the respondents' own words count as this option ('Andet'). If no option of an item is
        marked, one whose text is 'Andet', 'Annet', 'Annat', 'Other' or 'Sonstiges' is used (not for sex).
    tags : tuple of str
        What the option is about, from `TAGS`, for figures and sentences that look for it.
    text_en : str
        The text in English, for a form in both languages.
    """

    id: str
    text: Text
    short: str = ""
    missing: Missing = ""
    exclusive: bool = False
    other: bool = False
    tags: tuple[Tag, ...] = ()
    text_en: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "short", self.short or self.text)

    @property
    def stands_alone(self) -> bool:
        """Whether no other option can be chosen with it: 'none of these', 'don't know'."""
        return self.exclusive or bool(self.missing)


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
        'item.option' if only those who chose that option were asked, else ''.
    max_choices : int
        Most options one respondent may choose (0: no limit).
    aliases : tuple of str
        Other headings under which platforms export it ('Alder').
    text_en : str
        In English, for a form in both languages.
    """

    id: str
    text: Text
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
        """Columns in a respondents frame: one, or a 0/1 column for each option (``item__option``)."""
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
        if option_or_net in [*self.nets]:  # a list, as a mapping cannot be asked about what has no hash
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
    items: tuple[Item, ...] = field(repr=False)
    meta: Mapping[str, Any] = field(repr=False)
    file: str = field(default="", compare=False)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __contains__(self, item_id: object) -> bool:
        return any(item.id == item_id for item in self.items)

    def _repr_html_(self) -> str:
        # For notebooks: the items, options and nets, with their names.
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

    def ids(self, roles: Iterable[str]) -> dict[str, str]:
        """Return role → id of its first item, for the roles that some item has."""
        return {role: item.id for role in roles if (item := self.with_role(role)) is not None}
