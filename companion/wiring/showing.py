"""What has happened before, shown again: the demo's recorded call, and journals."""

from pathlib import Path

from companion.core.replay import replay as judge_again
from companion.errors import ConfigError
from companion.wiring import headless
from companion.wiring.parts import DATA, Options, rules_of

_CALL = DATA / "demo" / "call4_everything.flac"
_CHAT = DATA / "demo" / "chat.jsonl"


def demo(options: Options) -> None:
    """Play the demo: spoken, through the starter model; or typed.

    Raises:
        CompanionError: as for `live` and `log`; a fresh installation raises none of them.
    """
    uri = str(_CHAT if options["chat"] else _CALL)
    given = {"checklist": "complaint", "speech_model": str(DATA / "starter"), **options}
    if options["headless"]:
        headless.log([uri], given)
        return
    from companion.wiring.onscreen import live

    live(uri, given)


def replay(options: Options) -> None:
    """Play a journal again, prove it, or judge it by other rules.

    Raises:
        ReplayMismatch: the same events gave other updates.
        JournalError: the journal cannot be used.
        ConfigError: there is no terminal to show it in.
    """
    path: Path = options["path"]
    if options["check"]:
        if options["other"] is not None:
            raise ConfigError("--check proves a journal by its own checklist; leave --checklist away, or leave --check away")
        print(headless.prove(path))
        return
    records = headless.journal(path)
    if options["other"] is not None:
        records = list(judge_again(records, rules_of(options["other"])))
    if options["headless"]:
        headless.write(records)
        return
    from companion.wiring.onscreen import play

    play(records, options)
