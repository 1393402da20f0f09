"""The reconstructed respondents as a file that says what it is.

The Parquet file's own metadata holds ``reconstructed: true``, the seed and the hashes of the raw data and of
the code it was made with; a file that disagrees with any of them is made anew.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing
from borgerlib.lokaldemokrati.published.reconstruction import reconstruct_respondents
from borgerlib.survey.codebook.model import LEADERS

_RAW = ("codebook.toml", "published.csv")
_CODE = (
    "feasible.py",
    "identification.py",
    "numbers.py",
    "questions.py",
    "counts.py",
    "reconstruction.py",
)


def write_respondents(path: Path | None = None, *, seed: int = 2021) -> Path:
    """Write the reconstructed respondents, beside first and then renamed, so that no half file is left.

    Parameters
    ----------
    path : Path, optional
        By default ``data/processed/lokaldemokrati-2021/respondents.parquet`` of the workspace.
    seed : int
        As `reconstruct_respondents`.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        The folder cannot be written to.

    See Also
    --------
    load_respondents : Reads them.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> borgerlib.write_respondents(Path("direktoerer.parquet")).name
    'direktoerer.parquet'
    """
    target = path or _default_path()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(reconstruct_respondents(seed=seed), target, _metadata(seed))
    except OSError as error:
        raise DataError(
            f"The respondents cannot be written to {target}: {error.strerror}.",
            hint="Name another folder in the environment variable BORGER_WORKSPACE.",
        ) from error
    return target


def load_respondents(path: Path | None = None, *, seed: int = 2021) -> pd.DataFrame:
    """Return the reconstructed respondents, from the file when it is current, else made anew and written.

    Where the folder cannot be written to they are made in memory.

    Parameters
    ----------
    path, seed
        As `write_respondents`.

    Returns
    -------
    DataFrame
        As `reconstruct_respondents`.

    See Also
    --------
    load : The citizens' answers.
    reconstruct_respondents : Makes them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.load_respondents().shape[0]
    79
    """
    source = path or _default_path()
    if _is_current(source, seed):
        return pd.read_parquet(source)
    try:
        write_respondents(source, seed=seed)
    except DataError:
        return reconstruct_respondents(seed=seed)
    return pd.read_parquet(source)


def _default_path() -> Path:
    return places.processed_data(LEADERS, "respondents.parquet")


def _metadata(seed: int) -> dict[str, str]:
    """Return what the file says of itself: how it was made, and from what."""
    raw = hashlib.sha256(b"".join(places.raw_data(LEADERS, name).read_bytes() for name in _RAW))
    here = Path(__file__).parent
    code = hashlib.sha256(b"".join((here / name).read_bytes() for name in _CODE))
    return {
        "reconstructed": "true",
        "seed": str(seed),
        "raw_data_sha256": raw.hexdigest(),
        "code_sha256": code.hexdigest(),
    }


def _is_current(source: Path, seed: int) -> bool:
    import pyarrow
    import pyarrow.parquet

    try:
        found = pyarrow.parquet.read_schema(source).metadata or {}
    except (OSError, pyarrow.ArrowInvalid):
        return False
    return all(found.get(key.encode()) == value.encode() for key, value in _metadata(seed).items())


def _write(respondents: pd.DataFrame, target: Path, metadata: dict[str, str]) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pandas(respondents)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    with replacing(target) as beside:
        pyarrow.parquet.write_table(table, beside)
