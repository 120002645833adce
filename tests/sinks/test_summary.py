"""Summaries: one line for each call that ends, and nothing else."""

import json
import os

import pytest

from companion.core.events import CallEnded
from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.errors import ReaderGone, SinkError
from companion.sinks.summary import Summaries

CLOSED = Record(call="c", seq=9, at=1000, update=CallClosed(summary={"call": "c", "duration": 1.0}))


def test_only_a_closed_call_is_summed_up() -> None:
    read, write = os.pipe()
    sink = Summaries(write)
    sink.write(Record(call="c", seq=8, at=1000, event=CallEnded(reason="done")))
    sink.write(CLOSED)
    sink.close()
    os.close(write)
    assert [json.loads(line) for line in os.fdopen(read)] == [{"call": "c", "duration": 1.0}]


def test_a_reader_that_left_is_told_apart() -> None:
    read, write = os.pipe()
    os.close(read)
    with pytest.raises(ReaderGone):
        Summaries(write).write(CLOSED)
    os.close(write)


def test_a_summary_that_cannot_be_written_is_an_error() -> None:
    full = os.open("/dev/full", os.O_WRONLY) if os.path.exists("/dev/full") else pytest.skip("there is no /dev/full on this system")
    with pytest.raises(SinkError, match="the summary of call c is lost: No space left"):
        Summaries(full).write(CLOSED)
    os.close(full)
