"""What a council reads is easy: sentences and words are short."""

import re
from statistics import median

import pytest

from borgerlib.view.council.council import open_council
from borgerlib.view.words.text import Text

MOST_WORDS, HIGHEST_LIX = 17, 45
_WORD = re.compile(r"[^\W\d_]+|\d[\d.,]*")
_END = re.compile(r"(?<=[.!?:;])\s+(?=[A-ZÆØÅ»0-9])")


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    plain = text.replace("*", "").replace("#", "").replace("\u00a0", " ")
    return [sentence for sentence in _END.split(plain) if words(sentence)]


def lix(texts: list[str]) -> float:
    """Words a sentence, and how many of a hundred words have more than six letters (Björnsson 1968)."""
    all_sentences = [sentence for text in texts for sentence in sentences(text)]
    all_words = [word for sentence in all_sentences for word in words(sentence)]
    long = sum(len(word) > 6 for word in all_words)
    return len(all_words) / len(all_sentences) + 100 * long / len(all_words)


def test_lix_is_counted_as_it_is_defined():
    # Two sentences of 3 and 5 words; one of eight words is long: 4 + 12.5.
    assert lix(["Vi vil høre. Hvad siger borgerne om det?"]) == pytest.approx(4 + 100 / 8)


@pytest.mark.parametrize("place", ["Vejle", "Læsø"])
def test_council_pages_are_easy_to_read(place, tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    council = open_council(place)
    said = [council.finding(), council.continued(), council.about_the_municipality(), council.due()]
    for number in (1, 2, 3):
        figure = council.figure(number)
        said += [council.question(number), council.advice(number)]
        said += [figure if isinstance(figure, Text) else Text(f"{figure.title}. {figure.question}")]
    texts = [text.markdown for text in said]
    assert median(len(words(sentence)) for text in texts for sentence in sentences(text)) <= MOST_WORDS
    assert lix(texts) <= HIGHEST_LIX
