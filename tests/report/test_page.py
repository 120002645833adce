"""The report as a page."""

import re
import shutil
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

pytest.importorskip("matplotlib", reason="needs companion[report]")

from companion.core.updates import Promised
from companion.report.page import page
from companion.report.report import report
from tests.report.week import digest, week

TODAY = date(2026, 11, 21)
EVIL = """</q><script>alert(1)</script><img src=x onerror="alert(1)">'"&{{ 7 * 7 }}<!--"""


class Parts(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.attributes if each == name]


@pytest.fixture(scope="module")
def parts() -> Parts:
    """The page of many calls."""
    return Parts(page(report(week(90), "agent"), TODAY))


def test_the_page_asks_the_network_for_nothing(parts: Parts) -> None:
    assert parts.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"} == set()
    assert parts.all("src") == []
    assert all(target.startswith("#") for target in parts.all("href"))
    assert "default-src 'none'; style-src 'unsafe-inline'" in parts.all("content")
    assert [name for name, _ in parts.attributes if name.startswith("on")] == []


def test_every_link_leads_to_a_place_in_the_page(parts: Parts) -> None:
    ids = parts.all("id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in parts.all("href")} <= set(ids)
    assert sum(name.startswith("call-") for name in ids) == 90


def test_it_tells_in_words_what_it_shows(parts: Parts) -> None:
    for words in (
        "90 calls, Mon 16 Nov to Fri 20 Nov 2026", "In short", "Side by side", "How late", "Worth listening to", "Words used here",
        "companion replay c-1.jsonl --from 00:08", "Hides behind policy; the heat rose from 82 to 96", "Made by companion", "21 Nov 2026",
    ):  # fmt: skip
        assert words in parts.text


def test_what_was_said_is_never_markup() -> None:
    call = digest("furious")
    said = tuple(replace(each, text=EVIL) for each in call.said)
    flags = tuple(replace(flag, title=EVIL, why=EVIL, words=EVIL) for flag in call.flags)
    steps = tuple(replace(step, title=EVIL, words=EVIL) for step in call.steps)
    prompts = tuple(replace(prompt, title=EVIL, kind=EVIL) for prompt in call.prompts)
    promise = Promised(what=EVIL, by="", due=EVIL, utterance=0)
    evil = replace(
        call, call=EVIL, agent=EVIL, team=EVIL, customer=EVIL, journal=EVIL, well=EVIL, to_try=EVIL, said=said, flags=flags, steps=steps,
        prompts=prompts, promises=(promise,), shared=True,
    )  # fmt: skip
    made = Parts(page(report([evil] * 12, "agent"), TODAY))
    assert made.tags & {"script", "img"} == set()
    assert [name for name, _ in made.attributes if name.startswith("on")] == []
    assert made.text.count(EVIL) > 20
    assert "49" not in re.findall(r"\{\{ (.*?) \}\}", made.text)


def test_few_calls_are_not_compared() -> None:
    made = Parts(page(report(week(5), "agent"), TODAY))
    assert "Side by side" not in made.text
    assert "too few to compare. Listed by name, never by result." in made.text
    assert "5 calls: too few to draw conclusions from" in made.text


def test_a_call_of_nothing_has_a_page_too() -> None:
    made = Parts(page(report([digest("1 end")]), TODAY))
    assert "1 call, calls without a date" in made.text
    assert "Worth listening to" not in made.text


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
def test_a_browser_draws_it_light_dark_and_on_paper(tmp_path: Path) -> None:
    from PIL import Image  # it comes with matplotlib

    (tmp_path / "report.html").write_text(page(report(week(90), "agent"), TODAY), encoding="utf-8")
    browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--window-size=900,1600"]

    def drawn(*options: str) -> Path:
        subprocess.run([*browser, *options, (tmp_path / "report.html").as_uri()], check=True, capture_output=True, timeout=100)
        return tmp_path / options[-1].partition("=")[2]

    inks = []
    for scheme in ("1", "0"):
        picture = Image.open(drawn(f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={tmp_path}/{scheme}.png")).convert("L")
        inks.append((picture.getpixel((2, 2)), len(picture.getcolors(256) or [])))
    (light, some), (dark, others) = inks
    assert (light > 230, dark < 50) == (True, True)
    assert min(some, others) > 20
    assert drawn("--no-pdf-header-footer", f"--print-to-pdf={tmp_path}/report.pdf").read_bytes().startswith(b"%PDF")
