"""Read the export of any survey platform, and put it into the codebook's terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from borgerlib import garbage
from borgerlib.errors import DataError, ParameterError
from borgerlib.personal import refuse_cpr_columns
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import said
from borgerlib.survey.codebook.matching import is_no_answer
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.form.names import MARK
from borgerlib.survey.form.recognised import recognised
from borgerlib.survey.grid.values import holds_times
from borgerlib.survey.mapping.choices import YES_AND_NO, says_yes_and_no
from borgerlib.survey.mapping.coding import code_export
from borgerlib.survey.mapping.file import Mapping
from borgerlib.survey.mapping.suggestion import guessed_mapping, where
from borgerlib.survey.readers.detection import read_file, read_folder
from borgerlib.survey.readers.platforms import judged
from borgerlib.survey.responses import PLATFORM, Column, Export, Responses

_SAMPLE, _SAMPLE_LEAST, _TELLING, _NEARLY_ALL, _NAMED = 1000, 10, 6, 0.99, 4
_MUNICIPALITY = re.compile(r"kommune|municipality", re.IGNORECASE)
_MOST_NAMES = 200
# A cell of someone who tried the form, and in how many rows at most one has such a cell.
_TRY = re.compile(r"test(er|svar|besvarelse|person|bruger)?[ .!\d]{0,4}", re.IGNORECASE)
_TRIES_ONE_IN = 10
# Headings of tables with one row per answer: which question, and what was answered.
_MORE = "[ _-]?(tekst|text|navn|name|id|nr|no|nummer|number)?\\.?"
_ASKED = re.compile(rf"(spørgsmål|question|fråga|frage|variab(e?l|le)|item){_MORE}", re.IGNORECASE)
_GIVEN = re.compile(rf"(svar|besvarelse|answer|response|antwort|value|værdi){_MORE}", re.IGNORECASE)
_MOST_COLUMNS = 12
# Headings in Decidim, REDCap, SurveyXact and plain tables.
_TIMES = {
    "started": re.compile(
        r"start(ed|et)?([ -]?(date|time|at|tidspunkt|dato|tid))?|created"
        r"|(besvarelsen |svaret )?(på)?begyndt",
        re.IGNORECASE,
    ),
    "submitted": re.compile(
        r"(.+ )?(time|date) ?stamp|tidsstempel|tids?punkt(et)?|dato|datum|date|zeit|tid|time"
        r"|(submitted|completed|answered) (at|on)"
        r"|(closed|submitted|completed|recorded)( ?(date|time))?|date submitted"
        r"|(submission|submit|completion|end|response|interview) ?(date|time)"
        r"|(besvarelsen |svaret |dato )?(indsendt|besvaret|afsluttet|fuldført|gennemført)( den)?"
        r"|(slut|afslutnings|svar|besvarelses|indsendelses|fuldførelses|udfyldelses|indtastnings|interview)"
        r"(tidspunkt|dato|tid)",
        re.IGNORECASE,
    ),
}
_CREATED = re.compile(r"created (at|on)|(besvarelsen |svaret )?oprettet( den)?", re.IGNORECASE)


def read_export(path: str | Path, *, sheet: str = "", heading_rows: int | None = None) -> Export:
    r"""Read the export of any supported platform, told from its content.

    Parameters
    ----------
    path : str or Path
        A file, or a folder with SurveyXact's three files.
    sheet : str
        The worksheet; by default the one with most cells of those that are shown.
    heading_rows : int, optional
        How many rows head the columns (0 to 3); by default judged by the answers below them.

    Returns
    -------
    Export
        The answers as text or numbers, one row a respondent, and what the columns are called.

    Raises
    ------
    DataError
        The file is missing, empty, damaged, too large, of an unknown kind, without headings or respondents,
        ragged, has a row for each answer, or holds a column of CPR numbers.

    See Also
    --------
    read_responses : By the codebook.
    suggest_mapping : Which column is which.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> _ = Path("svar.csv").write_text("Alder;Køn\n34;Kvinde\n", encoding="utf-8")
    >>> borgerlib.read_export("svar.csv").frame.columns.tolist()
    ['Alder', 'Køn']
    """
    path = Path(path)
    try:
        if not path.exists():
            raise DataError(said("no_path", path=path))
        reader = read_folder if path.is_dir() else read_file
        with garbage.not_looked_for():
            export = reader(path, sheet=sheet, heading_rows=heading_rows)
    except OSError as error:
        raise DataError(said("unreadable_file", path=path, why=error.strerror or error)) from error
    _refuse_an_answer_a_row(export)
    labels = {column.name: column.label for column in export.columns}
    refuse_cpr_columns(export.frame, source=", ".join(export.source.files), labels=labels, fewest=2)
    return _noting_municipalities(
        _noting_tries(_noting_repeats(judged(_with_ones_and_twos(_with_times(export)))))
    )


def _refuse_an_answer_a_row(export: Export) -> None:
    """Raise `DataError` for a 'long' table: one column with questions, and another with answers."""
    if len(export.columns) > _MOST_COLUMNS:
        return
    names = [name for name in export.frame.columns if not export.frame[name].is_unique]
    asked, given = (next(filter(each.fullmatch, names), None) for each in (_ASKED, _GIVEN))
    if asked and given and 2 * len(export.counts(asked)) <= len(export.frame):
        file = ", ".join(export.source.files)
        raise DataError(said("answer_a_row", file=file, question=asked, answer=given))


def _with_times(export: Export) -> Export:
    """Find the columns of start and end times, if the platform's reader has found none."""
    columns = list(export.columns)
    # An answer was created when it was begun, where another column tells its end; else when it was sent.
    for role, pattern in (*_TIMES.items(), ("submitted", _CREATED), ("started", _CREATED)):
        if any(column.role == role for column in columns):
            continue
        for at, column in enumerate(columns):
            headings = (text.replace("_", " ").strip() for text in (column.name, column.label))
            unused = column.role in ("", PLATFORM) and any(map(pattern.fullmatch, headings))
            if unused and holds_times(_answers(export, column.name)):
                columns[at] = replace(column, role=role)
                break
    return replace(export, columns=tuple(columns))


def _answers(export: Export, name: str) -> pd.Series:
    """Return the values of a column without marks for no answer ('[not completed]')."""
    column = export.frame[name]
    return column[~column.isin([text for text in export.counts(name) if is_no_answer(text)])]


def _with_ones_and_twos(export: Export) -> Export:
    """Add labels for 1 and 2 in the boxes of a question, if the file has none."""
    groups: dict[str, list[Column]] = {}
    for column in export.columns:
        if column.question and not column.role and not column.labels:
            groups.setdefault(column.question, []).append(column)
    coded = [
        column.name
        for members in groups.values()
        if len(members) > 1 and says_yes_and_no(export.frame[[column.name for column in members]])
        for column in members
    ]
    if not coded:
        return export
    columns = tuple(replace(one, labels=YES_AND_NO) if one.name in coded else one for one in export.columns)
    return replace(export, columns=columns).noting(said("ones_and_twos", columns=coded[:_NAMED]))


def _noting_municipalities(export: Export) -> Export:
    """Note a column with several municipalities: all answers would be counted as those of one."""
    for column in export.columns:
        counts = export.counts(column.name) if _MUNICIPALITY.search(f"{column.name} {column.label}") else {}
        if not 1 < len(counts) <= _MOST_NAMES:
            continue
        found: Counter[str] = Counter()
        with suppress(ParameterError):
            for text, times in counts.items():
                found[find_municipality(text).name] += times
        if len(found) > 1 and found.total() == sum(counts.values()):
            named = [said("times", text=name, count=times) for name, times in found.most_common(_NAMED)]
            export = export.noting(said("several_municipalities", column=column.name, places=named))
    return export


def _noting_repeats(export: Export) -> Export:
    """Note duplicate rows, if one column or a few identify nearly all rows."""
    first = export.frame.head(_SAMPLE).drop_duplicates()
    different = first.nunique().sort_values(ascending=False, kind="stable")
    telling = list(different.index[:_TELLING])
    if len(first) < _SAMPLE_LEAST or len(first.drop_duplicates(telling)) < _NEARLY_ALL * len(first):
        return export
    alike = export.frame
    for name in telling:
        alike = alike[alike[name].duplicated(keep=False)]
    alike = alike[alike.duplicated(telling, keep=False)]
    again = alike.index[alike.duplicated()]
    if again.empty:
        return export
    return export.noting(said("rows_repeated", count=len(again), row=int(again[0])))


def _noting_tries(export: Export) -> Export:
    """Note rows with a cell that says they are a test; where many say so, it is an answer like others."""
    marked = pd.Series(False, index=export.frame.index)
    for name in export.frame.columns:
        if texts := [text for text in export.counts(name) if _TRY.fullmatch(str(text))]:
            marked |= export.frame[name].isin(texts)
    count = int(marked.sum())
    if not 0 < count * _TRIES_ONE_IN <= len(marked):
        return export
    return export.noting(said("tries_written", count=count, row=int(marked.index[marked][0])))


def read_responses(
    path: str | Path,
    codebook: Codebook,
    *,
    mapping: Mapping | None = None,
    areas: Sequence[str] = (),
    sheet: str = "",
    heading_rows: int | None = None,
    municipality: str = "",
) -> Responses:
    """Read an export and put it into the codebook's terms.

    Parameters
    ----------
    path : str or Path
        A file, or a folder with SurveyXact's three files.
    codebook : Codebook
    mapping : Mapping, optional
        Which column feeds which item. Without one the columns are those of a form made from the codebook, or
        are recognised by their texts, which is accepted only where nothing is in doubt.
    areas : sequence of str
        The areas that a form made from the codebook offered.
    sheet, heading_rows :
        As `read_export`; by default as the mapping says.
    municipality : str
        Whose answers they are, for the commands that a message tells.

    Returns
    -------
    Responses
        One row a respondent of the export, none left out.

    Raises
    ------
    DataError
        As `read_export`; or the columns cannot be recognised beyond doubt; or the mapping does not fit.

    See Also
    --------
    clean : What comes next.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.read_responses("nowhere.csv", borgerlib.load_codebook("borgerinteresse"))
    ... except borgerlib.DataError as error:
    ...     print(error.message)
    There is no file or folder nowhere.csv.
    """
    if mapping is not None:
        sheet = sheet or mapping.sheet
        heading_rows = mapping.heading_rows if heading_rows is None else heading_rows
    export = read_export(path, sheet=sheet, heading_rows=heading_rows)
    if found := recognised(export, codebook, areas=areas):
        export, mapping = found[0], mapping or found[1]
    if mapping is None:
        suggestion = guessed_mapping(export, codebook)
        suggestion.require_sure(codebook, export=(str(path), *where(sheet, heading_rows, municipality)))
        mapping = suggestion.mapping
        export = export.noting(*suggestion.notes)
    return replace(code_export(export, codebook, mapping), words=export.frame.get(MARK))
