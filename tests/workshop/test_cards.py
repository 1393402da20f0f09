"""Decks, and a session of cards."""

import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.workshop.cards.deck import find_card, read_deck, read_decks, shipped_decks
from borgerlib.workshop.cards.rounds import Talk, applied, checked, summary
from borgerlib.workshop.page.cards import published_formats
from borgerlib.workshop.sessions.change import TOGETHER, Change

ROLE = (
    'kind = "role"\ntitle = "Vores roller"\n[[card]]\nid = "{id}"\ntitle = "Vægteren"\nmotto = "»Hallo«"\n'
    'text = "Passer på."\nstrength = "Vågen."\ntrap = "Træt."\ntools = ["Sov."]\nquestion = "Hvorfor?"\n'
)


def said(*changes):
    state = Talk(read_decks())
    for who, kind, content in changes:
        state = applied(state, Change(who, kind, checked(state, kind, content)))
    return state


def vote(theme, fit, who):
    return who, "vote", {"id": theme, "fit": fit}


class TestDecks:
    def test_ours_are_large_enough_and_say_where_facts_come_from(self):
        decks = {deck.kind: deck.cards for deck in read_decks()}
        assert [
            len(decks[kind]) >= least for kind, least in (("theme", 12), ("format", 12), ("role", 8))
        ] == [True] * 3
        assert all(card.sources for card in decks["theme"])  # each has a line on the law

    def test_every_format_has_its_share_of_n4(self):
        shares = published_formats()
        formats = next(deck for deck in read_decks() if deck.kind == "format")
        assert all(card.published in shares for card in formats.cards)
        # 74 of 76 used it; possible with 71 to 78 answers, hence the interval of the page.
        assert shares["borgermoede"].startswith("97\xa0pct. (95–98\xa0pct.) af kommunerne brugte det")

    def test_a_municipality_adds_its_own_and_replaces_ours(self, tmp_path):
        new, mended = tmp_path / "ny.toml", tmp_path / "rettet.toml"
        new.write_text(ROLE.format(id="vaegter"), encoding="utf-8")
        mended.write_text(ROLE.format(id="lytteren"), encoding="utf-8")
        decks = read_decks([new, mended])
        roles = next(deck for deck in decks if deck.kind == "role").cards
        assert [card.id for card in roles].count("lytteren") == 1
        assert find_card(decks, "role", "lytteren").title == find_card(decks, "role", "vaegter").title
        assert roles[-1].id == "vaegter"

    def test_all_problems_come_at_once_with_their_lines(self, tmp_path):
        file = tmp_path / "temaer.toml"
        text = shipped_decks()["theme"].read_text(encoding="utf-8")
        text = text.replace('id = "dagtilbud"', 'id = "skolestruktur"', 1)
        text = text.replace('topics = ["aeldre"]', 'topics = ["aldre"]', 1)
        file.write_text(text.replace('title = "Spørg os, før I bygger om"\n', "", 1), encoding="utf-8")
        with pytest.raises(DataError) as caught:
            read_deck(file)
        told = "\n".join(caught.value.problems)
        assert "'skolestruktur' is the id of another already" in told
        assert "'aldre' is none of " in told
        assert "; did you mean 'aeldre'?" in told
        assert "title" in told
        assert all(problem.startswith("line ") for problem in caught.value.problems)
        assert len(caught.value.problems) == 3

    def test_a_file_must_say_what_it_is(self, tmp_path):
        file = tmp_path / "kort.toml"
        file.write_text('kind = "themes"\n', encoding="utf-8")
        with pytest.raises(DataError, match="cannot be used") as caught:
            read_deck(file)
        assert caught.value.problems == (
            "line 1: kind: 'themes' is none of theme, format, role; did you mean 'theme'?",
        )


class TestRounds:
    def test_the_summary_has_a_round_a_note_and_the_themes_that_were_voted_on(self):
        together = ["demens", "borgersamling", "lytteren"]
        state = said(
            (TOGETHER, "draw", {"card_kind": "theme", "id": "demens"}),
            (TOGETHER, "note", {"table": together, "text": "Vi spørger de pårørende først."}),
            *(vote("demens", fit, f"p{fit}") for fit in (2, 3, 4, 5)),
            *(vote("sundhed", 1, who) for who in ("p1", "p2")),
        )
        assert state.table == ("demens", "", "")
        first, second = summary(state.revealed)
        assert first.titles == ("En by, hvor man kan fare vild", "Borgersamling", "Lytteren")
        assert (first.note, first.fit.n, first.fit.median) == ("Vi spørger de pårørende først.", 4, 3.5)
        assert (second.note, second.fit.n, second.fit.median) == ("", 2, None)

    def test_one_who_votes_again_has_one_vote_and_a_note_can_be_emptied(self):
        state = said(
            vote("demens", 1, "p"),
            vote("demens", 5, "p"),
            ("", "note", {"table": ["demens", "", ""], "text": "Ja"}),
            ("", "note", {"table": ["demens", "", ""], "text": ""}),
        )
        assert state.votes["demens"] == {"p": 5}
        assert [one.note for one in summary(state.revealed)] == [""]

    @pytest.mark.parametrize(
        ("kind", "content", "message"),
        [
            ("draw", {"card_kind": "theme", "id": "lytteren"}, "findes ikke i bunkerne"),
            ("note", {"table": ["", "", ""], "text": "Ja"}, "Læg mindst ét kort"),
            ("note", {"table": ["demens"], "text": "Ja"}, "Læg mindst ét kort"),
            ("note", {"table": ["demens", "", ""], "text": "x" * 2001}, "1 tegn for lang"),
            ("vote", {"id": "demens", "fit": 6}, "fra 1 til 5"),
            ("vote", {"id": "borgersamling", "fit": 5}, "findes ikke i bunkerne"),
            ("shuffle", {}, "ikke kender"),
        ],
    )
    def test_what_is_not_legal_is_a_danish_sentence(self, kind, content, message):
        with pytest.raises(ParameterError, match=message):
            checked(said(), kind, content)
