"""Registers before schema version 3 told answers apart by their row in one export: what they know of it."""

from __future__ import annotations

from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError

_LOGGED = "SELECT detail ->> 'survey', substr(at, 1, 10), detail ->> 'formerly' FROM log"


def former_export(register: Register, export: str, *, lost: bool = False) -> str:
    """Return an export's former name where an older register knows it, and '' otherwise.

    Parameters
    ----------
    register : Register
    export : str
        The former name: what it is of, and the beginning of the file's hash.
    lost : bool
        The other exports of the same are lost: whoever was erased from one of them can be entered again.

    Raises
    ------
    DataError
        Somebody was erased, and an export of the same is to be imported once more before this one.
    """
    logged = register.rows(_LOGGED)
    of = export.rpartition(" ")[0]
    old = {name: day for name, day, _ in logged if name and name.rpartition(" ")[0] == of}
    waiting = sorted(old.keys() - {taken for _, _, taken in logged})
    if export in waiting:
        return export
    if waiting and lost:
        for name in waiting:
            with register.changing("lost export") as detail:
                detail["formerly"] = name
    elif waiting and register.rows("SELECT 1 FROM erased"):
        files = "; ".join(f"{old[name]} (SHA-256 {name.rpartition(' ')[2]}…)" for name in waiting)
        raise DataError(
            "The register is from an older borgerlib: it knows people who were erased only by the very "
            f"file that they were entered from, of {files}. They would be entered again from this one.",
            hint="Import that file once more, and then this one. Where it is lost: --lost enters from this "
            "one; erase those who had asked for it again.",
        )
    return ""
