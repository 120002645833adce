"""The wall in a real browser: it is drawn, its keys work, and a nudge arrives; pages of other sites are kept out."""

import http.client
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from companion import web
from companion.core.events import Nudged
from companion.core.record import decode
from companion.errors import SourceError
from tests.ports import free_port

COMPANION = [sys.executable, "-m", "companion"]
NEEDED = ("chromium", "chromedriver")

BRIGHT = """
    const layer = document.querySelector("canvas.xterm-text-layer");
    const pixels = layer.getContext("2d").getImageData(0, 0, layer.width, layer.height).data;
    return pixels.filter((value, place) => place % 4 == 1 && value > 120).length;
"""
"""How many pixels of the terminal are bright: letters are, and an empty page is not."""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a wall on a gateway with one call that goes on for a minute, and that call's journal."""
    call = tmp_path / "call.jsonl"
    call.write_text(
        '{"call": "c", "event": "start", "agent": "Anna"}\n'
        '{"call": "c", "speaker": "customer", "text": "I want your manager", "start": 0, "end": 0.4}\n'
        '{"call": "c", "speaker": "agent", "text": "well", "start": 59, "end": 60}\n'
    )
    serve = [*COMPANION, "serve", "--hub", "127.0.0.1:0", "--listen", str(call), "--journal", str(tmp_path / "journals")]
    gateway = subprocess.Popen(serve, stderr=subprocess.PIPE, text=True)
    assert gateway.stderr is not None
    hub = next(found[1] for line in gateway.stderr if (found := re.search(r"hub (ws://\S+): look on", line)))
    port = free_port()
    served = subprocess.Popen([*COMPANION, "watch", hub, "--web", "--web-port", str(port)], stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    assert served.stdout.readline() == f"companion watch: open http://127.0.0.1:{port} in a browser on this machine; Ctrl-C ends it\n"
    until(lambda: is_open(port))
    yield port, tmp_path / "journals" / "c.jsonl"
    for process in (served, gateway):
        process.terminate()
        process.wait(20)


@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs Debian's chromium and chromium-driver")
def test_a_nudge_from_the_browser_reaches_the_call(page: tuple[int, Path], tmp_path: Path) -> None:
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    port, journal = page
    options = webdriver.ChromeOptions()
    quiet = ("disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync")
    for argument in ("headless", "no-sandbox", "window-size=1100,600", f"user-data-dir={tmp_path / 'profile'}", *quiet):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
    try:
        browser.get(f"http://127.0.0.1:{port}")
        until(lambda: "-first-byte" in str(browser.find_element("tag name", "body").get_attribute("class")))
        until(lambda: browser.execute_script(BRIGHT) > 3000)

        def nudged() -> bool:
            keys = ActionChains(browser).send_keys(Keys.ESCAPE).pause(0.5).send_keys(Keys.ENTER).pause(1.5)
            keys.send_keys("n").pause(1.0).send_keys("offer a refund", Keys.ENTER).pause(1.0).perform()
            events = [decode(line).event for line in journal.read_text().splitlines()]
            return any(isinstance(event, Nudged) and event.text == "offer a refund" for event in events)

        until(nudged)
        # Chromium's own advice about drawing links to a standard; only what the page asked for counts
        asked = [entry for entry in browser.get_log("browser") if entry["source"] in {"network", "security"}]
        assert [entry for entry in asked if re.search(r"https?://(?!127\.0\.0\.1)", entry["message"])] == []
    finally:
        browser.quit()


def test_pages_of_other_sites_are_kept_out(page: tuple[int, Path]) -> None:
    port, _ = page
    asked: list[tuple[dict[str, str], int]] = [
        ({}, 200),
        ({"Origin": f"http://127.0.0.1:{port}"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
    ]
    for headers, status in asked:
        for path in ("/", "/ws") if status == 403 else ("/",):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", path, headers=headers)
            assert connection.getresponse().status == status
            connection.close()


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SourceError, match=r"cannot listen: .*; choose another --web-port"):
        web.serve(["true"], taken.getsockname()[1], "x")


def until(true: object) -> None:
    """Wait for it, half a minute at most."""
    assert callable(true)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(FileNotFoundError):
            if true():
                return
        time.sleep(0.2)
    raise AssertionError("it did not come true")


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
