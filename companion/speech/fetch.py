"""Getting a speech model from Vosk's list, or a mirror of it: a download that goes on where it stopped, and is checked."""

import difflib
import hashlib
import os
from collections.abc import Callable
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urljoin, urlsplit

import msgspec

from companion.errors import ModelMissing, SpeechError
from companion.speech import archive, models
from companion.speech.redact import shown

if TYPE_CHECKING:
    import requests

LIST = "https://alphacephei.com/vosk/models/model-list.json"
"""Where Vosk publishes its models; the archives lie beside it."""

MIRROR = "COMPANION_MODEL_LIST"
"""Environment variable with the address of another list."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes there will be."""

_TIMEOUT = (10.0, 30.0)  # seconds to connect, and between two pieces
_PIECE = 1 << 15  # bytes; what a broken connection brought beyond whole pieces is lost
_TRIES = 5  # in a row that brought nothing
_LONGEST_LIST = 5_000_000  # bytes
_UNPACKED = 2.0  # a model's size unpacked, against its archive; the published ones have about 1.5


class Published(msgspec.Struct, frozen=True):
    """A line of the list."""

    name: str
    lang: str = ""
    size: int = 0
    """Bytes of the archive."""
    md5: str = ""
    url: str = ""
    type: str = ""
    obsolete: str | bool = False

    @property
    def current(self) -> bool:
        """Whether no better one has taken its place."""
        return str(self.obsolete).lower() != "true"


_list = msgspec.json.Decoder(list[Published], strict=False)


def published(url: str | None = None) -> list[Published]:
    """The models on the list.

    Raises:
        SpeechError: it cannot be had, or is no list.
    """
    import requests  # here, because it takes longer to load than all else, and only this room's downloads need it

    url = url or os.environ.get(MIRROR) or LIST
    with _talk(url):
        answer = requests.get(url, timeout=_TIMEOUT, stream=True)
        if answer.status_code != 200:
            raise SpeechError(f"{shown(url)}: the server says {_status(answer.status_code)}; is {MIRROR} right?")
        body = b""
        for piece in answer.iter_content(_PIECE):
            body += piece
            if len(body) > _LONGEST_LIST:
                raise SpeechError(f"{shown(url)}: too long for a list of models; is {MIRROR} right?")
    try:
        return _list.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SpeechError(f"{shown(url)}: not a list of models ({error}); is {MIRROR} right?") from error


def get(name: str, folder: Path, *, url: str | None = None, progress: Progress | None = None) -> models.Model:
    """Fetch a model into `folder`, the companion's own folder of models. One that is there and whole is not fetched again.

    Args:
        name: as the list has it.
        folder: made if it is not there.
        url: of the list; `MIRROR`, or Vosk's own, by default.
        progress: called as bytes come in.

    Raises:
        ModelMissing: the list has no such model.
        SpeechError: no network, no space, a wrong checksum, or an archive that is not a model. What came so far stays for the next try.
    """
    if (folder / name).is_dir() and Path(name).name == name:
        try:
            return models.inspect(folder / name, found="fetched")
        except SpeechError:
            pass  # half of one: it is replaced
    url = url or os.environ.get(MIRROR) or LIST
    wanted = _wanted(name, published(url), url)
    part = folder / f".{wanted.name}.zip.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        archive.need(folder, int(wanted.size * (1 + _UNPACKED)) - _size(part))
        begun = _size(part) > 0
        _download(wanted, url, part, progress)
        right = _right(wanted, part)
        if begun and not right:  # its beginning may have been another version's
            _download(wanted, url, part, progress)
            right = _right(wanted, part)
        if not right:
            raise SpeechError(f"{wanted.name}: what came is not what the list says (its md5 differs); try again, or another mirror")
        try:
            model = archive.unpack(part, wanted.name, folder)
        finally:
            part.unlink()
    except OSError as error:
        raise SpeechError(f"{error.filename or folder}: {error.strerror or error}; make room or name another folder") from error
    return model


def _wanted(name: str, there: list[Published], url: str) -> Published:
    for model in there:
        if model.name == name:
            if not model.md5 or Path(model.name).name != model.name or model.name.startswith("."):
                raise SpeechError(f"{shown(url)}: its line for {name} has no md5, or a name that is no name; ask whoever keeps the list")
            return model
    near = difflib.get_close_matches(name, [model.name for model in there], 1, 0.5)
    meant = f"did you mean {near[0]}?" if near else "'companion model list --all' shows what there is"
    raise ModelMissing(f"no model {name!r} on {shown(url)}; {meant}")


class _talk:
    """Says in one line what went wrong between us and a server."""

    def __init__(self, url: str) -> None:
        self._host = shown(url).partition("://")[2].partition("/")[0] or url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, where: object) -> None:
        import requests

        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | requests.exceptions.InvalidSchema):
            raise SpeechError(f"{self._host}: not an address; {MIRROR} wants http:// or https:// and the list's path") from error
        if isinstance(error, requests.exceptions.SSLError):
            raise SpeechError(f"{self._host}: its certificate is not trusted; check the clock and any proxy") from error
        if isinstance(error, requests.exceptions.Timeout):
            raise SpeechError(f"{self._host}: no answer in time; try again later: what came so far is kept") from error
        if isinstance(error, requests.exceptions.RequestException):
            raise SpeechError(
                f"{self._host}: cannot be reached; check the network, name a mirror in {MIRROR}, "
                "or copy a model's folder here by hand and say 'companion model use FOLDER'"
            ) from error


def _download(wanted: Published, url: str, part: Path, progress: Progress | None) -> None:
    """All bytes of the archive into `part`, going on where it ends. A broken connection is taken up again while that brings something."""
    import requests

    address = _address(wanted, url)
    with _talk(address):
        failed = 0
        while True:
            have = _size(part)
            try:
                if _piecewise(address, part, have, wanted, progress):
                    return
                failed = 0 if _size(part) > have else failed + 1
            except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.exceptions.Timeout):
                failed = 0 if _size(part) > have else failed + 1
                if failed >= _TRIES or not _size(part):
                    raise
            if failed >= _TRIES:
                raise SpeechError(f"{shown(address)}: it stops at {archive.megabytes(have)}; try again later: what came so far is kept")


def _piecewise(address: str, part: Path, have: int, wanted: Published, progress: Progress | None) -> bool:
    """One connection's worth; True when the archive is complete."""
    import requests

    asked = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with requests.get(address, headers=asked, timeout=_TIMEOUT, stream=True) as answer:
        if answer.status_code == 416:  # nothing after what we have: it is all there, or not what we thought
            if have == wanted.size or answer.headers.get("Content-Range", "").endswith(f"/{have}"):
                return True
            part.unlink()
            return False
        if answer.status_code not in (200, 206):
            raise SpeechError(f"{shown(address)}: the server says {_status(answer.status_code)}; try again later, or another mirror")
        resumed = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if answer.status_code == 206 and not resumed:
            part.unlink()
            return False
        total = _total(answer, have if resumed else 0, wanted.size)
        have = have if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            for piece in answer.iter_content(_PIECE):
                file.write(piece)
                have += len(piece)
                if progress is not None:
                    progress(have, max(total, have))
    return have >= total


def _status(code: int) -> str:
    """An HTTP status in words: the standard's, since the server's own may hold anything."""
    return f"{code} {responses.get(code, '')}".strip()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _total(answer: "requests.Response", before: int, listed: int) -> int:
    length = answer.headers.get("Content-Length", "")
    return before + int(length) if length.isdigit() else listed


def _address(wanted: Published, url: str) -> str:
    """Where the archive is: as the list says if it names the list's own host, else beside the list, as Vosk's own downloader has it."""
    if wanted.url and urlsplit(wanted.url).netloc == urlsplit(url).netloc:
        return wanted.url
    return urljoin(url, f"{wanted.name}.zip")


def _right(wanted: Published, part: Path) -> bool:
    """Whether the archive's md5 is the list's; a wrong one is removed."""
    with part.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if md5 != wanted.md5.lower():
        part.unlink()
    return md5 == wanted.md5.lower()
