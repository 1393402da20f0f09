import pandas as pd
import pytest

from borgerlib.interest.answers.arrival import EARLY, LATE, arrival_groups
from borgerlib.survey.codebook.load import load_codebook

CODEBOOK = load_codebook("borgerinteresse")
DAY = pd.Timestamp("2025-11-20")


def answered(hours):
    return pd.DataFrame({"afsluttet": [DAY + pd.Timedelta(hours=hour) for hour in hours]})


def test_the_first_third_and_the_last_are_told_apart_by_time_not_by_row():
    groups = arrival_groups(answered(reversed(range(300))), CODEBOOK)
    assert list(groups.value_counts()[[EARLY, LATE]]) == [100, 100]
    assert groups.iloc[0] == LATE
    assert groups.iloc[-1] == EARLY
    assert groups.iloc[100:200].isna().all()


def test_who_answered_at_the_same_time_is_of_one_group():
    # 200 at once stand at place 100.5 of 400: in the first third (133.3) together, none in the middle.
    groups = arrival_groups(answered([0] * 200 + list(range(1, 201))), CODEBOOK)
    assert (groups.iloc[:200] == EARLY).all()
    assert (groups == LATE).sum() == 134  # places 267 to 400


@pytest.mark.parametrize("hours", [range(297), [0] * 900], ids=["too few", "all at once"])
def test_times_that_tell_nothing_divide_nobody(hours):
    assert arrival_groups(answered(hours), CODEBOOK) is None


def test_without_times_nobody_is_early():
    assert arrival_groups(pd.DataFrame({"alder": [40] * 900}), CODEBOOK) is None
