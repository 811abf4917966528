"""Every theme can be read by everybody: WCAG AA contrast for each text and graphic on each ground."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from cloudviz.catalogue.kinds import Kind
from cloudviz.diagram.options import THEMES
from cloudviz.diagram.themes import BY_NAME, FAMILIES, Theme, contrast, luminance, theme_named
from cloudviz.errors import Invalid


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known near miss
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes


def test_the_themes_are_those_that_users_may_ask_for() -> None:
    assert set(BY_NAME) == set(THEMES)
    assert next(iter(BY_NAME)) == "enterprise"


@pytest.mark.parametrize("theme", BY_NAME.values(), ids=lambda theme: theme.name)
def test_everything_shown_has_the_contrast_of_wcag_aa(theme: Theme) -> None:
    short = [
        f"{what}: {front} on {back} is {contrast(front, back):.2f}, needs {least}"
        for what, front, back, least in theme.pairs()
        if contrast(front, back) < least
    ]
    assert short == []


@pytest.mark.parametrize("name", ["enterprise", "minimal"])
def test_themes_for_paper_are_black_on_white_and_save_ink(name: str) -> None:
    theme = theme_named(name)
    assert theme.background == theme.card == "#ffffff"
    assert all(luminance(ground) > 0.85 for ground in theme.grounds())
    assert contrast(theme.text, theme.background) > 7


@pytest.mark.parametrize("theme", BY_NAME.values(), ids=lambda theme: theme.name)
def test_every_colour_is_written_in_full(theme: Theme) -> None:
    plain = {"name", "title", "icons"}
    colours = [
        getattr(theme, item.name) for item in fields(Theme) if item.type == "str" and item.name not in plain
    ]
    colours += [*theme.families.values(), *theme.tints.values(), *theme.grounds()]
    colours += [colour for style in theme.roles.values() for colour in (style.border, style.text)]
    assert [colour for colour in colours if not re.fullmatch("#[0-9a-f]{6}", colour)] == []


@pytest.mark.parametrize("theme", BY_NAME.values(), ids=lambda theme: theme.name)
def test_every_kind_has_a_colour_and_every_container_a_style(theme: Theme) -> None:
    assert set(FAMILIES) == set(Kind)
    assert set(theme.families) == set(FAMILIES.values())
    assert theme.colour("no such kind") == theme.families["other"]
    for role in ("account", "region", "network", "zone", "subnet_public", "subnet_private", "group"):
        assert role in theme.roles
    assert theme.role("no such role") is theme.roles["group"]


def test_an_unknown_theme_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(Invalid) as refusal:
        theme_named("neon")
    assert "enterprise" in refusal.value.hint
