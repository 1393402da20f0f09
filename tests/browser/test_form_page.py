"""The questionnaire on a tablet: by keyboard, without the net, one person after another, nothing lost."""

import csv
from dataclasses import replace
from html import escape

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect
from random_forms import citizens, differences, filled

import borgerlib
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.survey.form.formats.page.page import page_text
from borgerlib.survey.form.names import MARK
from borgerlib.survey.form.questionnaire import questionnaire
from borgerlib.survey.form.texts import load_texts
from borgerlib.survey.readers.read import read_responses

# Gives one person's answers as a person does: every field gets its value, and says so.
ANSWERS = """
async (answers) => {
  for (const [name, given] of Object.entries(answers)) {
    const question = document.querySelector(`[data-question="${name}"]`);
    for (const field of question.querySelectorAll("input, select, textarea")) {
      if (field.closest("[hidden]")) throw new Error(`${name} is not put`);
      const box = field.type === "radio" || field.type === "checkbox";
      if (box && given.includes(field.value) !== field.checked) field.click();
      if (!box) { field.value = given[0]; field.dispatchEvent(new Event("input", { bubbles: true })); }
    }
  }
  document.querySelector("#skema [type=submit]").click();
  const wrong = [...document.querySelectorAll(".error:not([hidden])")].map((each) => each.textContent);
  if (wrong.length) throw new Error(String(wrong));
  while (document.querySelector("#thanks").hidden) await new Promise((wait) => setTimeout(wait));
  document.querySelector("#next").click();
}
"""


@pytest.fixture
def tablet(browser):
    context = browser.new_context(
        offline=True, accept_downloads=True, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            page.wrong.append(request.url) if not request.url.startswith(("file:", "blob:")) else None
        ),
    )
    yield page
    assert page.wrong == []
    context.close()


def opened(page, form, folder):
    path = folder / "skema.html"
    path.write_text(page_text(form), encoding="utf-8")
    page.goto(path.as_uri())
    return page


def in_page(made, person):
    for question in made.form.all:
        answer = person.get(question.id)
        if answer is None:
            continue
        if question.kind == "number":
            answer = (str(int(answer)) if answer == int(answer) else repr(answer)).replace(".", ",")
        if question.kind == "date":
            answer = f"{answer:%Y-%m-%d}"
        yield question.id, sorted(answer) if isinstance(answer, set) else [answer]


def saved(page, path):
    page.locator(".staff summary").click()
    with page.expect_download() as download:
        page.locator("#download").click()
    download.value.save_as(path)
    return path


def erase(page):
    page.locator("#erase").click()
    page.get_by_role("button", name="Slet de hentede svar").last.click()
    expect(page.locator("#count")).to_have_text("0")


def round_trip(page, made, folder):
    opened(page, made.form, folder)
    for person in made.people:
        page.evaluate(ANSWERS, dict(in_page(made, person)))
    path = saved(page, folder / "svar.csv")
    erase(page)
    return differences(made, read_responses(path, made.book).frame)


def test_random_forms_come_back_as_they_were_answered(tablet, tmp_path):
    wrong = {seed: found for seed in range(4) if (found := round_trip(tablet, filled(seed), tmp_path))}
    assert wrong == {}
    assert round_trip(tablet, filled(7, questions=60), tmp_path) == []
    assert round_trip(tablet, filled(7, questions=2, options=300), tmp_path) == []


@pytest.mark.nightly
@pytest.mark.thorough
def test_a_thousand_random_forms_come_back(tablet, tmp_path):
    wrong = {seed: found for seed in range(1000) if (found := round_trip(tablet, filled(seed), tmp_path))}
    assert wrong == {}


def test_the_files_of_two_tablets_are_prepared_as_one_survey(tablet, tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    made = citizens(1, people=8, areas=())
    opened(tablet, made.form, tmp_path)
    (tmp_path / "svar").mkdir()
    for at, person in enumerate(made.people):
        tablet.evaluate(ANSWERS, dict(in_page(made, person)))
        if at == 3:
            saved(tablet, tmp_path / "svar" / "a.csv")
            erase(tablet)
            tablet.reload()
    saved(tablet, tmp_path / "svar" / "b.csv")
    prepared = prepare("Odense", tmp_path / "svar", unweighted=True)
    assert (prepared.kept, prepared.absent) == (8, ("foedselsaar",))
    assert prepared.contacts == sum(person["samtykke"] == "ja" for person in made.people)
    assert list(borgerlib.load("Odense")["alder"]) == [person["alder"] for person in made.people]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_person_answers_by_keyboard_alone(tablet, tmp_path, width, pictures):
    page = opened(tablet, questionnaire(citizens(1).book, load_texts()), tmp_path)
    page.set_viewport_size({"width": width, "height": 900})
    assert Axe().run(page)["violations"] == []
    page.screenshot(path=pictures / f"form_{width}.png", full_page=True)
    page.locator("#f-alder").focus()
    page.keyboard.type("34")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("[name=emner][value=natur]").focus()
    page.keyboard.press("Space")
    page.locator("[name=emner][value=intet]").focus()
    page.keyboard.press("Space")
    # 'None of the topics' rules out the one chosen before.
    assert page.locator("[name=emner]:checked").evaluate_all("all => all.map(each => each.value)") == [
        "intet"
    ]
    assert page.locator("#f-kontakt_mail").is_hidden()
    page.locator("[name=samtykke][value=ja]").focus()
    page.keyboard.press("Space")
    page.locator("#f-kontakt_mail").focus()
    page.keyboard.type("ikke en adresse")
    # What was answered outlives a reload.
    page.reload()
    assert page.locator("#f-alder").input_value() == "34"
    assert page.locator("#f-kontakt_mail").input_value() == "ikke en adresse"
    assert page.locator("[name=emner]:checked").count() == 1
    page.locator("#f-alder").fill("340")
    page.locator("#skema [type=submit]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#summary li").count() == 2
    assert page.evaluate("document.activeElement.id") == "summary"
    assert Axe().run(page)["violations"] == []
    page.screenshot(path=pictures / f"form_wrong_{width}.png", full_page=True)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-alder"
    page.locator("#f-alder").fill("34")
    page.locator("#f-kontakt_mail").fill("åse@example.dk")
    page.locator("#skema [type=submit]").click()
    expect(page.get_by_text("Tak for dit svar.")).to_be_visible()
    assert Axe().run(page)["violations"] == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    # The next person meets an empty form, and nothing of the last one in it or after a reload.
    page.reload()
    assert page.locator("#f-alder").input_value() == ""
    assert page.locator(":checked:not(option)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with saved(page, tmp_path / "svar.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [
        (row["alder"], row["emner__intet"], row["emner__natur"], row["kanaler__sms"]) for row in rows
    ] == [("34", "1", "0", "")]
    assert rows[0]["kontakt_mail"] == "åse@example.dk"


def test_english_is_one_press_away_and_danish_comes_back(tablet, tmp_path, pictures):
    page = opened(tablet, questionnaire(citizens(1).book, load_texts()), tmp_path)
    page.get_by_role("button", name="English").click()
    assert page.get_by_text("How old are you?").is_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title() == "Would you like to take part?"
    assert Axe().run(page)["violations"] == []
    page.locator("[name=samtykke][value=nej]").check()
    page.locator("#skema [type=submit]").click()
    expect(page.get_by_text("Thank you for your answer.")).to_be_visible()
    page.locator("#next").click()
    assert page.get_by_text("Hvor gammel er du?").is_visible()


def test_who_walks_away_leaves_nothing_for_the_next(tablet, tmp_path):
    page = tablet
    page.clock.install()
    opened(page, questionnaire(citizens(1).book, load_texts()), tmp_path)
    page.locator("#f-alder").fill("34")
    page.clock.run_for(241_000)
    assert page.get_by_text("Er du der stadig?").is_visible()
    assert Axe().run(page)["violations"] == []
    page.get_by_role("button", name="Jeg er her stadig").click()
    assert page.locator("#f-alder").input_value() == "34"
    page.clock.run_for(241_000)
    page.clock.run_for(61_000)
    assert page.locator("#f-alder").input_value() == ""
    assert page.locator("dialog[open]").count() == 0


def test_answers_are_fetched_by_who_knows_the_staffs_code(tablet, tmp_path):
    path = tmp_path / "t.toml"
    path.write_text('personalekode = "bog 7"', "utf-8")
    page = opened(tablet, questionnaire(citizens(1).book, load_texts(path)), tmp_path)
    page.locator("[name=tid]").first.check()
    page.locator("#skema [type=submit]").click()
    page.locator(".staff summary").click()
    assert page.locator("#download").is_hidden()
    page.locator("#code").fill("bog 7")
    assert page.locator("#download").is_visible()
    expect(page.locator("#count")).to_have_text("1")


def test_nobody_is_thanked_before_the_answer_is_kept_and_it_is_kept_once(tablet, tmp_path):
    page = tablet
    page.clock.install()
    opened(page, questionnaire(citizens(1).book, load_texts()), tmp_path)
    page.evaluate("works = indexedDB.open.bind(indexedDB); indexedDB.open = () => ({})")
    send = page.locator("#skema [type=submit]")
    send.click()
    assert page.locator("#thanks").is_hidden()
    page.clock.run_for(11_000)
    expect(page.locator("#summary")).to_contain_text("Svaret kan ikke gemmes her")
    page.evaluate("indexedDB.open = works")
    send.dblclick()
    expect(page.get_by_text("Tak for dit svar.")).to_be_visible()
    page.locator(".staff summary").click()
    expect(page.locator("#count")).to_have_text("1")


def test_a_page_in_the_place_of_another_keeps_answers_to_the_words_they_were_given_to(tablet, tmp_path):
    book, texts = citizens(1).book, load_texts()
    forms = [questionnaire(book, replace(texts, by_answers=each)) for each in (False, True)]
    forms[1] = replace(forms[1], questions=tuple(each for each in forms[1].questions if each.id != "alder"))
    for form in forms:
        opened(tablet, form, tmp_path)
        if form is forms[0]:
            tablet.locator("#f-alder").fill("34")
        tablet.locator("#skema [type=submit]").click()
        expect(tablet.locator("#thanks")).to_be_visible()
    with saved(tablet, tmp_path / "svar.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["alder"], row[MARK]) for row in rows] == [
        ("34", forms[0].consent[1]),
        ("", forms[1].consent[1]),
    ]


def test_the_preview_takes_no_answer_and_says_so(browser, tmp_path):
    page = browser.new_page()
    source = escape(page_text(questionnaire(citizens(1).book, load_texts())))
    page.set_content(f'<iframe sandbox="allow-scripts allow-forms" srcdoc="{source}"></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator("[name=samtykke][value=ja]").check()
    assert frame.locator("#f-kontakt_mail").is_visible()
    frame.locator("#skema [type=submit]").click()
    expect(frame.locator("#summary")).to_contain_text("Svaret kan ikke gemmes her")
    page.close()
