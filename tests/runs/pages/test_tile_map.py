from borgerlib.population.municipalities import municipalities
from borgerlib.runs.pages.tile_map import tile_map


def test_every_municipality_has_a_square_of_its_own():
    tiles = tile_map([])
    assert sorted(tile.name for tile in tiles) == sorted(municipalities()["name"])
    assert len({(tile.row, tile.column) for tile in tiles}) == 98
    assert min(tile.row for tile in tiles) == min(tile.column for tile in tiles) == 1


def test_neighbours_stand_as_in_the_country():
    at = {tile.name: tile for tile in tile_map([])}
    assert at["Hjørring"].row < at["Aalborg"].row < at["Aarhus"].row < at["Aabenraa"].row
    assert at["Esbjerg"].column < at["Odense"].column < at["København"].column


def test_a_report_is_shown_where_it_belongs_and_nowhere_else():
    tiles = {tile.name: tile for tile in tile_map([("Odense", "odense/index.html", "done")])}
    assert (tiles["Odense"].link, tiles["Odense"].state) == ("odense/index.html", "done")
    assert [tile.name for tile in tiles.values() if tile.state] == ["Odense"]
