"""In words: what weighting did for the citizens' survey, and how its numbers came about."""

from __future__ import annotations

from datetime import date

from borgerlib import danish
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.interest.answers.overview import design_effects
from borgerlib.interest.weighting.plan import NO_COUNT
from borgerlib.statistics.crosstabs import FALSE_DISCOVERY_RATE
from borgerlib.view.citizens.answers import ROLE_WORDS
from borgerlib.view.words.alt_text import SIMULATED


def weighting_lines(survey: LocalSurvey) -> list[str]:
    """Return what weighting mended, what it cost, and what it could not mend."""
    weighting = survey.weighting
    roles = {target["column"]: ROLE_WORDS[target["role"]] for target in weighting["targets"]}
    effects = [
        f"{roles[column]} {danish.number(effect, 2)}"
        for column, effect in design_effects(weighting["margins"]).items()
    ]
    return [
        f"**Det retter vægtene:** De svarende fylder efter vægtning det samme som i befolkningen efter "
        f"{danish.listing(list(roles.values()))}. Det koster: {danish.number(survey.respondents)} svar er så "
        f"sikre som {danish.number(weighting['effective_sample_size'])} svar fra et tilfældigt udtræk "
        f"(designeffekt {danish.number(weighting['design_effect'], 2)}; hver for sig "
        f"{danish.listing(effects)}).",
        f"**Det kan de ikke rette:** {' '.join(_not_mended(survey))}",
    ]


def method_lines(survey: LocalSurvey) -> list[str]:
    """Return who answered, weights, intervals, tests, confidentiality, and whether the data are simulated."""
    weighting, estimates = survey.weighting, survey.estimates
    people = danish.number(weighting["population"])
    attributes = weighting["respondents"]
    rate = danish.percent(survey.respondents / weighting["population"], 1)
    cap = f", dog højst {danish.number(weighting['cap'])} gange gennemsnittet" if weighting["capped"] else ""
    surveyed, counted = (_day(value) for value in (attributes["survey_date"], weighting["population_date"]))
    lines = [
        f"**Hvem:** {danish.number(survey.respondents)} borgere har svaret, {rate} af de {people} borgere "
        f"på {attributes['min_age']} år og derover i {survey.municipality.full_name}. De har selv valgt at "
        "svare.",
        f"**Vægte:** {_weighted_by(survey)}{cap}; det største vægttal er "
        f"{danish.number(weighting['largest_weight'], 1)} gange gennemsnittet. Folketallet er fra {counted} "
        f"({weighting['population_source'].rstrip('.')}); spørgeskemaet er fra {surveyed}.",
        "**Grundlag:** andelene er af dem, der har svaret på spørgsmålet. »Ved ikke« er et svar, et "
        "ubesvaret spørgsmål er det ikke.",
        f"**Usikkerhed:** intervallerne ({danish.percent(estimates.confidence)}) tager højde for vægtene og "
        "for, hvad de kendte befolkningstal forklarer. De regner de svarende for tilfældige inden for hver "
        "gruppe.",
        f"**Forskelle:** hver gruppe er prøvet mod alle andre borgere, i alt {danish.number(survey.tests)} "
        f"prøver. Af de forskelle, der fremhæves, er i gennemsnit højst "
        f"{danish.percent(FALSE_DISCOVERY_RATE)} falske (Benjamini og Hochberg).",
        f"**Fortrolighed:** færre end {danish.small_number(estimates.min_cell)} svar vises ikke, og heller "
        f"ikke tal, som de kunne regnes ud af; {_hidden(survey)} skjult.",
    ]
    if survey.segment_certainty is not None:
        lines.append(
            "**Typer:** latente klasser af emnerne, så mange som BIC taler for. Hver borger er regnet til "
            f"den type, der passer bedst; den er i gennemsnit {danish.percent(survey.segment_certainty)} "
            "sandsynlig. Intervallerne regner typerne for givne."
        )
    if survey.left_out:
        asked = {role: item.text.rstrip("?") for role, _ in survey.left_out if (item := survey.item(role))}
        said = [f"»{asked[role]}« efter {ROLE_WORDS[by]}" for role, by in survey.left_out]
        lines.append(f"**Ikke delt op:** der er for få svar til at vise {danish.listing(said)}.")
    if survey.simulated:
        lines.insert(0, f"**{SIMULATED}:** svarene er opfundet af et program. Ingen borger har svaret.")
    return lines


def _weighted_by(survey: LocalSurvey) -> str:
    words = [ROLE_WORDS[target["role"]] for target in survey.weighting["targets"]]
    return f"hvert svar tæller, så {danish.listing(words)} passer med befolkningen (raking)"


def _not_mended(survey: LocalSurvey) -> list[str]:
    targets = survey.weighting["targets"]
    weighted = {target["role"] for target in targets}
    told = ["At de, der svarer, kan være mere optaget af kommunen end andre på samme alder og af samme køn."]
    asked = [
        role
        for role in ("age", "sex", "area_type", "area")
        if survey.codebook.with_role(role) or role == "age"
    ]
    left = [ROLE_WORDS[role] for role in asked if role not in weighted]
    if left:
        told.append(f"Der er ikke vægtet efter {danish.listing(left)}, fordi kommunens folketal mangler.")
    for margin in survey.weighting["margins"]:
        if margin["level"] == NO_COUNT and margin["n"] >= survey.estimates.min_cell:
            role = next(target["role"] for target in targets if target["column"] == margin["column"])
            told.append(
                f"{danish.number(margin['n'])} svarende kan ikke placeres efter {ROLE_WORDS[role]} og "
                "beholder den andel, de har blandt de svarende."
            )
    merged = [danish.listing(list(old)) for target in targets for old in target["merged"].values()]
    if merged:
        told.append(f"Små grupper er vægtet sammen: {'; '.join(merged)}.")
    return told


def _hidden(survey: LocalSurvey) -> str:
    hidden = survey.estimates.n_suppressed + survey.participation.rates.n_suppressed
    return {0: "ingen værdier er", 1: "én værdi er"}.get(hidden, f"{danish.small_number(hidden)} værdier er")


def _day(text: str) -> str:
    return danish.long_date(date.fromisoformat(text)) if text else "ukendt dato"
