"""What tells who wrote, or of whom, is masked; the town's own names stay."""

from __future__ import annotations

import pandas as pd
import pytest

import borgerlib


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("010190-1234 skriv til a@b.dk", "[CPR-nummer fjernet] skriv til [kontaktoplysning]"),
        ("Jeg hedder Åse Holm-Lund og bor her", "Jeg hedder [navn] og bor her"),
        ("Mvh. Bo", "Mvh. [navn]"),
        ("Venlig hilsen\nK. B. Holm", "Venlig hilsen\n[navn]"),
        ("Spørg borgmester Jens Holm om det", "Spørg borgmester [navn] om det"),
        ("Min nabo Karen hører dårligt", "Min nabo [navn] hører dårligt"),
        ("Hullerne på Nørregade 12 B, tak", "Hullerne på [adresse], tak"),
        ("Ved Gammel Landevej 7", "Ved [adresse]"),
        # Towns, roads without a number, capitals and numbers of other things stay.
        ("Mere natur i Holm og på Nørregade", "Mere natur i Holm og på Nørregade"),
        ("Borgmesteren og Odense Kommune", "Borgmesteren og Odense Kommune"),
        ("Min nabo og jeg har 3 børn", "Min nabo og jeg har 3 børn"),
        ("der er en vej 3 gange så lang", "der er en vej 3 gange så lang"),
        # Not found, and said so: no word before tells that a name follows.
        ("Karen Holm er flink", "Karen Holm er flink"),
    ],
)
def test_masked(written: str, shown: str) -> None:
    assert borgerlib.mask_answers(pd.Series([written])).tolist() == [shown]


def test_a_missing_answer_stays_missing() -> None:
    assert borgerlib.mask_answers(pd.Series([None, "Mere natur"])).isna().tolist() == [True, False]
