"""Every mark and sentence, from plain values."""

from typing import Any

import pytest
from msgspec.structs import replace

from companion.core.checklist import Checklist, HeatRules
from companion.core.events import StepState
from companion.core.shown import Floor, Noted, ShownFlag, ShownPrompt, ShownStep
from companion.core.updates import Escalated, Evidence, Promised
from companion.core.view import CallView
from companion.tui import words
from companion.tui.snapshot import Side, Snapshot

VIEW = CallView(call="7", checklist=Checklist(id="c", title="c"))


def step(state: StepState = "open", **more: Any) -> ShownStep:
    return ShownStep(**{"id": "apologized", "title": "apologized", "number": 4, "state": state, "at": 62_000, **more})


@pytest.mark.parametrize(("at", "text"), [(0, "00:00"), (-5, "00:00"), (252_900, "04:12"), (3_852_000, "1:04:12")])
def test_clock(at: int, text: str) -> None:
    assert words.clock(at) == text


@pytest.mark.parametrize(("duration", "text"), [(0, "0:00"), (-900, "0:00"), (100, "0:01"), (8_000, "0:08"), (90_000, "1:30")])
def test_span(duration: int, text: str) -> None:
    assert words.span(duration) == text


@pytest.mark.parametrize(
    ("shown", "tentative", "mark"),
    [
        (step(), False, "○"),
        (step(), True, "◌"),
        (step("done", grade=2), True, "●"),
        (step("done", grade=1), False, "◐"),
        (step("overdue"), False, "!"),
        (step("missed"), False, "✕"),
        (step("waived"), False, "–"),
        (step("unknown"), False, "?"),
    ],
)
def test_no_two_states_share_a_mark(shown: ShownStep, tentative: bool, mark: str) -> None:
    assert words.mark(shown, tentative) == mark


@pytest.mark.parametrize(
    ("shown", "tentative", "text"),
    [
        (step(), False, ""),
        (step(asked=True), False, ""),
        (step(asked=True, due=78_000), False, "due 0:08"),
        (step(asked=True, due=78_000), True, "hearing …"),
        (step("overdue"), False, "overdue 0:08"),
        (step("missed"), False, "missed"),
        (step("unknown"), False, "unknown"),
        (step("waived"), False, "waived"),
        (step("done"), False, "01:02"),
    ],
)
def test_standing(shown: ShownStep, tentative: bool, text: str) -> None:
    assert words.standing(shown, 70_000, tentative) == text


def test_evidence_is_quoted_or_says_who() -> None:
    pieces = (Evidence(0, 0, 1, "so sorry"), Evidence(0, 4, 5, "four calls"))
    assert words.evidence(step("done", evidence=pieces)) == "“so sorry … four calls”"
    assert words.evidence(step("done", because="marked by agent")) == "marked by agent"
    assert words.evidence(step(evidence=pieces)) == ""


def test_progress_counts_key_steps() -> None:
    steps = (step("done"), step(), step("done", number=None))
    assert words.progress(replace(VIEW, steps=steps)) == "checklist 1 of 2"
    assert words.progress(VIEW) == "checklist"


@pytest.mark.parametrize(("heat", "text"), [(0, "calm"), (20, "uneasy"), (40, "upset"), (70, "very upset"), (100, "very upset")])
def test_temper(heat: int, text: str) -> None:
    assert words.temper(heat, HeatRules(warn=40, alert=70)) == text


def test_only_what_is_not_calm_is_said_to_rise() -> None:
    rules = HeatRules(warn=40, alert=70)
    assert words.going("rising", 45, rules) == "▲ rising"
    assert words.going("falling", 5, rules) == "▼ falling"
    assert words.going("steady", 5, rules) == "steady"
    assert words.going("rising", 18, rules) == ""


def test_flags() -> None:
    raised = ShownFlag(id="x", title="wants a supervisor", speaker="customer", serious=True, at=238_000, utterance=0, text="")
    assert words.flag(raised) == "⚑ wants a supervisor 03:58"
    assert words.flagged("customer", "Wants a supervisor") == "⚑\u00a0wants\u00a0a\u00a0supervisor"
    assert words.flagged("agent", "I-statement missing") == "⚠\u00a0I-statement\u00a0missing"
    assert words.flagged("agent", "non_apology") == "⚠\u00a0non\u00a0apology"


@pytest.mark.parametrize(
    ("agent", "customer", "text"),
    [(0, 0, ""), (2, 0, "you talked over them 2×"), (0, 1, "they talked over you 1×"), (1, 2, "talk-overs: you 1×, they 2×")],
)
def test_talk_overs(agent: int, customer: int, text: str) -> None:
    assert words.talk_overs(Floor(overs_agent=agent, overs_customer=customer)) == text


def test_dead_air() -> None:
    assert words.dead_air(Floor()) == ""
    assert words.dead_air(Floor(dead_airs=2, dead_air=21.4)) == "dead air 0:22"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "● live"),
        ({"hold_since": 10_000}, "‖ on hold 0:20"),
        ({"hold_since": 10_000, "lost_since": 25_000}, "✕ lost 0:05"),
        ({"lost_since": 25_000, "ended": "over"}, "■ ended"),
    ],
)
def test_state(changes: dict[str, Any], text: str) -> None:
    assert words.state(Snapshot(view=replace(VIEW, **changes), now=30_000)) == text


def test_a_call_that_nobody_can_see_now_is_not_said_to_be_live() -> None:
    cut_off = Snapshot(view=replace(VIEW, **ALARM), away="hung up", now=30_000)
    assert words.state(cut_off) == "✕ away"
    assert words.notice(cut_off) == ("✕ not up to date: hung up; trying again", "alert")
    assert words.state(replace(cut_off, view=replace(VIEW, ended="over"))) == "■ ended"


def test_nor_is_one_that_nothing_is_heard_of() -> None:
    silent = Snapshot(view=VIEW, unheard=12_000, now=30_000)
    assert words.state(silent) == "✕ unheard 0:12"
    assert words.notice(silent) == ("✕ not up to date: nothing was heard of this call for 0:12", "alert")
    assert words.notice(replace(silent, notice="its gateway is lost", noticed=29_000))[0] == "! its gateway is lost"


def test_state_without_a_call() -> None:
    assert words.state(Snapshot()) == "○ waiting"
    assert words.state(Snapshot(closed="")) == "■ no call"
    assert words.state(Snapshot(view=VIEW, closed="")) == "■ ended"


def test_a_silent_channel_says_so() -> None:
    assert words.silence(Snapshot(now=9_000, agent=Side(levels=(0.0,), sounded=1_000)), "agent") == "silent 0:08"
    assert words.silence(Snapshot(now=4_000, agent=Side(levels=(0.0,))), "agent") == ""
    assert words.silence(Snapshot(now=90_000), "agent") == ""


DONE = ShownPrompt(id=0, kind="k", at=0, text="Name the feeling:", say="", also=(), step=None, flag=None, outcome="acted", closed=29_000)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, words.LISTEN),
        ({"quiet": True}, f"{words.QUIET} q turns them on again."),
        ({"quiet": True, "hold_since": 1}, f"{words.ON_HOLD} h takes the call back."),
        ({"quiet": True, "lost_since": 1}, words.LOST),
        ({"last_prompt": DONE}, "Done: name the feeling"),
        ({"last_prompt": replace(DONE, closed=2_000)}, words.LISTEN),
        ({"last_prompt": replace(DONE, outcome="dismissed")}, words.LISTEN),
        ({"ended": "over"}, "The call has ended."),
        ({"checklist": Checklist(id="", title="")}, words.WAITING),
    ],
)
def test_idle(changes: dict[str, Any], text: str) -> None:
    assert words.idle(Snapshot(view=replace(VIEW, **changes), now=30_000)) == text


def test_where_a_call_can_come_from() -> None:
    assert words.idle(Snapshot(ready="vosk://127.0.0.1:2700: waits for calls")) == "vosk://127.0.0.1:2700: waits for calls …"


def test_what_is_over_and_why() -> None:
    assert words.idle(Snapshot(closed="")) == "No call began."
    assert words.idle(Snapshot(closed="ws://desk: refused")) == "No call began: ws://desk: refused"
    assert words.idle(Snapshot(view=VIEW, closed="the journal is cut off")) == "The call breaks off: the journal is cut off"
    assert words.idle(Snapshot(view=replace(VIEW, ended="lost"), closed="ws://desk: lost")) == "The call has ended: ws://desk: lost"


NUDGE = {"nudges": (Noted(25_000, "Maria", "offer the refund"),)}
LOST = {"lost_since": 12_000, "lost": "reset by peer"}
ALARM = {"escalated": ((20_000, Escalated(level="alert", because="heat above 70", card={})),)}
OFFER = {"escalated": ((20_000, Escalated(level="prompt", because="two refusals", card={})),)}


@pytest.mark.parametrize(
    ("changes", "text", "weight"),
    [
        ({}, "", "nothing"),
        ({**LOST, **ALARM}, "✕ nothing heard since 00:12: reset by peer", "alert"),
        ({**ALARM, "quiet": True}, "▲ supervisor called: heat above 70", "alert"),
        (OFFER, "", "nothing"),
        ({"failures": (Noted(29_000, "journal", "disk full"),)}, "! journal: disk full; the call goes on", "alert"),
        ({"bookmarks": (Noted(29_000, "agent"),), "quiet": True}, "⚐ bookmarked 00:29", "plain"),
        ({"hold_since": 21_000, "quiet": True}, "‖ on hold since 00:21 – h takes the call back", "plain"),
        ({"quiet": True}, "quiet: prompts are off – q turns them on", "plain"),
        ({"bookmarks": (Noted(2_000, "agent"),)}, "", "nothing"),
    ],
)
def test_one_notice_the_weightiest(changes: dict[str, Any], text: str, weight: str) -> None:
    assert words.notice(Snapshot(view=replace(VIEW, **changes), now=30_000)) == (text, weight)


OTHER = Noted(28_000, "Sue", "stay with her")


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        (NUDGE, ["✉ Maria: offer the refund"]),
        ({"nudges": (*NUDGE["nudges"], OTHER), "quiet": True}, ["✉ Sue: stay with her", "✉ Maria: offer the refund"]),
        ({**NUDGE, "taken_over": Noted(26_000, "Maria")}, ["⇄ Maria has taken this call over", "✉ Maria: offer the refund"]),
        ({**NUDGE, **LOST, **ALARM}, ["✕ nothing heard since 00:12: reset by peer", "✉ Maria: offer the refund"]),
        ({**NUDGE, **ALARM}, ["✉ Maria: offer the refund"]),
        ({"nudges": (Noted(-20_000, "Maria", "too late"),)}, [""]),
    ],
)
def test_no_nudge_hides_another_nor_is_hidden(changes: dict[str, Any], texts: list[str]) -> None:
    assert [text for text, _ in words.notices(Snapshot(view=replace(VIEW, **changes), now=30_000))] == texts


def test_news_of_another_call_is_not_hidden_by_an_alert_of_this_one() -> None:
    shadow = Snapshot(view=replace(VIEW, **ALARM, **NUDGE), now=30_000, notice="dan (Lee): harm", noticed=29_000)
    assert [text for text, _ in words.notices(shadow)] == ["! dan (Lee): harm", "✉ Maria: offer the refund"]


@pytest.mark.parametrize("changes", [{"quiet": True}, {"hold_since": 10_000}])
def test_who_looks_on_is_told_of_no_keys_of_the_agent(changes: dict[str, Any]) -> None:
    shadow = Snapshot(view=replace(VIEW, **changes), you="the agent", now=30_000)
    for text in (words.idle(shadow), words.notice(shadow)[0]):
        assert text
        assert not {"h", "q"} & set(text.split())


def test_notices_from_outside_the_call() -> None:
    assert words.notice(Snapshot(view=VIEW, notice="disk full", noticed=0, now=2_000)) == ("! disk full", "alert")
    assert words.notice(Snapshot(view=VIEW, notice="disk full", noticed=0, now=20_000)) == ("", "nothing")
    assert words.notice(Snapshot(view=VIEW, asking=words.END)) == (words.END, "nudge")
    assert words.notice(Snapshot(view=VIEW, closed="peer gone")) == ("✕ peer gone – any key leaves", "alert")
    assert words.notice(Snapshot(view=VIEW, closed="")) == (words.OVER, "plain")
    assert words.notice(Snapshot(closed="ws://desk: refused")) == ("✕ no call began – any key leaves", "alert")
    assert words.notice(Snapshot(closed="")) == (words.OVER, "plain")


def test_closing_words() -> None:
    assert [words.closing(shown) for shown in (step(asked=True), step(), step("missed"))] == ["not said", "", "missed"]
    assert words.heat_line(VIEW) == "heat: calm throughout"
    assert words.heat_line(replace(VIEW, curve=((0, 70), (9, 30)), peak=70, heat=30)) == "heat: 70 at most, 30 at the end"


def test_due() -> None:
    promise = Promised(what="a call", by="tomorrow noon", due="2026-11-21T12:00:00+00:00", utterance=0)
    assert words.due(promise) == "“tomorrow noon” – Sat 21 Nov, 12:00"
    assert words.due(replace(promise, due="2026-11-27")) == "“tomorrow noon” – Fri 27 Nov"
    assert words.due(replace(promise, due="2026-11-27T00:00")) == "“tomorrow noon” – Fri 27 Nov, 00:00"
    assert words.due(replace(promise, due=None)) == "“tomorrow noon”"


def test_turns() -> None:
    floor = Floor(agent=30, customer=10, overs_agent=1, dead_airs=1, dead_air=9)
    argued = ShownFlag(id="argue", title="arguing", speaker="agent", serious=False, at=0, utterance=0, text="")
    full = replace(VIEW, floor=floor, prompts=2, outcomes={"acted": 2}, flags=(argued,), bookmarks=(Noted(0, "agent"), Noted(1, "agent")))
    assert words.turns(full) == (
        "you spoke 75 % of the time",
        "you talked over them 1×",
        "dead air 0:09",
        "prompts 2 (2 acted)",
        "1 of your phrases flagged",
        "2 bookmarks",
    )
    assert words.turns(replace(VIEW, timed=False, utterances=8)) == ("8 utterances", "", "", "", "", "")
    assert words.turns(replace(VIEW, timed=False, utterances=1))[0] == "1 utterance"
    assert words.turns(replace(VIEW, floor=Floor(agent=1)))[:2] == ("you spoke 100 % of the time", "nobody was talked over")


def test_causes_stand_within_a_line() -> None:
    assert words.because("Wants a supervisor; I will sue; Harm") == "wants a supervisor; I will sue; harm"
