"""Maps beside one another."""

import io

import pandas as pd
import pytest
from typer.testing import CliRunner

from borgerlib.commands.workshop import app
from borgerlib.errors import ParameterError
from borgerlib.workshop.saved.comparison import compared, comparison_html, comparison_table
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.sessions.store import create_session

PLACES = ("Odense", "Aarhus", "Ærø", "Vejle", "Horsens")


def room_of(tool, title, municipality="", own="", **placed):
    """A session in which the group has placed elements (today's influence), and one of its own."""
    room = Room(tool, create_session("indflydelse", title, municipality=municipality))
    if own:
        room.keep([room.check("", "element", {"id": own, "label": "Bedre Kaffe"})])
        placed[own] = 5
    for element, influence in placed.items():
        spot = {"id": element, "when": "today", "influence": influence, "control": 5}
        room.keep([room.check("", "place", spot)])
    return room


def test_over_time_the_change_is_told_where_both_have_it(influence):
    before = room_of(influence, "Dagen", mandat=3, formaal=6)
    after = room_of(influence, "Dagen", mandat=8, opbakning=2)
    table = comparison_table([before, after]).set_index("Element")
    assert table.loc["Borgerne har et reelt mandat", "Ændring i dag"] == 5
    assert table["Ændring i dag"].notna().sum() == 1
    assert table.loc["Hele byrådet bakker op", "Lavest i dag"] == 2
    # Two sessions of one title on one day still have a column each.
    assert len(set(table.columns)) == len(table.columns) == 11


def test_several_municipalities_are_one_picture_with_their_own_elements_by_name(influence):
    rooms = [
        room_of(influence, "Møde", "Odense", own="eget_aaaaaaaa", mandat=2),
        room_of(influence, "Møde", "Aarhus", own="eget_bbbbbbbb", mandat=4),
        room_of(influence, "Møde", "Ærø", mandat=9),
    ]
    found = compared([room.state for room in rooms]).droplevel(["role", "area"])
    assert found.loc["Bedre Kaffe", "today"].tolist()[:2] == [5, 5]
    assert found["today"].isna().sum().tolist() == [0, 0, 1]
    assert found["wished"].isna().all(axis=None)
    table = comparison_table(rooms)
    mandate = table.set_index("Element").loc["Borgerne har et reelt mandat"]
    assert mandate[["Median i dag", "Lavest i dag", "Højest i dag", "Kort i alt"]].tolist() == [4, 2, 9, 3]
    assert "Ærø · Møde: I dag" in table.columns
    assert "Ændring i dag" not in table.columns
    page = comparison_html(rooms)
    assert page.count("Borgerne har et reelt mandat: 4 (2–9)") == 2  # the picture, for a page and for a phone
    assert "<td>4</td>" in page
    assert "<td>–</td>" in page
    assert ">nan<" not in page


def test_the_command_reads_names_and_files_from_elsewhere(influence, tmp_path):
    one, other = (room_of(influence, "Møde", place, mandat=3) for place in ("Odense", "Aarhus"))
    away = tmp_path / "fra-aarhus.sqlite"
    content = other.session.path.read_bytes()
    away.write_bytes(content)
    target = tmp_path / "alle.csv"
    done = CliRunner().invoke(
        app, ["compare", one.session.id, str(away), "--to", str(target)], catch_exceptions=False
    )
    assert done.exit_code == 0
    table = pd.read_csv(io.BytesIO(target.read_bytes()), sep=";", decimal=",", encoding="utf-8-sig")
    assert table["Aarhus · Møde: I dag"].tolist() == [3]
    with pytest.raises(ParameterError, match="two sessions or more"):
        comparison_table([one])
    with pytest.raises(ParameterError, match=r"no '\.doc' file"):
        CliRunner().invoke(
            app, ["compare", one.session.id, str(away), "--to", "x.doc"], catch_exceptions=False
        )


def said(room, kind, **content):
    room.keep([room.check("", kind, content)])


def test_maps_of_different_roles_or_areas_are_never_one_row(influence):
    ours, theirs = room_of(influence, "Direktion", mandat=2), room_of(influence, "Byråd")
    said(theirs, "setting", key="role", value="byraad")
    said(theirs, "place", id="mandat", when="today", influence=9, control=5)
    with pytest.raises(ParameterError, match="No two of the sessions share a question") as caught:
        comparison_table([ours, theirs])
    assert caught.value.problems == (
        "Direktion: Kommunaldirektøren · Borgerdialog i almindelighed",
        "Byråd: Byrådet · Borgerdialog i almindelighed",
    )
    said(theirs, "setting", key="role", value="kommunaldirektoer")
    said(theirs, "place", id="mandat", when="today", influence=4, control=5)
    table = comparison_table([ours, theirs])
    assert table[["Hvis indflydelse", "Median i dag", "Kort i alt"]].values.tolist() == [
        ["Kommunaldirektøren", 3, 2],
        ["Byrådet", 9, 1],
    ]
    page = comparison_html([ours, theirs])
    assert page.count("<h2>") == 2
    assert page.count("<table>") == 2


def test_an_element_is_what_it_is_called_and_two_of_one_name_are_two(influence):
    one, other = room_of(influence, "Før", mandat=2), room_of(influence, "Nu", mandat=9)
    said(other, "element", id="mandat", label="Noget helt andet")
    for at, influence_today in ((1, 1), (2, 8)):
        name = f"eget_{at}aaaaaaa"
        said(other, "element", id=name, label="Kaffe")
        said(other, "place", id=name, when="today", influence=influence_today, control=5)
    found = compared([one.state, other.state]).droplevel(["role", "area"])["today"].fillna(-1)
    assert found.T.to_dict("list") == {
        "Borgerne har et reelt mandat": [2, -1],
        "Noget helt andet": [-1, 9],
        "Kaffe": [-1, 1],
        "Kaffe (2)": [-1, 8],
    }


def test_many_municipalities_are_one_picture_without_a_column_each(influence):
    rooms = [room_of(influence, "Møde", place, mandat=at) for at, place in enumerate(PLACES)]
    page = comparison_html(rooms)
    # 0, 1, 2, 3, 4: the median is 2.
    assert "<td>2</td><td>0</td><td>4</td><td>5</td>" in page
    assert "Møde: I dag" not in page
    assert all(f"{place} · Møde" in page for place in PLACES)
    assert "Ærø · Møde: I dag" in comparison_table(rooms).columns
