"""A rehearsal from end to end, and the promise that the same words and seed give the same one."""

from companion.core.call import Rules
from companion.core.events import CallEnded, CallStarted
from companion.core.record import encode
from companion.core.replay import replay
from companion.core.roleplay import Script
from companion.practice.rehearsal import rehearse


def test_handled_well_and_badly(script: Script, rules: Rules) -> None:
    assert [rehearse(script, rules, dialogue.lines).ending for dialogue in script.dialogues] == ["settled", "hung_up"]


def test_the_same_words_and_seed_give_the_same_bytes(script: Script, rules: Rules) -> None:
    lines = script.dialogues[0].lines
    first, again, other = ([encode(record) for record in rehearse(script, rules, lines, seed=seed).records] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_journal_is_a_calls_and_says_that_it_was_practice(script: Script, rules: Rules) -> None:
    records = rehearse(script, rules, script.dialogues[0].lines, seed=7, call="p").records
    started = records[0].event
    assert isinstance(started, CallStarted)
    assert started.source == "practice:kettle?seed=7"
    assert [encode(record) for record in replay(records, rules)] == [encode(record) for record in records]


def test_whoever_stops_early_has_no_ending(script: Script, rules: Rules) -> None:
    done = rehearse(script, rules, ["[silence]"])
    assert (done.ending, done.customer.turns, done.customer.temper) == (None, 0, 65)
    assert any(isinstance(record.event, CallEnded) and record.event.reason == "stopped" for record in done.records)
