"""Random codebooks with people who answer, and what platforms make of the forms they are given."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.codebook.matching import is_no_answer, normalise
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.form.questionnaire import Questionnaire, questionnaire
from borgerlib.survey.form.texts import load_texts

LETTERS = "abcdefghijklmnopqrstuvwxyzæøåÆØÅéüß"
SIGNS = " ,;:.!?'\"()[]{}<>&$%#*_-–/\\|=+@’”€½🙂"
NAMES = (
    "meta",
    "data",
    "start",
    "end",
    "id",
    "label",
    "name",
    "a",
    "ab",
    "a_b",
    "token",
    "type",
    "x1",
    "x_1",
)
Answers = dict[str, Any]


@dataclass
class Filled:
    """A form and its people: question id → option id, set of option ids, number, date or text."""

    book: Codebook
    form: Questionnaire
    people: list[Answers]

    def expected(self) -> pd.DataFrame:
        """Return what must come back: one row a person, one column an item or an option."""
        rows = []
        for person in self.people:
            row = {}
            for question in self.form.all:
                answer = person.get(question.id)
                if question.kind == "multiple":
                    for choice in question.choices:
                        row[f"{question.id}__{choice.id}"] = (
                            None if answer is None else int(choice.id in answer)
                        )
                else:
                    row[question.id] = answer
            rows.append(row)
        return pd.DataFrame(rows, dtype=object)


def filled(seed: int, *, people: int = 6, questions: int | None = None, options: int | None = None) -> Filled:
    """Return a random codebook as a form, with people who answered it as it allows."""
    chance = random.Random(seed)
    taken: set[str] = set()
    count = questions or chance.randint(1, 7)
    names = _names(chance, count)
    items: list[dict[str, Any]] = [
        {"id": "svar_id", "text": "Svarnummer", "kind": "text", "role": "id"},
        {"id": "begyndt", "text": "Begyndt", "kind": "date", "role": "started"},
    ]
    for name in names:
        kind = chance.choice(["single", "multiple", "number", "date", "text"])
        item = {"id": name, "text": _text(chance, taken), "kind": kind}
        if kind in ("single", "multiple"):
            size = options or chance.choice([2, 2, 3, 5, 14])
            ids = _names(chance, size)
            item["options"] = [{"id": each, "text": _text(chance, taken)} for each in ids]
            if chance.random() < 0.3:
                item["options"][-1]["exclusive"] = True
        if kind == "multiple" and chance.random() < 0.3:
            item["max_choices"] = 2
        if chance.random() < 0.3:
            item["text_en"] = _text(chance, taken)
        bases = [other for other in items if other.get("options")]
        if bases and chance.random() < 0.3:
            base = chance.choice(bases)
            item["base"] = f"{base['id']}.{chance.choice(base['options'])['id']}"
        items.append(item)
    if chance.random() < 0.5:
        items[1:1] = [{"id": "kontakt_mail", "text": "Din e-mail", "kind": "text", "role": "contact"}]
        yes_no = [{"id": "ja", "text": "Ja"}, {"id": "nej", "text": "Nej"}]
        items.append(
            {"id": "samtykke", "text": "Må vi?", "kind": "single", "role": "consent", "options": yes_no}
        )
    content = {"survey": {"id": "tilfaeldig", "title": _text(chance, taken)}, "item": items}
    book = parse_codebook(content, source="random")
    form = questionnaire(book, load_texts())
    return Filled(book, form, [_answers(chance, form) for _ in range(people)])


def citizens(seed: int, *, people: int = 40, areas: tuple[str, ...] = ("Midt", "Åby; og omegn")) -> Filled:
    """Return the citizens' survey as a form that offers areas, with people who answered all of it."""
    chance = random.Random(seed)
    book = load_codebook("borgerinteresse")
    form = questionnaire(book, replace(load_texts(), areas=areas))
    answered = [_answers(chance, form, answering=1.0) for _ in range(people)]
    # What cleaning leaves alone: ages of citizens, and no letters that might be an e-mail address.
    plain = [{"alder": float(18 + at), "fritekst": f'Flere bænke; "nu", {at}'} for at in range(people)]
    return Filled(book, form, [{**person, **own} for person, own in zip(answered, plain, strict=True)])


def _names(chance: random.Random, count: int) -> list[str]:
    names = list(NAMES)
    chance.shuffle(names)
    words = [
        "".join(chance.choices("abcdeæ".replace("æ", ""), k=chance.randint(1, 24))) for _ in range(2 * count)
    ]
    numbered = [f"n{at}" for at in range(count)]
    return list(dict.fromkeys([*names[: chance.randint(0, 4)], *words, *numbered]))[:count]


def _text(chance: random.Random, taken: set[str]) -> str:
    while True:
        text = "".join(chance.choices(LETTERS * 3 + SIGNS, k=chance.randint(1, 30)))
        text = " ".join(text.split())
        key = re.sub(r"\W", "", normalise(text))
        if key and key not in taken and not is_no_answer(text):
            taken.add(key)
            return text


def _answers(chance: random.Random, form: Questionnaire, *, answering: float = 0.8) -> Answers:
    person: Answers = {}
    for question in form.all:
        if question.condition:
            of, choice = question.condition
            given = person.get(of)
            if given is None or (choice not in given if isinstance(given, set) else choice != given):
                continue
        if chance.random() < answering:
            person[question.id] = _answer(chance, question)
    return person


def _answer(chance: random.Random, question: Any) -> Any:
    ids = [choice.id for choice in question.choices]
    if question.role == "contact":
        number = chance.randint(10**7, 10**8 - 1)
        return str(number) if question.id.endswith("telefon") else f"navn{number}@example.dk"
    if question.kind in ("single", "area"):
        return chance.choice(ids)
    if question.kind == "multiple":
        alone = [choice.id for choice in question.choices if choice.exclusive]
        others = [each for each in ids if each not in alone]
        if (alone and chance.random() < 0.2) or not others:
            return {chance.choice(alone)}
        most = min(question.max_choices or len(others), len(others))
        return set(chance.sample(others, chance.randint(1, most)))
    if question.kind == "number":
        if question.bounds:
            return float(chance.randint(*question.bounds))
        return chance.choice([float(chance.randint(-5, 4000)), chance.randint(1000, 99999) / 1000])
    if question.kind == "date":
        return pd.Timestamp(date(2020, 1, 1) + timedelta(days=chance.randint(0, 2000)))
    return _text(chance, set())


def number_text(number: float, *, point: str = ".") -> str:
    return (str(int(number)) if number == int(number) else repr(number)).replace(".", point)


# --- LimeSurvey -----------------------------------------------------------------------------------------


@dataclass
class Lime:
    """A question as LimeSurvey reads it from the structure."""

    kind: str
    code: str
    text: str
    parts: list[tuple[str, str]]


def read_limesurvey(text: str) -> list[Lime]:
    """Read a structure as LimeSurvey does, and assert what it demands of one."""
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter="\t"))
    assert {row["class"] for row in rows} <= {"S", "SL", "G", "Q", "SQ", "A"}
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    languages = [settings["language"], *settings["additional_languages"].split()]
    asked = [
        [row for row in rows if row["class"] in "GQSQA" and row["language"] == each] for each in languages
    ]
    # Every language has the same rows, one language whole before the next.
    shape = [
        [(row["class"], row["id"], row["name"] * (row["class"] != "G")) for row in part] for part in asked
    ]
    assert all(part == shape[0] for part in shape)
    numbers = [row["id"] for row in asked[0] if row["class"] in ("Q", "SQ")]
    assert len(set(numbers)) == len(numbers)
    found: list[Lime] = []
    for row in asked[0]:
        assert row["text"] or row["class"] == "G"
        if row["class"] == "Q":
            assert re.fullmatch("[A-Za-z][A-Za-z0-9]{0,19}", row["name"])
            for code in re.findall(r"(\w+?)(?:_SQ\d+)?\.NAOK", row["relevance"]):
                assert code in [question.code for question in found]
            found.append(Lime(row["type/scale"], row["name"], _shown(row["text"]), []))
        elif row["class"] in ("SQ", "A"):
            assert re.fullmatch("[A-Za-z0-9]{1,5}", row["name"])
            found[-1].parts.append((row["name"], _shown(row["text"])))
    codes = [question.code for question in found]
    assert len(set(codes)) == len(codes)
    for question in found:
        names = [name for name, _ in question.parts]
        assert len(set(names)) == len(names)
    return found


def _shown(html: str) -> str:
    """Return what a person reads; a brace that is left would be taken for an expression."""
    import html as entities

    assert "{" not in html
    assert "<" not in html.replace("<br>", "")
    return entities.unescape(html)


def limesurvey_export(made: Filled, structure: str, *, by_text: bool, full: bool) -> list[list[str]]:
    """Return the rows that LimeSurvey exports of a form filled in, headings and answers by code or text."""
    questions = read_limesurvey(structure)
    head = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
    for question in questions:
        name = question.text if by_text else question.code
        parts = [
            f"{name} [{text if by_text else code}]" if by_text else f"{name}[{code}]"
            for code, text in question.parts
        ]
        head += parts if question.kind == "M" else [name]
    rows = [head]
    for number, person in enumerate(made.people, start=1):
        row = [
            str(number),
            "2025-11-30 12:00:00",
            "2",
            "da",
            "12345",
            "2025-11-30 11:50:00",
            "2025-11-30 12:00:00",
        ]
        for asked, question in zip(made.form.all, questions, strict=True):
            row += _limesurvey_cells(asked, question, person.get(asked.id), full=full)
        rows.append(row)
    return rows


def _limesurvey_cells(asked: Any, question: Lime, answer: Any, *, full: bool) -> list[str]:
    if question.kind == "M":
        ids = [choice.id for choice in asked.choices]
        if answer is None:
            return ["N/A" if full else ""] * len(ids)
        return [("Ja" if full else "Y") if each in answer else ("Nej" if full else "") for each in ids]
    if answer is None:
        return [""]
    if question.parts:
        code, text = question.parts[[choice.id for choice in asked.choices].index(answer)]
        return [text if full else code]
    if asked.kind == "date":
        return [f"{answer:%Y-%m-%d} 00:00:00"]
    return [number_text(answer) if asked.kind == "number" else answer]


# --- ODK and KoboToolbox --------------------------------------------------------------------------------


def odk_export(made: Filled, workbook: Path, *, split: bool) -> list[list[str]]:
    """Return the rows that KoboToolbox (choices split) or ODK Central exports of a form filled in."""
    book = openpyxl.load_workbook(workbook)
    _, *rows = book["survey"].iter_rows(values_only=True)
    choices: dict[str, list[str]] = {}
    for list_name, name, *_ in list(book["choices"].iter_rows(values_only=True))[1:]:
        choices.setdefault(list_name, []).append(name)
    fields = [(row[0], row[1]) for row in rows if row[0] != "note"]
    names, questions = [], iter(made.form.all)
    cells: list[Any] = []
    for kind, name in fields:
        if kind in ("start", "end"):
            names.append(name)
            cells.append(lambda person: ["2025-11-30T11:50:00.000+01:00"])
            continue
        asked = next(questions)
        options = choices[kind.split()[1]] if kind.startswith("select") else []
        several = kind.startswith("select_multiple")
        names += [name, *(f"{name}/{each}" for each in options if several and split)]
        cells.append(
            lambda person, of=(asked, options, several and split): _odk_cells(*of, person.get(of[0].id))
        )
    names += ["_uuid", "_index"]
    exported = [names]
    for number, person in enumerate(made.people, start=1):
        row = [cell for make in cells for cell in make(person)]
        exported.append([*row, f"00000000-0000-4000-8000-{number:012d}", str(number)])
    return exported


def _odk_cells(asked: Any, options: list[str], split: bool, answer: Any) -> list[str]:
    if asked.kind == "multiple":
        ids = [choice.id for choice in asked.choices]
        chosen = [options[ids.index(each)] for each in ids if answer and each in answer]
        ticks = [("1" if each in chosen else "0") if answer is not None else "" for each in options]
        return [" ".join(chosen), *(ticks if split else [])]
    if answer is None:
        return [""]
    if asked.kind == "date":
        return [f"{answer:%Y-%m-%d}"]
    return [number_text(answer) if asked.kind == "number" else str(answer)]


# --- what comes back ------------------------------------------------------------------------------------


def differences(made: Filled, frame: pd.DataFrame) -> list[str]:
    """Return where the answers that came back are not those that were given."""
    expected = made.expected()
    assert len(frame) == len(expected)
    wrong = []
    for name in expected:
        given, back = list(expected[name]), list(frame[name].astype(object))
        wrong += [
            f"{name}: {one!r} → {other!r}"
            for one, other in zip(given, back, strict=True)
            if not _same(one, other)
        ]
    return wrong


def _same(given: Any, back: Any) -> bool:
    if given is None:
        return bool(pd.isna(back))
    return not pd.isna(back) and bool(back == given)
