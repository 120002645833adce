"""The two themes. A colour only ever supports a mark or a word; texts keep a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

from textual.theme import Theme

DARK = Theme(
    name="companion-dark",
    dark=True,
    primary="#7fa9d1",
    background="#13161b",
    surface="#13161b",
    panel="#1d222a",
    foreground="#d9dee5",
    success="#8cc68a",
    warning="#e8b765",
    error="#f0837a",
    accent="#7fa9d1",
    variables={
        "quiet": "#98a2b0",
        "line": "#39424e",
        "agent": "#93bfe6",
        "customer": "#e2c08d",
        "good": "#8cc68a",
        "warm": "#e8b765",
        "hot": "#f0837a",
        "say": "#f3f6fa",
        "say-back": "#1f3044",
        "bar": "#7fb2e5",
        "chip": "#14301a",
        "chip-back": "#8cc68a",
        "alert-back": "#4a2323",
        "cursor": "#2a3240",
    },
)

LIGHT = Theme(
    name="companion-light",
    dark=False,
    primary="#2b5d8c",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#efede7",
    foreground="#22262c",
    success="#276b2c",
    warning="#875300",
    error="#a8201a",
    accent="#2b5d8c",
    variables={
        "quiet": "#5c6470",
        "line": "#c9c5ba",
        "agent": "#1d5585",
        "customer": "#7a4b00",
        "good": "#276b2c",
        "warm": "#875300",
        "hot": "#a8201a",
        "say": "#0f1720",
        "say-back": "#dce9f5",
        "bar": "#235f9a",
        "chip": "#ffffff",
        "chip-back": "#276b2c",
        "alert-back": "#f8dcd9",
        "cursor": "#e3e7ec",
    },
)

INKS = ("agent", "customer", "good", "warm", "hot", "bar")


def plain(theme: Theme) -> Theme:
    """The theme for screens without colour: what stood out by colour stands out by the full ink, and by its mark and weight."""
    ink = theme.foreground or ""
    variables = {**theme.variables, **dict.fromkeys(INKS, ink)}
    return Theme(
        name=f"{theme.name}-plain",
        dark=theme.dark,
        primary=ink,
        background=theme.background,
        surface=theme.surface,
        panel=theme.panel,
        foreground=theme.foreground,
        variables=variables,
    )


THEMES = {"dark": DARK, "light": LIGHT}
