"""Cells tagged for the appendix leave their page and stand together on the last one."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from sample_notebooks import executed, page_output

from borgerlib.runs.pages.appendix import with_appendix
from borgerlib.runs.pages.export import read_pages
from borgerlib.runs.pages.page import APPENDIX_NUMBER


def said(text):
    return new_output("execute_result", data={"text/markdown": text}, execution_count=1)


def tagged(cell):
    cell.metadata["tags"] = ["appendix"]
    return cell


def pages(tmp_path, *numbers, method="Metoden."):
    read = []
    for number in numbers:
        path = executed(tmp_path / f"{number}.ipynb", [page_output(number)])
        [page] = read_pages(path)
        page.notebook["cells"] += [
            tagged(new_markdown_cell("## Metode")),
            tagged(new_code_cell("method()", outputs=[said(method)])),
        ]
        read.append(page)
    return read


def sources(page):
    return [cell.source for cell in page.notebook["cells"]]


def test_the_appendix_is_the_last_page_and_the_others_go_without(tmp_path):
    first, second, glossary, last = with_appendix(pages(tmp_path, 1, 2))
    assert last.number == APPENDIX_NUMBER
    assert last.file_name == "bilag.html"
    assert "method()" not in sources(first) + sources(second)
    assert (glossary.file_name, glossary.part) == ("ordliste.html", "glossary")
    assert sources(glossary)[0].startswith("| Ord |")
    assert "## Indsigt 1: Emne 1" in sources(last)


def test_its_headings_stand_below_the_page_they_come_from(tmp_path):
    last = with_appendix(pages(tmp_path, 1))[-1]
    assert "### Metode" in sources(last)


def test_what_two_pages_say_alike_is_told_once(tmp_path):
    last = with_appendix(pages(tmp_path, 1, 2))[-1]
    assert sources(last).count("method()") == 1


def test_without_such_cells_there_is_no_appendix(tmp_path):
    read = read_pages(executed(tmp_path / "1.ipynb", [page_output(1)]))
    assert [page.number for page in with_appendix(read)] == [1]


def test_a_notebook_may_be_several_pages(tmp_path):
    path = executed(tmp_path / "n.ipynb", [page_output(11), said("ord"), page_output(12), said("tal")])
    first, second = read_pages(path)
    assert (first.number, second.number) == (11, 12)
    assert len(first.notebook["cells"]) + len(second.notebook["cells"]) == 5
