"""What has happened before, shown again: the demo's recorded call, and journals."""

from collections.abc import Iterable
from pathlib import Path

from companion.errors import ConfigError
from companion.wiring.parts import DATA, Options, rules_of

_CALL = DATA / "demo" / "call4_everything.flac"
_CHAT = DATA / "demo" / "chat.jsonl"


def demo(options: Options) -> None:
    """Play the demo: spoken, through the starter model; or typed.

    Raises:
        CompanionError: as for `live` and `log`; a fresh installation raises none of them.
    """
    uri = str(_CHAT if options["chat"] else _CALL)
    given = {"checklist": "complaint", "speech_model": str(DATA / "starter"), "began": "now", **options}
    if options["headless"]:
        from companion.wiring.headless import log

        log([uri], given)
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
    from companion.core.replay import replay as judge_again
    from companion.wiring import headless

    path: Path = options["path"]
    if options["start"] is not None and (options["check"] or options["headless"]):
        raise ConfigError("--from says where the screen begins; leave it away, or leave --check and --headless away")
    if options["check"]:
        if options["other"] is not None:
            raise ConfigError("--check proves a journal by its own checklist; leave --checklist away, or leave --check away")
        for line in headless.prove(path):
            print(line)
        return
    calls = headless.journals(path)
    if options["other"] is not None:
        rules = rules_of(options["other"])
        calls = {name: list(judge_again(records, rules)) for name, records in calls.items()}
    wanted: str | None = options["call"]
    if wanted is not None and wanted not in calls:
        raise ConfigError(f"{path}: there is no call {wanted}; there are {_some(calls)}")
    chosen = list(calls.values()) if wanted is None else [calls[wanted]]
    if options["headless"]:
        headless.write(record for records in chosen for record in records)
        return
    if len(chosen) > 1:
        raise ConfigError(f"{path}: holds {len(chosen)} calls; choose one with --call: {_some(calls)}")
    from companion.wiring.onscreen import play

    play(chosen[0], options)


def _some(names: Iterable[str]) -> str:
    """The first of many names."""
    every = list(names)
    return ", ".join(every[:8]) + (f" and {len(every) - 8} more" if len(every) > 8 else "")
