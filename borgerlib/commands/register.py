"""The commands of the register of consents: parse, call, print."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib.commands import console
from borgerlib.errors import BorgerlibError, ParameterError

if TYPE_CHECKING:
    from borgerlib.contact.register.store import Register

app = typer.Typer(
    help="Those who agreed to be invited: encrypted, apart from the answers, every use logged.",
    no_args_is_help=True,
    add_completion=False,
)
Contact = Annotated[
    str, Argument(help="The person's e-mail address, telephone number or code in the letter.")
]
_Backup = Annotated[Path, Argument(help="File of the backup.")]
_FEW = 10
"""Most rows that are named one by one."""


def _opened(municipality: str, key_file: Path | None) -> AbstractContextManager[Register]:
    from borgerlib.contact.register.store import opened

    return opened(municipality, key_file)


@app.command("import")
def import_(
    municipality: console.Municipality,
    version: Annotated[str, Option(help="Version of the consent. Default: that of 'borger form'.")] = "",
    key_file: console.KeyFile = None,
    new_key: Annotated[bool, Option("--new-key", help="First create key file and register.")] = False,
    by_answers: Annotated[
        bool, Option("--by-answers", help="The consent text of --version lets answers decide who is invited.")
    ] = False,
    until: Annotated[
        datetime | None,
        Option(formats=console.DAYS, help="When consents end. Default: with the election period."),
    ] = None,
    keep: Annotated[bool, Option("--keep", help="Keep the unencrypted contact file of 'prepare'.")] = False,
    table: Annotated[Path | None, Option(help="Instead of the survey: a table (CSV, XLSX).")] = None,
    words: Annotated[str, Option(help="What its people said yes to. Default: the column's heading.")] = "",
    column: Annotated[
        list[str] | None,
        Option(help="Column of the table: mail=E-post (name, mail, phone, consent). Repeatable."),
    ] = None,
    said: Annotated[
        datetime | None,
        Option(formats=console.DAYS, help="When the people in the table said yes. Default: today."),
    ] = None,
) -> None:
    """Enter those who consented, from the prepared survey or from a table."""
    from borgerlib.contact.register.intake.survey import import_survey
    from borgerlib.contact.register.intake.table import import_table, read_people_table
    from borgerlib.contact.register.key import new_key_file, read_key
    from borgerlib.contact.register.store import Register, register_path

    path = register_path(municipality)
    last = until.date() if until else None
    given = dict(part.partition("=")[::2] for part in column or [])
    if table and not version:
        raise ParameterError("--table needs --version.", hint="Name the version of the words in the table.")
    # Read the table first: its problems must be reported before a key or a register is made.
    read = read_people_table(table, columns=given) if table else None
    if new_key:
        if key_file is None:
            raise ParameterError(
                "--new-key needs --key-file.", hint="Name a file that is not beside the data."
            )
        new_key_file(key_file, path)
    first = not path.exists()
    try:
        with Register(path, read_key(key_file, path), create=True) as register:
            if read is None:
                done = import_survey(
                    register, municipality, version=version, by_answers=by_answers, until=last, keep=keep
                )
            else:
                day = said.date() if said else None
                done = import_table(
                    register, read, version=version, words=words, by_answers=by_answers, day=day, until=last
                )
    except BorgerlibError:
        # Nobody is entered with the new key yet: delete it, so that the same command can be tried again.
        if new_key and key_file is not None:
            key_file.unlink(missing_ok=True)
            if first:
                path.unlink(missing_ok=True)
        raise
    for detail, columns in read.columns.items() if read else ():
        console.out.print(f"[dim]{detail:<8}[/dim] {escape(' + '.join(columns))}")
    for problem in read.problems if read else ():
        console.out.print(f"[bold yellow]look[/bold yellow]     {escape(problem)}")
    console.out.print(f"{done.new:,} people entered, {done.known:,} known already.")
    for reason, of_reason in done.refused.groupby("reason", sort=False):
        rows = f" (row {', '.join(map(str, of_reason.index))})" if len(of_reason) <= _FEW else ""
        console.out.print(f"{len(of_reason):,} not entered{rows}: {escape(str(reason))}")
    if done.withdrawn:
        console.out.print(f"{done.withdrawn:,} known people say no: their consent is withdrawn.")
    console.wrote(path)


@app.command()
def show(
    municipality: console.Municipality,
    contact: Contact,
    key_file: console.KeyFile = None,
    to: Annotated[Literal["text", "json", "pdf"], Option(help="Output format.")] = "text",
    out: Annotated[Path, Option(help="PDF to write.")] = Path("indsigt.pdf"),
) -> None:
    """Show everything that is held on a person."""
    from borgerlib.contact.register.people import find, held
    from borgerlib.contact.register.shown import as_text, write_pdf

    with _opened(municipality, key_file) as register:
        found = held(register, find(register, contact))
    if to == "json":
        console.as_json(found)
    elif to == "text":
        console.data(as_text(found))
    else:
        write_pdf(found, out)
        console.wrote(out)


@app.command()
def correct(
    municipality: console.Municipality,
    contact: Contact,
    key_file: console.KeyFile = None,
    name: Annotated[str | None, Option(help="The right name.")] = None,
    mail: Annotated[str | None, Option(help="The right e-mail address.")] = None,
    phone: Annotated[str | None, Option(help="The right telephone number.")] = None,
) -> None:
    """Change a person's name, e-mail address or telephone number."""
    from borgerlib.contact.register.people import correct as change
    from borgerlib.contact.register.people import find

    given = {k: v for k, v in {"name": name, "mail": mail, "phone": phone}.items() if v is not None}
    if not given:
        raise ParameterError("Nothing is to be corrected.", hint="Say what: --name, --mail or --phone.")
    with _opened(municipality, key_file) as register:
        change(register, find(register, contact), **given)
    console.out.print("Corrected.")


@app.command()
def withdraw(municipality: console.Municipality, contact: Contact, key_file: console.KeyFile = None) -> None:
    """Record that a person withdraws consent and is on no list from now on."""
    from borgerlib.contact.register.consents import withdraw as enter
    from borgerlib.contact.register.people import find

    with _opened(municipality, key_file) as register:
        enter(register, find(register, contact), day=date.today())
    console.out.print("Withdrawn.")


@app.command()
def erase(municipality: console.Municipality, contact: Contact, key_file: console.KeyFile = None) -> None:
    """Erase a person from the register."""
    from borgerlib.contact.register.people import erase as remove
    from borgerlib.contact.register.people import find

    with _opened(municipality, key_file) as register:
        remove(register, find(register, contact), day=date.today())
    console.out.print("Erased. Backups hold her until they are replaced.")


@app.command()
def expire(municipality: console.Municipality, key_file: console.KeyFile = None) -> None:
    """Erase everybody whose consents have ended."""
    from borgerlib.contact.register.consents import expire as end

    with _opened(municipality, key_file) as register:
        count = end(register, day=date.today())
    console.out.print(f"{count:,} people erased, whose consents had ended.")


@app.command()
def export(
    municipality: console.Municipality,
    purpose: Annotated[str, Option(help="What the list is for, in words.")],
    out: Annotated[Path, Option(help="File to write: .csv or .xlsx.")],
    key_file: console.KeyFile = None,
    by: Annotated[Literal["all", "letter", "mail", "sms"], Option(help="How people are reached.")] = "all",
    contact: Annotated[str, Option(help="Where to withdraw: an address or a link with {kode}.")] = "kommunen",
) -> None:
    """Write a list of all who may be invited today, with how each can withdraw, and log it."""
    from borgerlib.contact.invitation.mailing import CHANNELS, ListRequest, mailing
    from borgerlib.contact.register.consents import INVITATION
    from borgerlib.contact.register.lists.file import require_place, write_list
    from borgerlib.contact.register.lists.make import make_list

    require_place(out)
    with _opened(municipality, key_file) as register:
        reach = CHANNELS[by].reach
        people = make_list(register, consent=INVITATION, purpose=purpose, day=date.today(), reach=reach)
        wanted = ListRequest(purpose, register.actor, contact, by)
    write_list(mailing(people, wanted, date.today()), out)
    console.out.print(f"{len(people):,} people.")
    console.wrote(out)


@app.command()
def attendance(
    municipality: console.Municipality,
    people: Annotated[
        Path, Argument(help="Text file of who came: code, e-mail address or telephone, one a line.")
    ],
    key_file: console.KeyFile = None,
    number: Annotated[int | None, Option("--list", help="Number of the list. Default: the latest.")] = None,
) -> None:
    """Record who of those on a list came: 'borger recruit plan --register' learns from it."""
    from borgerlib.contact.draw.people import read_idents
    from borgerlib.contact.register.lists.attendance import enter_attendance

    contacts = read_idents(people)
    with _opened(municipality, key_file) as register:
        attendance = enter_attendance(register, contacts, number=number)
    console.out.print(
        f"{attendance.came:,} came of {attendance.invited:,} on list {attendance.number} "
        f"of {attendance.day}: {escape(attendance.purpose)}"
    )


@app.command()
def verify(
    municipality: console.Municipality,
    key_file: console.KeyFile = None,
    known: Annotated[str, Option(help="A hash that 'verify' printed before: it must still be there.")] = "",
) -> None:
    """Check every page of the register and every line of its log."""
    with _opened(municipality, key_file) as register:
        lines, last = register.check(known=known)
    console.out.print(f"[green]Holds[/green]: {lines:,} lines. Note the last hash elsewhere: {last}")


@app.command()
def backup(municipality: console.Municipality, target: _Backup, key_file: console.KeyFile = None) -> None:
    """Write a copy of the register as it is, encrypted with the same key."""
    with _opened(municipality, key_file) as register:
        register.back_up(target)
    console.wrote(target)


@app.command()
def restore(municipality: console.Municipality, source: _Backup, key_file: console.KeyFile = None) -> None:
    """Restore the register from a backup; move the present one away first."""
    from borgerlib.contact.register.key import read_key
    from borgerlib.contact.register.store import register_path
    from borgerlib.contact.register.store import restore as put

    path = register_path(municipality)
    last = put(source, path, read_key(key_file, path))
    console.wrote(path)
    console.out.print(
        f"Its last entry is of {last}: enter again who has withdrawn, was corrected or was erased since, "
        "before the next list."
    )
