"""Every way to write a SOURCE, and one clear line for every way not to."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from companion import sources
from companion.core.feed import Closed, Level
from companion.errors import ConfigError, SourceError
from companion.sources.listeners.vosk_server import VoskServer
from companion.sources.uri import Address, parse
from companion.sources.websocket import Chat, SoundStream
from companion.speech.recogniser import Scripted


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("-", Address(kind="jsonl", where="-", name="stdin")),
        ("calls/a.wav", Address(kind="sound", where="calls/a.wav", name="a.wav")),
        ("C:\\calls\\a.wav", Address(kind="sound", where="C:\\calls\\a.wav", name="a.wav")),
        ("12:30 call.flac", Address(kind="sound", where="12:30 call.flac", name="12:30 call.flac")),
        ("file:///calls/a%20b.ogg", Address(kind="sound", where="/calls/a b.ogg", name="a b.ogg")),
        ("file:a.mp3", Address(kind="sound", where="a.mp3", name="a.mp3")),
        ("old/chat.JSONL", Address(kind="jsonl", where="old/chat.JSONL", name="chat.JSONL")),
        ("mic:", Address(kind="mic", where="", name="mic:")),
        ("loopback:USB Head set", Address(kind="loopback", where="USB Head set", name="loopback:USB Head set")),
        ("pcm:-", Address(kind="pcm", where="-", name="stdin", rate=16000)),
        (
            "pcm:/run/sound?rate=8000&channels=2&encoding=mulaw",
            Address(kind="pcm", where="/run/sound", name="sound", rate=8000, channels=2, encoding="mulaw"),
        ),
        ("ws://host/chat", Address(kind="stream", where="ws://host/chat", name="ws://host/chat")),
        (
            "wss://me:secret@host:8443/x?key=k&rate=16000&channels=2",
            Address(kind="stream", where="wss://me:secret@host:8443/x?key=k", name="wss://host:8443/x", rate=16000, channels=2),
        ),
        ("vosk://:2700", Address(kind="vosk", where="vosk://:2700", name="vosk://:2700", host="", port=2700)),
        ("vosk://", Address(kind="vosk", where="vosk://", name="vosk://:2700", host="", port=2700)),
        (
            "TWILIO://:0?agent=inbound",
            Address(kind="phone", where="TWILIO://:0?agent=inbound", name="twilio://:0", keys={"agent": "inbound"}),
        ),
        ("twilio://", Address(kind="phone", where="twilio://", name="twilio://:8080", port=8080)),
        (
            "audiosocket://h?agent=1&from=10.0.0.5",
            Address(
                kind="phone",
                where="audiosocket://h?agent=1&from=10.0.0.5",
                name="audiosocket://h:9092",
                host="h",
                port=9092,
                keys={"agent": "1", "from": "10.0.0.5"},
            ),
        ),
        (
            "twilio-conversations://:0?agent=a,b*&idle=5",
            Address(
                kind="webhook",
                where="twilio-conversations://:0?agent=a,b*&idle=5",
                name="twilio-conversations://:0",
                keys={"agent": "a,b*", "idle": "5"},
            ),
        ),
        ("Intercom://", Address(kind="webhook", where="Intercom://", name="intercom://:8080", port=8080)),
        ("audiohook://", Address(kind="phone", where="audiohook://", name="audiohook://:8080", port=8080)),
        ("asterisk://", Address(kind="phone", where="asterisk://", name="asterisk://:8080", port=8080)),
        ("vonage://", Address(kind="phone", where="vonage://", name="vonage://:8080", port=8080)),
        ("vosk://[::1]:0", Address(kind="vosk", where="vosk://[::1]:0", name="vosk://[::1]:0", host="::1", port=0)),
    ],
)
def test_understood(uri: str, address: Address) -> None:
    assert parse(uri) == address


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("", "source '': is no source; give - (JSON Lines on standard input)"),
        ("http://host/a.wav", "http://host/a.wav: http: is not understood; give - (JSON Lines on standard input)"),
        ("twillio://:8080", "twillio://:8080: twillio: is not understood; give twilio:"),
        ("chatwoot-wss://host", "chatwoot-wss://host: chatwoot-wss: is not understood; give chatwoot+wss:"),
        ("rtp://me:secret@host?x=y", "rtp://host: rtp: is not understood"),
        ("pcm:", "pcm:: no input; give pcm:-?rate=16000&channels=2"),
        ("pcm:-?rate=fast", "pcm:-: rate 'fast' is no whole number"),
        ("pcm:-?rate=1000000", "rate 1000000 cannot be used; give 4000 to 192000"),
        ("pcm:-?channels=3", "3 channels; a call has 1 or 2"),
        ("pcm:-?encoding=opus", "unknown encoding 'opus'; give s16le, mulaw or alaw"),
        ("pcm:-?speed=2", "unknown key 'speed'; rate, channels and encoding are understood"),
        ("ws:///x", "no host; give ws://host:port/path"),
        ("ws://host:port/", "port could not be cast"),
        ("ws://host?channels=2", "channels without a rate; add rate=16000"),
        ("vosk://host:99999", "port out of range"),
        ("vosk://host/path", "only a host and a port are understood"),
        ("twilio://:0/stream", "only a host and a port are understood; give twilio://:8080"),
        ("twilio://me@:0", "only a host and a port are understood"),
        ("twilio://:0?track=both", "unknown key 'track'; agent and public can be given"),
        ("file://elsewhere/a.wav", "a file on another machine; give file:///path"),
    ],
)
def test_refused(uri: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(uri)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


class TestOpen:
    """What `companion.sources.open` makes of it."""

    @pytest.mark.parametrize(
        ("uri", "sound"),
        [
            ("-", False),
            ("a.jsonl", False),
            ("ws://h/", False),
            ("ws://h/?rate=8000", True),
            ("a.wav", True),
            ("pcm:-", True),
            ("vosk://", True),
            ("twilio://", True),
            ("slack://", False),
        ],
    )
    def test_which_need_a_recogniser(self, uri: str, sound: bool) -> None:
        assert sources.needs_speech(uri) is sound

    @pytest.mark.parametrize(
        ("uri", "live", "endless"),
        [
            ("-", False, False),
            ("a.wav", False, False),
            ("ws://h/", True, False),
            ("vosk://", True, True),
            ("twilio://", True, True),
            ("slack://", True, True),
        ],
    )
    def test_which_go_on_and_which_wait_for_calls(self, uri: str, live: bool, endless: bool) -> None:
        assert (sources.is_live(uri), sources.is_endless(uri)) == (live, endless)

    @pytest.mark.parametrize("uri", ["pcm:-", "ws://host/?rate=8000", "vosk://:0", "twilio://:0"])
    def test_sound_without_a_recogniser(self, uri: str) -> None:
        with pytest.raises(ConfigError, match="sends sound, and no recogniser was given"):
            sources.open(uri)

    @pytest.mark.parametrize("speed", [0, -1, 1001, float("nan")])
    def test_a_speed_that_cannot_be_played(self, speed: float) -> None:
        with pytest.raises(ConfigError, match="cannot be played"):
            sources.open("-", speed=speed)

    @pytest.mark.parametrize("uri", ["{}/none.jsonl", "pcm:{}/none?rate=8000&channels=2", "{}/none.wav"])
    def test_nothing_there(self, tmp_path: Path, uri: str) -> None:
        with pytest.raises(SourceError, match="no such file; check the path"):
            sources.open(uri.format(tmp_path), recogniser=lambda call: Scripted([]))

    @pytest.mark.parametrize("uri", ["{}", "file://{}", "pcm:{}?rate=8000&channels=2"])
    def test_a_folder(self, tmp_path: Path, uri: str) -> None:
        with pytest.raises(SourceError, match="is a folder; name a file"):
            sources.open(uri.format(tmp_path), recogniser=lambda call: Scripted([]))

    @pytest.mark.parametrize(
        ("uri", "call"),
        [("{}/a.b.wav", "a.b"), ("file://{}/a.b.wav", "a.b"), ("pcm:{}/raw?channels=2", "raw"), ("pcm:{}/a.b.wav?channels=2", "a.b")],
    )
    async def test_the_call_is_named_after_the_file(self, tmp_path: Path, uri: str, call: str) -> None:
        soundfile.write(tmp_path / "a.b.wav", np.zeros((1600, 2)), 16000)
        (tmp_path / "raw").write_bytes(bytes(6400))
        for given, expected in ((None, call), ("mine", "mine")):
            source = sources.open(uri.format(tmp_path), recogniser=lambda call: Scripted([]), call=given)
            items = [item async for item in source]
            assert (items[0].call, type(items[-1])) == (expected, Closed)

    async def test_two_channels_are_not_asked_whose_they_are_and_one_is(self, tmp_path: Path) -> None:
        (tmp_path / "raw").write_bytes(bytes(6400))
        with pytest.raises(ConfigError, match="has one channel; say whose it is with --mono-as"):
            sources.open(f"pcm:{tmp_path}/raw", recogniser=lambda call: Scripted([]))
        source = sources.open(f"pcm:{tmp_path}/raw", recogniser=lambda call: Scripted([]), mono_as="agent")
        assert {item.channel async for item in source if isinstance(item, Level)} == {"agent"}

    async def test_lines_from_any_descriptor(self) -> None:
        read, write = os.pipe()
        os.write(write, b'{"speaker": "agent", "text": "hi"}\n')
        os.close(write)
        items = [item async for item in sources.open("-", stdin=read)]
        assert [type(item).__name__ for item in items] == ["Opened", "Happened", "Closed"]
        os.close(read)

    def test_streams_and_listeners_are_not_dialled_before_they_are_iterated(self) -> None:
        def recogniser(call: str) -> Scripted:
            return Scripted([])

        assert isinstance(sources.open("ws://127.0.0.1:1/"), Chat)
        assert isinstance(sources.open("ws://127.0.0.1:1/?rate=8000&channels=2", recogniser=recogniser), SoundStream)
        server = sources.open("vosk://:0", recogniser=recogniser)
        assert isinstance(server, VoskServer)
        assert server.name == "vosk://127.0.0.1:0"


@pytest.mark.parametrize(
    ("uri", "where", "name", "keys"),
    [
        ("chatwoot+wss://chat.example?account=1", "https://chat.example", "chatwoot+wss://chat.example", {"account": "1"}),
        (
            "chatwoot+ws://[::1]:3000/on/?account=1&conversation=7",
            "http://[::1]:3000/on",
            "chatwoot+ws://[::1]:3000/on/",
            {"account": "1", "conversation": "7"},
        ),
        ("RocketChat+WSS://chat.example?room=GENERAL", "https://chat.example", "rocketchat+wss://chat.example", {"room": "GENERAL"}),
        ("slack://?channel=C1", "https://slack.com", "slack://", {"channel": "C1"}),
        ("slack://slack-gov.com", "https://slack-gov.com", "slack://slack-gov.com", {}),
        ("slack+ws://localhost:9", "http://localhost:9", "slack+ws://localhost:9", {}),
    ],
)
def test_chat_systems(uri: str, where: str, name: str, keys: dict[str, str]) -> None:
    address = parse(uri)
    assert (address.kind, address.where, address.name.lower(), address.keys) == ("chat", where, name, keys)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (
            "chatwoot://chat.example",
            "chatwoot://chat.example: over what is not said; give chatwoot+wss://host, or chatwoot+ws://host without TLS",
        ),
        ("rocketchat+tcp://chat.example", "over what is not said; give rocketchat+wss://host"),
        ("chatwoot+wss://?account=1", "chatwoot+wss://: no host; give chatwoot+wss://host"),
        (
            "slack://xoxb-secret@slack.com",
            "slack://slack.com: a token does not belong in a URI; put it into a file, and give --chat-token-file",
        ),
        ("rocketchat+wss://h?token=secret", "rocketchat+wss://h: unknown key 'token'; room can be given"),
    ],
)
def test_chat_systems_that_cannot_be(uri: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(uri)
    assert message in str(error.value)
    assert "secret" not in str(error.value)
