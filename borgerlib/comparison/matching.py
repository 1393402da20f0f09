"""Which questions two waves asked in the same way, and what else about them has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from borgerlib import danish
from borgerlib.errors import DataError, ParameterError, check_known
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, disclose
from borgerlib.statistics.levels import column_of
from borgerlib.survey.codebook.labels import codebook_of
from borgerlib.survey.codebook.matching import normalise
from borgerlib.survey.codebook.model import Codebook, Item

WAVE = "maaling"
"""The column, and the division of the estimates, that tells the waves apart."""
_NOT_COMPARED = "er ikke sammenlignet"
_WHO = ("sex", "area", "area_type", "age_group", "municipality")


def books_of(waves: Sequence[pd.DataFrame]) -> tuple[Codebook, Codebook]:
    """Return the codebooks that the frames name, or `ParameterError`."""
    first, second = (codebook_of(wave.attrs) for wave in waves)
    if first is None or second is None:
        raise ParameterError(
            "The frames do not tell what was asked.",
            hint="Give codebooks=(earlier, later), by load_codebook.",
        )
    return first, second


def names_of(waves: Sequence[pd.DataFrame]) -> tuple[str, str]:
    """Return the names of the waves: the years, or days, of their survey dates (else `ParameterError`)."""
    first, second = (str(wave.attrs.get("survey_date", "")) for wave in waves)
    if not first or not second:
        raise ParameterError(
            "The frames do not tell when they were asked.", hint="Give names=('2021', '2025')."
        )
    return (first[:4], second[:4]) if first[:4] != second[:4] else (first, second)


def changed_frames(
    waves: Sequence[pd.DataFrame], books: tuple[Codebook, Codebook], names: tuple[str, str]
) -> Iterator[str]:
    """Say in Danish what differs in who was asked, and how."""
    asked = {
        "Indsamlingsmåden": [book.meta.get("mode") for book in books],
        "Aldersgrænsen": [wave.attrs.get("min_age") for wave in waves],
        "Kommunen": [wave.attrs.get("municipality") for wave in waves],
    }
    for what, (was, now) in asked.items():
        if was is not None and now is not None and was != now:
            yield f"{what} er ændret fra {was} ({names[0]}) til {now} ({names[1]})."
    weighted = [bool(wave.attrs.get("weighted", True)) for wave in waves]
    if weighted[0] != weighted[1]:
        yield f"Kun målingen {names[weighted.index(True)]} er vægtet."


def common_items(
    waves: Sequence[pd.DataFrame],
    books: tuple[Codebook, Codebook],
    item: str | Sequence[str] | None,
    notes: list[str],
) -> list[Item]:
    """Return the later wave's items that both asked and answered, with the same meaning; note rewordings."""
    asked = {one.id: one for one in books[0] if one.options}
    both = [one for one in books[1] if one.options and one.id in asked and one.kind == asked[one.id].kind]
    both = [one for one in both if all(wave.filter(one.columns).notna().any(axis=None) for wave in waves)]
    if item is None:
        both = [one for one in both if one.role not in _WHO]
    else:
        wanted = [item] if isinstance(item, str) else list(item)
        roles = {str(one.role): one.id for one in both if one.role}
        wanted = [roles.get(name, name) for name in wanted]
        for name in wanted:
            check_known("question of both waves", name, [one.id for one in both])
        both = [one for one in both if one.id in wanted]
    both = [one for one in both if _means_the_same(books, one, notes)]
    if not both:
        raise DataError(
            "The waves have no question in common that somebody answered in both.",
            hint="They are matched by id in the codebooks: give a question that was asked again its old id.",
            problems=[note for note in notes if _NOT_COMPARED in note],
        )
    notes += [
        f"Ordlyden er ændret: »{asked[one.id].text}« blev til »{one.text}«."
        for one in both
        if asked[one.id].text != one.text
    ]
    return both


def _means_the_same(books: tuple[Codebook, Codebook], item: Item, notes: list[str]) -> bool:
    """Return whether no question or option id has taken over another id's text; note reworded options."""
    items = [{one.id: one.text for one in book} for book in books]
    options = [{option.id: option.text for option in book.item(item.id).options} for book in books]
    moved = [pair for pair in _moved(items) if pair == (items[0][item.id], items[1][item.id])]
    if moved := moved or _moved(options):
        notes.append(
            f"»{item.text}« {_NOT_COMPARED}: samme id står for »{moved[0][0]}« i den ene måling og "
            f"»{moved[0][1]}« i den anden. Giv dem samme id i begge kodebøger."
        )
        return False
    notes += [f"»{item.text}«: svaret »{was}« blev til »{now}«." for was, now in _reworded(options)]
    return True


def _reworded(texts: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    was, now = texts
    return [(was[id], now[id]) for id in now if id in was and normalise(was[id]) != normalise(now[id])]


def _moved(texts: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return an id's texts in both waves, if either is the text of another id in the other wave."""
    was, now = ({normalise(text) for text in wave.values()} for wave in texts)
    return [pair for pair in _reworded(texts) if normalise(pair[0]) in now or normalise(pair[1]) in was]


def columns_of(waves: Sequence[pd.DataFrame], item: Item) -> str | list[str]:
    """Return the argument for `estimate_proportions`: an item, or the columns that either wave has."""
    if item.kind != "multiple":
        return item.id
    return [column for column in item.columns if any(column in wave for wave in waves)]


def as_offered(
    waves: Sequence[pd.DataFrame], books: tuple[Codebook, Codebook], item: Item, notes: list[str]
) -> Iterator[pd.DataFrame]:
    """Return the waves with every option that was offered, even if nobody chose it.

    Answers that the codebook does not know stay in the base. Where one wave's export left boxes empty, those
    who chose nothing are unknown, and left out of the other wave, too: else the bases would differ.
    """
    told = [_chose_nothing(wave, book.item(item.id)) for wave, book in zip(waves, books, strict=True)]
    none = [nothing for nothing, _ in told]
    unlike = none[0].any() != none[1].any() and any(empty and not nothing.any() for nothing, empty in told)
    if unlike:
        notes.append(
            f"»{item.text}«: andelene er af dem, der valgte mindst ét af svarene. "
            "Kun den ene måling fortæller, hvem der ikke valgte noget."
        )
    for wave, book, empty in zip(waves, books, none, strict=True):
        if item.kind == "multiple":
            whole = wave.reindex(columns=[*wave.columns, *(c for c in item.columns if c not in wave)])
            if unlike:
                whole[list(item.columns)] = whole[list(item.columns)].convert_dtypes().mask(empty)
        else:
            options = [option.id for option in book.item(item.id).options]
            given = column_of(wave, item.id, role="item").astype(object)
            options += [other for other in given.dropna().unique() if other not in options]
            whole = wave.assign(**{item.id: pd.Categorical(given, categories=options)})
        whole.attrs = wave.attrs
        yield whole


def _chose_nothing(wave: pd.DataFrame, item: Item) -> tuple[pd.Series, bool]:
    """Return who chose no option, or 'none of these'; and whether there is anybody whose boxes are empty."""
    options = zip(item.columns, item.options, strict=True) if item.kind == "multiple" else ()
    boxes = wave.filter([column for column, option in options if not option.exclusive])
    empty = boxes.isna().all(axis=1)
    return ~empty & ~boxes.eq(1).fillna(False).any(axis=1), bool(empty.any())


def disclosed(
    parts: Sequence[pd.DataFrame], waves: Mapping[str, pd.DataFrame], codebook: Codebook, min_cell: int
) -> DisclosedEstimates:
    """Return disclosed estimates of the waves, by name; they are simulated if one of the waves is."""
    together = pd.concat(parts, ignore_index=True)
    simulated = any(wave.attrs.get("simulated") for wave in waves.values())
    together.attrs = {**parts[-1].attrs, "simulated": simulated}
    own = bool(together.attrs.get("municipality"))
    return disclose(
        together,
        min_cell=min_cell,
        base=None if own else "de adspurgte",
        source=None if own else f"Målingerne {danish.listing(list(waves))}",
        codebook=codebook,
    ).relabel("group_label", {f"{WAVE}={name}": name for name in waves}, by="group")


def shared_options(
    parts: Sequence[pd.DataFrame], item: Item, names: tuple[str, str], notes: list[str]
) -> pd.DataFrame:
    """Return the estimates of both waves for the options that both offered, and note the others."""
    found = [part.assign(item=item.id, option=part["option"].astype(str)) for part in parts]
    for part in found:
        part["option"] = part["option"].str.removeprefix(f"{item.id}__")
    offered = [set(part.loc[part["n"] > 0, "option"]) for part in found]
    for at in (0, 1):
        if lost := [option for option in found[at]["option"] if option in offered[at] - offered[1 - at]]:
            notes.append(f"»{item.text}«: kun i målingen {names[at]}: {danish.listing(lost)}.")
    kept = [part[part["option"].isin(offered[0] & offered[1])] for part in found]
    both = pd.concat(kept, ignore_index=True)
    both.attrs = parts[1].attrs
    return both
