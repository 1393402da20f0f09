import pandas as pd

from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.population.municipalities import municipalities


def test_the_division_gives_way_where_it_would_cost_the_whole_country_a_number(tmp_path):
    # With a strategy 12, 5 and 5 say hverken, enig and meget enig; without 1, 8 and 5; one more says hverken
    # and nothing of a strategy. The totals 14, 13 and 10 may all be shown. To hide the single one without a
    # strategy beside them, disclosure control would have to take two totals too.
    answers = [
        *[("ja", "hverken")] * 12,
        *[("ja", "enig")] * 5,
        *[("ja", "meget_enig")] * 5,
        ("nej", "hverken"),
        *[("nej", "enig")] * 8,
        *[("nej", "meget_enig")] * 5,
        (None, "hverken"),
    ]
    frame = pd.DataFrame(answers, columns=["strategi", "udsagn_eksperimentere"])
    frame.insert(0, "kommunekode", municipalities()["code"].head(len(frame)))
    frame.to_csv(tmp_path / "maaling.csv", index=False)
    shown = open_leaders_survey(str(tmp_path / "maaling.csv")).everything.frame
    shown = shown[shown["item"] == "udsagn_eksperimentere"]
    whole = shown[shown["group"] == ""].set_index("option")
    assert whole["count"].to_dict() == {"uenig": 0, "hverken": 14, "enig": 13, "meget_enig": 10, "enige": 23}
    assert (whole["note"] == "").all()
    divided = shown[shown["group"] != ""]
    assert len(divided) == 10
    assert divided["suppressed"].all()
    assert divided[["n", "count", "proportion", "ci_lower", "ci_upper"]].isna().all(axis=None)
