"""Settings: each has its three spellings, and says where it came from."""

import os
from pathlib import Path

import platformdirs
import pytest
from click.testing import CliRunner

from companion import config
from companion.cli import cli
from companion.errors import ConfigError

DOCS = Path(__file__).parents[1] / "docs" / "configuration.md"


@pytest.fixture(autouse=True)
def _in_an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(platformdirs, "user_config_path", lambda name: tmp_path / "user")


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_has_three_spellings_and_is_documented(setting: config.Setting) -> None:
    value = {float: "12.5", int: "3", bool: str(not setting.default)}.get(setting.kind, "light" if setting.name == "theme" else "some")
    in_file = f'"{value}"' if setting.kind is str else value.lower()
    section, _, key = setting.name.rpartition(".")
    Path("companion.toml").write_text((f"[{section}]\n" if section else "") + f"{key} = {in_file}\n")
    shown = CliRunner().invoke(cli, ["config"]).output
    assert any(line.split() == [setting.name, value, "file"] for line in shown.splitlines())
    shown = CliRunner().invoke(cli, ["config"], env={setting.variable: value}).output
    assert any(line.split() == [setting.name, value, setting.variable] for line in shown.splitlines())
    given = [setting.flag, value] if setting.kind is not bool else [f"--no-{setting.flag[2:]}" if setting.default else setting.flag]
    shown = CliRunner().invoke(cli, ["config", *given], env={setting.variable: "other" if setting.kind is str else "1"}).output
    assert any(line.split() == [setting.name, value, setting.flag] for line in shown.splitlines())
    documented = DOCS.read_text(encoding="utf-8")
    assert all(name in documented for name in (setting.name, setting.variable, setting.flag))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[speech]\nmodle = "x"\n', "unknown setting 'speech.modle'; did you mean 'speech.model'?"),
        ("zzz = 1\n", "unknown setting 'zzz'; known are"),
        ("theme = 3\n", "'theme' must be text, not 3"),
        ('theme = "blue"\n', "'theme' must be dark or light, not 'blue'"),
        ('[speech]\nwatchdog = "long"\n', "'speech.watchdog' must be a number above 0, not 'long'"),
        ("[speech]\nwatchdog = true\n", "'speech.watchdog' must be a number above 0"),
        ("[speech]\nworkers = 1.5\n", "'speech.workers' must be a whole number above 0, not 1.5"),
        ("[speech]\nworkers = 0\n", "'speech.workers' must be a whole number above 0, not 0"),
        ("[speech]\nwatchdog = 0\n", "'speech.watchdog' must be a number above 0, not 0"),
        ("[broadcast]\nwords = 1\n", "'broadcast.words' must be true or false, not 1"),
        ("theme = \n", "not TOML"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(text: str, message: str) -> None:
    Path("companion.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"companion\.toml: ") as error:
        config.read_file(Path("companion.toml"))
    assert message in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.read_file(tmp_path)


def test_one_file_is_in_force_and_the_nearest_wins(tmp_path: Path) -> None:
    assert config.find_file(None, {}) is None
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "companion.toml").touch()
    assert config.find_file(None, {}) == tmp_path / "user" / "companion.toml"
    (tmp_path / "companion.toml").touch()
    assert config.find_file(None, {}) == Path("companion.toml")
    (tmp_path / "a.toml").touch()
    (tmp_path / "b.toml").touch()
    assert config.find_file(None, {"COMPANION_CONFIG": "a.toml"}) == Path("a.toml")
    assert config.find_file("b.toml", {"COMPANION_CONFIG": "a.toml"}) == Path("b.toml")
    with pytest.raises(ConfigError, match=r"missing\.toml: no such file \(named by --config\)"):
        config.find_file("missing.toml", {})


@pytest.mark.skipif(os.name != "posix", reason="files have owners on POSIX systems")
def test_a_file_here_that_is_another_users_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "companion.toml").touch()
    owner = (tmp_path / "companion.toml").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:
        os.chown(tmp_path / "companion.toml", 12345, -1)
    with pytest.raises(ConfigError, match=r"companion\.toml: belongs to another user; if it may decide here, name it by --config"):
        config.find_file(None, {})
    assert config.find_file("companion.toml", {}) == Path("companion.toml")


def test_a_whole_number_will_do_for_seconds() -> None:
    Path("companion.toml").write_text("[speech]\nwatchdog = 20\n")
    assert config.read_file(Path("companion.toml")) == {"speech_watchdog": 20}


def test_secrets_come_from_files(tmp_path: Path) -> None:
    assert config.secret(None, "the token") is None
    (tmp_path / "token").write_text("long and random\n")
    assert config.Secret(str(tmp_path / "token"), "the token")() == "long and random"
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ConfigError, match="the token is empty"):
        config.secret(str(tmp_path / "empty"), "the token")
    with pytest.raises(ConfigError, match="the token cannot be read"):
        config.secret(str(tmp_path / "none"), "the token")


def test_a_secret_that_is_replaced_counts_at_once_and_one_that_cannot_be_used_does_not(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    secret = config.Secret(str(path), "the token")
    path.write_text("the second\n")
    assert secret() == "the second"
    path.write_text("\n")  # in the middle of being written
    assert secret() == "the second"
    path.unlink()
    assert secret() == "the second"
    path.write_text("third\n")
    assert secret() == "third"


def test_no_setting_holds_a_secret_itself() -> None:
    assert not [setting.name for setting in config.SETTINGS if setting.name.endswith(("token", "password", "secret"))]


def test_folders_are_under_the_users_own() -> None:
    assert config.models_folder().name == "models"
    assert config.choice_file().name == "speech-model"
    assert config.setting("theme").default == "dark"
