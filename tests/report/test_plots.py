"""The plots: inline SVG in the page's colours."""

import re
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

pytest.importorskip("matplotlib", reason="needs companion[report]")

from companion.report import plots
from companion.report.report import report
from tests.report.week import week

MANY = report(week(90), "agent")
TEXT = "{http://www.w3.org/2000/svg}text"


def texts(svg: str) -> list[str]:
    return [
        "".join(found.itertext())
        for found in ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)).iter(TEXT)
    ]


@pytest.mark.parametrize(
    "svg",
    [plots.steps(MANY.total), plots.heat(MANY), plots.moves(MANY.total), plots.prompts(MANY.total), plots.compare(MANY), plots.talk(MANY)],
    ids=["steps", "heat", "moves", "prompts", "compare", "talk"],
)  # fmt: skip
def test_a_plot_is_an_element_in_the_pages_colours_with_ids_of_its_own(svg: str) -> None:
    assert svg.startswith('<svg viewBox="0 0 ')
    assert svg.endswith("</svg>")
    assert re.findall(r"#[0-9a-f]{6}\b", svg) == []
    assert "var(--" in svg
    assert "<style" not in svg
    assert "<?xml" not in svg
    ids = re.findall(r'\sid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', svg)) <= set(ids)
    assert texts(svg)


def test_the_same_calls_give_the_same_plot() -> None:
    assert plots.heat(MANY) == plots.heat(MANY)


def test_rows_say_how_many_they_are_of() -> None:
    assert {"Saw the feeling (72)", "Offered a choice (54)", "full", "thin", "not done", "67 %"} <= set(texts(plots.steps(MANY.total)))
    few = texts(plots.steps(report(week(5)).total))
    assert "2" in few
    assert not any("%" in text for text in few)


def test_names_are_text_whatever_they_hold() -> None:
    calls = [replace(call, agent="<b>$x$&</b>" if call.agent == "dan" else call.agent) for call in week(90)]
    svg = plots.compare(report(calls, "agent"))
    assert "<b>" not in svg
    assert "<b>$x$&</b>" in texts(svg)
