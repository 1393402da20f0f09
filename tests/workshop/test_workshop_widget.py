"""The widgets and their notebooks."""

import nbformat
import pytest

import borgerlib
from borgerlib import places
from borgerlib.errors import DataError, ParameterError
from borgerlib.runs.kernels.execute import run_notebook
from borgerlib.workshop.widget import WorkshopWidget

PLACED = {"id": "formaal", "when": "today", "influence": 7, "control": 4}
NOTEBOOKS = ["indflydelseskort", "dialogkort"]


class Board(WorkshopWidget):
    """A widget whose messages to the page are kept."""

    def __init__(self, room):
        self.sent = []
        super().__init__(room)

    def send(self, content, buffers=None):
        self.sent.append((content, buffers))


def test_what_the_page_says_is_kept_and_shown(influence_room):
    board = Board(influence_room)
    board._hear({"id": "1", "kind": "place", "content": PLACED})
    assert board.sent == [({"kind": "kept", "ids": ["1"]}, None)]
    assert board.view["elements"][0]["placed"] == {"today": [7, 4]}
    assert len(influence_room.session.changes()) == 1


def test_a_mistake_is_a_sentence(influence_room):
    board = Board(influence_room)
    for nonsense in (None, {}, {"kind": "place"}, {"kind": "place", "content": {**PLACED, "influence": 99}}):
        board._hear(nonsense)
        assert board.sent[-2][0]["kind"] == "said"
    assert influence_room.session.changes() == ()


def test_the_files_of_a_session(cards_room):
    board = Board(cards_room)
    board._hear({"kind": "download", "content": "html"})
    assert board.sent[-2][0]["text"].startswith("Der er ikke sagt noget")
    board._hear({"id": "1", "kind": "vote", "content": {"id": "demens", "fit": 3}})
    board._hear({"kind": "download", "content": "html"})
    message, (content,) = board.sent[-1]
    assert message["name"].endswith(".html")
    assert "En by, hvor man kan fare vild" in content.decode()


def test_the_same_title_opens_the_same_session(workspace):
    one = borgerlib.open_influence_map("Odense", title="Dagen")
    assert borgerlib.open_influence_map("0461", title="Dagen").room.session.id == one.room.session.id
    assert borgerlib.open_influence_map("", title="Dagen").room.session.id != one.room.session.id
    again = borgerlib.open_influence_map(session=one.room.session.id)
    assert again.config["session"] == "Dagen"
    with pytest.raises(DataError, match="hører til et andet værktøj"):
        borgerlib.open_dialogue_cards(session=one.room.session.id)
    with pytest.raises(ParameterError, match="Odense"):
        borgerlib.open_dialogue_cards("Odens")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("indflydelseskort", marks=pytest.mark.slow),
        pytest.param("dialogkort", marks=pytest.mark.thorough),
    ],
)
def test_the_notebook_runs(workspace, tmp_path, warm, name):
    notebook = places.notebooks() / f"{name}.ipynb"
    assert run_notebook(notebook, tmp_path / "ud.ipynb", warm=warm).status == "done"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_cells_call_the_library_and_no_more(name):
    notebook = nbformat.read(places.notebooks() / f"{name}.ipynb", 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(len(source.splitlines()) for source in code) < 12
    assert all("import" not in source.replace("import borgerlib", "") for source in code)
    assert not any(cell.get("outputs") for cell in notebook.cells)
