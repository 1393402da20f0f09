"""What is answered in any form comes back as it was given, with no mapping by hand."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_forms import Filled, citizens, differences, filled, limesurvey_export, odk_export
from survey_exports import write_csv

import borgerlib
from borgerlib.contact.register.intake.survey import import_survey
from borgerlib.contact.register.key import new_key_file, read_key
from borgerlib.contact.register.people import find, held
from borgerlib.contact.register.store import Register, register_path
from borgerlib.files.workbook import Sheet, write_workbook
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.store import REGISTER, contact_folder, load_register
from borgerlib.survey.form.formats.limesurvey import limesurvey_text
from borgerlib.survey.form.formats.surveyjs import surveyjs_text
from borgerlib.survey.form.formats.xlsform import write_xlsform
from borgerlib.survey.form.texts import new_texts
from borgerlib.survey.form.write import open_form, texts_file
from borgerlib.survey.mapping.file import load_mapping
from borgerlib.survey.mapping.suggestion import mapping_toml, suggest_mapping
from borgerlib.survey.readers.read import read_export, read_responses

SEEDS = st.integers(0, 2**32)


def back(made, path):
    """Return what comes back wrong, without a mapping or by the one that 'borger map' writes: all is sure."""
    areas, mapping = made.form.texts.areas, path.with_name("svar.mapping.toml")
    suggestion = suggest_mapping(read_export(path), made.book, areas=areas)
    mapping.write_text(mapping_toml(suggestion), "utf-8")
    frames = [
        read_responses(path, made.book, areas=areas, mapping=each).frame
        for each in (None, load_mapping(mapping, made.book))
    ]
    unsure = [item for item, confidence in suggestion.confidence.items() if confidence == "unsure"]
    return [*unsure, *differences(made, frames[0]), *differences(made, frames[1])]


def limesurvey(seed, folder, make=filled, **size):
    made = make(seed, **size)
    by_text, full, excel = seed & 1, seed & 2, seed & 4
    rows = limesurvey_export(made, limesurvey_text(made.form), by_text=by_text, full=full)
    path = folder / ("svar.xlsx" if excel else "svar.csv")
    if excel:
        # Texts as texts, one that begins with '=' too.
        write_workbook([Sheet("Svar", rows)], path)
    else:
        write_csv(path, rows)
    return back(made, path)


def odk(seed, folder, make=filled, **size):
    from pyxform.xls2xform import convert

    made = make(seed, **size)
    write_xlsform(made.form, folder / "skema.xlsx")
    found = convert(folder / "skema.xlsx", validate=False)
    assert found.warnings == []
    write_csv(folder / "svar.csv", odk_export(made, folder / "skema.xlsx", split=seed & 1), delimiter=",")
    return back(made, folder / "svar.csv")


@pytest.mark.long
@pytest.mark.parametrize("platform", [limesurvey, odk])
def test_random_forms_come_back_as_they_were_answered(platform, tmp_path):
    @given(seed=SEEDS)
    @settings(max_examples=settings.default.max_examples // 3)
    def check(seed):
        assert platform(seed, tmp_path) == []

    check()


@pytest.mark.nightly
@pytest.mark.thorough
@pytest.mark.parametrize("platform", [limesurvey, odk])
def test_a_thousand_random_forms_come_back(platform, tmp_path):
    assert {seed: wrong for seed in range(1000) if (wrong := platform(seed, tmp_path))} == {}


@pytest.mark.long
@pytest.mark.parametrize("platform", [limesurvey, odk])
@pytest.mark.parametrize("size", [{"questions": 60}, {"questions": 2, "options": 300}])
def test_long_forms_come_back(platform, size, tmp_path):
    assert platform(7, tmp_path, **size) == []


@pytest.mark.long
@pytest.mark.parametrize("platform", [limesurvey, odk])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2)), 3])
def test_areas_that_are_chosen_from_a_list_come_back(platform, seed, tmp_path):
    # By codes and by texts, choices apart and joined.
    assert platform(seed, tmp_path, make=citizens, people=8) == []


NODE = shutil.which("node")


def has_survey_core():
    """Return where Node finds SurveyJS's survey-core ('npm install -g survey-core'), or None."""
    if not NODE:
        return None
    modules = subprocess.run(
        ["npm", "root", "-g"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return modules if Path(modules, "survey-core").is_dir() else None


FILLS_IN = """
const { Model } = require("survey-core");
const told = [];
for (const [form, people] of JSON.parse(require("fs").readFileSync(0))) {
  const results = [];
  for (const person of people) {
    const survey = new Model(form);
    if (survey.jsonErrors?.length) told.push(String(survey.jsonErrors.map((error) => error.message)));
    for (const [name, answer] of person) {
      const question = survey.getQuestionByName(name);
      if (!question.isVisible) told.push(`${name} is not put`);
      question.value = answer;
    }
    const wrong = () => survey.getAllQuestions().flatMap((each) => each.errors.map((error) => error.text));
    if (!survey.tryComplete()) told.push(`not complete: ${wrong()}`);
    results.push(survey.data);
  }
  told.push(results);
}
console.log(JSON.stringify(told));
"""


def surveyjs(seeds, folder, **size):
    """Let SurveyJS run the forms, fill them in, and read its results; return what went wrong, by seed."""
    forms = [filled(seed, **size) for seed in seeds]
    asked = [
        [json.loads(surveyjs_text(made.form)), [list(in_surveyjs(made, person)) for person in made.people]]
        for made in forms
    ]
    run = subprocess.run(
        [NODE, "-e", FILLS_IN], input=json.dumps(asked), capture_output=True, text=True, check=True,
        env={**os.environ, "NODE_PATH": has_survey_core()},
    )  # fmt: skip
    told = json.loads(run.stdout.splitlines()[-1])
    assert [each for each in told if isinstance(each, str)] == []
    wrong = {}
    for seed, made, results in zip(seeds, forms, told, strict=True):
        if any(results):
            path = folder / "svar.json"
            path.write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
            if found := back(made, path):
                wrong[seed] = found
    return wrong


def in_surveyjs(made, person):
    for question in made.form.all:
        answer = person.get(question.id)
        if answer is None:
            continue
        if question.kind == "date":
            answer = f"{answer:%Y-%m-%d}"
        yield question.id, sorted(answer) if isinstance(answer, set) else answer


@pytest.mark.slow
@pytest.mark.skipif(not has_survey_core(), reason="needs Node and SurveyJS: npm install -g survey-core")
def test_surveyjs_runs_the_forms_and_its_results_come_back(tmp_path):
    assert surveyjs(range(4), tmp_path) == {}
    assert surveyjs([7], tmp_path, questions=60) == {}
    assert surveyjs([7], tmp_path, questions=2, options=300) == {}


@pytest.mark.nightly
@pytest.mark.thorough
@pytest.mark.skipif(not has_survey_core(), reason="needs Node and SurveyJS: npm install -g survey-core")
def test_surveyjs_runs_a_thousand_forms(tmp_path):
    for start in range(0, 1000, 100):
        assert surveyjs(range(start, start + 100), tmp_path) == {}


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("java"), reason="ODK Validate needs Java")
def test_odk_validate_finds_nothing_wrong(tmp_path):
    assert odk_validate(range(10), tmp_path) == []


@pytest.mark.nightly
@pytest.mark.thorough
@pytest.mark.skipif(not shutil.which("java"), reason="ODK Validate needs Java")
def test_odk_validate_finds_nothing_wrong_with_a_thousand_forms(tmp_path):
    assert odk_validate(range(1000), tmp_path) == []


def odk_validate(seeds, folder):
    """Return what ODK Validate, which comes with pyxform, says of forms that are not valid."""
    from pyxform.validators.odk_validate import ODK_VALIDATE_PATH
    from pyxform.xls2xform import convert

    files = []
    for seed in seeds:
        write_xlsform(filled(seed).form, folder / "skema.xlsx")
        files.append(folder / f"{seed}.xml")
        files[-1].write_text(convert(folder / "skema.xlsx").xform, encoding="utf-8")
    run = subprocess.run(
        ["java", "-jar", ODK_VALIDATE_PATH, *files], capture_output=True, text=True, check=False
    )
    said = run.stdout + run.stderr
    return [] if said.count(">> Xform is valid!") == len(files) else said.splitlines()


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """A workspace in which Odense's form offers areas; returns where its answers are to be written."""
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    path = new_texts(texts_file("Odense"))
    text = path.read_text("utf-8").replace("omraader = []", 'omraader = ["Midt", "Åby; og omegn"]')
    path.write_text(text, "utf-8")
    return tmp_path


@pytest.mark.slow
def test_prepare_takes_over_what_was_answered_and_keeps_contact_details_apart(saved):
    made = citizens(1)
    assert open_form("borgerinteresse", "Odense").all == made.form.all
    rows = limesurvey_export(made, limesurvey_text(made.form), by_text=False, full=False)
    prepared = prepare("Odense", write_csv(saved / "svar.csv", rows), unweighted=True)
    assert (prepared.rows_in, prepared.kept, prepared.absent) == (40, 40, ("foedselsaar",))
    respondents = borgerlib.load("Odense")
    answers = Filled(made.book, replace(made.form, contact=()), made.people)
    assert differences(answers, respondents) == []
    yes = [person for person in made.people if person["samtykke"] == "ja"]
    register = load_register("Odense")
    assert 0 < len(yes) == len(register) == prepared.contacts
    assert list(register["kontakt_mail"]) == [person["kontakt_mail"] for person in yes]
    assert not {question.id for question in made.form.contact} & set(respondents)
    # The register takes over those who said yes, with the words that the form asked in, and the file goes.
    key = saved / "noegle"
    path = register_path("Odense")
    new_key_file(key, path)
    with Register(path, read_key(key, path), create=True) as opened:
        done = import_survey(opened, "Odense")
        held_on = held(opened, find(opened, yes[0]["kontakt_mail"]))
    assert done.new == len(yes)
    words, version = made.form.consent
    assert (held_on["consents"][0]["text"], held_on["consents"][0]["version"]) == (words, version)
    assert not (contact_folder("Odense") / REGISTER).exists()
