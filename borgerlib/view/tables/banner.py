"""Disclosure-controlled banner tables, as accessible HTML and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.danish import capitalise, number, percent
from borgerlib.errors import DataError
from borgerlib.files.templates import template
from borgerlib.statistics.crosstabs import COLUMNS, FALSE_DISCOVERY_RATE
from borgerlib.statistics.disclosure.columns import SHARES
from borgerlib.statistics.disclosure.disclosed import only_disclosed
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL, DisclosedEstimates, disclose
from borgerlib.survey.codebook.labels import group_of, level_label
from borgerlib.survey.codebook.model import Codebook
from borgerlib.view.tables.layout import ALL, HIDDEN, MARKS, by_item, caption_of, groups_of, spans_of
from borgerlib.view.words import alt_text
from borgerlib.view.words.method import ROLE_WORDS


@dataclass(frozen=True)
class Banner:
    """A banner table that may be shown; made by `banner`.

    Parameters
    ----------
    estimates : DisclosedEstimates
        One row an item × option × group. Columns beside the usual: domain, domain_label, item_label,
        n_effective, mark ('above', 'below' or ''; '' also where the row is suppressed).
    false_discovery_rate : float
        What the marks control, 0–1.
    """

    estimates: DisclosedEstimates
    false_discovery_rate: float

    def __post_init__(self) -> None:
        only_disclosed(self.estimates, "Banner")

    @property
    def note(self) -> str:
        """What stands under the tables: marks, base, suppression, source (Danish)."""
        hidden = (
            f"“{HIDDEN}”: færre end {self.estimates.min_cell} svar, eller skjult, så de ikke kan regnes ud"
        )
        return alt_text.sentences(
            [
                f"Andel af {self.estimates.base}, der har svaret",
                "▲ og ▼: flere og færre end blandt resten, det vil sige alle uden for gruppen; højst "
                f"{percent(self.false_discovery_rate)} af mærkerne ventes at skyldes tilfældigheder",
                f"Små tal: {alt_text.uncertainty(self.estimates.confidence)}",
                "n: hvor mange der har svaret. Effektivt n: hvor mange lige vægtede svar det er værd",
                hidden if self.estimates.n_suppressed else "",
                alt_text.source_line(self.estimates.source),
            ]
        )

    def to_html(self) -> str:
        """Return one accessible table an item: caption, headings with scope, marks also in words."""
        tables = [_page_table(self.estimates, rows) for rows in by_item(self.estimates.frame)]
        page = template("banner.html.j2", Path(__file__).parent)
        return str(page.render(tables=tables, all=ALL, note=self.note))

    def to_text(self) -> str:
        """Return the tables as plain text, a line an option."""
        lines = []
        for rows in by_item(self.estimates.frame):
            lines.append(caption_of(self.estimates, rows))
            for row in rows.to_dict("records"):
                group = f"{row['domain_label']}: {row['group_label']}" if row["group"] else ALL
                share, mark = _cell(row)
                lines.append(f"  {row['label']}, {group}: {' '.join((share, *mark[:1]))}")
        return "\n".join([*lines, self.note])

    def to_xlsx(self, path: str | Path) -> Path:
        """Write a workbook, a sheet an item and one with all numbers, and return its path.

        Raises
        ------
        DataError
            The file cannot be written.
        """
        from borgerlib.view.tables.workbook import write_banner

        write_banner(self.estimates, self.note, Path(path))
        return Path(path)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.to_html(), "text/plain": self.to_text()}


def banner(
    table: pd.DataFrame,
    codebook: Codebook,
    *,
    base: str,
    source: str,
    headings: Mapping[str, str] | None = None,
    min_cell: int = DEFAULT_MIN_CELL,
    confidence: float = 0.95,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
    simulated: bool = False,
) -> Banner:
    """Disclose a banner table and give it its Danish words.

    Parameters
    ----------
    table : DataFrame
        As `borgerlib.statistics.crosstabs.banner_table` returns it, whole.
    codebook : Codebook
        The one the table was made with.
    base, source
        See `DisclosedEstimates`.
    headings : mapping of str to str, optional
        Column → its heading, for those that the codebook does not know ('unge_klima' → 'Unge om klima').
    min_cell : int
        Smallest count shown, at least 3.
    confidence, false_discovery_rate : float
        Those the table was made with.
    simulated : bool
        Whether the respondents are simulated.

    Returns
    -------
    Banner
        Shows itself in a notebook; ``.to_xlsx(path)`` writes it as a workbook.

    Raises
    ------
    ParameterError, DisclosureError
        See `disclose`.
    DataError
        The table lacks columns, or the rows of all respondents.

    See Also
    --------
    banner_table : Makes the numbers.
    estimates_table : A table of one question.

    Notes
    -----
    Differences and p-values are not shown: beside the shares they tell the rest's, and so the hidden ones.
    Each column of `by` is protected by itself. Where one nearly repeats another (a segment of all the young
    but three, beside the age bands), subtraction sets the few apart: do not show such columns together.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> codebook = borgerlib.load_codebook("Ærø")
    >>> table = borgerlib.banner_table(people, codebook, by=["koen"], items=["tid"], weight="weight")
    >>> shown = borgerlib.banner(table, codebook, base="borgere", source="Svar", simulated=True)
    >>> type(shown).__name__
    'Banner'
    """
    _check(table)
    significant = table["significant"].astype(bool)
    answers = zip(table["item"], table["option"], strict=True)
    levels = zip(table["domain"], table["level"], strict=True)
    frame = table[["item", "option", "domain", "n", "count", "n_weighted", *SHARES, "n_effective"]].assign(
        label=[codebook.item(item).option(option).short for item, option in answers],
        group=[group_of(division, level) if division else "" for division, level in levels],
        group_label=_level_labels(table, codebook),
        exclusive=[codebook.item(item).kind != "multiple" for item in table["item"]],
        mark=table["direction"].where(significant, ""),
    )
    disclosed = disclose(
        frame, min_cell=min_cell, base=base, source=source, confidence=confidence, simulated=simulated
    )
    # Add the texts after disclosure control, which blanks unknown columns in suppressed rows.
    words = {division: _heading(division, codebook, headings or {}) for division in disclosed.frame["domain"]}
    texts = {item: codebook.item(item).text for item in disclosed.frame["item"]}
    shown = disclosed.relabel("domain_label", words, by="domain").relabel("item_label", texts, by="item")
    return Banner(shown, false_discovery_rate)


def _check(table: pd.DataFrame) -> None:
    problems = [f"there is no column '{name}'" for name in COLUMNS if name not in table.columns]
    if not problems and not (table["domain"] == "").any():
        problems.append("the rows of all respondents (domain '') are not there: small cells follow from them")
    if problems:
        raise DataError(
            "This is not a whole banner table:", problems=problems, hint="Pass what banner_table returned."
        )


def _heading(division: str, codebook: Codebook, headings: Mapping[str, str]) -> str:
    if division in headings or not division:
        return headings.get(division, "")
    if division in codebook:
        item = codebook.item(division)
        return capitalise(ROLE_WORDS.get(item.role, item.aliases[0] if item.aliases else item.text))
    stem, _, option = division.partition("__")
    if option and stem in codebook:
        return codebook.item(stem).option(option).short
    return capitalise(division.replace("_", " "))


def _level_labels(table: pd.DataFrame, codebook: Codebook) -> list[str]:
    levels = table.groupby("domain")["level"].unique()
    yes_no = {
        division: {"True": "Ja", "False": "Nej", "1": "Ja", "0": "Nej"}
        for division, found in levels.items()
        if set(found) <= {"True", "False"} or ("__" in str(division) and set(found) <= {"1", "0"})
    }
    return [
        "" if not division else yes_no.get(division, {}).get(level) or level_label(codebook, division, level)
        for division, level in zip(table["domain"], table["level"], strict=True)
    ]


def _cell(row: Mapping[Any, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the share, or the reason why there is none, with its mark and the mark's meaning."""
    if row["suppressed"]:
        return HIDDEN, ()
    if pd.isna(row["proportion"]):
        return "–", ()
    return percent(float(row["proportion"])), MARKS.get(row["mark"], ())


def _size(group: Mapping[Any, Any], name: str) -> str:
    return HIDDEN if pd.isna(group["n"]) or pd.isna(group[name]) else number(float(group[name]))


def _page_table(estimates: DisclosedEstimates, rows: pd.DataFrame) -> dict[str, Any]:
    """Return an item's table in the form that the template needs."""
    groups = groups_of(rows)
    return {
        "caption": caption_of(estimates, rows),
        "groups": groups,
        "spans": spans_of(groups),
        "sizes": [
            (words, [_size(group, name) for group in groups])
            for words, name in (("n", "n"), ("Effektivt n", "n_effective"))
        ],
        "options": [
            (
                str(option["label"].iloc[0]),
                [(*_cell(row), alt_text.interval_words(row)) for row in option.to_dict("records")],
            )
            for _, option in rows.groupby("option", sort=False)
        ],
    }
