"""SIMULEREDE DATA: who comes to an open meeting, by a filtered invitation, and by a balanced draw.

The whole population and its answers are simulated (`borgerlib.simulate_export`), so that those who come in
each of the three ways can be compared with everybody. The simple assumptions are stated; they are no
findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib import danish
from borgerlib.contact.draw.quotas import quotas_of
from borgerlib.contact.invitation.balance import Balance
from borgerlib.contact.invitation.overview import beside_population
from borgerlib.contact.lottery.panels import draw_panel
from borgerlib.errors import ParameterError, check_known
from borgerlib.interest.weighting.ages import age_groups
from borgerlib.population.table import population
from borgerlib.survey.codebook.labels import level_label
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.simulation.people import Simulation, item_with_role
from borgerlib.survey.simulation.simulate import simulate_export
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import grouped_bar_chart
from borgerlib.view.citizens.sections import load_sections
from borgerlib.view.tables.html import Table
from borgerlib.view.words.text import Text

WAYS = {"meeting": "møde for alle", "filtered": "filtreret invitation", "balanced": "balanceret lodtrækning"}
_WORDS = {"age": "Alder", "sex": "Køn", "area_type": "By og land"}
_ALIKE = 0.01
_NO_TIME = ("ingen_tid", "ved_ikke")
_BASE = "dem, der kommer, og af alle, der bor her"
_SOURCE = "opdigtede borgere efter antagelser, der følger med programmet"

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class WhoComes:
    """Who came, in three ways, many times over; made by `who_comes`. SIMULEREDE DATA.

    Attributes
    ----------
    people : DataFrame
        Everybody who could come: a column for age group, sex and kind of place.
    labels : mapping of str to mapping of str to str
        Column → level → Danish name, in order.
    came : mapping of str to ndarray
        Way → times x seats: the rows of `people`.
    topic : str
        What it is about, in Danish.

    See Also
    --------
    who_comes : Makes it.

    Examples
    --------
    >>> import borgerlib
    >>> drawn = borgerlib.who_comes("Ærø", seats=8, answers=300, times=4)
    >>> sorted(drawn.came.keys()) == sorted(set(drawn.came))
    True
    """

    people: pd.DataFrame = field(repr=False)
    labels: dict[str, dict[str, str]] = field(repr=False)
    came: dict[str, Rows] = field(repr=False)
    topic: str

    def assumptions(self) -> Text:
        """Return what was assumed."""
        times, seats = self.came["meeting"].shape
        lines = [
            f"**Møde for alle:** de {seats}, der kommer, er blandt dem, der vil drøfte »{self.topic}«, vil "
            "bruge tid på det og gerne vil til borgermøde. Man skal både opdage mødet og komme af sted, så "
            "tilbøjeligheden til at svare på et skema tæller to gange.",
            "**Filtreret invitation:** blandt dem, der har svaret på skemaet og givet samtykke, inviteres "
            f"de, der vil drøfte »{self.topic}«. Alle siger ja lige ofte.",
            "**Balanceret lodtrækning:** blandt alle, der har svaret og givet samtykke, trækkes lod, så de "
            "udtrukne ligner befolkningen efter alder, køn og områdetype.",
            f"Hver måde er gentaget {danish.number(times)} gange, og tallene er gennemsnit. Borgerne er "
            "opdigtede.",
        ]
        return Text("\n".join(f"- {line}" for line in lines))

    def chart(self, way: str) -> Chart:
        """Return who came in a way beside everybody.

        Raises
        ------
        ParameterError
            There is no such way.
        """
        check_known("way", way, WAYS)
        return grouped_bar_chart(
            beside_population(
                self._came(way),
                {column: self.people[column].value_counts() for column in self.labels},
                self.labels,
                called="dem, der kommer",
                base=_BASE,
                source=_SOURCE,
                simulated=True,
            ),
            title=f"{danish.capitalise(WAYS[way])}: {self._furthest(way)}",
            question="Alder, køn og områdetype.",
            sort=False,
        )

    def distances(self) -> Table:
        """Return, for each way, how many of the seats would have to be another group's."""
        seats = self.came["meeting"].shape[1]
        told = {way: [danish.number(seats * self._distance(way, c), 1) for c in self.labels] for way in WAYS}
        rows = tuple((danish.capitalise(WAYS[way]), *numbers) for way, numbers in told.items())
        return Table(
            caption=f"SIMULEREDE DATA: Pladser af {seats}, som en anden gruppe skulle have haft",
            columns=("Måde", *_WORDS.values()),
            rows=rows,
            numeric=(False, *(True for _ in self.labels)),
            note="0,0 betyder, at de, der kommer, i gennemsnit ligner befolkningen (Duncan og Duncan, 1955).",
        )

    def _came(self, way: str) -> pd.DataFrame:
        """Return those who came, repeated as often as they came; everybody for ''."""
        return self.people.iloc[self.came[way].ravel()] if way else self.people

    def _shares(self, way: str, column: str) -> pd.Series:
        shares = self._came(way)[column].value_counts(normalize=True)
        return shares.reindex(list(self.labels[column]), fill_value=0)

    def _distance(self, way: str, column: str) -> float:
        return float((self._shares(way, column) - self._shares("", column)).abs().sum() / 2)

    def _furthest(self, way: str) -> str:
        """Return a sentence on the age group whose share is furthest from its share of the population."""
        column = next(iter(self.labels))
        came, living = self._shares(way, column), self._shares("", column)
        apart = (came - living).abs()
        if apart.max() < _ALIKE:
            return "hver aldersgruppe får den andel af pladserne, som den er af befolkningen"
        group = str(apart.idxmax())
        who = load_sections().group_words(f"age={group}", self.labels[column][group])
        return (
            f"{who} får {danish.percent(came[group])} af pladserne og er "
            f"{danish.percent(living[group])} af befolkningen"
        )


def who_comes(
    municipality: str,
    *,
    seats: int = 99,
    topic: str = "klima_miljoe",
    answers: int = 5000,
    times: int = 200,
    seed: int = 1,
) -> WhoComes:
    """Simulate who comes in three ways.

    Parameters
    ----------
    municipality : str
        Name or code.
    seats : int
        How many come.
    topic : str
        Option of the question on topics that it is about.
    answers : int
        How many answer the survey; those of them who consent can be invited.
    times : int
        How often each way is repeated.
    seed : int

    Returns
    -------
    WhoComes

    Raises
    ------
    ParameterError
        There is no such municipality or topic, or fewer could come than there are seats.
    DataError
        No panel of those who consented is balanced so.

    See Also
    --------
    leximin_chances : A fair draw.

    Examples
    --------
    >>> import borgerlib
    >>> drawn = borgerlib.who_comes("Ærø", seats=8, answers=300, times=4)
    >>> len(drawn.came)
    3
    """
    world = simulate_export(municipality, population(municipality), n=answers, seed=seed)
    topics = item_with_role(world.codebook, "topics")
    options = {option.id: option.text for option in topics.options}
    check_known("topic", topic, options)
    people, labels = _people(world)
    generator = np.random.default_rng([seed, 2])
    wants = world.people[f"{topics.id}__{topic}"].eq(1).to_numpy(dtype=bool)
    answered = _weighted(generator, np.ones(len(people), dtype=bool), world.propensity, answers)
    consented = answered[generator.random(len(answered)) < world.assumptions["flaws"]["consent"]]
    meets = wants & _would_meet(world)
    invited = consented[wants[consented]]
    if min(int(meets.sum()), len(invited)) < seats:
        raise ParameterError(
            f"seats = {seats}: fewer would come to »{options[topic]}«.", hint="Take fewer seats."
        )
    came = {
        "meeting": np.stack([_weighted(generator, meets, world.propensity**2, seats) for _ in range(times)]),
        "filtered": np.stack([generator.choice(invited, seats, replace=False) for _ in range(times)]),
        "balanced": _balanced(people, labels, consented, seats, times, seed),
    }
    return WhoComes(people, labels, came, options[topic])


def _people(world: Simulation) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    codebook = world.codebook
    ages = age_groups(world.people, codebook, bands=load_sections().age_bands, min_age=world.age_limit)
    assert ages is not None, "the simulation needs an age"
    sex, area = item_with_role(codebook, "sex"), item_with_role(codebook, "area_type")
    columns = {"alder": ages, "køn": world.people[sex.id], "område": world.people[area.id]}
    people = pd.DataFrame({name: values.astype(str).array for name, values in columns.items()})
    questions = {"alder": "alder i grupper", "køn": sex.id, "område": area.id}
    return people, {name: _labels(codebook, questions[name], columns[name]) for name in columns}


def _labels(codebook: Codebook, item: str, values: pd.Series) -> dict[str, str]:
    levels = [str(level) for level in values.cat.categories if (values == level).any()]
    return {level: level_label(codebook, item, level) for level in levels}


def _would_meet(world: Simulation) -> NDArray[np.bool_]:
    time = item_with_role(world.codebook, "time").id
    formats = item_with_role(world.codebook, "formats").id
    has_time = ~world.people[time].astype(str).isin(_NO_TIME)
    return np.asarray(has_time & world.people[f"{formats}__borgermoede"].eq(1), dtype=bool)


def _weighted(
    generator: np.random.Generator, able: NDArray[np.bool_], weights: NDArray[np.float64], size: int
) -> Rows:
    """Return rows drawn without replacement by weight (Efraimidis & Spirakis 2006)."""
    rows = np.flatnonzero(able)
    waits = generator.exponential(size=len(rows)) / weights[rows]
    # Sort, because the order in which they are found depends on the processor.
    drawn: Rows = rows[np.sort(np.argpartition(waits, size - 1)[:size])]
    return drawn


def _balanced(
    people: pd.DataFrame, labels: dict[str, dict[str, str]], pool: Rows, seats: int, times: int, seed: int
) -> Rows:
    living = {name: people[name].value_counts().reindex(list(labels[name])) for name in labels}
    able = people.iloc[pool].set_axis(pool)
    result = Balance(able, quotas_of(living, seats), seats).chances()
    panels = [draw_panel(result, seed=seed * times + number).to_numpy() for number in range(times)]
    return np.stack(panels)
