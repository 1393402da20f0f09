import itertools
import re

import numpy as np
import pytest

from borgerlib.view import theme

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)


def linear(colour):
    channels = np.array(list(bytes.fromhex(colour[1:]))) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def test_contrast_agrees_with_known_ratios():
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    # The grey that WCAG's own technique pages name as the lightest to pass 4.5:1 on white.
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert theme.contrast("#0b4f6c", "#0b4f6c") == 1


@pytest.mark.parametrize("colour", [theme.TEXT, theme.MUTED, theme.OWN_TEXT])
def test_text_is_readable_on_paper(colour):
    assert theme.contrast(colour, theme.PAPER) >= 4.5


@pytest.mark.parametrize(
    "colour",
    [theme.COUNTRY, theme.COUNTRY_SOFT, theme.OWN, theme.COMPARISON, theme.SUPPRESSED, theme.NEUTRAL],
)
def test_marks_stand_out_from_paper(colour):
    assert theme.contrast(colour, theme.PAPER) >= 3


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_every_step_of_a_scale_stands_out_and_carries_readable_text(steps):
    below, above = theme.scale_colours(steps, steps)
    for colour in [*below, theme.NEUTRAL, *above]:
        assert theme.contrast(colour, theme.PAPER) >= 3
        assert theme.contrast(colour, theme.readable_on(colour)) >= 4.5


@pytest.mark.parametrize("vision", [np.eye(3), DEUTERANOPIA, PROTANOPIA])
def test_the_two_sides_of_a_scale_stay_apart_for_colour_blind_readers(vision):
    below, above = theme.scale_colours(2, 2)
    for negative, positive in itertools.product(below, above):
        assert np.linalg.norm(vision @ (linear(negative) - linear(positive))) > 0.12


def test_a_scales_colours_run_from_outermost_to_innermost_on_both_sides():
    below, above = theme.scale_colours(2, 2)
    assert below == list(theme.NEGATIVE)
    assert above == list(theme.POSITIVE[::-1])


def test_the_shorter_side_of_a_scale_is_coloured_as_the_inner_steps_of_the_longer():
    below, above = theme.scale_colours(1, 2)
    assert below == [theme.NEGATIVE[1]]
    assert above == list(theme.POSITIVE[::-1])
    assert theme.scale_colours(0, 1) == ([], [theme.POSITIVE[0]])


def test_mixing_goes_from_one_colour_to_the_other():
    assert theme.mix("#000000", "#ffffff", 0) == "#000000"
    assert theme.mix("#000000", "#ffffff", 1) == "#ffffff"
    assert theme.mix("#000000", "#c80000", 0.5) == "#640000"


def test_pages_get_the_same_colours_as_custom_properties():
    css = theme.css_variables()
    assert css.startswith(":root {")
    values = dict(re.findall(r"--borger-([a-z-]+): (.+);", css))
    assert values["country"] == theme.COUNTRY
    assert values["own"] == theme.OWN
    assert values["comparison"] == theme.COMPARISON
    assert values["figure-width"] == "960px"


@pytest.mark.parametrize("weight", ["regular", "semibold", "bold", "italic"])
def test_the_fonts_are_installed_with_the_package(weight):
    assert theme.font_file(weight).read_bytes()[:4] == b"\x00\x01\x00\x00"


def test_a_phone_takes_the_narrow_layout():
    assert theme.layout_of(theme.NARROW) == "narrow"
    assert theme.layout_of(theme.WIDE) == "wide"
