"""The two remarks say only what the records show."""

from typing import Any

from msgspec.structs import replace

from companion.tui.remarks import to_try, went_well


def test_a_heat_that_fell_names_what_was_said_just_before(calls: Any) -> None:
    view = calls.taken(*calls.settled().records).view
    assert went_well(view) == "The heat came down from 74 to 24, just after “of course you are angry”."


def test_a_fall_with_nothing_said_before_it(calls: Any) -> None:
    book = calls.heated().say(90, "customer", "oh it works now").heats(30)
    assert went_well(calls.taken(*book.records).view) == "The heat came down from 74 to 30."


def test_a_full_step_comes_next(calls: Any) -> None:
    book = calls.heated().say(60, "agent", "so sorry that you lost that meeting").hears("apologized", 2, "sorry that you lost")
    assert went_well(calls.taken(*book.records).view) == "Apologized, for this customer's case: “sorry that you lost”."


def test_the_customers_words_are_not_the_agents_merit(calls: Any) -> None:
    assert went_well(calls.taken(*calls.heated().records).view) == "Heard fully, at 00:40."


def test_long_words_are_quoted_in_part(calls: Any) -> None:
    book = calls.opening().say(60, "agent", "one two three four five six seven eight nine ten eleven")
    book.hears("apologized", 2, "one two three four five six seven eight nine ten eleven")
    assert went_well(calls.taken(*book.records).view).endswith("“one two three four five six seven eight nine ten …”.")


def test_words_no_longer_kept_are_not_quoted(calls: Any) -> None:
    book = calls.opening().say(15, "agent", "so sorry").hears("apologized", 2, "so sorry")
    for at in range(500):
        book.say(20 + at, "agent", "well")
    assert went_well(calls.taken(*book.records).view) == "Apologized, at 00:15."


def test_letting_them_finish(calls: Any) -> None:
    book = calls.opening()
    for at in (20, 30):
        book.say(at, "customer", "and another thing")
    assert went_well(calls.taken(*book.records).view) == "You let the customer finish every time."


def test_no_praise_for_listening_beside_a_listening_step_that_is_missing(calls: Any) -> None:
    steps = [replace(step, detector="listens") if step.id == "heard_fully" else step for step in calls.CHECKLIST.steps]
    book = calls.Playbook().start(replace(calls.CHECKLIST, steps=tuple(steps)))
    for at in (20, 30, 40):
        book.say(at, "customer", "and another thing")
    view = calls.taken(*book.records).view
    assert to_try(view).startswith("Heard fully was not heard.")
    assert went_well(view) == "No step of the checklist was heard in this call."
    view = calls.taken(*book.changes("heard_fully", "unknown").records).view
    assert went_well(view) == "You let the customer finish every time."


def test_a_thin_step_is_still_something(calls: Any) -> None:
    book = calls.opening().say(15, "agent", "sorry").hears("apologized", 1, "sorry")
    assert went_well(calls.taken(*book.records).view) == "Apologized, at 00:15."
    assert to_try(calls.taken(*book.changes("paraphrased", "done", 2).records).view).startswith("Heard fully was not heard.")


def test_nothing_was_heard(calls: Any) -> None:
    assert went_well(calls.taken(*calls.opening().records).view) == "No step of the checklist was heard in this call."


def test_what_was_missed_comes_before_what_is_overdue(calls: Any) -> None:
    book = calls.heated().changes("apologized", "missed")
    assert to_try(calls.taken(*book.records).view) == "Apologized was not heard. For the thing that happened, without a but."


def test_then_talk_overs_then_phrases_then_thin_steps(calls: Any) -> None:
    book = calls.settled()
    view = calls.taken(*book.records).view
    assert to_try(view) == "“the system shows” at 00:44 (arguing): say what you can do instead."
    book.update(calls.updates.TalkOver(channel="agent", start=100, end=102))
    view = calls.taken(*book.records).view
    assert to_try(view) == "You came in 2 times while the customer spoke: count to two before you answer."
    calm = [record for record in book.records if not isinstance(record.update, calls.FlagRaised | calls.updates.TalkOver)]
    view = calls.taken(*calm).view
    assert to_try(view) == "Gave a timeline was thin: say it for this customer's own case. A clear time ends the waiting."


def test_nothing_missing(calls: Any) -> None:
    book = calls.opening()
    for step in calls.CHECKLIST.steps:
        book.changes(step.id, "done", 2)
    assert to_try(calls.taken(*book.records).view) == "Nothing is missing from the checklist. Do it the same way again."
