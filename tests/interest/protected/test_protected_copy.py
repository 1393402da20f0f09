"""The protected copy: what is in it, what is not, and when it is made anew."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from simulated_citizens import prepared_citizens

from borgerlib.errors import DataError
from borgerlib.interest import store
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.write import _key
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.protected import files
from borgerlib.interest.protected.copy import protected_copy
from borgerlib.interest.protected.files import COPY, KEY, open_copy
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Option

BOOK = load_codebook("borgerinteresse")
KEY32 = b"k" * 32


@pytest.fixture(scope="module")
def aeroe(tmp_path_factory):
    with prepared_citizens(tmp_path_factory.mktemp("copy"), "Ærø", n=900) as prepared:
        yield prepared


@pytest.fixture
def made_here(monkeypatch):
    """Let this process make the copy, which another one makes otherwise and takes a second to begin."""
    monkeypatch.setattr(files, "_make_elsewhere", files._make)


@pytest.fixture
def respondents(aeroe):
    return store.load("Ærø")


def test_who_somebody_is_stays_and_what_they_answered_is_left_to_chance(respondents):
    copy = protected_copy(respondents, BOOK, KEY32, chance=0.1)
    for column in ("alder", "koen", "omraadetype", "weight", "aldersgruppe"):
        assert copy[column].tolist() == respondents[column].tolist()
    chosen = respondents["emner__natur"].astype("Int8").to_numpy()
    turned = (copy["emner__natur"].to_numpy() != chosen)[~pd.isna(chosen)]
    assert np.mean(turned.astype(bool)) == pytest.approx(0.1, abs=0.04)
    assert copy["emner__natur"].isna().tolist() == respondents["emner__natur"].isna().tolist()
    told = respondents["tid"].notna().to_numpy()
    # One of seven: 0.9 / (0.9 + 6 · 0.1) = 0.6 are kept.
    kept = copy["tid"].astype(str).to_numpy()[told] == respondents["tid"].astype(str).to_numpy()[told]
    assert kept.mean() == pytest.approx(0.6, abs=0.06)


def _of_chance(respondents, column, chance):
    return protected_copy(respondents, BOOK, KEY32, chance=chance)[column].astype("Int8").to_numpy()


def test_copies_of_two_chances_tell_what_the_one_of_less_chance_tells(respondents):
    true = respondents["emner__natur"].astype("Int8").to_numpy()
    fine, coarse = (_of_chance(respondents, "emner__natur", chance) for chance in (0.1, 0.3))
    answered = ~pd.isna(true)
    assert np.mean((coarse != true)[answered]) == pytest.approx(0.3, abs=0.05)
    # Where they differ and where they agree, the finer is right for nine of ten. Were they of one draw, it
    # would be right wherever they differ; were they two of the answers, where they differ for
    # 0.9 · 0.3 / (0.9 · 0.3 + 0.1 · 0.7) = 79 %, and 0.9 · 0.7 / (0.9 · 0.7 + 0.1 · 0.3) = 95 % elsewhere.
    for group in ((fine != coarse) & answered, (fine == coarse) & answered):
        assert np.mean(fine[group] == true[group]) == pytest.approx(0.9, abs=0.04)


def test_nine_copies_of_nearly_one_chance_tell_what_one_tells(respondents):
    true = respondents["emner__natur"].astype("Int8").to_numpy()
    copies = [_of_chance(respondents, "emner__natur", 0.1 + number * 1e-9) for number in range(9)]
    answered = ~pd.isna(true)
    most = np.mean([copy[answered].astype(float) for copy in copies], axis=0) > 0.5
    assert np.mean(most == true[answered]) == pytest.approx(0.9, abs=0.04)


def test_neither_ids_nor_text_nor_consent_are_in_it(respondents):
    copy = protected_copy(respondents, BOOK, KEY32, chance=0.1)
    assert not {"svar_id", "fritekst", "samtykke", "startet", "afsluttet"} & set(copy)
    assert copy.index.tolist() == list(range(len(copy)))


def test_a_place_that_somebody_typed_is_not_in_it(respondents):
    typed = respondents.assign(omraade=["Nord"] * 40 + ["min adresse er Vej 3"] * (len(respondents) - 40))
    typed.loc[typed.index[45:], "omraade"] = pd.NA
    assert set(protected_copy(typed, BOOK, KEY32, chance=0.1)["omraade"].dropna()) == {"Nord"}
    counted = [{"column": "omraade", "level_of": {"min adresse er Vej 3": "Syd"}}]
    assert set(protected_copy(typed, BOOK, KEY32, chance=0.1, targets=counted)["omraade"].dropna()) == {"Syd"}


def copied(respondents, *, book=BOOK, key=KEY32):
    return protected_copy(respondents, book, key, chance=0.1).reset_index(drop=True)


def randomised_columns(copy):
    return [column for column in copy if column.startswith(("emner__", "formater__", "kanaler__", "tid"))]


def rows_as_ids(respondents):
    """Return what an export without ids becomes: each id is the next person's once a row is put in front."""
    return respondents.assign(svar_id=[f"raekke-{row}" for row in range(2, len(respondents) + 2)])


def without_times(respondents):
    return respondents.assign(startet=pd.NaT, afsluttet=pd.NaT)


@pytest.mark.parametrize("kind", ["ids and times", "ids", "times"])
def test_who_answers_the_same_has_the_same_copied_answers_in_whatever_export(respondents, kind):
    first = respondents.iloc[::-2]
    if "ids" not in kind:
        first, respondents = rows_as_ids(first), rows_as_ids(respondents)
    if "times" not in kind:
        first, respondents = without_times(first), without_times(respondents)
    whole = copied(respondents).iloc[::-2].reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, copied(first)[whole.columns], check_dtype=False)
    assert not copied(respondents, key=b"x" * 32).equals(copied(respondents))


def test_areas_ages_and_other_questions_are_no_other_draw(respondents):
    whole = copied(respondents)
    same = randomised_columns(whole)
    elsewhere = respondents.assign(omraade="andet område", omraadetype=pd.NA)
    assert copied(elsewhere)[same].equals(whole[same])
    born = respondents.assign(foedselsaar=(2025 - respondents["alder"]).astype("Int64"))
    older = born.assign(alder=born["alder"] + 1)
    assert copied(older)[same].equals(copied(born)[same])
    turned = [replace(item, options=item.options[::-1]) for item in reversed(BOOK.items)]
    turned = replace(BOOK, items=tuple(item for item in turned if item.id != "kanaler"))
    same = [column for column in same if not column.startswith("kanaler")]
    pd.testing.assert_frame_equal(
        copied(respondents, book=turned)[same], whole[same], check_dtype=False, check_categorical=False
    )


def test_an_option_more_is_another_draw_of_a_single_choice_and_of_no_other_box(respondents):
    more = {"tid": Option("mere", "Mere"), "emner": Option("aaa", "Andet")}
    changed = [
        replace(item, options=(more[item.id], *item.options)) if item.id in more else item for item in BOOK
    ]
    wider = respondents.assign(emner__aaa=pd.array([0] * len(respondents), dtype="Int8"))
    before, after = copied(respondents), copied(wider, book=replace(BOOK, items=tuple(changed)))
    boxes = [column for column in randomised_columns(before) if column != "tid"]
    assert after[boxes].equals(before[boxes])
    # Both draws keep 60 and 56 %. Were they one, whatever differs would have been true before.
    differ = (after["tid"].astype(str) != before["tid"].astype(str)).to_numpy() & respondents["tid"].notna()
    true = before["tid"].astype(str).to_numpy() == respondents["tid"].astype(str)
    assert true[differ].mean() < 0.6


@pytest.mark.parametrize("time", ["2025-11-20", "2025-11-20T10:00:00.25"])
def test_one_time_of_another_fineness_is_no_other_draw(respondents, time):
    days = respondents.assign(startet=respondents["startet"].dt.normalize())
    mixed = days.copy()
    mixed.loc[mixed.index[0], "startet"] = pd.Timestamp(time)
    assert copied(mixed).iloc[1:].equals(copied(days).iloc[1:])


def test_a_changed_answer_is_drawn_anew_and_no_other(respondents):
    # Of 60 changed answers that met the same chance, all or none would be kept in both copies alike.
    rows = respondents.index[respondents["emner__natur"].notna()][:60]
    changed = respondents.copy()
    changed.loc[rows, "emner__natur"] = 1 - changed.loc[rows, "emner__natur"]
    before, after = copied(respondents), copied(changed)
    at = respondents.index.get_indexer(rows)
    kept = [
        (copy["emner__natur"].to_numpy()[at] == answers.loc[rows, "emner__natur"].to_numpy()).astype(bool)
        for copy, answers in ((before, respondents), (after, changed))
    ]
    assert (kept[0] != kept[1]).any()
    others = [column for column in randomised_columns(before) if column != "emner__natur"]
    assert after[others].equals(before[others])
    unchanged = np.setdiff1d(np.arange(len(respondents)), at)
    assert after.iloc[unchanged].equals(before.iloc[unchanged])


def test_of_people_alike_in_everything_who_leaves_or_comes_is_not_recognised(respondents):
    answered = respondents[respondents["tid"].notna() & respondents["emner__natur"].notna()]
    alike = pd.concat([answered.iloc[[0]]] * 3, ignore_index=True)
    three, two = (copied(people) for people in (alike, alike.iloc[1:]))
    # Were the two that are left numbered anew and no more, one would have what the first had.
    assert not boxes_of(two) & boxes_of(three)
    assert len(boxes_of(three)) == 3


def boxes_of(copy):
    columns = [column for column in randomised_columns(copy) if column != "tid"]
    return set(map(tuple, copy[columns].astype("Int8").to_numpy().tolist()))


@pytest.mark.parametrize("guess", [0, 1])
def test_who_answers_in_the_place_of_another_does_not_learn_whether_the_guess_was_right(respondents, guess):
    # Without ids and times: somebody of her age and sex who answers as she does, but for one guess.
    people = without_times(rows_as_ids(respondents[respondents["emner__natur"].notna()]))
    target = people.iloc[[0]]
    true = target["emner__natur"].iloc[0]
    joined = pd.concat([people, target.assign(svar_id="raekke-9999", emner__natur=abs(true - guess))])
    before, after = copied(people), copied(joined)
    # Whatever the guess, the target is drawn anew, and so are all of her age and sex, and nobody else.
    alike = (people["alder"] == target["alder"].iloc[0]) & (people["koen"] == target["koen"].iloc[0])
    same = alike.to_numpy(dtype=bool, na_value=False)
    assert not boxes_of(before[same]) & boxes_of(after.iloc[: len(people)][same])
    assert after.iloc[: len(people)][~same].equals(before[~same])


@pytest.mark.parametrize("guess", [0, 1])
def test_rows_that_change_places_tell_nothing_of_people_alike(respondents, guess):
    # One has the other's answers, or all but one; they live apart, so that the copy tells whose row it is.
    target = respondents[respondents["emner__natur"].notna()].iloc[[0]].assign(omraadetype="by")
    other = target.assign(omraadetype="land", emner__natur=abs(target["emner__natur"].iloc[0] - guess))
    two = without_times(rows_as_ids(pd.concat([target, other], ignore_index=True)))
    assert copied(two.iloc[::-1]).iloc[::-1].reset_index(drop=True).equals(copied(two))


def test_an_answer_of_somebody_alike_is_another_draw_too(respondents):
    # Else one of the two might get the number that was the other's.
    two = pd.concat([respondents[respondents["emner__natur"].notna()].iloc[[0]]] * 2, ignore_index=True)
    changed = two.copy()
    changed.loc[0, "emner__natur"] = 1 - changed.loc[0, "emner__natur"]
    assert not boxes_of(copied(two)) & boxes_of(copied(changed))


class TestFiles:
    def test_prepare_makes_it_and_keeps_the_key_for_the_owner(self, aeroe):
        assert (aeroe.folder / COPY).is_file()
        assert (aeroe.folder / KEY).stat().st_mode & 0o777 == 0o600

    @pytest.mark.long
    def test_preparing_again_gives_the_same_copy(self, aeroe):
        before, _ = open_copy("Ærø", chance=0.1)
        prepare("Ærø", processed_folder("Ærø").parent / "SIMULEREDE_DATA" / "aeroe")
        after, _ = open_copy("Ærø", chance=0.1)
        pd.testing.assert_frame_equal(after, before)

    @pytest.mark.long
    def test_a_later_wave_has_a_key_of_its_own(self, aeroe):
        key, export = (
            (aeroe.folder / KEY).read_bytes(),
            processed_folder("Ærø").parent / "SIMULEREDE_DATA" / "aeroe",
        )
        # Preparing takes seconds: once is enough to see that the key is asked for.
        assert _key(replace(aeroe, survey_date=aeroe.survey_date + timedelta(days=180))) == key
        prepare("Ærø", export, survey_date=aeroe.survey_date + timedelta(days=181))
        assert (aeroe.folder / KEY).read_bytes() != key

    @pytest.mark.slow
    def test_a_wave_is_told_from_the_one_before_where_a_file_of_that_is_damaged(self, aeroe):
        same = replace(aeroe, survey_date=date.fromisoformat(store.load("Ærø").attrs["survey_date"]))
        later = replace(same, survey_date=same.survey_date + timedelta(days=181))
        other_version = json.dumps({"respondents": {"survey_date": same.survey_date.isoformat()}}).encode()
        for name, content in (
            (store.WEIGHTING, b"{"),
            ("respondents.parquet", b"{"),
            (store.WEIGHTING, other_version),
        ):
            whole = (aeroe.folder / name).read_bytes()
            (aeroe.folder / name).write_bytes(content)
            try:
                assert _key(later) is None
                assert _key(same) == (aeroe.folder / KEY).read_bytes()
            finally:
                (aeroe.folder / name).write_bytes(whole)

    @pytest.mark.long
    @pytest.mark.parametrize("what", ["missing", "damaged", "older"])
    def test_a_copy_that_does_not_fit_is_made_anew_and_the_same(self, aeroe, request, what):
        if what != "missing":
            request.getfixturevalue("made_here")
        before, _ = open_copy("Ærø", chance=0.1)
        if what == "missing":
            (aeroe.folder / COPY).unlink()
        elif what == "damaged":
            (aeroe.folder / COPY).write_bytes(b"PAR1")
        else:
            state = (aeroe.folder / "respondents.parquet").stat()
            os.utime(aeroe.folder / "respondents.parquet", ns=(state.st_atime_ns, state.st_mtime_ns + 1))
        after, _ = open_copy("Ærø", chance=0.1)
        pd.testing.assert_frame_equal(after.reset_index(drop=True), before.reset_index(drop=True))

    @pytest.mark.slow
    def test_another_chance_and_a_lost_key_make_another(self, aeroe, made_here):
        before, _ = open_copy("Ærø", chance=0.1)
        stronger, _ = open_copy("Ærø", chance=0.3)
        assert not stronger.equals(before)
        pd.testing.assert_frame_equal(open_copy("Ærø", chance=0.1)[0], before)
        (aeroe.folder / KEY).unlink()
        assert not open_copy("Ærø", chance=0.1)[0].equals(before)

    def test_three_who_ask_for_three_chances_at_once_each_read_their_own(self, aeroe, monkeypatch):
        # Each has made its copy before any of them reads, unless they wait for each other.
        together = threading.Barrier(3)

        def made(municipality, chance):
            files._make(municipality, chance)
            with suppress(threading.BrokenBarrierError):
                together.wait(timeout=0.5)

        monkeypatch.setattr(files, "_make_elsewhere", made)
        (aeroe.folder / COPY).unlink()
        chances = (0.11, 0.2, 0.3)
        with ThreadPoolExecutor(3) as askers:
            found = list(askers.map(lambda chance: open_copy("Ærø", chance=chance), chances))
        assert [state["chance"] for _, state in found] == [*chances]
        for chance, (copy, _) in zip(chances, found, strict=True):
            pd.testing.assert_frame_equal(copy, open_copy("Ærø", chance=chance)[0])

    @pytest.mark.slow
    def test_a_folder_in_its_place_is_told_with_what_to_do(self, aeroe):
        whole = (aeroe.folder / COPY).read_bytes()
        (aeroe.folder / COPY).unlink()
        (aeroe.folder / COPY).mkdir()
        try:
            with pytest.raises(DataError, match=f"The file {COPY} cannot be written to .*: Is a dir") as told:
                open_copy("Ærø", chance=0.1)
            assert told.value.hint == "A folder stands where the file belongs: move it away."
        finally:
            (aeroe.folder / COPY).rmdir()
            (aeroe.folder / COPY).write_bytes(whole)

    @pytest.mark.slow
    def test_a_survey_that_is_not_prepared_or_damaged_says_so(self, aeroe):
        with pytest.raises(DataError, match="'Odense' has no prepared respondents"):
            open_copy("Odense", chance=0.1)
        whole = (aeroe.folder / "respondents.parquet").read_bytes()
        (aeroe.folder / "respondents.parquet").write_bytes(b"PAR1")
        try:
            with pytest.raises(DataError, match="is damaged"):
                open_copy("Ærø", chance=0.1)
        finally:
            (aeroe.folder / "respondents.parquet").write_bytes(whole)

    @pytest.mark.long
    def test_what_is_told_of_it_holds_no_answer(self, aeroe):
        frame, _ = open_copy("Ærø", chance=0.1)
        assert frame.attrs["municipality"] == "Ærø"
        assert set(json.loads(json.dumps(frame.attrs))) >= {"simulated", "min_age", "raked_by", "areas"}
