"""The register's key: 64 hexadecimal digits in a file or the environment, never beside the data."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from borgerlib.contact.codes import keyed_code
from borgerlib.errors import DataError, ParameterError

VARIABLE = "BORGER_REGISTER_KEY"
_KEY = re.compile(r"[0-9a-f]{64}")
_HINT = (
    f"Give --key-file (key_file=… in a notebook), or put the key into the environment variable {VARIABLE}."
)


def new_key_file(path: Path, register: Path) -> str:
    """Write a new key to a file that only its owner can read, and return it.

    Raises
    ------
    DataError
        The file exists, or it cannot be written.
    ParameterError
        The file would be in the register's folder.
    """
    _refuse_beside(path, register)
    key = secrets.token_hex(32)
    try:
        path.touch(0o600, exist_ok=False)
        path.write_text(f"{key}\n", encoding="ascii")
    except FileExistsError as error:
        raise DataError(
            f"{path} is there already.",
            hint="A key is never overwritten. Leave out --new-key to use it, or name another file.",
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another place."
        ) from error
    return key


def read_key(path: Path | None, register: Path) -> str:
    """Return the key from a file or, without a file, from the environment.

    Raises
    ------
    DataError
        There is no key, it is not valid, or other users can read its file.
    ParameterError
        The file is in the register's folder.
    """
    if path is None:
        text = os.environ.get(VARIABLE, "")
        where = f"The environment variable {VARIABLE}"
        if not text:
            raise DataError("The register needs its key.", hint=_HINT)
    else:
        _refuse_beside(path, register)
        where = str(path)
        try:
            text = path.read_text(encoding="ascii")
            mode = path.stat().st_mode
        except FileNotFoundError as error:
            raise DataError(
                f"There is no key {path}.",
                hint="Name the file that the register's key is in. Only where there is no register yet: "
                "borger register import … --new-key makes both.",
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(
                f"The key cannot be read from {path}: {getattr(error, 'strerror', None) or 'it is no text'}.",
                hint=_HINT,
            ) from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise DataError(f"Others may read the key in {path}.", hint=f"Run: chmod 600 {path}")
    key = text.strip().casefold()
    if not _KEY.fullmatch(key):
        raise DataError(f"{where} holds no key: it is 64 hexadecimal digits.", hint=_HINT)
    return key


def pseudonym_of(key: str, survey: str, respondent: object) -> str:
    """Return the pseudonym that links a respondent to the register: a keyed hash (HMAC-SHA-256, 128 bits).

    Without the key, nobody can link answers to people.
    """
    return _keyed(key, f"{survey}\x1f{respondent}")[:32]


def erasure_mark(key: str, known_by: str) -> str:
    """Return the mark kept of an erased person's answers, address or number, to refuse them later."""
    return _keyed(key, f"erased\x1f{known_by}")


def withdrawal_code(key: str, person: int) -> str:
    """Return the code by which a person withdraws, as 'K7QM-2XPD-9TRA': 60 bits, too long to guess."""
    return keyed_code(f"withdraw\x1f{person}", bytes.fromhex(key), letters=12)


def _keyed(key: str, text: str) -> str:
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()


def _refuse_beside(path: Path, register: Path) -> None:
    data = next(
        (folder for folder in register.resolve().parents if folder.name == "data"), register.parents[1]
    )
    if path.resolve().is_relative_to(data):
        raise ParameterError(
            f"The key {path} would stand beside the register {register}: whoever takes one has both.",
            hint="Keep the key elsewhere, on another medium if you can.",
        )
