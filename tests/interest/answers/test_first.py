"""Which answer may be first, where it is known who gave two answers together."""

import pandas as pd

from borgerlib.interest.answers.first import may_be_first
from borgerlib.statistics.disclosure.gate import as_published


def test_answers_given_by_the_same_people_are_told_apart_sooner():
    # Of 100 people 60 chose a, 50 of them b as well, so that 10 gave exactly one of the two.
    a, b = [1] * 60 + [0] * 40, [1] * 50 + [0] * 50
    people = pd.DataFrame({"emne__a": a, "emne__b": b, "emne__c": b[::-1], "weight": 2.0})
    shares = pd.DataFrame(
        {"item": "emne", "option": ["a", "b", "c"], "label": ["A", "B", "C"], "group": "", "domain": "",
         "group_label": "", "n": 100, "count": [60, 50, 50], "proportion": [0.6, 0.5, 0.5],
         "ci_lower": float("nan"), "ci_upper": float("nan"), "note": "", "net": False, "exclusive": False}
    )  # fmt: skip
    found = may_be_first(as_published(shares, base="borgere", source="prøve"), people)
    # Of a and c 90 gave exactly one: √((0.9 − 0.01)/100) = 0.094, more than chance allows of 0.1.
    assert found["may_be_first"].tolist() == [True, False, True]
