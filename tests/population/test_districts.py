import pytest

from borgerlib.errors import DataError, MarginError, ParameterError
from borgerlib.population.districts import read_district_margin


@pytest.fixture(autouse=True)
def _own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


def file_of(tmp_path, text, *, encoding="utf-8"):
    path = tmp_path / "distrikter.csv"
    path.write_bytes(text.encode(encoding))
    return path


# Læsø had 1,604 people of 15 years or more on 1 January 2020.
SOUND = "omraade;antal\nVesterø;700\nByrum;600\nØsterby;304\n"
EXPECTED = {"Vesterø": 700, "Byrum": 600, "Østerby": 304}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SOUND, "utf-8"),
        (SOUND, "utf-8-sig"),
        (SOUND, "cp1252"),
        (SOUND, "utf-16"),
        (SOUND.replace(";", ","), "utf-8"),
        (SOUND.replace(";", "\t").replace("\n", "\r\n"), "utf-8"),
        (" omraade ;antal\n Vesterø ; 700 \nByrum;600,00\n\n;\nØsterby;304", "utf-8"),
        ("antal;omraade;bemærkning\n700;Vesterø;x\n600;Byrum;\n304;Østerby;\n", "utf-8"),
    ],
)
def test_a_municipalitys_own_file_is_read_as_it_comes(tmp_path, text, encoding):
    margin = read_district_margin(file_of(tmp_path, text, encoding=encoding), "Læsø")
    assert margin.to_dict() == EXPECTED
    assert margin.index.name == "omraade"
    assert margin.attrs == {"source": "distrikter.csv"}


@pytest.mark.parametrize("written", ["100.000", "100 000", "100\u00a0000", "100000", "100.000,0"])
def test_thousands_are_read_as_danes_write_them(tmp_path, written):
    # Odense had 173,250 people of 15 years or more.
    path = file_of(tmp_path, f"omraade;antal\nNord;{written}\nSyd;73.250\n")
    assert read_district_margin(path, "Odense").to_dict() == {"Nord": 100_000, "Syd": 73_250}


def test_districts_may_be_crossed_with_other_columns(tmp_path):
    path = file_of(tmp_path, "sogn;koen;personer\nA;mand;800\nA;kvinde;400\nB;mand;4\nB;kvinde;400\n")
    cells = read_district_margin(path, "0825", columns=("sogn", "koen"), count="personer")
    assert cells.index.names == ["sogn", "koen"]
    assert cells["A", "kvinde"] == 400
    assert cells.sum() == 1604


def test_all_bad_rows_are_told_at_once(tmp_path):
    rows = [
        "Vesterø;700",
        "Byrum;mange",
        "Vesterø;3",
        "Østerby;-5",
        ";12",
        "Hals;1.23",
        "I alt;9",
        "Syd;1,5",
        "Nord;1;2",
        "Øst",
    ]
    text = "\n".join(["omraade;antal", *rows])
    with pytest.raises(MarginError, match=r"distrikter\.csv cannot be used") as raised:
        read_district_margin(file_of(tmp_path, text), "Læsø")
    lines = [problem.split(":")[0] for problem in raised.value.problems]
    assert lines == [f"line {n}" for n in (10, 11, *range(3, 10))]
    told = "\n".join(raised.value.problems)
    assert "'mange' in column 'antal'" in told
    assert "'Vesterø' stands more than once" in told
    assert "column 'omraade' is empty" in told
    assert "'1.23'" in told
    assert "'I alt' is a total" in told
    assert "'1,5'" in told
    assert "line 10: it should have 2 cells, and has 3" in told
    assert "line 11: it should have 2 cells, and has 1" in told


def test_a_sum_that_disagrees_with_the_population_is_told(tmp_path):
    # 1,604 × 1.05 = 1,684.2: 1,684 is within five per cent, 1,685 is not.
    within = file_of(tmp_path, "omraade;antal\nA;1000\nB;684\n")
    assert read_district_margin(within, "Læsø").sum() == 1684
    beyond = file_of(tmp_path, "omraade;antal\nA;1000\nB;685\n")
    with pytest.raises(MarginError) as raised:
        read_district_margin(beyond, "læsø kommune")
    (problem,) = raised.value.problems
    assert (
        "the districts sum to 1,685, but Læsø had 1,604 people of 15 years or more on 2020-01-01" in problem
    )
    assert "5.0% apart, where 5.0% are allowed" in problem
    assert read_district_margin(beyond, "Læsø", tolerance=0.1).sum() == 1685
    with pytest.raises(MarginError, match="of 18 years"):
        read_district_margin(beyond, "Læsø", min_age=18)


def test_a_file_that_is_no_list_of_districts_is_refused(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_district_margin(tmp_path / "nowhere.csv", "Læsø")
    with pytest.raises(DataError, match="lacks the columns omraade, antal; it has distrikt, tal") as raised:
        read_district_margin(file_of(tmp_path, "distrikt;tal\nA;1\n"), "Læsø")
    assert "'columns' and 'count'" in raised.value.hint
    with pytest.raises(DataError, match="is empty"):
        read_district_margin(file_of(tmp_path, ""), "Læsø")
    with pytest.raises(DataError, match="has a single column") as raised:
        read_district_margin(file_of(tmp_path, "omraade\nA\n"), "Læsø")
    assert raised.value.hint.endswith("saved as 'CSV UTF-8', with semicolons between omraade, antal.")
    with pytest.raises(DataError, match="antal more than once"):
        read_district_margin(file_of(tmp_path, "omraade;antal;antal\nA;1;2\n"), "Læsø")
    with pytest.raises(DataError, match="takes 10,000,001 bytes"):
        read_district_margin(file_of(tmp_path, "x" * 10_000_001), "Læsø")
    with pytest.raises(MarginError, match="no row under the heading"):
        read_district_margin(file_of(tmp_path, "omraade;antal\n\n"), "Læsø")


def test_columns_that_make_no_sense_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="names the cells"):
        read_district_margin(file_of(tmp_path, SOUND), "Læsø", columns=("antal",))


def test_districts_by_sex_and_age_are_summed_and_the_young_left_out(tmp_path):
    rows = ["A;mand;0-14;99", "A;mand;15-39;500", "A;kvinde;40+;700", "B;mand;15;4", "B;kvinde;16+;400"]
    path = file_of(tmp_path, "\n".join(["sogn;koen;alder;antal", *rows]))
    margin = read_district_margin(path, "Læsø", columns=("sogn",), sex="koen", age="alder")
    assert margin.to_dict() == {"A": 1200, "B": 404}


def test_ages_that_do_not_tell_who_takes_part_are_refused(tmp_path):
    path = file_of(tmp_path, "sogn;alder;antal\nA;10-19;99\nA;unge;3\nA;20+;1500\nA;20+;5\n")
    with pytest.raises(MarginError) as caught:
        read_district_margin(path, "Læsø", columns=("sogn",), age="alder")
    assert list(caught.value.problems) == [
        "line 2: '10-19' is partly below 15 years: split the row",
        "line 3: 'unge' in column 'alder' names no years such as 15, 15-17 or 80+",
        "line 5: 'A × 20+' stands more than once",
    ]
