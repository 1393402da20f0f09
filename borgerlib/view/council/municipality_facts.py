"""Facts on every municipality without a survey: its population, similar ones, what a survey requires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd

from borgerlib import danish
from borgerlib.population.margins import population_cells
from borgerlib.population.municipalities import Municipality, municipalities
from borgerlib.population.sample_size import needed_answers
from borgerlib.population.table import current_table
from borgerlib.statistics.disclosure.gate import as_published
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.citizens.sections import load_sections
from borgerlib.view.tables.html import Table, public_table
from borgerlib.view.words.alt_text import source_line

SOURCE = "Danmarks Statistik, www.dst.dk, FOLK1A"
PRECISIONS = (0.03, 0.05)
RATES = (0.2, 0.4)
_NEIGHBOURS = 5
_AREAS = 6
_FIRST_ELECTION, _PERIOD = 2021, 4
_SEXES = {"kvinde": "Kvinder", "mand": "Mænd"}


def adults(municipality: Municipality) -> pd.Series:
    """Return people of 15 and over by sex and age group."""
    # Use the counts that a survey would be weighted by today; the page shows their date, so do not warn.
    return population_cells(
        municipality.name,
        by=("sex", "age"),
        age_bands=load_sections().age_bands,
        as_of=current_table().reference_date,
    )


def population_chart(municipality: Municipality, people: pd.Series) -> Chart:
    """Return how old the municipality's women and men are; `people` as `adults` returns them."""
    shares = (people / people.groupby("sex").transform("sum")).rename("proportion").reset_index()
    labels = {age: _age_label(str(age)) for age in shares["age"].unique()}
    sexes = shares["sex"].astype(str)
    frame = _known("age", shares["age"].astype(str), shares["age"].map(labels), shares["proportion"])
    frame = frame.assign(group=sexes, group_label=sexes.map(_SEXES))
    ages = people.groupby("age", observed=True, sort=False).sum() / people.sum()
    youngest, oldest = ages.index[0], ages.index[-1]
    return grouped_bar_chart(
        as_published(frame, base="borgerne", source=source()),
        title=f"{danish.percent(ages[youngest])} er {labels[youngest]}, og {danish.percent(ages[oldest])} er "
        f"{labels[oldest]}",
        question=f"Alder blandt borgerne i {municipality.full_name}, fra 15 år.",
        sort=False,
    )


def areas_chart(
    municipality: Municipality, people: pd.Series, source: str, *, simulated: bool = False
) -> Chart:
    """Return the shares of the people in the largest areas; `people` by the area's name.

    Areas that come with simulated answers are as made up as these.
    """
    shares = (people / people.sum()).sort_values(ascending=False, kind="stable")
    largest = shares.head(_AREAS)
    frame = _known("area", largest.index, largest.index, largest.to_numpy())
    marked_source = danish.marked(danish.capitalise(source), simulated)
    chart = bar_chart(
        as_published(frame, base="borgerne på 15 år og derover", source=marked_source),
        title=danish.marked(f"{danish.percent(largest.iloc[0])} bor i {largest.index[0]}", simulated),
        question=f"Områder i {municipality.full_name}.",
        note=f"De {_AREAS} største af {len(shares)} områder" if len(shares) > _AREAS else "",
    )
    return replace(chart, simulated=simulated)


def _known(item: str, options: object, labels: object, shares: object) -> pd.DataFrame:
    """Return shares known from registers in the form of estimates."""
    named = {"item": item, "option": options, "label": labels, "group": "", "group_label": ""}
    unknown = dict.fromkeys(("n", "count", "ci_lower", "ci_upper"), float("nan"))
    return pd.DataFrame({**named, "proportion": shares, **unknown})


def neighbours(municipality: Municipality) -> Table:
    """Return the municipalities of the same group that are closest in size, including the own one."""
    alike, group = municipalities(), municipality.group.lower()
    alike = alike[alike["group"] == municipality.group]
    apart = (alike["population"] - municipality.population).abs()
    nearest = alike.loc[apart.nsmallest(_NEIGHBOURS + 1).index].nlargest(_NEIGHBOURS + 1, "population")
    return public_table(
        nearest,
        caption=f"{municipality.full_name} og de {group}, der er tættest på i størrelse",
        columns={"name": "Kommune", "region": "Region", "population": "Indbyggere"},
        note=f"Gruppen {group} omfatter {danish.small_number(len(alike))} kommuner. {_note()}",
    )


def needed(people: pd.Series, *, confidence: float) -> Table:
    """Return how many answers and letters a survey of these `adults` needs, in total and by age."""
    by_age = people.groupby("age", observed=True, sort=False).sum()
    groups = {"Alle på 15 år og derover": int(by_age.sum())}
    groups |= {danish.capitalise(_age_label(str(by_age.index[at]))): int(by_age.iloc[at]) for at in (0, -1)}
    sure = danish.percent(confidence)
    letters = [f"Breve, hvis {danish.percent(rate)} svarer" for rate in RATES]
    columns = ["Gruppe", "Borgere", "Usikkerhed (procentpoint)", "Svar", *letters]
    table = public_table(
        pd.DataFrame(_needed_rows(groups, confidence), columns=columns),
        caption="Så mange svar skal en måling have",
        note=f"Et tilfældigt udtræk og {sure} sikkerhed. Skal svarene vægtes, kræver det flere. {_note()}",
    )
    # Align texts that replace numbers in the same way as numbers.
    return replace(table, numeric=(False, True, False, True, True, True))


def next_election(day: date) -> date:
    """Return the day of the first municipal election on or after a day: the third Tuesday of November."""
    years = range(_FIRST_ELECTION, day.year + 2 * _PERIOD, _PERIOD)
    third_tuesday = pd.offsets.WeekOfMonth(week=2, weekday=1)
    elections = ((pd.Timestamp(year, 10, 31) + third_tuesday).date() for year in years)
    return next(found for found in elections if found >= day)


def _needed_rows(groups: dict[str, int], confidence: float) -> Iterator[tuple[object, ...]]:
    for name, people in groups.items():
        for width in PRECISIONS:
            answers = needed_answers(people, width, confidence=confidence)
            letters = [_letters(answers, rate, people) for rate in RATES]
            wide = f"± {danish.number(100 * width)}"
            yield name, people, wide, answers, *letters


def _letters(answers: int, rate: float, people: int) -> int | str:
    letters = -(-answers * 100 // round(rate * 100))
    return letters if letters <= people else "flere, end der er borgere"


def _age_label(age: str) -> str:
    return f"{age[:-1]} år og derover" if age.endswith("+") else f"{age.replace('-', '–')} år"


def counted() -> date:
    """Return the day on which the people were counted."""
    return current_table().reference_date


def source() -> str:
    """Return where the numbers of people come from."""
    return f"{SOURCE}, {danish.long_date(counted())}."


def _note() -> str:
    return source_line(source())
