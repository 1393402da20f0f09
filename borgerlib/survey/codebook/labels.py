"""What readers see instead of ids: labels of options, nets, levels and groups."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from borgerlib import danish
from borgerlib.errors import CodebookError, ParameterError
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Codebook, Item


def codebook_of(attrs: Mapping[Any, Any]) -> Codebook | None:
    """Return the codebook that a frame's ``attrs`` name by municipality or survey; None if they name none."""
    for key in ("municipality", "codebook"):
        with suppress(CodebookError):
            if name := attrs.get(key):
                return load_codebook(str(name))
    return None


def check_codebook(given: object) -> None:
    """Raise `ParameterError` unless given a `Codebook`: its name is not enough."""
    if not isinstance(given, Codebook):
        raise ParameterError(
            f"A {type(given).__name__} was given where a codebook belongs.",
            hint="Read it first: borgerlib.load_codebook('borgerinteresse'), that of a municipality, or one "
            "of your own ('skema.toml'; 'borger codebook draft' makes it of an export). Without a codebook "
            "call estimate_proportions once for each question, with by=.",
        )


def group_of(column: str, level: object) -> str:
    """Return the name of a group in estimates: 'koen=kvinde'."""
    return f"{column}={level}"


def answer_label(item: Item, option_or_net: str) -> str:
    """Return an option's short text, or those of a net's options: 'enig eller meget enig'."""
    shorts = [item.option(member).short for member in item.members(option_or_net)]
    return danish.listing(shorts, last="eller")


def level_label(codebook: Codebook, column: str, level: object) -> str:
    """Return a level as a reader sees it: the option's short text, '60–69 år', or the level itself.

    Digits are read as years only in a column of ages: elsewhere they may be a postcode.
    """
    item, text = (codebook.item(column) if column in codebook else None), str(level)
    shorts = {option.id: option.short for option in item.options} if item else {}
    if text in shorts:
        return shorts[text]
    if item is not None and item.role != "age":
        return text
    if text.removesuffix("+").replace("-", "").isdigit():
        return f"{text.replace('-', '–')} år" if not text.endswith("+") else f"{text[:-1]} år og derover"
    return text
