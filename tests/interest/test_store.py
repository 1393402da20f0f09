"""Respondents on disk: whole or not at all, private where they must be, and found again."""

import ctypes
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from own_exports import mixed, row, write_export
from processes import forked

from borgerlib.errors import DataError, ParameterError
from borgerlib.files import atomic
from borgerlib.interest import store
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepared import RESPONDENTS, processed_folder
from borgerlib.interest.survey import load_weighting
from borgerlib.statistics.estimation.proportions import estimate_proportions

ISLAND = "Ærø"
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, owners and modes are POSIX")


@pytest.mark.parametrize("name", ["aeroe", "Ærø", "0492", "ærø"])
def test_a_municipality_is_found_by_folder_name_and_code(prepared, name):
    respondents = store.load(name)
    assert len(respondents) == prepared.kept
    assert respondents.attrs["municipality"] == ISLAND


def test_respondents_come_back_as_they_were_typed(prepared):
    respondents = store.load(ISLAND)
    assert respondents["tid"].cat.ordered
    assert respondents["koen"].cat.categories.tolist() == ["mand", "kvinde", "andet", "oensker_ikke"]
    assert respondents["aldersgruppe"].cat.ordered
    assert respondents["aldersgruppe"].cat.categories.tolist()[0] == "15-17"
    assert respondents["emner__natur"].dtype == "Int8"
    assert respondents["alder"].dtype == "Int64"
    assert respondents["weight"].gt(0).all()
    assert respondents.index.name == "row"
    assert set(respondents.attrs) == {
        "municipality",
        "codebook",
        "simulated",
        "population_date",
        "survey_date",
        "min_age",
        "source_sha256",
        "library_version",
        "weighted",
    }


def test_estimates_weight_by_what_they_are_told_to(prepared):
    respondents = store.load("aeroe")
    chosen = respondents["emner__natur"].astype(float)
    answered = chosen.notna()

    def share(**given):
        found = estimate_proportions(respondents, "emner", **given).set_index("option")
        return found.loc["natur", "proportion"]

    assert share() == pytest.approx(chosen[answered].mean())
    weighted = np.average(chosen[answered], weights=respondents.loc[answered, "weight"])
    assert share(weight="weight") == pytest.approx(weighted)
    assert share(raked_to=load_weighting("aeroe")) == pytest.approx(weighted)
    by_age = estimate_proportions(respondents, "emner", by=["aldersgruppe"], weight="weight")
    assert by_age["aldersgruppe"].nunique() == 10


def test_the_leaders_survey_is_loaded_by_its_name():
    assert len(store.load("lokaldemokrati-2021")) == 79


def test_the_weighting_is_the_one_on_file(prepared):
    weighting = load_weighting("aeroe")
    assert weighting.weights.to_numpy() == pytest.approx(store.load("aeroe")["weight"].to_numpy(), rel=1e-10)
    assert weighting.design_effect == pytest.approx(prepared.weighting.result.design_effect)


def test_weights_that_are_not_those_told_of_are_refused(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    prepared = prepare(ISLAND, export, mapping=mapping)
    path = prepared.folder / store.WEIGHTING
    summary = store.read_summary(ISLAND)
    summary["targets"][0]["counts"]["kvinde"] += 100
    summary["targets"][0]["counts"]["mand"] -= 100
    path.write_text(json.dumps(summary), "utf-8")
    with pytest.raises(DataError, match="not those that weighting"):
        load_weighting(ISLAND)


@pytest.mark.long
def test_capped_weights_come_back_too(workspace, tmp_path, simulated):
    rules = tmp_path / "rules.toml"
    rules.write_text("cap = 0\n")
    free = prepare(ISLAND, simulated[1], weighting=rules).weighting.largest
    rules.write_text(f"cap = {0.98 * free}\n")
    capped = prepare(ISLAND, simulated[1], weighting=rules).weighting
    assert capped.largest == pytest.approx(0.98 * free)
    assert store.read_summary(ISLAND)["capped"]
    assert load_weighting(ISLAND).weights.max() == pytest.approx(store.load(ISLAND)["weight"].max())


def test_what_is_not_there_says_what_to_type(workspace):
    with pytest.raises(DataError, match="'Odense' has no prepared respondents") as caught:
        store.load("Odense")
    assert caught.value.hint.startswith("Run: borger import Odense\n")
    assert "borger simulate Odense," in caught.value.hint
    for ask in (store.read_summary, store.codebook_path, store.load_register):
        with pytest.raises(DataError, match="no prepared respondents"):
            ask("Odense")
    with pytest.raises(ParameterError, match="no survey 'lokaldemokrati-2020'"):
        store.load("lokaldemokrati-2020")
    with pytest.raises(ParameterError, match="no survey ''"):
        store.load("")


def test_a_code_may_be_a_number_and_nothing_is_no_municipality(workspace):
    with pytest.raises(DataError, match=r"'461' has no prepared respondents[\s\S]*borger import 461"):
        store.load(461)
    with pytest.raises(
        ParameterError, match=r"There is no survey 'None'. A municipality is a name or a code"
    ):
        store.load(None)


def test_other_folders_are_no_municipalities(prepared):
    store.load("lokaldemokrati-2021")
    assert store.prepared_municipalities() == ["aeroe"]


@pytest.mark.slow
def test_damaged_files_are_named(workspace, tmp_path):
    export, mapping = write_export(tmp_path, mixed())
    prepared = prepare(ISLAND, export, mapping=mapping)
    (prepared.folder / store.WEIGHTING).write_text("{", "utf-8")
    with pytest.raises(DataError, match=r"weighting\.json is damaged"):
        store.read_summary(ISLAND)
    path = prepared.folder / RESPONDENTS
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DataError, match=r"respondents\.parquet is damaged"):
        store.load(ISLAND)
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(DataError, match="was not written by this version"):
        store.load(ISLAND)


@pytest.mark.parametrize("lost", ["targets", "capped", "respondents"])
def test_a_weighting_of_another_version_is_refused_and_says_what_it_lacks(workspace, tmp_path, lost):
    export, mapping = write_export(tmp_path, mixed())
    path = prepare(ISLAND, export, mapping=mapping).folder / store.WEIGHTING
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, "later": 1}), "utf-8")
    assert store.read_summary(ISLAND) == told
    del told["targets"][0]["level_of"], told[lost]
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(DataError, match=rf"weighting\.json is damaged, or .* version.*: .*{lost}") as caught:
        load_weighting(ISLAND)
    assert "borger import" in caught.value.hint
    assert ("targets.0.level_of" in caught.value.message) == (lost != "targets")
    path.write_text("[]", "utf-8")
    with pytest.raises(DataError, match=r"of borgerlib\.\n"):
        load_weighting(ISLAND)


def test_files_that_lack_what_this_version_writes_are_refused(workspace, tmp_path):
    export, mapping = write_export(tmp_path, [*mixed(), row(90, 40, "k", mail="b@c.invalid", consent="Ja")])
    prepare(ISLAND, export, mapping=mapping)
    own, apart = processed_folder(ISLAND) / RESPONDENTS, store.contact_folder(ISLAND)
    for path, ask in ((apart / store.REGISTER, store.load_register), (own, store.load)):
        frame, told = store.read_parquet(path, ISLAND)
        store.write_parquet(frame, path, {name: told[name] for name in told if name != "survey_date"})
        with pytest.raises(DataError, match=rf"{path.name} is damaged.*: survey_date\."):
            ask(ISLAND)
    store.write_parquet(pd.DataFrame({"mark": []}), apart / store.REFUSED, {})
    with pytest.raises(DataError, match=r"refused\.parquet .* mark, day"):
        store.load_refused(ISLAND)


@pytest.mark.long
def test_a_register_of_another_export_is_refused(workspace, tmp_path):
    export, mapping = write_export(tmp_path / "a", mixed())
    prepare(ISLAND, export, mapping=mapping)
    old = (store.contact_folder(ISLAND) / store.REGISTER).read_bytes()
    export, mapping = write_export(tmp_path / "b", mixed(70))
    prepare(ISLAND, export, mapping=mapping)
    (store.contact_folder(ISLAND) / store.REGISTER).write_bytes(old)
    with pytest.raises(DataError, match="come from different exports"):
        store.load_register(ISLAND)


def killed(export, mapping, kind, number):
    """Prepare, and die at a chosen point, as in a power cut."""

    def die(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    moves, put = itertools.count(), atomic._put_in_place
    if kind == "write":
        pd.DataFrame.to_csv = die
    else:
        atomic._put_in_place = lambda *paths: die() if next(moves) == number else put(*paths)
    prepare(ISLAND, export, mapping=mapping)


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        (("write", 0), 60),  # between respondents.parquet and rejected.csv
        (("move", 0), 60),  # before the new register takes its place
        (("move", 1), 60),  # the new register is in place, the respondents are the old ones
    ],
)
@pytest.mark.long
@posix
def test_a_killed_run_leaves_the_old_or_the_new_whole(workspace, tmp_path, point, kept):
    prepare(ISLAND, write_export(tmp_path / "a", mixed(60))[0], mapping=tmp_path / "a" / "svar.mapping.toml")
    export, mapping = write_export(tmp_path / "b", mixed(75))
    assert forked(killed, export, mapping, *point) == -signal.SIGKILL
    assert len(store.load(ISLAND)) == store.read_summary(ISLAND)["n"] == kept
    assert len(load_weighting(ISLAND).weights) == kept
    assert len(prepare(ISLAND, export, mapping=mapping).weighting.result.weights) == 75
    assert len(store.load(ISLAND)) == 75
    left = [path.name for path in processed_folder(ISLAND).parent.iterdir()]
    assert [name for name in left if ".old" in name] == []


def test_what_a_dead_run_left_is_cleared_away_once_it_is_surely_dead(workspace, tmp_path):
    root = store.contact_folder(ISLAND).parent
    root.mkdir(parents=True)
    dead, alive = root / ".aeroe.dead.part", root / ".aeroe.alive.part"
    for folder in (dead, alive):
        folder.mkdir()
    hours_ago = time.time() - 7200
    os.utime(dead, (hours_ago, hours_ago))
    export, mapping = write_export(tmp_path, mixed())
    prepare(ISLAND, export, mapping=mapping)
    assert alive.exists()
    assert not dead.exists()


def test_an_error_on_the_way_leaves_no_trace(workspace):
    target = processed_folder(ISLAND)

    def fail():
        with store.replacing(target) as beside:
            (beside / "a").write_text("x")
            raise ValueError("to be mended")

    with pytest.raises(ValueError, match="mended"):
        fail()
    assert list(target.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "workspace"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("BORGER_WORKSPACE", str(blocked))
    export, mapping = write_export(tmp_path / "x", mixed())
    with pytest.raises(DataError, match="cannot be written") as caught:
        prepare(ISLAND, export, mapping=mapping)
    assert "BORGER_WORKSPACE" in caught.value.hint


def refused(root, export, mapping):
    """Prepare where that may not be written, and write down what is said."""
    os.environ["BORGER_WORKSPACE"] = f"{root}/read_only"
    if os.geteuid() == 0:
        # To root nothing is read-only, until the capability to override permissions is laid down (capset(2)).
        header, capabilities = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capget(header, capabilities) == 0
        capabilities[0] &= ~0b110
        assert ctypes.CDLL(None).capset(header, capabilities) == 0
    with pytest.raises(DataError) as caught:
        prepare(ISLAND, export, mapping=mapping)
    (root / "said").write_text(str(caught.value), "utf-8")


@posix
def test_a_read_only_folder_is_named():
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        export, mapping = write_export(root / "export", mixed())
        (root / "read_only" / "data").mkdir(parents=True)
        (root / "read_only" / "data").chmod(0o555)
        assert forked(refused, root, export, mapping) == 0
        assert "cannot be written: Permission denied" in (root / "said").read_text("utf-8")


@posix
def test_public_files_follow_the_umask(workspace, tmp_path):
    export, mapping = write_export(tmp_path, [*mixed(), row(90, 40, "k", mail="b@c.invalid", consent="Ja")])
    before = os.umask(0o027)
    try:
        prepared = prepare(ISLAND, export, mapping=mapping)
    finally:
        os.umask(before)
    assert prepared.folder.stat().st_mode & 0o777 == 0o750
    assert (prepared.folder / RESPONDENTS).stat().st_mode & 0o777 == 0o640
    assert prepared.register.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_importing_the_room_is_cheap():
    script = (
        "import sys; from borgerlib.interest import store, prepare, export\n"
        "heavy = {'scipy', 'statsmodels', 'openpyxl', 'pyreadstat', 'seaborn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_one_bit_that_is_another_is_heard_of(tmp_path):
    path = tmp_path / "a.parquet"
    store.write_parquet(pd.DataFrame({"a": range(2000)}), path, {})
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        store.read_parquet(path, "Odense")
