"""One question as an export seems to ask it, and its role by its wording."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from borgerlib.personal import is_contact_heading
from borgerlib.said import Said, said
from borgerlib.survey.codebook.matching import SEXES, is_other, normalise, uncoded
from borgerlib.survey.codebook.model import Kind
from borgerlib.survey.mapping.seen import unnumbered

MISSING, OTHER = "#missing", "#other"
_POSTCODE = re.compile(r"(?:DK[- ]?)?(\d\.?\d{3})(?:$|[ ,.])", re.IGNORECASE)
_ROW = re.compile(r"(?<=.) ?\[.*\]\Z", re.DOTALL)
_YOU = re.compile(r"\b(din|dit|dine|du|dig|deg|ditt|your?|sie|ihr)\b", re.IGNORECASE)
# The question is about somebody else's age, sex or place, or about the place of work.
_NOT_ONESELF = re.compile(
    r"b[øo]rn|\bbarn|partner|ægtefælle|samlever|kæreste|foræld|\b(mor|far)s?\b|child|spouse|arbejd|\bwork",
    re.IGNORECASE,
)
_HOME, _HOUSE = re.compile(r"bopæl", re.IGNORECASE), re.compile(r"[a-zæøå]\.? \d", re.IGNORECASE)
_OF_ONESELF = ("birth_year", "age", "sex", "area")
PERSONAL = (*_OF_ONESELF, "contact", "consent")
"""Roles of items that describe who a respondent is, or contact details."""
# Danish, Norwegian, Swedish, English, German; the first match counts.
_WORDING: tuple[tuple[str, frozenset[Kind], str], ...] = (
    (
        "birth_year",
        frozenset({"number", "date"}),
        r"fød(t|sels?(år|da[tg])|eår)|födelse(år|da[tg])|född|birth ?(year|day)|of birth"
        r"|geburts(jahr|datum|tag)",
    ),
    (
        "age",
        frozenset({"number", "single"}),
        r"\balder(en)?\b|aldersgruppe|gammel|ålder|gammal|\bage\b|how old|wie alt|\balter\b|altersgruppe",
    ),
    ("sex", frozenset({"single"}), r"\bkøn\b|kjønn|\bkön\b|gender|\bsex\b|geschlecht"),
    (
        "consent",
        frozenset({"single"}),
        r"må .*kontakte|\Amå (vi|kommunen) .*(ringe|skrive|invitere dig)"
        r"|samtykke|samtycke|consent|may we contact|einwillig",
    ),
    ("contact", frozenset({"text"}), r"mail|telefon|phone|\bnavn\b|\bnamn\b|your name|\bmobil"),
    (
        "area",
        frozenset({"text", "single", "number"}),
        r"bydel|postn(umme)?r|lokalområde|distrikt|district|stadsdel|postcode|postleitzahl|stadtteil"
        r"|(område|kommune).*\bbor\b|neighbou?rhood|\Aområde\Z|\A(hvor|var) bor du\b|where do you live"
        r"|\A(bopæl|domicile)\Z",
    ),
    (
        "topics",
        frozenset({"multiple"}),
        r"\bemner|\btema(er|en)?\b|drøfte|påvirke|indflydelse på|ämnen|topics|themen",
    ),
    (
        "time",
        frozenset({"single"}),
        # 'Hvor lang tid har du boet her?' asks for other years.
        r"(meget|mye|mycket) tid|how much time|wie viel zeit"
        r"|(lang tid|mange timer) (vil|kan|kunne|ønsker|har du lyst)",
    ),
    ("channels", frozenset({"multiple"}), r"høre fra|kanal|besked|få information|hear from|channel"),
    (
        "formats",
        frozenset({"multiple"}),
        r"(måder?|hvordan).*(med|delta)|helst delta|delta(ge)? på|take part|teilnehmen",
    ),
    (
        "free_text",
        frozenset({"text", "single"}),
        r"fritekst|kommentar|tilføje|bemærk|andet, du vil|comments?\b|anmerkung",
    ),
    (
        "id",
        frozenset({"text", "number"}),
        r"\A((svar|respondent|l[øö][bp]e?|besvarelses?|skema|record|response|case)[-_ ]?)?"
        r"(id|nr\.?|nummer|number)\Z|\Arespondent\Z|recnum",
    ),
)


@dataclass(frozen=True)
class ImportedQuestion:
    """One question, as it seems to be.

    Parameters
    ----------
    text : str
    kind : str
    columns : tuple of str
        Headings that feed it.
    options : mapping of str to int
        Text → how many chose it.
    doubts : tuple of Said
        What a person should check, and why.
    role : str
    declared : frozenset of str
        Options that the file declares to be missing.
    separator : str
        The separator of options in a cell; '' if each has its own column.
    own_words : bool
        Answers other than the options count as one more option, 'Andet (eget svar)'.
    decided : mapping of str to str
        Option → `MISSING` (no answer), `OTHER` (own words count as it), or the option that it is merged with.
    absent : tuple of str
        Further texts or codes that mean no answer.
    left_out : bool
        The question is not needed.
    repeats : bool
        So many answers occur more than once that they cannot identify respondents.
    ranked : bool
        The columns contain the first choice, the second, …
    heading : str
        The column's own heading if it is likely to stay; '' if it is a position, or several columns share it.
    """

    text: str
    kind: Kind
    columns: tuple[str, ...]
    options: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[Said, ...] = ()
    role: str = ""
    declared: frozenset[str] = frozenset()
    separator: str = ""
    own_words: bool = False
    decided: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    left_out: bool = False
    repeats: bool = False
    ranked: bool = False
    heading: str = ""

    def final(self, option: str) -> str:
        """Return the option that `option` counts as; '' if it is no answer."""
        decided = self.decided.get(option, "")
        if decided == MISSING:
            return ""
        return option if decided in ("", OTHER) else decided

    def doubting(self, *doubts: Said) -> ImportedQuestion:
        """Return the question with more doubts."""
        return replace(self, doubts=(*self.doubts, *doubts))

    @property
    def settled(self) -> ImportedQuestion:
        """The question with its final options, and without doubts."""
        options: dict[str, int] = {}
        for option, count in self.options.items():
            if final := self.final(option):
                options[final] = options.get(final, 0) + count
        return replace(self, options=options, doubts=())


def asks_for_years(question: ImportedQuestion) -> bool:
    """Return whether a question's wording asks for an age or a year of birth."""
    return any(re.search(pattern, question.text, re.IGNORECASE) for _, _, pattern in _WORDING[:2])


def with_roles(found: Sequence[ImportedQuestion]) -> Iterator[ImportedQuestion]:
    """Yield the questions with roles by their wording, each role once, with preference for 'din' and 'du'.

    If several questions may have a role, all are marked.
    """
    roles = worded = [question.role or role_of(question) for question in found]
    if "sex" not in worded:
        roles = [role or _role_by_answers(question) for role, question in zip(worded, found, strict=True)]
    alike: dict[str, list[int]] = {}
    for at, role in enumerate(roles):
        alike.setdefault(role, []).append(at)

    def rank(at: int) -> tuple[bool, bool]:
        return bool(found[at].role), roles[at] in _OF_ONESELF and bool(_YOU.search(found[at].text))

    best = {role: max(places, key=rank) for role, places in alike.items()}
    for at, (question, role) in enumerate(zip(found, roles, strict=True)):
        if not role and question.kind == "multiple":
            yield question.doubting(said("no_role"))
        elif not role and question.repeats and role_of(replace(question, repeats=False)) == "id":
            yield question.doubting(said("id_repeats"))
        elif not role or question.role or (role == "free_text" and at != best[role]):
            yield question
        elif at != best[role] and role != "contact":
            yield question.doubting(said("role_taken", role=role))
        else:
            rivals = [found[other].text for other in alike[role] if other != at]
            if role == "birth_year":
                # Only the year of a date of birth is kept.
                question = replace(question, kind="number")
            given = one_option_a_sex(replace(question, role=role))
            if _is_text(question, role):
                given = replace(given, kind="text", options={}, doubts=())
            shared = rivals and role not in ("contact", "free_text")
            rival = (said("role_rival", role=role, question=rivals[0]),) if shared else ()
            untold = [] if worded[at] else [said("sex_by_answers")]
            if role == "area" and _HOME.fullmatch(question.text):
                untold.append(said("home_is_area"))
            yield given.doubting(*rival, *untold)


def one_option_a_sex(question: ImportedQuestion) -> ImportedQuestion:
    """Return a question with 'M', 'mand' and 'Mand' as one option, 'Mand', as they are read."""
    if question.role != "sex":
        return question
    alike: dict[str, Counter[str]] = {}
    for text, count in question.options.items():
        word = normalise(uncoded(text))
        sex = next((sex for sex, words in SEXES.items() if word in words), text)
        alike.setdefault(sex, Counter())[text] += count
    options = {_tidy(sex, texts): texts.total() for sex, texts in alike.items()}
    if options.keys() == question.options.keys():
        return question
    doubts: list[Said] = []
    for doubt in question.doubts:
        pairs = doubt.values.get("pairs")
        if not isinstance(pairs, list):
            doubts.append(doubt)
        elif apart := [pair for pair in pairs if options.keys() >= set(pair.split(" = "))]:
            doubts.append(said("short_and_long", pairs=apart))
    # What was decided about other options stays.
    kept = {*options, MISSING, OTHER}
    decided = {text: to for text, to in question.decided.items() if text in options and to in kept}
    return replace(question, options=options, doubts=tuple(doubts), decided=decided)


def _tidy(sex: str, texts: Iterable[str]) -> str:
    """Return 'Mand' if some text is that word or its letter; else the longest text."""
    longest = max(texts, key=len)
    known = any(len(word) == 1 or word == sex for word in map(normalise, texts))
    return sex.capitalize() if known and sex in SEXES else longest


def first_word(text: str) -> str:
    """Return the first word of a text, normalised."""
    return re.split("[ /]", normalise(uncoded(text)))[0].strip(",.")


def _is_text(question: ImportedQuestion, role: str) -> bool:
    """Return whether a role makes a question one of text, such as ids, or postcodes written in many ways."""
    postcodes = [found[1] for option in question.options if (found := _POSTCODE.match(option))]
    return (
        role in ("free_text", "contact")
        or (role in ("id", "area") and question.kind == "number")
        or (role == "area" and len(set(postcodes)) < len(postcodes))
    )


def role_of(question: ImportedQuestion) -> str:
    """Return a question's role by its wording; '' if it has none."""
    # Check text and name, because a name may say more than the text ('Q2' and 'Alder').
    # Names may be without Danish letters: 'koen' is 'køn'.
    texts: tuple[str, ...] = tuple(
        spelled
        for text in map(unnumbered, (question.text, *question.columns[:1]))
        for spelled in (text, text.lower().replace("oe", "ø").replace("aa", "å").replace("ae", "æ"))
    )
    beside = re.search(r"\[([^]]*)\]\Z", question.text)
    if beside and is_other(beside[1]):
        # A text that belongs to the answer to another question.
        return ""
    # A few places where many people live are not addresses.
    addresses = any(map(_HOUSE.search, question.options))
    is_area = question.kind == "single" and _HOME.fullmatch(question.text) and not addresses
    if question.kind != "multiple" and is_contact_heading(question.text) and not is_area:
        return "contact"
    for role, kinds, pattern in _WORDING:
        if role in _OF_ONESELF and _NOT_ONESELF.search(question.text):
            continue
        if (role == "id" and question.repeats) or (role == "age" and _is_coded(question)):
            continue
        # 'Vigtigt? [Byudvikling i din bydel]' asks about the district, not which district it is.
        in_grid = role == "area" and (question.kind == "single" or _is_coded(question))
        asked = [_ROW.sub("", text) for text in texts] if in_grid else texts
        if question.kind in kinds and any(re.search(pattern, text, re.IGNORECASE) for text in asked):
            return role
    return ""


def _role_by_answers(question: ImportedQuestion) -> str:
    """Return a role by the answers if the wording gives none: 'Jeg er' with women and men."""
    texts = {word for text in question.options for word in normalise(uncoded(text)).split("/")}
    sexes = question.kind == "single" and all(texts & set(words) for words in SEXES.values())
    return "sex" if sexes and not _NOT_ONESELF.search(question.text) else ""


def is_of_another(heading: str) -> bool:
    """Return whether a heading asks about somebody other than the respondent."""
    return bool(_NOT_ONESELF.search(heading))


def _is_coded(question: ImportedQuestion) -> bool:
    """Return whether answers are a few small numbers, as in a grid, rather than ages or postcodes."""
    return any(doubt.kind == "few_small_numbers" for doubt in question.doubts)
