"""The rule types: by value and back, their digest, and looking rules up."""

import json
import re

import msgspec
import pytest

from companion.core.checklist import (
    Checklist,
    Example,
    Examples,
    Flag,
    HeatRules,
    Prompt,
    Scenario,
    Step,
    When,
    by_value,
    digest,
    from_value,
)

CHECKLIST = Checklist(
    id="c",
    title="C",
    lists={"b": ("x",), "a": ("y", "z")},
    heat=HeatRules(words={"so angry": 20.0}, flags={"leaving": 5.0}),
    flags=(Flag(id="leaving", title="Leaving", speaker="customer", says=("i will leave",)),),
    steps=(
        Step(id="apologized", title="Apologized", says=("sorry",), due=20.0, when=When(flags=("leaving",)), prompt=Prompt(text="Say sorry"),
             examples=Examples(hit=(Example(text="sorry", after=("customer: oh",)),))),
    ),
    scenarios=(Scenario(title="s", lines=("0:01 agent: sorry",)),),
)  # fmt: skip


def test_a_checklist_by_value_is_plain_json_and_comes_back() -> None:
    value = json.loads(json.dumps(by_value(CHECKLIST)))
    assert from_value(value) == CHECKLIST
    assert by_value(from_value(value)) == by_value(CHECKLIST)


def test_the_digest_is_the_same_for_the_same_rules_only() -> None:
    again = from_value(json.loads(json.dumps(by_value(CHECKLIST))))
    turned = msgspec.structs.replace(CHECKLIST, lists={"a": ("y", "z"), "b": ("x",)})
    assert re.fullmatch(r"[0-9a-f]{64}", digest(CHECKLIST))
    assert digest(again) == digest(CHECKLIST) == digest(turned)
    assert digest(msgspec.structs.replace(CHECKLIST, version=2)) != digest(CHECKLIST)


@pytest.mark.parametrize(
    "value", [{}, {"id": "c"}, {"id": "c", "title": "C", "colour": "red"}, {"id": "c", "title": "C", "steps": [{"id": "x"}]}]
)
def test_what_is_no_checklist(value: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        from_value(value)


def test_rules_are_found_by_their_id() -> None:
    assert CHECKLIST.step("apologized").title == "Apologized"
    assert CHECKLIST.flag("leaving").title == "Leaving"
    with pytest.raises(KeyError):
        CHECKLIST.step("leaving")
    with pytest.raises(KeyError):
        CHECKLIST.flag("apologized")


def test_rules_never_change() -> None:
    with pytest.raises(AttributeError):
        CHECKLIST.steps[0].title = "Other"  # type: ignore[misc]
