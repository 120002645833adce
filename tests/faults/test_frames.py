"""What nobody should send is refused or made harmless, whoever sends it and wherever it comes out: journal, terminal, another's screen."""

import asyncio
import contextlib
import json
import random
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from companion import sources
from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.broadcast.messages import VERSION
from companion.core.call import Rules
from companion.core.checklist import Checklist
from companion.core.feed import Complaint
from companion.core.record import encode as line_of
from companion.core.replay import check
from companion.run import Run
from companion.sinks.journal import JournalFolder
from companion.sinks.reading import read
from companion.sources.websocket import Chat
from companion.speech.redact import clean
from tests.broadcast.nats_server import Talk, Watch
from tests.faults.counted import counting
from tests.faults.processes import COMPANION, Screen, gateway, until
from tests.faults.size import times

pytestmark = pytest.mark.timeout(times(120, 1800))

RULES = Rules.of(Checklist(id="tiny", title="Tiny"))
TROUBLE = (
    *(
        "\x1b]0;PWNED\x07",
        "\x1b]52;c;UFdORUQ=\x1b\\",
        "\x1b[2J\x1b[H",
        "\x1b[?1049l",
        "\x9b31m",
        "\x9d0;PWNED\x9c",
        "\x1bP+q\x1b\\",
        "\x1bc",
    ),
    *("\x07", "\x00", "\x08\x08", "\r", "\x7f", "\x85", "\u202eevil\u202c", "\u2066x\u2069", "\u200f", "\u2028", "\x1b"),
)
EVIL = "A" + "B".join(TROUBLE) + "Z"
LONE = "\ud800 \udfff\ud800"
"""Halves of characters, which JSON can write and UTF-8 cannot."""
DEEP = "[" * 100_000
HUGE = "9" * 5000
LONG = "x" * 10_000_000
GONE = (ConnectionClosed, InvalidStatus, TimeoutError, ConnectionError, AttributeError)
"""What a client is told by its library when it was hung up on; the last where it was still sending."""

RAW = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xed[\xa0-\xbf]")
"""Bytes that have no business in a line of text: controls but tab and line ends, the writing direction, surrogates."""


def texts(value: Any) -> Iterator[str]:
    """Every text in some JSON, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from (key, *texts(inside))
    elif isinstance(value, list):
        for inside in value:
            yield from texts(inside)


def harmless(lines: bytes) -> None:
    """Nothing in these lines of JSON drives a terminal, escaped or not, and none is longer than a text may be."""
    assert not RAW.search(lines)
    for line in lines.splitlines():
        assert len(line) < 500_000
        for text in texts(json.loads(line)):
            assert clean(text) == text or "\n" in text, ascii(text[:200])


def journals(folder: Path) -> int:
    """How many journals there are; each is harmless and bounded, and judged as it would be again (in CI, some of them are looked at)."""
    paths = list(folder.glob("*.jsonl"))
    for place, path in enumerate(paths):
        assert re.fullmatch(r"[\w.%+@=~-]{1,200}", path.name), ascii(path.name)
        harmless(path.read_bytes())
        if place < times(2, len(paths)):
            records = list(read(path))
            assert check(records) == len(records)
    return len(paths)


# ── listeners ──

TWILIO_START = {"event": "start", "streamSid": EVIL, "start": {
    "accountSid": "AC1" + EVIL, "callSid": EVIL, "from": EVIL, "to": EVIL,
    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    "customParameters": {"call": EVIL, "agent_name": EVIL, "customer_name": EVIL, "team": EVIL, EVIL: EVIL},
}}  # fmt: skip
MEDIA = {"event": "media", "media": {"track": "inbound" + EVIL, "chunk": HUGE, "timestamp": HUGE, "payload": "f39/f39/"}}
HOOK_OPEN = {"version": "2", "type": "open", "id": EVIL, "seq": 1, "serverseq": 0, "position": "PT0S", "parameters": {
    "organizationId": EVIL, "conversationId": EVIL, "participant": {"id": EVIL, "ani": EVIL, "aniName": EVIL, "dnis": EVIL},
    "media": [{"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}], "customConfig": {EVIL: EVIL},
}}  # fmt: skip

FRAMES: list[str | bytes] = [
    *(EVIL, json.dumps(EVIL), json.dumps({EVIL: LONE}), json.dumps({LONE: EVIL}), DEEP, '{"event":' * 50_000),
    *(HUGE, "-1e999", "NaN", "", "null", "[]", "{}", b"", b"\x00" * 1000, b"\xff\xfe\xfd"),
    '{"event": "start", "start": {"mediaFormat": {"sampleRate": ' + HUGE + "}}}",
    '{"config": {"sample_rate": 1e999}}',
    '{"config": {"sample_rate": ' + HUGE + "}}",
    '{"version": "2", "type": "open", "seq": ' + HUGE + "}",
]
OPENINGS: dict[str, list[str | bytes]] = {
    "twilio://:0": [json.dumps(TWILIO_START), json.dumps(MEDIA), json.dumps(MEDIA)],
    "vosk://:0": ['{"config": {"sample_rate": 8000, "words": true}}', bytes(1600)],
    "audiohook://:0": [json.dumps(HOOK_OPEN), bytes(320)],
    "freeswitch://:0": [json.dumps({"call": EVIL, "agent_name": EVIL, "customer_name": EVIL, EVIL: EVIL}), bytes(320)],
    "asterisk://:0": [json.dumps({"event": "MEDIA_START", "connection_id": EVIL, "channel": EVIL, "format": "ulaw"}), bytes(160)],
    "vonage://:0": [
        json.dumps({"event": "websocket:connected", "content-type": "audio/l16;rate=8000", "channel": "agent", "call": EVIL, EVIL: EVIL}),
        json.dumps({"event": "websocket:media:update", "active": False, EVIL: EVIL}),
        bytes(320),
    ],
}
PATH = "/?call=%1b%5d0%3bPWNED%07%00&agent_name=%c2%9b31m%e2%80%aex&customer_name=%ed%a0%80%ff&team=%1b%5b2J&channel=agent"


@pytest.mark.parametrize("uri", OPENINGS)
async def test_whatever_a_phone_system_says_its_listener_stays_and_the_journal_is_harmless(uri: str, tmp_path: Path) -> None:
    source: Any = sources.open(uri, recogniser=counting)
    complaints: list[str] = []

    class Told:
        async def __aiter__(self) -> Any:
            async for item in source:
                if isinstance(item, Complaint):
                    complaints.append(item.text)
                yield item

        async def close(self) -> None:
            await source.close()

    run = Run(Told(), RULES, [JournalFolder(tmp_path)])
    going = asyncio.create_task(run.go())
    await source.listening.wait()

    async def say(path: str, *frames: str | bytes) -> None:
        with contextlib.suppress(*GONE):
            async with connect(f"ws://127.0.0.1:{source.port}{path}", close_timeout=1, max_size=None) as client:
                for frame in frames:
                    await client.send(frame)
                async with asyncio.timeout(0.01):
                    while True:
                        await client.recv()

    chance = random.Random(uri)
    for frame in FRAMES:
        await say("/", frame)
        await say("/", *OPENINGS[uri], frame)
    for _ in range(times(5, 500)):
        whole = chance.choice([frame for frame in OPENINGS[uri] if isinstance(frame, str)])
        at = chance.randrange(len(whole))
        await say(
            PATH,
            *OPENINGS[uri],
            whole[:at] + chance.choice([EVIL, HUGE, DEEP[:1000], '"', "\\ud800"]) + whole[at:],
        )
    await say("/", LONG)
    await say(PATH + "%00" * 2000, *OPENINGS[uri])
    await say("/", *OPENINGS[uri])
    await run.stop("stopped")
    async with asyncio.timeout(60):
        await going
    assert journals(tmp_path) >= 1
    assert all(clean(text) == text and len(text) < 1000 for text in complaints), complaints


async def test_whatever_a_chat_says_it_stays_and_the_journal_is_harmless(tmp_path: Path) -> None:
    async def peer(connection: Any) -> None:
        for frame in (*FRAMES, *LINES):
            await connection.send(frame)

    async with serve(peer, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        run = Run(Chat(f"ws://127.0.0.1:{port}", name="ws://chat", waits=(0.01,)), RULES, [JournalFolder(tmp_path)])
        async with asyncio.timeout(60):
            await run.go()
    assert journals(tmp_path) >= 3


LINES: list[str] = [
    json.dumps({"call": EVIL, "event": "start", "agent": EVIL, "customer": EVIL, "team": EVIL, "began": "2026-11-21T10:00:00Z"}),
    json.dumps({"call": EVIL, "speaker": "customer", "text": f"I want your manager {EVIL}", "start": 0.0, "end": 1.0}),
    json.dumps({"call": EVIL, "speaker": EVIL, "text": EVIL}),
    json.dumps({"call": "plain", "speaker": "agent", "text": f"I am so sorry {EVIL}", EVIL: EVIL}),
    json.dumps({"call": "plain", "event": EVIL}),
    json.dumps({"call": LONE, "speaker": "customer", "text": "x"}),
    json.dumps({"call": "plain", "speaker": "customer", "text": LONE}),
    json.dumps({"call": "../../etc/passwd", "speaker": "customer", "text": "x"}),
    json.dumps({"call": "long", "speaker": "customer", "text": "x" * 1_000_000}),
    json.dumps({"call": "deep", "speaker": "customer", "text": "x", "start": 1e308, "end": 1e309}),
    '{"call": "huge", "speaker": "customer", "text": "x", "start": ' + HUGE + "}",
    '{"call": ' + HUGE + ', "speaker": "customer", "text": "x"}',
    '{"call": "deep", "speaker": ' + DEEP,
    json.dumps({"call": EVIL, "event": "end", "reason": EVIL}),
]


def hostile(path: Path) -> Path:
    """A transcript of ill will."""
    bad = [b"\xff\xfe\x00\x1b]0;PWNED\x07", b"\x00" * 100, EVIL.encode(), LONE.encode("utf-8", "surrogatepass"), LONG.encode()]
    path.write_bytes(b"\n".join([*(line.encode() for line in LINES), *bad, b""]))
    return path


def test_whatever_a_transcript_holds_comes_out_harmless(tmp_path: Path) -> None:
    with hostile(tmp_path / "hostile.jsonl").open("rb") as given:
        command = [*COMPANION, "log", "-", "--journal", str(tmp_path / "journals"), "--summary"]
        done = subprocess.run(command, stdin=given, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    harmless(done.stdout)
    assert not RAW.search(done.stderr)
    assert len(done.stderr) < 10_000
    assert b"Traceback" not in done.stderr
    assert journals(tmp_path / "journals") >= 3


# ── the hub ──


async def test_whatever_a_gateway_or_guest_says_is_seen_by_others_harmless_or_not_at_all() -> None:
    told: list[str] = []
    async with Hub("", 0, tell=told.append) as hub:
        url = f"ws://127.0.0.1:{hub.port}"
        watch = Watch(aiter(HubLookout(url, waits=(0.05,))))
        good = Talk("good", agent="Anna")

        async def say(role: str, *frames: str | bytes) -> None:
            with contextlib.suppress(*GONE):
                async with connect(url, close_timeout=1, max_size=None) as client:
                    await client.send(json.dumps({"type": "hello", "version": VERSION, "role": role, "name": EVIL}))
                    for frame in frames:
                        await client.send(frame)
                    async with asyncio.timeout(0.02):
                        while True:
                            await client.recv()

        evil = [json.loads(line_of(record)) for record in Talk("evil", agent="Dan").records]
        for record in evil:
            record["call"] = EVIL
            for side in ("event", "update"):
                if record.get(side):
                    record[side] |= {key: EVIL for key in ("agent", "source", "title") if key in record[side]}
        said = {
            "call": EVIL,
            "seq": len(evil),
            "at": 0,
            "event": {"type": "utterance", "speaker": "customer", "text": EVIL, "start": 0, "end": 1},
        }
        await say("gateway", *(json.dumps({"type": "record", "record": record}) for record in [*evil, said]))
        for role in ("gateway", "supervisor", "agent", "reader", EVIL):
            for frame in (
                *FRAMES,
                json.dumps({"type": "act", "id": 1, "call": EVIL, "event": {"type": "nudged", "text": EVIL, "by": EVIL}}),
            ):
                await say(role, frame)
            await say(role, json.dumps({"type": "subscribe", "call": EVIL, "resume": {EVIL: {"next": 1, "first": 1}}}))
            await say(role, LONG)
        for record in [*good.records, *good.say(3), *good.end()]:
            hub.write(record)
        await watch.until(lambda: len(watch.records("good")) >= len(good.records))
        assert watch.records("good") == good.journal
        harmless(b"\n".join(watch.records()))
        assert any(b"PWNED" not in line and b'"A' in line for line in watch.records() if b'"good"' not in line)  # it was shown, harmless
        await watch.stop()
    assert all(clean(text) == text for text in told), told


# ── terminals ──

SHOWN: list[dict[str, object]] = [
    {"event": "start", "agent": f"Anna{EVIL}", "customer": EVIL, "team": EVIL},
    {"speaker": "customer", "text": f"I want your manager {EVIL}", "start": 0.0, "end": 1.0},
    {"speaker": "agent", "text": f"I am so sorry {EVIL}", "start": 1.0, "end": 2.0},
    {"speaker": "customer", "text": "still here", "start": 599.0, "end": 600.0},
]
WRONG = [trouble.encode("utf-8", "surrogatepass") for trouble in TROUBLE if len(trouble) > 2 or ord(trouble[0]) > 0x7F]


def test_nothing_that_is_said_reaches_a_terminal_raw(tmp_path: Path) -> None:
    transcript = tmp_path / "hostile.jsonl"
    transcript.write_text("".join(json.dumps({"call": call, **line}) + "\n" for line in SHOWN for call in (EVIL, "plain")))
    with gateway(f"--listen={transcript}", "--journal", tmp_path / "journals") as (process, hub):
        screens = {
            b"AnnaAB": Screen("watch", hub),
            b"sorry": Screen("attach", "plain", "--hub", hub),
            b"Waiting": Screen("attach", "--agent", EVIL.replace("\0", ""), "--hub", hub),
            b"manager": Screen("live", transcript),
        }
        for what, screen in screens.items():
            until(partial(lambda what, screen: what in screen.drawn, what, screen), f"{what!r} on a screen")
        for what, screen in screens.items():
            screen.end()
            assert [wrong for wrong in WRONG if wrong in screen.drawn] == [], what
        said = process.said
    assert not RAW.search(said.encode("utf-8", "surrogatepass"))
