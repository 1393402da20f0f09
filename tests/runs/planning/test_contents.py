"""What a report is made of."""

from borgerlib.interest.prepare.result import Prepared
from borgerlib.interest.prepared import compared_with
from borgerlib.runs.planning.contents import COMPARED, report_notebooks
from borgerlib.runs.planning.inputs import InputHashes


def test_where_there_is_something_to_compare_with_it_is_part_of_the_report(prepared: Prepared) -> None:
    names = [path.name for path in report_notebooks("Ærø")]
    assert COMPARED not in names
    before = InputHashes(library="x").of(report_notebooks("Ærø")[-1], {"municipality": "Ærø"})
    _, targets = compared_with("Ærø")
    targets.parent.mkdir(parents=True, exist_ok=True)
    targets.write_text("", encoding="utf-8")
    try:
        assert [path.name for path in report_notebooks("Ærø")] == [*names, COMPARED]
        # Another target is other data.
        after = InputHashes(library="x").of(report_notebooks("Ærø")[-2], {"municipality": "Ærø"})
        assert after.data != before.data
    finally:
        targets.unlink()
    assert COMPARED not in [path.name for path in report_notebooks("")]
