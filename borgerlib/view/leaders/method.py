"""The last section of every notebook: how the numbers came about, and how sure they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from borgerlib import danish, places
from borgerlib.lokaldemokrati.insights.registry import Figure
from borgerlib.lokaldemokrati.leaders import LeadersSurvey
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.view.words.text import Text


def method_text(survey: LeadersSurvey, figures: Sequence[Figure]) -> Text:
    """Return a Danish list: base, N, weights, design effect, intervals, suppressed cells."""
    lines = _wave_lines(survey) if survey.wave is not None else _published_lines(survey, figures)
    return Text("\n".join(f"- {line}" for line in lines))


def stamp_text(survey: LeadersSurvey, *, now: datetime) -> Text:
    """Return when, with which version and on which data the page was made."""
    data = hashlib.sha256(places.raw_data(LEADERS, "published.csv").read_bytes()).hexdigest()[:12]
    return Text(
        f"Kørt {danish.long_date(now.date())} kl. {now:%H.%M} med borgerlib {version('borgerlib')} på "
        f"undersøgelsen »{survey.id}«; data {data}."
    )


def _published_lines(survey: LeadersSurvey, figures: Sequence[Figure]) -> list[str]:
    meta = survey.codebook.meta
    items = dict.fromkeys(item for figure in figures if not figure.by for item in figure.items)
    found = [identifications()[item] for item in items]
    return [
        f"**Hvem:** {meta['respondents']} af {meta['population']} kommunaldirektører svarede; der er "
        "ingen vægtning, og designeffekten er derfor 1.",
        "**Antal svar:** " + " ".join(dict.fromkeys(f"{identification.why}" for identification in found)),
        f"**Usikkerhed:** intervallerne ({danish.percent(survey.everything.confidence)}) er eksakte for "
        f"et udtræk uden tilbagelægning blandt {meta['population']} kommuner. De regner de svarende for "
        "tilfældigt udtrukne; om de, der ikke svarede, adskiller sig, kan tallene ikke vise.",
        "**Fortrolighed:** alle tal er offentliggjort i rapporten, så ingen er skjult.",
        "**Mikrodata:** svarene fra den enkelte kommune er ikke offentlige; hvor tal er krydset, er det "
        "rapportens egne krydstal.",
    ]


def _wave_lines(survey: LeadersSurvey) -> list[str]:
    wave = survey.wave
    assert wave is not None
    estimates = survey.everything
    lines = [
        f"**Hvem:** {len(wave.respondents)} af {survey.codebook.meta['population']} kommuner svarede.",
        "**Vægte:** efter region og kommunegruppe, så de svarende tilsammen ligner alle landets kommuner. "
        f"Designeffekten er {danish.number(wave.weighting.design_effect, 2)}, og det effektive antal svar er "
        f"{danish.number(wave.weighting.effective_sample_size)}.",
        f"**Usikkerhed:** intervallerne ({danish.percent(estimates.confidence)}) tager højde for "
        "vægtene og for, at der kun er 98 kommuner at spørge.",
        f"**Fortrolighed:** færre end {danish.small_number(estimates.min_cell)} svar vises ikke; "
        f"{danish.small_number(estimates.n_suppressed)} værdier i undersøgelsen er skjult.",
    ]
    lines.append("**Prøver:** regner på antallet af svarende kommuner, uden vægte.")
    if wave.merged:
        lines.append(f"**Sammenlagte celler** uden svar: {danish.listing(list(wave.merged))}.")
    return lines
