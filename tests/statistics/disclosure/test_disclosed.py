"""What may be done with estimates after the gate, and what may not."""

import copy
import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import DisclosureError, ParameterError
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, disclose
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.tables.banner import Banner
from borgerlib.view.tables.html import estimates_table

SHARES = ["proportion", "ci_lower", "ci_upper"]
SHOWN = {"base": "borgere", "source": "Kilde: prøve"}
TRUTH = pd.DataFrame(
    {
        "item": "emne",
        "option": list("abcabc"),
        "label": ["Vej", "Skole", "Natur"] * 2,
        "group": [""] * 3 + ["by"] * 3,
        "group_label": ["Alle"] * 3 + ["Byen"] * 3,
        "domain": [""] * 3 + ["sted"] * 3,
        "n": [100, 100, 100, 60, 60, 60],
        "count": [3, 40, 57, 3, 20, 37],
    }
)
TRUTH["proportion"] = TRUTH["count"] / TRUTH["n"]
TRUTH["ci_lower"], TRUTH["ci_upper"] = TRUTH["proportion"] - 0.02, TRUTH["proportion"] + 0.02


@pytest.fixture
def shown():
    return disclose(TRUTH, **SHOWN)


# --- ways around the gate: each tries to bring TRUTH, or "published", past it


def by_replace(shown):
    return dataclasses.replace(shown, frame=TRUTH)


def by_copy_replace(shown):
    return shown.__replace__(frame=TRUTH)


def by_setting_the_frame(shown):
    shown.frame = TRUTH
    return shown


def by_setting_it_as_object(shown):
    object.__setattr__(shown, "frame", TRUTH)
    return shown


def by_setting_the_origin(shown):
    object.__setattr__(shown, "origin", "published")
    return shown


def by_deleting(shown):
    del shown.frame
    return shown


def by_its_namespace(shown):
    shown.__dict__["frame"] = TRUTH
    return shown


def by_the_constructor(shown):
    return DisclosedEstimates(TRUTH, "published", "borgere", "Kilde", 0.95, 5)


def by_the_constructor_on_it(shown):
    shown.__init__(TRUTH, "published", "borgere", "Kilde", 0.95, 5)
    return shown


def by_an_empty_one(shown):
    return object.__new__(DisclosedEstimates)


def by_a_subclass(shown):
    class Mine(DisclosedEstimates):
        frame = TRUTH

    return object.__new__(Mine)


def by_a_look_alike(shown):
    class Mine:
        __class__ = DisclosedEstimates
        frame, origin, base, source, confidence, min_cell = TRUTH, "published", "borgere", "Kilde", 0.95, 5

    return Mine()


def by_pickling(shown):
    return pickle.loads(pickle.dumps(shown).replace(b"borgere", b"kvinder"))


def by_setting_a_state(shown):
    shown.__setstate__((None, {"frame": TRUTH}))
    return shown


def by_a_row_of_its_own(shown):
    return shown.together(TRUTH.assign(group="igen"))


def by_a_joined_number(shown):
    return shown.join(TRUTH[["item", "option", "group", "count"]])


def by_a_joined_flag(shown):
    return shown.join(TRUTH[["item", "option", "group"]].assign(suppressed=False))


def by_relabelled_numbers(shown):
    return shown.relabel("proportion", {0.4: "0.9"})


def by_words_that_are_numbers(shown):
    return shown.relabel("label", {"Vej": 0.03})


REFUSED = [
    by_replace, by_copy_replace, by_setting_the_frame, by_setting_it_as_object, by_setting_the_origin,
    by_deleting, by_its_namespace, by_the_constructor, by_the_constructor_on_it, by_an_empty_one,
    by_a_subclass, by_a_look_alike, by_pickling, by_setting_a_state, by_a_row_of_its_own,
    by_a_joined_number, by_a_joined_flag, by_relabelled_numbers, by_words_that_are_numbers,
]  # fmt: skip


@pytest.mark.parametrize("way", REFUSED, ids=lambda way: way.__name__)
def test_no_way_around_the_gate_ends_in_a_table(shown, way):
    before = shown.frame
    with pytest.raises((DisclosureError, ParameterError, TypeError, AttributeError)):
        estimates_table(way(shown), caption="x")
    pd.testing.assert_frame_equal(shown.frame, before)
    assert shown.origin == "microdata"


# --- ways that end without an error, and without any effect


def by_the_frame_itself(shown):
    shown.frame.loc[:, "count"] = 3
    shown.frame.attrs["x"] = 1


def by_the_arrays_under_the_frame(shown):
    for name in SHARES:
        values = shown.frame[name].to_numpy()
        values.flags.writeable = True
        values[:] = 0.03
    shown.frame["count"].array._data[:] = 3


def by_a_copy(shown):
    twin = copy.copy(shown)
    twin.frame["proportion"] = 0.03
    copy.deepcopy(shown).frame["proportion"] = 0.03


def by_the_chart(shown):
    bar_chart(shown.select(group=""), title="x", question="y?").frame["proportion"] = 0.03


@pytest.mark.parametrize(
    "way",
    [by_the_frame_itself, by_the_arrays_under_the_frame, by_a_copy, by_the_chart],
    ids=lambda way: way.__name__,
)
@pytest.mark.filterwarnings("ignore")
def test_what_is_handed_out_is_a_copy(shown, way):
    before = shown.frame
    way(shown)
    pd.testing.assert_frame_equal(shown.frame, before)


@pytest.mark.filterwarnings("ignore")
def test_nobody_keeps_a_hand_on_what_was_handed_in():
    class Kept(pd.DataFrame):
        def copy(self, *_, **__):
            return self

        def reset_index(self, *_, **__):
            return self

        def astype(self, *_, **__):
            return self

    mine = Kept(TRUTH.assign(note="", suppressed=False))
    published = as_published(mine, **SHOWN)
    mine.loc[:, "count"] = 99
    assert published.frame["count"].tolist() == TRUTH["count"].tolist()
    assert type(published.frame) is pd.DataFrame


def test_a_banner_is_made_of_the_gates_estimates_alone(shown):
    with pytest.raises(DisclosureError, match="Banner shows DisclosedEstimates only"):
        Banner(by_a_look_alike(shown), 0.05)


# --- what may be done


def test_rows_are_selected_by_their_ids(shown):
    assert shown.select(group="").frame["option"].tolist() == ["a", "b", "c"]
    assert shown.select(option=["c", "a"], group="by").frame["option"].tolist() == ["a", "c"]
    with pytest.raises(ParameterError, match="Unknown option 'd'"):
        shown.select(option="d")
    with pytest.raises(ParameterError, match=r"Unknown column 'gruop'. Did you mean 'group'"):
        shown.select(gruop="")


def test_rows_are_taken_by_position_or_by_a_boolean_for_each(shown):
    assert shown.take([2, 0]).frame["option"].tolist() == ["c", "a"]
    assert shown.take(shown.frame["option"] == "b").frame["group"].tolist() == ["", "by"]
    assert shown.take([]).frame.empty
    with pytest.raises(ParameterError, match="from 0 to 5"):
        shown.take([6])
    with pytest.raises(ParameterError, match="2 booleans were given for 6 rows"):
        shown.take([True, False])


def test_rows_are_hidden_with_all_that_they_told(shown):
    frame = shown.hide(shown.frame["option"] == "c").frame
    rows = frame[frame["option"] == "c"]
    assert rows["suppressed"].all()
    assert rows[["n", "count", *SHARES]].isna().all(axis=None)
    assert set(rows["note"]) == {"skjult"}


def test_words_are_changed_by_id(shown):
    named = shown.relabel("label", {("emne", "b"): "Skolen"}, by=["item", "option"])
    assert named.frame["label"].tolist() == ["Vej", "Skolen", "Natur"] * 2
    assert (
        shown.relabel("item_label", {"emne": "Hvilket emne?"}, by="item")
        .frame["item_label"]
        .eq("Hvilket emne?")
        .all()
    )
    with pytest.raises(ParameterError, match="same item, option and group"):
        shown.relabel("group", {"by": ""})


def test_a_joined_column_is_blank_where_a_row_is_hidden(shown):
    marks = TRUTH[["item", "option", "group"]].assign(direction=1.0)
    joined = shown.join(marks.iloc[::-1]).frame
    assert joined["suppressed"].any()
    assert (joined["direction"].isna() == joined["suppressed"]).all()


def test_the_plain_share_is_worked_out_from_what_is_shown():
    published = as_published(TRUTH.assign(proportion=0.5, ci_lower=0.4, ci_upper=0.6), **SHOWN)
    counted = published.counted([2], population=100).frame
    assert counted["proportion"].tolist() == [0.5, 0.5, 0.57, 0.5, 0.5, 0.5]
    # All 100 were asked: 57 % is no estimate.
    assert counted.loc[2, SHARES].tolist() == [0.57, 0.57, 0.57]
    hidden = published.hide([0]).counted().frame
    assert np.isnan(hidden["proportion"][0])
    assert hidden[["ci_lower", "ci_upper"]].isna().all(axis=None)


def test_the_groups_of_an_option_become_bars(shown):
    across = shown.select(option="b").groups_as_options().frame
    assert across[["option", "label", "group", "group_label"]].to_numpy().tolist() == [
        ["", "Alle", "", ""],
        ["by", "Byen", "", ""],
    ]
    with pytest.raises(ParameterError, match="select one"):
        shown.groups_as_options()


def test_estimates_stand_together_under_names_of_their_own(shown):
    public = as_published(TRUTH[TRUTH["group"] == ""], **SHOWN).relabel("group", {"": "alle"})
    both = shown.select(group="by").together(public, base="borgere og alle")
    assert (both.origin, both.base, len(both.frame)) == ("microdata", "borgere og alle", 6)
    assert grouped_bar_chart(both, title="x", question="y?").frame["group"].tolist() == ["by", "alle"] * 3
    with pytest.raises(ParameterError, match="names of their own"):
        shown.together(shown)


def test_a_net_that_is_not_the_sum_of_its_options_is_refused(leaders_codebook):
    item = next(item for item in leaders_codebook if item.nets and item.kind == "single")
    net = next(iter(item.nets))
    options = [*(option.id for option in item.options), net]
    counts = [20] * len(item.options)
    rows = pd.DataFrame(
        {
            "item": item.id, "option": options, "label": options, "group": "", "group_label": "",
            "exclusive": True, "net": [False] * len(counts) + [True],
            "n": sum(counts), "count": [*counts, 20 * len(item.members(net)) + 5],
        }
    )  # fmt: skip
    rows = rows.assign(**dict.fromkeys(SHARES, rows["count"] / rows["n"]))
    with pytest.raises(DisclosureError, match=f"Net '{net}'.*counts .* and its options 20 and 20"):
        disclose(rows, codebook=leaders_codebook, **SHOWN)
    with pytest.raises(ParameterError, match="no codebook"):
        disclose(rows, **SHOWN)
    rows.loc[rows["net"], "count"] = 40
    right = disclose(rows, codebook=leaders_codebook, **SHOWN)
    assert right.frame["option"].tolist() == options


def test_a_notebook_shows_the_rows_without_what_is_hidden_or_says_nothing(shown):
    told = shown._repr_html_()
    # 3 of 100 is hidden, and so is what would give it away; who is who in the table is not.
    assert "<td>Vej</td>" in told
    assert "<td>3</td>" not in told
    assert "0.030000" not in told
    assert "<th>note</th>" in told
    assert "<th>note</th>" not in shown.take(~shown.frame["suppressed"])._repr_html_()
    assert "<th>suppressed</th>" not in shown.take(~shown.frame["suppressed"])._repr_html_()
