"""Parameters of a notebook, checked before any kernel starts.

papermill itself only warns about an unknown parameter and about a notebook without a parameters cell, so
that a mistyped name gives a finished report about the wrong thing. Here both are errors.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from borgerlib.errors import ParameterError, unknown_name

_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (float, int), "bool": (bool,)}
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number with a decimal point",
    "bool": "True or False",
}
_SECRET = re.compile(r"secret|token|passw|credential|api_?key|kodeord|adgangskode|hemmelig", re.IGNORECASE)
_OPTIONAL = re.compile(r"Optional\[(\w+)\]")


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check names, types and intent of the parameters for a notebook, without starting a kernel.

    The legal names and types are read from the notebook's cell tagged ``parameters``: a type comment
    (``min_cell = 5  # type: int``) or an annotation (``min_cell: int = 5``), else the type of the default.

    Parameters
    ----------
    notebook : Path
        The notebook to be run.
    parameters : mapping
        The values to put in place of the notebook's defaults.

    Returns
    -------
    dict
        The parameters, all of them fit.

    Raises
    ------
    ParameterError
        With all problems at once: no such notebook, no ``parameters`` cell, unknown names (with the
        nearest legal ones), wrong types, or names that announce a secret, which a saved notebook would
        publish.
    """
    declared = declared_parameters(notebook)
    problems = [_secret_problem(name) for name in {**declared, **parameters} if _SECRET.search(name)]
    for name, value in parameters.items():
        if name not in declared and not _SECRET.search(name):
            problems.append(unknown_name("parameter", name, declared))
        elif name in declared and not _fits(value, *declared[name]):
            problems.append(_type_problem(name, value, *declared[name]))
    if problems:
        raise ParameterError(
            f"The parameters do not fit {notebook.name}:",
            problems=problems,
            hint=f"'papermill --help-notebook {notebook.name}' lists its parameters.",
        )
    return dict(parameters)


def declared_parameters(notebook: Path) -> dict[str, tuple[str, str]]:
    """Return the parameters that a notebook declares: name → (type name, default as written).

    The type name is that of the comment, the annotation or the default; ``Optional[int]`` counts as int
    with None allowed.

    Raises
    ------
    ParameterError
        If the notebook is missing, cannot be read, or has no cell tagged ``parameters``.
    """
    from papermill import inspect_notebook

    _require_parameters_cell(notebook)
    # papermill fills braces in a path with parameters; doubled braces stand for themselves.
    path = str(notebook).replace("{", "{{").replace("}", "}}")
    try:
        found = inspect_notebook(path)
    except ValueError as error:
        raise ParameterError(
            f"The notebook {notebook.name} does not say which language it is written in.",
            hint="Open it in JupyterLab, choose the Python 3 kernel and save it.",
        ) from error
    return {name: (_type_of(entry), str(entry["default"])) for name, entry in found.items()}


def _require_parameters_cell(notebook: Path) -> None:
    import nbformat

    if not notebook.is_file():
        raise ParameterError(
            f"There is no notebook {notebook.name} in the folder {notebook.parent.name or notebook.parent}.",
            hint="Check the name; the notebooks that ship with borgerlib are in the folder 'notebooks'.",
        )
    try:
        content = nbformat.read(notebook, as_version=4)
    except Exception as error:  # damaged notebooks fail in many ways: JSON, encoding, schema
        raise ParameterError(
            f"The notebook {notebook.name} is damaged and cannot be read.",
            hint="Restore it with 'git checkout', or reinstall borgerlib.",
        ) from error
    tags = [tag for cell in content.cells for tag in cell.metadata.get("tags", [])]
    if "parameters" not in tags:
        raise ParameterError(
            f"The notebook {notebook.name} has no cell tagged 'parameters', so parameters cannot reach it.",
            hint="In JupyterLab, give the cell that holds the defaults the tag 'parameters'.",
        )


def _type_of(entry: Mapping[str, Any]) -> str:
    stated = str(entry["inferred_type_name"])
    if stated != "None":
        optional = _OPTIONAL.fullmatch(stated)
        return optional.group(1) if optional else stated
    try:
        return type(ast.literal_eval(str(entry["default"]))).__name__
    except (ValueError, SyntaxError):
        return ""


def _fits(value: object, type_name: str, default: str) -> bool:
    if value is None:
        return default == "None"
    legal = _TYPES.get(type_name)
    if legal is None:
        return True
    # bool is a kind of int to Python, not to a person.
    return isinstance(value, legal) and (type_name == "bool" or not isinstance(value, bool))


def _type_problem(name: str, value: object, type_name: str, default: str) -> str:
    return f"Parameter '{name}' is {_WORDS[type_name]} (such as {default}), not {value!r}."


def _secret_problem(name: str) -> str:
    return (
        f"Parameter '{name}' sounds like a secret. Parameters are saved in the notebook and its report: "
        "put secrets in the environment."
    )
