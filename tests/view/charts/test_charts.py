import json
import re

import pandas as pd
import pytest
from drawn_charts import (
    WIDTHS,
    WORDS,
    axes_of,
    bars,
    colour_of,
    intervals,
    misplaced,
    published,
    rows,
    texts,
    written,
)

from borgerlib.errors import DataError, DisclosureError, ParameterError
from borgerlib.statistics.disclosure.gate import disclose
from borgerlib.view import theme
from borgerlib.view.charts.charts import bar_chart, count_chart, grouped_bar_chart, scale_chart

THREE = rows({"natur": 10, "cykelstier": 30, "skoler": 20}, 50)


class TestBars:
    def test_the_largest_share_stands_first(self):
        chart = bar_chart(published(THREE), **WORDS)
        # 30/50, 20/50, 10/50
        assert chart.frame["option"].tolist() == ["cykelstier", "skoler", "natur"]
        assert texts(chart) == [
            "Cykelstier",
            "60\u00a0pct.",
            "Skoler",
            "40\u00a0pct.",
            "Natur",
            "20\u00a0pct.",
        ]

    def test_equal_shares_keep_the_order_of_the_frame(self):
        tied = published(rows({"b": 10, "a": 10, "c": 12}, 50))
        assert bar_chart(tied, **WORDS).frame["option"].tolist() == ["c", "b", "a"]

    def test_steps_of_a_scale_keep_their_order_when_asked(self):
        chart = bar_chart(published(THREE), sort=False, **WORDS)
        assert chart.frame["option"].tolist() == ["natur", "cykelstier", "skoler"]

    def test_the_estimates_are_left_as_they_were(self):
        estimates = published(THREE)
        before = estimates.frame.copy()
        bar_chart(estimates, **WORDS)
        pd.testing.assert_frame_equal(estimates.frame, before)

    def test_bars_are_as_long_as_their_shares_and_start_at_one_line(self):
        for width in WIDTHS:
            drawn = bars(bar_chart(published(THREE), **WORDS), width)
            assert [bar.get_x() for bar in drawn] == [0, 0, 0]
            # 30, 20 and 10 of 50
            assert [bar.get_width() for bar in drawn] == pytest.approx([0.6, 0.4, 0.2])

    def test_an_interval_is_light_on_its_bar_and_dark_beside_it(self):
        drawn = intervals(bar_chart(published(THREE), **WORDS))
        # 0.5–0.7 around 0.6 first.
        assert drawn[theme.PAPER][0] == pytest.approx((0.5, 0.6))
        assert drawn[theme.TEXT][0] == pytest.approx((0.6, 0.7))

    @pytest.mark.long
    def test_the_same_share_is_as_long_in_charts_with_other_maxima(self):
        # One scale for all: 0–100 pct. from 40 pct. upwards, 0–50 pct. where every bar is shorter.
        def unit(largest):
            axes = axes_of(bar_chart(published(rows({"x": largest, "y": 10}, 100)), **WORDS))
            (left, _), (right, _) = axes.transData.transform([(0, 0), (1, 0)])
            return right - left

        assert unit(45) == pytest.approx(unit(70))
        assert unit(35) == pytest.approx(2 * unit(70))

    def test_on_a_phone_labels_stand_above_their_bars_and_bars_start_at_the_edge(self):
        chart = bar_chart(published(THREE), **WORDS)
        labels = [text for text in written(chart, "narrow") if "pct" not in text.get_text()]
        assert [text.get_window_extent().x0 for text in labels] == pytest.approx([0, 0, 0], abs=1.5)
        for label, bar in zip(labels, bars(chart, "narrow"), strict=True):
            assert bar.get_window_extent().x0 == pytest.approx(0)
            assert label.get_window_extent().y0 >= bar.get_window_extent().y1 - 1

    def test_a_count_chart_shows_counts_without_intervals(self):
        chart = count_chart(published(THREE), **WORDS)
        assert texts(chart) == ["Cykelstier", "30", "Skoler", "20", "Natur", "10"]
        assert "usikkerhed" not in chart.caption
        assert "usikkerhed" not in chart.alt_text
        assert "Antal svar fra 50 borgere" in chart.question


class TestWords:
    def test_the_alternative_text_says_everything_in_order(self):
        chart = bar_chart(published(THREE), **WORDS)
        assert chart.alt_text.replace("\u00a0", " ") == (
            "Vandret søjlediagram. Flest vil have cykelstier. Hvad er vigtigst? Andel af 50 borgere. "
            "Tallene, med statistisk usikkerhed (95 pct.) i parentes: "
            "Cykelstier 60 pct. (50–70); Skoler 40 pct. (30–50); Natur 20 pct. (10–30)."
        )

    def test_the_caption_says_n_interval_and_source(self):
        chart = bar_chart(published(THREE), note="Egen note", **WORDS)
        assert chart.caption.replace("\u00a0", " ") == (
            "N = 50. Tynd streg: statistisk usikkerhed (95 pct.). Egen note. Kilde: Egen måling."
        )

    def test_a_base_of_some_is_told(self):
        chart = bar_chart(published(THREE), base_note="der har svaret", **WORDS)
        assert chart.question == "Hvad er vigtigst? Andel af 50 borgere, der har svaret."

    def test_different_bases_are_told_as_a_range(self):
        frame = THREE.assign(n=[50, 48, 52])
        assert "N mellem 48 og 52." in bar_chart(published(frame), **WORDS).caption

    def test_an_unknown_base_is_not_told(self):
        chart = bar_chart(published(THREE.assign(n=pd.NA)), **WORDS)
        assert "N =" not in chart.caption
        assert "Andel af borgere." in chart.question

    def test_without_intervals_nothing_is_said_of_them(self):
        chart = bar_chart(published(rows({"a": 5, "b": 6}, 20, intervals=False)), **WORDS)
        assert "usikkerhed" not in chart.caption + chart.alt_text + chart.table.to_text()
        assert not intervals(chart)

    def test_a_doubtful_value_is_marked_and_explained(self):
        frame = THREE.assign(note=["", "Kilderne siger også 55", ""])
        chart = bar_chart(published(frame), **WORDS)
        assert "60\u00a0pct.*" in texts(chart)
        assert "* Kilderne siger også 55." in chart.caption

    def test_a_note_on_every_value_needs_no_mark(self):
        chart = bar_chart(published(THREE.assign(note="Foreløbige tal")), **WORDS)
        assert not any("*" in text for text in texts(chart))
        assert "Foreløbige tal." in chart.caption

    def test_dollar_signs_are_no_formulas(self):
        chart = bar_chart(published(rows({"a": 5}, 20, labels={"a": "Koster $5 eller $6"})), **WORDS)
        assert "Koster $5 eller $6" in texts(chart)
        assert chart.png()


class TestMissing:
    def test_a_value_that_is_not_known_is_an_empty_row_with_its_reason(self):
        frame = rows({"a": 10, "b": None, "c": None}, 50).assign(note=["", "", "tabt i filen"])
        chart = bar_chart(published(frame), **WORDS)
        assert chart.frame["option"].tolist() == ["a", "b", "c"]
        assert len(bars(chart)) == 1
        assert {"kan ikke aflæses", "tabt i filen"} <= set(texts(chart))
        assert "B kan ikke aflæses; C tabt i filen." in chart.alt_text

    @pytest.mark.slow
    def test_a_long_reason_is_wrapped_and_whole(self):
        reason = "værdien står ikke i den tekst, som rapporten er læst fra, og kan ikke regnes ud af de andre"
        chart = bar_chart(published(rows({"a": 10, "b": None}, 50).assign(note=["", reason])), **WORDS)
        for width in WIDTHS:
            italic = [text.get_text() for text in written(chart, width) if text.get_style() == "italic"]
            assert " ".join(italic) == reason
            assert not misplaced(chart, width)

    @pytest.mark.slow
    def test_suppressed_rows_are_hatched_and_tell_nothing_else(self):
        # 2 and 3 of 50 are below the threshold of 5.
        estimates = disclose(rows({"a": 30, "b": 2, "c": 15, "d": 3}, 50), base="borgere", source="Måling")
        assert estimates.frame["suppressed"].tolist() == [False, True, False, True]
        chart = bar_chart(estimates, **WORDS)
        for width in WIDTHS:
            hatched = bars(chart, width, hatched=True)
            assert len(hatched) == 2
            assert len({bar.get_width() for bar in hatched}) == 1
            assert len(bars(chart, width)) == 2
        assert texts(chart).count("· skjult") == 2
        assert "B skjult; D skjult." in chart.alt_text
        assert (
            "Skraveret: skjult, hvor tallet bygger på færre end 5 svar eller kunne røbe et andet skjult tal."
            in chart.caption
        )
        shown = json.dumps([chart.alt_text, chart.table.to_text(), chart.frame.to_json()])
        assert not re.search(r"\b(4|6) ?pct", shown.replace("\\u00a0", " "))

    def test_simulated_data_say_so_in_title_alternative_text_and_picture(self):
        estimates = disclose(THREE, base="borgere", source="Simulering", simulated=True)
        chart = bar_chart(estimates, **WORDS)
        assert chart.title == "SIMULEREDE DATA: Flest vil have cykelstier"
        assert "SIMULEREDE DATA" in chart.alt_text
        assert "SIMULEREDE DATA" in chart.table.caption
        for width in WIDTHS:
            assert "SIMULEREDE DATA" in texts(chart, width)
        assert any(text.startswith("SIMULEREDE DATA") for text in texts(chart, framed=True))

    @pytest.mark.slow
    def test_real_data_are_not_called_simulated(self):
        assert "SIMULEREDE" not in str(bar_chart(published(THREE), **WORDS)._repr_mimebundle_())


class TestOwnMunicipality:
    def test_its_answer_is_marked_by_shape_colour_and_name(self):
        chart = bar_chart(published(THREE), own={"skoler": "Odense"}, **WORDS)
        for width in WIDTHS:
            (mark,) = [text for text in written(chart, width) if "Odense" in text.get_text()]
            assert mark.get_text() == "◆ Odense"
            assert mark.get_color() == theme.OWN_TEXT
        assert "Odense har svaret »Skoler«." in chart.alt_text

    def test_where_bars_are_items_the_item_is_marked(self):
        frame = THREE.assign(item=["q1", "q2", "q3"], option="enig")
        chart = bar_chart(published(frame), own={"q3": "Odense"}, **WORDS)
        assert "Odense har svaret »Skoler«." in chart.alt_text

    def test_without_it_there_is_no_mark(self):
        assert not any("◆" in text for text in texts(bar_chart(published(THREE), **WORDS)))

    def test_an_unknown_answer_is_refused_with_the_nearest(self):
        with pytest.raises(ParameterError, match=r"cannot be marked(.|\n)*'skole'. Did you mean 'skoler'"):
            bar_chart(published(THREE), own={"skole": "Odense"}, **WORDS)

    def test_highlighted_rows_stand_out_by_colour_and_weight(self):
        chart = bar_chart(published(THREE), highlight=["skoler"], **WORDS)
        soft, dark = theme.COUNTRY_SOFT, theme.COUNTRY
        assert [colour_of(bar) for bar in bars(chart)] == [soft, dark, soft]
        weights = {text.get_text(): text.get_weight() for text in written(chart)}
        assert weights["Skoler"] == 600
        assert weights["Natur"] == 400
        assert "Fremhævet: »Skoler«." in chart.alt_text

    def test_a_single_highlight_needs_no_list(self):
        one, listed = (bar_chart(published(THREE), highlight=name, **WORDS) for name in ("natur", ["natur"]))
        assert one.alt_text == listed.alt_text
        assert one.alt_text.endswith("Fremhævet: »Natur«.")

    def test_an_unknown_highlight_is_refused(self):
        with pytest.raises(ParameterError, match="cannot be highlighted"):
            bar_chart(published(THREE), highlight=["vand"], **WORDS)


SCALE = {"uenig": 5, "hverken": 10, "enig": 20, "meget_enig": 15}


def segments(chart, width="wide"):
    """The segments as (colour, start, end): shares from the middle of the neutral step."""
    return [(colour_of(bar), bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars(chart, width)]


class TestScales:
    def test_bars_are_centred_on_the_neutral_step(self):
        both = published(
            rows(SCALE, 50, group="med"),
            rows({"uenig": 10, "hverken": 20, "enig": 15, "meget_enig": 5}, 50, group="uden"),
        )
        for width in WIDTHS:
            drawn = segments(scale_chart(both, neutral="hverken", **WORDS), width)
            # 10 and 20 of 50, half on each side.
            assert [place for colour, *place in drawn if colour == theme.NEUTRAL] == [
                pytest.approx([-0.1, 0.1]),
                pytest.approx([-0.2, 0.2]),
            ]

    def test_segments_stand_in_order_and_are_as_long_as_their_shares(self):
        drawn = segments(scale_chart(published(rows(SCALE, 50)), neutral="hverken", **WORDS))
        # 5, 10, 20 and 15 of 50, from a tenth and half a fifth left of the middle.
        assert [place for _, *place in drawn] == [
            pytest.approx(place) for place in ([-0.2, -0.1], [-0.1, 0.1], [0.1, 0.5], [0.5, 0.8])
        ]
        colours = [theme.NEGATIVE[1], theme.NEUTRAL, *theme.POSITIVE[::-1]]
        assert [colour for colour, *_ in drawn] == colours

    def test_a_scale_that_begins_with_its_positive_end_is_turned(self):
        turned = rows(dict(reversed(SCALE.items())), 50)
        chart = scale_chart(published(turned), neutral="hverken", positive_first=True, **WORDS)
        assert segments(chart)[-1][0] == theme.COUNTRY
        # The table and the alternative text keep the order of the questionnaire.
        assert chart.frame["option"].tolist() == ["meget_enig", "enig", "hverken", "uenig"]

    def test_every_step_is_named_once_with_value_and_interval(self):
        both = published(rows(SCALE, 50, group="med"), rows(SCALE, 50, group="uden"))
        for width in WIDTHS:
            said = texts(scale_chart(both, neutral="hverken", **WORDS), width)
            assert [said.count(name) for name in ("Uenig", "Hverken", "Enig", "Meget_enig")] == [1, 1, 1, 1]
            # 5/50 ± 10 points
            assert said.count("10\u00a0pct.") == said.count("0–20") == 2
            assert said.count("n\u00a0=\u00a050") == 2

    def test_steps_that_nobody_chose_are_named_in_the_caption(self):
        none = published(rows(SCALE | {"ved_ikke": 0}, 50, labels={"ved_ikke": "Ved ikke"}))
        chart = scale_chart(none, neutral="hverken", aside=["ved_ikke"], **WORDS)
        assert "Ingen svarede »Ved ikke«." in chart.caption
        assert "Ved ikke" not in texts(chart)

    def test_steps_outside_the_scale_stand_apart(self):
        apart = published(rows(SCALE | {"ved_ikke": 10}, 60))
        chart = scale_chart(apart, neutral="hverken", aside=["ved_ikke"], **WORDS)
        *_, last, outlined = bars(chart)
        assert outlined.get_facecolor()[3] == 0
        # 10 of 60
        assert outlined.get_width() == pytest.approx(1 / 6)
        gap = outlined.get_window_extent().x0 - last.get_window_extent().x1
        assert gap > 20

    def test_a_step_without_value_is_told_with_its_reason(self):
        lost = published(rows(SCALE | {"ved_ikke": None}, 50).assign(note=["", "", "", "", "tabt"]))
        chart = scale_chart(lost, neutral="hverken", aside=["ved_ikke"], **WORDS)
        assert "»Ved_ikke«: tabt." in chart.caption

    @pytest.mark.slow
    def test_the_positive_steps_together_are_a_line_with_its_interval(self):
        net = rows(SCALE | {"enige": 35}, 50, labels={"enige": "Enig eller meget enig"})
        chart = scale_chart(published(net), neutral="hverken", net="enige", **WORDS)
        drawn = segments(chart)
        assert len(drawn) == 4
        together = intervals(chart)
        assert together[theme.COUNTRY] == [pytest.approx((drawn[2][1], drawn[3][2]))]
        # 35/50 ± 10 points, from the end of the neutral step.
        assert together[theme.TEXT] == [pytest.approx((0.1 + 0.6, 0.1 + 0.8))]
        assert "Enig eller meget enig: 70\u00a0pct. (60–80)" in texts(chart)
        assert "tynd streg" in chart.caption

    def test_a_group_with_suppressed_steps_is_not_drawn(self):
        estimates = disclose(
            rows({"uenig": 2, "hverken": 3, "enig": 25, "meget_enig": 20}, 50), base="borgere", source="M"
        )
        chart = scale_chart(estimates, neutral="hverken", **WORDS)
        assert len(bars(chart, hatched=True)) == 1
        assert not bars(chart)
        assert texts(chart) == ["· fordelingen er skjult"]

    def test_the_own_answer_is_marked_in_its_group_only(self):
        both = published(rows(SCALE, 50, group="med"), rows(SCALE, 50, group="uden"))
        chart = scale_chart(both, neutral="hverken", own={("uden", "enig"): "Odense"}, **WORDS)
        (mark,) = [text for text in written(chart) if "Odense" in text.get_text()]
        segment = [bar for bar in bars(chart) if colour_of(bar) == theme.POSITIVE[1]][1]
        own, box = mark.get_window_extent(), segment.get_window_extent()
        # The diamond leads the name, and its middle is the segment's.
        assert own.x0 < (box.x0 + box.x1) / 2 < own.x0 + 16
        assert own.y1 < box.y0
        assert "Odense har svaret »Enig«." in chart.alt_text

    def test_what_is_said_of_a_group_with_a_short_name_ends_before_its_bar(self):
        chart = scale_chart(
            published(rows(SCALE, 50, group="x"), rows(SCALE, 50, group="y")), neutral="hverken", **WORDS
        )
        beside = [text for text in written(chart) if text.get_text().startswith("n\u00a0=")]
        assert len(beside) == 2
        edge = axes_of(chart).get_window_extent().x0
        assert all(text.get_window_extent().x1 < edge for text in beside)

    def test_many_long_steps_get_a_key_on_a_phone(self):
        names = {f"trin{step}": f"Overordentligt tilfredsstillende {step}" for step in range(6)}
        chart = scale_chart(
            published(rows(dict.fromkeys(names, 10), 60, labels=names)), neutral="trin2", **WORDS
        )
        assert set(names.values()) <= set(texts(chart, "narrow"))
        assert texts(chart, "narrow").count("■") == 6
        assert not misplaced(chart, "narrow")

    def test_names_that_are_not_there_are_refused_together(self):
        with pytest.raises(ParameterError) as caught:
            scale_chart(
                published(rows(SCALE, 50)),
                neutral="hverke",
                aside=["vedikke"],
                own={"enige": "Odense"},
                **WORDS,
            )
        assert len(caught.value.problems) == 3
        assert "Did you mean 'hverken'" in str(caught.value)

    def test_two_items_at_once_are_refused(self):
        twice = published(rows(SCALE, 50), rows(SCALE, 50))
        with pytest.raises(DataError, match=r"one item(.|\n)*'uenig' stands more than once"):
            scale_chart(twice, neutral="hverken", **WORDS)


class TestGroups:
    both = published(rows({"a": 10, "b": 20}, 50, group="byen"), rows({"a": 30, "b": 15}, 50, group="landet"))

    def test_bars_stand_in_pairs_in_the_order_of_the_first_group(self):
        chart = grouped_bar_chart(self.both, **WORDS)
        assert list(zip(chart.frame["option"], chart.frame["group"], strict=True)) == [
            ("b", "byen"), ("b", "landet"), ("a", "byen"), ("a", "landet"),
        ]  # fmt: skip
        blue, grey = theme.COUNTRY, theme.COMPARISON
        from_top = sorted(bars(chart), key=lambda bar: bar.get_y())
        assert [colour_of(bar) for bar in from_top] == [blue, grey, blue, grey]
        # 20 and 15, then 10 and 30 of 50.
        assert [bar.get_width() for bar in from_top] == pytest.approx([0.4, 0.3, 0.2, 0.6])

    def test_the_groups_are_named_once_where_they_stand(self):
        said = texts(grouped_bar_chart(self.both, **WORDS))
        assert said.count("Byen") == said.count("Landet") == 1

    def test_the_groups_bases_are_told_apart(self):
        chart = grouped_bar_chart(self.both, **WORDS)
        assert "N = 50 og 50." in chart.caption
        assert "i hver gruppe" in chart.question
        assert "Byen: B 40\u00a0pct." in chart.alt_text

    def test_names_too_long_for_a_phone_go_into_a_key(self):
        names = {name: f"{name} med omegn og alle de øer, der hører til" for name in ("Byen", "Landet")}
        both = self.both.relabel("group_label", names)
        chart = grouped_bar_chart(both, **WORDS)
        swatches = [text for text in written(chart, "narrow") if text.get_text() == "■"]
        assert [swatch.get_color() for swatch in swatches] == [theme.COUNTRY, theme.COMPARISON]
        assert not misplaced(chart, "narrow")

    def test_a_group_may_have_its_own_colour(self):
        chart = grouped_bar_chart(self.both, colours={"landet": theme.OWN}, **WORDS)
        assert {colour_of(bar) for bar in bars(chart)} == {theme.COUNTRY, theme.OWN}

    def test_another_number_of_groups_is_refused(self):
        with pytest.raises(ParameterError, match="two groups, and the estimates have 1"):
            grouped_bar_chart(published(THREE), **WORDS)

    def test_bars_of_several_groups_that_nothing_tells_apart_are_refused(self):
        with pytest.raises(ParameterError, match="bar_chart shows one group, and the estimates have 2"):
            bar_chart(self.both, **WORDS)

    def test_an_answer_that_stands_twice_is_refused(self):
        twice = published(pd.concat([rows({"a": 30}, 50)] * 2))
        with pytest.raises(
            ParameterError, match="one group, and the estimates have answers of it that stand twice"
        ):
            bar_chart(twice, **WORDS)

    def test_an_unknown_group_is_refused(self):
        with pytest.raises(ParameterError, match="Did you mean 'byen'"):
            grouped_bar_chart(self.both, colours={"bye": theme.OWN}, **WORDS)

    def test_groups_with_different_options_are_refused(self):
        uneven = published(rows({"a": 1, "b": 2}, 9, group="byen"), rows({"a": 3}, 9, group="landet"))
        with pytest.raises(DataError, match="same options"):
            grouped_bar_chart(uneven, **WORDS)


@pytest.mark.parametrize("draw", [bar_chart, count_chart, grouped_bar_chart, scale_chart])
def test_what_has_not_passed_disclosure_control_is_refused_with_what_to_call(draw):
    more = {"neutral": "a"} if draw is scale_chart else {}
    with pytest.raises(DisclosureError) as caught:
        draw(THREE, **WORDS, **more)
    assert "was given DataFrame" in str(caught.value)
    assert "borgerlib.disclose(" in str(caught.value)
    assert "borgerlib.as_published(" in str(caught.value)


def test_estimates_without_rows_are_refused():
    with pytest.raises(DataError, match="without rows"):
        bar_chart(published(THREE.iloc[:0]), **WORDS)
