"""Find a codebook (shipped, of prepared answers, or the user's own), read it and check it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.errors import CodebookError, ParameterError, to_prepare, unknown_name
from borgerlib.files.atomic import settled
from borgerlib.files.toml import Problem, Toml, read_toml
from borgerlib.population.municipalities import municipality
from borgerlib.said import said
from borgerlib.survey.codebook.model import NAME, TAGS, Codebook, Item, Option

_SUMMED = ("climate", "digital", "town")
"""Tags that are shown as one share, even if several options have them."""


@dataclass(frozen=True)
class _File:
    """A codebook as in its file; items that name a shared list of options take theirs from it."""

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


def codebook_file(survey: str | Path) -> Path:
    """Return the file of a shipped survey, of a municipality, or the path itself; else `CodebookError`."""
    path = Path(str(survey))
    if path.suffix == ".toml":
        return path
    shipped = sorted(folder.parent.name for folder in places.raw_data().glob("*/codebook.toml"))
    if str(survey) in shipped:
        return places.raw_data(str(survey), "codebook.toml")
    try:
        found = municipality(str(survey))
    except ParameterError as error:
        raise CodebookError(
            unknown_name("survey", str(survey), shipped),
            hint="Or give a municipality that has been prepared.",
        ) from error
    prepared = settled(places.processed_data(slug(found.name))) / "codebook.toml"
    if not prepared.is_file():
        raise CodebookError(
            said("codebook_not_prepared", name=found.name),
            hint=f"Surveys that ship: {', '.join(shipped)}. {to_prepare(found.name)}",
        )
    return prepared


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
    """Add a net of the options that share a tag, if there are several and no such net exists."""
    nets = {tag: item.tagged(tag) for tag in TAGS}
    known = [set(members) for members in item.nets.values()]
    new = {tag: of for tag, of in nets.items() if len(of) > 1 and tag not in item.nets and {*of} not in known}
    summed = {tag: of for tag, of in new.items() if tag in _SUMMED}
    return replace(item, nets={**item.nets, **summed}) if summed else item


def _with_shared(items: list[Any], shared: Mapping[str, Any], unknown: list[Problem]) -> list[Any]:
    """Replace the names of shared lists of options with the lists."""
    whole = []
    for at, item in enumerate(items):
        if isinstance(item, Mapping) and isinstance(name := item.get("options"), str):
            item = {**item, "options": shared.get(name, [])}
            if name not in shared:
                unknown.append((("item", at, "options"), unknown_name("shared list [options]", name, shared)))
        whole.append(item)
    return whole


def _breaches(file: _File) -> Iterator[Problem]:
    """Yield the problems of a codebook that types cannot express."""
    for key in ("id", "title"):
        if not isinstance(text := file.survey.get(key, ""), str) or not text:
            yield ("survey",), f"lacks '{key}'" if not text else f"'{key}' must be a text"
    if not file.item:
        yield (), "there is no [[item]]"
    asked = {item.id: [option.id for option in item.options] for item in file.item}
    yield from name_breaches([item.id for item in file.item], ("item",))
    for at, item in enumerate(file.item):
        ids = [option.id for option in item.options]
        yield from name_breaches(ids, ("item", at, "options"))
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


def name_breaches(names: list[str], keys: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield which ids of a list of tables are not legal names, or occur several times."""
    for at, name in enumerate(names):
        if not NAME.match(name):
            yield (*keys, at, "id"), said("is_no_name", name=name)
    for name, times in Counter(names).items():
        if times > 1:
            yield (*keys, names.index(name)), f"stands {times} times"
