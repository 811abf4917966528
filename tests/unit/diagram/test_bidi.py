"""The order of mixed directions, by the rules of Unicode Standard Annex 9."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.diagram.bidi import isolate, runs_right, visual_runs
from cloudviz.diagram.scene.labels import account_title, network_title
from cloudviz.diagram.text import clean, fit, measure
from cloudviz.inventory.model import Resource


def drawn(text: str) -> str:
    """The characters from left to right, as they are seen."""
    return "".join(run[::-1] if backwards else run for run, backwards in visual_runs(text))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("web-1", "web-1"),
        ("אבג", "גבא"),
        ("car אבג", "car גבא"),
        ("אבג car", "car גבא"),
        ("אבג 123", "123 גבא"),
        ("web אבג 12", "web 12 גבא"),
        ("VPC \u2068אבג\u2069 10.0.0.0/16", "VPC גבא 10.0.0.0/16"),
        ("VPC אבג 10.0.0.0/16", "VPC 10.0.0.0/16 גבא"),  # why names are isolated
        ("א 1,5% ב", "ב 1,5% א"),
        ("\u0627 1-2", "2-1 \u0627"),  # rule W2: after an Arabic letter a hyphen joins no numbers
    ],
)
def test_lines_are_ordered_as_annex_9_says(text: str, seen: str) -> None:
    assert drawn(text) == seen


def test_only_names_that_run_from_right_to_left_are_isolated() -> None:
    assert isolate("web-1") == "web-1"
    assert isolate("日本") == "日本"
    assert isolate("שרת") == "\u2068שרת\u2069"
    assert measure(isolate("שרת"), 12) == measure("שרת", 12)


def test_a_network_keeps_its_address_at_its_end_whatever_its_name() -> None:
    for name in ("שרת", "قاعدة 1"):
        item = Resource(
            "id", "aws", "aws.ec2.vpc", "", "network", name, properties={"address_range": "10.0.0.0/16"}
        )
        assert drawn(network_title(item)).startswith("VPC ")
        assert drawn(network_title(item)).endswith(" 10.0.0.0/16")
    assert drawn(account_title("aws", "123456789012", "שרת")) == "AWS account תרש 123456789012"


@given(text=st.text(alphabet="אבג abc123.,%-/()\u2066\u2067\u2068\u2069\u0627\u064b", max_size=40))
def test_nothing_is_lost_or_added(text: str) -> None:
    runs = visual_runs(text)
    plain = [sign for sign in text if sign not in "\u2066\u2067\u2068\u2069"] if runs_right(text) else list(text)
    assert sorted("".join(run for run, _ in runs)) == sorted(plain)


def test_a_thousand_isolates_do_no_harm() -> None:
    for text in ("\u2068" * 500 + "א" + "\u2069" * 500, "\u2068א\u2069" * 300, "\u2069" * 900 + "א"):
        assert "א" in drawn(text)


@given(text=st.text(alphabet="אבגab \u2068\u2069", max_size=60), width=st.floats(0, 200))
def test_isolates_stay_in_pairs_when_a_text_is_cut(text: str, width: float) -> None:
    for said in (clean(text), fit(text, width, 12), fit(text, width, 12, middle=True)):
        depth = 0
        for sign in said:
            depth += (sign == "\u2068") - (sign == "\u2069")
            assert depth >= 0
        assert depth == 0
