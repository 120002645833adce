"""What all tests share: the machine's own settings, models and colours play no part, and chance is repeatable."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A time limit for each example says more about the machine than about the code; a fixed seed makes a failure come again.
settings.register_profile("companion", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("long", deadline=None, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "companion"))


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and models of whoever runs the tests are neither read nor written."""
    home = tmp_path_factory.mktemp("home", numbered=True)
    for name in [name for name in os.environ if name.startswith("COMPANION_")] + ["VOSK_MODEL_PATH"]:
        monkeypatch.delenv(name, raising=False)
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")):
        monkeypatch.setenv(name, str(home / folder))
    return home
