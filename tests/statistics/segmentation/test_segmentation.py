import pandas as pd
import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.segmentation.files import load_segments, save_segments
from borgerlib.statistics.segmentation.rules import Segment, assign_segments
from borgerlib.survey.codebook.load import load_codebook

CODEBOOK = load_codebook("borgerinteresse")
YOUNG = Segment("unge_klima", {"aldersgruppe": ("15-17", "18-24"), "emner": ("klima_miljoe",)})
RESPONDENTS = pd.DataFrame(
    {
        "aldersgruppe": pd.Categorical(
            ["15-17", "18-24", "80+", None, None, "15-17"], categories=["15-17", "18-24", "80+"], ordered=True
        ),
        "emner__klima_miljoe": pd.array([1, 0, 1, 1, 0, None], dtype="Int8"),
        "emner__natur": pd.array([0, 1, None, 0, 0, None], dtype="Int8"),
    },
    index=pd.Index([7, 3, 9, 1, 4, 2], name="row"),
)


def written(tmp_path, text):
    path = tmp_path / "segmenter.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_any_option_within_an_item_and_all_items():
    members = assign_segments(RESPONDENTS, [YOUNG])
    # Row 9 is old: out, whatever the topic. Row 1 has no age but the topic: unknown. Row 4 has no age, but
    # not the topic either: out. Row 2 is young and did not answer the topics: unknown.
    assert members.index.equals(RESPONDENTS.index)
    assert members["unge_klima"].dtype == "boolean"
    assert [None if pd.isna(v) else bool(v) for v in members["unge_klima"]] == [
        True, False, False, None, False, None,
    ]  # fmt: skip


def test_any_of_several_topics_and_overlapping_segments():
    members = assign_segments(RESPONDENTS, [YOUNG, Segment("groenne", {"emner": ("klima_miljoe", "natur")})])
    # Row 9: one topic is chosen, the other unknown; one will do.
    assert [None if pd.isna(v) else bool(v) for v in members["groenne"]] == [
        True, True, True, True, False, None,
    ]  # fmt: skip
    assert list(members.columns) == ["unge_klima", "groenne"]


def test_respondents_are_left_as_they_were():
    before = RESPONDENTS.copy(deep=True)
    assign_segments(RESPONDENTS, [YOUNG])
    pd.testing.assert_frame_equal(RESPONDENTS, before)


def test_segments_are_read_as_they_were_saved(tmp_path):
    segments = [
        YOUNG,
        Segment("oest", {"omraade": ('Øst "ved åen"', "Vest\\nord"), "koen": ("kvinde",)}),
    ]
    path = save_segments(segments, tmp_path / "segmenter.toml")
    assert load_segments(path, CODEBOOK) == segments


def test_a_net_is_read_as_its_options(tmp_path):
    path = written(tmp_path, '[digitale]\nformater = ["digitale", "digitalt_moede"]\n')
    assert load_segments(path, CODEBOOK)[0].rules == {"formater": ("digitalt_moede", "spoergeskema")}


def test_everything_wrong_in_a_file_is_told_at_once(tmp_path):
    path = written(
        tmp_path,
        'loes = 1\n[unge]\nemer = ["natur"]\naldersgruppe = ["15-18"]\nkoen = "kvinde"\n'
        '[Store]\nemner = ["natuur"]\nalder = ["20"]\n[tom]\n',
    )
    with pytest.raises(ParameterError, match=r"segmenter\.toml") as caught:
        load_segments(path, CODEBOOK)
    problems = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 8
    for told in (
        "line 1: loes: 1 must be a table",
        "line 3: unge.emer: Unknown item 'emer'. Did you mean 'emner'",
        "line 4: unge.aldersgruppe: Unknown option '15-18'. Did you mean '15-17'",
        'line 5: unge.koen: "kvinde" must be a list',
        "line 6: Store: 'Store' is no name: lower-case",
        "line 7: Store.emner: Unknown option 'natuur'. Did you mean 'natur'",
        "line 8: Store.alder: a number cannot divide",
        "line 9: tom: has no rule",
    ):
        assert told in problems


def test_a_column_that_the_codebook_does_not_know_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="Unknown item 'afstand'"):
        load_segments(written(tmp_path, '[naere]\nafstand = ["0-5 km"]\n'), CODEBOOK)


def test_an_empty_file_holds_no_segment(tmp_path):
    with pytest.raises(ParameterError, match="holds no segment"):
        load_segments(written(tmp_path, ""), CODEBOOK)


@pytest.mark.parametrize(
    ("content", "message"), [(b"[unge\n", "no valid TOML"), (b"\xff\xfe", "no valid TOML")]
)
def test_a_file_that_is_no_toml(tmp_path, content, message):
    path = tmp_path / "segmenter.toml"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_segments(path, CODEBOOK)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        load_segments(tmp_path / "ingen.toml", CODEBOOK)


def test_saving_overwrites_nothing_and_says_where_it_cannot_write(tmp_path):
    path = save_segments([YOUNG], tmp_path / "segmenter.toml")
    with pytest.raises(DataError, match="is there already"):
        save_segments([YOUNG], path)
    with pytest.raises(DataError, match="cannot be written"):
        save_segments([YOUNG], tmp_path / "ingen" / "segmenter.toml")


def test_illegal_segments_are_neither_saved_nor_assigned(tmp_path):
    wrong = [YOUNG, YOUNG, Segment("Å", {"koen": ("mand",)}), Segment("tom", {"koen": ()})]
    for use in (
        lambda: save_segments(wrong, tmp_path / "x.toml"),
        lambda: assign_segments(RESPONDENTS, wrong),
    ):
        with pytest.raises(ParameterError) as caught:
            use()
        assert [problem.danish for problem in caught.value.problems] == [
            "segment »Å«: »Å« er ikke et navn: små bogstaver a–z, tal og enkelte »_«",
            "segment »unge_klima«: står der mere end én gang",
            "segment »tom«: har ingen regel eller et spørgsmål uden svar at vælge",
        ]


def test_what_the_respondents_lack_is_told_at_once():
    segments = [
        Segment("a", {"aldersgruppe": ("16-17",)}),
        Segment("b", {"emner": ("natura",)}),
        Segment("c", {"emnerne": ("natur",)}),
        Segment("emner__natur", {"emner": ("natur",)}),
    ]
    with pytest.raises(ParameterError) as caught:
        assign_segments(RESPONDENTS, segments[:3])
    assert list(caught.value.problems) == [
        "segment 'a': aldersgruppe: Unknown level '16-17'. Did you mean '15-17'?",
        "segment 'b': Unknown column 'emner__natura'. Did you mean 'emner__natur', 'emner__klima_miljoe'?",
        "segment 'c': Unknown item 'emnerne'. Did you mean 'emner'?",
    ]
    taken = RESPONDENTS.rename(columns={"aldersgruppe": "unge_klima"})
    with pytest.raises(ParameterError) as caught:
        assign_segments(taken, [Segment("unge_klima", {"emner": ("natur",)})])
    (told,) = caught.value.problems
    assert told == "segment 'unge_klima': has the name of a column of the respondents"
    assert told.danish == "segment »unge_klima«: har samme navn som en kolonne i svarene"
