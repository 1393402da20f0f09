"""Random codebooks and answers, written as platforms lay them out, with dirt: what must come back."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from survey_exports import write_csv, write_xlsx

from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.codebook.model import Codebook, Item

WORDS = (
    "bål", "ære", "ønske", "skov", "mølle", "kyst", "torv", "bænk", "ål", "sø", "græs", "vej", "tårn", "fyr",
    "kirke", "brønd", "hegn", "klit", "eng", "mose", "bro", "gård", "sti", "lund", "ås", "havn", "kær",
)  # fmt: skip
JOINTS = (" {}", " og {}", ", {}", " ({})", " - {}", ": {}", "/{}", ' "{}"', "; {}")
Rows = list[list[str]]


@dataclass
class Made:
    """A codebook, the answers of people, and where a stray text was put."""

    book: Codebook
    people: list[dict[str, Any]]
    stray: dict[tuple[int, str], str] = field(default_factory=dict)

    def asked(self, kind: str) -> list[Item]:
        return [item for item in self.book if item.kind == kind]


def make(chance: random.Random, *, people: int) -> Made:
    """Return a survey of one number, a text, one to three single and one or two multiple items."""
    words = list(WORDS)
    chance.shuffle(words)
    taken: set[str] = set()

    def text() -> str:
        while True:
            found = chance.choice(words).capitalize()
            if chance.random() < 0.5:
                found += chance.choice(JOINTS).format(chance.choice(words))
            first = found.split(",")[0].split(";")[0].strip().casefold()
            if first not in taken and found.casefold() not in taken:
                taken.update({first, found.casefold()})
                return found

    def choices(item_id: str, kind: str, most: int) -> dict[str, Any]:
        options = [
            {"id": f"{item_id}_{chr(97 + at)}", "text": text()} for at in range(chance.randint(2, most))
        ]
        question = f"Hvad om {chance.choice(words)} {chance.choice(words)} {item_id}?"
        return {"id": item_id, "text": question, "kind": kind, "options": options}

    items: list[dict[str, Any]] = [
        {"id": "alder", "text": "Hvor gammel er du?", "kind": "number", "role": "age"},
        *[choices(f"en{at}", "single", 5) for at in range(chance.randint(1, 3))],
        *[choices(f"flere{at}", "multiple", 6) for at in range(chance.randint(1, 2))],
        {"id": "ord", "text": "Skriv et par ord til os", "kind": "text"},
    ]
    book = parse_codebook({"survey": {"id": "x", "title": "X"}, "item": items}, source="x")
    return Made(book, [_person(book, chance) for _ in range(people)])


def _person(book: Codebook, chance: random.Random) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for item in book:
        ids = [option.id for option in item.options]
        if item.kind == "number":
            answers[item.id] = chance.randint(15, 95)
        elif item.kind == "text":
            answers[item.id] = " ".join(chance.choices(WORDS, k=chance.randint(1, 4))) + chance.choice(
                ["", ", ja"]
            )
        elif chance.random() < 0.9:
            chosen = [name for name in ids if chance.random() < 0.5] or [chance.choice(ids)]
            answers[item.id] = chosen if item.kind == "multiple" else chance.choice(ids)
    return answers


def cells(made: Made, item: Item) -> list[str]:
    """Return the column of an item that is not multiple, stray texts in their places."""
    column = []
    for at, person in enumerate(made.people):
        answer = person.get(item.id, "")
        text = item.option(answer).text if item.kind == "single" and answer else str(answer)
        column.append(made.stray.get((at, item.id), text))
    return column


def ticks(made: Made, item: Item, option: str, mark: str, blank: str) -> list[str]:
    text = item.option(option).text
    column = []
    for person in made.people:
        chosen = person.get(item.id)
        tick = chosen is not None and option in chosen
        column.append((mark or text) if tick else "" if chosen is None else blank)
    return column


def joined(made: Made, item: Item, separator: str, *, end: str = "", ids: bool = False) -> list[str]:
    column = []
    for person in made.people:
        names = [name if ids else item.option(name).text for name in person.get(item.id, [])]
        column.append(separator.join(names) + (end if names else ""))
    return column


def columns(made: Made, multiple: Callable[[Item], dict[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"Nr.": [str(at + 1) for at in range(len(made.people))]}
    for item in made.book:
        found |= multiple(item) if item.kind == "multiple" else {item.text: cells(made, item)}
    return found


def table(found: dict[str, list[str]]) -> Rows:
    return [list(found), *map(list, zip(*found.values(), strict=True))]


MARKS = (("1", "0"), ("Ja", "Nej"), ("x", ""), ("", ""), ("TRUE", "FALSE"), ("Valgt", "Ikke valgt"))


def plain(made: Made, chance: random.Random) -> Rows:
    separator = chance.choice([";", "; ", ",", ", ", "|"])
    return table(columns(made, lambda item: {item.text: joined(made, item, separator)}))


def ticked(made: Made, chance: random.Random) -> Rows:
    mark, blank = chance.choice(MARKS)
    form = chance.choice(["{}: {}", "{} [{}]", "{} - {}"])
    return table(
        columns(
            made,
            lambda item: {
                form.format(item.text, option.text): ticks(made, item, option.id, mark, blank)
                for option in item.options
            },
        )
    )


def _two_rows(made: Made, mark: str, blank: str) -> tuple[list[str], list[str], Rows]:
    """Return for each column its question, its option ('' where none) and the cells by row."""
    questions, options, body = ["Nr."], [""], [[str(at + 1) for at in range(len(made.people))]]
    for item in made.book:
        if item.kind != "multiple":
            questions.append(item.text)
            options.append("")
            body.append(cells(made, item))
            continue
        for option in item.options:
            questions.append(item.text)
            options.append(option.text)
            body.append(ticks(made, item, option.id, mark, blank))
    return questions, options, [list(row) for row in zip(*body, strict=True)]


def surveymonkey(made: Made, chance: random.Random) -> Rows:
    mark, blank = chance.choice(MARKS)
    questions, options, body = _two_rows(made, mark, blank)
    first = [text if text not in questions[:at] else "" for at, text in enumerate(questions)]
    word = chance.choice(["Response", "Svar", ""])
    second = ["" if at == 0 else text or word for at, text in enumerate(options)]
    return [first, second, *body]


def qualtrics(made: Made, chance: random.Random) -> Rows:
    mark, blank = chance.choice([("1", ""), ("", ""), ("1", "0")])
    questions, options, body = _two_rows(made, mark, blank)
    names, texts, number = ["ResponseId"], ["Response ID"], 0
    for question, option in list(zip(questions, options, strict=True))[1:]:
        repeated = bool(option) and bool(texts) and texts[-1].startswith(question)
        number += not repeated
        place = int(names[-1].rpartition("_")[2]) + 1 if repeated else 1
        names.append(f"Q{number}_{place}" if option else f"Q{number}")
        texts.append(f"{question} - Selected Choice - {option}" if option else question)
    stamped = [["2025-03-01 10:00:00", "2025-03-01 10:05:00", *row] for row in body]
    heads = [["StartDate", "EndDate", *names], ["Start Date", "End Date", *texts]]
    if chance.random() < 0.7:
        heads.append([f'{{"ImportId":"QID{at}"}}' for at in range(len(heads[0]))])
    return [*heads, *stamped]


def kobo(made: Made, chance: random.Random) -> Rows:
    def paths(item: Item) -> dict[str, list[str]]:
        found = {f"del/{item.id}": joined(made, item, " ", ids=True)} if chance.random() < 0.5 else {}
        return found | {
            f"del/{item.id}/{option.id}": ticks(made, item, option.id, "1", "0") for option in item.options
        }

    found = columns(made, paths)
    return table(
        {(name if "/" in name else f"om/{_id(made, name)}"): values for name, values in found.items()}
    )


def _id(made: Made, text: str) -> str:
    return next((item.id for item in made.book if item.text == text), "nr")


def redcap(made: Made, chance: random.Random) -> Rows:
    mark, blank = chance.choice([("Checked", "Unchecked"), ("1", "0")])
    return table(
        columns(
            made,
            lambda item: {
                f"{item.text} (choice={option.text})": ticks(made, item, option.id, mark, blank)
                for option in item.options
            },
        )
    )


def limesurvey(made: Made, chance: random.Random) -> Rows:
    mark, blank = chance.choice([("Ja", "Nej"), ("Y", ""), ("1", "0")])
    found = columns(
        made,
        lambda item: {
            f"{item.id}[SQ{at:03d}]. {item.text} [{option.text}]": ticks(made, item, option.id, mark, blank)
            for at, option in enumerate(item.options, start=1)
        },
    )
    found = {
        name if "]. " in name else f"{_id(made, name)}. {name}": values for name, values in found.items()
    }
    return table(found)


def google(made: Made, chance: random.Random) -> Rows:
    pattern = chance.choice(["2025/03/{} 1:05:09 PM GMT+1", "{}/03/2025 13.05.09", "2025-03-{} 13:05:09"])
    stamps = [pattern.format(1 + at % 28) for at in range(len(made.people))]
    found = columns(made, lambda item: {item.text: joined(made, item, ", ")})
    return table({"Tidsstempel": stamps, **found})


def microsoft(made: Made, chance: random.Random) -> Rows:
    found = columns(made, lambda item: {item.text: joined(made, item, ";", end=";")})
    people = len(made.people)
    own = {
        "ID": [str(at + 1) for at in range(people)],
        "Starttidspunkt": ["01-03-2025 10:00:00"] * people,
        "Fuldførelsestidspunkt": ["01-03-2025 10:05:00"] * people,
        "Mail": ["anonymous"] * people,
        "Navn": [""] * people,
    }
    return table(own | {name: values for name, values in found.items() if name != "Nr."})


LAYOUTS: dict[str, Callable[[Made, random.Random], Rows]] = {
    each.__name__: each
    for each in (plain, ticked, surveymonkey, qualtrics, kobo, redcap, limesurvey, google, microsoft)
}


def put_strays(made: Made, chance: random.Random, *, number: int) -> None:
    """Let some people write what is no answer to a number or single item."""
    items = [item for item in made.book if item.kind in ("number", "single")]
    for at in range(number):
        person, item = chance.randrange(len(made.people)), chance.choice(items)
        made.stray[person, item.id] = f"det ved vi ikke {at}"
        made.people[person].pop(item.id, None)


def soil(rows: Rows, headings: int, chance: random.Random, dirt: set[str]) -> Rows:
    """Put rows and cells around and among the answers that are none."""
    heads, body = rows[:headings], [list(row) for row in rows[headings:]]
    width = len(rows[0])
    if "spaces" in dirt:
        body = [
            [f" {text}\u00a0" if text and chance.random() < 0.2 else text for text in row] for row in body
        ]
    if "blank columns" in dirt:
        heads = [[*row, "", ""] for row in heads]
        body = [[*row, "", ""] for row in body]
        width += 2
    if "further columns" in dirt:
        heads = [
            [*row, "Hvorfor dog?" if at == 0 else "", "Hvorfor dog?" if at == 0 else ""]
            for at, row in enumerate(heads)
        ]
        body = [[*row, chance.choice(WORDS), ""] for row in body]
        width += 2
    if "blank rows" in dirt:
        for _ in range(3):
            body.insert(chance.randint(0, len(body)), [""] * width)
    if "title" in dirt:
        heads = [["Undersøgelse i foråret", *[""] * (width - 1)], *heads]
    if "total" in dirt:
        body += [[""] * width, ["I alt", *[""] * (width - 1)]]
    return [*heads, *body]


def write(rows: Rows, path: Path, chance: random.Random) -> Path:
    """Write a file in a format, encoding, delimiter and with line ends that chance chooses."""
    if chance.random() < 0.25:
        return write_xlsx(
            path.with_suffix(".xlsx"), {"Ark1": [[text or None for text in row] for row in rows]}
        )
    encoding = chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16", "mac_roman"])
    return write_csv(
        path.with_suffix(".csv"),
        rows,
        delimiter=chance.choice([",", ";", "\t"]),
        encoding=encoding,
        end=chance.choice(["\n", "\r\n", "\r"]),
    )
