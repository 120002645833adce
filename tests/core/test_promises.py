"""Promises: what, by when, and on which day."""

from companion.core.language.en import ENGLISH
from companion.core.promises import promises
from companion.core.reading import Reader

BEGAN = "2026-11-20T10:00:00+00:00"  # a Friday
READER = Reader({}, {"time": ["by friday", "at five", "tomorrow", "shortly", "within two days"]}, also=["@promise"], language=ENGLISH)


def made(said: str) -> list[tuple[str, str, str | None]]:
    reading = READER.read(said)
    found = promises(reading, reading.spans("time"), BEGAN)
    return [(reading.text.quote(one.what), reading.text.quote(one.by), one.due) for one in found]


def test_a_promise_is_what_will_be_done_and_by_when() -> None:
    assert made("Well, I'll call you by Friday at five.") == [
        ("I'll call you by Friday at five", "by Friday at five", "2026-11-27T17:00+00:00")
    ]
    assert made("Tomorrow you will have it in your hands. Bye") == [("Tomorrow you will have it in your hands", "Tomorrow", "2026-11-21")]
    assert made("We will write and then you will hear within two days, shortly") == [
        ("you will hear within two days, shortly", "within two days, shortly", None)
    ]
    assert made("Tomorrow!") == [("Tomorrow", "Tomorrow", "2026-11-21")]


def test_the_one_who_promises_belongs_to_it() -> None:
    assert made("I believe it should arrive shortly")[0][0] == "should arrive shortly"
    assert made("somebody will be with you tomorrow")[0][0] == "somebody will be with you tomorrow"
