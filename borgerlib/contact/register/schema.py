"""The register's tables."""

from __future__ import annotations

VERSION = 4
SCHEMA = f"""
CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    mail TEXT UNIQUE,
    phone TEXT,
    CHECK (mail IS NOT NULL OR phone IS NOT NULL)
) STRICT;
CREATE INDEX person_phone ON person (phone);
-- What answers and register share; a person may have answered more than once.
CREATE TABLE link (
    pseudonym TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE
) STRICT;
CREATE INDEX link_person ON link (person);
-- Answers of people who were erased, with the day: a later yes is a new one.
CREATE TABLE erased (mark TEXT PRIMARY KEY, day TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE wording (
    id INTEGER PRIMARY KEY,
    purpose TEXT NOT NULL,
    version TEXT NOT NULL,
    text TEXT NOT NULL,
    by_answers INTEGER NOT NULL CHECK (by_answers IN (0, 1)),
    UNIQUE (purpose, version)
) STRICT;
-- A history: a row is written once. The latest day of a person and purpose counts, and on one day the no.
CREATE TABLE consent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    given INTEGER NOT NULL CHECK (given IN (0, 1)),
    wording INTEGER REFERENCES wording,
    day TEXT NOT NULL,
    until TEXT,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX consent_person ON consent (person, purpose, day, given);
CREATE TRIGGER consent_kept BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'history is kept'); END;
CREATE TABLE list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    day TEXT NOT NULL,
    purpose TEXT NOT NULL,
    -- How those on it are reached: whoever cannot be is missing for a reason that tells no answer.
    reach TEXT NOT NULL DEFAULT '' CHECK (reach IN ('', 'mail', 'phone')),
    -- What a list is compared by: the last consent that it knew (NULL in an old register: all of its day),
    -- and whether answers or a lot decided.
    seen INTEGER,
    by_answers INTEGER NOT NULL DEFAULT 0,
    by_lot INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Who came, once it is entered: the rates of earlier rounds.
CREATE TABLE list_member (
    list INTEGER NOT NULL REFERENCES list,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    came INTEGER CHECK (came IN (0, 1)),
    PRIMARY KEY (list, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_member_person ON list_member (person);
CREATE TABLE log (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER log_kept BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
PRAGMA user_version = {VERSION};
"""
