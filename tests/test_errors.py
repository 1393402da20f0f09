import subprocess
import sys

import pytest

import borgerlib
from borgerlib import errors
from borgerlib.errors import BorgerlibError, DataError, ParameterError, nearest, unknown_name

NAMES = [
    "CodebookError",
    "ConvergenceError",
    "DataError",
    "DisclosureError",
    "MarginError",
    "NotIdentifiedError",
    "ParameterError",
    "RunError",
]
OWN = [getattr(errors, name) for name in NAMES]


@pytest.mark.parametrize("error", OWN, ids=lambda error: error.__name__)
def test_every_error_of_ours_is_one_that_a_user_can_mend(error):
    assert issubclass(error, BorgerlibError)
    assert error.__doc__
    with pytest.raises(BorgerlibError, match=r"^Wrong\.$"):
        raise error("Wrong.")


def test_a_message_has_its_problems_on_lines_of_their_own_and_ends_with_what_to_do():
    error = DataError("The file cannot be used:", problems=["row 1", "row 2"], hint="Mend it.")
    assert str(error) == "The file cannot be used:\n  - row 1\n  - row 2\nMend it."
    assert (error.message, error.problems, error.hint) == (
        "The file cannot be used:",
        ("row 1", "row 2"),
        "Mend it.",
    )


def test_a_message_alone_is_a_line():
    assert str(ParameterError("Wrong.")) == "Wrong."


def test_problems_do_not_change_with_the_list_they_came_from():
    problems = ["row 1"]
    error = DataError("Wrong:", problems=problems)
    problems.append("row 2")
    assert error.problems == ("row 1",)


def test_a_notebook_shows_the_message_and_no_stack():
    """In a real IPython: an error of ours is a line, any other has its stack."""
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance(colors='NoColor')\n"
        "shell.run_cell('import borgerlib')\n"
        "shell.run_cell('borgerlib.municipality(\"Furesoe by\")')\n"
        "print('=====')\n"
        "shell.run_cell('1 / 0')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    ours, others = done.stdout.split("=====\n")
    assert ours.startswith("ParameterError: Unknown municipality 'Furesoe by'. Did you mean 'Furesø'")
    assert "Traceback" not in ours
    assert ".py" not in ours
    assert "Traceback" in others


@pytest.mark.parametrize(
    ("name", "legal", "found"),
    [
        ("Odnese", ["Aarhus", "Odense", "Odder"], ["Odense", "Odder"]),
        ("ODENSE", ["Aarhus", "Odense"], ["Odense"]),
        ("Furesoe", ["Furesø", "Faxe"], ["Furesø"]),
        ("xyz", ["Aarhus", "Odense"], []),
        ("", ["Aarhus"], []),
        ("a", [], []),
        # The most similar first, and no more than three.
        ("skole", ["skolen", "skole_1", "skoler", "skol", "by"], ["skolen", "skoler", "skol"]),
    ],
)
def test_the_nearest_names(name, legal, found):
    assert sorted(nearest(name, legal)) == sorted(found)


def test_the_nearest_names_can_be_fewer():
    assert nearest("skole", ["skolen", "skoler", "by"], count=1) in (["skolen"], ["skoler"])


def test_an_unknown_name_is_answered_with_the_nearest():
    assert unknown_name("item", "stratgi", ["strategi", "viden"]) == (
        "Unknown item 'stratgi'. Did you mean 'strategi'?"
    )


def test_where_none_is_near_a_short_list_is_given_whole():
    assert unknown_name("kind", "pie", ["bars", "counts"]) == "Unknown kind 'pie'. Legal: bars, counts."


def test_where_none_is_near_a_long_list_is_counted():
    names = [f"kommune_{number:02d}" for number in range(21)]
    assert unknown_name("place", "xyz", names) == "Unknown place 'xyz'; none of the 21 known names is near."
    assert unknown_name("place", "xyz", names[:20]).endswith("kommune_18, kommune_19.")


def test_names_may_come_one_at_a_time():
    assert unknown_name("kind", "pie", (name for name in ("bars", "counts"))).endswith("bars, counts.")


@pytest.mark.parametrize("error", [DataError, ParameterError])
def test_wrong_values_are_value_errors_too(error):
    with pytest.raises(ValueError, match="'x' is none") as caught:
        raise error("'x' is none.", hint="Give a number.")
    assert str(caught.value) == "'x' is none.\nGive a number."


@pytest.mark.parametrize("wrong", [["strategi"], 3, None], ids=str)
def test_what_is_no_name_at_all_is_refused_as_an_unknown_name_is(wrong):
    """A list where the names stand one by one, or a number."""
    book, leaders = borgerlib.load_codebook("borgerinteresse"), borgerlib.open_leaders_survey()
    for asked in (
        leaders.estimates,
        leaders.answer,
        book.item,
        book.with_role,
        book.item("emner").option,
        book.item("emner").members,
        borgerlib.load_codebook,
        borgerlib.municipality,
        borgerlib.open_insight,
        borgerlib.open_insight(1).figure,
    ):
        if asked is borgerlib.open_insight and wrong == 3:
            continue
        with pytest.raises(BorgerlibError, match=r"Unknown|no insight|a name or a code"):
            asked(wrong)


@pytest.mark.parametrize("wrong", ["1", 0, 4, [1], None], ids=str)
def test_a_point_that_there_is_none_of_is_told_with_the_legal_ones(wrong):
    council = borgerlib.open_council("Ærø")
    for asked in (council.question, council.figure, council.advice):
        with pytest.raises(ParameterError, match="Legal: 1 to 3"):
            asked(wrong)
