"""The reconstructed respondents, and as a file that says what it is.

The Parquet file's own metadata holds ``reconstructed: true`` and the seed.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing
from borgerlib.lokaldemokrati.published.reconstruction import reconstruct_respondents
from borgerlib.survey.codebook.model import LEADERS


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
    load_respondents : Gives them without a file.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> borgerlib.write_respondents(Path("direktoerer.parquet")).name
    'direktoerer.parquet'
    """
    target = path or places.processed_data(LEADERS, "respondents.parquet")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(reconstruct_respondents(seed=seed), target, {"reconstructed": "true", "seed": str(seed)})
    except OSError as error:
        raise DataError(
            f"The respondents cannot be written to {target}: {error.strerror}.",
            hint="Name another folder in the environment variable BORGER_WORKSPACE.",
        ) from error
    return target


def load_respondents(*, seed: int = 2021) -> pd.DataFrame:
    """Return the reconstructed respondents of the leaders' survey of 2021, beside `load` of the citizens'.

    Parameters
    ----------
    seed : int
        As `reconstruct_respondents`.

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
    return reconstruct_respondents(seed=seed)


def _write(respondents: pd.DataFrame, target: Path, metadata: dict[str, str]) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pandas(respondents)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata})
    with replacing(target) as beside:
        pyarrow.parquet.write_table(table, beside)
