"""Tables from elsewhere: columns guessed and said, everything that is wrong told at once, in doubt no."""

from datetime import date, timedelta

import pytest
from registers import DAY, filled, new_register

from borgerlib.contact.register.consents import covered, withdraw
from borgerlib.contact.register.intake.table import import_table, read_people_table
from borgerlib.contact.register.people import clear_answer, correct, erase, find, held
from borgerlib.errors import DataError, ParameterError

TABLE = """Fornavn;Efternavn;E-mailadresse;Mobilnr.;Må vi kontakte dig?
Åse;Bær;aase@example.dk;20304050;Ja
Bo;Hansen;bo@example.dk;+45 2030 4051;nej
Ib;;ib@;00000000;
Åse;Bær;AASE@example.dk;;Ja
Per;Holm;;20304052;ja
Per;Holm;;+4520304052;nej
Eva;"O'; DROP TABLE person; --";eva@example.dk;;måske
"""


@pytest.fixture
def register(tmp_path):
    with new_register(tmp_path) as opened:
        yield opened


def table(tmp_path, text=TABLE, **columns):
    (tmp_path / "liste.csv").write_text(text, encoding="utf-8")
    return read_people_table(tmp_path / "liste.csv", columns=columns)


def entered(register, read, *, day=DAY, version="1"):
    return import_table(register, read, version=version, words="", by_answers=False, day=day)


def test_columns_are_guessed_and_all_problems_told_at_once(tmp_path):
    read = table(tmp_path)
    assert read.columns == {
        "mail": ("E-mailadresse",),
        "phone": ("Mobilnr.",),
        "consent": ("Må vi kontakte dig?",),
        "name": ("Fornavn", "Efternavn"),
    }
    assert read.problems == (
        "row 4: 'ib@' cannot be an e-mail address, and is left out",
        "row 4: '000…' cannot be a telephone number, and is left out",
        "rows 2, 5 are one person",
        "rows 6, 7 are one person: both yes and no, so no",
        "row 4: nothing is no clear yes, so no",
        "row 8: 'mås…' is no clear yes, so no",
    )


def test_nobody_is_named_where_the_wrong_column_is_taken(tmp_path):
    text = "Hvem;E-mail;Samtykke\nAnna;anna@example.dk;ja\nBente;0101901234;20304050\n"
    for column in ("Hvem", "Samtykke"):
        told = " ".join(table(tmp_path, text, consent=column).problems)
        assert not [one for one in ("Bente", "bente", "anna@", "010190", "203040") if one in told]


def test_a_table_without_headings_names_nobody(tmp_path):
    text = "Anna Hansen;anna@example.dk;Ja\nBo Jensen;bo@example.dk;Ja\n"
    with pytest.raises(DataError) as caught:
        table(tmp_path, text)
    assert "the first row is a person's" in str(caught.value)
    assert "Anna" not in str(caught.value)
    with pytest.raises(ParameterError) as caught:
        table(tmp_path, text, mail="E-mail")
    assert "anna" not in str(caught.value).casefold()


def test_a_workbook_reads_like_a_text_file(tmp_path):
    import pandas as pd

    read = table(tmp_path)
    pd.read_csv(tmp_path / "liste.csv", sep=";", dtype=str).to_excel(tmp_path / "liste.xlsx", index=False)
    assert read_people_table(tmp_path / "liste.xlsx").people.equals(read.people)


def test_only_those_who_said_yes_are_entered_and_in_words_of_the_heading(register, tmp_path):
    done = entered(register, table(tmp_path))
    assert (done.new, done.known, len(done.refused)) == (1, 0, 5)
    aase = held(register, find(register, "aase@example.dk"))
    assert aase["name"] == "Åse Bær"
    assert aase["consents"][0]["text"] == "Må vi kontakte dig?"
    assert entered(register, table(tmp_path)).new == 0  # the same table once more


def test_a_known_person_who_says_no_has_withdrawn(register, tmp_path):
    filled(register, 12)
    text = "Navn;E-mail;Samtykke\nBorger;borger3@example.dk;Nej\nBorger;borger4@example.dk;\n"
    later = DAY + timedelta(days=1)
    done = entered(register, table(tmp_path, text), day=later, version="3")
    assert done.withdrawn == 1
    left = covered(register, "invitation", day=later, by_answers=False)
    assert find(register, "borger3@example.dk") not in left
    assert find(register, "borger4@example.dk") in left  # nothing said is no withdrawal


def test_a_consent_that_names_the_mail_is_a_consent(tmp_path):
    read = table(tmp_path, "Må vi kontakte dig på e-mail?;E-mail\nJa;a@example.dk\nNej;b@example.dk\n")
    assert read.columns == {"mail": ("E-mail",), "consent": ("Må vi kontakte dig på e-mail?",)}


def test_what_is_not_clear_is_asked_for(tmp_path):
    with pytest.raises(DataError) as caught:
        table(tmp_path, "Privat mail;Arbejdsmail;Køn\na@x.dk;b@x.dk;k\nc@x.dk;d@x.dk;m\n")
    assert caught.value.problems == (
        "mail could be 'Privat mail' or 'Arbejdsmail': say --column mail=…",
        "no column tells who consented, so nobody may be entered: say --column consent=…",
    )
    text = "Privat mail;Arbejdsmail;OK\na@x.dk;b@x.dk;ja\nc@x.dk;d@x.dk;ja\n"
    read = table(tmp_path, text, mail="Privat mail", consent="OK")
    assert list(read.people["mail"]) == ["a@x.dk", "c@x.dk"]
    with pytest.raises(ParameterError, match="Arbejdsmial"):
        table(tmp_path, text, mail="Arbejdsmial")
    with pytest.raises(DataError, match="CPR"):
        table(tmp_path, "CPR;E-mail;Samtykke\n010190-1234;a@x.dk;ja\n020290-1234;b@x.dk;ja\n")


def test_who_has_withdrawn_or_was_erased_does_not_come_back_by_another_address_or_list(register, tmp_path):
    rows = [f"p{number}@example.dk;2030405{number};Ja\n" for number in range(4)]
    text = "E-mail;Telefon;Samtykke\n" + "".join(rows)
    assert entered(register, table(tmp_path, text), day=None).new == 4
    withdraw(register, find(register, "p1@example.dk"), day=date.today())
    erase(register, find(register, "p2@example.dk"), day=date.today())
    # Her number with another address, alone, and her address on a list of another name.
    other = "x@example.dk;20304051;Ja\ny@example.dk;20304052;Ja\n;20304052;Ja\np2@example.dk;;Ja\n"
    again = table(tmp_path, "E-mail;Telefon;Samtykke\n" + other)
    refused = entered(register, again, day=None, version="2").refused["reason"]
    assert refused.str.split(";").str[0].tolist() == ["said no before", *["erased before"] * 3]
    assert covered(register, "invitation", day=date.today(), by_answers=False) == {1, 4}
    # A yes of a day that is told is a new one where it is later than the no.
    done = entered(register, again, day=date.today(), version="2")
    assert (done.new, done.known, len(done.refused)) == (0, 0, 4)
    register.connection.execute("UPDATE erased SET day = ?", (DAY.isoformat(),))
    assert entered(register, again, day=date.today(), version="2").new == 2


def test_who_has_withdrawn_or_was_erased_does_not_come_back_by_a_longer_table(register, tmp_path):
    text = "E-mail;Samtykke\n" + "".join(f"p{number}@example.dk;Ja\n" for number in range(4))
    assert entered(register, table(tmp_path, text), day=None).new == 4
    withdraw(register, find(register, "p1@example.dk"), day=date.today())
    erase(register, find(register, "p2@example.dk"), day=date.today())
    longer = table(tmp_path, text + "p9@example.dk;Ja\n")
    again = entered(register, longer, day=None)
    assert (again.new, again.known) == (1, 2)
    assert sorted(again.refused["reason"]) == [
        "erased from the register before",
        "said no before; when they said yes is to be told with --said",
    ]
    able = covered(register, "invitation", day=date.today(), by_answers=False)
    assert len(able) == 3
    assert find(register, "p1@example.dk") not in able


HOUSEHOLD = "Navn;E-mail;Telefon;Samtykke\n"
UNTOLD = "several people have this telephone number, and neither address nor name tells whose it is"
ANOTHER = "said no, with a known telephone and another address: withdraw if it is she"


def reasons(done):
    return done.refused["reason"].tolist()


def test_a_telephone_that_several_share_tells_nobody_apart_who_gives_no_name(register, tmp_path):
    text = f"{HOUSEHOLD}Anna;anna@example.dk;20304050;Ja\nBent;bent@example.dk;20304050;Ja\n"
    assert entered(register, table(tmp_path, text)).new == 2
    for said in ("Ja", "Nej"):
        done = entered(register, table(tmp_path, f"{HOUSEHOLD};;20304050;{said}\n"))
        assert reasons(done) == [UNTOLD]
        assert (done.new, done.known, done.withdrawn) == (0, 0, 0)
    assert len(covered(register, "invitation", day=DAY, by_answers=False)) == 2
    # A name does: hers, without the address that she gave before.
    done = entered(register, table(tmp_path, f"{HOUSEHOLD}Anna Holm;;20304050;Nej\n"))
    assert (done.withdrawn, len(covered(register, "invitation", day=DAY, by_answers=False))) == (1, 1)


def test_two_of_a_household_with_one_telephone_and_no_address_are_two(register, tmp_path):
    text = f"{HOUSEHOLD}Hanne Holm;;66112233;Ja\nHans Holm;;66112233;Ja\n"
    read = table(tmp_path, text)
    assert read.problems == ()
    assert entered(register, read).new == 2
    assert register.rows("SELECT name FROM person ORDER BY id") == [("Hanne Holm",), ("Hans Holm",)]
    # The same people in another file, by names that may be theirs, are known and counted once.
    again = f"{HOUSEHOLD}H. Holm;;66112234;Ja\nHans;;66 11 22 33;Ja\nHANNE HOLM;;+4566112233;Ja\n"
    done = entered(register, table(tmp_path, again))
    assert (done.new, done.known) == (1, 2)
    # A no is his alone, and one of a name that neither has is told.
    done = entered(register, table(tmp_path, f"{HOUSEHOLD}Hans Holm;;66112233;Nej\n"))
    assert done.withdrawn == 1
    done = entered(register, table(tmp_path, f"{HOUSEHOLD}Ida Krag;;66112233;Nej\n"))
    assert (done.withdrawn, reasons(done)) == (0, [UNTOLD])
    assert covered(register, "invitation", day=DAY, by_answers=False) == {1, 3}


def test_a_no_of_another_name_withdraws_the_only_one_who_has_the_telephone(register, tmp_path):
    assert entered(register, table(tmp_path, f"{HOUSEHOLD}Hanne Holm;;66112233;Ja\n")).new == 1
    # It may be hers under another name: she can say yes again.
    done = entered(register, table(tmp_path, f"{HOUSEHOLD}Hans Krag;;66112233;Nej\n"))
    assert done.withdrawn == 1


def test_a_number_that_somebody_withdrew_brings_back_nobody_of_another_name(register, tmp_path):
    assert entered(register, table(tmp_path, f"{HOUSEHOLD}Hanne Holm;;66112233;Ja\n")).new == 1
    withdraw(register, find(register, "66112233"), day=DAY)
    for name in ("Hans Holm", "Hannah Holm", ""):
        done = entered(register, table(tmp_path, f"{HOUSEHOLD}{name};;66112233;Ja\n"), version="2")
        assert (done.new, covered(register, "invitation", day=DAY, by_answers=False)) == (0, set())


def test_a_no_of_another_address_is_told_and_cpr_numbers_are_not_taken(register, tmp_path):
    head = "Navn;E-mail;Telefon;Samtykke\n"
    text = f"{head}CPR 010190-1234;cpr@example.dk;;Ja\nB;;0101901235;Ja\nC;c@example.dk;20112220;Ja\n"
    done = entered(register, table(tmp_path, text))
    assert (done.new, len(done.refused)) == (2, 1)
    shown = held(register, find(register, "cpr@example.dk"))
    assert (shown["name"], shown["phone"]) == ("CPR [CPR-nummer fjernet]", None)
    correct(register, find(register, "cpr@example.dk"), name="0101901234")
    assert held(register, find(register, "cpr@example.dk"))["name"] == "[CPR-nummer fjernet]"
    done = entered(register, table(tmp_path, f"{head}C;ny@example.dk;20 11 22 20;Nej\n"))
    assert reasons(done) == [ANOTHER]


def test_nobody_says_yes_in_the_future_or_until_before(register, tmp_path):
    read = table(tmp_path)
    with pytest.raises(ParameterError, match="nobody has said yes in the future"):
        entered(register, read, day=date.today() + timedelta(1))
    with pytest.raises(ParameterError, match="would have ended before they were given"):
        import_table(
            register, read, version="1", words="", by_answers=False, day=DAY, until=DAY - timedelta(1)
        )
    assert register.rows("SELECT count(*) FROM person") == [(0,)]


def test_what_stands_in_a_consent_is_not_told_whole(tmp_path):
    read = table(
        tmp_path, "E-mail;Samtykke\na@example.dk;nej, ring til min mor på 22334455\nb@example.dk;Ja\n"
    )
    assert read.problems == ("row 2: 'nej…' is no clear yes, so no",)


def test_a_polite_yes_is_a_clear_one(tmp_path):
    read = table(tmp_path, "E-mail;Samtykke\na@example.dk;Ja tak!\nb@example.dk;nej tak\nc@example.dk;tja\n")
    assert [clear_answer(text) for text in read.people["consent"]] == [True, False, None]
    assert read.problems == ("row 4: 'tja' is no clear yes, so no",)
