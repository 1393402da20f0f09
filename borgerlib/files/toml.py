"""Read TOML files into frozen dataclasses, and report all type errors at once.

A dataclass describes its file: field names are the keys, types the legal values. pydantic checks them; this
module turns its errors into ours, with the line of the file and the nearest known names.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints
from unicodedata import normalize

from annotated_types import Predicate

from borgerlib.danish import is_read
from borgerlib.errors import BorgerlibError, DataError, none_of, unknown_name
from borgerlib.said import of_system, said

Model = TypeVar("Model")
Keys = tuple[str | int, ...]
Problem = tuple[Keys, str]
"""Keys that lead to a value, and what is wrong with it."""

Text = Annotated[str, Predicate(is_read)]
"""A text with at least one visible character."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"""\s*((?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*[\w-]+)*)\s*=(.*)""")
_PART = re.compile(r"""[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_ELEMENT = re.compile(r"""\{[^{}]*\}|"(?:[^"\\]|\\.)*"|'[^']*'""")
# pydantic's type of error, and the message of `said.toml` for it.
_MUST_BE = {
    "string_type": "must_be_text",
    "int_type": "must_be_whole",
    "int_from_float": "must_be_whole",
    "float_type": "must_be_number",
    "finite_number": "must_be_number",
    "bool_type": "must_be_true_or_false",
    "date": "must_be_date",
    "tuple_type": "must_be_list",
    "mapping_type": "must_be_table",
    "dict_type": "must_be_table",
    "dataclass_type": "must_be_table",
    "greater_than_equal": "must_be_at_least",
    "less_than_equal": "must_be_at_most",
    "too_short": "must_be_longer",
    "predicate_failed": "must_not_be_empty",
}
UNSURE = "UNSURE"
# Replaces an invalid text, so that the rest of the file can be checked.
_STAND_IN = "\ufffd"


@dataclass(frozen=True)
class Toml:
    """A TOML file as read.

    Parameters
    ----------
    content : dict
        Tables and values.
    name : str
        The file's name, for messages.
    what : str
        What it contains, as a noun after 'the': 'codebook'.
    text : str
        The file's text, to find lines in; '' for content that is not from a file.
    error : type of BorgerlibError
        The error to raise for an invalid file.
    hint : str
        What to do about an invalid file.
    """

    content: dict[str, Any]
    name: str
    what: str
    text: str = ""
    error: type[BorgerlibError] = DataError
    hint: str = ""

    @classmethod
    def of(cls, text: str, name: str, what: str, *, error: type[BorgerlibError], hint: str = "") -> Toml:
        """Parse a file's text, or raise its error if it is not TOML."""
        try:
            return cls(deepcopy(_loaded(text)), name, what, text, error, hint)
        except tomllib.TOMLDecodeError as failure:
            line = (re.findall(r"line (\d+)", str(failure)) or [text.count("\n") + 1])[0]
            message = said("no_toml", file=name, why=str(failure), line=line)
            raise error(message, hint=hint or "Mend that place.") from failure

    def validated(
        self,
        model: type[Model],
        check: Callable[[Model], Iterable[Problem]] | None = None,
        *,
        also: Iterable[Problem] = (),
    ) -> Model:
        """Return the content as a dataclass.

        Parameters
        ----------
        model : type
            A dataclass whose fields are the legal keys; may hold other dataclasses, tuples and mappings.
        check : callable, optional
            Yields problems that types cannot express.
        also : iterable of (keys, text)
            Problems that the caller has already found.

        Raises
        ------
        BorgerlibError
            The file's `error`, with all type errors and all problems that `check` yields.
        """
        # A copy without shared values, so that each can be repaired separately.
        content = json.loads(json.dumps(self.content, default=str))
        built, breaches = _build(model, content)
        problems = [*also, *(_problem_of(model, breach) for breach in breaches)]
        broken = [breach["loc"] for breach in breaches]
        for _ in range(4):
            if built is not None:
                break
            for breach in breaches:
                _mend(model, content, breach)
            built, breaches = _build(model, content)
        # Skip problems that are only about a replaced value.
        problems += [
            (keys, text)
            for keys, text in (check(built) if built is not None and check is not None else ())
            if _STAND_IN not in text and not any(keys[: len(at)] == at for at in broken)
        ]
        self.refuse(problems)
        return cast(Model, built)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise the file's error if there are problems, each with its line and keys."""
        if not (found := list(problems)):
            return
        lines = _lines(self.text)
        placed = []
        for keys, text in found:
            line = next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), 0)
            text = said("at_keys", keys=", ".join(_named(self.content, keys)), text=text) if keys else text
            placed.append((line, said("on_line", line=line, text=text) if line else text))
        texts = dict.fromkeys(text for _, text in sorted(placed, key=lambda problem: problem[0]))
        raise self.error(
            said("toml_refused", what=self.what, file=self.name), problems=list(texts), hint=self.hint
        )


@lru_cache(maxsize=32)
def _loaded(text: str) -> dict[str, Any]:
    # Cached: a codebook is read many times in a run, and parsing is slow.
    return tomllib.loads(text)


def read_toml(
    path: Path, what: str, *, error: type[BorgerlibError] = DataError, hint: str = "", missing: str = ""
) -> Toml:
    """Read a TOML file, with each letter as one character (a Mac may write 'å' as two).

    Parameters
    ----------
    path : Path
    what, error, hint
        See `Toml`.
    missing : str
        What to do if there is no such file.

    Raises
    ------
    BorgerlibError
        `error`: the file is missing, unreadable or not TOML.
    """
    if not path.is_file():
        raise error(said("no_file", path=path, what=what), hint=missing or said("check_name"))
    try:
        text = normalize("NFC", path.read_bytes().decode("utf-8-sig"))
    except OSError as failure:
        message = said("unreadable_file", path=path, why=failure.strerror)
        raise error(message, hint=said("check_rights")) from failure
    except UnicodeDecodeError as failure:
        raise error(said("no_utf8", file=path.name), hint=said("save_as_utf8")) from failure
    return Toml.of(text.replace("\r\n", "\n"), path.name, what, error=error, hint=hint)


def write_new(path: Path, text: str) -> Path:
    """Write a file that must not exist yet, and return its path.

    Raises
    ------
    DataError
        The file already exists, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise DataError(said("there_already", path=path)) from error
    except OSError as error:
        raise DataError(said("unwritable", path=path, why=of_system(error))) from error
    return path


def comment(text: str) -> str:
    """Return a text for use in a comment: one line, without invisible characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def quoted(value: str | bool | int | Sequence[str]) -> str:
    """Return a value as TOML writes it."""
    # TOML writes texts, numbers, booleans and lists as JSON does; only JSON allows the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@cache
def _adapter(model: Any) -> Any:
    # Imported here: only reading TOML needs pydantic.
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(tuple[model], config=ConfigDict(extra="forbid", strict=True))


def _build(model: Any, content: Any) -> tuple[Any, list[Any]]:
    from pydantic import ValidationError

    try:
        # As JSON, where a list may become a tuple and a table a dataclass, and nothing else is converted.
        return _adapter(model).validate_json(json.dumps([content]))[0], []
    except ValidationError as error:
        breaches: list[dict[str, Any]] = [{**found, "loc": found["loc"][1:]} for found in error.errors()]
        # pydantic also reports a list with an invalid element as too short: one error is enough.
        outer = {breach["loc"][:n] for breach in breaches for n in range(len(breach["loc"]))}
        return None, [breach for breach in breaches if breach["loc"] not in outer]


def _problem_of(model: type, breach: Any) -> Problem:
    """Put one of pydantic's errors into words."""
    keys, kind, value = breach["loc"], re.sub("^date_.*", "date", breach["type"]), breach["input"]
    if kind == "missing":
        return keys[:-1], said("lacks_key", key=keys[-1])
    if kind == "unexpected_keyword_argument":
        legal = [field.name for field in fields(_type_at(model, keys[:-1]))]
        return keys, unknown_name("key", str(keys[-1]), legal)
    if kind == "literal_error":
        legal = [str(option) for option in get_args(_type_at(model, keys))]
        return keys, none_of(str(value), filter(None, legal))
    if kind in _MUST_BE:
        limits = {name: f"{x:g}" for name, x in breach.get("ctx", {}).items() if isinstance(x, int | float)}
        return keys, said(_MUST_BE[kind], value=_short(value), **limits)
    return keys, f"{_short(value)}: {breach['msg']}"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _type_at(kind: Any, keys: Keys) -> Any:
    """Return the type of the value at some keys."""
    for key in keys:
        if is_dataclass(kind):
            kind = get_type_hints(kind, include_extras=True)[str(key)]
        else:
            kind = next(arg for arg in reversed(get_args(kind)) if arg is not Ellipsis)
        while get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
    return kind


def _mend(model: type, content: Any, breach: Any) -> None:
    """Replace an invalid value, so that the valid rest of the file can also be checked."""
    *path, last = breach["loc"]
    for key in path:
        content = content[key]
    if breach["type"] == "unexpected_keyword_argument":
        del content[last]
    else:
        content[last] = _stand_in(_type_at(model, breach["loc"]), f"{_STAND_IN}{breach['loc']}")


def _stand_in(kind: Any, text: str) -> Any:
    """Return a valid value of a type."""
    origin, args = get_origin(kind) or kind, get_args(kind)
    if origin is Annotated or origin is UnionType:
        return _stand_in(args[0], text)
    if origin is Literal:
        return args[0]
    if origin is tuple or origin is list:
        return [_stand_in(args[0], text), _stand_in(args[0], f"{text} 2")]
    if args:
        return {text: _stand_in(args[1], text)}
    return {str: text, bool: False, int: 1, float: 1.0, date: "2000-01-01"}.get(origin, {})


def _named(content: Any, keys: Keys) -> list[str]:
    """Return readable names of keys: an entry of a list by its id, else by its number."""
    names: list[str] = []
    for at, key in enumerate(keys):
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            content = None
        if isinstance(key, int) and names:
            known = content.get("id") if isinstance(content, dict) else content
            names[-1] += f" '{known}'" if isinstance(known, str) else f" {key + 1}"
        elif at and isinstance(keys[at - 1], str):
            names[-1] += f".{key}"
        else:
            names.append(str(key))
    return names


def _lines(text: str) -> dict[Keys, int]:
    """Return the line of each table, key and list element, as far as the file's layout shows it."""
    found: dict[Keys, int] = {}
    count: dict[Keys, int] = {}
    table: Keys = ()
    key: Keys = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = ()
            parts = _PART.findall(header[2])
            for at, part in enumerate(parts):
                table = (*table, part.strip("\"'"))
                if header[1] == "[[" and at == len(parts) - 1:
                    count[table] = count.get(table, -1) + 1
                table = (*table, count[table]) if table in count else table
                found.setdefault(table, number)
            key = ()
            continue
        if assigned := _KEY.match(line):
            key = (*table, *(part.strip("\"'") for part in _PART.findall(assigned[1])))
            found.setdefault(key, number)
            line = assigned[2]
        for _ in _ELEMENT.findall(line) if key else ():
            count[key] = count.get(key, -1) + 1
            found.setdefault((*key, count[key]), number)
    return found
