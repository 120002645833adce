"""A scenario's own dialogues as its tests, and the shipped scenarios' as ours."""

import re
from pathlib import Path
from statistics import correlation

import msgspec
import pytest
from msgspec.structs import replace

from companion.core.call import Rules
from companion.core.roleplay import Dialogue, Ending, Line, Script
from companion.practice.check import SEEDS, check
from companion.practice.rehearsal import Sounded, rehearse
from companion.rules import practice as scenes


def test_a_dialogue_that_ends_otherwise_is_a_fault_at_its_line(script: Script, rules: Rules) -> None:
    assert check(script, rules) == []
    well, badly = script.dialogues
    wrong = replace(script, dialogues=(replace(well, ends="manager"), replace(badly, lines=badly.lines[:1])))
    faults = check(wrong, rules, {("dialogues", 0): 40, ("dialogues", 1): 50})
    assert [(fault.line, fault.text.split(": ", 1)[1]) for fault in faults] == [
        (40, "ends settled after 2 turns at temper 15; expected manager"),
        (50, "does not end after 1 turns at temper 75; expected hung_up"),
    ]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Script]:
    return {name: scenes.load(path)[0] for name, path in scenes.shipped().items()}


def test_ten_scenarios_ship(shipped: dict[str, Script]) -> None:
    assert len(shipped) == 10
    assert all(script.id == name for name, script in shipped.items())


@pytest.mark.parametrize("name", list(scenes.shipped()))
def test_each_ends_well_handled_well_and_badly_handled_badly(name: str, shipped: dict[str, Script], rules: Rules) -> None:
    script = shipped[name]
    assert check(script, rules) == []
    for dialogue in script.dialogues:
        for seed in SEEDS:
            done = rehearse(script, rules, dialogue.lines, seed=seed)
            end, peak = done.sounded[-1].heat, max(each.heat for each in done.sounded)
            if dialogue.ends == "settled":
                assert end < rules.checklist.heat.warn, (dialogue.title, seed, done.sounded)
            else:
                assert peak >= rules.checklist.heat.alert, (dialogue.title, seed, done.sounded)


def test_the_heat_that_is_heard_follows_the_temper_that_is_meant(shipped: dict[str, Script], rules: Rules) -> None:
    pairs: list[Sounded] = []
    for script in shipped.values():
        for dialogue in script.dialogues:
            for seed in SEEDS:
                pairs += rehearse(script, rules, dialogue.lines, seed=seed).sounded
    assert correlation([pair.temper for pair in pairs], [pair.heat for pair in pairs]) > 0.7


DOCUMENT = (Path(__file__).parents[2] / "docs" / "practice.md").read_text(encoding="utf-8")


def test_the_scenario_in_the_documents_passes_its_own_tests(rules: Rules, tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
    (tmp_path / "kettle.yaml").write_text(shown, encoding="utf-8")
    script, places = scenes.load(tmp_path / "kettle.yaml")
    scenes.agree(script, places, "kettle.yaml", rules.checklist)
    assert check(script, rules, places) == []


@pytest.mark.parametrize("kind", [Script, Line, Ending, Dialogue], ids=lambda kind: kind.__name__)
def test_every_key_is_told(kind: type) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    assert [name for name in names if not re.search(rf"(^|[\s`-]){name}(`|:)", DOCUMENT, re.MULTILINE)] == []
