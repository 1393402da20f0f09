"""The page that invites, by its widgets: what is shown, what is asked, and that nobody is named in it."""

import json
import shutil
from datetime import datetime

import pandas as pd
import pytest
from ipywidgets import Widget

import borgerlib
from borgerlib.contact.register.store import opened
from borgerlib.errors import DataError


@pytest.fixture
def page(key_file):
    return borgerlib.open_inviter("Odense", key_file=str(key_file))


def told(page):
    for name, text in (("_purpose", "Borgersamling"), ("_maker", "Åse"), ("_contact", "72 10 00 00")):
        getattr(page, name).value = text
    return page


def test_a_tick_is_followed_at_once(page):
    assert "har sagt ja til at blive inviteret" in page._who.value
    page._ticks["formats"]["borgersamling"].value = True
    assert page.selection.to_link() == "formater=borgersamling"
    assert "Omkring " in page._who.value
    assert 'role="img" aria-label="' in page._who.value
    page._many.way.value = "lot"
    page._many.seats.value = 12
    assert (
        "Det kan lade sig gøre: de udtrukne kan ligne befolkningen efter alder og køn."
        in page._many.notice.value
    )
    page._many.seats.value = 9999
    assert "Der er færre end 9.999 at trække blandt." in page._many.notice.value


@pytest.mark.slow
def test_a_list_needs_its_purpose_and_says_where_it_lies(page):
    page._make.click()
    assert "Skriv hvad listen er til, hvem der laver den og hvor man kan melde fra." in page._made.value
    told(page)._make.click()
    assert "er på listen." in page._made.value
    page._ticks["age"]["15-24"].value = True
    page._ticks["topics"]["integration"].value = True
    page._ticks["time"]["uge"].value = True
    page._make.click()
    assert "færre end 10 personer" in page._made.value


def test_quotas_are_changed_only_when_the_user_accepts_it(page):
    told(page)._ticks["formats"]["borgersamling"].value = True
    page._many.way.value, page._many.seats.value = "lot", 60
    assert "Den mindste ændring, der gør det muligt" in page._many.notice.value
    page._make.click()
    assert 'role="alert"' in page._made.value
    page._many.mend.value = True
    page._make.click()
    assert "80 er på listen." in page._made.value


@pytest.mark.long
def test_dice_seat_a_panel_and_a_code_withdraws(page, key_file):
    told(page)._ticks["formats"]["workshop"].value = True
    page._many.way.value, page._many.seats.value = "dice", 24
    page._make.click()
    assert "1.000 paneler er lagt frem" in page._made.value
    assert "<h1>SIMULEREDE DATA: " in (page._laid_out.public / "index.html").read_text("utf-8")
    for unread in ("", "41", "4 1 7", "1000"):
        page._dice.value = unread
        page._throw.click()
        assert "Skriv de tre tal, som terningerne viser, fx 042." in page._made.value
    page._dice.value = "417"
    # Whoever has locked the codes away is told so, and no panel is drawn meanwhile.
    elsewhere = page._laid_out.private.rename(key_file.with_name("laast-inde"))
    page._throw.click()
    assert "koder.csv kan ikke læses." in page._made.value
    elsewhere.rename(page._laid_out.private)
    codes = page._laid_out.private / "koder.csv"
    whole = codes.read_bytes()
    codes.write_text("id;navn\n", "utf-8")
    page._throw.click()
    assert "koder.csv kan ikke læses." in page._made.value
    codes.write_bytes(whole)
    page._throw.click()
    assert "24 er på listen." in page._made.value
    assert "Panel 417 er trukket." in page._made.value
    made = page._made.value
    page._dice.value = "418"
    page._throw.click()
    assert "Panel 417 er allerede trukket. Der trækkes kun én gang." in page._made.value
    path = made.partition("<code>")[2].partition("</code>")[0]
    code = pd.read_csv(path, sep=";")["Kode"].iloc[0]
    page._person.value = code
    button = next(w for w in page.children if getattr(w, "description", "") == "Træk samtykket tilbage")
    button.click()
    assert "Samtykket er trukket tilbage." in page._gone.value
    page._person.value = "AAAA-AAAA-AAAA"
    button.click()
    assert "Ingen i registret har den kode" in page._gone.value
    with opened("Odense", key_file) as register:
        actions = [row[0] for row in register.rows("SELECT action FROM log ORDER BY number")]
        actors = {row[0] for row in register.rows("SELECT actor FROM log WHERE action = 'list'")}
    assert actions[-1] == "withdraw"
    assert "Åse" in actors


def test_a_throw_without_panels_laid_out_is_refused_in_the_page(page):
    told(page)._dice.value = "417"
    page._throw.click()
    assert "Læg lodtrækningen frem, før terningerne kastes." in page._made.value


@pytest.mark.long
def test_whoever_withdraws_before_the_throw_takes_her_panels_along_and_no_others(page):
    told(page)._ticks["formats"]["workshop"].value = True
    page._many.way.value, page._many.seats.value = "dice", 24
    page._make.click()
    laid_out = page._laid_out
    who = pd.read_csv(laid_out.private / "koder.csv").set_index("kode")["kode_i_brev"]
    panels = pd.read_csv(laid_out.public / "paneler.csv", index_col="panel")
    gone = panels.loc[7].iloc[0]
    page._person.value = who[gone]
    next(w for w in page.children if getattr(w, "description", "") == "Træk samtykket tilbage").click()
    assert "Samtykket er trukket tilbage." in page._gone.value
    page._dice.value = "007"
    page._throw.click()
    assert "Panel 007 falder ud" in page._made.value
    page._dice.value = f"{panels.index[~panels.eq(gone).any(axis=1)][0]:03d}"
    page._throw.click()
    assert "24 er på listen." in page._made.value
    assert page._laid_out is laid_out


@pytest.mark.long
def test_a_page_that_is_opened_anew_goes_on_with_the_panels_that_are_laid_out(page, key_file):
    told(page)._ticks["formats"]["workshop"].value = True
    page._many.way.value, page._many.seats.value = "dice", 24
    page._make.click()
    public = page._laid_out.public
    shutil.copytree(public.parent, f"{public.parent} - kopi")
    again = borgerlib.open_inviter("Odense", key_file=str(key_file))
    assert again._laid_out.public == public
    assert again._purpose.value == "Borgersamling"
    assert again._throw.layout.display is None
    assert page._laid_out.published.fingerprint[:16] in again._made.value
    chances = (public / "chancer.csv").read_bytes()
    (public / "chancer.csv").write_text("kode,chance\n")
    damaged = borgerlib.open_inviter("Odense", key_file=str(key_file))
    assert damaged._laid_out is None
    assert 'role="alert"' in damaged._made.value
    (public / "chancer.csv").write_bytes(chances)
    told(again)._dice.value = "417"
    again._throw.click()
    assert "Panel 417 er trukket." in again._made.value
    assert borgerlib.open_inviter("Odense", key_file=str(key_file))._laid_out is None


def test_nobody_stands_in_what_a_notebook_saves(page, key_file):
    told(page)._make.click()
    saved = json.dumps(Widget.get_manager_state())
    with opened("Odense", key_file) as register:
        people = register.rows("SELECT mail FROM person WHERE mail IS NOT NULL")
    assert len(people) > 100
    assert not [one for row in people for one in row if one in saved]


def test_without_a_register_it_says_how_one_is_made(key_file):
    with pytest.raises(DataError, match="borger register import"):
        borgerlib.open_inviter("Ærø", key_file=str(key_file))


def given(page, name, text):
    """Choose a file of quotas, as a browser hands it over."""
    content = memoryview(text.encode())
    file = {
        "name": name,
        "type": "",
        "size": len(content),
        "content": content,
        "last_modified": datetime(2026, 1, 1),
    }
    page._many.quotas.value = (file,)
    return page._many.notice.value


def test_quotas_of_ones_own_take_the_place_of_the_populations(page):
    told(page)._ticks["formats"]["workshop"].value = True
    page._many.way.value, page._many.seats.value = "dice", 20
    said = given(page, "kvoter.csv", "feature;value;min;max\nkøn;kvinde;15;15\nkøn;mand;5;5\n")
    assert "de udtrukne kan udvælges efter alder og køn." in said
    page._make.click()
    folder = page._laid_out.public
    quotas = pd.read_csv(folder / "kvoter.csv")
    women = quotas[(quotas["feature"] == "køn") & (quotas["value"] == "Kvinde")]
    assert women[["min", "max"]].values.tolist() == [[15, 15]]
    assert {"alder", "køn"} == set(quotas["feature"])
    said = given(page, "kvoter.csv", "feature;value;min;max\nkøn;kvinder;9;5\nkøn;Mand;1;2\nhøjde;høj;1;1\n")
    for expected in (
        "Kvoterne efter køn skal være for »Kvinde« og »Mand«, hver én gang.",
        "Der kan ikke trækkes efter »højde«, men efter »alder« og »køn«.",
        "min må ikke være større end max.",
    ):
        assert expected in said
    said = given(page, "kvoter.csv", "feature;value;min;max\nkøn;Kvinde;fem;9\nkøn;Mand;5;15\n")
    assert "Kvoterne kan ikke bruges. min og max skal være hele tal fra 0" in said
    assert "Kvoterne i »kvoter.txt« kan ikke læses." in given(page, "kvoter.txt", "hej\n")
    page._make.click()
    assert "kan ikke læses" in page._made.value


@pytest.mark.long
def test_a_cap_is_kept_or_refused_before_anything_is_drawn(page):
    told(page)._ticks["formats"]["workshop"].value = True
    page._many.way.value, page._many.seats.value = "dice", 20
    skewed = "feature;value;min;max\nkøn;kvinde;1;1\nkøn;mand;19;19\n"
    given(page, "kvoter.csv", skewed)
    page._many.cap.value = 1.5
    assert "Loftet kan ikke holdes: nogle må nødvendigvis have mindst " in page._many.notice.value
    page._make.click()
    assert 'role="alert"' in page._made.value
    page._many.quotas.value = ()
    assert "Det kan lade sig gøre" in page._many.notice.value
    page._make.click()
    chances = pd.read_csv(page._laid_out.public / "chancer.csv")["chance"]
    assert chances.max() <= 1.5 * chances.mean() + 0.001
    assert json.loads((page._laid_out.public / "om.json").read_text(encoding="utf-8"))["cap"] == 1.5
