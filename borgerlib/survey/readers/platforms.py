"""Platforms recognised by the headings of their own columns: Qualtrics, SurveyMonkey, REDCap and others."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from borgerlib.said import said
from borgerlib.survey.grid.cells import HeadedGrid
from borgerlib.survey.grid.tabular import columns_of, export_of, with_roles
from borgerlib.survey.grid.values import first_part, parse_dates
from borgerlib.survey.readers import kobo
from borgerlib.survey.responses import (
    PLATFORM,
    TEST_ANSWER,
    Column,
    Export,
    Problem,
    problem_frame,
    problems_of,
)


@dataclass(frozen=True)
class Platform:
    """The columns that a platform adds to the answers; headings are in lower case.

    Parameters
    ----------
    vendor : str
    telling : frozenset of str
        Headings of which a file of the platform has at least `fewest`.
    roles : mapping of str to str
        Heading → role.
    own : frozenset of str
        Headings of the platform's other own columns.
    fewest : int
    """

    vendor: str
    telling: frozenset[str]
    roles: Mapping[str, str]
    own: frozenset[str]
    fewest: int = 2


_QUALTRICS = Platform(
    "Qualtrics",
    frozenset({"startdate", "enddate", "recordeddate", "responseid", "finished", "distributionchannel",
               "status"}),
    {"startdate": "started", "enddate": "submitted", "responseid": "id"},
    frozenset({"status", "ipaddress", "progress", "duration (in seconds)", "finished", "recordeddate",
               "recipientlastname", "recipientfirstname", "recipientemail", "externalreference",
               "externaldatareference", "locationlatitude", "locationlongitude", "distributionchannel",
               "userlanguage"}),
)  # fmt: skip
_SURVEYMONKEY = Platform(
    "SurveyMonkey",
    frozenset({"respondent id", "collector id", "date created", "start date", "custom data 1"}),
    {"respondent id": "id", "start date": "started", "end date": "submitted", "date created": "started"},
    frozenset({"collector id", "date modified", "ip address", "email address", "first name", "last name",
               "custom data 1"}),
)  # fmt: skip
_TYPEFORM = Platform(
    "Typeform",
    frozenset({"#", "start date (utc)", "submit date (utc)", "network id", "response type",
               "stage date (utc)"}),
    {"#": "id", "start date (utc)": "started", "submit date (utc)": "submitted"},
    frozenset({"network id", "response type", "stage date (utc)", "tags", "ending"}),
)  # fmt: skip
_1KA = Platform("1KA", frozenset({"recnum", "lurker"}), {"recnum": "id"}, frozenset({"status", "lurker"}))
_ODK = Platform(
    "ODK Central",
    frozenset({"submissiondate", "meta-instanceid", "submitterid", "attachmentspresent", "formversion"}),
    {"meta-instanceid": "id", "submissiondate": "submitted", "start": "started"},
    frozenset({"key", "submitterid", "submittername", "attachmentspresent", "attachmentsexpected", "status",
               "reviewstate", "deviceid", "edits", "formversion", "end", "today"}),
    fewest=3,
)  # fmt: skip
_JOTFORM = Platform(
    "Jotform",
    frozenset({"submission date", "submission ip", "submission id", "last update date"}),
    {"submission id": "id", "submission date": "submitted"},
    frozenset({"submission ip", "last update date"}),
)
_DECIDIM = Platform(
    "Decidim",
    frozenset({"created at", "ip hash", "user status"}),
    {"id": "id", "created at": "submitted"},
    frozenset({"ip hash", "user status"}),
)
_EVENT = frozenset({"redcap_event_name", "event name", "redcap_repeat_instance", "repeat instance"})
_REDCAP = Platform(
    "REDCap",
    frozenset(),
    {"record_id": "id", "record id": "id"},
    _EVENT | {"redcap_survey_identifier", "survey identifier"},
)
_PLATFORMS = (_QUALTRICS, _SURVEYMONKEY, _TYPEFORM, _1KA, _ODK, _JOTFORM, _DECIDIM)
# 1KA's codes for not answered, skipped, not asked.
_CODES_OF_1KA = ((-99.0, -1.0),)
_FEWEST = 2
_TICK = re.compile(r"(?P<question>\w+?)___(?P<choice>\w+)\Z")
# Codes for missing data also have boxes, in addition to the options: 'x____99' for -99.
_NO_OPTION = re.compile(r"[_-]\d+")
_COMPLETE = r"complete\?( \(column \d+\))?|.+_complete"
_INCOMPLETE = frozenset({"incomplete", "0"})
_TICK_LABEL = re.compile(r"(?P<question>.+?) ?\(choice=(?P<choice>.+)\)\Z")


def _platform(table: HeadedGrid) -> Platform | None:
    own = {heading.casefold() for heading in table.headings}
    found = next((each for each in _PLATFORMS if len(own & each.telling) >= each.fewest), None)
    boxes = sum(bool(_TICK.match(name) or _TICK_LABEL.match(name)) for name in table.headings)
    return found or (_REDCAP if boxes >= _FEWEST else None)


def read(table: HeadedGrid) -> Export | None:
    """Read the columns, and mark the platform's own; return None if no platform is recognised."""
    platform = _platform(table)
    if platform is None:
        return None
    if platform is _REDCAP:
        return _read_redcap(table)
    if platform is _ODK:
        columns, notes = kobo.columns_of(table), kobo.places_left_out(table.headings)
    else:
        columns, notes = columns_of(table), []
    export = export_of(table, platform.vendor, with_roles(columns, _roles(table, platform)), notes=notes)
    if platform is _1KA:
        return replace(export, columns=tuple(replace(each, missing=_CODES_OF_1KA) for each in export.columns))
    return _american(export) if platform is _SURVEYMONKEY else export


def _american(export: Export) -> Export:
    """Write SurveyMonkey's own times as ISO 8601: the month is first, unless a time shows otherwise."""
    names = [column.name for column in export.columns if column.role in ("started", "submitted")]
    if not names:
        return export
    order = first_part(pd.concat([export.frame[name] for name in names]))
    times = {name: parse_dates(export.frame[name], first=order or "month") for name in names}
    iso = {
        name: each.dt.strftime("%Y-%m-%d %H:%M:%S").astype("string").fillna(export.frame[name])
        for name, each in times.items()
    }
    notes = () if order else (said("months_first"),)
    return replace(export, frame=export.frame.assign(**iso)).noting(*notes)


def _roles(table: HeadedGrid, platform: Platform) -> dict[str, str]:
    known = {**platform.roles, **dict.fromkeys(platform.own, PLATFORM)}
    return {name: known.get(name.casefold(), "") for name in table.headings}


def _read_redcap(table: HeadedGrid) -> Export:
    """Read REDCap's checkboxes, raw or labelled; any other column is a question, or REDCap's own."""
    columns = []
    missing: dict[str, list[str]] = {}
    for name in table.headings:
        found = _TICK_LABEL.match(name) or _TICK.match(name)
        if found and _NO_OPTION.fullmatch(found["choice"]):
            missing.setdefault(found["question"], []).append(name)
            columns.append(Column(name, name, role=PLATFORM))
        elif found:
            columns.append(Column(name, found["question"], found["choice"], found["question"]))
        elif re.fullmatch(_COMPLETE, name.casefold()):
            columns.append(Column(name, name, role=PLATFORM))
        else:
            columns.append(Column(name, name))
    notes = [said("boxes_of_missing", columns=[*itertools.chain(*missing.values())])] if missing else []
    event = _EVENT & {name.casefold() for name in table.headings}
    if event and table.frame.iloc[:, 0].duplicated().any():
        notes.append(said("several_events", column=min(event)))
    columns = with_roles(columns, _roles(table, _REDCAP))
    export = export_of(replace(table, frame=table.frame.copy()), _REDCAP.vendor, columns, notes=notes)
    ticked = export.frame.isin(["1", "Checked"])
    names = list(table.headings)
    for question in {column.question for column in columns} - {""}:
        boxes = [column.name for column in columns if column.question == question]
        unanswered = ticked[missing.get(question, [])].any(axis=1)
        # Each form ends with its status. Boxes are never blank: if a form is incomplete and has no ticks,
        # the respondent left before them.
        after = names[names.index(boxes[-1]) :]
        if form := [name for name in after if re.fullmatch(_COMPLETE, name.casefold())]:
            unanswered |= _holds(export.frame[form[0]], _INCOMPLETE) & ~ticked[boxes].any(axis=1)
        export.frame.loc[unanswered, boxes] = pd.NA
    return export


# Headings that Enalyzer and others use.
_STATUS = r"(svar|besvarelses|response|completion|survey)?[ _]?status"
_WHOLE = frozenset(
    ["gennemført", "afsluttet", "fuldført", "besvaret", "udfyldt", "færdig",
     "complete", "completed", "finished"]
)  # fmt: skip
_PARTLY = frozenset(
    [*(f"{how} {done}" for how in ("delvist", "delvis", "ikke", "partially", "not") for done in _WHOLE),
     "delvist", "delvis", "påbegyndt", "begyndt", "i gang", "nogen svar", "ufuldstændig", "ufuldført",
     "uafsluttet", "partial", "incomplete", "in progress", "started", "unfinished"]
)  # fmt: skip
# Heading of each platform's own column (in lower case) → its values for an unfinished answer.
_UNFINISHED: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "Qualtrics": ((r"finished", frozenset({"false", "falsk", "0"})),),
    "Typeform": ((r"response type", frozenset({"started", "partial"})),),
    "1KA": ((r"status", frozenset({"5"})),),
    # One of five codes, or a box for each: new, sent, some answers, finished, dropped out.
    "SurveyXact": ((r"statoverall_1", frozenset({"3"})), (r"statoverall_3", frozenset({"1"}))),
    "REDCap": ((_COMPLETE, _INCOMPLETE),),
    "table": ((_STATUS, _PARTLY),),
}
# Qualtrics' marks of test answers, as text and as code.
_TRIES = frozenset({"survey preview", "survey test", "1", "2"})


def judged(export: Export) -> Export:
    """Record test answers as problems, and note how many answers were not finished."""
    tried = pd.Series(False, index=export.frame.index)
    problems = export.problems
    own = [name for name in export.frame.columns if name.casefold() == "status"]
    if own and export.source.vendor == "Qualtrics":
        tried = _holds(export.frame[own[0]], _TRIES)
        found = problems_of(export.frame.loc[tried, own[0]], own[0], TEST_ANSWER)
        problems = problem_frame([*map(Problem._make, problems.to_numpy()), *found])
    export = replace(export, columns=tuple(_status(export, column) for column in export.columns))
    unfinished = _unfinished(export) & ~tried
    notes = []
    if tried.any():
        notes.append(said("test_answers", count=int(tried.sum())))
    if unfinished.any():
        notes.append(said("unfinished", count=int(unfinished.sum()), total=int((~tried).sum())))
    return replace(export, problems=problems).noting(*notes)


def _status(export: Export, column: Column) -> Column:
    """Return a column of completion status as the platform's own column: it is not a question."""
    if column.role or not re.fullmatch(_STATUS, column.name.casefold()):
        return column
    held = {text.casefold() for text in export.counts(column.name)}
    return replace(column, role=PLATFORM) if held and held <= _PARTLY | _WHOLE else column


def _unfinished(export: Export) -> pd.Series:
    none = pd.Series(False, index=export.frame.index)
    if export.source.vendor == "LimeSurvey":
        submitted = next((column.name for column in export.columns if column.role == "submitted"), None)
        return export.frame[submitted].isna() if submitted else none
    for heading, values in _UNFINISHED.get(export.source.vendor, ()):
        for name in export.frame.columns:
            if re.fullmatch(heading, name.casefold()):
                none |= _holds(export.frame[name], values)
    return none


def _holds(column: pd.Series, values: frozenset[str]) -> pd.Series:
    return column.str.casefold().isin(values).fillna(False).astype(bool)
