"""Running calls: the inbox, the clocks, what happens when a sink, a source or a person stops."""

import asyncio
import datetime
from collections.abc import AsyncIterator, Sequence

import pytest

from companion.core.call import Rules
from companion.core.checklist import Checklist, Prompt, Step
from companion.core.events import (
    Bookmarked,
    CallEnded,
    CallStarted,
    Introduced,
    Nudged,
    Partial,
    SinkFailed,
    SoundKept,
    SourceBack,
    SourceLost,
    Utterance,
)
from companion.core.feed import Closed, Complaint, Glimpsed, Happened, Item, Level, Opened, Passed, Progress, Ready
from companion.core.record import Record
from companion.core.replay import check
from companion.core.updates import CallClosed, FlagRaised, Prompted, StepHeard
from companion.errors import ReaderGone, SinkError, SourceError
from companion.run import Run, now

SORRY = Step(id="apologized", title="apologized", says=("sorry",))
RULES = Rules.of(Checklist(id="tiny", title="Tiny", steps=(SORRY,)))
REMINDING = Rules.of(
    Checklist(
        id="tiny", title="Tiny", steps=(Step(id="apologized", title="a", says=("sorry",), remind=0.05, prompt=Prompt(text="apologise")),)
    )
)


def said(text: str, speaker: str = "agent", end: float = 1.0) -> Utterance:
    return Utterance(speaker=speaker, text=text, start=0.0, end=end)  # type: ignore[arg-type]


class Given:
    """A source that gives these items; None waits until it is closed."""

    def __init__(self, *items: Item | Exception | None) -> None:
        self.items = items
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Item]:
        for item in self.items:
            if item is None:
                await self.closed.wait()
            elif isinstance(item, Exception):
                raise item
            else:
                yield item

    async def close(self) -> None:
        self.closed.set()


class Kept:
    """A sink that keeps records, and refuses those of a number."""

    name = "kept"

    def __init__(self, refuse: int | None = None, error: SinkError | None = None) -> None:
        self.records: list[Record] = []
        self.closed = 0
        self._refuse = refuse
        self._error = error or SinkError("kept: no room")

    def write(self, record: Record) -> None:
        if record.seq == self._refuse:
            raise self._error
        self.records.append(record)

    def close(self) -> None:
        self.closed += 1


class Seen:
    """A viewer that keeps what it is shown."""

    def __init__(self, partials: bool = True) -> None:
        self.partials = partials
        self.records: list[Record] = []
        self.tentative: list[StepHeard | FlagRaised] = []
        self.other: list[object] = []

    def wants_partials(self, call: str) -> bool:
        return self.partials

    def record(self, record: Record) -> None:
        self.records.append(record)

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        self.other.append(partial.text)
        self.tentative += tentative

    def level(self, call: str, channel: str, level: float) -> None:
        self.other.append((channel, level))

    def clock(self, call: str, at: int) -> None:
        self.other.append(at)

    def notice(self, text: str) -> None:
        self.other.append(text)

    def ready(self, text: str) -> None:
        self.other.append(text)

    def progress(self, call: str, share: float) -> None:
        self.other.append(share)


async def run(*items: Item | Exception, rules: Rules = RULES, viewer: Seen | None = None, sink: Kept | None = None) -> list[Record]:
    sink = sink or Kept()
    await Run(Given(*items), rules, [sink], viewer=viewer).go()
    return sink.records


OPENED = Opened(call="c", source="test")


async def test_a_call_is_journaled_from_start_to_summary() -> None:
    records = await run(OPENED, Happened(call="c", event=said("sorry"), at=1000), Closed(call="c", reason="done", at=1500))
    assert isinstance(records[0].event, CallStarted)
    assert records[-2].event == CallEnded(reason="done")
    assert isinstance(records[-1].update, CallClosed)
    assert [record.seq for record in records] == list(range(len(records)))
    assert [record.at for record in records] == sorted(record.at for record in records)
    assert check(records) == len(records)


async def test_calls_that_the_source_leaves_open_are_ended() -> None:
    records = await run(OPENED, Opened(call="d", source="test"))
    assert {record.call for record in records if isinstance(record.update, CallClosed)} == {"c", "d"}


async def test_a_failing_source_ends_its_calls_and_is_raised() -> None:
    sink = Kept()
    with pytest.raises(SourceError, match="gone"):
        await run(OPENED, SourceError("gone"), sink=sink)
    assert sink.records[-2].event == CallEnded(reason="source failed: gone")
    assert sink.closed == 1


async def test_a_refusing_sink_does_not_end_the_call_and_is_recorded_elsewhere() -> None:
    bad, good = Kept(refuse=1), Kept()
    source = Given(OPENED, Happened(call="c", event=said("sorry"), at=1000), Closed(call="c", reason="done", at=1500))
    with pytest.raises(SinkError, match="no room"):
        await Run(source, RULES, [bad, good]).go()
    assert isinstance(good.records[-1].update, CallClosed)
    assert SinkFailed(sink="kept", reason="kept: no room") in [record.event for record in good.records]
    assert check(good.records)


async def test_a_reader_that_left_stops_the_run() -> None:
    source = Given(OPENED, Happened(call="c", event=said("sorry"), at=1000), None)
    with pytest.raises(ReaderGone):
        await Run(source, RULES, [Kept(refuse=1, error=ReaderGone("stdout"))]).go()


async def test_stopping_ends_calls_with_the_reason() -> None:
    sink = Kept()
    going = Run(Given(OPENED, None), RULES, [sink])
    task = asyncio.create_task(going.go())
    await asyncio.sleep(0)
    await going.stop("interrupted")
    await task
    assert sink.records[-2].event == CallEnded(reason="interrupted")


async def test_a_cancelled_run_still_completes_its_journal() -> None:
    sink = Kept()
    task = asyncio.create_task(Run(Given(OPENED, None), RULES, [sink]).go())
    while not sink.records:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sink.records[-2].event == CallEnded(reason="interrupted")
    assert isinstance(sink.records[-1].update, CallClosed)


async def test_a_person_acts_on_a_call_and_ends_it() -> None:
    sink = Kept()
    source = Given(OPENED, None, Happened(call="c", event=said("too late"), at=5000))
    going = Run(source, RULES, [sink])
    task = asyncio.create_task(going.go())
    await going.act("c", Bookmarked(by="agent"))
    while not sink.records:
        await asyncio.sleep(0)
    await going.act("c", CallEnded(reason="ended by the agent"))
    await going.act("c", Bookmarked(by="agent"))
    await source.close()
    await task
    assert [type(record.event) for record in sink.records if record.event] == [CallStarted, CallEnded]


async def test_what_is_only_shown_reaches_the_viewer_and_not_the_journal() -> None:
    viewer = Seen()
    glimpse = Glimpsed(call="c", partial=Partial(channel="agent", text="so sorry", start=0.0, end=0.5), at=500)
    items = (
        OPENED,
        glimpse,
        Level(call="c", channel="agent", level=0.5),
        Passed(call="c", at=200),
        Progress(call="c", share=0.25),
        Ready(text="here: waits"),
        Complaint(text="a line"),
    )
    records = await run(*items, viewer=viewer)
    assert [mark.step for mark in viewer.tentative if isinstance(mark, StepHeard)] == ["apologized"]
    assert viewer.other == ["so sorry", ("agent", 0.5), 200, 0.25, "here: waits", "a line"]
    assert viewer.records == records
    assert not any(isinstance(record.update, StepHeard) for record in records)


async def test_partials_that_nobody_wants_are_not_judged() -> None:
    glimpse = Glimpsed(call="c", partial=Partial(channel="agent", text="so sorry", start=0.0, end=0.5))
    seen = Seen(partials=False)
    await run(OPENED, glimpse, viewer=seen)
    assert "so sorry" not in seen.other
    assert seen.tentative == []


async def test_without_a_screen_partials_are_not_judged() -> None:
    glimpse = Glimpsed(call="c", partial=Partial(channel="agent", text="so sorry", start=0.0, end=0.5))
    records = await run(OPENED, glimpse, Level(call="c", channel="agent", level=0.5), Complaint(text="x"), Progress(call="c", share=1.0))
    assert len(records) == 3


async def test_digits_are_masked_before_journal_and_judgment_and_screen() -> None:
    viewer, sink = Seen(), Kept()
    hide = {"text": "####"}
    source = Given(
        OPENED,
        Happened(call="c", event=said("1234"), at=1000),
        Glimpsed(call="c", partial=Partial(channel="agent", text="1234", start=0.0, end=0.5)),
    )
    going = Run(source, RULES, [sink], viewer=viewer, mask=lambda utterance: said(hide["text"]), mask_text=lambda text: hide["text"])
    await going.go()
    assert [record.event.text for record in sink.records if isinstance(record.event, Utterance)] == ["####"]
    assert viewer.other[-1] == "####"


async def test_a_live_call_runs_by_the_clock_and_its_deadlines_fall_without_events() -> None:
    viewer, sink = Seen(), Kept()
    source = Given(OPENED, Happened(call="c", event=said("hello", "customer")), None)
    going = Run(source, REMINDING, [sink], viewer=viewer)
    task = asyncio.create_task(going.go())
    async with asyncio.timeout(5):
        while not any(isinstance(record.update, Prompted) for record in sink.records):
            await asyncio.sleep(0.01)
    await going.stop("done")
    await task
    assert check(sink.records) == len(sink.records)


async def test_a_live_call_is_told_when_it_began_and_a_file_only_if_someone_says() -> None:
    sink = Kept()
    await Run(Given(OPENED), RULES, [sink], began="now").go()
    started = sink.records[0].event
    assert isinstance(started, CallStarted)
    assert started.began is not None
    assert started.began[:4] == now()[:4]
    assert (await run(OPENED))[0].event.began is None  # type: ignore[union-attr]


async def test_time_never_goes_back() -> None:
    late = Happened(call="c", event=said("sorry"), at=500)
    records = await run(OPENED, Happened(call="c", event=said("hello"), at=1000), late, Closed(call="c", reason="done"))
    assert [record.at for record in records if isinstance(record.event, Utterance)] == [1000, 1000]


async def test_a_bug_in_a_source_is_raised_and_never_becomes_silence() -> None:
    sink = Kept()
    with pytest.raises(ZeroDivisionError):
        await run(OPENED, ZeroDivisionError("bug"), sink=sink)
    assert isinstance(sink.records[-1].update, CallClosed)


# ── who is on the call ──


async def test_who_is_on_the_call_is_journaled_and_a_number_is_masked() -> None:
    sink = Kept()
    opened = Opened(call="c", source="test", agent="Maria", customer="+1 555 0100 200")
    await Run(Given(opened), RULES, [sink], mask_text=lambda text: text.replace("0100", "####")).go()
    assert sink.records[1].event == Introduced(agent="Maria", customer="+1 555 #### 200")


async def test_a_supervisors_line_is_masked() -> None:
    sink = Kept()
    nudge = Happened(call="c", event=Nudged(text="their pin is 1234", by="Sue"), at=1000)
    await Run(Given(OPENED, nudge), RULES, [sink], mask_text=lambda text: text.replace("1234", "####")).go()
    assert Nudged(text="their pin is ####", by="Sue") in [record.event for record in sink.records]


async def test_that_its_sound_is_kept_stands_in_the_journal() -> None:
    for kept in (True, False):
        sink = Kept()
        names = {("call-1", "desk-call-1"): kept}
        opened = Given(Opened(call="call-1", source="test"))
        await Run(opened, RULES, [sink], prefix="desk-", sound_kept=lambda *both, names=names: names[both]).go()
        assert (SoundKept() in [record.event for record in sink.records]) == kept


# ── calls that another gateway began ──


async def cut(*items: Item) -> list[Record]:
    """The journal of a call whose gateway was killed: without its end."""
    return (await run(OPENED, *items))[:-2]


async def go_on(records: Sequence[Record], *items: Item, rules: Rules = RULES) -> tuple[list[Record], Seen]:
    async def recall(call: str) -> Sequence[Record]:
        return records if call == "c" else []

    sink, seen = Kept(), Seen()
    await Run(Given(*items), rules, [sink], viewer=seen, recall=recall).go()
    return sink.records, seen


async def test_a_call_that_another_gateway_began_goes_on_with_its_gap_marked() -> None:
    before = await cut(Happened(call="c", event=said("hello"), at=1000))
    records, _ = await go_on(before, OPENED, Happened(call="c", event=said("sorry")), Closed(call="c", reason="done"))
    assert records[: len(before)] == before
    assert [record.seq for record in records] == list(range(len(records)))
    lost, back = records[len(before)].event, records[len(before) + 1].event
    assert isinstance(lost, SourceLost)
    assert isinstance(back, SourceBack)
    later = next(record.event for record in records if isinstance(record.event, Utterance) and record.event.text == "sorry")
    assert later.end >= 2.0  # the source counts from anew; the call does not
    assert check(records) == len(records)


async def test_the_times_of_a_source_that_begins_anew_count_from_the_gap_on() -> None:
    before = await cut(Happened(call="c", event=said("hello"), at=50_000))
    records, seen = await go_on(before, OPENED, Happened(call="c", event=said("sorry"), at=1000), Passed(call="c", at=2000))
    later = next(record for record in records if isinstance(record.event, Utterance) and record.event.text == "sorry")
    back = next(record for record in records if isinstance(record.event, SourceBack))
    assert later.at == back.at + 1000
    assert back.at + 2000 in seen.other
    assert check(records) == len(records)


async def test_what_would_have_fallen_due_in_the_gap_is_not_held_against_anybody() -> None:
    began = (datetime.datetime.now().astimezone() - datetime.timedelta(seconds=300)).isoformat()
    hello = Happened(call="c", event=said("hello"), at=10)
    before = (await run(Opened(call="c", source="test", began=began), hello, rules=REMINDING))[:-3]
    records, _ = await go_on(before, OPENED, Closed(call="c", reason="done"), rules=REMINDING)
    since = len(before)
    assert isinstance(records[since].event, SourceLost)
    assert isinstance(records[since + 1].event, SourceBack)
    assert records[since].at == before[-1].at
    assert 299.0 < records[since + 1].event.gap < 310.0
    assert records[since + 1].at > 299_000
    assert check(records) == len(records)


async def test_a_recording_of_another_day_has_no_gap() -> None:
    before = (await run(Opened(call="c", source="test", began="2020-02-02T10:00:00+00:00")))[:-2]
    records, _ = await go_on(before, OPENED)
    assert SourceBack(gap=0.0) in [record.event for record in records]


async def test_a_call_that_is_over_begins_anew_under_its_name() -> None:
    over = await run(OPENED)
    records, seen = await go_on(over, OPENED)
    assert records[0].seq == 0
    assert any("cannot go on with it: the call is over" in str(told) for told in seen.other)


async def test_a_call_that_nobody_knows_begins() -> None:
    records, _ = await go_on([], Opened(call="d", source="test"))
    assert isinstance(records[0].event, CallStarted)


async def test_a_person_acts_on_a_call_by_the_name_that_its_records_have() -> None:
    source, sink = Given(OPENED, Opened(call="call-1", source="test"), None), Kept()
    going = Run(source, RULES, [sink], taken={"c"}, prefix="gw-")
    task = asyncio.create_task(going.go())
    while len(going.calls) < 2:
        await asyncio.sleep(0)
    assert going.calls == {"c-2", "gw-call-1"}
    await going.act("c-2", Bookmarked(by="x"))
    await going.act("c", Bookmarked(by="x"))  # the source's name is nobody's business
    await going.act("gw-call-1", CallEnded(reason="enough"))
    await going.stop("over")
    await task
    assert [record.call for record in sink.records if isinstance(record.event, Bookmarked)] == ["c-2"]
    assert [record.call for record in sink.records if record.event == CallEnded(reason="enough")] == ["gw-call-1"]
