"""What an archive may not do, and that a model is whole or not there."""

import io
import shutil
import stat
import struct
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from companion.errors import SpeechError
from companion.speech import archive

NAME = "vosk-model-small-en-us-0.15"


FILES = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLG.fst")
OUTSIDE = ("../evil", f"{NAME}/../../evil", "/etc/evil", "..\\evil", "C:\\evil", "\\evil", f"{NAME}/a/../../../evil")


def packed(path: Path, *files: tuple[str, bytes], inside: str = f"{NAME}/", model: bool = True) -> Path:
    """An archive of what looks like a model under `inside`, with further files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES if model else ():
            archive.writestr(inside + name, f"this is {name}")
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("inside", [f"{NAME}/", ""])
def test_a_model_lands_in_its_place(tmp_path: Path, own: Path, inside: str) -> None:
    model = archive.unpack(packed(tmp_path / "a.zip", inside=inside), NAME, own)
    assert (model.name, model.path, model.bundled) == (NAME, own / NAME, False)
    assert (own / NAME / "am" / "final.mdl").read_text() == "this is am/final.mdl"
    assert [folder.name for folder in own.iterdir()] == [NAME]


def test_half_a_model_is_replaced(tmp_path: Path, own: Path) -> None:
    (own / NAME / "am").mkdir(parents=True)
    (own / NAME / "leftover").write_text("x")
    archive.unpack(packed(tmp_path / "a.zip"), NAME, own)
    assert not (own / NAME / "leftover").exists()


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_is_written_outside(tmp_path: Path, own: Path, name: str) -> None:
    bad = packed(tmp_path / "a.zip", (name, b"x"))
    with pytest.raises(SpeechError, match="wants to write outside its folder"):
        archive.unpack(bad, NAME, own)
    assert list(own.iterdir()) == []
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, own: Path, kind: int) -> None:
    path = packed(tmp_path / "a.zip")
    link = zipfile.ZipInfo(f"{NAME}/link")
    link.create_system = 3
    link.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(path, "a") as bad:
        bad.writestr(link, "/etc/passwd")
    with pytest.raises(SpeechError, match="holds a link or device"):
        archive.unpack(path, NAME, own)
    assert list(own.iterdir()) == []


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, own: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr(f"{NAME}/zeros", bytes(30_000_000))
    (tmp_path / "a.zip").write_bytes(bomb.getvalue())
    with pytest.raises(SpeechError, match=r"holds 1 files of 30\.0 MB: that is no model"):
        archive.unpack(tmp_path / "a.zip", NAME, own)


@pytest.mark.parametrize("names", [("x", "x"), ("x", "X"), ("x", "x/y"), ("X", "x/y")])
def test_what_is_there_twice_is_refused(tmp_path: Path, own: Path, names: tuple[str, ...]) -> None:
    bad = packed(tmp_path / "a.zip", *((f"{NAME}/{name}", b"x") for name in names))
    with pytest.raises(SpeechError, match="holds a file twice, or where a folder is"):
        archive.unpack(bad, NAME, own)
    assert list(own.iterdir()) == []


def test_an_archive_of_very_many_files_is_refused(tmp_path: Path, own: Path) -> None:
    bad = packed(tmp_path / "a.zip", *((f"{NAME}/{number}", b"") for number in range(10_000)))
    with pytest.raises(SpeechError, match=r"holds 10004 files of 0\.0 MB: that is no model"):
        archive.unpack(bad, NAME, own)
    assert list(own.iterdir()) == []


def test_sizes_that_are_lies_unpack_no_more_than_they_say(tmp_path: Path, own: Path) -> None:
    path = packed(tmp_path / "a.zip", (f"{NAME}/zeros", bytes(3_000_000)))
    whole = path.read_bytes()
    assert whole.count(struct.pack("<I", 3_000_000)) >= 2  # stored: the packed size, too
    path.write_bytes(whole.replace(struct.pack("<II", 3_000_000, 3_000_000), struct.pack("<II", 3_000_000, 10)))
    with pytest.raises(SpeechError, match=r"cannot be unpacked|want"):
        archive.unpack(path, NAME, own)
    assert list(own.iterdir()) == []


def test_a_full_disk_is_seen_before_it_is_full(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10))
    with pytest.raises(SpeechError, match=r"0\.0 MB are needed and 0\.0 MB are free; make room"):
        archive.unpack(packed(tmp_path / "a.zip"), NAME, own)


def test_what_is_no_archive_or_no_model(tmp_path: Path, own: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(SpeechError, match="cannot be unpacked"):
        archive.unpack(tmp_path / "a.zip", NAME, own)
    half = rf"{NAME}: its archive holds no whole model \({NAME}: half a model: conf/mfcc\.conf is missing\); try another mirror$"
    with pytest.raises(SpeechError, match=half):
        archive.unpack(packed(tmp_path / "b.zip", (f"{NAME}/am/final.mdl", b"x"), model=False), NAME, own)
    with pytest.raises(SpeechError, match=r"holds no whole model \(not a speech model\); try another mirror$"):
        archive.unpack(packed(tmp_path / "d.zip", ("notes.txt", b"x"), model=False), NAME, own)
    whole = packed(tmp_path / "c.zip").read_bytes()
    (tmp_path / "c.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SpeechError, match="cannot be unpacked"):
        archive.unpack(tmp_path / "c.zip", NAME, own)
    assert list(own.iterdir()) == []
