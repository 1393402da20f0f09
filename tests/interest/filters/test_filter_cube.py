"""The cube of a prepared survey is kept, and is never older than its respondents."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from simulated_citizens import shared_citizens

from borgerlib.errors import DataError, ParameterError
from borgerlib.interest import store
from borgerlib.interest.filters import cube, segments
from borgerlib.interest.filters.choices import SEGMENTS_FILE, filterable, saved_folder
from borgerlib.interest.filters.cube import FILE, is_outdated, open_filter_cube
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.protected.files import COPY, KEY, open_copy
from borgerlib.population.table import population
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.selections.cube import build_cube
from borgerlib.survey.codebook.load import load_codebook

pytestmark = pytest.mark.slow

BANDS = [15, 25, 45, 60, 70]


@pytest.fixture(scope="module")
def odense(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=2000):
        yield processed_folder("Odense")


@pytest.fixture
def without_kinds(monkeypatch):
    """Let no kinds of citizens be found, which takes seconds for each copy."""

    def none(*_, **__):
        raise DataError("There is too little to find latent classes in.")

    monkeypatch.setattr(segments, "latent_classes", none)


def total(cube, selected):
    return tuple(cube.sums([selected])[0])


def test_it_is_kept_beside_the_respondents(odense):
    assert (odense / FILE).is_file()
    kept = open_filter_cube("odense", age_bands=BANDS)
    assert kept.origin == "kept"
    assert open_filter_cube("Odense", age_bands=BANDS) is kept  # as long as the file is the same
    assert not list(odense.glob(".cube-*"))


def test_a_kept_cube_counts_as_the_copy_does(odense):
    cube = open_filter_cube("Odense", age_bands=BANDS).protected.cube
    copy, _ = open_copy("Odense", chance=0.1)
    old = copy.assign(chosen=copy["alder"].between(60, 69).fillna(False).astype(bool))
    rows = estimate_proportions(old, "tid", by="chosen", weight="weight")
    meant = cube.select({"age": ["60-69"]})
    sets = np.array([cube.row["time", level] for level in cube.roles["time"]])
    asked, chose = (cube.sums(cube.bits[of] & meant)[:, 1] for of in sets.T)
    assert (chose / asked).tolist() == pytest.approx(rows[rows["chosen"]]["proportion"].tolist())
    assert set(cube.roles) >= {"age", "sex", "area_type", "topics", "time", "formats"}


def test_the_offer_names_what_the_cube_holds(odense):
    opened = open_filter_cube("Odense", age_bands=BANDS)
    assert {f.role: [level.id for level in f.levels] for f in opened.offer.filters} == {
        role: list(levels) for role, levels in opened.protected.cube.roles.items() if " given " not in role
    }
    assert opened.offer.simulated
    assert opened.offer.source.startswith("SIMULEREDE DATA")
    topics = opened.offer.filter("topics")
    assert ("klima_miljoe", "Klima og miljø") in [(level.id, level.label) for level in topics.levels]
    assert topics.exclusive == ("intet",)
    assert "oensker_ikke" not in opened.protected.cube.roles["sex"]
    # As kept and read again.
    assert open_filter_cube("Odense", age_bands=BANDS).offer == opened.offer


@pytest.mark.long
def test_newer_respondents_and_other_age_groups_build_it_anew(odense, without_kinds):
    state = (odense / "respondents.parquet").stat()
    os.utime(odense / "respondents.parquet", ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert open_filter_cube("Odense", age_bands=BANDS).origin == "outdated"
    assert open_filter_cube("Odense", age_bands=BANDS).origin == "kept"
    assert open_filter_cube("Odense", age_bands=[15, 60]).origin == "outdated"
    assert open_filter_cube("Odense", age_bands=BANDS).origin == "outdated"


def test_pages_that_all_find_it_outdated_have_one_make_it(odense, without_kinds, monkeypatch):
    made = []
    monkeypatch.setattr(
        cube, "build_cube", lambda *of, **options: made.append(1) or build_cube(*of, **options)
    )
    with ThreadPoolExecutor(5) as pages:
        opened = list(pages.map(lambda _: open_filter_cube("Odense", age_bands=[15, 45]), range(5)))
    assert len(made) == 1
    assert {page.origin for page in opened} <= {"outdated", "kept"}
    assert all(page.offer == opened[0].offer for page in opened)


def test_it_is_outdated_when_the_survey_is_another_and_not_when_it_is_away(odense, without_kinds):
    opened = open_filter_cube("Odense", age_bands=BANDS)
    path = odense / "respondents.parquet"
    state = path.stat()
    assert not is_outdated("Odense", opened.built_from)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert is_outdated("Odense", opened.built_from)
    path.rename(path.with_suffix(".away"))
    assert not is_outdated("Odense", opened.built_from)
    path.with_suffix(".away").rename(path)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert not is_outdated("Odense", opened.built_from)


@pytest.mark.parametrize(
    "torn", ["changed", *(pytest.param(torn, marks=pytest.mark.thorough) for torn in ("empty", "half"))]
)
def test_a_damaged_file_is_built_anew(odense, without_kinds, torn):
    whole = (odense / FILE).read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    (odense / FILE).write_bytes({"empty": b"", "half": whole[:middle], "changed": flipped}[torn])
    assert open_filter_cube("Odense", age_bands=BANDS).origin == "damaged"
    assert open_filter_cube("Odense", age_bands=BANDS).origin == "kept"
    assert (odense / FILE).read_bytes() == whole


def test_a_file_whose_sets_are_cut_short_is_damaged(odense, without_kinds):
    with np.load(odense / FILE) as arrays:
        whole = dict(arrays)
    np.savez(odense / FILE, **whole | {"bits": whole["bits"][:, :10]})
    assert open_filter_cube("Odense", age_bands=BANDS).origin == "damaged"


def test_saved_segments_are_a_filter_and_a_changed_file_counts_anew(odense, without_kinds):
    folder = saved_folder("Odense")
    folder.mkdir(parents=True)
    rules = '[unge_klima]\naldersgruppe = ["15-17", "18-24"]\nemner = ["klima_miljoe"]\n'
    (folder / SEGMENTS_FILE).write_text(rules)
    opened = open_filter_cube("Odense", age_bands=BANDS)
    assert opened.origin == "outdated"
    assert [level.label for level in opened.offer.filter("saved").levels] == ["Unge klima"]
    cube = opened.protected.cube
    by_rule = total(cube, cube.select({"saved": ["unge_klima"]}))
    assert by_rule == total(cube, cube.select({"age": ["15-24"], "topics": ["klima_miljoe"]}))
    # Had nobody, or everybody, chosen the topic in the copy, nobody and all the young would be in it.
    without, with_it = (f"saved given topics=klima_miljoe:{value}" for value in (0, 1))
    assert total(cube, cube.select({without: ["unge_klima"]}))[0] == 0
    asked = cube.bits[cube.row["topics", "klima_miljoe"][0]]
    everybody = total(cube, cube.select({"age": ["15-24"]}) & asked)
    assert total(cube, cube.select({with_it: ["unge_klima"]}) & asked) == everybody
    # What the page tells of it is what it tells of the filters that it names, corrected as these are.
    rule, filters = {"saved": ["unge_klima"]}, {"age": ["15-24"], "topics": ["klima_miljoe"]}
    assert opened.protected.meant(rule).size == opened.protected.meant(filters).size
    assert not opened.protected.meant(rule).sources
    (folder / SEGMENTS_FILE).write_text(f'{rules}\n[tidsrige]\ntid = ["uge", "maaned"]\n')
    protected = open_filter_cube("Odense", age_bands=BANDS).protected
    assert protected.meant({"saved": ["tidsrige"]}).levels == {"time": ("uge", "maaned")}
    both = protected.meant({"saved": ["tidsrige", "unge_klima"]})
    assert both.levels == {"saved": ("tidsrige", "unge_klima")}
    assert both.sources == {"time", "topics"}
    (folder / SEGMENTS_FILE).write_text('[unge]\naldersgruppe = ["15-16"]\n')
    broken = open_filter_cube("Odense", age_bands=BANDS)
    assert broken.offer.filter("saved") is None
    assert broken.offer.problems[0].startswith(
        "De gemte segmenter i segmenter.toml kan ikke bruges: linje 2: unge.aldersgruppe: »15-16«"
    )
    assert "nknown" not in broken.offer.problems[0]
    assert is_outdated("Odense", opened.built_from)
    (folder / SEGMENTS_FILE).unlink()


@pytest.mark.long
@pytest.mark.parametrize(("least", "told"), [(segments.COMES_BACK, True), (1.01, False)])
def test_kinds_of_citizens_are_a_filter_only_where_samples_show_them_again(odense, monkeypatch, least, told):
    monkeypatch.setattr(segments, "COMES_BACK", least)
    copy, _ = open_copy("Odense", chance=0.1)
    codebook = load_codebook(store.codebook_path("Odense"))
    draw = np.random.default_rng(1)
    # Two kinds, each of which chooses every other topic.
    kind = draw.random(len(copy)) < 0.5
    for place, column in enumerate(codebook.with_role("topics").columns):
        copy[column] = (draw.random(len(copy)) < np.where(kind == place % 2, 0.8, 0.1)).astype("int8")
    found = segments.find_kinds(copy, codebook)
    assert (found is not None) == told
    if found is not None:  # each of the copied answers' kinds is one of those that were drawn
        mixed = found.members(copy).groupby(kind).mean().to_numpy().round()
        assert sorted(mixed.tolist()) == [[0, 1], [1, 0]]
        again = segments.find_kinds(copy, codebook)
        pd.testing.assert_frame_equal(again.members(copy), found.members(copy))


@pytest.mark.long
def test_citizens_are_counted_by_the_population_table_where_it_knows_them(odense):
    offer = open_filter_cube("Odense", age_bands=BANDS).offer
    table = population("Odense")
    adults = table[table["age"] >= 15]
    assert offer.people({}) == adults["population"].sum()
    women = adults[(adults["sex"] == "kvinde") & adults["age"].between(60, 69)]
    assert offer.people({"age": ("60-69",), "sex": ("kvinde",)}) == women["population"].sum()
    # The register knows two sexes, and nothing of answers or of areas by age.
    assert offer.people({"sex": ("andet",)}) is None
    assert offer.people({"topics": ("natur",)}) is None
    assert offer.people({"age": ("60-69",), "area_type": ("by",)}) is None


class TestTheProtection:
    @pytest.mark.long
    def test_a_lost_key_and_another_chance_are_told(self, odense, without_kinds):
        before = open_filter_cube("Odense", age_bands=BANDS)
        (odense / KEY).unlink()
        assert is_outdated("Odense", before.built_from)
        anew = open_filter_cube("Odense", age_bands=BANDS)
        assert anew.origin == "protected_anew"
        assert not np.array_equal(anew.protected.cube.bits, before.protected.cube.bits)
        assert open_filter_cube("Odense", age_bands=BANDS).origin == "kept"
        assert open_filter_cube("Odense", age_bands=BANDS, chance=0.2).origin == "protected_anew"
        open_filter_cube("Odense", age_bands=BANDS)

    @pytest.mark.long
    def test_a_survey_prepared_before_there_were_copies_gets_one(self, odense, without_kinds):
        for name in (COPY, KEY, FILE):
            (odense / name).unlink()
        assert open_filter_cube("Odense", age_bands=BANDS).origin == "first"
        assert (odense / KEY).is_file()

    def test_a_chance_that_is_not_legal_is_refused(self, odense):
        with pytest.raises(ParameterError, match="chance"):
            open_filter_cube("Odense", age_bands=BANDS, chance=0.01)


def test_a_municipality_without_respondents_says_which_command_makes_them(odense):
    with pytest.raises(DataError, match="borger import Aarhus"):
        open_filter_cube("Aarhus", age_bands=BANDS)


def test_what_was_not_offered_is_no_filter_and_has_no_share(odense):
    copy, _ = open_copy("Odense", chance=0.1)
    book = load_codebook("borgerinteresse")
    lacking = {"emner__integration": pd.NA, "emner__intet": pd.NA}
    ready = filterable(copy.assign(**lacking).astype(dict.fromkeys(lacking, "Int8")), book, age_bands=BANDS)
    topics = next(filter_ for filter_ in ready.offer.filters if filter_.role == "topics")
    ids = [level.id for level in topics.levels]
    assert ids == [
        option.id for option in book.item("emner").options if option.id not in ("integration", "intet")
    ]
    assert topics.exclusive == ()
    assert build_cube(ready.copy, ready.items, weight="weight").roles["topics"] == tuple(ids)
