"""A model's archive: unpacked so that nothing lands outside its folder, nothing fills the disk, and a model is whole or not there."""

import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from companion.errors import SpeechError
from companion.speech import models

_MOST_FILES = 10_000
_MOST_RATIO = 25  # unpacked against packed; models have about 1.5


def unpack(archive: Path, name: str, own: Path) -> models.Model:
    """The archive's model, checked before it is moved in one step to its place, the folder `name` in `own`.

    Raises:
        SpeechError: it is no archive, no harmless one, or holds no model.
        OSError: the disk refuses.
    """
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=own) as scratch:
        try:
            with zipfile.ZipFile(archive) as packed:
                _harmless(packed, archive.stat().st_size, name)
                need(own, sum(file.file_size for file in packed.infolist()))
                packed.extractall(scratch)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise SpeechError(f"{name}: its archive cannot be unpacked ({error}); try another mirror") from error
        unpacked = Path(scratch, name)
        if not unpacked.is_dir():
            unpacked = Path(scratch)
        try:
            models.inspect(unpacked)
        except SpeechError as error:
            why = str(error).replace(scratch, "").lstrip("/\\: ").partition("; ")[0]  # what to do is another matter here
            raise SpeechError(f"{name}: its archive holds no whole model ({why}); try another mirror") from error
        place = own / name
        if unpacked == Path(scratch):
            unpacked = Path(scratch, "model")
            unpacked.mkdir()
            for inside in Path(scratch).iterdir():
                if inside != unpacked:
                    inside.rename(unpacked / inside.name)
        if place.exists():
            place.rename(Path(scratch, "before"))
        os.replace(unpacked, place)
    return models.inspect(place, found="fetched")


def _harmless(packed: zipfile.ZipFile, size: int, name: str) -> None:
    """Refuse an archive whose files would land elsewhere, are no plain files, or fill the disk."""
    files = packed.infolist()
    unpacked = sum(file.file_size for file in files)
    if len(files) > _MOST_FILES or unpacked > max(size, 1) * _MOST_RATIO:
        raise SpeechError(f"{name}: its archive holds {len(files)} files of {megabytes(unpacked)}: that is no model; try another mirror")
    names = [file.filename.casefold() for file in files]
    folders = {parent.as_posix() for name in names for parent in PurePosixPath(name).parents}
    if len(set(names)) < len(names) or folders & set(names):
        raise SpeechError(f"{name}: its archive holds a file twice, or where a folder is; try another mirror")
    for file in files:
        parts = file.filename.replace("\\", "/").split("/")
        mode = file.external_attr >> 16
        if file.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in file.filename:
            raise SpeechError(f"{name}: its archive wants to write outside its folder ({file.filename!r}); try another mirror")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SpeechError(f"{name}: its archive holds a link or device ({file.filename!r}); try another mirror")


def need(folder: Path, wanted: int) -> None:
    """Raise SpeechError unless so many bytes are free where `folder` is."""
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise SpeechError(f"{folder}: {megabytes(wanted)} are needed and {megabytes(free)} are free; make room and try again")


def megabytes(size: int) -> str:
    """A number of bytes, for people."""
    return f"{size / 1e6:.1f} MB"
