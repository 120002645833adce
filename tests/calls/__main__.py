"""Writes the golden journals anew: `python -m tests.calls`, from the project's root, after a change that was meant. Read the difference.

Each call is lines `seconds what`: `agent: …` and `customer: …` begin to speak then, 0.4 s a word, are noticed 0.6 s later and judged 0.9 s
after their last word, as a recogniser does it; `agent> …` and `customer> …` are typed and arrive at once.
"""

from collections.abc import Iterator
from pathlib import Path

from companion.core import events
from companion.core.call import Call, Rules
from companion.core.record import Record, encode
from companion.rules.load import load

HERE = Path(__file__).parent

CALLS = {
    "delivery": """
        1 agent: good morning how can i help
        4.5 customer: i waited in all day for the lamp and nobody came and i am angry
        12 agent: did you
        12.2 customer: and nobody called me either and it is the same again as in the week before and the one before that
        22.5 agent: i see why you are angry
        26 customer: yes
        28 agent: i am sorry that we let you wait
        32.5 customer: thank you
        44 agent: i can send it tomorrow or i can bring it on friday would you rather have it sooner
        52.5 customer: tomorrow please
        55 end
    """,
    "furious": """
        1 agent: hello
        2.5 customer: this is ridiculous i am furious and i will cancel
        8 agent: that is our policy
        11 customer: terrible let me talk to your supervisor i am angry
        17 agent: what is your number
        20 customer: i am furious and this is ridiculous that does not help
        28 agent: one moment
        31 customer: still nothing that does not help and it is terrible
        75 agent: i will get my supervisor
        80 customer: at last
        82 end
    """,
    "paused": """
        1 customer: i am furious about the bill
        5 hold
        65 unhold
        67 agent: thanks for waiting
        70 customer: it is ridiculous
        75 lost
        90 back
        92 agent: hello again
        95 end
    """,
    "chat": """
        0 customer> My name is Ada Byron. I am angry and I will leave
        9 agent> That is policy, Ms Byron
        40 customer> ridiculous
        44 agent> sorry
        50 agent> sorry, sorry
        58 agent> I am sorry
        70 customer> and still nothing
        100 agent> or we can replace it – would you prefer that?
        110 customer> thank you
        115 end
    """,
    "harm": """
        1 customer: i am furious
        4 quiet
        5 agent: i understand
        8 customer: i will hurt myself if this goes on
        20 dismiss
        22 acknowledged
        24 loud
        26 customer: i will hurt myself
        34 mark
        36 agent: i am getting my supervisor
        40 end
    """,
}


def happened(script: str) -> Iterator[tuple[float, events.AnyEvent]]:
    """What the lines of a script mean, in the order of time."""
    found: list[tuple[float, events.AnyEvent]] = []
    since = 0.0
    for line in script.strip().splitlines():
        when, what = line.strip().split(" ", 1)
        at, (speaker, mark, words) = float(when), _parted(what)
        since = at if what == "lost" else since
        if mark == ":":
            end = round(at + 0.4 * len(words.split()), 3)
            found += [
                (at + 0.6, events.SpeechBegan(channel=speaker, start=at)),
                (end + 0.9, events.SpeechEnded(channel=speaker, end=end)),
                (end + 0.9, events.Utterance(speaker=speaker, text=words, start=at, end=end)),
            ]
        elif mark == ">":
            found.append((at, events.Utterance(speaker=speaker, text=words, start=at, end=at)))
        else:
            found.append((at, _event(what, at - since)))
    yield from sorted(found, key=lambda each: each[0])


def _parted(what: str) -> tuple[events.Channel, str, str]:
    for mark in (":", ">"):
        speaker, found, words = what.partition(mark + " ")
        if found:
            return ("agent" if speaker == "agent" else "customer"), mark, words
    return "agent", "", ""


def _event(what: str, gap: float) -> events.AnyEvent:
    return {
        "hold": events.HoldBegan(),
        "unhold": events.HoldEnded(),
        "lost": events.SourceLost(reason="the script says so"),
        "back": events.SourceBack(gap=gap),
        "quiet": events.Quieted(on=True, by="agent"),
        "loud": events.Quieted(on=False, by="agent"),
        "dismiss": events.PromptDismissed(id=0, by="agent"),
        "acknowledged": events.Acknowledged(by="supervisor"),
        "mark": events.Marked(step="feelings", state="done", by="agent"),
        "end": events.CallEnded(reason="over"),
    }[what]


def journal(name: str, rules: Rules) -> Iterator[Record]:
    """The records of a call."""
    began = "2026-11-20T10:00:00+00:00"
    call = Call(name, rules.started(source="script", began=began, timed=True, speech=None), rules)
    yield call.begin()
    for at, event in happened(CALLS[name]):
        yield from call.receive(event, round(at * 1000))


if __name__ == "__main__":
    golden = Rules.of(load(HERE / "rules.yaml"))
    for name in CALLS:
        (HERE / f"{name}.jsonl").write_bytes(b"".join(encode(record) + b"\n" for record in journal(name, golden)))
