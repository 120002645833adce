"""What drives a terminal does not come through, in whatever text it hides."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.broadcast.cleaning import clean_json
from companion.errors import PeerError
from companion.speech.redact import clean

JSON = st.recursive(st.none() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *texts(item))]
    return []


@given(JSON, st.booleans())
def test_no_text_is_left_that_could_do_harm(value: object, ascii_: bool) -> None:
    line = json.dumps(value, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    try:
        done = json.loads(clean_json(line))
    except PeerError:  # a lone surrogate, which is no Unicode
        return
    assert [text for text in texts(done) if clean(text) != text.replace("\n", " ")] == []


@pytest.mark.parametrize("line", [b'{"a":1}', b'{"text":"plain words, with \\"marks\\"","n":1.50}', b"nonsense that is plain"])
def test_a_plain_line_is_not_touched(line: bytes) -> None:
    assert clean_json(line) is line


def test_names_and_keys_too() -> None:
    assert clean_json(b'{"call":"\\u001b]0;you\\u0007 7","x\\u009b2Jy":"\xe2\x80\xaeabc"}') == b'{"call":" 7","xy":"abc"}'


def test_a_draft_to_the_customer_keeps_its_paragraphs() -> None:
    assert clean_json(b'{"message":"Hello,\\n\\nThank\\tyou\\u001b[31m.","a\\nb":1}') == b'{"message":"Hello,\\n\\nThank you.","a b":1}'


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(PeerError, match="not JSON"):
        clean_json(b'{"a": "\\u001b')
    with pytest.raises(PeerError, match="not JSON"):
        clean_json(b"[" * 100_000 + b"\\n")
