"""Names and messages on NATS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.broadcast import nats_subjects as subjects
from companion.core.record import decode, encode
from companion.errors import JournalError
from tests.broadcast.nats_server import Talk, rules

TOKEN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_%~")


@given(st.text(max_size=30))
def test_any_name_is_one_token_and_comes_back(name: str) -> None:
    token = subjects.token(name)
    assert token
    assert set(token) <= TOKEN
    if len(token) < 90 and not any("\ud800" <= letter <= "\udfff" for letter in name):
        assert subjects.name_of(token) == name


@given(st.lists(st.text(alphabet="aä.*%~ ", max_size=200), min_size=2, max_size=2, unique=True))
def test_different_names_are_different_tokens(names: list[str]) -> None:
    one, other = map(subjects.token, names)
    assert one != other
    assert len(one) <= 120


@pytest.mark.parametrize("name", ["", ".", "*", ">", "a b", "companion.call.42", "\r\nPUB x 0", "ä" * 500])
def test_no_name_reaches_another_subject(name: str) -> None:
    assert subjects.records(subjects.token(name)).count(".") == 2


def test_who_asks_stands_in_the_subject() -> None:
    subject = subjects.owner(subjects.token("call 42"), "supervisor", "Eve Smith")
    assert subject == "companion.owner.call%2042.supervisor.Eve%20Smith"
    assert subjects.asker(subject) == ("supervisor", "Eve Smith")
    assert subjects.call_of(subject) == "call%2042"


def test_a_record_travels_without_its_checklist() -> None:
    started = Talk("42").records[0]
    line = subjects.line(started)
    assert len(line) < 600
    (bare,) = subjects.read(line)
    assert encode(subjects.whole(bare, rules().value)) == encode(started)


def test_a_message_holds_lines_of_the_journal() -> None:
    talk = Talk("42", agent="ann")
    talk.say(3)
    talk.end()
    payload = b"\n".join(map(subjects.line, talk.records))
    assert list(map(encode, subjects.read(payload)))[1:] == talk.journal[1:]
    assert subjects.closes(payload)
    assert not subjects.closes(payload.rpartition(b"\n")[0])
    assert not subjects.closes(b"no record")
    with pytest.raises(JournalError):
        subjects.read(b"")
    assert decode(payload.split(b"\n")[0]).seq == 0


@pytest.mark.parametrize(("sizes", "most", "count"), [([10, 10, 10], 22, 2), ([10, 10, 10], 21, 1), ([50, 10], 20, 1), ([5], 100, 1)])
def test_so_many_lines_fit_into_a_message(sizes: list[int], most: int, count: int) -> None:
    assert subjects.fitting([b"x" * size for size in sizes], most) == count


def test_an_entry_that_cannot_be_read_is_none() -> None:
    assert subjects.read_entry(b'{"call": "42", "first": 7}') == subjects.Entry(call="42", first=7)
    assert subjects.read_entry(b"") is None
    assert subjects.read_entry(b'{"call": 42}') is None
