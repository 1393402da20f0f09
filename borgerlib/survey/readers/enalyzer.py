"""Enalyzer: a table whose answers are texts, values or label numbers, as the exporter chose.

Nothing in the file names the platform, so its answers are read as a plain table; label numbers (1 for the
first option) are proposed by 'borger map'. What is told apart is the list of respondents, without answers.
"""

from __future__ import annotations

from borgerlib.errors import DataError
from borgerlib.personal import is_contact_heading
from borgerlib.survey.grid.cells import Table


def refuse_respondent_list(table: Table) -> None:
    """Raise `DataError` when a table holds names and addresses only: who was invited, not what they said."""
    if all(is_contact_heading(heading) for heading in table.headings):
        raise DataError(
            f"{table.grid.name} is a list of respondents ({', '.join(table.headings)}), not their answers.",
            hint="Export the answers. The list holds personal data: delete it where it is not needed.",
        )
