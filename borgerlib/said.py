"""Messages in two languages: a kind and values, put into words by the table ``said.toml``."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from borgerlib import danish

# Smaller numbers, such as years, have no thousands separator.
_LONG = 10_000
_OF_SYSTEM = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EROFS: "disk_read_only",
    errno.EACCES: "not_allowed",
    errno.EPERM: "not_allowed",
    errno.ENOENT: "not_there",
    errno.ENOTDIR: "in_the_way",
    errno.EISDIR: "in_the_way",
    errno.EEXIST: "in_the_way",
}


class Said(str):
    """An English message that keeps its kind and values, so that it is also available in Danish.

    Made by `said`.

    Attributes
    ----------
    kind : str
        Its table in ``said.toml``.
    values : mapping of str to object
        What is filled into the text: numbers, texts, lists of names, and other `Said` messages.
    """

    kind: str
    values: Mapping[str, object]

    @property
    def danish(self) -> str:
        """The message in Danish."""
        return _worded(self.kind, "da", self.values, _in_danish)

    @property
    def hint(self) -> str:
        """What to do next, in English; '' if the table has none. The Danish text includes it."""
        values = {name: _in_english(value) for name, value in self.values.items()}
        return _table()[self.kind].get("hint", "").format(**values)


def said(kind: str, /, **values: object) -> Said:
    """Return the message of a kind of ``said.toml`` with some values, in English; `danish` translates it."""
    message = Said(_worded(kind, "en", values, _in_english))
    message.kind, message.values = kind, values
    return message


def of_system(error: OSError) -> Said:
    """Return why the system refused a file or a folder, as the end of a sentence without its stop."""
    kind = "took_too_long" if isinstance(error, TimeoutError) else _OF_SYSTEM.get(error.errno or 0, "refused")
    return said(kind, why=error.strerror or str(error), count=error.errno or 0)


def in_danish(text: str) -> str:
    """Return a message in Danish if it is a `Said`, else the text unchanged."""
    return text.danish if isinstance(text, Said) else text


def _worded(kind: str, language: str, values: Mapping[str, object], word: Callable[[object], str]) -> str:
    texts = _table()[kind]
    text = texts.get(f"{language}_{values.get('count')}", texts[language])
    return text.format(**{name: word(value) for name, value in values.items()})


def _in_english(value: object) -> str:
    match value:
        case list():
            return ", ".join(str(each) if isinstance(each, Said) else f"'{each}'" for each in value)
        case float():
            return f"{value:g}"
        case int() if value >= _LONG:
            return f"{value:,}"
    return str(value)


def _in_danish(value: object) -> str:
    match value:
        case Said():
            return value.danish
        case list():
            return danish.listing([each.danish if isinstance(each, Said) else f"»{each}«" for each in value])
        case int():
            return danish.number(value)
        case float():
            return danish.number(value, 1)
        case Decimal():  # with the decimals it has
            return danish.number(float(value), -int(value.as_tuple().exponent))
        case date():
            return danish.long_date(value)
    return str(value)


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
