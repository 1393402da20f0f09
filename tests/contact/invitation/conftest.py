"""Simulated citizens whose consents are in a register, and the page that invites them."""

import pytest
from registers import DAY
from simulated_citizens import shared_citizens

from borgerlib.contact.invitation.candidates import open_candidates
from borgerlib.contact.register.intake.survey import import_survey
from borgerlib.contact.register.key import new_key_file
from borgerlib.contact.register.store import Register, opened, register_path


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=2000):
        path = tmp_path_factory.mktemp("key") / "noegle"
        key = new_key_file(path, register_path("Odense"))
        with Register(register_path("Odense"), key, create=True) as register:
            import_survey(register, "Odense", version="2026-1", by_answers=True)
        yield path


@pytest.fixture
def key_file(imported):
    """Return the register's key; what a test writes to the register is taken back."""
    kept = register_path("Odense").read_bytes()
    yield imported
    register_path("Odense").write_bytes(kept)


@pytest.fixture
def register(key_file):
    with opened("Odense", key_file, actor="Åse") as found:
        yield found


@pytest.fixture(scope="module")
def candidates(imported):
    with opened("Odense", imported) as found:
        return open_candidates("Odense", found, day=DAY)
