"""The last section of every notebook: who answered, how the numbers were made, how certain they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from importlib.metadata import version

from borgerlib import danish, places
from borgerlib.danish import SIMULATED
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.interest.answers.overview import design_effects
from borgerlib.interest.weighting.plan import NO_COUNT
from borgerlib.lokaldemokrati.leaders import LeadersSurvey
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.lokaldemokrati.wave.microdata import Wave
from borgerlib.statistics.crosstabs import FALSE_DISCOVERY_RATE
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.disclosure.named import UNWEIGHTED
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.view.words.text import Text

ROLE_WORDS = {
    "age": "alder",
    "sex": "køn",
    "area_type": "områdetype",
    "area": "område",
    "segment": "type",
    "arrival": "svartidspunkt",
}

TOO_MUCH_HIDDEN = "nogle svar er valgt af så få, at for mange tal måtte skjules"
"""Why a division is left out: its small cells would hide most of it, or the share of all citizens."""


def leaders_method(survey: LeadersSurvey, items: Iterable[str]) -> Text:
    """Return a Danish list: base, N of these items, weights, intervals, suppressed cells."""
    return bullets(_published(survey, items) if survey.wave is None else _wave(survey, survey.wave))


def citizens_method(survey: LocalSurvey) -> Text:
    """Return who answered, weights, intervals, tests, confidentiality, and whether the data are simulated."""
    lines = [
        *_who_and_weights(survey),
        "**Grundlag:** andelene er af dem, der har svaret på spørgsmålet. »Ved ikke« er et svar, et "
        "ubesvaret spørgsmål er det ikke.",
        _uncertainty(
            survey.estimates,
            "tager højde for vægtene og for, hvad de kendte befolkningstal forklarer. De regner de svarende "
            "for tilfældige inden for hver gruppe."
            if survey.weighting["targets"]
            else "regner de svarende for tilfældigt valgte.",
        ),
        f"**Forskelle:** hver gruppe er prøvet mod alle andre borgere. Af de forskelle, der fremhæves, er i "
        f"gennemsnit højst {danish.percent(FALSE_DISCOVERY_RATE)} falske (Benjamini og Hochberg).",
        _confidentiality(
            survey.estimates, survey.estimates.n_suppressed + survey.participation.rates.n_suppressed
        ),
    ]
    if survey.segment_certainty is not None:
        lines.append(
            "**Typer:** latente klasser af emnerne, så mange som BIC taler for. Hver borger er regnet til "
            f"den type, der passer bedst; den er i gennemsnit {danish.percent(survey.segment_certainty)} "
            "sandsynlig. I tilfældige udtræk af svarene findes de igen (justeret Rand-indeks "
            f"{danish.number(survey.segment_agreement or 0, 2)}). Intervallerne tager ikke højde for, at "
            "typerne selv er skønnet."
        )
    if survey.left_out:
        asked = {role: item.text.rstrip("?") for role, _ in survey.left_out if (item := survey.item(role))}
        undivided = [f"»{asked[role]}« efter {ROLE_WORDS[by]}" for role, by in survey.left_out]
        lines.append(f"**Ikke delt op:** {danish.listing(undivided)}; {TOO_MUCH_HIDDEN}.")
    if survey.simulated:
        lines.insert(0, f"**{SIMULATED}:** svarene er opfundet af et program. Ingen borger har svaret.")
    return bullets(lines)


def _who_and_weights(survey: LocalSurvey) -> list[str]:
    weighting = survey.weighting
    if not weighting["targets"]:
        return [
            f"**Hvem:** {danish.number(survey.respondents)} borgere i {survey.municipality.full_name} har "
            "svaret. De har selv valgt at svare.",
            f"**Vægte:** ingen. {UNWEIGHTED} De kan være andre end dem, der bor her.",
        ]
    attributes = weighting["respondents"]
    rate = danish.percent(survey.respondents / weighting["population"], 1)
    cap = f", dog højst {danish.number(weighting['cap'])} gange gennemsnittet" if weighting["capped"] else ""
    surveyed, counted = (_day(value) for value in (attributes["survey_date"], weighting["population_date"]))
    return [
        f"**Hvem:** {danish.number(survey.respondents)} borgere har svaret, {rate} af de "
        f"{danish.number(weighting['population'])} borgere på {attributes['min_age']} år og derover i "
        f"{survey.municipality.full_name}. De har selv valgt at svare.",
        f"**Vægte:** hvert svar vægtes, så {_weighted_by(survey)} passer med befolkningen (raking){cap}; "
        f"det største vægttal er {danish.number(weighting['largest_weight'], 1)} gange gennemsnittet. "
        f"Folketallet er fra {counted} ({weighting['population_source'].rstrip('.')}); svarene er givet "
        f"omkring den {surveyed}.",
    ]


def weighting_lines(survey: LocalSurvey) -> list[str]:
    """Return what weighting corrected, what it cost, and what it could not correct."""
    weighting = survey.weighting
    if not weighting["targets"]:
        return [f"**{UNWEIGHTED}** Hvem der har svaret, kan være andre end dem, der bor her."]
    roles = {target["column"]: ROLE_WORDS[target["role"]] for target in weighting["targets"]}
    effects = [
        f"{roles[column]} {danish.number(effect, 2)}"
        for column, effect in design_effects(weighting["margins"]).items()
    ]
    return [
        f"**Det retter vægtene:** Efter vægtning svarer fordelingen på {_weighted_by(survey)} til "
        f"befolkningens{_on_the(weighting['population_date'])}. Det koster: "
        f"{danish.number(survey.respondents)} svar er så sikre som "
        f"{danish.number(weighting['effective_sample_size'])} svar fra et tilfældigt udtræk. Der skal altså "
        f"{danish.number(weighting['design_effect'], 2)} gange så mange svar til som uden vægtning (hver for "
        f"sig {danish.listing(effects)}).",
        f"**Det kan de ikke rette:** {' '.join(_not_mended(survey))}",
    ]


def run_stamp(what: str, *, now: datetime | None = None) -> Text:
    """Return when, with which version and of `what` data a page was made."""
    now = now or datetime.now()
    day = f"{danish.long_date(now.date())} kl. {now:%H.%M}"
    return Text(f"Kørt {day} med borgerlib {version('borgerlib')}{what}.")


def leaders_data(survey: LeadersSurvey) -> str:
    """Return the data that a page on the leaders' survey is made of, for `run_stamp`."""
    data = hashlib.sha256(places.raw_data(LEADERS, "published.csv").read_bytes()).hexdigest()[:12]
    return f" på undersøgelsen »{survey.id}«; data {data}"


def bullets(lines: Iterable[str]) -> Text:
    """Return sentences as a list."""
    return Text("\n".join(f"- {line}" for line in lines))


def _published(survey: LeadersSurvey, items: Iterable[str]) -> list[str]:
    meta = survey.codebook.meta
    sizes = dict.fromkeys(identifications()[item].why for item in items)
    return [
        f"**Hvem:** {meta['respondents']} af {meta['population']} kommunaldirektører svarede; der er "
        "ingen vægtning, og designeffekten er derfor 1.",
        f"**Antal svar:** {' '.join(sizes)}",
        _uncertainty(
            survey.everything,
            f"er eksakte for et udtræk uden tilbagelægning blandt {meta['population']} kommuner. De regner "
            "de svarende for tilfældigt udtrukne; om de, der ikke svarede, adskiller sig, kan tallene ikke "
            "vise.",
        ),
        "**Fortrolighed:** alle tal er offentliggjort i 2021-rapporten, så ingen er skjult.",
        "**Mikrodata:** svarene fra den enkelte kommune er ikke offentlige; hvor tal er krydset, er det "
        "2021-rapportens egne krydstal.",
    ]


def _wave(survey: LeadersSurvey, wave: Wave) -> list[str]:
    lines = [
        f"**Hvem:** {len(wave.respondents)} af {survey.codebook.meta['population']} kommuner svarede.",
        "**Vægte:** efter region og kommunegruppe, så de svarende tilsammen ligner alle landets kommuner. "
        f"Designeffekten er {danish.number(wave.weighting.design_effect, 2)}, og det effektive antal svar er "
        f"{danish.number(wave.weighting.effective_sample_size)}.",
        _uncertainty(
            survey.everything, "tager højde for vægtene og for, at der kun er 98 kommuner at spørge."
        ),
        _confidentiality(survey.everything, survey.everything.n_suppressed),
        "**Prøver:** regner på antallet af svarende kommuner, uden vægte.",
    ]
    if wave.merged:
        lines.append(f"**Sammenlagte celler** uden svar: {danish.listing(list(wave.merged))}.")
    return lines


def _uncertainty(estimates: DisclosedEstimates, how: str) -> str:
    return f"**Usikkerhed:** intervallerne ({danish.percent(estimates.confidence)}) {how}"


def _confidentiality(estimates: DisclosedEstimates, hidden: int) -> str:
    words = {0: "ingen værdier er", 1: "én værdi er"}.get(hidden, f"{danish.small_number(hidden)} værdier er")
    return (
        f"**Fortrolighed:** færre end {danish.small_number(estimates.min_cell)} svar vises ikke, og heller "
        f"ikke tal, som de kunne regnes ud af; {words} skjult."
    )


def _weighted_by(survey: LocalSurvey) -> str:
    return danish.listing([ROLE_WORDS[target["role"]] for target in survey.weighting["targets"]])


def _not_mended(survey: LocalSurvey) -> list[str]:
    targets = survey.weighting["targets"]
    weighted = {target["role"] for target in targets}
    lines = ["At de, der svarer, kan være mere optaget af kommunen end andre på samme alder og af samme køn."]
    asked = ["age", *(role for role in ("sex", "area_type", "area") if survey.codebook.with_role(role))]
    left = [ROLE_WORDS[role] for role in asked if role not in weighted]
    if left:
        lines.append(f"Der er ikke vægtet efter {danish.listing(left)}, fordi kommunens folketal mangler.")
    roles = {target["column"]: ROLE_WORDS[target["role"]] for target in targets}
    lines += [
        f"{danish.number(margin['n'])} svarende kan ikke placeres efter {roles[margin['column']]} og "
        "beholder den andel, de har blandt de svarende."
        for margin in survey.weighting["margins"]
        if margin["level"] == NO_COUNT and margin["n"] >= survey.estimates.min_cell
    ]
    merged = [danish.listing(list(old)) for target in targets for old in target["merged"].values()]
    if merged:
        lines.append(f"Små grupper er vægtet sammen: {'; '.join(merged)}.")
    return lines


def _on_the(counted: str) -> str:
    return f" den {_day(counted)}" if counted else ""


def _day(text: str) -> str:
    return danish.long_date(date.fromisoformat(text)) if text else "ukendt dato"
