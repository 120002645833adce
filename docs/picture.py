"""Draws the README's picture: `python docs/picture.py` writes docs/call_screen.svg.

A made-up call is judged by the shipped checklist, as any call is, up to the middle of a sentence; nothing in the picture is
painted by hand.
"""

import asyncio
import math
from pathlib import Path

from companion.core.call import Call, Rules
from companion.core.events import Channel, Partial, SpeechBegan, SpeechEnded, Utterance
from companion.core.record import Record
from companion.rules.load import load
from companion.tui.app import CallApp

HERE = Path(__file__).parent
CHECKLIST = HERE.parent / "checklists" / "complaint.yaml"
SIZE = (100, 30)
SPOKEN: tuple[tuple[Channel, float, float, str], ...] = (
    ("agent", 0.3, 3.4, "good afternoon this is dana what happened"),
    ("customer", 4.2, 9.8, "my router drops out every evening and this is the fourth time i call"),
    ("customer", 11.2, 16.2, "every time you people tell me to switch it off and on again"),
    ("customer", 17.0, 22.4, "i work from home and on tuesday i lost a client meeting"),
    ("agent", 21.8, 24.0, "okay let me look at the line"),
    ("customer", 24.6, 30.6, "i am really angry this is ridiculous if this goes on i will switch to another company"),
    ("agent", 32.4, 36.2, "so the router drops out every evening and you lost a client meeting"),
    ("customer", 36.8, 38.6, "yes exactly"),
    ("customer", 40.0, 50.8, "two hours on the phone this is a joke i am so angry nobody could tell me anything"),
)
SPEAKING = Partial(channel="agent", text="i am so sorry that you lost that meeting and", start=53.4, end=56.0)


def records(call: Call) -> list[Record]:
    """The call's records up to the words that are still being spoken."""
    found = [call.begin()]
    moments = [(start, at, "began") for at, (_, start, _, _) in enumerate(SPOKEN)]
    moments += [(end, at, "ended") for at, (_, _, end, _) in enumerate(SPOKEN)]
    for seconds, at, what in sorted(moments):
        channel, start, end, text = SPOKEN[at]
        now = round(seconds * 1000)
        if what == "began":
            found += call.receive(SpeechBegan(channel=channel, start=start), now)
        else:
            found += call.receive(SpeechEnded(channel=channel, end=end), now)
            found += call.receive(Utterance(speaker=channel, text=text, start=start, end=end), now)
    return [*found, *call.receive(SpeechBegan(channel="agent", start=SPEAKING.start), round(SPEAKING.start * 1000))]


async def draw() -> str:
    """The screen in the middle of the apology, as SVG."""
    rules = Rules.of(load(CHECKLIST))
    call = Call("Moss, A.", rules.started(source="desk 4", began="2026-11-20T14:02:00+00:00", timed=True, speech="starter"), rules)
    app = CallApp(act=lambda call, event: None)
    for record in records(call):
        app.viewer.record(record)
    for tick in range(6):
        app.viewer.level(call.name, "agent", 0.5 + 0.4 * math.sin(tick * 1.7))
        app.viewer.level(call.name, "customer", 0.06)
    app.viewer.clock(call.name, round(SPEAKING.end * 1000))
    app.viewer.glimpse(call.name, SPEAKING, call.preview(SPEAKING))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        return app.export_screenshot(title="companion live")


if __name__ == "__main__":
    (HERE / "call_screen.svg").write_text(asyncio.run(draw()), encoding="utf-8")
