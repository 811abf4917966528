"""Which font draws which part of a line, and what stands for letters that no font has."""

from __future__ import annotations

from hypothesis import given
from tests.unit.diagram.hostile import names

from cloudviz.diagram.render.letters import Source, marks, pieces
from cloudviz.diagram.text import clean, measure

NOWHERE = Source.MARK


def nothing(character: str) -> bool:
    return False


def everything(character: str) -> bool:
    return True


def test_the_bundled_font_is_used_wherever_it_can_be() -> None:
    assert pieces("web-1 Ünïcode веб Ω → ×9", nothing) == [("web-1 Ünïcode веб Ω → ×9", Source.BUNDLED, False)]
    assert pieces("", nothing) == []


def test_the_system_is_asked_for_the_rest_and_a_mark_stands_for_what_it_lacks() -> None:
    assert pieces("db 日本", everything) == [("db ", Source.BUNDLED, False), ("日本", Source.SYSTEM, False)]
    assert pieces("db 日本", nothing) == [("db ", Source.BUNDLED, False), ("日本", Source.MARK, False)]


def test_right_to_left_text_comes_from_the_left_as_it_is_seen() -> None:
    assert pieces("שרת (א) web", everything) == [
        ("web", Source.BUNDLED, False),
        ("שרת (א) ", Source.SYSTEM, True),
    ]


def test_letters_with_their_marks_and_joined_emoji_are_one_piece() -> None:
    family = "👩\u200d👩\u200d👧"
    assert pieces(f"a{family}b", everything)[1] == (family, Source.SYSTEM, False)
    assert [text for text, _, _ in marks(family, lambda part: measure(part, 1))] == [family]
    assert pieces("❤\ufe0f", nothing) == [("❤", Source.BUNDLED, False)]


def test_a_word_has_one_bar_an_ideograph_one_each_and_an_emoji_a_disc() -> None:
    said = [(text, width) for text, _, width in marks("שלום רב", lambda part: measure(part, 1))]
    assert [text for text, _ in said] == ["שלום", " ", "רב"]
    assert [text for text, _, _ in marks("日本🧪", lambda part: measure(part, 1))] == ["日", "本", "🧪"]


@given(name=names)
def test_every_character_is_drawn_once_by_somebody(name: str) -> None:
    silent = "\ufe0e\ufe0f\u200c\u200d\u2060\u2068\u2069\u2066\u2067\u00ad"
    shown = clean(name)
    for known in (nothing, everything):
        found = "".join(text for text, _, _ in pieces(shown, known))
        assert sorted(sign for sign in found if sign not in silent) == sorted(s for s in shown if s not in silent)
