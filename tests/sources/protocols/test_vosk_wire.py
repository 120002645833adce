"""The vosk-server protocol, message by message."""

import contextlib
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Introduced, Partial, SourceLost, Utterance
from companion.core.feed import Glimpsed, Happened, Item, Level
from companion.errors import PeerError
from companion.sources.protocols.vosk_wire import Client, Configured, Ended, Reset, Sound, seat, who
from tests.sources.protocols.recorded import Frame, spoiled

WORDS = (("hello", 10.1, 10.4, 1.0), ("there", 10.5, 10.9, 0.75))


def final(text: str = "hello there", words: Any = WORDS) -> Item:
    return Happened(call="7", event=Utterance(speaker="agent", text=text, start=10.1, end=10.9, words=words))


def partial(text: str) -> Item:
    return Glimpsed(call="7", partial=Partial(channel="agent", text=text, start=0, end=1))


def configured(**config: Any) -> Client:
    client = Client()
    assert client.receive(json.dumps({"config": config})) == Configured()
    return client


class TestRequests:
    def test_sound(self) -> None:
        assert Client().receive(b"\0\1") == Sound(b"\0\1")

    @pytest.mark.parametrize("text", ['{"eof" : 1}', '{"eof":1}', '{ "eof": true }\n'])
    def test_eof(self, text: str) -> None:
        assert Client().receive(text) == Ended()

    @pytest.mark.parametrize("text", ['{"reset" : 1}', '{"reset":1}'])
    def test_reset(self, text: str) -> None:
        assert Client().receive(text) == Reset()

    @pytest.mark.parametrize(
        "text",
        [
            '{ "config" : { "sample_rate" : 16000 } }',  # websocket/test.py
            '{ "config" : { "sample_rate" : 16000.000000 } }',  # vosk-transcriber
            '{"config": {"phrase_list": ["one two", "three"], "sample_rate": 16000, "words": 0}}',  # websocket/test_words.py
            '{"config": {"max_alternatives": 20, "sample_rate": "16000"}}',
        ],
    )
    def test_the_stock_clients_config(self, text: str) -> None:
        client = Client()
        assert client.receive(text) == Configured()
        assert client.rate == 16000

    def test_without_config_the_rate_is_that_of_vosk_server(self) -> None:
        assert Client().rate == 8000

    def test_after_sound_a_config_changes_nothing(self) -> None:
        client = configured(sample_rate=16000)
        client.receive(b"\0\0")
        client.receive('{"config": {"sample_rate": 48000, "words": false}}')
        assert client.rate == 16000
        assert "result" in json.loads(client.reply([final()]))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('{"config": {"model": "/models/other"}}', "the speech model cannot be changed by a client"),
            ('{"config": {"sample_rate": 100}}', "config: a rate of 100 Hz cannot be used; give 4000 to 192000 Hz"),
            ('{"config": {"sample_rate": 1e999}}', "config: a rate of inf Hz cannot be used; give 4000 to 192000 Hz"),
            ('{"config": {"sample_rate": null}}', "config: sample_rate and max_alternatives are numbers"),
            ('{"config": {"max_alternatives": Infinity}}', "config: sample_rate and max_alternatives are numbers"),
            ('{"config": 16000}', "a text message that is neither config, eof nor reset"),
            ('{"eof": 0}', "a text message that is neither config, eof nor reset"),
            ("hello", "a text message that is neither config, eof nor reset"),
            ("", "a text message that is neither config, eof nor reset"),
            ("[" * 100_000, "a text message that is neither config, eof nor reset"),
        ],
    )
    def test_refused(self, text: str, said: str) -> None:
        with pytest.raises(PeerError) as caught:
            Client().receive(text)
        assert str(caught.value) == said

    @given(st.lists(st.one_of(st.text(), st.binary())))
    def test_nothing_crashes_it(self, messages: list[str | bytes]) -> None:
        client = Client()
        for message in messages:
            with contextlib.suppress(PeerError):
                client.receive(message)

    @given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=3))
    def test_no_config_crashes_it(self, value: Any) -> None:
        for key in ("sample_rate", "max_alternatives", "words", "phrase_list"):
            with contextlib.suppress(PeerError):
                assert 4000 <= configured(**{key: value}).rate <= 192000


class TestReplies:
    def test_the_text_so_far(self) -> None:
        client = Client()
        assert client.reply([]) == '{\n  "partial" : ""\n}'
        assert client.reply([partial("hel"), partial("hello"), Level(call="7", channel="agent", level=0)]) == '{\n  "partial" : "hello"\n}'
        assert json.loads(client.reply([])) == {"partial": "hello"}

    def test_a_final_with_its_words_on_the_clients_clock(self) -> None:
        client = Client()
        client.reply([partial("hello")])
        assert json.loads(client.reply([final()], offset=10.0)) == {
            "result": [
                {"conf": 1.0, "end": 0.4, "start": 0.1, "word": "hello"},
                {"conf": 0.75, "end": 0.9, "start": 0.5, "word": "there"},
            ],
            "text": "hello there",
        }
        assert json.loads(client.reply([])) == {"partial": ""}

    def test_without_words(self) -> None:
        assert json.loads(configured(words=0).reply([final()])) == {"text": "hello there"}
        assert json.loads(Client().reply([final(words=None)])) == {"text": "hello there"}

    def test_one_reply_though_a_frame_holds_several_finals(self) -> None:
        reply = json.loads(Client().reply([final(), final("bye", (("bye", 11, 12, 1.0),)), partial("and")]))
        assert reply["text"] == "hello there bye"
        assert [word["word"] for word in reply["result"]] == ["hello", "there", "bye"]

    def test_alternatives(self) -> None:
        client = configured(max_alternatives=3)
        assert json.loads(client.reply([final()], 10.0)) == {
            "alternatives": [
                {
                    "confidence": 0.875,
                    "result": [{"end": 0.4, "start": 0.1, "word": "hello"}, {"end": 0.9, "start": 0.5, "word": "there"}],
                    "text": "hello there",
                }
            ]
        }
        assert json.loads(client.last([])) == {"alternatives": [{"confidence": 1.0, "text": ""}]}

    def test_the_last_text_may_be_empty(self) -> None:
        assert json.loads(Client().last([])) == {"text": ""}

    def test_gaps_are_not_told_to_clients(self) -> None:
        lost = Happened(call="7", event=SourceLost(reason="x"))
        assert json.loads(Client().reply([lost])) == {"partial": ""}

    def test_letters_stay_letters(self) -> None:
        assert '"grüß gott"' in Client().reply([final("grüß gott", None)])


class TestSeats:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/", (None, None)),
            ("", (None, None)),
            ("/asr/en", (None, None)),
            ("/?call=42&channel=agent", ("42", "agent")),
            ("/asr?channel=customer&call=42", ("42", "customer")),
            ("/?call=42", ("42", None)),
            ("/42/agent", ("42", "agent")),
            ("/asr/42/customer", ("42", "customer")),
            ("/42?channel=agent", ("42", "agent")),
            ("/call=42/channel=agent", ("42", "agent")),
            ("/call=42&channel=agent", ("42", "agent")),
            ("/?channel=agent", (None, "agent")),
            ("/agent", (None, None)),
            ("/?call=a%1b[31mb", ("ab", None)),
            ("/?call=", (None, None)),
        ],
    )
    def test_named(self, path: str, expected: tuple[str | None, str | None]) -> None:
        assert seat(path) == expected

    @pytest.mark.parametrize("path", ["/?channel=boss", "/?call=" + "x" * 201, "/call=" + "x" * 201])
    def test_refused(self, path: str) -> None:
        with pytest.raises(PeerError, match=r"channel|name"):
            seat(path)

    def test_names(self) -> None:
        assert who("/42?channel=agent") == Introduced()
        path = "/?call=42&agent=x&agent_name=Dana%20Reyes&customer_name=Lee&team=Billing"
        assert who(path) == Introduced(agent="Dana Reyes", customer="Lee", team="Billing")

    @given(st.text())
    def test_no_path_crashes_it(self, path: str) -> None:
        who(path)
        try:
            call, _ = seat(path)
        except PeerError:
            return
        assert call is None or not {"Cc", "Cs"} & set(map(unicodedata.category, call))


@given(spoiled("vosk"))
def test_a_spoiled_connection_is_understood_or_refused(messages: list[Frame]) -> None:
    client = Client()
    with contextlib.suppress(PeerError):
        for message in messages:
            client.receive(message)
