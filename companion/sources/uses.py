"""Which options a SOURCE has a use for: what is given to one that has none was meant for another, and would do nothing unsaid."""

from companion.sources.uri import Given, Two, is_recorded, parse

_SPEECH = frozenset({"speech_model", "speech_recogniser", "speech_token_file", "speech_workers", "speech_watchdog"})
_LISTEN = frozenset({"listen_tls_cert", "listen_tls_key", "listen_token_file"})
_FIELDS = frozenset({"chat_text", "chat_speaker", "chat_call", "chat_time", "chat_ignore"})

OPTIONS = _SPEECH | _LISTEN | _FIELDS | {"agent_channel", "chat_agents", "chat_token_file", "mono_as", "speed", "strict"}
"""Options that only some SOURCEs have a use for, by the names of a command's parameters."""


def uses(uri: Given) -> frozenset[str]:
    """Those of `OPTIONS` that may change something for this SOURCE.

    Raises:
        ConfigError: it is no SOURCE.
    """
    if isinstance(uri, Two):
        return _SPEECH | {"speed"} if is_recorded(uri) else _SPEECH
    address = parse(uri)
    side = "mono_as" if address.channels == 1 else "agent_channel"
    match address.kind:
        case "jsonl":
            return frozenset({"speed", "strict"})
        case "sound":
            return _SPEECH | {"agent_channel", "mono_as", "speed"}
        case "pcm":
            return _SPEECH | {side, "speed"}
        case "stream":
            return _FIELDS | {"chat_agents", "strict"} if address.rate is None else _SPEECH | {side}
        case "vosk" | "phone":
            of_use = _SPEECH if address.scheme == "audiosocket" else _SPEECH | _LISTEN
            return of_use if address.scheme in ("audiohook", "vonage") else of_use | {"mono_as"}
        case "chat":
            return frozenset({"chat_token_file"} if address.scheme.startswith("chatwoot") else {"chat_agents", "chat_token_file"})
        case "webhook":
            return _LISTEN
    return _SPEECH
