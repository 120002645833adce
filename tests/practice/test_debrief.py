"""What is said before and after a rehearsal."""

from msgspec.structs import replace

from companion.core.call import Rules
from companion.core.roleplay import Script
from companion.practice.debrief import briefing, debrief
from companion.practice.rehearsal import rehearse


def test_before_it_only_what_a_desk_can_know(script: Script) -> None:
    assert briefing(script) == ["The kettle: Ann Lee is calling."]
    assert briefing(replace(script, desk=("A new kettle is there by Friday.",)))[1:] == [
        "your desk shows",
        "· A new kettle is there by Friday.",
    ]


def test_what_worked_is_told_with_its_words(script: Script, rules: Rules) -> None:
    done = rehearse(script, rules, script.dialogues[0].lines)
    told = debrief(done.customer, done.ending, rules.checklist)
    assert told.outcome == "Ann Lee is content. Temper 60 → 15 in 2 turns."
    assert told.worked[0].startswith("turn 1, apologized: -20 to 40: “")
    assert "sorry your kettle broke" in told.worked[0]
    assert told.missed == ()


def test_what_cost_most_is_what_to_try(script: Script, rules: Rules) -> None:
    done = rehearse(script, rules, script.dialogues[1].lines)
    told = debrief(done.customer, done.ending, rules.checklist)
    assert told.outcome.startswith("Ann Lee hung up.")
    assert "cut Ann Lee off: +10" in told.cost[-2] + told.cost[-1]
    assert told.missed == ("offered choices: up to -40", "apologized: up to -20")
    flag = rules.checklist.flag("blame")
    assert flag.why in told.advice


def test_the_temper_is_told_in_the_order_in_which_it_moved(script: Script, rules: Rules) -> None:
    turn = "I'm so sorry your kettle broke. I can send you a new one or give you the money back. Which would you prefer?"
    done = rehearse(replace(script, moves={**script.moves, "apologized": -5}), rules, [turn])
    told = [line.partition(" to ")[2].partition(":")[0] for line in debrief(done.customer, None, rules.checklist).worked]
    assert len(told) > 1
    assert told == sorted(told, key=int, reverse=True)


def test_what_was_said_while_cutting_in_is_told_as_such(script: Script, rules: Rules) -> None:
    done = rehearse(script, rules, ["[interrupts] I'm so sorry your kettle broke."])
    told = debrief(done.customer, None, rules.checklist)
    assert told.missed == ("offered choices: up to -40", "apologized (said while Ann Lee spoke): up to -20")


def test_what_is_missing_is_what_to_try_where_little_was_wrong(script: Script, rules: Rules) -> None:
    done = rehearse(script, rules, ["I'm so sorry your kettle broke."])
    told = debrief(done.customer, done.ending, rules.checklist)
    assert told.outcome.startswith("Ann Lee was not done. Temper 60 → 40 in 1 turn.")
    assert rules.checklist.step("offered_choices").why in told.advice
    assert told.lines()[-2:] == ["one thing to try", f"→ {told.advice}"]


def test_a_thin_step_is_the_last_thing_to_try(script: Script, rules: Rules) -> None:
    only = replace(script, moves={"apologized": -20})
    done = rehearse(only, rules, ["Sorry for the inconvenience."])
    told = debrief(done.customer, done.ending, rules.checklist)
    assert told.worked[0].startswith("turn 1, apologized, thinly: -10")
    assert told.advice.startswith("Say what you are sorry for.")
    full = rehearse(only, rules, ["I'm so sorry your kettle broke."])
    assert debrief(full.customer, full.ending, rules.checklist).advice == ""


def test_a_moment_has_its_own_advice(script: Script, rules: Rules) -> None:
    only = replace(script, moves={"nothing": 9})
    done = rehearse(only, rules, ["Okay then.", "Right you are."])
    assert debrief(done.customer, None, rules.checklist).advice.startswith("Let every turn")
