"""Who may be invited, what is told of them, who is drawn, and what a list holds."""

import re
import stat
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from registers import DAY

from borgerlib import danish
from borgerlib.contact.draw.check import verify
from borgerlib.contact.invitation.balance import UNTOLD, Balance, balance, draw_balanced
from borgerlib.contact.invitation.candidates import open_candidates
from borgerlib.contact.invitation.dice import lay_out, seated
from borgerlib.contact.invitation.handout import hand_out, require_listable
from borgerlib.contact.invitation.mailing import ListRequest
from borgerlib.contact.invitation.overview import overview
from borgerlib.contact.invitation.page import words
from borgerlib.contact.lottery.panels import draw_panel
from borgerlib.contact.register.consents import withdraw
from borgerlib.contact.register.lists.make import make_list
from borgerlib.contact.register.people import held
from borgerlib.errors import DataError, DisclosureError, ParameterError
from borgerlib.interest.filters.choices import SEGMENTS_FILE, saved_folder
from borgerlib.interest.filters.selection import Selection
from borgerlib.interest.store import load

CLIMATE_YOUNG = Selection({"topics": ("klima_miljoe",), "age": ("15-24",)})
WANTED = ListRequest("Møde om klima", "Åse Bær", "borger@example.dk", "mail", ".csv")


def test_the_chosen_are_those_who_consented_and_answered_so(candidates):
    respondents = load("Odense")
    chosen = candidates.chosen(CLIMATE_YOUNG)
    said = respondents["emner__klima_miljoe"].eq(1) & respondents["alder"].between(15, 24)
    expected = respondents.loc[said, "svar_id"].astype(str)
    assert set(chosen["response"]) <= set(expected)
    assert set(chosen["response"]) == set(expected) & set(candidates.answers["response"])
    assert set(candidates.answers.index) <= candidates.able


def test_several_levels_of_a_role_are_any_of_them(candidates):
    both = candidates.chosen(Selection({"topics": ("natur", "trafik")}))
    one, other = (candidates.chosen(Selection({"topics": (topic,)})) for topic in ("natur", "trafik"))
    assert set(both.index) == set(one.index) | set(other.index)


def test_the_overview_tells_tens_and_shows_no_few(candidates):
    everybody = overview(candidates, Selection())
    assert everybody.sentences == (f"{len(candidates.able)} har sagt ja til at blive inviteret.",)
    shown = overview(candidates, CLIMATE_YOUNG)
    count = len(candidates.chosen(CLIMATE_YOUNG))
    assert shown.sentences[0] == f"Omkring {round(count, -1)} har sagt ja og passer på valget."
    # The ages are what was chosen, so the chart is of the sexes; counts below five would be hatched.
    assert set(shown.chart.frame["item"]) == {"sex"}
    assert shown.chart.simulated
    assert str(count) not in re.findall(r"\d+", shown.chart.question + shown.chart.title)
    assert shown.chart.question.endswith("Andel af de valgte og af alle, der bor her.")


def test_why_somebody_is_on_no_list_by_answers_is_told_as_it_is(candidates):
    # Two said yes to words that keep their answers out of it; three answered an earlier survey only.
    able = candidates.able | {10001, 10002, 20001, 20002, 20003}
    more = replace(candidates, able=able, willing=candidates.willing | {20001, 20002, 20003})
    (everybody,) = overview(more, Selection()).sentences
    assert everybody == f"{danish.number(len(able))} har sagt ja til at blive inviteret."
    only = "De kan kun være med på lister til alle."
    assert overview(more, CLIMATE_YOUNG).sentences[1:] == (
        f"2 har sagt ja til at blive inviteret, men ikke til at deres svar afgør, til hvad. {only}",
        f"3 har sagt ja til at blive inviteret, men har ikke svaret i denne undersøgelse. {only}",
    )


def test_fewer_than_ten_are_not_counted(candidates):
    few = Selection({"topics": ("integration",), "age": ("15-24",), "time": ("uge",)})
    assert len(candidates.chosen(few)) < 10
    shown = overview(candidates, few)
    assert shown.chart is None
    assert shown.sentences[0].startswith("Færre end 10 kan inviteres.")


def test_a_small_group_is_not_shown_in_the_chart(candidates):
    topics = [level.id for level in candidates.offer.filter("topics").levels]
    ages = {
        topic: candidates.chosen(Selection({"topics": (topic,)}))[candidates.items["age"]] for topic in topics
    }
    narrow = next(
        Selection({"topics": (topic,)})
        for topic, age in ages.items()
        if len(age) >= 10 and age.value_counts().min() in (1, 2, 3, 4)
    )
    frame = overview(candidates, narrow).chart.frame
    shown = frame[(frame["group"] == "valgt") & ~frame["suppressed"]]
    assert shown["count"].dropna().astype(int).isin([1, 2, 3, 4]).sum() == 0


def test_a_balanced_draw_is_as_the_population_and_repeats(candidates):
    chosen = candidates.chosen(Selection({"formats": ("borgersamling",)}))
    wanted = balance(candidates, chosen, 20)
    assert wanted.why_not() is None
    drawn = draw_balanced(wanted, reserves=12, seed=4)
    assert drawn.seats.equals(draw_balanced(wanted, reserves=12, seed=4).seats)
    panel = wanted.people.loc[drawn.seats.index[drawn.seats == "plads"]]
    assert len(panel) == 20
    for quota in wanted.quotas.itertuples():
        assert quota.min <= (panel[quota.feature] == quota.value).sum() <= quota.max
    reserves = drawn.seats[drawn.seats != "plads"]
    assert list(reserves) == [f"reserve {number}" for number in range(1, 13)]
    assert not set(reserves.index) & set(panel.index)
    assert 0 < drawn.chances.min() <= 20 / len(chosen) <= drawn.chances.max() <= 1


def test_what_cannot_be_kept_is_told_in_danish_and_mended_on_request():
    people = pd.DataFrame({"alder": ["unge"] * 2 + ["gamle"] * 18})
    rows = [("alder", "unge", 5, 6), ("alder", "gamle", 4, 5), ("alder", UNTOLD, 0, 10)]
    quotas = pd.DataFrame(rows, columns=["feature", "value", "min", "max"])
    wanted = Balance(people, quotas, 10)
    reason = wanted.why_not()
    # 2 young and 5 old are 7: the old may be 8, the young need be 2 only.
    assert words.infeasible(reason) == [
        "Unge: der skal være mindst 5, men kun 2 kan trækkes.",
        "Den mindste ændring, der gør det muligt: mindst 2 (ikke 5) unge og højst 8 (ikke 5) gamle.",
    ]
    mended = wanted.mended(reason)
    assert mended.why_not() is None
    assert set(draw_balanced(mended, reserves=0, seed=1).seats) == {"plads"}
    assert draw_balanced(mended, reserves=99, seed=1).mended is not None


def by_kind(**counts):
    """People by kind, such as ax=8: 'a' of one thing, 'x' of another."""
    return pd.DataFrame(
        [tuple(kind) for kind, count in counts.items() for _ in range(count)], columns=list("kl")
    )


def exactly(**seats):
    rows = [("k" if value in "ab" else "l", value, count, count) for value, count in seats.items()]
    return pd.DataFrame(rows, columns=["feature", "value", "min", "max"])


def test_reserves_are_drawn_under_the_cap_of_the_seats(monkeypatch):
    results = []

    def noted(result, *, seed):
        results.append(result)
        return draw_panel(result, seed=seed)

    monkeypatch.setattr("borgerlib.contact.invitation.balance.draw_panel", noted)
    wanted = Balance(by_kind(ax=4, ay=8, bx=6, by=2), exactly(a=6, b=4, x=6, y=4), 10, 1.5)
    drawn = draw_balanced(wanted, reserves=5, seed=1)
    assert not drawn.uncapped
    # Five of the ten who are left: at most 1.5 times a half. Without a cap somebody has more.
    others = wanted.people.drop(index=drawn.seats.index[drawn.seats == "plads"])
    free = Balance(others, exactly(a=3, b=2, x=3, y=2), 5).chances()
    assert results[1].chances.max() <= 0.75 + 1e-6 < free.chances.max()


def test_reserves_who_cannot_keep_the_cap_are_drawn_without_it():
    # Three of four young have a seat: 0.75, 1.5 times the mean. Only the fourth can be the young reserve.
    wanted = Balance(by_kind(ax=4, bx=20), exactly(a=3, b=9, x=12), 12, 1.5)
    drawn = draw_balanced(wanted, reserves=4, seed=1)
    assert drawn.uncapped
    young = drawn.seats[drawn.seats.index < 4]
    assert (young == "plads").sum() == 3
    assert len(young) == 4


def test_a_saved_segment_chooses_as_its_rules_say(register):
    segments = saved_folder("Odense") / SEGMENTS_FILE
    segments.parent.mkdir(parents=True, exist_ok=True)
    segments.write_text('[groenne]\nemner = ["klima_miljoe", "natur"]\n', encoding="utf-8")
    try:
        found = open_candidates("Odense", register, day=DAY)
    finally:
        segments.unlink()
    assert [level.id for level in found.offer.filter("saved").levels] == ["groenne"]
    by_segment = found.chosen(Selection({"saved": ("groenne",)}))
    by_topics = found.chosen(Selection({"topics": ("klima_miljoe", "natur")}))
    assert set(by_segment.index) == set(by_topics.index)
    assert len(by_segment) >= 10


def test_people_whose_level_nobody_counts_can_still_be_drawn(candidates):
    answers = candidates.answers.assign(
        koen=pd.Categorical(["andet"] * 5 + ["mand", "kvinde"] * 866)[: len(candidates.answers)]
    )
    wanted = balance(candidates, answers, 50)
    assert (wanted.people["køn"] == UNTOLD).sum() == 5
    assert wanted.why_not() is None
    with pytest.raises(ParameterError, match="size = 0"):
        balance(candidates, answers, 0)


def test_a_list_states_its_purpose_and_is_for_its_owner_alone(register, candidates):
    chosen = candidates.chosen(Selection({"topics": ("kultur_fritid",)}))
    made = hand_out(register, candidates, WANTED, day=DAY, among=chosen.index)
    read = pd.read_csv(made.path, sep=";", dtype=str)
    assert (len(read), made.unreached) == (made.people, len(chosen) - made.people)
    assert set(read["Formål"]) == {"Møde om klima"}
    assert set(read["Lavet af"]) == {"Åse Bær"}
    assert list(read)[:4] == ["Navn", "E-mail", "Kode", "Afmelding"]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    again = hand_out(register, candidates, WANTED, day=DAY, among=chosen.index)
    assert again.path != made.path
    person = int(register.rows("SELECT person FROM list_member ORDER BY person LIMIT 1")[0][0])
    assert held(register, person)["lists"][0]["purpose"] == "Møde om klima"


def test_digital_post_gets_the_surveys_numbers_and_no_names(register, candidates):
    made = hand_out(
        register, candidates, ListRequest("Dialog", "Åse", "kommunen", "digital_post", ".xlsx"), day=DAY
    )
    read = pd.read_excel(made.path, engine="calamine", dtype=str)
    assert set(read["Svarnummer"]) <= set(load("Odense")["svar_id"].astype(str))
    assert not {"Navn", "E-mail", "Telefon"} & set(read)
    assert len(read) == len(candidates.able)


def test_seats_stand_before_reserves_in_their_order(register, candidates):
    people = list(candidates.answers.index[:14])
    places = ["reserve 10", "reserve 2", *["plads"] * 12]
    seats = pd.DataFrame({"Plads": places, "Lodtrækningskode": map(str, people)}, index=people)
    made = hand_out(
        register, candidates, ListRequest("Panel", "Åse", "kommunen"), day=DAY, among=people, seats=seats
    )
    read = pd.read_csv(made.path, sep=";")
    assert list(read["Plads"])[-3:] == ["plads", "reserve 2", "reserve 10"]
    # The code that the lottery's page asks for, beside the one to withdraw by.
    assert sorted(read["Lodtrækningskode"]) == people


def test_what_is_not_told_is_asked_for_in_danish(register, candidates):
    with pytest.raises(ParameterError, match=r"^Skriv hvad listen er til og hvor man kan melde fra\.$"):
        hand_out(register, candidates, ListRequest(" ", "Åse", ""), day=DAY)


def test_panels_that_could_not_be_invited_are_told_before_they_are_laid_out(register, candidates, tmp_path):
    chosen = candidates.answers.iloc[:22]
    wanted = ListRequest("Panel", "Åse", "borger@example.dk")
    check = partial(require_listable, register, candidates, wanted, day=DAY)
    made = {"title": "Panel", "day": DAY, "seed": 2, "letters": {}, "check": check}
    pool = balance(candidates, chosen, 20)
    pool = pool if (why := pool.why_not()) is None else pool.mended(why)
    lay_out(pool, tmp_path, **made)
    make_list(register, consent="invitation", purpose="Alle", day=DAY, among=chosen.index)
    with pytest.raises(DisclosureError, match="the list would tell"):
        lay_out(pool, tmp_path, **made)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_list_for_digital_post_is_as_long_as_it_is_told(register, candidates):
    few = replace(candidates, responses=candidates.responses.iloc[:9])
    wanted = ListRequest("Digital Post", "Åse", "borger@example.dk", channel="digital_post")
    lists = register.rows("SELECT count(*) FROM list")
    with pytest.raises(DisclosureError, match="fewer than 10 people"):
        hand_out(register, few, wanted, day=DAY)
    assert register.rows("SELECT count(*) FROM list") == lists


def test_dice_choose_a_panel_and_one_with_somebody_who_has_withdrawn_falls_out(
    register, candidates, tmp_path
):
    chosen = candidates.chosen(Selection({"formats": ("workshop",)}))
    letters = {person: f"BREV-{person}" for person in chosen.index}
    laid_out = lay_out(
        balance(candidates, chosen, 20), tmp_path, title="Panel", day=DAY, seed=2, letters=letters
    )
    assert verify(laid_out.public, fingerprint=laid_out.published.fingerprint).drawn is None
    told = pd.read_csv(laid_out.private / "koder.csv", index_col="id")
    codes = told["kode"]
    assert told["kode_i_brev"].to_dict() == letters
    panels = pd.read_csv(laid_out.public / "paneler.csv", dtype=str, index_col="panel")
    gone = int(codes.index[codes == panels.iloc[417, 0]][0])
    withdraw(register, gone, day=DAY)
    able = candidates.able - {gone}
    with pytest.raises(DataError, match=r"Panel 417 falls out, .*: .*\. Panels left: \d+ of 1000"):
        seated(laid_out, 417, able=able)
    number = next(n for n in range(1000) if codes[gone] not in set(panels.iloc[n]))
    seats = seated(laid_out, number, able=able)
    assert len(seats) == 20
    assert set(seats.index) <= set(chosen.index) - {gone}
    assert seats["Lodtrækningskode"].equals(codes[seats.index].rename("Lodtrækningskode"))
