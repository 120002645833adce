"""stderr: plain lines where it is no terminal, a bar above which lines stand where it is one."""

import io
import sys

import pytest
import rich.console

from companion import console


def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Let stderr be a terminal; what it shows."""
    screen = io.StringIO()
    made = rich.console.Console
    monkeypatch.setattr(rich.console, "Console", lambda stderr: made(file=screen, force_terminal=True, width=80))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    return screen


def test_a_notice_is_one_plain_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with console.Console() as shown:
        shown.progress("call", 0.5)
        shown.notice("a.wav: [bold]not markup[/]; look")
    captured = capsys.readouterr()
    assert captured.err == "companion: a.wav: [bold]not markup[/]; look\n"
    assert captured.out == ""


def test_a_terminal_gets_a_bar_and_notices_stand_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    with console.Console() as shown:
        shown.progress("call-1", 0.25)
        shown.notice("a [line]")
        shown.progress("call-1", 1.0)
    assert "call-1" in screen.getvalue()
    assert "companion: a [line]" in screen.getvalue()
    assert "100 %" in screen.getvalue()


def test_the_bars_of_calls_that_are_over_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    with console.Console() as shown:
        for name in ("a", "b", "[bold]c"):
            shown.progress(name, 0.5)
            shown.progress(name, 1.0)
        assert shown._bar is not None
        assert [task.description for task in shown._bar.tasks] == ["[bold]c"]
    assert "[bold]c" in screen.getvalue()


def test_what_only_a_screen_shows_is_let_pass() -> None:
    shown = console.Console()
    assert not shown.wants_partials("c")
    shown.level("c", "agent", 0.5)
    shown.clock("c", 100)
