"""What is published before a draw: whole, without names, and found out where anything is changed."""

import json
import re
import stat
from datetime import date

import pandas as pd
import pytest
from pools import quotas_of

import borgerlib
from borgerlib.contact import codes
from borgerlib.contact.draw.check import draw, verify
from borgerlib.contact.draw.publication import publish, read_publication
from borgerlib.errors import DataError
from borgerlib.said import in_danish


@pytest.fixture(scope="module")
def listed():
    people = pd.DataFrame({"sex": ["k"] * 9 + ["m"] * 7}, index=[f"0101{n:02d}-åse" for n in range(16)])
    result = borgerlib.leximin_chances(people, quotas_of(("sex", "k", 2, 2), ("sex", "m", 2, 2)), 4)
    return result, borgerlib.list_panels(result, panels=50, seed=1)


@pytest.fixture
def published(listed, tmp_path):
    folder, private = tmp_path / "ud", tmp_path / "hemmelig"
    publication = publish(folder, private, *listed, title="Klima <2026>", day=date(2026, 3, 2), seed=1)
    return publication, folder, private


def test_a_publication_holds_and_names_nobody(published):
    publication, folder, _ = published
    assert verify(folder).fingerprint == publication.fingerprint
    assert publication.drawn is None
    everything = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert "åse" not in everything
    assert "Klima &lt;2026&gt;" in everything
    assert publication.chances.sum() == pytest.approx(4)


def test_who_has_which_code_is_for_the_owner_alone(published, listed):
    publication, _, private = published
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in private.iterdir()} == {0o600}
    who = pd.read_csv(private / "koder.csv", index_col="id")["kode"]
    assert set(who) == set(publication.chances.index)
    chances = publication.chances.loc[who.to_numpy()].to_numpy()
    assert chances == pytest.approx(listed[1].chances.loc[who.index].to_numpy())


@pytest.mark.parametrize("name", ["om.json", "chancer.csv", "paneler.csv", "kvoter.csv"])
def test_a_changed_file_is_found_out(published, name):
    _, folder, _ = published
    text = (folder / name).read_text("utf-8")
    (folder / name).write_text(text.replace("2", "3", 1), "utf-8")
    with pytest.raises(DataError, match=name):
        verify(folder)


def test_whoever_makes_new_hashes_too_has_another_fingerprint_and_chances_that_are_none(published):
    from borgerlib.contact.draw import publication as module

    publication, folder, _ = published
    lines = (folder / "paneler.csv").read_text("utf-8").splitlines()
    lines[1] = lines[2]  # panel 000 becomes panel 001, under its own number
    (folder / "paneler.csv").write_text(
        "\n".join([lines[0], "000" + lines[2][3:], *lines[2:]]) + "\n", "utf-8"
    )
    sums = "".join(f"{module._hash(folder / name)}  {name}\n" for name in module.PUBLISHED)
    (folder / "SHA256SUMS").write_text(sums, "utf-8")
    with pytest.raises(DataError) as caught:
        verify(folder, fingerprint=publication.fingerprint[:12])
    assert "chance is not the share of panels" in str(caught.value)
    assert f"not {publication.fingerprint[:12]}" in str(caught.value)
    assert "index.html says something else" in str(caught.value)


def test_a_page_that_lies_is_found_out(published):
    _, folder, _ = published
    page = (folder / "index.html").read_text("utf-8")
    (folder / "index.html").write_text(page.replace('"drawn":null', '"drawn":7'), "utf-8")
    with pytest.raises(DataError, match=r"index\.html says something else"):
        verify(folder)


def test_the_announced_fingerprint_is_compared_however_it_is_written(published):
    publication, folder, _ = published
    groups = " ".join([publication.fingerprint[:8].upper(), publication.fingerprint[8:16]])
    assert verify(folder, fingerprint=groups).fingerprint == publication.fingerprint
    with pytest.raises(DataError, match="8 digits or more"):
        verify(folder, fingerprint=publication.fingerprint[:7])


def test_a_panel_is_drawn_once(published):
    publication, folder, _ = published
    assert draw(folder, 7).drawn == 7
    assert verify(folder).drawn == 7
    assert publication.panels[7][0] in (folder / "index.html").read_text("utf-8")
    assert draw(folder, 7).drawn == 7
    with pytest.raises(DataError, match="Panel 007 was drawn already"):
        draw(folder, 8)
    with pytest.raises(DataError, match="numbered 0 to 49"):
        draw(folder, 50)


def test_a_panel_with_somebody_who_has_withdrawn_falls_out_and_that_is_said(published):
    publication, folder, _ = published
    gone = publication.panels[3][0]
    left = sum(gone not in panel for panel in publication.panels)
    with pytest.raises(DataError, match=rf"Panel 003 falls out, .*: {gone}\. Panels left: {left} of 50"):
        draw(folder, 3, withdrawn=[gone.lower().replace("-", " ")])
    assert read_publication(folder).drawn is None
    with pytest.raises(DataError, match="Nobody of this lottery has the code AAAA-AAAA"):
        draw(folder, 3, withdrawn=["aaaaaaaa"])
    # It is kept and told: whoever has withdrawn once is on no panel that is thrown later.
    other = next(number for number, panel in enumerate(publication.panels[4:], 4) if gone in panel)
    with pytest.raises(DataError, match=f"Panel {other:03d} falls out"):
        draw(folder, other)
    free = next(number for number, panel in enumerate(publication.panels) if gone not in panel)
    done = draw(folder, free)
    assert (done.drawn, done.withdrawn, done.fallen) == (free, (gone,), (3, other))
    assert verify(folder).fallen == (3, other)
    page = (folder / "index.html").read_text("utf-8")
    assert "Terningerne viste 003. Det panel faldt ud" in page
    # Whoever withdraws after the draw leaves a vacant seat: there is no other throw.
    with pytest.raises(DataError, match="was drawn already"):
        draw(folder, free, withdrawn=[done.panels[free][0]])


def test_a_panel_that_fell_out_for_no_reason_is_found_out(published):
    publication, folder, _ = published
    somebody = publication.panels[4][0]
    for result, told in (
        ({"panel": None, "fallen": [3]}, "panel 003 fell out, and holds nobody who has withdrawn"),
        ({"panel": 4, "withdrawn": [somebody]}, "panel 004 was drawn, and holds somebody who has withdrawn"),
    ):
        (folder / "resultat.json").write_text(json.dumps(result))
        with pytest.raises(DataError, match=told):
            verify(folder)


def test_a_result_that_is_no_panel_is_found_out(published):
    _, folder, _ = published
    for result, told in (
        ('{"panel": 99}', "names panel 99"),
        ('{"panel": "5"}', "names panel '5'"),
        ("{", "cannot be read"),
    ):
        (folder / "resultat.json").write_text(result)
        with pytest.raises(DataError, match=told):
            verify(folder)


@pytest.fixture
def of_another_template(published, monkeypatch, tmp_path):
    """A lottery whose page was made by a template that the program has no longer."""
    from borgerlib.contact.draw import publication as module

    publication, folder, _ = published
    draw(folder, 7)
    other = tmp_path / "page.html.j2"
    other.write_text(
        module._TEMPLATE.read_text("utf-8")
        .replace("Sådan trækkes der lod", "Sådan gør vi nu")
        .replace("const name", "let name"),
        "utf-8",
    )
    monkeypatch.setattr(module, "_TEMPLATE", other)
    return publication, folder


def test_a_lottery_holds_when_only_the_template_of_its_page_has_changed(of_another_template):
    _, folder = of_another_template
    done = verify(folder)
    assert done.drawn == 7
    assert "lavet af en anden version af programmet" in in_danish(done.notice)
    assert "slår koder op, er ikke kontrolleret" in in_danish(done.notice)
    assert draw(folder, 7).drawn == 7
    assert not verify(folder).notice  # the page has been made anew


def test_a_lottery_of_before_the_hash_of_its_template_was_kept_can_be_read(published):
    from borgerlib.contact.draw import publication as module

    about = json.loads((published[1] / "om.json").read_text("utf-8"))
    del about["template"]
    assert module.About(**about).template == ""


@pytest.mark.parametrize("change", [{"dice": "ten-sided"}, {"size": None}])
def test_a_lottery_of_another_version_is_told_as_one(published, change):
    from borgerlib.contact.draw import publication as module

    folder = published[1]
    about = json.loads((folder / "om.json").read_text("utf-8")) | {"version": "9.1"} | change
    kept = {name: value for name, value in about.items() if value is not None or name == "cap"}
    (folder / "om.json").write_text(json.dumps(kept), "utf-8")
    sums = "".join(f"{module._hash(folder / name)}  {name}\n" for name in module.PUBLISHED)
    (folder / "SHA256SUMS").write_text(sums, "utf-8")
    for read in (read_publication, verify):
        with pytest.raises(DataError, match="published by another borgerlib: this one") as caught:
            read(folder)
        assert "Install the version that om.json names" in str(caught.value)


def test_a_page_of_another_template_that_lies_is_found_out(of_another_template):
    publication, folder = of_another_template
    page = (folder / "index.html").read_text("utf-8")
    seat, other = (
        publication.panels[7][0],
        next(iter(set(publication.chances.index) - {*publication.panels[7]})),
    )
    first = publication.fingerprint[:8]
    for told, lie in (
        ('"drawn":7', '"drawn":8'),
        (f"<li>{seat}</li>", f"<li>{other}</li>"),
        (f"<li>{seat}</li>", ""),
        ("Panel 007 er trukket", "Panel 008 er trukket"),
        (f"<code>{first}", f"<code>{first[::-1]}"),
        ("<h1>Klima", "<h1>Vejr"),
        ('id="data">{', 'id="data">'),
        ('id="data"', 'id="andet"'),
    ):
        assert told in page
        (folder / "index.html").write_text(page.replace(told, lie), "utf-8", newline="\n")
        with pytest.raises(DataError, match="says something else"):
            verify(folder)
    (folder / "index.html").write_text(page, "utf-8", newline="\n")
    (folder / "resultat.json").write_text('{"panel": 8}')
    with pytest.raises(DataError, match="says something else"):
        verify(folder)


def test_a_throw_that_is_wiped_and_a_page_that_is_forged_are_found_out(published):
    publication, folder, _ = published
    with pytest.raises(DataError, match="falls out"):
        draw(folder, 3, withdrawn=[publication.panels[3][0]])
    thrown = (folder / "resultat.json").read_bytes()
    (folder / "resultat.json").unlink()
    with pytest.raises(DataError, match="says something else"):
        verify(folder)
    (folder / "resultat.json").write_bytes(thrown)
    assert verify(folder).fallen == (3,)
    page = (folder / "index.html").read_text("utf-8")
    (folder / "index.html").write_text(
        page.replace("mine.includes(", "!mine.includes("), "utf-8", newline="\n"
    )
    with pytest.raises(DataError, match="says something else"):
        verify(folder)


def test_a_draw_that_was_cut_off_goes_on_with_the_same_throw_and_no_other(published, monkeypatch):
    from borgerlib.contact.draw import check

    def killed(*_):
        raise KeyboardInterrupt

    _, folder, _ = published
    with monkeypatch.context() as patch:
        patch.setattr(check, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            draw(folder, 7)
    with pytest.raises(DataError, match="enter the same throw"):
        draw(folder, 8)
    assert draw(folder, 7).drawn == 7
    assert verify(folder).drawn == 7


def test_a_draw_that_is_wiped_is_not_drawn_again(published):
    _, folder, _ = published
    draw(folder, 7)
    (folder / "resultat.json").unlink()
    with pytest.raises(DataError, match="says something else"):
        draw(folder, 8)


def test_the_page_says_what_the_quotas_are_of_in_words(tmp_path):
    people = pd.DataFrame({"koen": ["kvinde", "mand"] * 5, "Bydel": ["nord"] * 10})
    quotas = quotas_of(("koen", "kvinde", 1, 1), ("koen", "mand", 1, 1), ("Bydel", "nord", 2, 2))
    result = borgerlib.leximin_chances(people, quotas, 2)
    listed = borgerlib.list_panels(result, panels=5, seed=1)
    publish(tmp_path / "ud", tmp_path / "egen", result, listed, title="T", day=date(2026, 3, 2), seed=1)
    page = (tmp_path / "ud" / "index.html").read_text("utf-8")
    assert re.findall("<caption>(.+)</caption>", page) == ["Køn", "Bydel"]
    assert re.findall('<th scope="row">(.+)</th>', page) == ["Kvinde", "Mand", "Nord"]


def test_nothing_published_is_overwritten_and_the_codes_stay_apart(published, listed, tmp_path):
    _, folder, private = published
    more = {"title": "T", "day": date(2026, 3, 2), "seed": 1}
    with pytest.raises(DataError, match="holds a published lottery"):
        publish(folder, tmp_path / "other", *listed, **more)
    with pytest.raises(DataError, match="holds the codes of another lottery"):
        publish(tmp_path / "new", private, *listed, **more)
    with pytest.raises(DataError, match="none is inside the other"):
        publish(tmp_path / "new", tmp_path / "new" / "codes", *listed, **more)
    with pytest.raises(DataError, match=r"is no published lottery: om\.json"):
        read_publication(tmp_path)


def test_a_code_is_a_new_one_in_each_lottery_and_can_be_read_aloud():
    made = codes.make_codes(range(2000))
    assert len(set(made.values())) == 2000
    assert made != codes.make_codes(range(2000))
    assert not set("".join(made.values())) & set("ILOU")
    assert codes.as_typed("o1lk 2xpd") == "011K-2XPD"
