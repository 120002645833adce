"""Losing an engine is an error of speech, with advice that fits it."""

import pytest

from companion.errors import SpeechError
from companion.speech.engine import EngineLost


@pytest.mark.parametrize(("given", "expected"), [({}, "try another model"), ({"advice": "see to the server"}, "see to the server")])
def test_what_to_do_depends_on_what_was_lost(given: dict[str, str], expected: str) -> None:
    lost = EngineLost("broke off", loading=True, **given)
    assert isinstance(lost, SpeechError)
    assert (str(lost), lost.loading) == ("broke off", True)
    assert lost.advice.startswith(expected)
