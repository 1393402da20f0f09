import re
from calendar import isleap
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import DataError
from borgerlib.personal import (
    CONTACT_MASK,
    MASK,
    is_contact_heading,
    is_cpr,
    mask_contact,
    mask_cpr,
    mask_cpr_column,
    refuse_cpr_columns,
)

NUMBERS = [
    "010190-1234",
    "0101901234",
    "010190 1234",
    "010190 - 1234",
    "01 01 90 1234",
    "01 01 90-1234",
    "010190\u20111234",  # non-breaking hyphen
    "010190–1234",  # en dash, as Word makes it
    "01.01.90-1234",
    "01/01/90-1234",
    "01-01-90-1234",
    "01011990-1234",
    "01-01-1990-1234",
    "290200-4321",  # seventh digit 4 with year 00: 2000, a leap year
    "010136-4321",  # 2036
    "010157-5321",  # 2057
    "010158-5321",  # 1858
    "01-01-2036-4321",  # the first and last years of a seventh digit, written out
    "01-01-1937-9321",
    "01-01-2057-5321",
    "01-01-1858-8321",
]
NO_NUMBERS = [
    "290200-1234",  # seventh digit 1: 1900, no leap year
    "310290-1234",  # 31 February
    "001290-1234",
    "011390-1234",
    "20101901234",  # eleven digits
    "01019012345",
    "12010190-1234",  # eight digits before the hyphen that are no date of that century
    "01012090-1234",  # 2090 cannot have seventh digit 1
    "010190-12345",
    "01-01-1936-4321",  # just outside the years of that seventh digit
    "01-01-2037-9321",
    "01-01-1957-5321",
    "01-01-2058-8321",
    "20 12 34 56",
    "20123456",
    "+45 20 12 34 56",
    "+4520123456",
    "0045 20123456",
    "4520123456",
    "01.01.90 1234",  # a date and a year, or a time
    "24/11/25 1930",
    "01011990 1234",  # a telephone number and a postcode
    "24-11-2025",
    "010190",
    "",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_found(number: str) -> None:
    assert is_cpr(number)
    assert is_cpr(f" {number}\n")
    assert mask_cpr(number) == MASK


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_other_digits_are_left_alone(text: str) -> None:
    assert not is_cpr(text)
    assert mask_cpr(text) == text


@pytest.mark.parametrize("around", ["æ", "ø", "å", "_", "x", ".", "(", "é", "\u00a0", "-"])
@pytest.mark.parametrize("number", ["010190-1234", "0101901234"])
def test_letters_beside_the_number_neither_hide_it_nor_get_lost(around: str, number: str) -> None:
    assert mask_cpr(f"{around}{number}{around}") == f"{around}{MASK}{around}"


def test_every_number_of_a_text_is_masked() -> None:
    text = "Ægteparret Ø: 010190-1234, 020290 4321 og (0303901111); tlf. 20123456"
    assert mask_cpr(text) == f"Ægteparret Ø: {MASK}, {MASK} og ({MASK}); tlf. 20123456"


def test_masking_megabytes_is_no_trouble() -> None:
    text = "9" * 1_000_000 + " 010190-1234 " + "12 " * 300_000
    assert mask_cpr(text) == text.replace("010190-1234", MASK)


@given(st.text(alphabet="0123456789- ./æøå", max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask_cpr(mask_cpr(text)) == mask_cpr(text)


@given(st.dates(), st.integers(0, 9999), st.sampled_from(["", "-", " ", " - "]), st.text(max_size=10))
def test_no_number_of_a_legal_date_gets_through(day: date, serial: int, joint: str, around: str) -> None:
    born = next(
        year for year in range(1858, 2058) if year % 100 == day.year % 100 and given_out(serial // 1000, year)
    )
    if (day.month, day.day) == (2, 29) and not isleap(born):
        return
    around = re.sub("[0-9]", "", around)
    number = f"{day.day:02d}{day.month:02d}{born % 100:02d}{joint}{serial:04d}"
    assert mask_cpr(f"{around}{number}{around}") == f"{around}{MASK}{around}"


def given_out(seventh_digit: int, year: int) -> bool:
    """The rule as the CPR office's table has it: seventh digit → years of birth."""
    if seventh_digit <= 3:
        return 1900 <= year <= 1999
    if seventh_digit in (4, 9):
        return 1937 <= year <= 2036
    return 1858 <= year <= 1899 or 2000 <= year <= 2057


def test_column_keeps_its_labels_and_missing_cells() -> None:
    column = pd.Series(["010190-1234", None, "hej", "0101901234 x"], index=[9, 9, 3, 1], name="fritekst")
    masked = mask_cpr_column(column)
    assert masked.fillna("tom").tolist() == [MASK, "tom", "hej", f"{MASK} x"]
    assert masked.index.tolist() == [9, 9, 3, 1]
    assert column[3] == "hej"
    assert column.iloc[0] == "010190-1234"  # the input is untouched


def test_column_without_numbers_is_returned_as_it_is() -> None:
    column = pd.Series(["12345", "hej", None])
    assert mask_cpr_column(column) is column


@pytest.mark.parametrize("name", ["CPR", "cpr-nr.", "Cpr_nummer", "Personnummer", "CPR nr"])
def test_column_that_is_called_cpr_is_refused(name: str) -> None:
    with pytest.raises(DataError, match=re.escape(f"column '{name}'")):
        refuse_cpr_columns(pd.DataFrame({"alder": [1], name: ["x"]}))


@pytest.mark.parametrize(
    "values",
    [
        ["010190-1234", "0202904321", "030390 1111"],
        ["010190-1234", "0202904321", "030390 1111", "ukendt", "?", "-", None, None],  # 3 of 6
        [101901234, 202904321, 1203901111],  # numbers have lost their leading zero
        np.array([101901234, 202904321, 1203901111, np.nan]),
    ],
)
def test_column_of_numbers_is_refused_without_telling_them(values: object) -> None:
    with pytest.raises(DataError) as caught:
        refuse_cpr_columns(pd.DataFrame({"svar_id": values}))
    assert "column 'svar_id'" in str(caught.value)
    assert "1234" not in str(caught.value)
    assert "export again" in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        ["010190-1234", "0202904321", "030390 1111", "hej", "dav", "nej", "?"],  # 3 of 7
        ["010190-1234", "0202904321"],  # too few to tell a column by
        [
            "Mit nummer er 010190-1234",
            "og 0202904321",
            "030390 1111?",
        ],  # text with numbers: masked, not refused
        [1, 2, 3],
        [1732406400, 1732406401, 1732406402],  # seconds since 1970
        pd.to_datetime(["1990-01-01"] * 3),
        [True, False, True],
    ],
)
def test_other_columns_pass(values: object) -> None:
    refuse_cpr_columns(pd.DataFrame({"x": values}))


def test_all_cpr_columns_are_named_at_once() -> None:
    frame = pd.DataFrame({"cpr": ["a"], "x": [1], "personnr": ["b"]})
    with pytest.raises(DataError) as caught:
        refuse_cpr_columns(frame)
    assert caught.value.problems == ("column 'cpr'", "column 'personnr'")


@pytest.mark.parametrize(
    "text",
    [
        "bo@x.dk", "åse.müller+a@bydel.aarhus.dk", "o'brien@x.co.uk", "bo@arbejde", "12345678", "12 34 56 78",
        "12-34-56-78", "1234 5678", "+45 12345678", "004512345678", "45 12 34 56 78", "+46 12 34 56 78",
    ],
)  # fmt: skip
def test_addresses_and_telephone_numbers_are_masked_whole(text: str) -> None:
    assert mask_contact(f"Skriv til {text}, tak") == f"Skriv til {CONTACT_MASK}, tak"


@pytest.mark.parametrize(
    "text", ["logo@2x.png", "@kommunen", "24-11-2025", "2018-2021", "1.234.567 kr.", "123456789", "a @ b"]
)
def test_what_is_no_address_and_no_number_stays(text: str) -> None:
    assert mask_contact(text) == text


@pytest.mark.parametrize("heading", ["Navn", "E-mail:", "Borgerens navn", "kontakt_mail", "Telefon (privat)"])
def test_headings_of_contact_columns_are_known(heading: str) -> None:
    assert is_contact_heading(heading)
    assert not is_contact_heading(f"Hvorfor er {heading} vigtigt for dig?")
