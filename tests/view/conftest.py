"""The leaders' survey as its pages are tested on it: that of 2021, and a later wave."""

import pytest

from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey


@pytest.fixture(scope="session")
def survey() -> LeadersSurvey:
    return open_leaders_survey()


@pytest.fixture(scope="session")
def wave(wave_file: str) -> LeadersSurvey:
    return open_leaders_survey(wave_file)
