"""The register: nothing of it can be read without the key, nothing erased stays, every use is logged."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import apsw
import pandas as pd
import pytest
from registers import BY_ANSWERS, DAY, KEY, PLAIN, filled, made_up_people, new_register

from borgerlib.contact.invitation.mailing import ListRequest, mailing, withdrawal_text
from borgerlib.contact.register.consents import (
    Wording,
    covered,
    enter_refusals,
    expire,
    period_end,
    withdraw,
)
from borgerlib.contact.register.key import VARIABLE, new_key_file, pseudonym_of, read_key, withdrawal_code
from borgerlib.contact.register.lists.attendance import enter_attendance
from borgerlib.contact.register.lists.file import write_list
from borgerlib.contact.register.lists.make import make_list
from borgerlib.contact.register.people import correct, enter, erase, find, held
from borgerlib.contact.register.schema import VERSION
from borgerlib.contact.register.shown import as_text, write_pdf
from borgerlib.contact.register.store import Register, restore
from borgerlib.errors import DataError, DisclosureError, ParameterError
from borgerlib.personal import contact_mark


@pytest.fixture
def register(tmp_path):
    with new_register(tmp_path) as opened:
        yield opened


def decrypted(register, target):
    """The file's pages as they are, free ones included, without their encryption."""
    shutil.copyfile(register.path, target)
    copy = apsw.Connection(str(target))
    copy.pragma("hexkey", KEY)
    copy.pragma("rekey", "")
    copy.close()
    return target.read_bytes()


def test_the_file_is_encrypted_whole_and_for_its_owner_alone(register, tmp_path):
    filled(register)
    content = register.path.read_bytes()
    assert b"SQLite" not in content
    assert b"example.dk" not in content
    assert b"borger3@example.dk" in decrypted(register, tmp_path / "plain")
    assert stat.S_IMODE(register.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(register.path.parent.stat().st_mode) == 0o700


def test_a_wrong_key_and_a_file_that_is_none_are_said(register):
    filled(register)
    with pytest.raises(DataError, match="the key is another"):
        Register(register.path, "f" * 64)
    with pytest.raises(DataError, match="There is no register"):
        Register(register.path.with_name("none.db"), KEY)


@pytest.mark.parametrize("damage", ["flipped", "cut"])
def test_a_damaged_file_is_found_out_and_its_backup_restored(register, tmp_path, damage):
    filled(register, 300)
    backup = tmp_path / "backup.db"
    register.back_up(backup)
    register.close()
    content = bytearray(register.path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    register.path.write_bytes(content[: len(content) // 2] if damage == "cut" else content)
    with (
        pytest.raises(DataError, match=r"damaged|does not open") as caught,
        Register(register.path, KEY) as broken,
    ):
        broken.check()
    assert "borger register restore" in str(caught.value)
    with pytest.raises(DataError, match="Move it away first"):
        restore(backup, register.path, KEY)
    register.path.unlink()
    restore(backup, register.path, KEY)
    with Register(register.path, KEY) as again:
        assert again.check()[0] >= 2
        assert len(covered(again, "invitation", day=DAY, by_answers=True)) == 300


def test_a_register_that_was_emptied_is_not_taken_for_a_new_one(register):
    register.close()
    register.path.write_bytes(b"")
    for create in (False, True):
        with pytest.raises(DataError, match="is empty: it was cut off"):
            Register(register.path, "0" * 64, create=create)


@pytest.mark.parametrize(("change", "age"), [(1, "a newer"), (-1, "an older")])
def test_a_register_of_another_version_is_left_alone(register, change, age):
    register.connection.execute(f"PRAGMA user_version = {VERSION + change}")
    with pytest.raises(DataError, match=f"is from {age} borgerlib: version {VERSION + change}"):
        Register(register.path, KEY)


def test_the_key_stands_apart_and_is_read_by_its_owner_alone(register, tmp_path, monkeypatch):
    key = new_key_file(tmp_path / "noegle", register.path)
    assert read_key(tmp_path / "noegle", register.path) == key
    monkeypatch.setenv(VARIABLE, KEY)
    assert read_key(None, register.path) == KEY
    with pytest.raises(DataError, match="is there already"):
        new_key_file(tmp_path / "noegle", register.path)
    # Nor anywhere in the folder 'data', which is copied whole.
    for beside in (register.path.with_name("noegle"), tmp_path / "data" / "processed" / "noegle"):
        with pytest.raises(ParameterError, match="would stand beside the register"):
            new_key_file(beside, register.path)
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(DataError, match="needs its key"):
        read_key(None, register.path)
    (tmp_path / "short").write_text("abc")
    (tmp_path / "short").chmod(0o600)
    with pytest.raises(DataError, match="64 hexadecimal digits"):
        read_key(tmp_path / "short", register.path)
    (tmp_path / "noegle").chmod(0o644)
    with pytest.raises(DataError, match="Others may read the key"):
        read_key(tmp_path / "noegle", register.path)


def test_only_a_clear_yes_with_a_way_to_reach_her_is_entered(register):
    people = made_up_people(7)
    people.loc[0, "consent"] = None
    people.loc[1, "consent"] = "måske"
    people.loc[2, ["mail", "phone"]] = ["ingen@", "00000000"]
    people.loc[3, "mail"] = "x'); DROP TABLE person; --@example.dk"
    people.loc[4, "phone"] = "../../etc"
    people.loc[5, "mail"] = "BORGER4@example.dk "
    done = enter(register, people, wording=PLAIN, survey="s", day=DAY)
    assert done.refused["reason"].to_dict() == {
        0: "no consent",
        1: "no consent",
        2: "no possible e-mail address or telephone number",
    }
    assert (done.new, done.known) == (3, 0)  # rows 4 and 5 are one person
    assert register.rows("SELECT count(*) FROM person") == [(3,)]


def test_two_of_a_household_share_a_telephone_and_stay_two(register):
    people = made_up_people(2)
    people["phone"] = "+45 20 00 00 00"
    enter(register, people, wording=PLAIN, survey="s", day=DAY)
    assert find(register, "borger0@example.dk") != find(register, "borger1@example.dk")
    with pytest.raises(DataError, match="Several people share"):
        find(register, "20000000")


def test_the_latest_word_counts_and_a_no_outweighs_a_yes_of_the_same_day(register):
    filled(register, 1)
    person = find(register, "borger0@example.dk")
    assert covered(register, "invitation", day=DAY, by_answers=True) == {person}
    withdraw(register, person, day=DAY)
    filled(register, 1)  # the same answers once more give nothing back
    filled(register, 1, survey="another", day=DAY)
    assert covered(register, "invitation", day=DAY, by_answers=False) == set()
    filled(register, 1, survey="later", day=DAY + timedelta(days=1))
    assert covered(register, "invitation", day=DAY + timedelta(days=1), by_answers=False) == {person}
    assert [entry["given"] for entry in held(register, person)["consents"]] == [1, 0, 1, 1]


def test_a_consent_lasts_for_the_election_period(register):
    # The election of 2025 was on 18 November, that of 2021 on the 16th, that of 2029 is on the 20th.
    assert period_end(date(2025, 11, 17)) == date(2025, 12, 31)
    assert period_end(date(2025, 11, 18)) == date(2029, 12, 31)
    assert period_end(date(2021, 11, 15)) == date(2021, 12, 31)
    assert period_end(date(2029, 11, 20)) == date(2033, 12, 31)
    assert period_end(date(2026, 1, 1)) == date(2029, 12, 31)
    filled(register, 3)
    assert len(covered(register, "invitation", day=date(2029, 12, 31), by_answers=True)) == 3
    assert covered(register, "invitation", day=date(2030, 1, 1), by_answers=True) == set()
    assert expire(register, day=date(2029, 12, 31)) == 0
    assert expire(register, day=date(2030, 1, 1)) == 3
    assert register.rows("SELECT count(*) FROM person") == [(0,)]
    # Said yes again before that, on a list that comes after it.
    assert filled(register, 3, survey="paper", day=DAY).new == 0
    assert filled(register, 3, survey="paper", day=DAY + timedelta(days=1)).new == 3


def test_other_words_are_another_version(register):
    filled(register, 1)
    with pytest.raises(DataError, match="has other words already"):
        filled(register, 1, wording=Wording("invitation", "2026-2", "Andre ord", True))


def test_whoever_is_erased_is_gone_from_every_page_and_does_not_come_again(register, tmp_path):
    filled(register, 500)
    make_list(register, consent="invitation", purpose="Møde", day=DAY)
    pseudonym = pseudonym_of(KEY, "s", 250)
    erase(register, find(register, "borger250@example.dk"), day=DAY)
    pages = decrypted(register, tmp_path / "plain")
    for trace in (b"borger250@", b"Borger 250", b"20000250", pseudonym.encode()):
        assert trace not in pages
    assert b"borger251@example.dk" in pages
    assert filled(register, 500).refused["reason"].to_dict() == {250: "erased from the register before"}
    assert register.check()[0] == 4
    with pytest.raises(DataError, match="Nobody in the register"):
        find(register, "borger250@example.dk")


def test_answers_and_register_share_only_a_pseudonym_that_needs_the_key(register):
    filled(register)
    person_of = dict(register.rows("SELECT pseudonym, person FROM link"))
    for respondent in (3, 4):
        person = find(register, f"borger{respondent}@example.dk")
        assert person_of[pseudonym_of(KEY, "s", respondent)] == person
    assert not {pseudonym_of("f" * 64, "s", 3), "3"} & set(person_of)


def test_a_person_sees_all_that_is_held_on_her(register, tmp_path):
    filled(register, 12)
    make_list(register, consent="invitation", purpose="Borgermøde <om> klima", day=DAY)
    person = find(register, "20 00 00 03")
    correct(register, person, name="Åse Ødegård", phone="+45 30 00 00 00")
    found = held(register, person)
    assert (found["name"], found["mail"], found["phone"]) == ("Åse Ødegård", "borger3@example.dk", "30000000")
    text = as_text(found)
    for words in ("Åse Ødegård", "Du sagde ja den 2. marts 2026", BY_ANSWERS.text, "Borgermøde <om> klima"):
        assert words in text
    write_pdf(found, tmp_path / "indsigt.pdf")
    from pypdf import PdfReader

    pdf = PdfReader(tmp_path / "indsigt.pdf")
    assert "Borgermøde <om> klima" in pdf.pages[0].extract_text()
    assert stat.S_IMODE((tmp_path / "indsigt.pdf").stat().st_mode) == 0o600


def test_what_cannot_be_is_not_corrected(register):
    filled(register, 3)
    withdraw(register, find(register, "borger1@example.dk"), day=DAY)
    erase(register, find(register, "borger2@example.dk"), day=DAY)
    person = find(register, "borger0@example.dk")
    for details, error, words in (
        ({"mail": "ingen"}, DataError, "cannot be an e-mail address"),
        ({"phone": "12"}, DataError, "cannot be a telephone number"),
        ({"mail": "borger1@example.dk"}, DataError, "Another person"),
        ({"cpr": "1"}, ParameterError, "cpr cannot be corrected"),
        ({"phone": "20000001"}, DataError, "has said no, or was erased"),
        ({"phone": "20000002"}, DataError, "has said no, or was erased"),
    ):
        with pytest.raises(error, match=words):
            correct(register, person, **details)
    assert held(register, person)["mail"] == "borger0@example.dk"


def test_a_purpose_that_names_somebody_is_kept_without_her(register):
    filled(register, 10)
    purpose = "Møde, spørg anna@example.dk, 20 30 40 50 (010190-1234)"
    make_list(register, consent="invitation", purpose=purpose, day=DAY)
    kept = f"{register.rows('SELECT detail FROM log')} {register.rows('SELECT purpose FROM list')}"
    assert "Møde, spørg [kontaktoplysning]" in kept
    assert not [one for one in ("anna", "30 40", "1234") if one in kept]


def test_a_list_has_a_purpose_and_at_least_ten_people(register):
    filled(register, 9)
    with pytest.raises(ParameterError, match="needs a purpose"):
        make_list(register, consent="invitation", purpose="  ", day=DAY)
    with pytest.raises(DisclosureError, match="fewer than 10"):
        make_list(register, consent="invitation", purpose="Møde", day=DAY)
    filled(register, 1, start=9)
    assert len(make_list(register, consent="invitation", purpose="Møde", day=DAY)) == 10


def test_a_list_by_answers_needs_words_that_say_so(register):
    filled(register, 20, wording=PLAIN)
    filled(register, 12, start=20)
    everybody = covered(register, "invitation", day=DAY, by_answers=False)
    assert len(everybody) == 32
    listed = make_list(register, consent="invitation", purpose="Klima", day=DAY, among=everybody)
    assert set(listed["mail"]) == {f"borger{n}@example.dk" for n in range(20, 32)}


def test_two_lists_never_differ_by_a_few(register):
    filled(register, 40)
    able = sorted(covered(register, "invitation", day=DAY, by_answers=True))

    def list_of(people, day=DAY):
        return make_list(register, consent="invitation", purpose="Klima", day=day, among=people)

    list_of(able[:20])
    for others in (able[:19], able[:22], [*able[:18], *able[20:22]]):
        with pytest.raises(DisclosureError, match="Beside list 1 of 2026-03-02 the list would tell"):
            list_of(others)
    list_of(able[:20])  # the same again
    list_of(able[:25])
    # Whoever withdraws may be missing, whoever is new may be there: that tells no answer.
    withdraw(register, able[0], day=DAY)
    assert len(list_of(able[:20])) == 19
    filled(register, 2, start=40, day=DAY + timedelta(days=1))
    later = DAY + timedelta(days=1)
    new = [*able[:20], find(register, "borger40@example.dk"), find(register, "borger41@example.dk")]
    assert len(list_of(new, later)) == 21


def test_whoever_cannot_be_reached_in_a_way_is_missing_for_a_reason_that_tells_no_answer(register):
    people = made_up_people(30)
    people.loc[28:, "phone"] = None
    people.loc[[0], "mail"] = None
    enter(register, people, wording=BY_ANSWERS, survey="s", day=DAY)

    def listed(reach, **more):
        return make_list(register, consent="invitation", purpose="Møde", day=DAY, reach=reach, **more)

    assert len(listed("mail")) == 29
    assert len(listed("phone")) == 28
    everybody = listed("")
    with pytest.raises(DisclosureError, match="the list would tell") as caught:
        listed("mail", among=everybody.index[:27])
    assert caught.value.message.startswith("Beside list 1 of 2026-03-02 the list")


def test_lists_do_not_tell_of_a_few_together_either(register):
    filled(register, 60)
    able = sorted(covered(register, "invitation", day=DAY, by_answers=True))

    def list_of(*people, **more):
        among = [able[number] for number in people]
        return make_list(register, consent="invitation", purpose="Klima", day=DAY, among=among, **more)

    list_of(*range(12))
    list_of(*range(12, 24))
    # Person 24 alone is on neither; persons 0 to 9 and 12 to 23 leave out two of the first.
    for people in (range(25), [*range(10), *range(12, 24)]):
        with pytest.raises(DisclosureError, match="the list would tell") as caught:
            list_of(*people)
        assert caught.value.message.startswith("Beside list 1 of 2026-03-02")
    list_of(*range(29))
    # Two of the first list are missing, and on none of the others that lack them.
    list_of(*range(30, 60))
    with pytest.raises(DisclosureError, match="the list would tell"):
        list_of(*range(2, 12), *range(24, 40))
    # Of those who are drawn nothing is told by who is not: ten of the first thirty, say.
    list_of(*range(0, 30, 3), by_lot=True)
    list_of(*range(12, 29))
    with pytest.raises(DisclosureError, match="the list would tell"):
        list_of(*range(0, 27, 3), 28, by_lot=True)


def test_a_yes_that_is_renewed_does_not_hide_that_lists_are_alike(register):
    filled(register, 30)
    able = sorted(covered(register, "invitation", day=DAY, by_answers=True))
    make_list(register, consent="invitation", purpose="Klima", day=DAY, among=able[:24])
    later = DAY + timedelta(days=9)
    filled(register, 30, survey="t", day=later)
    with pytest.raises(DisclosureError, match="the list would tell"):
        make_list(register, consent="invitation", purpose="Klima", day=later, among=able[:21])


def test_a_list_that_does_not_tell_which_consents_it_knew_is_still_compared(register):
    filled(register, 30)
    able = sorted(covered(register, "invitation", day=DAY, by_answers=True))
    make_list(register, consent="invitation", purpose="Klima", day=DAY, among=able[:24])
    register.connection.execute("UPDATE list SET seen = NULL")  # as where the column came later
    with pytest.raises(DisclosureError, match="Beside list 1 of 2026-03-02 the list would tell"):
        make_list(register, consent="invitation", purpose="Klima", day=DAY, among=able[:21])


def test_who_came_is_entered_by_code_mail_or_phone_and_shown_to_her(register):
    filled(register, 12)
    people = make_list(register, consent="invitation", purpose="Møde om klima", day=DAY)
    first, second, third, fourth = people.index[:4]
    came = [people.loc[first, "code"].lower(), " BORGER1@example.dk", "20 00 00 02", "borger0@example.dk"]
    told = enter_attendance(register, came)
    assert (told.number, told.purpose, told.invited, told.came) == (1, "Møde om klima", 12, 3)
    shown = {person: as_text(held(register, person)) for person in (first, fourth)}
    assert "2. marts 2026: Møde om klima. Du kom." in shown[first]
    assert "Møde om klima. Du kom ikke." in shown[fourth]
    # What is entered again takes the place of what was.
    assert enter_attendance(register, [people.loc[second, "code"]], number=1).came == 1
    assert register.rows("SELECT person FROM list_member WHERE came = 1") == [(second,)]
    (last,) = register.rows("SELECT detail FROM log ORDER BY number DESC LIMIT 1")
    assert last == ('{"came":1,"invited":12,"list":1}',)
    erase(register, third, day=DAY)
    with pytest.raises(DataError) as caught:
        enter_attendance(register, ["20000002", "ukendt@example.dk"])
    assert caught.value.problems == ("1: '200…' is nobody on it", "2: 'uke…' is nobody on it")
    with pytest.raises(DataError, match="There is no list 7") as caught:
        enter_attendance(register, [], number=7)
    assert "1 of 2026-03-02: Møde om klima" in str(caught.value)


def test_an_address_or_a_number_is_looked_up_without_making_codes_of_everybody(register, monkeypatch):
    filled(register, 12)
    made = []
    monkeypatch.setattr(
        "borgerlib.contact.register.people.withdrawal_code",
        lambda _, person: made.append(person) or str(person),
    )
    assert find(register, "borger3@example.dk") == find(register, "20 00 00 03")
    assert len(made) == 2


def test_a_code_in_the_letter_withdraws_and_cannot_be_guessed(register):
    filled(register, 12)
    codes = make_list(register, consent="invitation", purpose="Møde", day=DAY)["code"]
    assert codes.is_unique
    person = find(register, codes.iloc[3].lower().replace("-", " "))
    assert person == codes.index[3]
    with pytest.raises(DataError, match="or code"):
        find(register, "AAAA-AAAA-AAAA")
    # 60 bits of a keyed hash: another key gives another code.
    assert withdrawal_code(KEY, person) == codes.iloc[3]
    assert withdrawal_code("f" * 64, person) != codes.iloc[3]
    assert len({withdrawal_code(KEY, number) for number in range(5000)}) == 5000
    text = withdrawal_text(codes.iloc[3], contact="borger@example.dk")
    assert f"koden {codes.iloc[3]}" in text
    assert withdrawal_text("A", contact="https://x.dk/?k={kode}", short=True) == "Afmeld: https://x.dk/?k=A"


def test_a_mailing_holds_no_more_than_its_channel_needs_and_says_its_purpose(register):
    filled(register, 12)
    people = make_list(register, consent="invitation", purpose="Møde", day=DAY)
    wanted = ListRequest(" Møde ", "Åse", "72 10 00 00", "sms")
    made = mailing(people, wanted, DAY)
    assert list(made) == ["Navn", "Telefon", "Kode", "Afmelding", "Formål", "Lavet af", "Dato"]
    assert made["Afmelding"].iloc[0] == f"Afmeld: 72 10 00 00, kode {people['code'].iloc[0]}"
    assert made.iloc[0][["Formål", "Lavet af", "Dato"]].tolist() == ["Møde", "Åse", "2. marts 2026"]
    assert "example.dk" not in mailing(people, replace(wanted, channel="letter"), DAY).to_csv()


def test_a_list_is_a_file_without_formulas_for_its_owner_alone(register, tmp_path):
    people = made_up_people(12)
    people.loc[0, "name"] = "=cmd|' /C calc'!A0"
    enter(register, people, wording=PLAIN, survey="s", day=DAY)
    listed = make_list(register, consent="invitation", purpose="Møde", day=DAY)
    write_list(listed, tmp_path / "liste.csv")
    read = pd.read_csv(tmp_path / "liste.csv", sep=";", dtype=str)
    assert not read["name"].str.startswith("=").any()
    write_list(listed, tmp_path / "liste.xlsx")
    assert len(pd.read_excel(tmp_path / "liste.xlsx", engine="calamine")) == 12
    assert stat.S_IMODE((tmp_path / "liste.csv").stat().st_mode) == 0o600
    with pytest.raises(ParameterError, match=r"csv or \.xlsx"):
        write_list(listed, tmp_path / "liste.txt")


def test_the_log_tells_who_did_what_and_nothing_of_anybody(register):
    filled(register, 12)
    make_list(register, consent="invitation", purpose="Møde", day=DAY)
    erase(register, find(register, "borger3@example.dk"), day=DAY)
    lines = register.rows("SELECT actor, action, detail FROM log")
    assert [action for _, action, _ in lines] == ["import", "list", "erase"]
    assert {actor for actor, _, _ in lines} == {"Åse"}
    assert "borger" not in "".join(detail for *_, detail in lines)


def test_a_log_that_was_changed_is_found_out(register):
    filled(register, 12)
    _, noted = register.check()
    make_list(register, consent="invitation", purpose="Møde", day=DAY)
    assert register.check(known=noted)[0] == 2
    for statement in ("UPDATE log SET actor = 'x'", "DELETE FROM log"):
        with pytest.raises(apsw.ConstraintError, match="append-only"):
            register.connection.execute(statement)
    register.connection.execute("DROP TRIGGER log_kept")
    register.connection.execute("UPDATE log SET actor = 'Ole' WHERE number = 1")
    with pytest.raises(DataError, match="line 1 does not follow"):
        register.check()


def test_a_log_that_was_cut_off_misses_the_line_that_was_noted(register):
    filled(register, 12)
    make_list(register, consent="invitation", purpose="Møde", day=DAY)
    _, noted = register.check()
    register.connection.execute("DROP TRIGGER log_stays")
    register.connection.execute("DELETE FROM log WHERE number = 2")
    assert register.check()[0] == 1
    with pytest.raises(DataError, match="no longer in it"):
        register.check(known=noted)


def test_what_fails_leaves_nothing_behind(register):
    filled(register, 3)
    register.connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.link WHEN (SELECT count(*) FROM main.link) = 4 "
        "BEGIN SELECT RAISE(ABORT, 'in the middle'); END"
    )
    with pytest.raises(apsw.ConstraintError, match="in the middle"):
        filled(register, 3, start=3)
    assert register.rows("SELECT count(*) FROM person") == [(3,)]
    assert register.check()[0] == 1


@pytest.mark.long
def test_two_processes_at_once_lose_nothing(register):
    script = (
        "import sys; sys.path[:0] = sys.argv[3:]\n"
        "from pathlib import Path\n"
        "from registers import KEY, filled\n"
        "from borgerlib.contact.register.store import Register\n"
        "with Register(Path(sys.argv[1]), KEY) as register:\n"
        "    for n in range(15):\n"
        "        filled(register, 1, start=int(sys.argv[2]) + n)\n"
    )
    words = [os.path.dirname(os.path.dirname(__file__))]
    started = [
        subprocess.Popen([sys.executable, "-c", script, str(register.path), str(start), *words])
        for start in (100, 200)
    ]
    assert [process.wait() for process in started] == [0, 0]
    assert register.rows("SELECT count(*) FROM person") == [(30,)]
    assert register.check()[0] == 30


def test_an_unsure_no_is_told_with_its_row_and_not_at_all_without_one(register):
    shared = made_up_people(2).assign(phone="20000000")
    enter(register, shared, wording=BY_ANSWERS, survey="s", day=DAY)
    mark = contact_mark(register.rows("SELECT phone FROM person")[0][0])
    for row, told in (("7", ["7"]), ("", [])):
        noes = pd.DataFrame({"mark": [mark], "day": [""], "row": [row], "sure": [True]})
        count, unsure = enter_refusals(register, noes, day=DAY, survey="s")
        assert (count, unsure.index.tolist()) == (0, told)
