"""The tools around the calls, as the commands call them."""

import shutil
import sys
from pathlib import Path

import pytest

from companion import config
from companion.errors import ChecklistError, ModelMissing
from companion.wiring import tools
from companion.wiring.parts import DATA

GOOD = "id: good\ntitle: Good\nsteps:\n  - id: sorry\n    title: sorry\n    says: [sorry]\n    examples: {hit: [so sorry], miss: [hello]}\n"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "models_folder", lambda: tmp_path / "models")
    monkeypatch.setattr(config, "choice_file", lambda: tmp_path / "config" / "speech-model")


def test_checklists_are_checked_and_faults_have_their_lines(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("hello", "I am sorry"))
    (tmp_path / "worse.yaml").write_text(GOOD.replace("says", "sais"))
    assert tools.check_checklists([str(tmp_path / "good.yaml")])[1]
    lines, good = tools.check_checklists([str(tmp_path / name) for name in ("good.yaml", "bad.yaml", "worse.yaml")])
    assert not good
    assert any("bad.yaml:7: " in line for line in lines)
    assert any("worse.yaml:6: unknown key 'sais'; did you mean 'says'?" in line for line in lines)
    with pytest.raises(ChecklistError):
        tools.check_checklists([str(tmp_path / "worse.yaml")])


def test_all_that_are_shipped_are_checked_without_a_name() -> None:
    lines, _ = tools.check_checklists([])
    names = dict.fromkeys(Path(line.split(": ")[0]).stem for line in lines)
    assert list(names) == ["billing", "chat", "complaint", "delivery", "outage", "queja"]


def test_a_checklist_is_written_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert tools.ready_checklists()["billing"] == "Billing call"
    lines, good = tools.new_checklist(None, title="Our bills", start="billing")
    assert good
    assert (lines[0], lines[-1]) == ("written: our_bills.yaml", "use it with: --checklist our_bills.yaml")
    (tmp_path / "team").mkdir()
    assert tools.new_checklist(Path("team/mine.yaml"), title="Mine", start="our_bills.yaml")[1]
    assert "include: ../our_bills.yaml\n" in Path("team/mine.yaml").read_text()
    for file, said in [
        ("our_bills.yaml", "our_bills.yaml: is there already"),
        ("none/a.yaml", "none/a.yaml: cannot be written: no such file"),
        ("mine", "mine: a checklist's name ends in .yaml"),
    ]:
        with pytest.raises(ChecklistError, match=said):
            tools.new_checklist(Path(file), title="Mine", start="complaint")


def test_words_are_tried_and_a_checklist_is_shown() -> None:
    assert any("apologized" in line for line in tools.try_words("I am so sorry we charged you twice", "agent", (), "complaint"))
    assert any("acknowledged feelings" in line for line in tools.show_checklist("complaint"))


def test_models_are_listed_and_chosen() -> None:
    assert any(line.startswith("● vosk-model-companion-starter-en") for line in tools.list_models(False, None))
    assert "is used from now on" in tools.use_model("starter")
    assert config.choice_file().read_text().strip() == "starter"
    with pytest.raises(ModelMissing):
        tools.use_model("vosk-model-none")
    other = DATA / "starter"
    assert any("●" in line for line in tools.list_models(False, str(other)))


def test_a_chosen_model_that_broke_is_listed_as_broken() -> None:
    half = config.models_folder() / "half"
    shutil.copytree(DATA / "starter", half, ignore=shutil.ignore_patterns("*.fst"))
    config.choice_file().parent.mkdir()
    config.choice_file().write_text(str(half))
    lines = list(tools.list_models(False, None))
    (broken,) = [line for line in lines if line.startswith("✕")]
    assert broken.startswith(f"✕ {half}: half a model: ")
    assert broken.endswith(
        "get it again with 'companion model get half'; or go back to the starter model with 'companion model use starter'"
    )
    assert any(line.startswith("○ vosk-model-companion-starter-en") for line in lines)


def test_this_machine_is_examined() -> None:
    lines, _ = tools.examine({"checklist": "complaint", "speech_model": None, "journal": None})
    assert any("recognition: “thank you for calling" in line for line in lines)
    assert any("checklist: " in line for line in lines)


def test_what_is_broken_is_said_with_what_to_do() -> None:
    lines, good = tools.examine({"checklist": "nosuch", "speech_model": None, "journal": None})
    assert not good
    assert any(line.startswith("✕ broken") and "nosuch" in line for line in lines)


def test_on_a_terminal_the_lines_are_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"checklist": "complaint", "speech_model": None, "journal": None}
    whole, _ = tools.examine({**options, "checklist": "nosuch"})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    lines, _ = tools.examine({**options, "checklist": "nosuch"})
    assert len(lines) > len(whole)
    assert all(len(line) <= 60 or " " not in line.strip() for line in lines)
    checklist = next(at for at, line in enumerate(lines) if line.startswith("✕ broken") and "nosuch" in line)
    assert lines[checklist + 1].startswith(" " * 11)
    (told,) = [line for line in whole if "nosuch" in line]
    assert " ".join(" ".join(lines).split()).count(" ".join(told.split())) == 1
