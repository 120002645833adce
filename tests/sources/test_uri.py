"""Every way to write a SOURCE, and one clear line for every way not to."""

import pytest

from companion.errors import ConfigError
from companion.sources.uri import Address, parse


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
        ("file://elsewhere/a.wav", "a file on another machine; give file:///path"),
    ],
)
def test_refused(uri: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(uri)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
