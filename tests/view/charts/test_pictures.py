"""Nothing overlaps, leaves the picture or is cut; and what pictures are as files."""

import base64
import io
import itertools
import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn.objects as so
from drawn_charts import WIDTHS, WORDS, axes_of, bars, misplaced, published, rows, texts, written
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from matplotlib.collections import PathCollection
from PIL import Image

from borgerlib.errors import ParameterError
from borgerlib.statistics.disclosure.gate import disclose
from borgerlib.view import theme
from borgerlib.view.charts import files
from borgerlib.view.charts.chart import MIME_TYPE
from borgerlib.view.charts.charts import bar_chart, count_chart, grouped_bar_chart, scale_chart
from borgerlib.view.charts.layout import text_width

THREE = rows({"natur": 10, "cykelstier": 30, "skoler": 20}, 50)
LONG = "Medarbejdernes faglighed overskyggede borgernes ønsker, og ingen i forvaltningen tog ansvaret for det"
REASON = "værdien står ikke i den tekst, som rapporten er læst fra, og kan ikke regnes ud af de andre"
STEPS = {
    "slet_ikke": "Slet ikke",
    "mindre": "I mindre grad",
    "nogen": "I nogen grad",
    "hoej": "I høj grad",
    "meget": "I meget høj grad",
}
letters = st.text("abcdeghijklmnoprstuvæøå ", max_size=90)
# A picture takes a fifth of a second.
SMALL = settings(max_examples=settings.default.max_examples // 4)


def faults(chart):
    """What is misplaced in all pictures of a chart."""
    pictures = itertools.product(WIDTHS, (False, True))
    return [fault for width, framed in pictures for fault in misplaced(chart, width, framed=framed)]


class TestNothingOverlapsOrIsCut:
    @pytest.mark.long
    @pytest.mark.parametrize(
        "number", [1, 15, *(pytest.param(n, marks=pytest.mark.thorough) for n in (2, 30))]
    )
    def test_few_and_many_bars_with_long_labels(self, number):
        labels = {f"o{bar}": f"{LONG} {bar}" for bar in range(number)}
        counts = {option: 50 - bar for bar, option in enumerate(labels)}
        chart = bar_chart(published(rows(counts, 50, labels=labels)), own={"o0": "Faaborg-Midtfyn"}, **WORDS)
        assert not faults(chart)
        for width in WIDTHS:
            said = " ".join(text for text in texts(chart, width) if "pct" not in text and "◆" not in text)
            assert all(label in said for label in labels.values())

    @pytest.mark.long
    def test_nobody_and_everybody(self):
        estimates = published(rows({"alle": 50, "ingen": 0}, 50))
        chart = bar_chart(estimates, own={"alle": "Vesthimmerland"}, **WORDS)
        assert not faults(chart)
        # A bar without length is no bar; its number is written all the same.
        assert [bar.get_width() for bar in bars(chart)] == [1]
        assert {"100\u00a0pct.", "0\u00a0pct."} <= set(texts(chart))

    def test_only_suppressed_rows(self):
        chart = bar_chart(disclose(rows({"a": 2, "b": 3}, 50), base="borgere", source="M"), **WORDS)
        assert not faults(chart)
        assert len(bars(chart, hatched=True)) == 2

    @pytest.mark.slow
    def test_missing_rows_beside_others_in_one_group(self):
        some = rows({"a": None, "b": 20, "c": None, "d": 9}, 50).assign(note=[REASON, "", REASON, ""])
        assert not faults(bar_chart(published(some), own={"c": "Odense"}, **WORDS))

    @pytest.mark.long
    def test_missing_rows_beside_others_in_two_groups(self):
        one = rows({"a": None, "b": 20, "c": None}, 50, group="byen").assign(note=[REASON, "", REASON])
        other = rows({"a": None, "b": None, "c": 9}, 50, group="landet").assign(note=[REASON, REASON, ""])
        for frames in ((one, other), (other.assign(group="o"), one)):
            chart = grouped_bar_chart(published(*frames), own={"a": "Odense"}, **WORDS)
            assert not faults(chart)

    @pytest.mark.long
    def test_long_names_of_groups(self):
        both = published(
            rows({"a": 50, "b": 20}, 50, group="borgere i byen"),
            rows({"a": 49, "b": 15}, 50, group="borgere på landet"),
        )
        chart = grouped_bar_chart(both, own={"a": "Lyngby-Taarbæk"}, **WORDS)
        assert not faults(chart)

    def test_answers_that_read_alike_are_two_rows(self):
        twice = rows({"a": 30, "b": 20}, 50, labels={"a": "Andet", "b": "Andet"})
        chart = bar_chart(published(twice), **WORDS)
        assert texts(chart).count("Andet") == 2
        assert len({bar.get_y() for bar in bars(chart)}) == 2

    @pytest.mark.long
    @pytest.mark.parametrize(
        "counts", [(50, 0, 0, 0, 0), (0, 0, 0, 0, 50), (1, 1, 46, 1, 1), (0, 0, 50, 0, 0)]
    )
    def test_scales_of_one_answer(self, counts):
        estimates = published(rows(dict(zip(STEPS, counts, strict=True)), 50, labels=STEPS))
        chart = scale_chart(estimates, neutral="nogen", own={"meget": "Faaborg-Midtfyn"}, **WORDS)
        assert not faults(chart)

    def test_a_scale_with_everything(self):
        steps = STEPS | {"ved_ikke": "Ved ikke", "hoej_el_meget": "I høj eller meget høj grad"}
        frames = [
            rows(dict(zip(steps, counts, strict=True)), 60, group=group, labels=steps)
            for group, counts in {
                "kommuner med en strategi for borgerinddragelse": (1, 2, 20, 30, 5, 2, 35),
                "kommuner uden": (9, 11, 20, 15, 3, 2, 18),
            }.items()
        ]
        chart = scale_chart(
            published(*frames),
            neutral="nogen",
            aside=["ved_ikke"],
            net="hoej_el_meget",
            own={"ved_ikke": "Vesthimmerland"},
            **WORDS,
        )
        assert not faults(chart)

    @pytest.mark.long
    @SMALL
    @given(st.lists(st.tuples(letters, st.integers(0, 40)), min_size=1, max_size=6))
    def test_any_labels_and_numbers(self, answers):
        labels = [" ".join(word[:20] for word in text.split()) or "x" for text, _ in answers]
        frame = rows({f"o{i}": count for i, (_, count) in enumerate(answers)}, 40).assign(label=labels)
        chart = bar_chart(published(frame), own={"o0": "Faaborg-Midtfyn"}, sort=False, **WORDS)
        for width in WIDTHS:
            assert not misplaced(chart, width)
            plain = [t for t in written(chart, width) if t.get_weight() != 600]
            assert " ".join(text.get_text() for text in plain) == " ".join(labels)

    @SMALL
    @given(st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(any), st.booleans())
    def test_any_scale(self, counts, grouped):
        one = rows(dict(zip(STEPS, counts, strict=True)), sum(counts), group="en", labels=STEPS)
        other = rows(dict.fromkeys(STEPS, 4), 20, group="to", labels=STEPS)
        estimates = published(one, other) if grouped else published(one.assign(group="", group_label=""))
        chart = scale_chart(estimates, neutral="nogen", **WORDS)
        assert not [fault for width in WIDTHS for fault in misplaced(chart, width)]

    def test_everything_framed_starts_at_one_left_edge(self):
        found = written(bar_chart(published(THREE), **WORDS), framed=True)
        left = [text.get_window_extent().x0 for text in found if not text.get_text().endswith("pct.")]
        assert left == pytest.approx([theme.MARGIN] * len(left), abs=2)


class TestForResearchers:
    chart = bar_chart(published(THREE), **WORDS)

    def test_the_plot_is_seaborns_and_holds_the_numbers(self):
        plot = self.chart.plot()
        assert isinstance(plot, so.Plot)
        drawn = plot.plot()._figure.axes[0].patches
        assert [bar.get_width() for bar in drawn] == pytest.approx([0.6, 0.4, 0.2])

    def test_a_layer_can_be_added_and_laid_out_as_the_chart_is(self):
        longer = self.chart.plot().add(so.Dot(), x="upper")
        axes = self.chart.figure(plot=longer).axes[0]
        (dots,) = [layer for layer in axes.collections if isinstance(layer, PathCollection)]
        assert dots.get_offsets()[:, 0].tolist() == pytest.approx([0.7, 0.5, 0.3])
        assert dots.get_offsets()[:, 1].tolist() == [0, 1, 2]

    def test_a_limit_stands_where_its_number_is(self):
        axes = axes_of(self.chart)
        axes.axvline(0.5)
        largest = axes.patches[0]
        place = axes.transData.transform((0.5, 0))[0]
        box = largest.get_window_extent()
        assert (place - box.x0) / box.width == pytest.approx(0.5 / 0.6)

    def test_a_figure_that_was_added_to_is_shown_in_a_notebook(self):
        axes = self.chart.axes()
        axes.axvline(0.5, color="#ff00ff", linewidth=3)
        data = DisplayFormatter().format(axes.figure)[0]["image/png"]
        image = Image.open(io.BytesIO(data)).convert("RGB")
        assert image.width == 1920
        assert (255, 0, 255) in {colour for _, colour in image.getcolors(image.width * image.height)}

    def test_rows_have_their_numbers_from_the_top(self):
        axes = axes_of(self.chart)
        assert [bar.get_y() + bar.get_height() / 2 for bar in axes.patches] == pytest.approx([0, 1, 2])
        assert axes.yaxis_inverted()


class TestFiles:
    def test_a_figure_is_as_wide_as_asked_and_unknown_to_pyplot(self):
        chart = bar_chart(published(THREE), **WORDS)
        for width, pixels in WIDTHS.items():
            figure = chart.figure(width, framed=False)
            assert figure.get_figwidth() * figure.dpi == pytest.approx(pixels)
        assert not plt.get_fignums()

    def test_matplotlib_and_seaborn_are_imported_by_the_first_picture(self):
        program = (
            "import sys, pandas as pd\n"
            "from borgerlib.statistics.disclosure.gate import as_published\n"
            "from borgerlib.view.charts.charts import bar_chart\n"
            "row = dict(item='i', option='a', label='A', group='', group_label='', n=9, count=3,\n"
            "           proportion=1/3, ci_lower=.2, ci_upper=.5)\n"
            "estimates = as_published(pd.DataFrame([row]), base='b', source='s')\n"
            "chart = bar_chart(estimates, title='t', question='q')\n"
            "assert not {'matplotlib', 'seaborn'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_an_unknown_width_is_refused(self):
        with pytest.raises(ParameterError, match=r"'phone'. Legal: wide, narrow"):
            bar_chart(published(THREE), **WORDS).figure("phone")

    @pytest.mark.slow
    def test_the_same_chart_gives_the_same_bytes_whatever_the_readers_settings(self, monkeypatch, tmp_path):
        monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))  # where none is kept
        chart = bar_chart(published(THREE), own={"natur": "Odense"}, **WORDS)
        png, svg = chart.png(), chart.svg("narrow")
        files.png.cache_clear()
        files.svg.cache_clear()
        with matplotlib.rc_context({"font.size": 30, "text.color": "red", "text.antialiased": False}):
            assert chart.png() == png
            assert chart.svg("narrow") == svg
            assert matplotlib.rcParams["font.size"] == 30
        assert b"Software" not in png
        assert not re.search(r"20[2-9]\d-\d\d|Matplotlib", svg)

    def test_the_same_picture_is_drawn_once(self):
        files.png.cache_clear()
        for _ in range(2):
            bar_chart(published(THREE), **WORDS).png()
        assert files.png.cache_info().hits == 1

    def test_a_picture_that_another_process_drew_is_found_on_the_disk(self, monkeypatch, tmp_path):
        monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
        folder = tmp_path / "data" / "processed"
        files.svg.cache_clear()
        chart = bar_chart(published(THREE), **WORDS)
        svg = chart.svg()
        assert not folder.exists()  # a folder of somebody who only draws a chart stays as it is
        folder.mkdir(parents=True)
        files.svg.cache_clear()
        assert chart.svg() == svg
        (kept,) = (folder / files.FOLDER).iterdir()
        kept.write_bytes(b"<svg>another's</svg>")
        files.svg.cache_clear()
        assert chart.svg() == "<svg>another's</svg>"
        assert bar_chart(published(THREE), **WORDS | {"title": "En anden"}).svg() != chart.svg()

    def test_no_more_pictures_are_kept_than_there_is_room_for(self, monkeypatch, tmp_path):
        monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
        monkeypatch.setattr(files, "MOST", 4)
        folder = tmp_path / "data" / "processed" / files.FOLDER
        folder.mkdir(parents=True)
        for age in range(4):
            (folder / f"{age}.png").touch()
            os.utime(folder / f"{age}.png", (-age, -age))
        files.svg.cache_clear()
        bar_chart(published(THREE), **WORDS).svg()
        # The two oldest went before the new one came.
        assert {path.name for path in folder.glob("*.png")} == {"0.png", "1.png"}
        assert len(list(folder.iterdir())) == 3

    def test_fills_keep_their_exact_colour_on_exact_paper(self):
        chart = bar_chart(published(THREE), own={"natur": "Odense"}, **WORDS)
        image = Image.open(io.BytesIO(chart.png())).convert("RGB")
        colours = {colour for _, colour in image.getcolors(256)}
        for colour in (theme.PAPER, theme.COUNTRY, theme.TEXT):
            assert tuple(bytes.fromhex(colour[1:])) in colours

    @pytest.mark.long
    def test_pictures_are_small(self):
        counts = {f"o{i}": 40 - 4 * i for i in range(8)}
        labels = {option: f"Et svar af den længde, som svar har i skemaet, {option}" for option in counts}
        chart = bar_chart(published(rows(counts, 50, labels=labels)), **WORDS)
        for width in WIDTHS:
            assert len(chart.png(width, framed=False)) < 40_000
            assert len(chart.svg(width, framed=False)) < 15_000

    def test_a_notebook_gets_picture_words_and_numbers(self):
        chart = bar_chart(published(THREE), **WORDS)
        data, metadata = chart._repr_mimebundle_()
        assert metadata["image/png"] == {"alt": chart.alt_text, "width": 960}
        assert Image.open(io.BytesIO(data["image/png"])).width == 1920
        payload = json.loads(json.dumps(data[MIME_TYPE]))
        words = {"title", "question", "caption", "alt", "wide", "narrow"}
        assert set(payload) == words | {"columns", "rows", "numbers"}
        assert [ElementTree.fromstring(payload[width]).get("width") for width in WIDTHS] == ["960", "350"]
        assert payload["rows"][0] == ["Cykelstier", "60\u00a0pct.", "50–70", "30", "50"]
        assert payload["numbers"]["rows"][0] == ["Cykelstier", 0.6, 0.5, 0.7, 30, 50]
        assert payload["numbers"]["formats"] == ["", "0%", "0%", "0%", "#,##0", "#,##0"]

    @pytest.mark.slow
    def test_a_changed_number_changes_the_text_that_nbval_compares(self):
        one = bar_chart(published(THREE), **WORDS)
        other = bar_chart(published(rows({"natur": 11, "cykelstier": 30, "skoler": 20}, 50)), **WORDS)
        said = [chart._repr_mimebundle_()[0]["text/plain"] for chart in (one, other)]
        assert said[0] != said[1]


class TestSvg:
    svg = bar_chart(
        published(rows({"a": 30, "b": 20}, 50, labels={"a": "Koster $5 & <mere>: M L z", "b": "Nær vej"})),
        own={"b": "Ærø"},
        **WORDS,
    ).svg("wide", framed=False)

    def test_texts_stay_whole_text(self):
        found = [text.text for text in ElementTree.fromstring(self.svg).iter() if text.tag.endswith("text")]
        assert sorted(found) == sorted(
            ["Koster $5 & <mere>: M L z", "Nær vej", "60\u00a0pct.", "40\u00a0pct.", "◆ Ærø"]
        )

    def test_it_carries_the_letters_that_it_uses_and_all_digits(self):
        faces = re.findall(r"font-weight:(\d+);font-style:normal;src:url\([^,]+,([^)]+)", self.svg)
        fonts = {weight: TTFont(io.BytesIO(base64.b64decode(data))) for weight, data in faces}
        letters = {weight: set(font.getBestCmap()) for weight, font in fonts.items()}
        assert letters == {
            "400": set(map(ord, "Koster $ & <mere>: M L zNær vej0123456789")),
            "600": set(map(ord, "\u00a0pct.◆ Ærø0123456789")),
        }

    def test_bars_are_as_long_as_their_numbers(self):
        found = re.findall(r"M([\d.]+),[\d.]+L([\d.]+),", self.svg)
        # The first two lines of paths are paper; then the bars.
        lengths = [float(end) - float(start) for start, end in found]
        first = next(index for index, length in enumerate(lengths) if 0 < length < 900 and index > 1)
        assert lengths[first + 1] / lengths[first] == pytest.approx(40 / 60, abs=0.002)

    def test_strokes_of_one_style_are_one_path_and_none_is_used_again(self):
        # Paper, bars, both halves of an interval and both of its ends, and the axis.
        assert self.svg.count("<path") == 7
        assert "<use" not in self.svg

    def test_nothing_is_cut_off_by_a_clip(self):
        assert "clip" not in self.svg


def test_a_line_of_text_is_as_wide_as_it_is_drawn():
    # The layout stands or falls with this: measure the ink of one line in the picture itself.
    chart = bar_chart(published(rows({"a": 25}, 50, intervals=False)), **WORDS)
    ink = np.asarray(Image.open(io.BytesIO(chart.png())).convert("L")) < 200
    height = ink.shape[0] / 2
    title = written(chart, framed=True)[0]
    box = title.get_window_extent()
    columns = np.flatnonzero(ink[int(2 * (height - box.y1)) : int(2 * (height - box.y0))].any(axis=0))
    drawn = (columns[-1] - columns[0]) / 2
    width = text_width(WORDS["title"], theme.TITLE_SIZE["wide"], "semibold")
    assert drawn == pytest.approx(width, abs=4)
    assert columns[0] / 2 == pytest.approx(theme.MARGIN, abs=3)


def test_counts_are_drawn_as_long_as_they_are():
    assert [bar.get_width() for bar in bars(count_chart(published(THREE), **WORDS))] == [30, 20, 10]


def test_an_empty_frame_of_numbers_is_drawn():
    lost = rows({"a": None, "b": None}, 50)
    chart = bar_chart(published(lost), **WORDS)
    assert not bars(chart)
    assert texts(chart).count("kan ikke aflæses") == 2
    assert pd.isna(chart.frame["proportion"]).all()
