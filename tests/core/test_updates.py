"""Updates: their names in the journal and the order of their fields."""

from typing import get_args

import msgspec
import pytest

from companion.core.updates import AnyUpdate, Evidence, Prompted, StepHeard, Update

EVERY = get_args(AnyUpdate)


def test_every_update_there_is_can_be_read() -> None:
    assert set(EVERY) == set(Update.__subclasses__())


def test_the_promised_types() -> None:
    promised = "step_heard step_changed flag_raised heat_changed talk_over dead_air prompted prompt_closed escalated promised call_closed"
    assert sorted(kind.__struct_config__.tag for kind in EVERY) == sorted(promised.split())


def test_evidence_is_written_from_and_to() -> None:
    heard = StepHeard(step="apologized", utterance=1, grade=2, score=97, evidence=(Evidence(1, 4, 9, "sorry"),))
    line = (
        b'{"type":"step_heard","step":"apologized","utterance":1,"grade":2,"score":97,'
        b'"evidence":[{"utterance":1,"from":4,"to":9,"text":"sorry"}]}'
    )
    assert msgspec.json.encode(heard) == line
    assert msgspec.json.decode(line, type=AnyUpdate) == heard


def test_a_prompt_need_not_name_a_step_and_a_flag() -> None:
    line = b'{"type":"prompted","id":0,"kind":"escalate","text":"offer","say":"let me"}'
    prompted = msgspec.json.decode(line, type=AnyUpdate)
    assert isinstance(prompted, Prompted)
    assert (prompted.step, prompted.flag, prompted.also) == (None, None, ())


def test_updates_never_change() -> None:
    assert all(kind.__struct_config__.frozen for kind in EVERY)


@pytest.mark.parametrize("line", [b'{"type":"heat_changed","heat":1}', b'{"type":"prompt_closed","id":0,"outcome":"ignored"}'])
def test_what_is_no_update(line: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line, type=AnyUpdate)
