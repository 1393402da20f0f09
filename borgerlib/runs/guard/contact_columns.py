"""Find tables with contact details of people, by their headings and by the values below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from borgerlib.personal import PHONE_NUMBER, is_contact_heading
from borgerlib.runs.guard.markup import MarkupTable
from borgerlib.runs.guard.signs import place_words

_RULE = re.compile(r"\|?(?: *+:?-{2,}+:? *+\|)++ *+(?::?-{2,}+:?)? *+")
_GAPS = re.compile(r"\t| {2,}|;|\||,(?=\S)")
_FIELD = re.compile(r"(?:^|\n|[,;] )[ \t]*+([\wæøåÆØÅ. -]{2,30}+)[:=] ?+([^\n,;]{1,80}+)")
_PEOPLE = re.compile(
    r"\b(?:respondent|deltager|kontaktperson|ansøger|medarbejder|beboer|elev)(?:ens|en|s)?\b", re.IGNORECASE
)
# Headings that may mean something else: they count only if the values below them are people.
_HINT = re.compile(r"navne?\b|telefon|\btlf|mobil|mail|e-?post|adresse|\bcpr|personn|kontakt", re.IGNORECASE)
_SERIES = re.compile(r"Name: (.{1,300}?), (?:Length: \d+, )?dtype: ")
_LONGEST_SERIES = 62
_LONGEST_LINE = 2000
_LINES_BELOW = 20
# Few lines are searched below each heading, so that a text with a million headings takes only seconds.
_LONGEST_HEADINGS, _LINES_PRINTED = 300, 3
# Capitalised, as above people; names of variables are in lower case.
_ENGLISH = frozenset(
    ["Name", "Full name", "First name", "Last name", "Surname", "Address", "Street", "Mobile"]
)
_NUMBER = re.compile(r"[-−+<>≈~]?\d{1,3}(?:[.\s]?\d{3})?(?:[.,]\d+)?")
_UNITS = re.compile(r"pct\.?|procent(?:point)?|stk\.?|svar|nan|none|n\s?=|ca\.|[%()\[\]–—-]", re.IGNORECASE)


def shows_contact_columns(tables: Sequence[MarkupTable], text: str) -> bool:
    """Return whether tables or a plain text have a column of contact details of people.

    One such heading is enough where markup says that it is a heading. Elsewhere a line may also be a sentence
    or a list of answers ("brev, e-mail, telefon"): there, two headings must be columns of one line with
    another line below, or one must be above nothing but people's names and telephone numbers. A column of
    counts or shares (of those who prefer the telephone), or of municipalities, is no contact detail.
    """
    return (
        any(map(_of_people, tables))
        or sum(_contacts([head], [[value]]) for head, value in _FIELD.findall(text)) >= 2
        or any(_contacts(heads, rows) >= enough for heads, rows, enough in _text_tables(text))
        or any(map(_all_reach, (*_printed_columns(text), *_series(text))))
    )


def _of_people(table: MarkupTable) -> bool:
    heads = table.rows[: max(1, table.head_rows)]
    body = [[cell.text for cell in row] for row in table.rows[len(heads) :]]
    for row in heads:
        named = [cell.text if cell.is_heading else "" for cell in row]
        if _contacts(named, body) or _contacts([cell.text for cell in row], body) >= 2:
            return True
    # Transposed records: each row is a heading and its values.
    upright = [(row[0].text, [cell.text for cell in row[1:]]) for row in table.rows if len(row) > 1]
    return sum(_contacts([head], [values]) for head, values in upright if len(values) == 1) >= 2 or any(
        _may_be_contact(head) and _all_reach(values) for head, values in upright
    )


def _text_tables(text: str) -> Iterator[tuple[list[str], list[list[str]], int]]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if "|" in line and len(line) < _LONGEST_LINE and _RULE.fullmatch(line.strip()):
            if number:
                yield _split(lines[number - 1], "|"), _below(lines, number, "|"), 1
        elif len(line) < _LONGEST_LINE:
            # pandas aligns a printed frame to the right, above an index: one space may separate its headings.
            for heads in (_split(line), line.split() if line.startswith(" ") else []):
                if sum(map(_is_contact, heads)) >= 2 and (rows := _below(lines, number)):
                    yield heads, rows, 2


def _printed_columns(text: str) -> Iterator[list[str]]:
    """Yield the values below a contact heading, in a frame that pandas printed or wrote with a separator."""
    lines = text.splitlines()
    for number, line in enumerate(lines[:-1]):
        if len(line) < _LONGEST_HEADINGS and not re.search(r"\d", line):
            rows = lines[number + 1 : number + 1 + _LINES_PRINTED]
            # A heading is one word, or everything up to a gap of two spaces.
            for head in (*re.finditer(r"[^\s,;]+", line), *re.finditer(r"[^\s,;]+(?: [^\s,;]+)+", line)):
                if _may_be_contact(head.group()):
                    yield [
                        value
                        for row in rows
                        if (value := _below_heading(line, head, row[:_LONGEST_HEADINGS]))
                    ]


def _below_heading(line: str, head: re.Match[str], row: str) -> str:
    mark = next((mark for mark in ",;\t" if mark in line), "")
    if mark:
        cells = row.split(mark)
        return cells[line[: head.start()].count(mark)].strip() if row.count(mark) == line.count(mark) else ""
    # Aligned to the right: a value ends where its heading ends.
    ends_here = row[head.end() : head.end() + 1] in ("", " ")
    return re.split(r" {2,}", row[: head.end()].strip())[-1] if ends_here else ""


def _series(text: str) -> Iterator[list[str]]:
    """Yield the content of a printed series with a contact heading: its values, or what it counts."""
    lines = text.splitlines() if "dtype: " in text else []
    for number, line in enumerate(lines):
        if named := _SERIES.match(line):
            above = [
                re.split(r" {2,}", row.strip()) for row in lines[max(0, number - _LONGEST_SERIES) : number]
            ]
            rows = [row for row in above[-_LINES_PRINTED:] if len(row) > 1]
            if _may_be_contact(named[1]):
                yield [row[-1] for row in rows]
            elif any(len(row) == 1 and _may_be_contact(row[0]) for row in above):
                yield [row[0] for row in rows]


def _all_reach(values: Sequence[str]) -> bool:
    return bool(values) and all(map(_reaches, values))


def _reaches(value: str) -> bool:
    if re.fullmatch(rf"\d{{9,10}}|{PHONE_NUMBER}", value.strip()):
        return True
    words = value.split()
    return len(words) > 1 and all(word[:1].isupper() for word in words) and not _is_place(value)


def _split(line: str, mark: str = "") -> list[str]:
    return [cell.strip() for cell in (line.split(mark) if mark else _GAPS.split(line))]


def _below(lines: Sequence[str], number: int, mark: str = "") -> list[list[str]]:
    rows = [_split(line[:_LONGEST_LINE], mark) for line in lines[number + 1 : number + 1 + _LINES_BELOW]]
    return [row for row in rows if len(row) > 1]


def _contacts(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    found = 0
    for position, head in enumerate(heads):
        if _is_contact(head):
            # A printed table's rows may have more or fewer cells than its heading: then check all cells.
            below = [row[position : position + 1] if len(row) == len(heads) else row[1:] for row in rows]
            values = [value for cells in below for value in cells if value.strip()]
            found += not values or not all(map(_is_of_nobody, values))
        elif _HINT.search(head):
            found += _all_reach([row[position] for row in rows if len(row) == len(heads)])
    return found


def _may_be_contact(heading: str) -> bool:
    return bool(_HINT.search(heading)) or _is_contact(heading)


def _is_contact(heading: str) -> bool:
    plain = _PEOPLE.sub("borgerens", heading.strip())
    return is_contact_heading(plain) or (plain[:1].isupper() and plain.strip(" :*").capitalize() in _ENGLISH)


def _is_of_nobody(value: str) -> bool:
    plain = _UNITS.sub(" ", value).strip()
    if re.fullmatch(PHONE_NUMBER, plain):
        return False
    return all(map(_NUMBER.fullmatch, plain.split())) or _is_place(plain)


def _is_place(text: str) -> bool:
    words = re.findall(r"\w+", text.casefold())
    return bool(words) and place_words().issuperset(words)
