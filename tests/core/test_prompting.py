"""The budget of the agent's attention: one prompt at a time, few, at a pause, the most useful first."""

from typing import Any

import pytest

from companion.core.checklist import Prompt, Prompting
from companion.core.opening import Opening
from companion.core.prompting import Counts, Prompter, Wish, filled
from companion.core.updates import PromptClosed, Prompted

RULES = Prompting(cooldown=10.0, most=3, lasts=20.0, again=60.0, now_lasts=30.0)
OPEN = Opening(0)


def wish(kind: str = "step:a", **fields: Any) -> Wish:
    plain = {"rank": 300, "cause": 0, "until": 10**6, "prompt": Prompt(text=kind, say=("Say it",)), "topic": kind}
    return Wish(kind=kind, **{**plain, **fields})


def shown(prompter: Prompter, time: int, opening: Opening | None = OPEN) -> list[str]:
    """The kinds of prompts that come up."""
    return [update.text for update in prompter.tick(time, opening, {}) if isinstance(update, Prompted)]


def test_a_prompt_comes_up_and_goes() -> None:
    prompter = Prompter(RULES)
    assert prompter.deadline(0, OPEN) is None
    prompter.wish(wish(step="a"))
    assert prompter.deadline(1000, OPEN) == 1000
    assert prompter.tick(1000, OPEN, {}) == [Prompted(id=0, kind="step:a", step="a", text="step:a", say="Say it")]
    assert prompter.open is not None
    assert prompter.deadline(1000, OPEN) == 21_000
    assert prompter.tick(20_999, OPEN, {}) == []
    assert prompter.tick(21_000, OPEN, {}) == [PromptClosed(id=0, outcome="expired")]
    assert prompter.open is None
    assert prompter.counts == {"step:a": Counts(shown=1, expired=1)}


def test_only_at_an_opening() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish())
    assert shown(prompter, 1000, None) == []
    assert prompter.deadline(1000, None) is None
    assert prompter.deadline(1000, Opening(4000)) == 4000
    assert shown(prompter, 3999, Opening(4000)) == []
    assert prompter.deadline(5000, Opening(4000, 4300, 64_000)) == 64_000
    assert shown(prompter, 5000, Opening(4000, 4300, 64_000)) == []
    assert shown(prompter, 5000, Opening(4000, 5000)) == ["step:a"]


def test_the_most_useful_first_and_of_equals_the_newest() -> None:
    prompter = Prompter(Prompting(cooldown=0.0, lasts=1.0))
    for each in (wish("late", rank=300), wish("old", rank=200, cause=1), wish("new", rank=200, cause=2)):
        prompter.wish(each)
    assert [kind for time in (0, 1000, 2000) for kind in shown(prompter, time)] == ["new", "old", "late"]


def test_a_cooldown_between_two() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish("a"))
    shown(prompter, 0)
    prompter.dismiss(0)
    prompter.wish(wish("b"))
    assert prompter.deadline(2000, OPEN) == 10_000
    assert shown(prompter, 9999) == []
    assert shown(prompter, 10_000) == ["b"]


def test_after_the_cooldown_only_what_is_more_useful_takes_the_place_of_another() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish("a", rank=200))
    shown(prompter, 0)
    prompter.wish(wish("b", rank=200))
    assert prompter.deadline(0, OPEN) == 20_000
    prompter.wish(wish("c", rank=100))
    assert prompter.deadline(0, OPEN) == 10_000
    assert prompter.tick(10_000, OPEN, {})[0] == PromptClosed(id=0, outcome="overridden")


def test_a_maximum_per_call() -> None:
    prompter = Prompter(RULES)
    for number in range(5):
        prompter.wish(wish(str(number)))
    assert sum(len(shown(prompter, time * 1000)) for time in range(300)) == 3


def test_the_same_not_twice_unless_its_cause_came_anew_and_then_after_a_while() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish(cause=1))
    shown(prompter, 0)
    prompter.wish(wish(cause=1))
    assert shown(prompter, 90_000) == []
    prompter.wish(wish(cause=2))
    assert shown(prompter, 30_000) == []
    assert shown(prompter, 60_000) == ["step:a"]


def test_another_kind_that_asks_for_the_same_waits_too() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish("flag:fix_first", topic="saw"))
    shown(prompter, 0)
    prompter.wish(wish("step:saw", topic="saw"))
    assert prompter.deadline(30_000, OPEN) == 20_000  # the one on the screen goes; later than that looks no one
    shown(prompter, 30_000)
    assert prompter.deadline(30_000, OPEN) == 60_000


def test_what_is_stale_or_gone_never_comes_up() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish("stale", until=5000))
    prompter.wish(wish("gone"))
    prompter.forget("gone")
    prompter.forget("never there")
    assert prompter.deadline(6000, OPEN) is None
    assert shown(prompter, 6000) == []


def test_quiet_mode_hides_all_but_what_cannot_wait() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish("a"))
    shown(prompter, 0)
    assert prompter.mute(True) == [PromptClosed(id=0, outcome="dismissed")]
    assert prompter.mute(True) == []
    prompter.wish(wish("b"))
    prompter.wish(wish("harm", now=True, until=0))
    assert prompter.deadline(500, None) == 500
    assert shown(prompter, 500, None) == ["harm"]
    assert prompter.mute(True) == []
    assert prompter.mute(False) == []
    assert prompter.deadline(500, OPEN) == 30_500
    assert shown(prompter, 40_000) == ["b"]


def test_what_cannot_wait_takes_any_place_and_spends_no_budget_of_its_own() -> None:
    prompter = Prompter(Prompting(most=1))
    prompter.wish(wish("a"))
    shown(prompter, 0)
    prompter.wish(wish("harm", now=True, rank=0))
    assert prompter.tick(100, None, {})[0] == PromptClosed(id=0, outcome="overridden")


def test_acted_on() -> None:
    prompter = Prompter(RULES)
    assert prompter.acted(step="a") == []
    prompter.wish(wish("thin:a", met=frozenset({"a"})))
    shown(prompter, 0)
    assert prompter.acted(step="b") == []
    assert prompter.acted(step="a", grade=1) == []
    assert prompter.acted(step="a", grade=2) == [PromptClosed(id=0, outcome="acted")]
    prompter.wish(wish("step:b", met=frozenset({"b"})))
    shown(prompter, 10_000)
    assert prompter.acted(step="b", grade=1) == [PromptClosed(id=1, outcome="acted")]


def test_dismissed_by_its_number() -> None:
    prompter = Prompter(RULES)
    assert prompter.dismiss(0) == []
    prompter.wish(wish())
    shown(prompter, 0)
    assert prompter.dismiss(1) == []
    assert prompter.dismiss(0) == [PromptClosed(id=0, outcome="dismissed")]


def test_at_the_end_nothing_is_left_open() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish("a"))
    shown(prompter, 0)
    prompter.wish(wish("b"))
    assert prompter.end() == [PromptClosed(id=0, outcome="expired")]
    assert prompter.end() == []
    assert prompter.deadline(0, OPEN) is None


@pytest.mark.parametrize(
    ("line", "words", "spoken"),
    [
        ("{name}, sorry about {problem}", {"name": "Ada", "problem": "your lamp"}, "Ada, sorry about your lamp"),
        ("{problem} – that must be hard", {"problem": "your lamp"}, "Your lamp – that must be hard"),
        ("Sorry about {problem}", {"name": "Ada"}, ""),
        ("Sorry", {}, "Sorry"),
    ],
)
def test_lines_are_filled_or_left_out(line: str, words: dict[str, str], spoken: str) -> None:
    assert filled(line, words) == spoken


def test_the_first_lines_that_can_be_filled_are_shown() -> None:
    prompter = Prompter(RULES)
    prompter.wish(wish(prompt=Prompt(text="Do", say=("{name}!", "One", "Two", "Three", "Four"))))
    (prompted,) = prompter.tick(0, OPEN, {})
    assert isinstance(prompted, Prompted)
    assert (prompted.say, prompted.also) == ("One", ("Two", "Three"))
    bare = Prompter(RULES)
    bare.wish(wish(prompt=Prompt(text="Do")))
    (prompted,) = bare.tick(0, OPEN, {})
    assert isinstance(prompted, Prompted)
    assert (prompted.say, prompted.also) == ("", ())
