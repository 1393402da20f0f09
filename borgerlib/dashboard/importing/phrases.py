"""What reading and preparing note, doubt or refuse, put into Danish where it is common."""

from __future__ import annotations

import re
from collections.abc import Sequence

Phrases = tuple[tuple[str, str], ...]
"""Pattern of what is said in English, and the Danish for it; a number stands for the pattern's group."""

DOUBTS: Phrases = (
    (r"nobody answered.*", "Ingen har svaret, så det vides ikke, hvad slags svar det er."),
    (r"the file does not tell the question.*", "Filen har svarmulighederne, men ikke spørgsmålet."),
    (r".*holds texts: written beside.*", "En af kolonnerne har tekster: skrevet ud for en svarmulighed?"),
    (r".*numbers, some of which.*", "Nogle af tallene har en tekst: koder for intet svar?"),
    (r".*codes have no text.*", "Nogle koder har ingen tekst."),
    (r".*answers are no number.*", "Nogle svar er ikke tal."),
    (r".*few small numbers.*", "Få små tal: koder for svar, hvis tekster filen mangler, eller en skala?"),
    (r".*were put together.*", "Tekster med tegnet i er sat sammen, hvor de aldrig står hver for sig."),
    (r"everybody has all (\d+) options, in different orders.*",
     r"Alle har valgt alle \1 muligheder, i hver sin rækkefølge: er det en prioritering?"),
    (r"every answer has (\d+) parts: .*",
     r"Alle svar har netop \1 dele: skulle man vælge så mange, eller er det én tekst?"),
    (r"(.+) never end an answer: .*",
     r"\1 står aldrig sidst i et svar: har svarmulighederne selv tegnet i deres tekst?"),
    (r".*occur once or twice.*", "Svar, der kun står en gang eller to, er udeladt: egne ord?"),
    (r".*which another question is already.*", "Et andet spørgsmål har allerede den rolle."),
)  # fmt: skip
_READ: Phrases = (
    (r"(\d+) rows above the headings .*\(the table begins in row (\d+)\)",
     r"\1 rækker over overskrifterne er sprunget over; tabellen begynder i række \2."),
    (r"rows (\d+) to (\d+) are taken for headings", r"Række \1 til \2 er taget for overskrifter."),
    (r"(\d+) rows below the answers .*\(from row (\d+)\)",
     r"\1 rækker under svarene er sprunget over, fra række \2."),
    (r"(\d+) rows that repeat the headings .*", r"\1 rækker, der gentager overskrifterne, er sprunget over."),
    (r"sheet '(.+)' is read; the workbook also has (.+)", r"Arket »\1« er læst; filen har også \2."),
    (r"sheet '(.+)', which is read, is hidden", r"Arket »\1« er læst, selv om det er skjult i filen."),
    (r"hidden sheets: (.+)", r"Skjulte ark: \1."),
    (r"times are read with the month first, as SurveyMonkey .*",
     "Tidspunkterne er læst med måneden først, som SurveyMonkey skriver dem."),
    (r"(\d+) letters were not UTF-8 .*",
     r"\1 bogstaver var gemt på en anden måde end resten; de er læst som Windows-1252."),
    (r"the letters are taken for .*",
     "Bogstaverne er læst, som Excel til Mac eller MS-DOS gemmer dem: se efter æ, ø og å."),
)  # fmt: skip
_PREPARED: Phrases = (
    (r"item '(.+?)': (.+) taken for no answer", r"»\1«: \2 tæller som intet svar."),
    (r"item '(.+?)': (\d+) answers in own words count as '(.+)'",
     r"»\1«: \2 svar med egne ord tæller som »\3«."),
    (r"item '(.+?)': the export has no column for (.+)", r"»\1«: filen har ingen kolonne til \2."),
    (r"No age band is for people below (\d+): .*",
     r"Ingen aldersgruppe er for folk under \1 år; befolkningen tælles fra den alder."),
    (r"The ages are only (.+): these look like the middles of age bands.*",
     r"Alderen er kun \1: det ligner midten af aldersgrupper. Den er ikke brugt til at vægte med. Gør "
     "spørgsmålet til »Ét valg«, og læg tallene til den gruppe, de er midten af."),
    (r"The population was counted on (\S+), more than two years before (\S+)\. .*",
     r"Befolkningen er talt op \1, mere end to år før \2. Hent nyere tal med »borger population refresh«."),
    (r"'(.+?)': (.+) are weighted as one level, '(.+)'\.", r"»\1«: \2 vægtes som én gruppe, »\3«."),
    (r"'(.+?)': (\d+) respondents? without a population count .*",
     r"»\1«: \2 har et svar, som befolkningen ikke er talt op efter. De beholder deres andel; "
     "de andre vægtes."),
    (r"'(.+?)': a single level is left, .*",
     r"»\1«: kun én gruppe er tilbage, så vægtene retter intet i den."),
    (r"'(.+?)': there is no list of areas, so all (\d+) answers are .*",
     r"»\1«: der er ingen liste over områder, så alle \2 svar er »andet område«. Giv befolkningen efter "
     "område, eller hvilket svar der hører til hvilket område, med kommandoen (--districts, --areas)."),
    (r"Nobody's sex is known: .*", "Ingens køn kendes, så vægtene retter ikke skævheder i det."),
    (r"Nobody's age is known: .*", "Ingens alder kendes, så vægtene retter ikke skævheder i den."),
    (r"(\d+) of (\d+) dates in '(.+?)' cannot be .*",
     r"\1 af \2 tidspunkter i »\3« kan ikke passe og tæller ikke med til undersøgelsens dato."),
    (r"item '(.+?)': every date can be read with the day or the month first; .*",
     r"»\1«: alle datoer kan læses med dagen eller måneden først; dagen er taget for at stå først. Er det "
     "forkert, så skriv datoerne som 2025-11-30 i filen."),
    (r"The answers are not weighted: .*",
     "Svarene er ikke vægtet: alle tal er for dem, der har svaret, og det står ved dem."),
    (r"The export has no dates: the survey is taken to be of today, (\S+)\..*",
     r"Filen har ingen tidspunkter: undersøgelsen er regnet for at være fra i dag, \1."),
    (r"Of (.+), none has the role 'submitted' or 'started': the survey is taken to be of today, (\S+)\..*",
     r"Ingen af \1 har rollen »Afsluttet«: undersøgelsen er regnet for at "
     r"være fra i dag, \2."),
    (r"Not in the export: (.+)\.", r"Filen har ikke: \1."),
)  # fmt: skip
_REFUSED: Phrases = (
    (r"There is no file or folder (.+)\.", r"Der er ingen fil eller mappe, der hedder »\1«."),
    (r"There is no file (.+)\.", r"Der er ingen fil, der hedder »\1«."),
    (r"(.+) is empty \(0 bytes\)\.", r"»\1« er tom. Hent den igen."),
    (r"(.+) is there already\.", r"»\1« er der i forvejen. Sæt flueben ved »Erstat filer«, eller flyt den."),
    (r"(.+) is a workbook with a password, .*",
     r"»\1« har adgangskode og kan ikke åbnes. Gem den uden adgangskode."),
    (r"(.+) is an old \.xls workbook, .*",
     r"»\1« er en gammel .xls-fil. Åbn den i Excel, og gem den som .xlsx."),
    (r"(.+) is a Numbers file\.", r"»\1« er en Numbers-fil. Vælg »Eksportér til Excel« i Numbers."),
    (r"(.+) is a web page or XML.*",
     r"»\1« er en webside, ikke et regneark. Åbn den i Excel, og gem den som .xlsx."),
    (r"(.+) is a damaged workbook.*", r"»\1« er beskadiget. Hent den igen, eller gem den på ny i Excel."),
    (r"(.+) has headings but no respondents.*", r"»\1« har overskrifter, men ingen svar."),
    (r"(.+) has no headings.*", r"»\1« har ingen overskrifter i første række."),
    (r"(.+) has a single column: .*",
     r"»\1« har kun én kolonne. Hent den igen som CSV eller .xlsx med en kolonne til hvert spørgsmål."),
    (r"No respondent is left of the (\d+) rows in (.+)\.",
     r"Ingen af de \1 rækker i »\2« kan bruges. Se efter, om det er den rigtige fil, og om alderen "
     "er læst rigtigt."),
    (r"There is nothing to weight by: .*",
     "Der er intet at vægte efter: hverken køn, alder eller område kendes. Vælg roller til spørgsmålene, "
     "eller sæt hak i »Uden vægte«."),
)  # fmt: skip


def in_danish(text: str, phrases: Sequence[tuple[str, str]]) -> str:
    """Return the Danish for what was said, or '' where it is not known."""
    found = ((re.fullmatch(pattern, text, re.DOTALL), said) for pattern, said in phrases)
    return next((match.expand(said) for match, said in found if match), "")


def note(text: str) -> str:
    """Return the Danish for what reading or preparing noted, or ''."""
    return in_danish(text, (*_READ, *_PREPARED))


def refused(message: str) -> str:
    """Return the Danish for why something was refused, with what to do; or ''."""
    return in_danish(message, _REFUSED)
