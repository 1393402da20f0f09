from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import ParameterError
from borgerlib.interest import store
from borgerlib.interest.answers.estimates import estimate_answers
from borgerlib.interest.answers.local_survey import _tested
from borgerlib.interest.survey import load_weighting
from borgerlib.statistics.crosstabs import answers_of
from borgerlib.statistics.disclosure.gate import disclose
from borgerlib.statistics.disclosure.named import base_of, source_of
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.codebook.model import Item

CODEBOOK = parse_codebook(
    {
        "survey": {"id": "x", "title": "X"},
        "item": [
            {
                "id": "koen",
                "text": "Køn?",
                "kind": "single",
                "role": "sex",
                "options": [
                    {"id": "mand", "text": "Mand"},
                    {"id": "kvinde", "text": "Kvinde"},
                    {"id": "hemmeligt", "text": "Siger det ikke", "missing": "refused"},
                ],
            },
            {
                "id": "emner",
                "text": "Emner?",
                "kind": "multiple",
                "role": "topics",
                "options": [
                    {"id": "klima", "text": "Klima og miljø", "short": "Klima"},
                    {"id": "skole", "text": "Skole"},
                    {"id": "trafik", "text": "Trafik"},
                ],
                "nets": {"groent": ["klima", "trafik"]},
            },
            {
                "id": "tid",
                "text": "Tid?",
                "kind": "single",
                "ordered": True,
                "role": "time",
                "options": [
                    {"id": "ingen", "text": "Ingen"},
                    {"id": "lidt", "text": "Lidt"},
                    {"id": "meget", "text": "Meget"},
                    {"id": "ved_ikke", "text": "Ved ikke", "missing": "dont_know"},
                ],
                "nets": {"noget": ["lidt", "meget"]},
            },
            {"id": "fritekst", "text": "Andet?", "kind": "text", "role": "free_text"},
        ],
    },
    source="test",
)


def people(counts):
    """Respondents from (sex, topics, time, weight, how many); topics None = nothing answered."""
    rows = []
    for sex, topics, time, weight, times in counts:
        row = {
            f"emner__{o}": pd.NA if topics is None else int(o in topics) for o in ("klima", "skole", "trafik")
        }
        rows += [{"koen": sex, **row, "tid": time, "fritekst": "CPR 010203-1234", "weight": weight}] * times
    frame = pd.DataFrame(rows)
    columns = CODEBOOK.item("emner").columns
    frame[columns] = frame[columns].astype("Int8")
    frame["koen"] = pd.Categorical(frame["koen"], ["mand", "kvinde", "hemmeligt"])
    frame["tid"] = pd.Categorical(frame["tid"], ["ingen", "lidt", "meget", "ved_ikke"], ordered=True)
    return frame


# 60 men of weight 1 and 40 women of weight 3; 10 men gave no topics, 10 women did not say how much time.
MIXED = people(
    [
        ("mand", {"klima", "trafik"}, "ingen", 1.0, 20),
        ("mand", {"skole"}, "lidt", 1.0, 30),
        ("mand", None, "meget", 1.0, 10),
        ("kvinde", {"klima"}, "lidt", 3.0, 15),
        ("kvinde", {"skole", "trafik"}, "ved_ikke", 3.0, 15),
        ("kvinde", {"skole", "klima"}, None, 3.0, 10),
    ]
)


def interest_estimates(respondents, codebook, items, *, by=None, raked_to=None, min_cell=5):
    """Estimate and disclose items, all divided by one column or each by its own."""
    items = [items] if isinstance(items, str) else items
    divided = {name: [by] for name in items} if isinstance(by, str) else by or {}
    estimated = estimate_answers(respondents, codebook, items, by=divided, raked_to=raked_to)
    about = respondents.attrs
    return disclose(
        estimated.drop(columns=["difference", "p_value"]),
        min_cell=min_cell,
        base=base_of(about),
        source=source_of(about, codebook, () if raked_to is None else tuple(raked_to.margins["column"])),
        simulated=bool(about.get("simulated", False)),
        codebook=codebook,
    )


def row(estimates, item, option, group=""):
    frame = estimates.frame
    found = frame[(frame["item"] == item) & (frame["option"] == option) & (frame["group"] == group)]
    assert len(found) == 1
    return found.iloc[0]


class TestShares:
    def test_they_are_weighted_shares_of_those_who_answered_and_counts_are_of_people(self):
        klima = row(interest_estimates(MIXED, CODEBOOK, "emner"), "emner", "klima")
        # 20 men × 1 + 25 women × 3 = 95 of 50 × 1 + 40 × 3 = 170
        assert klima["proportion"] == pytest.approx(95 / 170)
        assert (klima["count"], klima["n"]) == (45, 90)
        assert klima["ci_lower"] < klima["proportion"] < klima["ci_upper"]
        assert (klima["label"], klima["exclusive"], klima["net"]) == ("Klima", False, False)

    def test_dont_know_is_an_answer_and_no_answer_is_not(self):
        estimates = interest_estimates(MIXED, CODEBOOK, "tid")
        # 15 women × 3 of 60 × 1 + 30 × 3 = 150
        assert row(estimates, "tid", "ved_ikke")["proportion"] == pytest.approx(45 / 150)
        assert row(estimates, "tid", "ved_ikke")["n"] == 90

    def test_each_domain_is_estimated_among_its_own(self):
        estimates = interest_estimates(MIXED, CODEBOOK, ["emner", "tid"], by="koen")
        woman = row(estimates, "emner", "klima", "koen=kvinde")
        assert (woman["proportion"], woman["count"], woman["n"]) == (pytest.approx(25 / 40), 25, 40)
        assert (woman["group_label"], woman["domain"]) == ("Kvinde", "koen")

    def test_a_mapping_divides_each_item_by_its_own_columns(self):
        frame = interest_estimates(MIXED, CODEBOOK, ["emner", "tid"], by={"tid": ["koen"]}).frame
        assert set(frame.loc[frame["item"] == "emner", "group"]) == {""}
        assert set(frame.loc[frame["item"] == "tid", "group"]) == {"", "koen=mand", "koen=kvinde"}

    def test_who_withholds_the_group_is_in_the_whole_but_in_no_group(self):
        silent = people([("mand", {"klima"}, "lidt", 1.0, 20), ("hemmeligt", {"skole"}, "ingen", 1.0, 20)])
        estimates = interest_estimates(silent, CODEBOOK, "emner", by="koen")
        assert set(estimates.frame["group"]) == {"", "koen=mand"}
        assert row(estimates, "emner", "klima")["n"] == 40

    def test_an_option_that_was_not_offered_is_left_out_with_its_nets(self):
        unasked = MIXED.assign(emner__trafik=pd.array([pd.NA] * len(MIXED), dtype="Int8"))
        assert list(answers_of(unasked, CODEBOOK.item("emner"))) == ["klima", "skole"]
        assert row(interest_estimates(unasked, CODEBOOK, "emner"), "emner", "klima")["n"] == 90

    def test_an_item_that_nobody_answered_is_left_out(self):
        unasked = MIXED.assign(tid=pd.Categorical([None] * len(MIXED), MIXED["tid"].cat.categories))
        assert set(interest_estimates(unasked, CODEBOOK, ["emner", "tid"]).frame["item"]) == {"emner"}


class TestNets:
    def test_of_a_multiple_item_who_chose_any_counts_once(self):
        net = row(interest_estimates(MIXED, CODEBOOK, "emner"), "emner", "groent")
        # klima or trafik: 20 men × 1, and all 40 women × 3: 140 of 170; 20 men chose both
        assert (net["count"], net["n"], bool(net["net"])) == (60, 90, True)
        assert net["proportion"] == pytest.approx(140 / 170)
        assert net["label"] == "Klima eller Trafik"

    def test_of_a_single_item_it_is_the_sum(self):
        estimates = interest_estimates(MIXED, CODEBOOK, "tid")
        parts = [row(estimates, "tid", option)["proportion"] for option in ("lidt", "meget")]
        assert row(estimates, "tid", "noget")["proportion"] == pytest.approx(sum(parts))

    def test_one_with_a_hidden_option_is_hidden_in_every_group_of_the_domain(self):
        # 2 of the 30 women want much time: that cell goes, and the net with it; else lidt would tell it.
        few = people(
            [
                ("mand", {"klima"}, "ingen", 1.0, 20),
                ("mand", {"klima"}, "lidt", 1.0, 20),
                ("mand", {"skole"}, "meget", 1.0, 20),
                ("kvinde", {"klima"}, "ingen", 1.0, 14),
                ("kvinde", {"klima"}, "lidt", 1.0, 14),
                ("kvinde", {"skole"}, "meget", 1.0, 2),
            ]
        )
        estimates = interest_estimates(few, CODEBOOK, "tid", by="koen")
        assert row(estimates, "tid", "meget", "koen=kvinde")["suppressed"]
        for group in ("koen=kvinde", "koen=mand"):
            net = row(estimates, "tid", "noget", group)
            assert net["suppressed"]
            assert pd.isna(net["proportion"])
            assert pd.isna(net["count"])
        assert row(estimates, "tid", "noget")["count"] == 56

    @pytest.mark.parametrize(("both", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
    def test_one_that_tells_of_a_few_who_chose_both_is_hidden(self, both, hidden):
        # 30 + both chose klima, 30 + both trafik, 60 + both either: the surplus is who chose both.
        overlap = people(
            [
                ("mand", {"klima"}, "ingen", 1.0, 30),
                ("mand", {"trafik"}, "lidt", 1.0, 30),
                ("mand", {"skole"}, "lidt", 1.0, 20),
                ("mand", {"klima", "trafik"}, "lidt", 1.0, both),
            ]
        )
        net = row(interest_estimates(overlap, CODEBOOK, "emner"), "emner", "groent")
        assert bool(net["suppressed"]) is hidden
        assert pd.isna(net["count"]) is hidden

    def test_where_options_are_rounded_it_is_their_sum(self):
        # Weighted, with a hidden cell among the women: the shares of all are rounded, and so is the net.
        few = people(
            [
                ("mand", {"klima"}, "ingen", 1.0, 40),
                ("mand", {"klima"}, "lidt", 1.0, 33),
                ("mand", {"skole"}, "meget", 1.0, 20),
                ("kvinde", {"klima"}, "ingen", 2.0, 31),
                ("kvinde", {"klima"}, "lidt", 2.0, 24),
                ("kvinde", {"skole"}, "meget", 2.0, 2),
            ]
        )
        estimates = interest_estimates(few, CODEBOOK, "tid", by="koen")
        parts = [row(estimates, "tid", option) for option in ("lidt", "meget")]
        # 24 of 207 weigh "meget" in truth; a multiple of the rounding step is shown
        assert parts[1]["proportion"] != pytest.approx(24 / 207)
        net = row(estimates, "tid", "noget")
        assert net["proportion"] == pytest.approx(parts[0]["proportion"] + parts[1]["proportion"])
        assert net["ci_lower"] < net["proportion"] < net["ci_upper"]
        assert round(100 * net["ci_lower"], 9) == round(100 * net["ci_lower"])


class TestDisclosure:
    def test_simulated_respondents_stay_simulated(self):
        marked = MIXED.copy()
        marked.attrs = {"municipality": "Odense", "simulated": True}
        estimates = interest_estimates(marked, CODEBOOK, "emner")
        assert estimates.origin == "simulated"
        assert estimates.source.startswith("SIMULEREDE DATA: Borgernes svar i Odense Kommune.")
        assert estimates.base == "borgere i Odense Kommune"
        real = interest_estimates(MIXED, CODEBOOK, "emner")
        assert (real.origin, real.base) == ("microdata", "borgere")
        assert "SIMULEREDE" not in real.source

    def test_no_text_of_a_respondent_is_in_the_estimates(self):
        frame = interest_estimates(MIXED, CODEBOOK, ["emner", "tid"], by="koen").frame
        assert "010203" not in frame.to_csv()

    @pytest.mark.parametrize("min_cell", [3, 8])
    def test_no_shown_count_is_small(self, min_cell):
        random = np.random.default_rng(4)
        frame = people([("mand", {"klima"}, "ingen", 1.0, 1)] * 90)
        frame["koen"] = pd.Categorical(random.choice(["mand", "kvinde"], 90), ["mand", "kvinde", "hemmeligt"])
        frame["tid"] = pd.Categorical(
            random.choice(["ingen", "lidt", "meget", "ved_ikke"], 90, p=[0.6, 0.3, 0.05, 0.05]),
            ["ingen", "lidt", "meget", "ved_ikke"],
        )
        estimates = interest_estimates(frame, CODEBOOK, "tid", by="koen", min_cell=min_cell)
        shown = estimates.frame[~estimates.frame["suppressed"]]
        assert estimates.n_suppressed
        assert not shown["count"].between(1, min_cell - 1).any()


class TestRefusals:
    def test_a_question_without_options_is_refused(self):
        with pytest.raises(ParameterError, match="'fritekst' is a text, which has no options to count"):
            interest_estimates(MIXED, CODEBOOK, ["fritekst", "tid"])

    def test_nothing_answered_is_said(self):
        unasked = MIXED.assign(tid=pd.Categorical([None] * len(MIXED), MIXED["tid"].cat.categories))
        with pytest.raises(ParameterError, match="Nobody answered tid: there is nothing to show"):
            interest_estimates(unasked, CODEBOOK, "tid")


def differences_to_the_rest(respondents, codebook, by):
    return _tested(estimate_answers(respondents, codebook, list(by), by=by))


class TestDifferences:
    def test_a_group_unlike_the_rest_is_found_and_one_alike_is_not(self):
        apart = people(
            [
                ("mand", {"klima", "skole"}, "ingen", 1.0, 60),
                ("mand", {"skole"}, "lidt", 1.0, 40),
                ("mand", {"klima"}, "lidt", 1.0, 20),
                ("kvinde", {"skole"}, "lidt", 1.0, 90),
                ("kvinde", {"klima"}, "lidt", 1.0, 20),
            ]
        )
        tested = differences_to_the_rest(apart, CODEBOOK, {"emner": ["koen"]})
        found = tested.set_index(["option", "group"])
        # klima: 80 of 120 men, 20 of 110 women
        assert found.loc[("klima", "koen=mand"), "difference"] == pytest.approx(80 / 120 - 20 / 110)
        assert found.loc[("klima", "koen=mand"), "adjusted"] < 1e-6
        # skole: 100 of 120 men, 90 of 110 women
        assert found.loc[("skole", "koen=mand"), "adjusted"] > 0.5

    def test_p_values_are_adjusted_for_how_many_there_are(self):
        tested = differences_to_the_rest(MIXED, CODEBOOK, {"emner": ["koen"], "tid": ["koen"]}).dropna()
        # Benjamini and Hochberg by hand: the smallest p·m/rank of all ranks at or above its own
        p = tested["p_value"].sort_values()
        ranked = p * len(p) / np.arange(1, len(p) + 1)
        by_hand = ranked[::-1].cummin()[::-1].clip(upper=1.0)
        assert tested["adjusted"].reindex(p.index).to_numpy() == pytest.approx(by_hand.to_numpy())

    def test_a_group_too_small_for_the_test_is_not_tested(self):
        # 8 women, of whom none chose klima: 8 × 30/68 = 3.5 are expected, below five
        few = people(
            [
                ("mand", {"klima"}, "lidt", 1.0, 30),
                ("mand", {"skole"}, "lidt", 1.0, 30),
                ("kvinde", {"skole"}, "lidt", 1.0, 8),
            ]
        )
        tested = differences_to_the_rest(few, CODEBOOK, {"emner": ["koen"]})
        assert tested["adjusted"].isna().all()
        # with 12 there are 12 × 30/72 = 5
        enough = people(
            [
                ("mand", {"klima"}, "lidt", 1.0, 30),
                ("mand", {"skole"}, "lidt", 1.0, 30),
                ("kvinde", {"skole"}, "lidt", 1.0, 12),
            ]
        )
        tested = differences_to_the_rest(enough, CODEBOOK, {"emner": ["koen"]}).set_index(["option", "group"])
        assert tested["adjusted"].notna().loc[("klima", "koen=kvinde")]

    def test_without_a_division_there_is_nothing_to_test(self):
        assert differences_to_the_rest(MIXED, CODEBOOK, {"emner": []}).empty


def test_on_prepared_respondents_the_margins_make_intervals_narrower(prepared):
    respondents = store.load(prepared.municipality)
    codebook = load_codebook(store.codebook_path(prepared.municipality))
    given = interest_estimates(respondents, codebook, "emner").frame
    raked_to = load_weighting(prepared.municipality)
    raked = interest_estimates(respondents, codebook, "emner", raked_to=raked_to)
    assert raked.frame["proportion"].to_numpy() == pytest.approx(given["proportion"].to_numpy())
    width = [(frame["ci_upper"] - frame["ci_lower"]).mean() for frame in (raked.frame, given)]
    assert width[0] < width[1]
    assert raked.source.endswith("Vægtet efter køn og alder.")


def test_an_unknown_group_label_is_the_level_itself():
    area = replace(CODEBOOK, items=(*CODEBOOK.items, Item("omraade", "Område?", "text", role="area")))
    frame = MIXED.assign(omraade=["Nord"] * 50 + ["Syd"] * 50)
    estimates = interest_estimates(frame, area, "tid", by="omraade")
    assert set(estimates.frame["group_label"]) == {"", "Nord", "Syd"}
