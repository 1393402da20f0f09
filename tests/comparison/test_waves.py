"""Waves and targets by hand: frames of a few people whose shares are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import borgerlib
from borgerlib.survey.codebook.model import Codebook, Item, Option

BOOK = Codebook(
    "maaling",
    "Måling",
    (
        Item("koen", "Køn", "single", (Option("kvinde", "Kvinde"), Option("mand", "Mand")), role="sex"),
        Item("med", "Vil du være med?", "single", (Option("ja", "Ja"), Option("nej", "Nej")), role="time"),
        Item("emner", "Om hvad?", "multiple", (Option("natur", "Natur"), Option("skole", "Skole"))),
    ),
    {},
)


def wave(yes: int, no: int, **more: object) -> pd.DataFrame:
    n = yes + no
    frame = pd.DataFrame(
        {
            "med": ["ja"] * yes + ["nej"] * no,
            "koen": (["kvinde", "mand"] * n)[:n],
            "emner__natur": ([1, 0, 0] * n)[:n],
            "emner__skole": ([0, 1] * n)[:n],
            "pseudonym": [f"p{row}" for row in range(n)],
        }
    )
    return frame.assign(**more)


def compared(was: pd.DataFrame, now: pd.DataFrame, **more: object) -> borgerlib.WaveComparison:
    settings = {"codebooks": (BOOK, BOOK), "names": ("2021", "2025"), **more}
    return borgerlib.compare_waves(was, now, **settings)


def change(found: borgerlib.WaveComparison, option: str = "ja") -> pd.Series:
    frame = found.estimates.frame
    return frame[(frame["option"] == option) & (frame["group"] == "maaling=2025")].iloc[0]


def test_a_change_by_hand() -> None:
    found = compared(wave(40, 60), wave(120, 80), item="med")
    row = change(found)
    # 0.6 − 0.4; variances 0.24/99 and 0.24/199: SE 0.0603, Welch's degrees 199.3, p = 0.00108 each.
    error = np.sqrt(0.24 / 99 + 0.24 / 199)
    assert row["change"] == pytest.approx(0.2)
    assert row["change_upper"] - row["change_lower"] == pytest.approx(2 * 1.97194 * error, rel=1e-4)
    assert row["p_value"] == pytest.approx(0.00108, abs=2e-5)
    assert (row["direction"], found.tests) == (1, 2)
    assert change(found, "nej")["direction"] == -1
    assert "Flere svarer »Ja«: 60" in borgerlib.changes_text(found).markdown
    assert borgerlib.changes_table(found).rows[0][-1] == "20 (8 til 32) ▲"


def test_those_who_chose_nothing_are_in_the_base_of_both_waves_or_of_neither() -> None:
    # A third of the first 60 chose nothing, and their export says so; the other one leaves their boxes empty.
    was, now = wave(30, 30), wave(30, 30)
    for frame in (was, now):
        frame.loc[::3, ["emner__natur", "emner__skole"]] = 0
        frame.loc[1::3, ["emner__natur", "emner__skole"]] = [1, 0]
        frame.loc[2::3, ["emner__natur", "emner__skole"]] = [0, 1]
    empty = now.astype({"emner__natur": "Int8", "emner__skole": "Int8"})
    empty.loc[::3, ["emner__natur", "emner__skole"]] = pd.NA
    for pair in ((was, empty), (empty, was)):
        found = compared(*pair, item="emner")
        assert set(found.estimates.frame["n"]) == {40}
        assert change(found, "natur")["change"] == pytest.approx(0)
        assert any("valgte mindst ét" in note for note in found.notes)
        same_people = compared(*pair, item="emner", pseudonym="pseudonym")
        assert change(same_people, "natur")["change"] == pytest.approx(0)
    both = compared(was, now, item="emner")
    assert (set(both.estimates.frame["n"]), both.notes) == ({60}, ())
    # In 2021 everybody chose something, and no boxes are empty: that fewer do so now is a change.
    all_chose = wave(30, 30, emner__skole=[0, 1] * 30, emner__natur=[1, 0] * 30)
    fewer = compared(all_chose, now, item="emner")
    assert (change(fewer, "natur")["change"], fewer.notes) == (pytest.approx(-1 / 6), ())


@pytest.mark.parametrize("is_blank", [False, True])
def test_none_of_these_is_to_have_chosen_nothing(is_blank: bool) -> None:
    boxes, nothing = ["emner__natur", "emner__skole"], np.arange(60) % 3 == 0
    was = wave(30, 30, emner__natur=np.arange(60) % 3 == 1, emner__skole=np.arange(60) % 3 == 2)
    now = was.assign(emner__ingen=nothing)
    was[boxes] = was[boxes].astype("boolean").mask(pd.Series(nothing & is_blank))
    topics = BOOK.item("emner")
    none = replace(topics, options=(*topics.options, Option("ingen", "Ingen af dem", exclusive=True)))
    offering = replace(BOOK, items=(*BOOK.items[:2], none))
    for pair, books in (((was, now), (BOOK, offering)), ((now, was), (offering, BOOK))):
        found = compared(*pair, item="emner", codebooks=books)
        assert change(found, "natur")["change"] == pytest.approx(0)
        assert set(found.estimates.frame["n"]) == {40 if is_blank else 60}


@pytest.mark.long
def test_a_change_is_drawn_about_a_line_at_none_and_a_hidden_one_is_not() -> None:
    chart = borgerlib.change_chart(compared(wave(40, 60), wave(120, 80), item="med"), "med")
    assert chart.title == "Flere svarer »Ja«: 60\u00a0pct. mod 40\u00a0pct. i 2021."
    assert "Ja 20 (8 til 32) ▲. Nej −20 (−32 til −8) ▼." in chart.alt_text
    yes, no = chart.marks.bars
    assert (yes.value, no.value) == pytest.approx((0.2, -0.2))
    axes = chart.axes()
    assert axes.get_xlim()[0] == pytest.approx(no.lower)
    heights = [height for line in axes.lines for height in line.get_ydata()]
    assert min(axes.get_ylim()) <= min(heights) < max(heights) <= max(axes.get_ylim())
    assert chart.svg("narrow").count("<text") > 5
    hidden = borgerlib.change_chart(compared(wave(2, 60), wave(60, 60), item="med"), "med")
    assert {bar.words for bar in hidden.marks.bars} == {"skjult"}
    assert len(hidden.png()) > 0
    with pytest.raises(borgerlib.ParameterError, match="item 'medd'"):
        borgerlib.change_chart(compared(wave(40, 60), wave(60, 40), item="med"), "medd")
    found = compared(wave(40, 60), wave(60, 40), item="med")
    with pytest.raises(borgerlib.DisclosureError, match="change_chart shows DisclosedEstimates only"):
        borgerlib.change_chart(replace(found, estimates=found.estimates.frame), "med")


def test_within_chance_is_called_that() -> None:
    found = compared(wave(40, 60), wave(43, 57))
    assert set(found.estimates.frame["direction"].dropna()) == {0}
    assert borgerlib.changes_text(found).markdown.startswith("Intet har ændret sig fra 2021 til 2025")
    # Who people are is not asked of both by default.
    assert set(found.estimates.frame["item"]) == {"med", "emner"}


def test_the_same_people_change_more_surely() -> None:
    # 100 people, ten of whom said no and now say yes; as independent samples that is within chance.
    was, now = wave(40, 60), wave(50, 50)
    apart, same = compared(was, now, item="med"), compared(was, now, item="med", pseudonym="pseudonym")
    assert change(apart)["direction"] == 0
    assert change(same)["direction"] == 1
    # Each person's change is 0 or 1, ten of them 1: 100/99 · 0.09 / 100 (with n/(n−1) of all 100 units).
    reach = change(same)["change_upper"] - change(same)["change"]
    assert reach == pytest.approx(1.98447 * np.sqrt(0.09 / 99), rel=1e-3)
    # Who has no pseudonym answered once.
    alone = compared(
        was.assign(pseudonym=None), now.assign(pseudonym=None), item="med", pseudonym="pseudonym"
    )
    assert change(alone)["change_lower"] == pytest.approx(change(apart)["change_lower"], abs=2e-3)


def test_what_else_has_changed_is_named() -> None:
    med = replace(
        BOOK.item("med"),
        text="Vil du deltage?",
        options=(*BOOK.item("med").options, Option("ved", "Ved ikke")),
    )
    later = replace(BOOK, items=(BOOK.items[0], med), meta={"mode": "post"})
    earlier = replace(BOOK, meta={"mode": "web"})
    was, now = wave(40, 60), wave(60, 40)
    now.loc[now.index[:10], "med"] = "ved"
    was.attrs, now.attrs = {"min_age": 15}, {"min_age": 18}
    found = compared(was, now, codebooks=(earlier, later))
    assert found.notes == (
        "Indsamlingsmåden er ændret fra web (2021) til post (2025).",
        "Aldersgrænsen er ændret fra 15 (2021) til 18 (2025).",
        "Ordlyden er ændret: »Vil du være med?« blev til »Vil du deltage?«.",
        "»Vil du deltage?«: kun i målingen 2025: ved.",
    )
    assert set(found.estimates.frame["option"]) == {"ja", "nej"}


def test_an_id_that_stands_for_another_answer_is_not_compared() -> None:
    def offers(*options: Option) -> Codebook:
        return replace(BOOK, items=(replace(BOOK.item("med"), options=options), BOOK.item("emner")))

    for later in (
        offers(Option("ja", "Nej"), Option("nej", "Ja")),
        offers(Option("ja", "NEJ."), Option("nej", "Måske")),
        offers(Option("ja", "Måske"), Option("nej", "Nej"), Option("nej_2", "Ja")),
    ):
        found = compared(wave(40, 60), wave(60, 40), codebooks=(BOOK, later))
        assert set(found.estimates.frame["item"]) == {"emner"}
        assert "»Vil du være med?« er ikke sammenlignet" in found.notes[0]
        with pytest.raises(borgerlib.DataError, match="no question in common") as refused:
            compared(wave(40, 60), wave(60, 40), item="med", codebooks=(BOOK, later))
        assert "samme id står for »Ja«" in refused.value.problems[0]
    reworded = offers(Option("ja", "Ja, gerne"), Option("nej", "nej"))
    found = compared(wave(40, 60), wave(60, 40), item="med", codebooks=(BOOK, reworded))
    assert found.notes == ("»Vil du være med?«: svaret »Ja« blev til »Ja, gerne«.",)
    med, swapped = BOOK.item("med"), replace(BOOK.item("emner"), kind="single")
    books = [
        replace(BOOK, items=(replace(med, text=a), replace(swapped, text=b)))
        for a, b in (("Hvad?", "Hvor?"), ("Hvor?", "Hvad?"))
    ]
    with pytest.raises(borgerlib.DataError, match="no question in common") as refused:
        compared(wave(40, 60), wave(60, 40), item="med", codebooks=tuple(books))
    assert "»Hvad?« i den ene" in refused.value.problems[0]


def test_a_change_from_a_hidden_share_is_hidden() -> None:
    found = compared(wave(2, 60), wave(60, 60), item="med")
    assert found.estimates.n_suppressed >= 2
    assert np.isnan(change(found)["change"])
    assert "skjult" in borgerlib.changes_table(found).rows[0]
    assert "for få svar til at sige, om noget" in borgerlib.changes_text(found).markdown


def test_an_option_that_nobody_chose_twice_is_not_certain_to_have_stayed() -> None:
    was, now = wave(40, 60, emner__natur=0), wave(60, 40, emner__natur=0)
    row = change(compared(was, now, item="emner"), "natur")
    # Both shares lie in 0–3.62 pct. (Clopper–Pearson, 100 of 100), so the change does between these.
    assert (row["change"], row["change_lower"], row["change_upper"]) == pytest.approx(
        (0, -0.036217, 0.036217), abs=1e-6
    )


def test_a_change_that_margins_give_is_not_tested() -> None:
    waves = wave(40, 60), wave(60, 40)
    raked_to = tuple(
        borgerlib.rake(people, {"koen": pd.Series({"kvinde": women, "mand": 1000.0 - women})})
        for people, women in zip(waves, (500.0, 520.0), strict=True)
    )
    found = compared(*waves, item="koen", raked_to=raked_to)
    row = change(found, "kvinde")
    assert (row["change"], row["change_lower"], row["change_upper"]) == pytest.approx((0.02, 0.02, 0.02))
    assert pd.isna(row["p_value"])
    assert row["direction"] == 1
    assert found.tests == 0
    assert "»Kvinde«: 52\xa0pct. mod 50\xa0pct." in borgerlib.changes_text(found).markdown
    # What the margins do not give is tested as ever.
    assert compared(*waves, item="med", raked_to=raked_to).tests == 2


def test_waves_that_cannot_be_compared() -> None:
    with pytest.raises(borgerlib.DataError, match="no question in common that somebody answered in both"):
        compared(wave(40, 60)[["koen", "med"]].assign(med=None), wave(40, 60))
    other = replace(BOOK, items=(replace(BOOK.item("med"), id="andet"),))
    with pytest.raises(borgerlib.DataError, match="no question in common"):
        compared(wave(40, 60), wave(40, 60), codebooks=(BOOK, other))
    with pytest.raises(borgerlib.ParameterError, match="Unknown question of both waves 'medd'"):
        compared(wave(40, 60), wave(40, 60), item="medd")
    with pytest.raises(borgerlib.ParameterError, match="do not tell what was asked"):
        borgerlib.compare_waves(wave(4, 6), wave(4, 6), names=("2021", "2025"))
    with pytest.raises(borgerlib.ParameterError, match="do not tell when they were asked"):
        compared(wave(40, 60), wave(40, 60), names=None)
    with pytest.raises(borgerlib.ParameterError, match="Both waves are called '2021'"):
        compared(wave(40, 60), wave(40, 60), names=("2021", "2021"))
    with pytest.raises(borgerlib.ParameterError, match="pseudonym column 'hvem'"):
        compared(wave(40, 60), wave(40, 60), pseudonym="hvem")


def test_the_same_people_are_found_whatever_type_tells_them() -> None:
    was, now = wave(40, 60), wave(45, 55)
    numbers = np.arange(100)
    texts = compared(was.assign(pseudonym=numbers.astype(str)), now.assign(pseudonym=numbers.astype(float)),
                     item="med", pseudonym="pseudonym")  # fmt: skip
    assert change(texts)["change_lower"] == change(compared(was, now, item="med", pseudonym="pseudonym"))[
        "change_lower"
    ]  # fmt: skip
    assert texts.notes == ("100 har svaret i begge målinger.",)
    with pytest.raises(borgerlib.ParameterError, match="Nobody has the same 'pseudonym' in both"):
        compared(was, now.assign(pseudonym="ny"), item="med", pseudonym="pseudonym")


def test_an_answer_that_the_codebook_does_not_know_stays_in_the_base() -> None:
    now = wave(60, 40)
    now.loc[60:79, "med"] = "måske"
    found = compared(wave(60, 40), now, item="med")
    # 60 of 100 both times, though the codebook knows 80 of the answers.
    assert change(found)["change"] == 0
    assert found.notes == ("»Vil du være med?«: kun i målingen 2025: måske.",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"raked_to": 1}, "raked_to is not those of both waves"),
        ({"names": ("2021",)}, "names is not those of both waves"),
        ({"false_discovery_rate": 5}, "false_discovery_rate is 5"),
    ],
)
def test_arguments_that_are_none(given: dict[str, object], words: str) -> None:
    with pytest.raises(borgerlib.ParameterError, match=words):
        compared(wave(40, 60), wave(40, 60), **given)


TARGET = borgerlib.Target("med.ja", 0.40, 0.60, date(2029, 12, 31))


@pytest.mark.parametrize(
    ("yes", "of", "status"),
    [
        (700, 1000, "reached"),  # 67–73
        (500, 1000, "on the way"),  # 47–53
        (41, 100, "not to be told"),  # 31–51
        (300, 1000, "moving away"),  # 27–33
        (2, 100, "too few answers"),
    ],
)
def test_where_a_target_stands(yes: int, of: int, status: str) -> None:
    waves = {"2021": wave(400, 600), "2025": wave(yes, of - yes)}
    assert borgerlib.follow_targets([TARGET], waves, codebook=BOOK)[0].status == status
    # Downwards it is the same: fewer who say no.
    down = borgerlib.Target("med.nej", 0.60, 0.40, date(2029, 12, 31))
    assert borgerlib.follow_targets([down], waves, codebook=BOOK)[0].status == status


def test_a_start_that_the_first_wave_found_is_no_more_certain_than_that() -> None:
    # 46 pct. of 1,000 (43–49): beyond a start of 40 that is known, not beyond 40 of 100 asked.
    target, now = replace(TARGET, start=0.40), wave(460, 540)
    alone = borgerlib.follow_targets([target], {"2025": now}, codebook=BOOK)[0]
    first = borgerlib.follow_targets([target], {"2021": wave(40, 60), "2025": now}, codebook=BOOK)[0]
    assert (alone.status, first.status) == ("on the way", "not to be told")


def test_a_goal_that_is_surely_missed_is_said_to_be() -> None:
    now = wave(460, 540)
    early, late = (now.copy(), now.copy())
    late.attrs["survey_date"] = "2030-03-01"
    early.attrs["survey_date"] = "2025-03-01"
    said = [borgerlib.follow_targets([TARGET], {"nu": one}, codebook=BOOK)[0] for one in (early, late)]
    assert said[0].sentence().endswith("På vej mod målet, men ikke nået endnu.")
    assert (said[1].status, said[1].sentence().endswith("Målet blev ikke nået i tide.")) == (
        "not reached",
        True,
    )


def test_a_target_for_some_is_about_them_alone() -> None:
    people = wave(50, 50)
    people["koen"] = np.where(people["med"] == "ja", "kvinde", "mand")
    people.loc[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "koen"] = "mand"
    target = replace(TARGET, who={"koen": ("mand",)}, text="Flere mænd med")
    found = borgerlib.follow_targets([target], {"2025": people}, codebook=BOOK)[0]
    row = found.estimates.frame.iloc[0]
    assert (row["n"], row["count"]) == (60, 10)
    assert found.sentence().startswith(
        "Flere mænd med (mål: 60\u00a0pct. 31. december 2029): 17\u00a0pct. i 2025 ("
    )
    assert found.sentence().endswith("Længere fra målet end ved begyndelsen.")


def test_targets_are_read_and_all_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "maal.toml"
    path.write_text(
        '[[target]]\nwhat = "med.ja"\nstart = 0.4\ngoal = 0.6\nby = 2029-12-31\n', encoding="utf-8"
    )
    assert borgerlib.load_targets(path, BOOK) == (TARGET,)
    path.write_text(
        '[[target]]\nwhat = "med.jaa"\nstart = 0.4\ngoal = 0.4\nby = 2029-12-31\n'
        'who = { koen = ["kvinder"] }\n'
        '[[target]]\nwhat = "med.nej"\nstart = 4\ngoal = 0.4\nby = "snart"\n',
        encoding="utf-8",
    )
    with pytest.raises(borgerlib.DataError) as error:
        borgerlib.load_targets(path, BOOK)
    told = str(error.value)
    for part in (
        "'jaa'. Did you mean 'ja'",
        "nothing to reach",
        "'kvinder'. Did you mean 'kvinde'",
        "at most 1",
        "by",
    ):
        assert part in told, told
    with pytest.raises(borgerlib.ParameterError, match="no waves"):
        borgerlib.follow_targets([TARGET], {}, codebook=BOOK)
    with pytest.raises(borgerlib.ParameterError, match="The wave 2025: Unknown column 'med'"):
        borgerlib.follow_targets([TARGET], {"2025": wave(4, 6).drop(columns="med")}, codebook=BOOK)


def test_waves_may_be_called_by_whole_numbers() -> None:
    assert compared(wave(30, 30), wave(20, 40), names=(2021, 2025)).names == ("2021", "2025")
