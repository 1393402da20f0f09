from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from borgerlib.errors import ParameterError
from borgerlib.runs.kernels.parameters import check_parameters, declared_in, declared_parameters, refuse_unfit


def test_types_come_from_comment_annotation_or_default(make_notebook):
    notebook = make_notebook(
        "n.ipynb",
        parameters="a = 1  # type: float Hjælp\nb: int = 2  # x\nc = 'x'\nd: Optional[str] = None\ne = True",
    )
    assert declared_parameters(notebook) == {
        "a": ("float", "1"),
        "b": ("int", "2"),
        "c": ("str", "'x'"),
        "d": ("str", "None"),
        "e": ("bool", "True"),
    }


def test_a_default_may_hold_anything_that_python_can_read(make_notebook):
    notebook = make_notebook(
        "n.ipynb",
        parameters="%matplotlib inline\n# om\na = 'x=1&y=2'  # type: str Valg\nb = [\n    1,\n    2,\n]\n"
        "c: int | None = None\nd = dict(x=1)\ne, f = 1, 2\ng = 1.5e-3  # højst = 2",
    )
    assert declared_parameters(notebook) == {
        "a": ("str", "'x=1&y=2'"),
        "b": ("list", "[\n    1,\n    2,\n]"),
        "c": ("int", "None"),
        "d": ("", "dict(x=1)"),
        "g": ("float", "1.5e-3"),
    }
    assert check_parameters(notebook, {"a": "c=d", "d": {}})
    with pytest.raises(ParameterError, match="'a' is text"):
        check_parameters(notebook, {"a": 1})


def test_a_parameters_cell_that_is_no_python_is_told_with_its_line(make_notebook):
    notebook = make_notebook("n.ipynb", parameters="a = 1\nb = = 2")
    with pytest.raises(ParameterError, match=r"parameters cell of n\.ipynb is no Python: .*line 2"):
        check_parameters(notebook, {})


def test_legal_parameters_come_back_and_a_whole_number_may_stand_for_a_decimal_one(make_notebook):
    given_parameters = {"confidence": 1, "municipality": "Ærø"}
    assert check_parameters(make_notebook("n.ipynb"), given_parameters) == given_parameters


def test_all_problems_are_told_at_once_with_the_nearest_name(make_notebook):
    notebook = make_notebook("n.ipynb")
    with pytest.raises(ParameterError) as raised:
        check_parameters(notebook, {"municipalty": "Odense", "min_cell": "5", "api_token": "x"})
    message = str(raised.value)
    assert len(raised.value.problems) == 3
    assert "do not fit n.ipynb" in message
    assert "Unknown parameter 'municipalty'. Did you mean 'municipality'?" in message
    assert "Parameter 'min_cell' is a whole number (such as 5), not '5'." in message
    assert "Parameter 'api_token' sounds like a secret" in message
    assert "papermill --help-notebook" in message


@pytest.mark.parametrize("name", ["secret", "my_token", "PASSWORD", "adgangskode", "apikey"])
def test_a_notebook_that_asks_for_a_secret_is_refused(make_notebook, name):
    notebook = make_notebook("n.ipynb", parameters=f'{name} = ""')
    with pytest.raises(ParameterError, match="sounds like a secret"):
        check_parameters(notebook, {})


def test_none_is_legal_only_where_it_is_the_default(make_notebook):
    notebook = make_notebook("n.ipynb", parameters="a: Optional[int] = None\nb: int = 1")
    assert check_parameters(notebook, {"a": None}) == {"a": None}
    assert check_parameters(notebook, {"a": 3}) == {"a": 3}
    with pytest.raises(ParameterError, match="'b' is a whole number"):
        check_parameters(notebook, {"b": None})


@given(value=st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.text()))
def test_a_value_fits_exactly_the_parameters_of_its_type(value: Any):
    cell = new_code_cell(
        "i: int = 1\nf: float = 0.5\nb: bool = True\ns: str = ''", metadata={"tags": ["parameters"]}
    )
    declared = declared_in(new_notebook(cells=[cell]), "n.ipynb")
    fits = {"int": "if", "float": "f", "bool": "b", "str": "s"}[type(value).__name__]
    for name in "ifbs":
        if name in fits:
            refuse_unfit("n.ipynb", declared, {name: value})
        else:
            with pytest.raises(ParameterError):
                refuse_unfit("n.ipynb", declared, {name: value})


def test_a_notebook_without_a_parameters_cell_is_refused(make_notebook):
    notebook = make_notebook("n.ipynb", "1 + 1", parameters=None)
    with pytest.raises(ParameterError, match="no cell tagged 'parameters'"):
        check_parameters(notebook, {})


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(ParameterError, match=r"There is no notebook 07_x\.ipynb"):
        check_parameters(tmp_path / "07_x.ipynb", {})


@pytest.mark.parametrize("content", ["", "{", '{"cells": 3}', "[]"])
def test_a_damaged_notebook_is_named(tmp_path: Path, content: str):
    notebook = tmp_path / "n.ipynb"
    notebook.write_text(content)
    with pytest.raises(ParameterError, match=r"n\.ipynb is damaged"):
        check_parameters(notebook, {})


def test_a_notebook_without_a_language_is_refused(make_notebook):
    notebook = make_notebook("n.ipynb", metadata={})
    with pytest.raises(ParameterError, match="which language"):
        check_parameters(notebook, {})


def test_braces_in_a_path_are_only_braces(make_notebook):
    notebook = make_notebook("a {b}/n.ipynb")
    assert check_parameters(notebook, {"min_cell": 7}) == {"min_cell": 7}
