"""One prepared municipality for all tests of the dashboard."""

import pytest
from simulated_citizens import shared_citizens

from borgerlib.dashboard.page.answers import open_answers


# For a module, not for a session: the tests of other rooms that follow are to find the environment as it was.
@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=2000) as folder:
        yield folder


@pytest.fixture(scope="module")
def answers(workspace):
    return open_answers("Odense")
