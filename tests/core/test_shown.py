"""Who had the floor, added up; a prompt as it came up."""

from companion.core.events import Utterance
from companion.core.shown import Floor, ShownPrompt
from companion.core.updates import DeadAir, Prompted, TalkOver


def test_talk_time_is_added_up_for_each_side() -> None:
    floor = Floor()
    for speaker, start, end in (("agent", 0.0, 2.0), ("customer", 2.0, 5.0), ("agent", 5.0, 6.5)):
        floor = floor.spoke(Utterance(speaker=speaker, text="x", start=start, end=end))  # type: ignore[arg-type]
    assert (floor.agent, floor.customer) == (3.5, 3.0)


def test_a_time_that_runs_backwards_counts_nothing() -> None:
    assert Floor().spoke(Utterance(speaker="customer", text="x", start=4.0, end=3.0)).customer == 0.0


def test_a_talk_over_is_charged_to_who_came_second() -> None:
    floor = Floor().talked_over(TalkOver(channel="agent", start=1.0, end=1.75), 2000)
    assert (floor.overs_agent, floor.overs_customer, floor.over, floor.over_at, floor.over_by) == (1, 0, 0.75, 2000, "agent")
    floor = floor.talked_over(TalkOver(channel="customer", start=3.0, end=4.0), 4500)
    assert (floor.overs_agent, floor.overs_customer, floor.over, floor.over_at, floor.over_by) == (1, 1, 1.75, 4500, "customer")


def test_dead_air() -> None:
    floor = Floor().went_dead(DeadAir(start=1.0, end=10.0), 10_000).went_dead(DeadAir(start=20.0, end=30.0), 30_000)
    assert (floor.dead_airs, floor.dead_air, floor.dead_at) == (2, 19.0, 30_000)


def test_a_prompt_keeps_its_words() -> None:
    prompt = ShownPrompt.of(Prompted(id=3, kind="flag:legal_threat", flag="legal_threat", text="Stay calm", say="I hear you."), 9000)
    shown = (prompt.id, prompt.at, prompt.flag, prompt.step, prompt.say, prompt.outcome)
    assert shown == (3, 9000, "legal_threat", None, "I hear you.", None)
