"""A call goes on where another process left it, or is left alone."""

from itertools import pairwise

import msgspec
import pytest

from companion.core.call import Call, Rules
from companion.core.checklist import Checklist, Prompt, Step
from companion.core.events import Bookmarked, CallEnded, Partial, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.record import Record, Unknown, encode
from companion.core.replay import check
from companion.core.resume import resume, shifted
from companion.errors import JournalError, ReplayMismatch

STEP = Step(id="apologized", title="apologized", says=("sorry",), remind=2, due=4, prompt=Prompt(text="apologise"))
RULES = Rules.of(Checklist(id="tiny", title="Tiny", steps=(STEP,)))


def said(at: float, text: str) -> tuple[Utterance, int]:
    return Utterance(speaker="agent", text=text, start=at - 1, end=at), round(at * 1000)


def begun() -> tuple[Call, list[Record]]:
    call = Call("7", RULES.started(source="test", began=None, timed=True, speech=None), RULES)
    records = [call.begin()]
    for event, at in (said(1, "hello"), said(5, "well"), said(9, "I am sorry")):
        records += call.receive(event, at)
    return call, records


@pytest.mark.parametrize("rules", [RULES, None])
def test_it_goes_on_from_any_cut_as_if_nothing_had_happened(rules: Rules | None) -> None:
    call, whole = begun()
    assert call.began is None
    end = (CallEnded(reason="over"), 12_000)
    whole += call.receive(*end)
    for cut in range(1, len(whole) - 2):
        again, rest = resume(whole[:cut], rules)
        records = whole[:cut] + rest
        left = [(record.event, record.at) for record in whole[cut:] if record.event is not None]
        for event, at in left:
            assert not isinstance(event, Unknown)
            records += again.receive(event, at)
        assert [encode(record) for record in records] == [encode(record) for record in whole]


def test_a_gap_is_marked_and_the_journal_still_proves_itself() -> None:
    _, records = begun()
    call, rest = resume(records)
    records += rest
    for event, at in ((SourceLost(reason="gone"), 20_000), (SourceBack(gap=11.0), 20_000), (CallEnded(reason="over"), 30_000)):
        records += call.receive(event, at)
    assert check(records) == len(records)
    assert all(after.seq == before.seq + 1 for before, after in pairwise(records))


def test_a_call_that_is_over_is_left_alone() -> None:
    call, records = begun()
    records += call.receive(CallEnded(reason="over"), 12_000)
    with pytest.raises(JournalError, match=r"^the call is over"):
        resume(records[:-1])


def test_a_journal_that_this_version_would_have_written_differently_is_left_alone() -> None:
    _, records = begun()
    changed = [record for record in records if record.update is None or record.at > 5000]
    with pytest.raises(ReplayMismatch, match=r"the same events give another record"):
        resume(changed)
    late = [*records, msgspec.structs.replace(records[-1], seq=len(records))]
    with pytest.raises(ReplayMismatch, match=rf"^record {len(records)}:"):
        resume(late)


def test_a_journal_with_events_of_another_version_is_left_alone() -> None:
    _, records = begun()
    strange = Record(call="7", seq=len(records), at=9000, event=Unknown({"type": "sneezed"}))
    with pytest.raises(JournalError, match=r"does not know"):
        resume([*records, strange])


def test_audio_times_are_shifted_and_nothing_else() -> None:
    words = (("sorry", 0.5, 0.9, 1.0),)
    utterance = Utterance(speaker="agent", text="sorry", start=0.5, end=0.9, words=words)
    later = shifted(utterance, 10.0)
    assert (later.start, later.end, later.words) == (10.5, 10.9, (("sorry", 10.5, 10.9, 1.0),))
    assert shifted(msgspec.structs.replace(utterance, words=None), 1.0).words is None
    assert shifted(SpeechBegan(channel="agent", start=1.0), 10.0).start == 11.0
    assert shifted(SpeechEnded(channel="agent", end=1.0), 10.0).end == 11.0
    partial = shifted(Partial(channel="agent", text="so", start=1.0, end=1.5), 10.0)
    assert (partial.start, partial.end) == (11.0, 11.5)
    assert shifted(Bookmarked(by="x"), 10.0) == Bookmarked(by="x")
