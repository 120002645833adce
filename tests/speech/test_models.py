"""Which model is used, and whether a folder is one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.errors import ModelMissing, SpeechError
from companion.speech import models

Make = Callable[..., Path]

NEW = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLG.fst")
LOOKAHEAD = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
OLD = ("final.mdl", "mfcc.conf", "HCLG.fst")
IVECTOR = ("final.ie", "final.mat", "final.dubm", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
ADAPTED = (*NEW, *(f"ivector/{name}" for name in IVECTOR))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a folder that looks like a model: `make("own/vosk-model-small-en-us-0.15", rate="8000", age=3)`."""

    def model(name: str, files: tuple[str, ...] = NEW, *, rate: str = "", age: float = 0, without: str = "", empty: str = "") -> Path:
        folder = tmp_path / name
        for file in files:
            if file != without:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                text = f"--use-energy=false\n--sample-frequency={rate}  # Hz\n" if rate and file.endswith("mfcc.conf") else "x"
                (folder / file).write_text("" if file == empty else text)
        os.utime(folder, (1e9 - age, 1e9 - age))
        return folder

    return model


@pytest.mark.parametrize("files", [NEW, LOOKAHEAD, OLD, ADAPTED])
def test_all_layouts_of_vosk_are_models(make: Make, files: tuple[str, ...]) -> None:
    model = models.inspect(make("vosk-model-small-en-us-0.15", files))
    assert (model.name, model.rate, model.language, model.bundled) == ("vosk-model-small-en-us-0.15", 16000, "en", False)


@pytest.mark.parametrize("files", [NEW, LOOKAHEAD, OLD, ADAPTED])
def test_every_file_is_missed_and_named(tmp_path: Path, make: Make, files: tuple[str, ...]) -> None:
    for number, file in enumerate(files):
        with pytest.raises(ModelMissing, match=rf"half a model: .*{file}.* is missing; get it again with 'companion model get m{number}'"):
            models.inspect(make(f"m{number}", files, without=file), own=tmp_path)


def test_a_file_cut_to_nothing_is_named(make: Make) -> None:
    with pytest.raises(ModelMissing, match=r"half a model: graph/HCLG\.fst is empty"):
        models.inspect(make("m", empty="graph/HCLG.fst"))


@pytest.mark.parametrize(("rate", "used"), [("8000", 8000), ("16000.0", 16000), ("48000", 48000)])
def test_the_rate_is_the_models_own(make: Make, rate: str, used: int) -> None:
    assert models.inspect(make("m", rate=rate)).rate == used


@pytest.mark.parametrize("rate", ["1", "1000000", "fast", "-16000", "nan", "16000.5"])
def test_an_absurd_rate_is_refused(make: Make, rate: str) -> None:
    with pytest.raises(SpeechError, match=rf"mfcc\.conf: a rate of {rate} Hz cannot be used"):
        models.inspect(make("m", rate=rate))


def test_what_is_no_model_is_told_apart(tmp_path: Path, make: Make) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zip").write_text("x")
    make("outer/vosk-model-small-en-us-0.15")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("x")
    for name, message in {
        "nowhere": "no such folder; 'companion model list'",
        "empty": "an empty folder; name a whole model's folder",
        "file.zip": "a file, not a model's folder; unpack it",
        "outer": r"not a speech model; it holds one, though: give .*outer/vosk-model-small-en-us-0\.15",
        "photos": "not a speech model; 'companion model list'",
    }.items():
        with pytest.raises(ModelMissing, match=message):
            models.inspect(tmp_path / name)


def test_the_starter_model_is_whole_and_says_what_it_is() -> None:
    model = models.inspect(models.STARTER)
    assert (model.name, model.rate, model.language, model.bundled) == ("vosk-model-companion-starter-en", 16000, "en", True)


def test_the_order_in_which_models_are_taken(tmp_path: Path, make: Make) -> None:
    own, other, choice = tmp_path / "own", tmp_path / "vosk", tmp_path / "config" / "speech-model"

    def found(wanted: str | None = None) -> tuple[str, str]:
        model = models.find(wanted, own, choice, others=[other])
        return model.name, model.found

    assert found() == ("vosk-model-companion-starter-en", "comes with the companion")
    make("vosk/vosk-model-de-0.21")
    assert found()[0] == "vosk-model-companion-starter-en"  # the checklists are English
    make("vosk/vosk-model-en-us-0.22")
    assert found() == ("vosk-model-en-us-0.22", f"in {other}")
    make("own/vosk-model-en-us-0.21", age=10)
    make("own/vosk-model-small-en-us-0.15", age=5)
    make("own/vosk-model-small-en-in-0.4", without="am/final.mdl")
    assert found() == ("vosk-model-small-en-us-0.15", "fetched")  # the newest that is whole
    models.use("vosk-model-de-0.21", own, choice, others=[other])
    assert found() == ("vosk-model-de-0.21", "chosen with 'companion model use'")
    assert found("vosk-model-en-us-0.21") == ("vosk-model-en-us-0.21", "asked for")
    assert found(str(make("elsewhere/mine")))[0] == "mine"
    assert found("starter")[0] == "vosk-model-companion-starter-en"
    models.use("starter", own, choice, others=[other])
    assert found()[0] == "vosk-model-companion-starter-en"


def test_a_name_that_is_nowhere_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=rf"no speech model 'big' here or in {tmp_path}/own, {tmp_path}/vosk; .*companion model get big"):
        models.find("big", tmp_path / "own", None, others=[tmp_path / "vosk"])


def test_a_choice_that_is_gone_is_an_error_with_a_way_out(tmp_path: Path, make: Make) -> None:
    choice = tmp_path / "speech-model"
    model = make("mine")
    models.use(str(model), tmp_path / "own", choice, others=[])
    (model / "am" / "final.mdl").unlink()
    with pytest.raises(ModelMissing, match=r"am/final\.mdl is missing.*or go back to the starter model with 'companion model use starter'"):
        models.find(None, tmp_path / "own", choice, others=[])


def test_only_a_usable_model_can_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        models.use(str(tmp_path), tmp_path / "own", tmp_path / "choice", others=[])
    assert not (tmp_path / "choice").exists()


def test_a_choice_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SpeechError, match=r"cannot be written: .*--speech-model"):
        models.use("starter", tmp_path / "own", tmp_path / "file" / "speech-model", others=[])


def test_only_what_lies_in_the_companions_own_folder_can_be_fetched_again(tmp_path: Path, make: Make) -> None:
    make("own/half", without="am/final.mdl")
    make("elsewhere/half", without="am/final.mdl")
    for wanted, todo in (
        ("half", "get it again with 'companion model get half'"),
        (str(tmp_path / "own" / "half"), "get it again with 'companion model get half'"),
        (str(tmp_path / "elsewhere" / "half"), "name a whole model's folder"),
    ):
        with pytest.raises(ModelMissing, match=rf"half a model: am/final\.mdl is missing; {todo}$"):
            models.find(wanted, tmp_path / "own", others=[])


def test_the_list_of_what_is_here(tmp_path: Path, make: Make) -> None:
    make("own/vosk-model-small-en-us-0.15")
    make("own/vosk-model-fr-0.22", without="conf/mfcc.conf")
    make("own/half", ("graph/HCLG.fst",))
    (tmp_path / "own" / "emptied").mkdir()
    make("own/notes", ("todo.txt",))
    make("vosk/half", ("conf/mfcc.conf",))
    (tmp_path / "vosk" / "notes").mkdir()
    there, broken = models.installed(tmp_path / "own", others=[tmp_path / "nowhere", tmp_path / "vosk"])
    assert [model.name for model in there] == ["vosk-model-small-en-us-0.15", "vosk-model-companion-starter-en"]
    told = {line.partition(": ")[0].removeprefix(f"{tmp_path}/"): line for line in broken}
    assert set(told) == {"own/vosk-model-fr-0.22", "own/half", "own/emptied", "vosk/half"}
    assert "conf/mfcc.conf is missing; get it again" in told["own/vosk-model-fr-0.22"]
    assert "an empty folder; get it again" in told["own/emptied"]
    assert told["vosk/half"].endswith("; name a whole model's folder")


def test_vosks_own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    named = models.vosk_folders({"VOSK_MODEL_PATH": "/models"})
    assert [str(folder) for folder in named] == ["/models", "/usr/share/vosk", "/home/anna/AppData/Local/vosk", "/home/anna/.cache/vosk"]
    assert len(models.vosk_folders({})) == 3
