"""Text from outside cannot drive a terminal."""

import re
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.speech.redact import clean, shown, without_password

DIRTY = {
    "a \x1b[1;31mred\x1b[0m word": "a red word",
    "\x1b]0;own3d\x07title": "title",
    "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\": "link",
    "\x1bP1$r0m\x1b\\dcs": "dcs",
    "\x9b31mc1": "c1",
    "\x9d0;title\x9cosc": "osc",
    "\x1b(Bset": "set",
    "open \x1b]0;never ends": "open 0;never ends",
    "alone \x1b": "alone \ufffd",
    "line\nend\r\ttab\x0b\x0c": "line end  tab  ",
    "u\u2028v\u2029w\x85": "u v w ",
    "nul\x00bell\x07del\x7f": "nul\ufffdbell\ufffddel\ufffd",
    "half\ud83dpair": "half\ufffdpair",
    "right\u202eleft\u2066\u200f": "rightleft",
}


@pytest.mark.parametrize(("text", "harmless"), DIRTY.items())
def test_escapes_and_controls_are_replaced(text: str, harmless: str) -> None:
    assert clean(text) == harmless


@pytest.mark.parametrize("text", ["plain", "Grüße, 我很抱歉 – “quoted” €5", "👩‍👧 family", "non\u00a0breaking"])
def test_ordinary_text_stays(text: str) -> None:
    assert clean(text) == text


@given(st.text(alphabet=st.characters() | st.sampled_from("\x1b\x9b\x9d[]0;m\x07\\\ud800\u202e"), max_size=60))
def test_nothing_that_drives_a_terminal_survives(text: str) -> None:
    harmless = clean(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", harmless)
    assert clean(harmless) == harmless
    harmless.encode("utf-8")


@pytest.mark.parametrize("opening", ["\x1b]", "\x9d", "\x90", "\x9b0 "])
def test_long_texts_take_no_more_than_their_length(opening: str) -> None:
    assert timeit.timeit(lambda: clean(opening * 40_000), number=1) < 2.0


@pytest.mark.parametrize(
    ("uri", "harmless"),
    [
        ("wss://user:secret@host:1/path?token=secret#secret", "wss://host:1/path"),
        ("ws://secret:b@rd@host", "ws://host"),
        ("http://user:secret@[broken/list.json?key=secret", "http://[broken/list.json"),
        ("host?token=secret", "host"),
    ],
)
def test_an_address_is_told_without_its_secrets(uri: str, harmless: str) -> None:
    assert shown(uri) == harmless


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("postgresql://user:secret@host:5432/db", "postgresql://user:***@host:5432/db"),
        ("postgresql://user:sec/r@et@host/db?sslmode=require", "postgresql://user:***@host/db?sslmode=require"),
        ("postgresql://user@host/db?password=secret&a=b", "postgresql://user@host/db?password=***&a=b"),
        ("nats://eve@host:4222?days=30", "nats://eve@host:4222?days=30"),
        ("127.0.0.1:2750", "127.0.0.1:2750"),
    ],
)
def test_a_password_in_a_setting_is_starred(text: str, harmless: str) -> None:
    assert without_password(text) == harmless
