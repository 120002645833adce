"""Draws the pictures in the documents: `python docs/picture.py` writes docs/call_screen.svg, docs/wall.svg and docs/shadow.svg.

Made-up calls are judged by the shipped checklist, as any call is; nothing in the pictures is painted by hand.
"""

import asyncio
import math
from pathlib import Path
from typing import TypeAlias

from companion.core.call import Call, Rules
from companion.core.events import AnyEvent, Channel, HoldBegan, Introduced, Nudged, Partial, SpeechBegan, SpeechEnded, TakenOver, Utterance
from companion.core.record import Record
from companion.core.seen import Clock, Here
from companion.rules.load import load
from companion.tui.app import CallApp
from companion.tui.wall_app import WallApp

HERE = Path(__file__).parent
RULES = Rules.of(load(HERE.parent / "checklists" / "complaint.yaml"))
SIZE = (100, 30)

Spoken: TypeAlias = tuple[tuple[Channel, float, float, str], ...]

ROUTER: Spoken = (
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
BILL: Spoken = (
    ("agent", 0.5, 3.0, "good morning how can i help you"),
    ("customer", 4.0, 12.0, "i was billed for calls to another country and i never made them this is an outrage"),
    ("agent", 13.5, 17.0, "well the system says the calls were made"),
    ("customer", 18.0, 27.0, "then your system is wrong i was in the hospital with my mother i am furious with you people"),
    ("customer", 29.0, 36.0, "you are useless get me your supervisor now or i will call my lawyer"),
    ("agent", 38.0, 41.0, "i cannot do that here"),
    ("customer", 43.0, 50.0, "this is disgusting i want to speak to a manager and i want it now"),
    ("agent", 55.0, 58.0, "let me see what i can find"),
    ("customer", 75.0, 82.0, "i will take this to court and my lawyer will call you"),
)
PARCEL: Spoken = (
    ("agent", 0.5, 3.0, "hello you are through to deliveries"),
    ("customer", 4.0, 13.0, "my parcel is late again and this is the third time i call about it i am really annoyed"),
    ("agent", 14.5, 20.0, "i am sorry that your parcel is late again and that you had to call three times"),
)
MOVING: Spoken = (("agent", 0.5, 3.0, "hello how can i help"), ("customer", 4.0, 7.0, "i would like to change my address"))
REFUND: Spoken = (
    ("customer", 1.0, 9.0, "i have waited three weeks for my refund and nobody answers my letters this is unacceptable"),
    ("agent", 11.0, 17.0, "so you have waited three weeks for your refund and nobody answered i understand that this is frustrating"),
    ("customer", 18.0, 20.0, "yes exactly thank you"),
    ("agent", 22.0, 28.0, "i can send it to your card or as a cheque which would you prefer it will be there by friday"),
    ("customer", 29.0, 31.0, "to my card please"),
)
FLOOR: tuple[tuple[str, Introduced, Spoken, float, tuple[AnyEvent, ...]], ...] = (
    ("c-2041", Introduced(agent="maria", customer="Parker, S.", team="billing"), BILL, 84, ()),
    ("c-2043", Introduced(agent="dana", customer="Moss, A.", team="internet"), ROUTER, 52, ()),
    (
        "c-2046",
        Introduced(agent="dan", customer="+44 … 0192", team="parcels"),
        PARCEL,
        21,
        (Nudged(text="offer a courier today", by="Sue"),),
    ),
    ("c-2050", Introduced(agent="priya", customer="Lee, K.", team="moves"), MOVING, 9, (HoldBegan(),)),
    ("c-2052", Introduced(agent="tom", customer="Okafor, B.", team="billing"), REFUND, 33, ()),
    ("c-2055", Introduced(agent="ines", customer="Tanaka, M.", team="internet"), ROUTER[:6], 34, (TakenOver(by="Kim"),)),
    ("c-2058", Introduced(agent="noor", customer="Weber, J.", team="moves"), MOVING[:1], 4, ()),
)


def begun(name: str) -> Call:
    """A call that nothing has happened in."""
    return Call(name, RULES.started(source="desk 4", began="2026-11-20T14:02:00+00:00", timed=True, speech="starter"), RULES)


def told(call: Call, spoken: Spoken) -> list[Record]:
    """The records of what was said."""
    found: list[Record] = []
    moments = [(start, at, "began") for at, (_, start, _, _) in enumerate(spoken)]
    moments += [(end, at, "ended") for at, (_, _, end, _) in enumerate(spoken)]
    for seconds, at, what in sorted(moments):
        channel, start, end, text = spoken[at]
        now = round(seconds * 1000)
        if what == "began":
            found += call.receive(SpeechBegan(channel=channel, start=start), now)
        else:
            found += call.receive(SpeechEnded(channel=channel, end=end), now)
            found += call.receive(Utterance(speaker=channel, text=text, start=start, end=end), now)
    return found


async def call_screen() -> str:
    """The agent's screen in the middle of the apology."""
    call = begun("Moss, A.")
    app = CallApp(act=lambda call, event: None)
    for record in [call.begin(), *told(call, ROUTER), *call.receive(SpeechBegan(channel="agent", start=SPEAKING.start), 53_400)]:
        app.viewer.record(record)
    for tick in range(6):
        app.viewer.level(call.name, "agent", 0.5 + 0.4 * math.sin(tick * 1.7))
        app.viewer.level(call.name, "customer", 0.06)
    app.viewer.clock(call.name, round(SPEAKING.end * 1000))
    app.viewer.glimpse(call.name, SPEAKING, call.preview(SPEAKING))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        return app.export_screenshot(title="companion live")


async def supervisor() -> tuple[str, str]:
    """The wall, and the hand-over card over the call that waits."""
    app = WallApp(follow=lambda call: give(call), leave=lambda call: None, act=lambda call, event: None, clock=lambda: 0.0)
    floor: dict[str, list[Record | Clock]] = {}
    for name, who, spoken, end, more in FLOOR:
        call = begun(name)
        floor[name] = [call.begin(), *call.receive(who, 0), *told(call, spoken)]
        for event in more:
            floor[name] += call.receive(event, round(end * 1000) - 1000)
        floor[name] += [*call.advance(round(end * 1000)), Clock(call=name, at=round(end * 1000))]

    def give(call: str) -> None:
        for item in floor[call]:
            app.show(item)

    app.show(Here(role="supervisor", name="Sue"))
    for name in floor:
        give(name)
    async with app.run_test(size=(110, 14)) as pilot:
        await pilot.pause()
        app.give()
        await pilot.pause()
        wall = app.export_screenshot(title="companion watch")
        await pilot.resize_terminal(*SIZE)
        await pilot.press("down", "down", "enter", "t")
        app.give()
        await pilot.pause()
        return wall, app.export_screenshot(title="companion watch")


if __name__ == "__main__":
    wall, shadow = asyncio.run(supervisor())
    for name, picture in (("call_screen", asyncio.run(call_screen())), ("wall", wall), ("shadow", shadow)):
        (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")
