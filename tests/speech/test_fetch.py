"""Downloads from a real server on this machine that plays Vosk's list and archives, and misbehaves as told."""

import hashlib
import http.server
import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from companion.errors import ModelMissing, SpeechError
from companion.speech import archive, fetch, models

NAME = "vosk-model-small-en-us-0.15"
SPEECH = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")


class Mirror:
    """A server with a list of one model. `cut` lets it hang up after so many bytes, as often as `cuts` says."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked: list[str] = []
        self.cut = 0
        self.cuts = 0
        self.ranges = True
        self.md5 = hashlib.md5(body).hexdigest()
        self.list: Any = None
        self.status = 200
        mirror = self

        class Talk(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Talk)
        self.url = f"http://127.0.0.1:{self.server.server_port}/models/model-list.json"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def lines(self) -> Any:
        if self.list is not None:
            return self.list
        own = {"name": NAME, "lang": "en-us", "lang_text": "US English", "md5": self.md5, "obsolete": "false", "size": len(self.body)}
        old = {"name": "vosk-model-small-en-us-0.4", "lang": "en-us", "md5": "0", "obsolete": "true", "size": 1, "type": "small"}
        return [{**own, "url": f"https://alphacephei.com/vosk/models/{NAME}.zip", "version": "0.15", "type": "small"}, old]

    def answer(self, talk: http.server.BaseHTTPRequestHandler) -> None:
        if talk.path.endswith("model-list.json"):
            body = self.lines() if isinstance(self.lines(), bytes) else json.dumps(self.lines()).encode()
            talk.send_response(self.status)
            talk.send_header("Content-Length", str(len(body)))
            talk.end_headers()
            talk.wfile.write(body)
            return
        asked = talk.headers.get("Range", "")
        self.asked.append(asked)
        first = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        if talk.path != f"/models/{NAME}.zip":
            talk.send_error(404)
        elif first >= len(self.body):
            talk.send_response(416)
            talk.send_header("Content-Range", f"bytes */{len(self.body)}")
            talk.send_header("Content-Length", "0")
            talk.end_headers()
        else:
            talk.send_response(206 if first else 200)
            if first:
                talk.send_header("Content-Range", f"bytes {first}-{len(self.body) - 1}/{len(self.body)}")
            rest = self.body[first:]
            talk.send_header("Content-Length", str(len(rest)))
            talk.end_headers()
            if self.cuts:
                self.cuts -= 1
                rest = rest[: self.cut]
            talk.wfile.write(rest)


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The starter model, as an archive of the published kind."""
    folder = tmp_path_factory.mktemp("packed")
    for part in SPEECH:
        (folder / NAME / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(models.STARTER / part, folder / NAME / part)
    return Path(shutil.make_archive(str(folder / "model"), "zip", folder, NAME)).read_bytes()


@pytest.fixture
def mirror(packed: bytes) -> Iterator[Mirror]:
    mirror = Mirror(packed)
    yield mirror
    mirror.server.shutdown()
    mirror.server.server_close()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


def part(own: Path) -> Path:
    return own / f".{NAME}.zip.part"


def test_the_list_is_read(mirror: Mirror) -> None:
    there = fetch.published(mirror.url)
    assert [(model.name, model.current) for model in there] == [(NAME, True), ("vosk-model-small-en-us-0.4", False)]
    assert there[0].size == len(mirror.body)


def test_a_mirror_may_be_named_in_the_environment(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_MODEL_LIST", mirror.url)
    assert fetch.published()[0].name == NAME


def test_a_model_is_fetched_checked_and_unpacked(mirror: Mirror, own: Path) -> None:
    steps: list[tuple[int, int]] = []
    model = fetch.get(NAME, own, url=mirror.url, progress=lambda done, total: steps.append((done, total)))
    assert (model.name, model.rate, model.path) == (NAME, 16000, own / NAME)
    assert [folder.name for folder in own.iterdir()] == [NAME]
    assert steps[-1] == (len(mirror.body), len(mirror.body))
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert models.find(None, own, None, others=[]).name == NAME  # takes the starter's place


def test_what_is_there_and_whole_is_not_fetched_again(mirror: Mirror, own: Path) -> None:
    fetch.get(NAME, own, url=mirror.url)
    fetch.get(NAME, own, url="http://127.0.0.1:9/never-asked")
    assert mirror.asked == [""]
    (own / NAME / "am" / "final.mdl").unlink()
    fetch.get(NAME, own, url=mirror.url)
    assert (own / NAME / "am" / "final.mdl").is_file()


def test_a_broken_connection_is_taken_up_where_it_broke(mirror: Mirror, own: Path) -> None:
    mirror.cut, mirror.cuts = 2_000_000, 2
    fetch.get(NAME, own, url=mirror.url)
    first, second = (int(asked.removeprefix("bytes=").removesuffix("-")) for asked in mirror.asked[1:])
    assert 1_950_000 < first <= 2_000_000
    assert 1_950_000 < second - first <= 2_000_000


def test_a_later_run_goes_on_where_the_last_stopped(mirror: Mirror, own: Path) -> None:
    own.mkdir(parents=True)
    part(own).write_bytes(mirror.body[:1000])
    steps: list[int] = []
    fetch.get(NAME, own, url=mirror.url, progress=lambda done, total: steps.append(done))
    assert mirror.asked == ["bytes=1000-"]
    assert steps[0] > 1000


def test_all_of_it_may_be_there_already(mirror: Mirror, own: Path) -> None:
    own.mkdir(parents=True)
    part(own).write_bytes(mirror.body)
    assert fetch.get(NAME, own, url=mirror.url).name == NAME


@pytest.mark.parametrize("ranges", [True, False])
def test_a_beginning_of_something_else_is_thrown_away(mirror: Mirror, own: Path, ranges: bool) -> None:
    mirror.ranges = ranges
    own.mkdir(parents=True)
    part(own).write_bytes(b"another version's beginning")
    assert fetch.get(NAME, own, url=mirror.url).name == NAME


def test_more_than_there_should_be_is_thrown_away(mirror: Mirror, own: Path) -> None:
    own.mkdir(parents=True)
    part(own).write_bytes(mirror.body + b"and more")
    assert fetch.get(NAME, own, url=mirror.url).name == NAME


def test_a_server_that_brings_nothing_is_given_up_and_what_came_is_kept(mirror: Mirror, own: Path) -> None:
    mirror.cut, mirror.cuts = 100_000, 1

    def die(done: int, total: int) -> None:
        mirror.cut, mirror.cuts = 0, 1000

    with pytest.raises(SpeechError, match="cannot be reached; check the network"):
        fetch.get(NAME, own, url=mirror.url, progress=die)
    assert 50_000 < part(own).stat().st_size <= 100_000
    assert len(mirror.asked) == 1 + 5
    mirror.cuts = 0
    assert fetch.get(NAME, own, url=mirror.url).name == NAME
    assert mirror.asked[-1].startswith("bytes=")


def test_a_wrong_md5_is_refused_and_removed(mirror: Mirror, own: Path) -> None:
    mirror.md5 = "0" * 32
    with pytest.raises(SpeechError, match=rf"^{NAME}: what came is not what the list says \(its md5 differs\)"):
        fetch.get(NAME, own, url=mirror.url)
    assert list(own.iterdir()) == []


@pytest.mark.parametrize(("line", "message"), [({"md5": ""}, "has no md5"), ({"name": "../x"}, "no model")])
def test_a_line_without_what_is_needed(mirror: Mirror, own: Path, line: dict[str, str], message: str) -> None:
    mirror.list = [{**mirror.lines()[0], **line}]
    with pytest.raises(SpeechError, match=message):
        fetch.get(NAME, own, url=mirror.url)


def test_a_name_that_is_a_path_is_no_name(mirror: Mirror, own: Path) -> None:
    mirror.list = [{**mirror.lines()[0], "name": "../../evil"}]
    with pytest.raises(SpeechError, match="a name that is no name"):
        fetch.get("../../evil", own, url=mirror.url)


def test_a_name_that_is_not_listed_gets_the_nearest(mirror: Mirror, own: Path) -> None:
    with pytest.raises(ModelMissing, match=rf"no model 'vosk-small-en-us-0\.15' on http.*; did you mean {NAME}\?"):
        fetch.get("vosk-small-en-us-0.15", own, url=mirror.url)
    with pytest.raises(ModelMissing, match="'companion model list --all' shows"):
        fetch.get("zzz", own, url=mirror.url)


@pytest.mark.parametrize("body", [b"<html>", b'{"name": 1}', b'[{"no": "name"}]', b"\xff\xfe"])
def test_what_is_no_list(mirror: Mirror, body: bytes) -> None:
    mirror.list = body
    with pytest.raises(SpeechError, match=r"not a list of models .*is COMPANION_MODEL_LIST right\?"):
        fetch.published(mirror.url)


def test_a_list_that_is_not_there(mirror: Mirror) -> None:
    mirror.status = 404
    with pytest.raises(SpeechError, match="the server says 404 Not Found"):
        fetch.published(mirror.url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "http://127.0.0.1:9/model-list.json",
            r"127\.0\.0\.1:9: cannot be reached; check the network, .* COMPANION_MODEL_LIST",
        ),
        ("model-list.json", "not an address"),
        ("ftp://example.org/x", "not an address"),
    ],
)
def test_without_a_network_it_says_what_can_be_done(own: Path, url: str, message: str) -> None:
    with pytest.raises(SpeechError, match=message):
        fetch.get(NAME, own, url=url)


def test_a_full_disk_is_seen_before_anything_is_fetched(mirror: Mirror, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: SimpleNamespace(free=10_000_000))
    with pytest.raises(SpeechError, match=r"MB are needed and 10\.0 MB are free; make room"):
        fetch.get(NAME, own, url=mirror.url)
    assert mirror.asked == []


def test_a_place_that_cannot_be_written(mirror: Mirror, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SpeechError, match="make room or name another folder"):
        fetch.get(NAME, tmp_path / "file" / "models", url=mirror.url)


def test_an_archive_that_would_escape_is_refused_and_removed(mirror: Mirror, own: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        bad.writestr("../../evil", b"x" * 1000)
    mirror.body = (tmp_path / "bad.zip").read_bytes()
    mirror.md5 = hashlib.md5(mirror.body).hexdigest()
    with pytest.raises(SpeechError, match="wants to write outside its folder"):
        fetch.get(NAME, own, url=mirror.url)
    assert list(own.iterdir()) == []
    assert not list(tmp_path.rglob("evil"))
