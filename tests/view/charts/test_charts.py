import base64
import io
import itertools
import json
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from borgerlib.errors import DataError, DisclosureError, ParameterError
from borgerlib.statistics.disclosure.gate import as_published, disclose
from borgerlib.view.charts import theme
from borgerlib.view.charts.chart import MIME_TYPE
from borgerlib.view.charts.charts import bar_chart, count_chart, grouped_bar_chart, scale_chart
from borgerlib.view.charts.drawing import Box, Diamond, Line, text_width
from borgerlib.view.charts.placing import spread

WORDS = {"title": "Flest vil have cykelstier", "question": "Hvad er vigtigst?"}


def rows(counts, n, *, group="", intervals=True, labels=None):
    """Rows with made-up intervals of ±0.1, cut to 0–1, so that every place can be computed by hand."""
    labels = labels or dict.fromkeys(counts)
    frame = pd.DataFrame(
        {
            "item": "emne",
            "option": list(counts),
            "label": [labels.get(option) or option.capitalize() for option in counts],
            "group": group,
            "group_label": group.capitalize(),
            "n": n,
            "count": pd.array(list(counts.values()), dtype="Int64"),
            "note": "",
        }
    )
    frame["proportion"] = frame["count"].astype("Float64") / n
    frame["ci_lower"] = (frame["proportion"] - 0.1).clip(lower=0) if intervals else np.nan
    frame["ci_upper"] = (frame["proportion"] + 0.1).clip(upper=1) if intervals else np.nan
    return frame


def published(*frames, base="borgere"):
    return as_published(pd.concat(frames, ignore_index=True), base=base, source="Egen måling")


def shapes(chart, kind, width="wide", **conditions):
    found = [shape for shape in chart.drawing(width, framed=False).shapes if isinstance(shape, kind)]
    return [s for s in found if all(getattr(s, key) == value for key, value in conditions.items())]


def texts(chart, width="wide", framed=False):
    return [text.text for text in chart.drawing(width, framed=framed).texts]


def overlapping(drawing):
    """Pairs of texts whose letters cross; the air above and below the letters may be shared."""
    boxes = [(text.text, text.extent, text.size) for text in drawing.texts]
    pairs = []
    for index, (one, (left, top, right, bottom), size) in enumerate(boxes):
        for other, (left2, top2, right2, bottom2), size2 in boxes[index + 1 :]:
            air = 0.15 * max(size, size2)
            if (
                left < right2 - 1
                and left2 < right - 1
                and top + air < bottom2 - air
                and top2 + air < bottom - air
            ):
                pairs.append((one, other))
    return pairs


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
        bars = shapes(bar_chart(published(THREE), **WORDS), Box)
        assert len({bar.x for bar in bars}) == 1
        # 0.6 : 0.4 : 0.2
        assert [bar.width / bars[0].width for bar in bars] == pytest.approx([1, 2 / 3, 1 / 3])

    def test_the_interval_reaches_from_its_lower_to_its_upper_end(self):
        chart = bar_chart(published(THREE), **WORDS)
        bar = shapes(chart, Box)[0]
        inside, _, outside, _ = shapes(chart, Line)[1:5]
        unit = bar.width / 0.6
        # 0.5–0.7 around 0.6: light on the bar, dark beside it.
        assert (inside.x1 - bar.x) / unit == pytest.approx(0.5)
        assert (inside.x2 - bar.x) / unit == pytest.approx(0.6)
        assert (outside.x2 - bar.x) / unit == pytest.approx(0.7)
        assert (inside.colour, outside.colour) == (theme.PAPER, theme.TEXT)

    def test_the_same_share_is_as_long_in_charts_with_other_maxima(self):
        # One scale for all: 0–100 pct. from 40 pct. upwards, 0–50 pct. where every bar is shorter.
        def unit(largest):
            bar = shapes(bar_chart(published(rows({"x": largest, "y": 10}, 100)), **WORDS), Box)[0]
            return bar.width / largest

        assert unit(45) == pytest.approx(unit(70))
        assert unit(35) == pytest.approx(2 * unit(70))

    def test_on_a_phone_labels_stand_above_their_bars_and_bars_start_at_the_edge(self):
        drawing = bar_chart(published(THREE), **WORDS).drawing("narrow", framed=False)
        assert drawing.width == 350
        labels = [text for text in drawing.texts if text.weight == "regular"]
        bars = [shape for shape in drawing.shapes if isinstance(shape, Box)]
        assert [text.x for text in labels] == [0, 0, 0]
        for label, bar in zip(labels, bars, strict=True):
            assert bar.x == 0
            assert label.extent[3] <= bar.y + 1

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
        assert "N = 48–52." in bar_chart(published(frame), **WORDS).caption

    def test_an_unknown_base_is_not_told(self):
        chart = bar_chart(published(THREE.assign(n=pd.NA)), **WORDS)
        assert "N =" not in chart.caption
        assert "Andel af borgere." in chart.question

    def test_without_intervals_nothing_is_said_of_them(self):
        chart = bar_chart(published(rows({"a": 5, "b": 6}, 20, intervals=False)), **WORDS)
        assert "usikkerhed" not in chart.caption + chart.alt_text + chart.table.to_text()
        assert len(shapes(chart, Line)) == 1  # the line that bars start from

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
        assert len(shapes(chart, Box)) == 1
        assert {"kan ikke aflæses", "tabt i filen"} <= set(texts(chart))
        assert "B kan ikke aflæses; C tabt i filen." in chart.alt_text

    def test_a_long_reason_is_wrapped_and_whole(self):
        reason = "værdien står ikke i den tekst, som rapporten er læst fra, og kan ikke regnes ud af de andre"
        chart = bar_chart(published(rows({"a": 10, "b": None}, 50).assign(note=["", reason])), **WORDS)
        for width in ("wide", "narrow"):
            drawing = chart.drawing(width, framed=False)
            assert " ".join(t.text for t in drawing.texts if t.weight == "italic") == reason
            assert not overlapping(drawing)

    def test_suppressed_rows_are_hatched_and_tell_nothing_else(self):
        # 2 and 3 of 50 are below the threshold of 5.
        estimates = disclose(rows({"a": 30, "b": 2, "c": 15, "d": 3}, 50), base="borgere", source="Måling")
        assert estimates.frame["suppressed"].tolist() == [False, True, False, True]
        chart = bar_chart(estimates, **WORDS)
        hatched = shapes(chart, Box, fill="hatched")
        assert len(hatched) == 2
        assert len({box.width for box in hatched}) == 1
        assert texts(chart).count("· for få svar") == 2
        assert "B for få svar; D for få svar." in chart.alt_text
        assert "Skraveret: for få svar til at vise (færre end 5)." in chart.caption
        shown = json.dumps([chart.alt_text, chart.table.to_text(), chart.frame.to_json()])
        assert not re.search(r"\b(4|6) ?pct", shown.replace("\\u00a0", " "))

    def test_simulated_data_say_so_in_title_alternative_text_and_picture(self):
        estimates = disclose(THREE, base="borgere", source="Simulering", simulated=True)
        chart = bar_chart(estimates, **WORDS)
        assert chart.title == "SIMULEREDE DATA: Flest vil have cykelstier"
        assert "SIMULEREDE DATA" in chart.alt_text
        assert "SIMULEREDE DATA" in chart.table.caption
        for width in ("wide", "narrow"):
            assert "SIMULEREDE DATA" in texts(chart, width)
        assert any(text.startswith("SIMULEREDE DATA") for text in texts(chart, framed=True))

    def test_real_data_are_not_called_simulated(self):
        assert "SIMULEREDE" not in str(bar_chart(published(THREE), **WORDS)._repr_mimebundle_())


class TestOwnMunicipality:
    def test_its_answer_is_marked_by_shape_colour_and_name(self):
        chart = bar_chart(published(THREE), own={"skoler": "Odense"}, **WORDS)
        for width in ("wide", "narrow"):
            (mark,) = shapes(chart, Diamond, width)
            assert mark.colour == theme.OWN
            assert "Odense" in texts(chart, width)
        assert "Odense har svaret »Skoler«." in chart.alt_text

    def test_where_bars_are_items_the_item_is_marked(self):
        frame = THREE.assign(item=["q1", "q2", "q3"], option="enig")
        chart = bar_chart(published(frame), own={"q3": "Odense"}, **WORDS)
        assert "Odense har svaret »Skoler«." in chart.alt_text

    def test_without_it_there_is_no_mark(self):
        assert not shapes(bar_chart(published(THREE), **WORDS), Diamond)

    def test_an_unknown_answer_is_refused_with_the_nearest(self):
        with pytest.raises(ParameterError, match=r"cannot be marked(.|\n)*'skole'. Did you mean 'skoler'"):
            bar_chart(published(THREE), own={"skole": "Odense"}, **WORDS)

    def test_highlighted_rows_stand_out_by_colour_and_weight(self):
        chart = bar_chart(published(THREE), highlight=["skoler"], **WORDS)
        soft, dark = theme.COUNTRY_SOFT, theme.COUNTRY
        assert [bar.colour for bar in shapes(chart, Box)] == [soft, dark, soft]
        weights = {text.text: text.weight for text in chart.drawing(framed=False).texts}
        assert weights["Skoler"] == "semibold"
        assert weights["Natur"] == "regular"
        assert "Fremhævet: »Skoler«." in chart.alt_text

    def test_an_unknown_highlight_is_refused(self):
        with pytest.raises(ParameterError, match="cannot be highlighted"):
            bar_chart(published(THREE), highlight=["vand"], **WORDS)


SCALE = {"uenig": 5, "hverken": 10, "enig": 20, "meget_enig": 15}


class TestScales:
    def test_bars_are_centred_on_the_neutral_step(self):
        both = published(
            rows(SCALE, 50, group="med"),
            rows({"uenig": 10, "hverken": 20, "enig": 15, "meget_enig": 5}, 50, group="uden"),
        )
        chart = scale_chart(both, neutral="hverken", **WORDS)
        for width in ("wide", "narrow"):
            one, other = shapes(chart, Box, width, colour=theme.NEUTRAL)
            # A white seam of 2 px is taken from the right of every segment.
            assert one.x + (one.width + 2) / 2 == pytest.approx(other.x + (other.width + 2) / 2)

    def test_segments_stand_in_order_and_are_as_long_as_their_shares(self):
        boxes = shapes(scale_chart(published(rows(SCALE, 50)), neutral="hverken", **WORDS), Box)
        lengths = [box.width + 2 for box in boxes]
        # 5, 10, 20 and 15 of 50
        assert [length / sum(lengths) for length in lengths] == pytest.approx([0.1, 0.2, 0.4, 0.3])
        assert [box.x for box in boxes] == sorted(box.x for box in boxes)
        assert [box.colour for box in boxes] == [theme.NEGATIVE[1], theme.NEUTRAL, *theme.POSITIVE[::-1]]

    def test_a_scale_that_begins_with_its_positive_end_is_turned(self):
        turned = rows(dict(reversed(SCALE.items())), 50)
        chart = scale_chart(published(turned), neutral="hverken", positive_first=True, **WORDS)
        assert [box.colour for box in shapes(chart, Box)][-1] == theme.COUNTRY
        # The table and the alternative text keep the order of the questionnaire.
        assert chart.frame["option"].tolist() == ["meget_enig", "enig", "hverken", "uenig"]

    def test_every_step_is_named_once_with_value_and_interval(self):
        both = published(rows(SCALE, 50, group="med"), rows(SCALE, 50, group="uden"))
        for width in ("wide", "narrow"):
            said = texts(scale_chart(both, neutral="hverken", **WORDS), width)
            assert [said.count(name) for name in ("Uenig", "Hverken", "Enig", "Meget_enig")] == [1, 1, 1, 1]
            # 5/50 ± 10 points
            assert said.count("10\u00a0pct.") == said.count("0–20") == 2
            assert said.count("n = 50") == 2

    def test_steps_that_nobody_chose_are_named_in_the_caption(self):
        none = published(rows(SCALE | {"ved_ikke": 0}, 50, labels={"ved_ikke": "Ved ikke"}))
        chart = scale_chart(none, neutral="hverken", aside=["ved_ikke"], **WORDS)
        assert "Ingen svarede »Ved ikke«." in chart.caption
        assert "Ved ikke" not in texts(chart)

    def test_steps_outside_the_scale_stand_apart(self):
        apart = published(rows(SCALE | {"ved_ikke": 10}, 60))
        boxes = shapes(scale_chart(apart, neutral="hverken", aside=["ved_ikke"], **WORDS), Box)
        gap = boxes[-1].x - (boxes[-2].x + boxes[-2].width)
        assert boxes[-1].fill == "none"
        assert gap > 20

    def test_a_step_without_value_is_told_with_its_reason(self):
        lost = published(rows(SCALE | {"ved_ikke": None}, 50).assign(note=["", "", "", "", "tabt"]))
        chart = scale_chart(lost, neutral="hverken", aside=["ved_ikke"], **WORDS)
        assert "»Ved_ikke«: tabt." in chart.caption

    def test_the_positive_steps_together_are_a_line_with_its_interval(self):
        net = rows(SCALE | {"enige": 35}, 50, labels={"enige": "Enig eller meget enig"})
        chart = scale_chart(published(net), neutral="hverken", net="enige", **WORDS)
        boxes = shapes(chart, Box)
        assert len(boxes) == 4
        (line,) = [line for line in shapes(chart, Line) if line.width == 4]
        assert line.x1 == pytest.approx(boxes[2].x)
        assert line.x2 == pytest.approx(boxes[3].x + boxes[3].width + 2)
        # 35/50 ± 10 points
        assert "Enig eller meget enig: 70\u00a0pct. (60–80)" in texts(chart)
        assert "tynd streg" in chart.caption

    def test_a_group_with_suppressed_steps_is_not_drawn(self):
        estimates = disclose(
            rows({"uenig": 2, "hverken": 3, "enig": 25, "meget_enig": 20}, 50), base="borgere", source="M"
        )
        chart = scale_chart(estimates, neutral="hverken", **WORDS)
        (stub,) = shapes(chart, Box)
        assert stub.fill == "hatched"
        assert texts(chart) == ["· for få svar til at vise fordelingen"]

    def test_the_own_answer_is_marked_in_its_group_only(self):
        both = published(rows(SCALE, 50, group="med"), rows(SCALE, 50, group="uden"))
        chart = scale_chart(both, neutral="hverken", own={("uden", "enig"): "Odense"}, **WORDS)
        (mark,) = shapes(chart, Diamond)
        segment = shapes(chart, Box, colour=theme.POSITIVE[1])[1]
        assert mark.x == pytest.approx(segment.x + (segment.width + 2) / 2)
        assert mark.y > segment.y
        assert "Odense har svaret »Enig«." in chart.alt_text

    def test_many_long_steps_get_a_key_on_a_phone(self):
        names = {f"trin{step}": f"Overordentligt tilfredsstillende {step}" for step in range(6)}
        chart = scale_chart(
            published(rows(dict.fromkeys(names, 10), 60, labels=names)), neutral="trin2", **WORDS
        )
        drawing = chart.drawing("narrow", framed=False)
        assert set(names.values()) <= {text.text for text in drawing.texts}
        assert not overlapping(drawing)

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
        assert [bar.colour for bar in shapes(chart, Box)] == [blue, grey, blue, grey]

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
        drawing = grouped_bar_chart(both, **WORDS).drawing("narrow", framed=False)
        swatches = [shape for shape in drawing.shapes if isinstance(shape, Box) and shape.width < 15]
        assert [swatch.colour for swatch in swatches] == [theme.COUNTRY, theme.COMPARISON]
        assert not overlapping(drawing)
        assert max(text.extent[2] for text in drawing.texts) <= 350

    def test_a_group_may_have_its_own_colour(self):
        chart = grouped_bar_chart(self.both, colours={"landet": theme.OWN}, **WORDS)
        assert {bar.colour for bar in shapes(chart, Box)} == {theme.COUNTRY, theme.OWN}

    def test_another_number_of_groups_is_refused(self):
        with pytest.raises(ParameterError, match="two groups, and the estimates have 1"):
            grouped_bar_chart(published(THREE), **WORDS)

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


labels = st.text(alphabet="abcdefghijklmnoprstuvæøå -", min_size=1, max_size=90).map(
    lambda text: " ".join(word[:20] for word in re.split("[ -]+", text) if word) or "x"
)


class TestLayout:
    @given(st.lists(st.tuples(labels, st.integers(0, 40)), min_size=1, max_size=8), st.booleans())
    def test_bars_never_overlap_or_leave_the_picture_and_labels_are_whole(self, answers, own):
        frame = rows({f"o{i}": count for i, (_, count) in enumerate(answers)}, 40)
        frame["label"] = [label for label, _ in answers]
        chart = bar_chart(
            published(frame), own={"o0": "Faaborg-Midtfyn"} if own else None, sort=False, **WORDS
        )
        for width, pixels in (("wide", 960), ("narrow", 350)):
            drawing = chart.drawing(width, framed=False)
            assert not overlapping(drawing)
            assert all(text.extent[0] >= -0.5 and text.extent[2] <= pixels + 0.5 for text in drawing.texts)
            assert max(text.extent[3] for text in drawing.texts) <= drawing.height + 1
            said = " ".join(text.text for text in drawing.texts if text.weight == "regular")
            assert said == " ".join(frame["label"])

    @given(st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(any), st.booleans())
    def test_scales_never_overlap_or_leave_the_picture(self, counts, grouped):
        names = {
            "slet_ikke": "Slet ikke",
            "mindre": "I mindre grad",
            "nogen": "I nogen grad",
            "hoej": "I høj grad",
            "meget": "I meget høj grad",
        }
        one = rows(dict(zip(names, counts, strict=True)), sum(counts), group="en", labels=names)
        other = rows(dict.fromkeys(names, 4), 20, group="to", labels=names)
        estimates = published(one, other) if grouped else published(one.assign(group="", group_label=""))
        chart = scale_chart(estimates, neutral="nogen", **WORDS)
        for width, pixels in (("wide", 960), ("narrow", 350)):
            drawing = chart.drawing(width, framed=False)
            assert not overlapping(drawing)
            assert all(text.extent[0] >= -0.5 and text.extent[2] <= pixels + 0.5 for text in drawing.texts)

    @given(st.lists(st.tuples(st.floats(0, 500), st.floats(5, 80)), min_size=1, max_size=6))
    def test_labels_are_spread_without_collision_in_their_order(self, wanted):
        wanted = sorted(wanted)
        middles = spread(wanted, 0, 600, gap=8)
        edges = [(m - w / 2, m + w / 2) for m, (_, w) in zip(middles, wanted, strict=True)]
        for (_, right), (left, _) in itertools.pairwise(edges):
            assert left - right >= 8 - 1e-6
        assert edges[0][0] >= -1e-6
        assert edges[-1][1] <= 600 + 1e-6

    def test_labels_with_room_stay_where_they_are(self):
        assert spread([(50, 20), (100, 20)], 0, 200, gap=8) == [50, 100]

    def test_two_labels_that_want_one_place_share_the_move(self):
        # 20 wide each and 8 apart: 14 to either side of 100.
        assert spread([(100, 20), (100, 20)], 0, 200, gap=8) == pytest.approx([86, 114])

    def test_everything_framed_starts_at_one_left_edge(self):
        drawing = bar_chart(published(THREE), **WORDS).drawing()
        left = [text.x for text in drawing.texts if not text.text.endswith("pct.")]
        assert set(left) == {theme.MARGIN}


class TestPictures:
    def test_a_figure_is_as_wide_as_asked_and_unknown_to_pyplot(self):
        chart = bar_chart(published(THREE), **WORDS)
        for width, pixels in (("wide", 960), ("narrow", 350)):
            figure = chart.figure(width, framed=False)
            assert figure.get_figwidth() * figure.dpi == pytest.approx(pixels)
        program = (
            "import sys, pandas as pd\n"
            "from borgerlib.statistics.disclosure.gate import as_published\n"
            "from borgerlib.view.charts.charts import bar_chart\n"
            "row = dict(item='i', option='a', label='A', group='', group_label='', n=9, count=3,\n"
            "           proportion=1/3, ci_lower=.2, ci_upper=.5)\n"
            "estimates = as_published(pd.DataFrame([row]), base='b', source='s')\n"
            "assert 'matplotlib' not in sys.modules\n"
            "bar_chart(estimates, title='t', question='q')._repr_mimebundle_()\n"
            "assert 'matplotlib.pyplot' not in sys.modules\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_an_unknown_width_is_refused(self):
        with pytest.raises(ParameterError, match=r"'phone'. Legal: wide, narrow"):
            bar_chart(published(THREE), **WORDS).figure("phone")

    def test_the_same_chart_gives_the_same_bytes_whatever_the_readers_settings(self):
        before = bar_chart(published(THREE), **WORDS).png()
        with matplotlib.rc_context({"font.size": 30, "text.color": "red", "text.antialiased": False}):
            assert bar_chart(published(THREE), **WORDS).png() == before
        assert b"Software" not in before

    def test_drawing_leaves_the_readers_settings_alone(self):
        with matplotlib.rc_context({"font.size": 30}):
            bar_chart(published(THREE), **WORDS).png()
            assert matplotlib.rcParams["font.size"] == 30

    def test_fills_keep_their_exact_colour_on_exact_paper(self):
        chart = bar_chart(published(THREE), own={"natur": "Odense"}, **WORDS)
        colours = dict.fromkeys(
            c for _, c in Image.open(io.BytesIO(chart.png())).convert("RGB").getcolors(256)
        )
        for colour in (theme.PAPER, theme.COUNTRY, theme.OWN, theme.TEXT):
            assert tuple(bytes.fromhex(colour[1:])) in colours

    def test_pictures_are_small(self):
        counts = {f"o{i}": 40 - 4 * i for i in range(8)}
        labels = {option: f"Et svar af den længde, som svar har i skemaet, {option}" for option in counts}
        chart = bar_chart(published(rows(counts, 50, labels=labels)), **WORDS)
        assert len(chart.png(framed=False)) < 40_000
        assert len(chart.png("narrow", framed=False)) < 40_000

    def test_a_notebook_gets_picture_words_and_numbers(self):
        chart = bar_chart(published(THREE), **WORDS)
        data, metadata = chart._repr_mimebundle_()
        assert metadata["image/png"] == {"alt": chart.alt_text, "width": 960}
        assert Image.open(io.BytesIO(data["image/png"])).width == 1920
        payload = json.loads(json.dumps(data[MIME_TYPE]))
        assert set(payload) == {
            "title",
            "question",
            "caption",
            "alt",
            "wide",
            "narrow",
            "columns",
            "rows",
            "numbers",
        }
        widths = [Image.open(io.BytesIO(base64.b64decode(payload[key]))).width for key in ("wide", "narrow")]
        assert widths == [1920, 700]
        assert payload["rows"][0] == ["Cykelstier", "60\u00a0pct.", "50–70", "30", "50"]
        assert payload["numbers"]["rows"][0] == ["Cykelstier", 0.6, 0.5, 0.7, 30, 50]
        assert payload["numbers"]["formats"] == ["", "0%", "0%", "0%", "#,##0", "#,##0"]

    def test_a_changed_number_changes_the_text_that_nbval_compares(self):
        one = bar_chart(published(THREE), **WORDS)
        other = bar_chart(published(rows({"natur": 11, "cykelstier": 30, "skoler": 20}, 50)), **WORDS)
        texts = [chart._repr_mimebundle_()[0]["text/plain"] for chart in (one, other)]
        assert texts[0] != texts[1]

    def test_text_is_as_wide_as_it_is_drawn(self):
        # The layout stands or falls with this: measure the ink of one line in the picture itself.
        chart = bar_chart(published(rows({"a": 25}, 50, intervals=False)), **WORDS)
        ink = np.asarray(Image.open(io.BytesIO(chart.png())).convert("L")) < 200
        title = chart.drawing().texts[0]
        left, top, _, bottom = title.extent
        columns = np.flatnonzero(ink[int(2 * top) : int(2 * bottom)].any(axis=0))
        drawn = (columns[-1] - columns[0]) / 2
        assert drawn == pytest.approx(text_width(title.text, title.size, title.weight), abs=4)
        assert columns[0] / 2 == pytest.approx(left, abs=3)
