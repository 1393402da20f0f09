"""Limits of size, above which a file is no survey export, and is refused without being read."""

from __future__ import annotations

from pathlib import Path

from borgerlib.errors import DataError
from borgerlib.said import said

FILE_BYTES = 500_000_000
UNPACKED_BYTES = 1_500_000_000
"""Size of a workbook once unpacked: a few kilobytes can unpack to terabytes."""
LONGEST_CELL = 32_767
"""Characters of one answer, as in Excel; longer ones are cut and recorded."""
_COLUMNS = 5_000


def check_file(path: Path, *, file_bytes: int = FILE_BYTES) -> None:
    """Raise `DataError` when a file is missing, empty or too large to be an export."""
    if not path.is_file():
        raise DataError(said("no_path", path=path))
    size = path.stat().st_size
    if size == 0:
        raise DataError(said("empty_file", file=path.name))
    if size > file_bytes:
        raise DataError(said("file_too_large", file=path.name, size=f"{size:,}", most=f"{file_bytes:,}"))


def check_columns(count: int, name: str) -> None:
    """Raise `DataError` when a table is wider than any survey."""
    if count > _COLUMNS:
        raise DataError(said("columns_too_many", file=name, count=count, most=_COLUMNS))
