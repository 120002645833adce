"""Settings: flag > environment > file > default, and where each value came from.

One name, three spellings: `[speech] model` in the file = `COMPANION_SPEECH_MODEL` = `--speech-model`. One file, no merging: `--config`,
else `$COMPANION_CONFIG`, else `./companion.toml`, else the user's own. Secrets come by file path, never by a flag's value.
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from companion.errors import ConfigError
from companion.net.keyfile import stamp


class Setting(NamedTuple):
    """One setting."""

    name: str
    """`section.key`, or `key` at the top of the file."""
    kind: type
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    """All that it may be; empty for any text. Numbers must be above 0."""
    also: str = ""
    """A second, shorter flag."""

    def refuse(self, value: Any) -> str:
        """What is wrong with a value, in words; empty if nothing is."""
        if self.kind is float:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return "" if number and value > 0 else f"must be a number above 0, not {value!r}"
        if self.kind is int:
            number = isinstance(value, int) and not isinstance(value, bool)
            return "" if number and value > 0 else f"must be a whole number above 0, not {value!r}"
        if self.kind is bool:
            return "" if isinstance(value, bool) else f"must be true or false, not {value!r}"
        if not isinstance(value, str):
            return f"must be text, not {value!r}"
        return f"must be {' or '.join(self.choices)}, not {value!r}" if self.choices and value not in self.choices else ""

    @property
    def parameter(self) -> str:
        """Its name among a command's parameters: `speech_model`."""
        return self.name.replace(".", "_")

    @property
    def flag(self) -> str:
        """`--speech-model`."""
        return "--" + self.parameter.replace("_", "-")

    @property
    def variable(self) -> str:
        """`COMPANION_SPEECH_MODEL`."""
        return "COMPANION_" + self.parameter.upper()


SETTINGS = (
    Setting("checklist", str, "complaint", "The checklist: a name of a shipped one, or a file."),
    Setting("journal", str, None, "A folder for the journals, one file a call."),
    Setting("database.url", str, None, "A database beside the journals (sqlite:///…, postgresql://…, or default).", also="--database"),
    Setting("database.password_file", str, None, "A file with the database's password, where it asks for one."),
    Setting("theme", str, "dark", "The screen's colours.", ("dark", "light")),
    Setting("privacy.mask", str, "card,account,phone,email,spoken,digits", "What is masked in what people say, by kind; or none."),
    Setting("privacy.keep", str, None, "How long journals and database keep a call (30d, 6w, 1y); then it is deleted."),
    Setting(
        "privacy.keep_audio", str, None, "A folder where the sound of calls is kept, unmasked; none is kept else.", also="--keep-audio"
    ),
    Setting("speech.model", str, None, "The speech model: a folder, or the name of an installed one."),
    Setting("speech.recogniser", str, None, "A server that recognises instead (vosk-server://host:2700).", also="--speech"),
    Setting("speech.token_file", str, None, "A file with the token for that server, where it asks for one."),
    Setting("speech.workers", int, 1, "Recogniser processes at most; each holds the model in memory."),
    Setting("speech.watchdog", float, 10.0, "Seconds that the recogniser may take for a piece of sound before it is restarted."),
    Setting("listen.token_file", str, None, "A file with the token that peers must show; needed beyond this machine."),
    Setting("listen.tls_cert", str, None, "A certificate chain (PEM) for listening with TLS."),
    Setting("listen.tls_key", str, None, "Its key (PEM)."),
    Setting("chat.token_file", str, None, "A file with the token by which a chat system lets us in."),
    Setting("chat.agents", str, None, "Who the agents of a chat are, parted by commas, as its messages name them."),
    Setting("chat.text", str, None, "Where in a chat's JSON messages the text stands: a.b.c."),
    Setting("chat.speaker", str, None, "Where who wrote it stands."),
    Setting("chat.call", str, None, "Where the conversation's id stands."),
    Setting("chat.time", str, None, "Where its time stands."),
    Setting("chat.ignore", str, None, "Messages to leave out, parted by commas: field=value."),
    Setting("agent.name", str, None, "Your name: how supervisors and reports see you, where the calls do not say who takes them."),
    Setting("agent.team", str, None, "Your team."),
    Setting("broadcast.url", str, None, "Show the calls to supervisors at this hub too (ws://, wss:// or nats://).", also="--broadcast"),
    Setting("broadcast.token_file", str, None, "A file with your token for the hub."),
    Setting("broadcast.words", bool, True, "Whether supervisors and readers see what is said; else its letters are blanked."),
    Setting("hub.listen", str, "127.0.0.1:2750", "Where screens of other people find the gateway: host:port.", also="--hub"),
    Setting("hub.tokens", str, None, "A file of who may look on (see companion token); needed beyond this machine."),
    Setting("hub.tls_cert", str, None, "A certificate chain (PEM) for the hub."),
    Setting("hub.tls_key", str, None, "Its key (PEM)."),
    Setting("bus.url", str, None, "A NATS server that carries the calls beyond this machine (nats:// or tls://).", also="--bus"),
    Setting("bus.credentials", str, None, "A file with the user and password, token or key for it."),
)
"""Every setting there is; a test looks for each in the commands and in docs/configuration.md."""


def setting(name: str) -> Setting:
    """The setting of that name; KeyError if there is none."""
    return {setting.name: setting for setting in SETTINGS}[name]


def models_folder() -> Path:
    """Where downloaded speech models are kept."""
    import platformdirs  # here and below: --help needs the settings' names, and not where they are kept

    return Path(platformdirs.user_data_path("companion")) / "models"


def database_file() -> Path:
    """Where the database is that `default` stands for."""
    import platformdirs

    return Path(platformdirs.user_data_path("companion")) / "calls.db"


def choice_file() -> Path:
    """Where `companion model use` keeps its choice."""
    import platformdirs

    return Path(platformdirs.user_config_path("companion")) / "speech-model"


def find_file(named: str | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file that is in force, if any.

    Raises:
        ConfigError: one was named, and it is not there; or the one here is another user's, who could send our calls anywhere by it.
    """
    for origin, path in (("--config", named), ("COMPANION_CONFIG", environment.get("COMPANION_CONFIG"))):
        if path:
            if not Path(path).is_file():
                raise ConfigError(f"{path}: no such file (named by {origin}); give the path of a companion.toml")
            return Path(path)
    here = Path("companion.toml")
    if here.is_file():
        if sys.platform != "win32" and here.stat().st_uid not in (0, os.geteuid()):
            raise ConfigError(f"{here.absolute()}: belongs to another user; if it may decide here, name it by --config")
        return here
    import platformdirs

    own = Path(platformdirs.user_config_path("companion")) / "companion.toml"
    return own if own.is_file() else None


def read_file(path: Path) -> dict[str, Any]:
    """The file's settings, by parameter name.

    Raises:
        ConfigError: it cannot be read, is no TOML, or names a setting that does not exist.
    """
    import difflib
    import tomllib

    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    found = {}
    for name, value in _flat(table):
        known = {setting.name: setting for setting in SETTINGS}
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"{path}: unknown setting '{name}'; {hint}")
        if wrong := known[name].refuse(value):
            raise ConfigError(f"{path}: '{name}' {wrong}")
        found[known[name].parameter] = value
    return found


class Secret:
    """A secret in a file, read anew when the file changes: who replaces it need not start anything again.

    Args:
        path: the file.
        what: what it holds, in words.

    Raises:
        ConfigError: it cannot be read, or is empty. Where that is so later, what it said before still counts.
    """

    def __init__(self, path: str, what: str) -> None:
        self._path = path
        self._what = what
        self._stamp = stamp(path)
        self._text = _read(path, what)

    def __call__(self) -> str:
        """What it is now."""
        now = stamp(self._path)
        if now != self._stamp:
            with contextlib.suppress(ConfigError):
                self._text = _read(self._path, self._what)
                self._stamp = now
        return self._text


def secret(path: str | None, what: str) -> Secret | None:
    """The secret in a file, where one is named.

    Raises:
        ConfigError: it cannot be read or is empty.
    """
    return Secret(path, what) if path is not None else None


def _read(path: str, what: str) -> str:
    """A secret from a file, without the line's end."""
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {what} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not text:
        raise ConfigError(f"{path}: {what} is empty; write a long random line into it")
    return text


def _flat(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The file's settings as (`section.key`, value)."""
    flat: list[tuple[str, Any]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            flat += [(f"{key}.{inner}", below) for inner, below in value.items()]
        else:
            flat.append((key, value))
    return flat
