import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import MarginError
from borgerlib.population.merging import merge_levels, merge_margins

AGES = pd.Series({"15-17": 3, "18-24": 5, "25+": 11})
RULES = {"age": {"15-24": ["15-17", "18-24"]}}


def test_counts_of_merged_levels_are_added_in_the_place_of_the_first():
    merged = merge_margins({"age": AGES, "sex": pd.Series({"kvinde": 9, "mand": 10})}, RULES)
    assert merged["age"].to_dict() == {"15-24": 8, "25+": 11}
    assert list(merged["age"].index) == ["15-24", "25+"]
    assert merged["sex"].to_dict() == {"kvinde": 9, "mand": 10}
    assert AGES.to_dict() == {"15-17": 3, "18-24": 5, "25+": 11}


def test_respondents_merge_by_the_same_rules():
    respondents = pd.DataFrame(
        {
            "age": pd.Categorical(["25+", "15-17", None, "18-24"], list(AGES.index), ordered=True),
            "x": range(4),
        },
        index=[4, 3, 2, 1],
    )
    merged = merge_levels(respondents, RULES)
    assert merged["age"].tolist()[:2] == ["25+", "15-24"]
    assert pd.isna(merged["age"].iloc[2])
    assert merged["age"].cat.categories.tolist() == ["15-24", "25+"]
    assert merged["age"].cat.ordered
    assert merged.index.tolist() == [4, 3, 2, 1]
    assert respondents["age"].cat.categories.tolist() == list(AGES.index)


def test_a_level_may_keep_the_name_of_one_of_the_merged():
    assert merge_margins({"age": AGES}, {"age": {"25+": ["18-24", "25+"]}})["age"].to_dict() == {
        "15-17": 3,
        "25+": 16,
    }


def test_respondents_may_lack_a_level_that_a_rule_merges():
    merged = merge_levels(pd.DataFrame({"age": ["15-17", "25+"]}), RULES)
    assert merged["age"].tolist() == ["15-24", "25+"]


def test_all_that_is_wrong_with_the_rules_is_told_at_once():
    rules = {
        "agee": {"x": ["a", "b"]},
        "age": {
            "young": ["15-17", "18-23"],
            "old": ["25+", "15-17"],
            "18-24": ["25+", "15-17"],
            "one": ["25+"],
        },
    }
    with pytest.raises(MarginError) as raised:
        merge_margins({"age": AGES}, rules)
    told = "\n".join(raised.value.problems)
    assert "'agee'. Did you mean 'age'" in told
    assert "'18-23'. Did you mean '18-24'" in told
    assert "level '15-17' stands in more than one rule" in told
    assert "'18-24': another level has that name already" in told
    assert "'one': a rule merges two levels or more" in told


def test_a_column_that_the_respondents_lack_is_told():
    with pytest.raises(MarginError, match="do not fit"):
        merge_levels(pd.DataFrame({"sex": ["mand"]}), RULES)


@given(levels=st.lists(st.sampled_from(["15-17", "18-24", "25+"]), min_size=1, max_size=30))
def test_merging_respondents_and_merging_their_counts_is_the_same(levels):
    respondents = pd.DataFrame({"age": levels})
    counts = respondents["age"].value_counts().reindex(AGES.index, fill_value=0)
    merged = merge_levels(respondents, RULES)["age"].value_counts()
    expected = merge_margins({"age": counts}, RULES)["age"]
    assert {k: v for k, v in merged.items() if v} == {k: v for k, v in expected.items() if v}
