"""One prepared municipality for all tests of the dashboard."""

import pytest
from simulated_citizens import prepared_citizens

from borgerlib.dashboard.page.answers import open_answers


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dashboard")
    with prepared_citizens(folder, "Odense", n=2000):
        yield folder


@pytest.fixture(scope="session")
def answers(workspace):
    return open_answers("Odense")
