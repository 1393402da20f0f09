"""Every sentence template filled with extreme answers: nothing is claimed that the numbers do not carry."""

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from borgerlib.population.municipalities import municipality
from borgerlib.statistics.disclosure.gate import as_published, disclose
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS
from borgerlib.view.citizens.sections import first_known, load_sections

BOOK = load_codebook(CITIZENS)
ROLES = ("topics", "time", "formats", "channels")
GROUPS = {"": "", "age=15-24": "age", "age=60-69": "age", "area_type=by": "area_type"}
SHAPES = ("equal", "one above", "none")
SIZES = (10, 100_000)
TEMPLATES = {"finding": load_sections().finding} | {
    section.id: section.title for section in load_sections().section if not section.participation
}
_QUOTED = re.compile(r"»[^»«]*«")
_DENIAL = re.compile(r"\b(ikke|ingen|intet)\b", re.IGNORECASE)
_ORDER = re.compile(r" er »[^»«]+« \(\d")


def rows(role, group, domain, shape, n):
    item = BOOK.with_role(role)
    labels = {option.id: option.text for option in item.options}
    options = list(labels)
    base = 0.0 if shape == "none" else 0.5 if item.kind == "multiple" else 1 / len(options)
    shares = dict.fromkeys(options, base)
    if shape == "one above":
        shares[options[1]] += 0.03
        shares[options[0]] -= 0.03
    shares = {option: round(share * n) / n for option, share in shares.items()}
    nets = {net: min(sum(shares[one] for one in of), 1.0) for net, of in item.nets.items()}
    for option, share in (shares | nets).items():
        error = math.sqrt(share * (1 - share) / n)
        yield {
            "item": role,
            "option": option,
            "label": labels.get(option, "En eller flere"),
            "group": group,
            "group_label": group,
            "domain": domain,
            "exclusive": item.kind != "multiple",
            "net": option in nets,
            "n": n,
            "n_weighted": float(n),
            "count": round(share * n),
            "proportion": share,
            "standard_error": error,
            "ci_lower": max(share - 2 * error, 0.0),
            "ci_upper": min(share + 2 * error, 1.0),
            "note": "",
        }


def by_role():
    """The codebook whose items are named by their roles."""
    return replace(BOOK, items=tuple(replace(BOOK.with_role(role), id=role) for role in ROLES))


def survey(shape, n, *, roles=ROLES, hide=False):
    made = [
        row
        for role in roles
        for group, domain in GROUPS.items()
        for row in rows(role, group, domain, shape, n)
    ]
    frame = pd.DataFrame(made)
    words = {"base": "borgere", "source": "Kilde.", "confidence": 0.95}
    # Nobody is told of fewer than eleven: of ten all is hidden.
    estimates = (
        disclose(frame, min_cell=11, codebook=by_role(), **words) if hide else as_published(frame, **words)
    )
    return SimpleNamespace(
        estimates=estimates,
        codebook=BOOK,
        item=lambda role: BOOK.with_role(role) if role in roles else None,
        municipality=municipality("Ærø"),
        weighting={"targets": [{}]},
        age_labels=("15-24", "60-69"),
    )


def look_at(sentence):
    assert "{" not in sentence
    assert not re.search(r"\bnan\b|None|»«|\s[.;,]|  ", sentence)
    plain = _QUOTED.sub("»«", sentence)
    assert all(len(_DENIAL.findall(part)) <= 1 for part in re.split(r"[.;:]", plain)), sentence
    assert not re.search(r"(?<![\d ])\s?pct\.", plain.replace("\u00a0", " ")), sentence


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_no_sentence_claims_an_order_that_chance_may_have_made(name, shape, n):
    sentence = first_known(TEMPLATES[name], survey(shape, n))
    look_at(sentence)
    # Three points above the others are chance among ten, and none among a hundred thousand.
    if shape != "one above" or n == min(SIZES):
        assert not _ORDER.search(sentence), sentence


def test_what_is_above_by_more_than_chance_is_named():
    [section] = [section for section in load_sections().section if section.id == "emner"]
    second = BOOK.with_role("topics").options[1].text
    assert f"er »{second}« (53" in first_known(section.title, survey("one above", max(SIZES)))


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize(
    "of",
    [survey("one above", 10, hide=True), survey("equal", 100, roles=("channels",))],
    ids=["hidden", "not asked"],
)
def test_what_is_hidden_or_was_not_asked_has_no_number(name, of):
    section = next((one for one in load_sections().section if one.id == name), None)
    if section is not None and section.role == "channels" and of.item("topics") is None:
        return
    sentence = first_known(TEMPLATES[name], of)
    look_at(sentence)
    assert "pct." not in sentence


@pytest.mark.parametrize("n", SIZES)
def test_the_finding_says_of_whom_its_numbers_are(n):
    sentence = first_known(TEMPLATES["finding"], survey("one above", n))
    assert "dem, der har svaret i Ærø Kommune (vægtet)" in sentence
