"""Who may be drawn, as a file holds them; what is wrong is told, and nobody is named in it."""

import pandas as pd
import pytest

from borgerlib.contact.draw.people import pool_of, read_people
from borgerlib.errors import DataError


def refused(path, text, ident="id"):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_people(path, ident)
    return str(caught.value)


def test_refusals_name_ids_and_nobodys_address_or_number(tmp_path):
    path = tmp_path / "folk.csv"
    told = refused(path, "id;koen\nSIM-17;k\nSIM-17;m\nanna@example.dk;k\nanna@example.dk;m\n")
    assert "SIM-17, 'ann…'" in told
    assert "anna" not in told
    told = refused(path, "anna@example.dk;20304050\nbo@example.dk;20304051\n")
    assert "the first row is a person's" in told
    assert "anna" not in told
    assert "Legal: nummer, koen" in refused(path, "nummer;koen\n1;k\n")


def test_those_who_are_seated_and_unknown_are_named_by_id_alone():
    people = pd.DataFrame({"koen": ["k", "m"]}, index=["a", "b"])
    quotas = pd.DataFrame({"feature": ["koen"], "value": ["k"], "min": [0], "max": [2]})
    with pytest.raises(DataError) as caught:
        pool_of(people, quotas, 3, ["SIM-17", "20304050"], withdrawn=["0101901234"])
    assert "SIM-17, '203…'" in str(caught.value)
    assert "'010…'" in str(caught.value)
    assert "304050" not in str(caught.value)
