"""What is told of a share that is told in whole percent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from borgerlib.statistics.disclosure.columns import SHARES, retold


def test_intervals_do_not_tell_where_in_its_percentage_point_a_share_lay() -> None:
    # 17.4 and 16.6 per cent, both 4.4 below and 5.2 above. Told as 17: 12.6 → 12 and 22.2 → 23.
    # Ends rounded each by itself would be 13 and 23, and 12 and 22: 17.4 lies nearer to 18 than 16.6 does.
    frame = pd.DataFrame([[0.174, 0.130, 0.226], [0.166, 0.122, 0.218], [0.5, 0.41, 0.59]], columns=SHARES)
    told = retold(frame, np.array([True, True, False]), np.array([0.17, 0.17, np.nan]))
    assert told[SHARES].round(9).to_numpy().tolist() == [
        [0.17, 0.12, 0.23],
        [0.17, 0.12, 0.23],
        [0.5, 0.41, 0.59],
    ]


def test_intervals_stay_between_nothing_and_everybody() -> None:
    frame = pd.DataFrame([[0.004, 0.0, 0.02], [0.996, 0.98, 1.0]], columns=SHARES)
    told = retold(frame, np.array([True, True]), np.array([0.0, 1.0]))
    # 0 − 0.4 and 0 + 1.6 per cent; 100 − 1.6 and 100 + 0.4.
    assert told[SHARES].round(9).to_numpy().tolist() == [[0.0, 0.0, 0.02], [1.0, 0.98, 1.0]]
