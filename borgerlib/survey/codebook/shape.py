"""Whether a codebook's values are of the right kind: tables, lists and numbers where those belong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shape_problems(content: Mapping[str, Any]) -> list[str]:
    """Return what keeps parsed TOML from being read as a codebook at all, one text a breach."""
    problems = [
        f"[{name}] is no table"
        for name in ("survey", "options")
        if not isinstance(content.get(name, {}), Mapping)
    ]
    shared = content.get("options", {})
    if isinstance(shared, Mapping):
        problems += [
            f"[options] {name} is no list of tables"
            for name, options in shared.items()
            if not _are_tables(options)
        ]
    items = content.get("item", [])
    if not _are_tables(items):
        return [*problems, "[[item]] is no list of tables"]
    return problems + [
        f"item '{item.get('id', '')}': {breach}" for item in items for breach in _item_breaches(item)
    ]


def _item_breaches(item: Mapping[str, Any]) -> list[str]:
    options, nets = item.get("options", []), item.get("nets", {})
    most, aliases = item.get("max_choices", 0), item.get("aliases", [])
    breaches = []
    if not isinstance(options, str) and not _are_tables(options):
        breaches.append("options are no list of tables")
    if not isinstance(nets, Mapping) or not all(isinstance(members, list) for members in nets.values()):
        breaches.append("nets are no table of lists")
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        breaches.append(f"max_choices {most!r} is no whole number of at least 0")
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        breaches.append("aliases are no list of texts")
    return breaches


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)
