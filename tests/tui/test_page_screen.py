"""The page's lines, and its keys."""

from textual.app import App

from companion.tui.page_screen import PageScreen, page

SENTENCES = [
    "Ann is content.",
    "what worked",
    "+ turn 1, apologized: -20 to 40: “sorry your kettle broke”",
    "one thing to try",
    "→ Offer two ways.",
]


def plain(width: int) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in page(SENTENCES, width)]


def test_titles_are_rules_and_sentences_hang_on_their_sign() -> None:
    assert plain(30) == [
        " Ann is content.",
        "",
        "─ what worked ────────────────",
        " + turn 1, apologized: -20 to",
        "   40: “sorry your kettle",
        "   broke”",
        "",
        "─ one thing to try ───────────",
        " → Offer two ways.",
    ]


async def test_enter_leaves_and_what_was_being_typed_does_not() -> None:
    left: list[bool] = []
    app: App[None] = App()
    async with app.run_test(size=(40, 6)) as pilot:
        app.push_screen(PageScreen(SENTENCES * 3, "Enter: back", lambda: left.append(True)))
        await pilot.pause()
        await pilot.press("down", "pagedown", "end", "home", "x", "space")
        assert left == []
        await pilot.press("enter")
        assert left == [True]
