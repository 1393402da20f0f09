from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from borgerlib.interest import store
from borgerlib.interest.answers.segments import FILE, SEGMENT, segments_of
from borgerlib.interest.prepared import processed_folder
from borgerlib.statistics.segmentation import latent_classes
from borgerlib.survey.codebook.load import load_codebook

pytestmark = pytest.mark.slow


@pytest.fixture
def survey(prepared):
    """Respondents and codebook of the prepared survey, and where its classes are kept."""
    path = processed_folder(prepared.municipality) / FILE
    respondents = store.load(prepared.municipality)
    return respondents, load_codebook(store.codebook_path(prepared.municipality)), path


@pytest.fixture
def few_starts(monkeypatch):
    """Look for kinds only a little: what is tested is whether they are looked for."""
    little = partial(latent_classes.latent_classes, most_classes=3, starts=2)
    monkeypatch.setattr(latent_classes, "latent_classes", little)


def test_kinds_are_kept_and_read_again(survey):
    respondents, codebook, path = survey
    path.unlink(missing_ok=True)
    first = segments_of(respondents, codebook, "Ærø")
    assert path.is_file()
    kept = path.stat().st_mtime_ns
    again = segments_of(respondents, codebook, "Ærø")
    assert path.stat().st_mtime_ns == kept
    assert again.item == first.item
    assert again.certainty == first.certainty
    pd.testing.assert_series_equal(again.assigned, first.assigned)


def test_kept_kinds_that_another_version_wrote_are_looked_for_again(survey, few_starts):
    respondents, codebook, path = survey
    path.unlink(missing_ok=True)
    first = segments_of(respondents, codebook, "Ærø")
    frame, told = store.read_parquet(path, "")
    store.write_parquet(frame, path, {name: told[name] for name in told if name != "names"})
    assert segments_of(respondents, codebook, "Ærø").item == first.item
    store.write_parquet(frame.rename(columns=str.upper), path, told)
    assert segments_of(respondents, codebook, "Ærø").item == first.item
    path.unlink()


def test_every_kind_is_an_option_and_who_wants_no_topic_is_of_none(survey):
    respondents, codebook, _ = survey
    found = segments_of(respondents, codebook, "Ærø")
    assert found.assigned.name == SEGMENT
    assert set(found.assigned.dropna()) <= {option.id for option in found.item.options}
    wants_none = respondents["emner__intet"].eq(1).fillna(False).astype(bool)
    silent = respondents[codebook.item("emner").columns].isna().all(axis=1)
    assert (found.assigned.isna() == (wants_none | silent)).all()
    assert 0.5 < found.certainty <= 1
    assert -1 < found.agreement <= 1
    assert replace(found, agreement=0.7).come_back
    assert not replace(found, agreement=0.69).come_back


def test_kinds_of_another_preparation_are_not_used(survey, few_starts):
    respondents, codebook, path = survey
    segments_of(respondents, codebook, "Ærø")
    kept = path.read_bytes()
    respondents.attrs["source_sha256"] = "another export"
    segments_of(respondents, codebook, "Ærø")
    assert path.read_bytes() != kept


@pytest.mark.parametrize("content", [b"PAR1 and then nothing", pytest.param(b"", marks=pytest.mark.thorough)])
def test_a_damaged_file_is_made_anew(survey, content, few_starts):
    respondents, codebook, path = survey
    path.write_bytes(content)
    found = segments_of(respondents, codebook, "Ærø")
    pd.testing.assert_series_equal(segments_of(respondents, codebook, "Ærø").assigned, found.assigned)
    assert path.read_bytes() != content


def test_too_few_answers_show_no_kinds(survey):
    respondents, codebook, _ = survey
    few = respondents.iloc[:60]
    few.attrs = respondents.attrs
    assert segments_of(few, codebook, "Ærø") is None
