"""Which options a SOURCE has a use for."""

import pytest

from companion.cli.calls import live
from companion.sources.uri import Two
from companion.sources.uses import OPTIONS, uses


@pytest.mark.parametrize(
    ("uri", "of_use", "of_none"),
    [
        ("-", "strict speed", "mono_as speech_model chat_text"),
        ("call.wav", "mono_as agent_channel speed speech_recogniser", "strict listen_token_file"),
        ("pcm:-?rate=8000", "mono_as speed", "agent_channel"),
        ("pcm:-?rate=8000&channels=2", "agent_channel", "mono_as"),
        ("ws://host/chat", "chat_text chat_agents strict", "chat_token_file speech_model mono_as"),
        ("ws://host/sound?rate=8000", "mono_as speech_model", "chat_text chat_agents strict speed"),
        ("vosk://:2700", "mono_as listen_tls_cert speech_workers", "agent_channel chat_text"),
        ("audiosocket://:9092", "mono_as", "listen_token_file listen_tls_cert"),
        ("audiohook://:8080", "listen_token_file", "mono_as"),
        ("chatwoot+wss://host?account=1", "chat_token_file", "chat_agents listen_token_file speech_model"),
        ("slack://", "chat_token_file chat_agents", "chat_text"),
        ("intercom://:8080", "listen_token_file", "chat_token_file speech_model"),
        (Two("mic:", "loopback:"), "speech_model", "speed mono_as"),
        (Two("agent.wav", "customer.wav"), "speech_model speed", "mono_as"),
    ],
    ids=str,
)
def test_of_use_and_of_none(uri: str | Two, of_use: str, of_none: str) -> None:
    assert set(of_use.split()) <= uses(uri) <= OPTIONS
    assert set(of_none.split()) <= OPTIONS - uses(uri)


def test_all_of_them_are_options() -> None:
    assert {parameter.name for parameter in live.params} >= OPTIONS
