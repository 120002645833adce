"""Every colour that text is written in can be read on every ground it stands on."""

import pytest
from textual.color import Color
from textual.theme import Theme

from companion.tui.themes import DARK, LIGHT, plain

PAIRS = [(ink, "background") for ink in ("foreground", "quiet", "agent", "customer", "good", "warm", "hot", "bar")]
PAIRS += [(ink, "panel") for ink in ("foreground", "quiet", "agent", "customer", "good", "warm", "hot", "bar")]
PAIRS += [("say", "say-back"), ("bar", "say-back"), ("quiet", "say-back"), ("hot", "alert-back"), ("chip", "chip-back")]
PAIRS += [(ink, "cursor") for ink in ("foreground", "quiet", "good", "warm", "hot")]


@pytest.mark.parametrize("theme", [DARK, LIGHT, plain(DARK), plain(LIGHT)], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_contrast_is_at_least_4_5(theme: Theme, ink: str, ground: str) -> None:
    colours = {**theme.variables, **{name: getattr(theme, name) for name in ("background", "foreground", "panel")}}
    ratio = _ratio(Color.parse(colours[ink]), Color.parse(colours[ground]))
    assert ratio >= 4.5, f"{ink} on {ground}: {ratio:.2f}"


def _ratio(one: Color, other: Color) -> float:
    """WCAG 2.2's contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
