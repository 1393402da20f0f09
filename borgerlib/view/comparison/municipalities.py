"""Comparisons of municipalities as a map, a funnel and a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.comparison.municipalities import MunicipalityComparison
from borgerlib.comparison.ranking import joint_reach
from borgerlib.errors import ParameterError
from borgerlib.population.municipalities import squares
from borgerlib.view import theme
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.marks import Marks
from borgerlib.view.comparison.marks import Funnel, Point, Square, Squares
from borgerlib.view.tables.html import Table, public_table
from borgerlib.view.words.alt_text import WITHHELD, sentences, source_line, titled, uncertainty

_STEPS = 4
_METHOD = (
    "Kommuner med få svar er trukket mod det, som kommuner, der ligner dem, svarer; skraveret: modellens "
    "bud, for få svar til et eget tal"
)


def tile_map(comparison: MunicipalityComparison, *, title: str = "") -> Chart:
    """Return the 98 municipalities as squares, the darker the larger the share.

    Parameters
    ----------
    comparison : MunicipalityComparison
        What `compare_municipalities` returned.
    title : str
        The finding, a Danish sentence; without it what can be said of the first place.

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a municipality), ``.axes()`` and ``.plot()`` give it for
        further work.

    See Also
    --------
    funnel_chart : Which municipalities stand out.
    municipalities_table : All numbers.

    Examples
    --------
    >>> import borgerlib
    >>> import numpy as np
    >>> import pandas as pd
    >>> codes = np.repeat(borgerlib.municipalities()["code"].to_numpy(), 60)
    >>> people = pd.DataFrame({"kommunekode": codes, "tid": np.where(np.arange(5880) % 3, "uge", "aarligt")})
    >>> book = borgerlib.load_codebook("borgerinteresse")
    >>> found = borgerlib.compare_municipalities(people, "tid.uge", codebook=book)
    >>> borgerlib.tile_map(found).title
    '98 kommuner kan have den største andel; forskellene kan være tilfældige'
    """
    areas = _areas(comparison).set_index("code")
    edges = np.linspace(areas["estimate"].min(), areas["estimate"].max(), _STEPS + 1)
    step = np.clip(np.searchsorted(edges, areas["estimate"], side="right") - 1, 0, _STEPS - 1)
    colours = [theme.mix(theme.COUNTRY, theme.PAPER, share) for share in (0.78, 0.52, 0.26, 0.0)]
    drawn = tuple(
        Square(
            int(line["row"]),
            int(line["column"]),
            line["letters"],
            colours[step[areas.index.get_loc(line["code"])]],
            bool(areas.loc[line["code"], "synthetic"]),
        )
        for line in squares()
    )
    key = tuple(
        (danish.percent_range(low, high), colour)
        for low, high, colour in zip(edges, edges[1:], colours, strict=False)
    )
    numbers = "; ".join(_in_words(row) for _, row in comparison.areas.iterrows())
    alt = ("Danmarkskort med et kvadrat for hver kommune", f"Tallene: {numbers}")
    title = title or _first_place(comparison)
    return _chart(comparison, title, alt, Squares(drawn, key), _METHOD)


def funnel_chart(comparison: MunicipalityComparison, *, title: str = "") -> Chart:
    """Return municipalities' own shares by number of answers, and the limits that chance sets.

    Parameters
    ----------
    comparison, title
        As for `tile_map`.

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a municipality), ``.axes()`` and ``.plot()`` give it for
        further work.

    See Also
    --------
    tile_map : All municipalities.

    Notes
    -----
    Spiegelhalter (2005). In R: ``FunnelPlotR::funnel_plot(draw_adjusted = TRUE)``.

    Examples
    --------
    >>> import borgerlib
    >>> import numpy as np
    >>> import pandas as pd
    >>> codes = np.repeat(borgerlib.municipalities()["code"].to_numpy(), 60)
    >>> people = pd.DataFrame({"kommunekode": codes, "tid": np.where(np.arange(5880) % 3, "uge", "aarligt")})
    >>> book = borgerlib.load_codebook("borgerinteresse")
    >>> found = borgerlib.compare_municipalities(people, "tid.uge", codebook=book)
    >>> borgerlib.funnel_chart(found).title
    'Ingen kommune skiller sig ud fra de andre'
    """
    shown = _areas(comparison).dropna(subset="direct")
    points = tuple(
        Point(float(row["n"]), float(row["direct"]), str(row["name"]) if row["funnel"] else "")
        for _, row in shown.iterrows()
    )
    reach = joint_reach(len(points), comparison.confidence)
    marks = Funnel(points, comparison.country, comparison.overdispersion, reach)
    apart = [str(name) for name in shown.loc[shown["funnel"] != "", "name"]]
    count = danish.capitalise(danish.small_number(len(apart)))
    said = title or (
        f"{count} kommuner skiller sig ud: {danish.listing(apart)}"
        if len(apart) > 1
        else f"{apart[0]} skiller sig ud"
        if apart
        else "Ingen kommune skiller sig ud fra de andre"
    )
    kind = "Tragtdiagram: kommunernes egne andele efter antal svar, med grænser om landets andel"
    alt = (kind, f"Landet: {danish.percent(comparison.country)}")
    note = (
        f"Linjerne: med {danish.percent(comparison.confidence)} sikkerhed ligger alle kommuner inden for "
        "dem, når de kun er så forskellige, som kommunerne er flest"
    )
    return _chart(comparison, said, alt, marks, note)


def municipalities_table(comparison: MunicipalityComparison) -> Table:
    r"""Return every municipality's number, its uncertainty and the ranks that it may have.

    Parameters
    ----------
    comparison : MunicipalityComparison
        What `compare_municipalities` returned.

    Returns
    -------
    Table
        One row a municipality: estimate, interval, number of answers, the ranks that it may have.

    See Also
    --------
    tile_map : The same as a picture.

    Examples
    --------
    >>> import borgerlib
    >>> import numpy as np
    >>> import pandas as pd
    >>> codes = np.repeat(borgerlib.municipalities()["code"].to_numpy(), 60)
    >>> people = pd.DataFrame({"kommunekode": codes, "tid": np.where(np.arange(5880) % 3, "uge", "aarligt")})
    >>> book = borgerlib.load_codebook("borgerinteresse")
    >>> found = borgerlib.compare_municipalities(people, "tid.uge", codebook=book)
    >>> borgerlib.municipalities_table(found).columns
    ('Kommune', 'Svar', 'Egne svar', 'Bud', 'Statistisk usikkerhed (95\xa0pct.)', 'Mulig placering')
    """
    areas, sure = _areas(comparison), danish.capitalise(uncertainty(comparison.confidence))
    ends = zip(areas["ci_lower"], areas["ci_upper"], strict=True)
    ranks = zip(areas["rank_from"], areas["rank_to"], strict=True)
    rows = pd.DataFrame(
        {
            "Kommune": areas["name"],
            "Svar": ["" if pd.isna(n) else danish.number(n) for n in areas["n"]],
            "Egne svar": [WITHHELD if pd.isna(share) else danish.percent(share) for share in areas["direct"]],
            "Bud": [danish.percent(share) for share in areas["estimate"]],
            sure: [danish.percent_range(low, high) for low, high in ends],
            "Mulig placering": [f"{best}–{worst}" for best, worst in ranks],
        }
    )
    caption = titled(f"»{comparison.label}«, kommune for kommune", comparison.direct)
    note = sentences(["Placeringerne gælder alle på en gang", _METHOD, source_line(comparison.direct.source)])
    return public_table(rows, caption=caption, note=note)


def _chart(
    comparison: MunicipalityComparison,
    title: str,
    alt: tuple[str, str],
    marks: Marks,
    note: str,
) -> Chart:
    """Return the chart; `alt` says in the alternative text what kind of chart it is and what it shows."""
    said, whom = titled(title, comparison.direct), f"Andel, der svarer »{comparison.label}«"
    return Chart(
        title=said,
        question=sentences([comparison.question, whom]),
        caption=sentences([note, source_line(comparison.direct.source)]),
        alt_text=sentences([alt[0], said, alt[1]]),
        frame=comparison.areas,
        table=municipalities_table(comparison),
        marks=marks,
        simulated=comparison.simulated,
    )


def _first_place(comparison: MunicipalityComparison) -> str:
    first = comparison.first()
    if len(first) == 1:
        return f"{first[0]} har den største andel"
    return (
        f"{danish.capitalise(danish.small_number(len(first)))} kommuner kan have den største andel; "
        "forskellene kan være tilfældige"
    )


def _in_words(row: pd.Series) -> str:
    reach = danish.percent_range(row["ci_lower"], row["ci_upper"]).partition("\u00a0")[0]
    return f"{row['name']} {danish.percent(row['estimate'])} ({reach})"


def _areas(comparison: MunicipalityComparison) -> pd.DataFrame:
    if not isinstance(comparison, MunicipalityComparison):
        raise ParameterError(
            f"A {type(comparison).__name__} was given where a comparison of municipalities belongs.",
            hint="Give what compare_municipalities returns.",
        )
    return comparison.areas
