"""Limits of size, above which a file is refused without being read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from borgerlib.errors import DataError
from borgerlib.said import said


@dataclass(frozen=True)
class Limits:
    """Sizes above which a file is not a survey export.

    Parameters
    ----------
    file_bytes : int
        Size of a file.
    unpacked_bytes : int
        Size of a workbook once unpacked: a few kilobytes can unpack to terabytes.
    columns : int
        Columns of a table.
    cell_characters : int
        Characters of one answer; longer ones are cut and recorded. Excel itself stops at 32,767.
    """

    file_bytes: int = 500_000_000
    unpacked_bytes: int = 1_500_000_000
    columns: int = 5_000
    cell_characters: int = 32_767


def check_file(path: Path, limits: Limits) -> None:
    """Raise `DataError` when a file is missing, empty or too large to be an export."""
    if not path.is_file():
        raise DataError(said("no_path", path=path))
    size = path.stat().st_size
    if size == 0:
        raise DataError(said("empty_file", file=path.name))
    if size > limits.file_bytes:
        raise DataError(
            said("file_too_large", file=path.name, size=f"{size:,}", most=f"{limits.file_bytes:,}")
        )


def check_columns(count: int, name: str, limits: Limits) -> None:
    """Raise `DataError` when a table is wider than any survey."""
    if count > limits.columns:
        raise DataError(said("columns_too_many", file=name, count=count, most=limits.columns))
