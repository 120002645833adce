"""Checklists that are begun by a few answers."""

from pathlib import Path

import pytest

from companion.core.detect import Judge
from companion.errors import ChecklistError
from companion.rules.check import check
from companion.rules.load import find, load, load_with_places
from companion.rules.new import Answers, identifier, text

EVERYTHING = Answers(
    title=" Acme: \"quick\" # bills ", start="billing", supervisors=("Floor  lead", "chef d'équipe"), dead_air="12s", handle_time="0:20",
    due=("apologized = 15s", "gave_timeline=4m"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "id"),
    [("Acme – billing", "acme_billing"), ("Kündigungen", "kündigungen"), ("3 Wishes", "checklist_3_wishes"), ("…", "checklist")],
)
def test_an_id_is_made_of_the_title(title: str, id: str) -> None:
    assert identifier(title) == id


def test_what_is_written_passes_its_own_tests(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(text(EVERYTHING, load(find("billing"))), encoding="utf-8")
    mine, places = load_with_places(path)
    report = check(mine, Judge(mine), places)
    assert report.ok, report.lines(str(path))
    assert report.scenarios == 1
    assert (mine.id, mine.title, mine.language) == ("acme_quick_bills", 'Acme: "quick" # bills', "en")
    assert (mine.watch.dead_air, mine.watch.handle_time) == (12, 20)
    assert mine.lists["boss"][-2:] == ("floor lead", "chef d'équipe")
    assert (mine.step("apologized").due, mine.step("apologized").remind) == (15, 7.5)
    assert mine.step("gave_timeline").due == 240


@pytest.mark.parametrize("start", ["billing", "chat", "complaint", "delivery", "outage", "queja"])
def test_every_ready_one_may_be_gone_on_from_with_nothing_different(tmp_path: Path, start: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text(Answers(title="Mine", start=start), load(find(start))))
    mine, base = load(path), load(find(start))
    assert (mine.steps, mine.flags, mine.heat, mine.lists, mine.watch) == (base.steps, base.flags, base.heat, base.lists, base.watch)


def test_the_tests_are_in_the_language_of_the_ready_one(tmp_path: Path) -> None:
    path = tmp_path / "mía.yaml"
    path.write_text(text(Answers(title="Mía", start="queja", supervisors=("capitana",)), load(find("queja"))), encoding="utf-8")
    mine, places = load_with_places(path)
    assert check(mine, Judge(mine), places).ok
    assert mine.language == "es"
    assert mine.flag("supervisor_request").examples.hit[-1].text == "Quiero hablar con un capitana"
    assert mine.scenarios[0].title == "Una pregunta tranquila no trae avisos"


def test_a_path_with_odd_letters_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "our own: best.yaml").write_text("id: a\ntitle: A\n")
    (tmp_path / "mine.yaml").write_text(text(Answers(title="Mine", start="our own: best.yaml"), load(tmp_path / "our own: best.yaml")))
    assert load(tmp_path / "mine.yaml").title == "Mine"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (Answers(title=" ", start="billing"), "the title is empty"),
        (Answers(title="A", start="billing", dead_air="soon"), "dead_air: found 'soon', expected a length of time"),
        (Answers(title="A", start="billing", handle_time="0"), "handle_time: found '0'"),
        (Answers(title="A", start="billing", supervisors=("a]",)), "'a]': a name for supervisors is letters"),
        (Answers(title="A", start="billing", due=("sorry=4s",)), "'sorry': no step that falls due in 'billing'; such are heard_fully, "),
        (Answers(title="A", start="billing", due=("thanked=4s",)), "'thanked': no step that falls due"),
        (Answers(title="A", start="billing", due=("apologized",)), "apologized: found ''"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named(answers: Answers, said: str) -> None:
    with pytest.raises(ChecklistError) as caught:
        text(answers, load(find("billing")))
    assert str(caught.value).startswith(said)


def test_supervisors_want_a_list_to_stand_in(tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text("id: a\ntitle: A\n")
    with pytest.raises(ChecklistError, match="no list 'boss'"):
        text(Answers(title="A", start="bare.yaml", supervisors=("captain",)), load(tmp_path / "bare.yaml"))
