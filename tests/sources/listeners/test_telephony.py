"""Each phone system's listener against a peer of its kind that plays the demo call: the words come out of real Vosk."""

import asyncio
import base64
import hmac
import json
import re
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import jwt
import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed, InvalidStatus

from companion import sources
from companion.core.call import Call, Rules
from companion.core.events import Channel, SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.core.updates import StepChanged
from companion.errors import ConfigError
from companion.rules.load import find, load
from companion.sources.protocols.dialect import Begun, Sound
from companion.sources.protocols.vonage import VoiceSocket
from companion.speech.recogniser import Recogniser

Run = Callable[..., AbstractAsyncContextManager[Any]]
Script = Callable[..., Callable[[str], Recogniser]]
Starter = Callable[[str], Recogniser]
Talk = dict[Channel, NDArray[np.int16]]
Mulaw = Callable[[NDArray[np.int16]], bytes]

VONAGE = "a signature secret of some length"
APOLOGY = "agent: i am very sorry that nobody called you that was our mistake"


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules.of(load(find("complaint")))


def ticked(items: Sequence[Item], rules: Rules) -> list[tuple[str, str]]:
    """The steps that these items tick, judged as a run would."""
    call = Call("c", rules.started(source="test", began=None, timed=True, speech=None), rules)
    call.begin()
    found = []
    for n, item in enumerate(items):
        if isinstance(item, Happened):
            updates = [record.update for record in call.receive(item.event, n)]
            found += [(update.step, update.state) for update in updates if isinstance(update, StepChanged)]
    return found


def twilio_frames(talk: Talk, mulaw: Mulaw, lost: float = 0.0) -> list[str]:
    """What Twilio sends for a talk, both tracks, some of it lost."""
    chance = np.random.default_rng(7)
    tracks = {"inbound": mulaw(talk["customer"]), "outbound": mulaw(talk["agent"])}
    frames = []
    for n in range(len(tracks["inbound"]) // 160):
        for track, sound in tracks.items():
            payload = base64.b64encode(sound[n * 160 : n * 160 + 160]).decode()
            told = {"track": track, "chunk": str(n + 1), "timestamp": str(n * 20), "payload": payload}
            frame = json.dumps({"event": "media", "sequenceNumber": str(2 * n + 2), "streamSid": "MZ1", "media": told})
            if chance.random() >= lost:
                frames.append(frame)
    return frames


CONNECTED = '{"event": "connected", "protocol": "Call", "version": "1.0.0"}'
START = json.dumps(
    {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": "MZ1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "MZ1",
            "callSid": "CA1",
            "tracks": ["inbound", "outbound"],
            "customParameters": {},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        },
    }
)
STOP = '{"event": "stop", "streamSid": "MZ1", "stop": {"accountSid": "AC1", "callSid": "CA1"}}'


class TestTwilio:
    @pytest.mark.parametrize("lost", [0.0, 0.02], ids=["all of it", "with 2 % lost"])
    async def test_a_call_from_its_start_to_its_ticks(
        self, running: Run, starter: Starter, texts: Any, apology: Talk, mulaw: Mulaw, rules: Rules, lost: float
    ) -> None:
        async with running(starter, uri="twilio://:0") as run:
            async with run.dial("/") as client:
                for message in (CONNECTED, START, *twilio_frames(apology, mulaw, lost), STOP):
                    await client.send(message)
            await run.until(Closed)
        (opened,) = run.of(Opened)
        assert (opened.call, opened.source) == ("CA1", f"{run.server.name} (Twilio)")
        assert texts(run.items) == [APOLOGY]
        assert ("apologized", "done") in ticked(run.items, rules)
        assert run.of(SourceLost) == run.of(Complaint) == []

    async def test_swapped_and_doubled_packets_change_nothing(self, running: Run, starter: Starter, apology: Talk, mulaw: Mulaw) -> None:
        frames = twilio_frames(apology, mulaw)
        swapped = [frames[n ^ 2] if n ^ 2 < len(frames) else frames[n] for n in range(len(frames))]
        doubled = [frame for n, frame in enumerate(swapped) for _ in range(2 if n % 5 == 0 else 1)]
        said = []
        for sent in (frames, doubled):
            async with running(starter, uri="twilio://:0") as run:
                async with run.dial("/") as client:
                    for message in (START, *sent, STOP):
                        await client.send(message)
                await run.until(Closed)
            (happened,) = run.of(Utterance)
            # where the first packet of all comes second, the stream begins 20 ms earlier
            said.append([(word, round(start - happened.event.start, 2)) for word, start, _, _ in happened.event.words])
        assert said[0] == said[1]

    async def test_which_track_is_the_agent(self, running: Run, starter: Starter, texts: Any, apology: Talk, mulaw: Mulaw) -> None:
        async with running(starter, uri="twilio://:0?agent=inbound") as run:
            async with run.dial("/") as client:
                for message in (START, *twilio_frames(apology, mulaw), STOP):
                    await client.send(message)
            await run.until(Closed)
        assert texts(run.items) == [APOLOGY.replace("agent", "customer")]

    @pytest.mark.parametrize("public", ["", "?public=wss://calls.example.com/in"])
    async def test_with_a_token_only_who_signs_or_shows_it(self, running: Run, script: Script, public: str) -> None:
        async with running(script(), uri=f"twilio://:0{public}", token="secret") as run:
            url = "wss://calls.example.com/in/7" if public else f"wss://127.0.0.1:{run.server.port}/7"
            signature = base64.b64encode(hmac.digest(b"secret", url.encode(), "sha1")).decode()
            async with run.dial("/7", additional_headers={"X-Twilio-Signature": signature}):
                pass
            async with run.dial("/7", additional_headers={"Authorization": "Basic " + base64.b64encode(b"key:secret").decode()}):
                pass
            async with run.dial("/7?token=secret"):
                pass
            digest = hmac.digest(b"secret", url.replace("wss", "https").encode() + b".n1", "sha256")
            plivo = {"X-Plivo-Signature-V3": base64.b64encode(digest).decode(), "X-Plivo-Signature-V3-Nonce": "n1"}
            async with run.dial("/7", additional_headers=plivo):
                pass
            for path, headers in (("/8", {"X-Twilio-Signature": signature}), ("/8", plivo), ("/7", {})):
                with pytest.raises(InvalidStatus, match="401"):
                    await run.dial(path, additional_headers=headers)

    @pytest.mark.parametrize(
        ("uri", "why"),
        [("twilio://:0?agent=left", "give agent=outbound or inbound"), ("twilio://:0?public=calls.example.com", "is no URL")],
    )
    def test_keys_that_cannot_be(self, script: Script, uri: str, why: str) -> None:
        with pytest.raises(ConfigError, match=why):
            sources.open(uri, recogniser=script())


class TestAudioSocket:
    async def test_a_call_from_its_start_to_its_ticks(
        self, running: Run, starter: Starter, texts: Any, apology: Talk, rules: Rules
    ) -> None:
        async def asterisk(port: int, sound: NDArray[np.int16]) -> None:
            """One snoop channel's socket: the UUID, 20 ms at a time, and hanging up."""
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(struct.pack(">BH", 0x01, 16) + uuid.UUID(int=7).bytes)
            for start in range(0, len(sound), 160):
                piece = sound[start : start + 160].astype("<i2").tobytes()
                writer.write(struct.pack(">BH", 0x10, len(piece)) + piece)
                await writer.drain()
            writer.close()
            await writer.wait_closed()

        async with running(starter, uri="audiosocket://:0?agent=0") as run:
            await asyncio.gather(*(asterisk(run.server.ports[channel], sound) for channel, sound in apology.items()))
            await run.until(Closed)
        assert [opened.call for opened in run.of(Opened)] == [str(uuid.UUID(int=7))]
        assert texts(run.items) == [APOLOGY]
        assert ("apologized", "done") in ticked(run.items, rules)
        assert run.of(SourceLost) == run.of(Complaint) == []


class TestAsterisk:
    async def test_a_call_from_its_start_to_its_ticks(
        self, running: Run, starter: Starter, texts: Any, apology: Talk, mulaw: Mulaw, rules: Rules
    ) -> None:
        async with running(starter, uri="asterisk://:0", token="secret") as run:

            async def asterisk(channel: str, name: str, sound: bytes, frame: int) -> None:
                """One channel of chan_websocket, which shows its user and password as websocket_client.conf has them."""
                keys = f"call=7f3a&channel={channel}&{channel}_name=Lee"
                shown = {"Authorization": "Basic " + base64.b64encode(b"companion:secret").decode()}
                async with run.dial(f"/?{keys}", subprotocols=["media"], additional_headers=shown) as client:
                    assert client.subprotocol == "media"
                    start = f"MEDIA_START connection_id:companion channel:WebSocket/companion/0x1 channel_id:1.7 format:{name}"
                    await client.send(f"{start} optimal_frame_size:{frame} ptime:20")
                    for at in range(0, len(sound), frame):
                        await client.send(sound[at : at + frame])

            agent = asterisk("agent", "slin", apology["agent"].astype("<i2").tobytes(), 320)
            await asyncio.gather(agent, asterisk("customer", "ulaw", mulaw(apology["customer"]), 160))
            await run.until(Closed)
        assert [opened.call for opened in run.of(Opened)] == ["7f3a"]
        assert texts(run.items) == [APOLOGY]
        assert ("apologized", "done") in ticked(run.items, rules)
        assert run.of(SourceLost) == run.of(Complaint) == []

    async def test_a_channel_that_does_not_exist_ends_its_connection_only(self, running: Run, script: Script) -> None:
        async with running(script(), uri="asterisk://:0") as run:
            async with run.dial("/?channel=both", subprotocols=["media"]) as client:
                await client.send("MEDIA_START channel_id:1.7 format:slin")
                with pytest.raises(ConnectionClosed, match="unknown channel 'both'"):
                    await client.recv()
            assert not run.task.done()


class TestVonage:
    async def test_a_call_from_its_start_to_its_ticks(
        self, running: Run, starter: Starter, texts: Any, apology: Talk, rules: Rules
    ) -> None:
        async with running(starter, uri="vonage://:0", token=VONAGE) as run:

            async def vonage(channel: str) -> None:
                """One WebSocket leg, which hears one voice; headers have become keys of the first text."""
                claims = {"iat": int(time.time()), "iss": "Vonage", "jti": channel, "application_id": "7"}
                shown = {"Authorization": "Bearer " + jwt.encode(claims, VONAGE, algorithm="HS256")}
                sound = apology[channel].astype("<i2").tobytes()  # type: ignore[index]
                async with run.dial("/", additional_headers=shown) as client:
                    told = {"call": "CON-7", "channel": channel, f"{channel}_name": "Lee"}
                    await client.send(json.dumps({"event": "websocket:connected", "content-type": "audio/l16;rate=8000", **told}))
                    for at in range(0, len(sound), 320):
                        await client.send(sound[at : at + 320])
                    await client.send('{"event": "websocket:disconnected"}')

            await asyncio.gather(vonage("agent"), vonage("customer"))
            await run.until(Closed)
        assert [opened.call for opened in run.of(Opened)] == ["CON-7"]
        assert texts(run.items) == [APOLOGY]
        assert ("apologized", "done") in ticked(run.items, rules)
        assert run.of(SourceLost) == run.of(Complaint) == []

    def test_the_how_to_asks_for_one_voice_a_connection(self) -> None:
        """Its commands, with `curl` printing what it would send; headers become keys of the first text, as Vonage does it."""
        how_to = (Path(__file__).parents[3] / "docs" / "vonage.md").read_text(encoding="utf-8")
        (commands,) = re.findall(r"```sh\n(.*?)^```", how_to, re.DOTALL | re.MULTILINE)
        given = "JWT=j NUMBER=1 PHONE=2 CALL=call-7f3a CUSTOMER=c-uuid AGENT=a-uuid\ncurl() { printf '%s\\0' \"${@: -1}\"; }\n"
        done = subprocess.run(["bash", "-euc", given + commands], capture_output=True, text=True, check=True, timeout=30)
        agent, *legs = map(json.loads, done.stdout.split("\0")[:-1])
        assert agent["ncco"] == [{"action": "conversation", "name": "call-7f3a"}]
        heard = []
        for leg in legs:
            (to,), (ncco,) = leg["to"], leg["ncco"]
            voice = VoiceSocket("/")
            (begun,) = voice.receive(json.dumps({"event": "websocket:connected", "content-type": to["content-type"], **to["headers"]}))
            (sound,) = voice.receive(bytes(640))
            assert isinstance(begun, Begun)
            assert isinstance(sound, Sound)
            assert (begun.call, ncco["name"], ncco["canSpeak"]) == ("call-7f3a", "call-7f3a", [])
            heard.append((*sound.columns, ncco["canHear"]))
        assert heard == [("customer", ["c-uuid"]), ("agent", ["a-uuid"])]

    async def test_whose_voice_it_is_must_be_said(self, running: Run, script: Script) -> None:
        async with running(script(), uri="vonage://:0") as run:
            async with run.dial("/") as client:
                await client.send('{"event": "websocket:connected", "content-type": "audio/l16;rate=8000", "call": "CON-7"}')
                with pytest.raises(ConnectionClosed, match="no channel, and maybe both voices in one"):
                    await client.recv()
            assert not run.task.done()

    async def test_muted_is_a_gap(self, running: Run, script: Script) -> None:
        async with running(script(), uri="vonage://:0") as run, run.dial("/?call=7&channel=agent") as client:
            await client.send('{"event": "websocket:connected", "content-type": "audio/l16;rate=8000"}')
            await client.send(bytes(320))
            await client.send('{"event": "websocket:media:update", "active": false}')
            await run.until(SourceLost)
            await client.send(bytes(320))
            await run.until(SourceBack)
        assert [lost.event.reason for lost in run.of(SourceLost)] == ["muted at Vonage"]

    @pytest.mark.parametrize(("reset", "lost"), [(False, []), (True, ["the connection broke"])], ids=["ended", "reset"])
    async def test_its_module_hangs_up_without_a_word(self, running: Run, script: Script, reset: bool, lost: list[str]) -> None:
        async with running(script(), uri="vonage://:0") as run:
            client = await run.dial("/?call=7&channel=agent")
            await client.send('{"event": "websocket:connected", "content-type": "audio/l16;rate=8000"}')
            await client.send(bytes(320))
            await run.until(Opened)
            if reset:
                client.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.transport.abort()
            await run.until(SourceLost if reset else Closed)
        assert [item.event.reason for item in run.of(SourceLost)] == lost

    async def test_with_a_token_only_who_signs_or_shows_it(self, running: Run, script: Script) -> None:
        async with running(script(), uri="vonage://:0", token=VONAGE) as run:
            signed = jwt.encode({"iat": int(time.time())}, VONAGE, algorithm="HS256")
            for header in (f"Bearer {signed}", f"Bearer {VONAGE}"):
                async with run.dial("/", additional_headers={"Authorization": header}):
                    pass
            strange = jwt.encode({"iat": int(time.time())}, VONAGE[::-1], algorithm="HS256")
            for headers in ({"Authorization": f"Bearer {strange}"}, {"Authorization": signed}, {}):
                with pytest.raises(InvalidStatus, match="401"):
                    await run.dial("/", additional_headers=headers)


class TestAudioHook:
    async def test_a_call_from_its_start_to_its_ticks(
        self, running: Run, starter: Starter, texts: Any, apology: Talk, mulaw: Mulaw, rules: Rules
    ) -> None:
        both = mulaw(np.stack([apology["customer"], apology["agent"]], axis=1).reshape(-1))
        async with running(starter, uri="audiohook://:0") as run:
            async with run.dial("/", additional_headers={"Audiohook-Organization-Id": "o"}) as client:

                async def tell(kind: str, seq: int, **parameters: Any) -> dict[str, Any]:
                    message = {"version": "2", "type": kind, "id": "s", "seq": seq, "serverseq": seq - 1, "position": "PT0S"}
                    await client.send(json.dumps({**message, "parameters": parameters}))
                    reply: dict[str, Any] = json.loads(await client.recv())
                    return reply

                media = [{"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}]
                opened = await tell("open", 1, organizationId="o", conversationId="c7", media=media)
                assert (opened["type"], opened["parameters"]["media"]) == ("opened", media)
                for start in range(0, len(both), 1600):
                    await client.send(both[start : start + 1600])
                assert (await tell("ping", 2))["type"] == "pong"
                assert (await tell("close", 3, reason="end"))["type"] == "closed"
            await run.until(Closed)
        assert [item.call for item in run.of(Opened)] == ["c7"]
        assert texts(run.items) == [APOLOGY]
        assert ("apologized", "done") in ticked(run.items, rules)
        assert run.of(SourceLost) == run.of(Complaint) == []

    async def test_with_a_key_only_who_has_it(self, running: Run, script: Script) -> None:
        async with running(script(), uri="audiohook://:0", token="key:c2VjcmV0") as run:
            now = int(time.time())
            ids = {f"audiohook-{what}-id": what for what in ("organization", "session", "correlation")}
            parts = {"@request-target": "/", "@authority": f"127.0.0.1:{run.server.port}", **ids, "x-api-key": "key"}
            names = " ".join(f'"{name}"' for name in parts)
            told = f'({names});keyid="key";nonce="{"n" * 22}";alg="hmac-sha256";created={now};expires={now + 30}'
            lines = [f'"{name}": {value}' for name, value in parts.items()] + [f'"@signature-params": {told}']
            signature = base64.b64encode(hmac.digest(b"secret", "\n".join(lines).encode(), "sha256")).decode()
            headers = {**ids, "X-Api-Key": "key", "Signature-Input": f"sig1={told}", "Signature": f"sig1=:{signature}:"}
            async with run.dial("/", additional_headers=headers):
                pass
            for wrong in (headers, {**ids, "X-Api-Key": "key"}, {}):  # the first, because a signature opens once
                with pytest.raises(InvalidStatus, match="401"):
                    await run.dial("/", additional_headers=wrong)


class TestFreeSwitch:
    @pytest.mark.parametrize(
        "head",
        [{"origin": "http://127.0.0.1:8080"}, {"origin": "http://127.0.0.1", "subprotocols": ["audio.drachtio.org"]}],
        ids=["mod_audio_stream", "mod_audio_fork"],
    )
    async def test_what_its_modules_show_at_the_door(self, running: Run, script: Script, head: dict[str, Any]) -> None:
        async with running(script(), uri="freeswitch://:0") as run:
            async with run.dial("/?call=7&agent_name=Dana%20Reyes", **head) as client:
                await client.send(bytes(640))
            (opened,) = await run.until(Opened)
            assert (opened.call, opened.agent) == ("7", "Dana Reyes")

    async def test_a_call_from_its_start_to_its_ticks(
        self, running: Run, starter: Starter, texts: Any, apology: Talk, rules: Rules
    ) -> None:
        both = np.stack([apology["customer"], apology["agent"]], axis=1).astype("<i2").tobytes()
        async with running(starter, uri="freeswitch://:0?rate=16000") as run:
            async with run.dial("/calls?rate=8k", subprotocols=["audio.drachtio.org"]) as client:
                await client.send('{"uuid": "b7e1", "from": "+15550100", "to": "100"}')
                for start in range(0, len(both), 640):
                    await client.send(both[start : start + 640])
            await run.until(Closed)
        (opened,) = run.of(Opened)
        assert (opened.call, opened.source) == ("b7e1", f"{run.server.name} (FreeSWITCH, from +########, to 100)")
        assert texts(run.items) == [APOLOGY]
        assert ("apologized", "done") in ticked(run.items, rules)
        assert run.of(SourceLost) == run.of(Complaint) == []

    @pytest.mark.parametrize(
        ("uri", "why"),
        [
            ("freeswitch://:0?rate=fast", "rate 'fast' cannot be used"),
            ("freeswitch://:0?rate=100", "rate '100' cannot be used"),
            ("freeswitch://:0?channels=3", "give channels=2 or 1"),
            ("freeswitch://:0?agent=outbound", "give agent=right or left"),
        ],
    )
    def test_keys_that_cannot_be(self, script: Script, uri: str, why: str) -> None:
        with pytest.raises(ConfigError, match=why):
            sources.open(uri, recogniser=script())
