"""Parameters of a notebook, checked before any kernel starts.

papermill itself only warns about an unknown parameter or a notebook without a parameters cell, so a mistyped
name would give a finished report about the wrong thing. Here both are errors.
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
_OPTIONAL = re.compile(r"(?:typing\.)?Optional\[(\w+)\]|(\w+) \| None")
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)


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
        The parameters, all of them valid.

    Raises
    ------
    ParameterError
        With all problems at once: no such notebook, no ``parameters`` cell, unknown names (with the
        nearest legal ones), wrong types, or names that sound like a secret, which a saved notebook would
        publish.
    """
    refuse_unfit(notebook.name, declared_parameters(notebook), parameters)
    return dict(parameters)


def refuse_unfit(name: str, declared: Mapping[str, tuple[str, str]], parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that do not fit those that a notebook declares; raises as `check_parameters`."""
    problems = [_secret_problem(each) for each in {**declared, **parameters} if _SECRET.search(each)]
    for each, value in parameters.items():
        if each not in declared and not _SECRET.search(each):
            problems.append(unknown_name("parameter", each, declared))
        elif each in declared and not _fits(value, *declared[each]):
            problems.append(_type_problem(each, value, *declared[each]))
    if problems:
        raise ParameterError(
            f"The parameters do not fit {name}:",
            problems=problems,
            hint=f"'papermill --help-notebook {name}' lists its parameters.",
        )


def declared_parameters(notebook: Path) -> dict[str, tuple[str, str]]:
    """Return the parameters that a notebook declares: name → (type name, default as written).

    The type name is that of the comment, the annotation or the default; ``Optional[int]`` counts as int
    with None allowed.

    Raises
    ------
    ParameterError
        If the notebook is missing, cannot be read, or has no cell tagged ``parameters``.
    """
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
    if not (content.metadata.get("kernelspec") or content.metadata.get("language_info")):
        raise ParameterError(
            f"The notebook {notebook.name} does not say which language it is written in.",
            hint="Open it in JupyterLab, choose the Python 3 kernel and save it.",
        )
    return declared_in(content, notebook.name)


def declared_in(content: Any, name: str) -> dict[str, tuple[str, str]]:
    """Return the parameters that the cells of a notebook declare, as `declared_parameters`.

    Parsed as Python: papermill's own search is a pattern on lines, which an equals sign in a default breaks.
    """
    cells = [cell.source for cell in content.cells if "parameters" in cell.metadata.get("tags", [])]
    if not cells:
        raise ParameterError(
            f"The notebook {name} has no cell tagged 'parameters', so parameters cannot reach it.",
            hint="In JupyterLab, give the cell that holds the defaults the tag 'parameters'.",
        )
    source = _MAGIC.sub("", cells[0])
    try:
        statements = ast.parse(source, type_comments=True).body
    except SyntaxError as error:
        raise ParameterError(
            f"The parameters cell of {name} is no Python: {error.msg} (line {error.lineno}).",
            hint="It holds a line such as 'min_cell = 5' for every parameter.",
        ) from error
    declared = {}
    for target, value, stated in filter(None, map(_assignment, statements)):
        if isinstance(target, ast.Name):
            declared[target.id] = _type_name(stated, value), ast.get_source_segment(source, value) or ""
    return declared


def _assignment(statement: ast.stmt) -> tuple[ast.expr, ast.expr, str] | None:
    """Return target, value and stated type of an assignment."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return statement.target, statement.value, ast.unparse(statement.annotation)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0], statement.value, (statement.type_comment or "").partition(" ")[0]
    return None


def _type_name(stated: str, default: ast.expr) -> str:
    if stated:
        optional = _OPTIONAL.fullmatch(stated)
        return (optional[1] or optional[2]) if optional else stated
    try:
        return type(ast.literal_eval(default)).__name__
    except ValueError:
        return ""


def _fits(value: object, type_name: str, default: str) -> bool:
    if value is None:
        return default == "None"
    legal = _TYPES.get(type_name)
    if legal is None:
        return True
    # To Python bool is a subclass of int; to a person it is not a number.
    return isinstance(value, legal) and (type_name == "bool" or not isinstance(value, bool))


def _type_problem(name: str, value: object, type_name: str, default: str) -> str:
    return f"Parameter '{name}' is {_WORDS[type_name]} (such as {default}), not {value!r}."


def _secret_problem(name: str) -> str:
    return (
        f"Parameter '{name}' sounds like a secret. Parameters are saved in the notebook and its report: "
        "put secrets in the environment."
    )
