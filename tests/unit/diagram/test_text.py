"""Text is measured once, below the scene; what is measured is what the bundled font shows."""

import unicodedata

import pytest
import skia
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.diagram import text
from cloudviz.diagram.text import ELLIPSIS, FONT_FILES, LONGEST, clean, fit, graphemes, measure

NAMES = [
    "web-1",
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188",
    "10.0.0.0/16",
    "$70.08/mo",
    "Größenwahn & Söhne – Überwachung",
    "Κρυπτός Ωμέγα",
    "Производственная база",
    "Tập trung dữ liệu",
    "×12 → ≤ … • ½",
    "AVAToTeWAVAYo",
]


def font(weight: int, size: float) -> skia.Font:
    drawn = skia.Font(skia.Typeface.MakeFromFile(str(FONT_FILES[weight])), size)
    drawn.setSubpixel(True)  # without these three, Skia rounds each advance to a whole pixel
    drawn.setLinearMetrics(True)
    drawn.setHinting(skia.FontHinting.kNone)
    return drawn


def test_the_measured_width_is_the_width_that_skia_draws():
    for weight in (400, 600):
        for size in (10.5, 12.0, 20.0):
            for name in NAMES:
                drawn = font(weight, size).measureText(name)
                assert drawn <= measure(name, size, weight) + 0.01, name
                assert measure(name, size, weight) - drawn < 0.5, name


def test_every_character_of_the_bundled_font_is_measured_exactly_or_from_above():
    for weight in (400, 600):
        face = font(weight, 100.0)
        for run_start, run_end in ((0x20, 0x7E), (0xA0, 0x52F), (0x1E00, 0x20C0), (0x2100, 0x22FF)):
            for code in range(run_start, run_end + 1):
                if face.unicharToGlyph(code):
                    assert face.measureText(chr(code)) <= measure(chr(code), 100.0, weight) + 0.1, hex(code)


def test_other_scripts_are_measured_as_common_fonts_draw_them():
    assert measure("東京リージョン", 10) == 70
    assert measure("🚀", 10) == 13
    assert 40 < measure("السعودية", 10) < 80
    assert 20 < measure("שרת 1", 10) < 35
    assert measure("\ufdfd", 10) >= 100


def test_joined_emoji_flags_and_skin_tones_are_as_wide_as_one():
    for one in ("👩\u200d👩\u200d👧\u200d👦", "🇩🇪", "👍🏽", "❤\ufe0f"):
        assert measure(one, 10) == pytest.approx(13), one
    assert measure("cafe\u0301", 10) == measure("cafe", 10)


def test_a_text_that_has_room_is_left_alone():
    assert fit("web-1", 200, 12) == "web-1"
    assert fit("", 0, 12) == ""


def test_a_long_text_is_cut_at_its_end_or_in_its_middle():
    at_end = fit("payments-worker-production-eu-west-1", 100, 12)
    assert at_end.startswith("payments") and at_end.endswith(ELLIPSIS)
    in_middle = fit("i-0123456789abcdef0", 80, 12, middle=True)
    assert in_middle.startswith("i-0") and in_middle.endswith("ef0") and ELLIPSIS in in_middle


def test_nothing_is_shown_where_not_even_the_ellipsis_has_room():
    assert fit("web", 1, 12) == ""


def test_graphemes_keep_together_what_a_reader_takes_for_one_character():
    assert list(graphemes("e\u0301a")) == ["e\u0301", "a"]
    assert list(graphemes("👩‍👩‍👧x")) == ["👩‍👩‍👧", "x"]
    assert list(graphemes("👍🏽👍")) == ["👍🏽", "👍"]
    assert list(graphemes("🇩🇪🇫🇷")) == ["🇩🇪", "🇫🇷"]
    assert list(graphemes("नि")) == ["नि"]
    assert list(graphemes("각")) == ["각"]


def test_clean_makes_one_harmless_line():
    assert clean("  a\r\n\tb\x00c  ") == "a b c"
    assert clean("abc\u202edcba") == "abcdcba"
    assert clean("x\ud800y") == "x\ufffdy"
    assert clean("日本\u3000語") == "日本 語"
    assert clean("שלום") == "שלום"


def test_clean_takes_the_towers_off_zalgo_and_the_length_off_novels():
    assert len(clean("a" + "\u0301" * 500)) < 10
    assert len(clean("n" * 100_000)) <= LONGEST + 1
    assert clean("n" * 100_000).endswith(ELLIPSIS)


@given(st.text(max_size=80), st.floats(0, 300), st.booleans())
def test_a_fitted_text_never_exceeds_its_room_and_never_splits_a_grapheme(name, width, middle):
    fitted = fit(name, width, 12, 600, middle)
    assert measure(fitted, 12, 600) <= width + 1e-6
    fitted.encode()
    whole = list(graphemes(clean(name)))
    parts = fitted.split(ELLIPSIS)
    if ELLIPSIS not in name and len(parts) == 2:
        left, right = list(graphemes(parts[0])), list(graphemes(parts[1]))
        assert whole[: len(left)] == left
        assert not right or whole[-len(right) :] == right


@given(st.text())
def test_clean_is_stable_and_holds_no_control_characters(name):
    once = clean(name)
    assert clean(once) == once
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in once)


def test_hostile_input_does_not_fill_the_memory():
    measure("".join(chr(code) for code in range(0x20000, 0x2FFFF)), 12)
    assert len(text._table(400)) < 25_000
