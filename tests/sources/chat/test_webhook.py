"""Webhook listeners over real HTTP: `requests` delivers, the signatures are made here as each system makes them."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from companion import sources
from companion.core.call import Rules
from companion.core.events import Introduced, SpeechBegan, Utterance
from companion.core.feed import Closed, Complaint, Opened
from companion.core.record import Record
from companion.core.updates import StepChanged
from companion.errors import ConfigError, SourceError
from companion.rules.load import find, load
from companion.run import Run
from companion.sources.chat import webhook
from companion.sources.chat.webhook import WebhookListener

Listen = Callable[..., AbstractAsyncContextManager[Any]]

SECRET = "a long random line"


def sunshine(text: str, author: str = "user", call: str = "c1", message: str = "m1", **keys: Any) -> dict[str, Any]:
    """A delivery of Sunshine Conversations."""
    told = {
        "id": message,
        "author": {"type": author, **keys},
        "content": {"type": "text", "text": text},
        "received": "2026-11-21T10:00:00Z",
    }
    event = {"id": f"e-{message}", "type": "conversation:message", "payload": {"conversation": {"id": call}, "message": told}}
    return {"app": {"id": "a"}, "webhook": {"id": "w", "version": "v2"}, "events": [event]}


def event(kind: str, call: str = "c1", **payload: Any) -> dict[str, Any]:
    return {"events": [{"id": "e", "type": kind, "payload": {"conversation": {"id": call}, **payload}}]}


async def post(run: Any, body: Any, headers: Mapping[str, str] | None = None, scheme: str = "http", **keys: Any) -> int:
    """Deliver JSON, or a form given as bytes."""
    data, kind = (body, "application/x-www-form-urlencoded") if isinstance(body, bytes) else (json.dumps(body), "application/json")
    url = f"{scheme}://127.0.0.1:{run.server.port}/hook"
    answer = await asyncio.to_thread(requests.post, url, data=data, headers={"Content-Type": kind, **(headers or {})}, timeout=10, **keys)
    return answer.status_code


class TestConversations:
    async def test_one_is_a_call(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            assert await post(run, sunshine("My parcel is late", displayName="Jane Doe")) == 200
            assert await post(run, sunshine("I am so sorry", "business", message="m2", displayName="Ana")) == 200
            assert await post(run, sunshine("Hello", call="c2", message="m3")) == 200
            assert await post(run, event("switchboard:releaseControl", reason="ticketClosed")) == 200
            await run.until(Closed)
            name = run.server.name
        opened = Opened(call="c1", source=name, began="2026-11-21T10:00:00+00:00", timed=False, customer="Jane Doe")
        assert run.story()[0] == opened
        said = [(item.call, item.event.speaker, item.event.text) for item in run.of(Utterance)]
        assert said == [("c1", "customer", "My parcel is late"), ("c1", "agent", "I am so sorry"), ("c2", "customer", "Hello")]
        assert [item.event for item in run.of(Introduced)] == [Introduced(agent="Ana")]
        assert run.of(Closed) == [Closed(call="c1", reason="ticket closed"), Closed(call="c2", reason="stopped")]

    async def test_delivered_again_it_counts_once(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            for message in ("m1", "m1", "m2", "m1"):
                assert await post(run, sunshine("Hello", message=message)) == 200
            await run.until(Utterance, 2)
        assert len(run.of(Utterance)) == 2

    async def test_in_the_order_of_arrival(self, running: Listen) -> None:
        async with running(None, uri="intercom://:0") as run:
            for number, written in ((2, 1663597230), (1, 1663597223)):
                part = {"id": number, "part_type": "comment", "body": f"<p>{number}</p>", "author": {"type": "user"}, "created_at": written}
                item = {"id": 7, "conversation_parts": {"conversation_parts": [part]}}
                assert await post(run, {"topic": "conversation.user.replied", "data": {"item": item}}) == 200
            await run.until(Utterance, 2)
        assert [(item.event.text, item.event.start) for item in run.of(Utterance)] == [("2", 0.0), ("1", 0.0)]

    async def test_without_a_word_nothing_begins(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            delivery = sunshine("")
            delivery["events"][0]["payload"]["message"]["content"] = {"type": "image", "mediaUrl": "https://x/y.png"}
            assert await post(run, delivery) == await post(run, sunshine("  ")) == await post(run, event("conversation:remove")) == 200
        assert run.story() == []

    async def test_typing(self, running: Listen) -> None:
        typing = {"type": "typing:start", "author": {"type": "user"}}
        async with running(None, uri="sunshine://:0") as run:
            await post(run, sunshine("Hello"))
            await post(run, event("conversation:typing", activity=typing))
            await run.until(SpeechBegan)
        assert [item.event.channel for item in run.of(SpeechBegan)] == ["customer"]

    async def test_quiet_for_too_long_it_is_over_and_begins_anew(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0?idle=0.001") as run:  # 0.06 s
            await post(run, sunshine("Hello"))
            (closed,) = await run.until(Closed)
            await post(run, sunshine("Hello again", message="m2"))
            await run.until(Opened, 2)
        assert closed.reason == "no message for 0.001 minutes"

    async def test_many_at_once_are_all_taken(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            answers = await asyncio.gather(*(post(run, sunshine("Hello", call=f"c{n % 20}", message=f"m{n}")) for n in range(200)))
            await run.until(Utterance, 200)
        assert set(answers) == {200}
        assert len(run.of(Closed)) == 20

    async def test_steps_are_ticked(self) -> None:
        source = sources.open("sunshine://:0")
        records: list[Record] = []

        class Sink:
            name = "list"
            write = staticmethod(records.append)
            close = staticmethod(lambda: None)

        run = asyncio.create_task(Run(source, Rules.of(load(find("complaint"))), [Sink()]).go())
        peer = type("Peer", (), {"server": source})
        await source.listening.wait()  # type: ignore[attr-defined]
        await post(peer, sunshine("My internet has been down since Monday and nobody called me back!"))
        await post(peer, sunshine("I am very sorry that nobody called you back. That was our mistake.", "business", message="m2"))
        await source.close()
        await run
        done = {record.update.step for record in records if isinstance(record.update, StepChanged) and record.update.state == "done"}
        assert "apologized" in done


class TestWho:
    async def test_sunshine(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0", token=SECRET) as run:
            assert await post(run, sunshine("Hello"), {"X-API-Key": SECRET}) == 200
            assert await post(run, sunshine("Boo", message="m2"), {"X-API-Key": SECRET[:-1]}) == 401
            assert await post(run, sunshine("Boo", message="m2"), {"Authorization": f"Bearer {SECRET}"}) == 401
            assert await post(run, sunshine("Boo", message="m2")) == 401
            (complaint,) = await run.until(Complaint)
        assert len(run.of(Utterance)) == 1
        assert complaint.text == (
            f"{run.server.name}, 127.0.0.1: a delivery that is not signed with our secret; check --listen-token-file; "
            "refused, and others like it will be without a word"
        )

    async def test_intercom(self, running: Listen) -> None:
        source = {"id": "9", "body": "<p>Help</p>", "author": {"type": "user"}}
        delivery = {"topic": "conversation.user.created", "data": {"item": {"id": "7", "source": source}}}
        digest = hmac.new(SECRET.encode(), json.dumps(delivery).encode(), hashlib.sha1).hexdigest()
        async with running(None, uri="intercom://:0", token=SECRET) as run:
            head = await asyncio.to_thread(requests.head, f"http://127.0.0.1:{run.server.port}/", timeout=10)
            assert head.status_code == 200
            assert await post(run, delivery, {"X-Hub-Signature": f"sha1={digest}"}) == 200
            assert await post(run, {**delivery, "id": "x"}, {"X-Hub-Signature": f"sha1={digest}"}) == 401
            await run.until(Utterance)

    async def test_twilio(self, running: Listen) -> None:
        form = {"EventType": "onMessageAdded", "ConversationSid": "CH1", "MessageSid": "IM1", "Author": "ana", "Body": "Hello"}
        signed = "https://chat.example.com/hook" + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.digest(SECRET.encode(), signed.encode(), "sha1")).decode()
        uri = "twilio-conversations://:0?public=https://chat.example.com&agent=bo,an*"
        async with running(None, uri=uri, token=SECRET) as run:
            assert await post(run, urlencode(form).encode(), {"X-Twilio-Signature": signature}) == 200
            assert await post(run, urlencode({**form, "Body": "Boo"}).encode(), {"X-Twilio-Signature": signature}) == 401
            (said,) = await run.until(Utterance)
        assert said.event.speaker == "agent"

    async def test_pages_of_other_sites(self, running: Listen) -> None:
        async with running(None, uri="twilio-conversations://:0") as run:
            form = urlencode({"EventType": "onMessageAdded", "ConversationSid": "CH1", "Body": "Boo"}).encode()
            assert await post(run, form, {"Origin": "https://evil.example"}) == 403
            assert await post(run, form, {"Origin": "http://localhost:3000"}) == 200
            await run.until(Utterance)

    async def test_a_certificate(self, running: Listen, certificate: tuple[Path, Path]) -> None:
        async with running(None, uri="sunshine://:0", certificate=certificate[0], key=certificate[1]) as run:
            assert await post(run, sunshine("Hello"), scheme="https", verify=str(certificate[0])) == 200
            with pytest.raises((requests.ConnectionError, ssl.SSLError)):
                await post(run, sunshine("Hello"))
            await run.until(Utterance)


class TestTrouble:
    async def test_what_is_no_delivery(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            assert await post(run, {"trigger": "message"}) == await post(run, [1]) == 400
            assert await post(run, sunshine("Hello")) == 200
            await run.until(Utterance)
        (complaint,) = run.of(Complaint)
        assert "a delivery without 'events'; set the webhook's version to v2; refused" in complaint.text

    async def test_a_text_that_is_too_long(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            assert await post(run, sunshine("a" * 100_001)) == 200
            (complaint,) = await run.until(Complaint)
        assert "a text of 100,001 characters" in complaint.text

    async def test_terminals_are_safe(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            await post(run, sunshine("\x1b[2Jhi\n\u202ethere", call="\x1b]0;x\x07c", displayName="\x1b[31mJane"))
            (opened,) = await run.until(Opened)
            (said,) = await run.until(Utterance)
        assert (opened.call, opened.customer, said.event.text) == ("c", "Jane", "hi there")

    async def test_nobody_takes_what_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(webhook, "_WAITING", 3)
        source = sources.open("sunshine://:0")
        items = aiter(source)
        await anext(items)
        first = asyncio.ensure_future(anext(items))
        peer = type("Peer", (), {"server": source})
        answers = [await post(peer, sunshine("Hello", message=f"m{n}")) for n in range(6)]
        await first
        await source.close()
        rest = [item async for item in items]
        assert answers == [200, 200, 200, 503, 503, 503]
        assert len(rest) == 4  # three texts and the end; the opening was taken

    async def test_after_the_end_nothing_is_taken(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            await post(run, sunshine("Hello"))
            await run.server.close()
            await run.server.close()
            assert run.server._take(None, "") == (503, "busy; come again")
        assert run.of(Closed) == [Closed(call="c1", reason="stopped")]

    async def test_a_fault_of_ours_is_raised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        source = sources.open("sunshine://:0")
        monkeypatch.setattr(source, "_hook", None)
        items = aiter(source)
        await anext(items)
        first = asyncio.ensure_future(anext(items))
        assert await post(type("Peer", (), {"server": source}), sunshine("Hello")) == 500
        with pytest.raises(AttributeError):
            await first

    async def test_the_port_is_taken(self, running: Listen) -> None:
        async with running(None, uri="sunshine://:0") as run:
            source = sources.open(f"sunshine://:{run.server.port}")
            with pytest.raises(SourceError, match="the port is taken"):
                await anext(aiter(source))

    async def test_beyond_this_machine(self, running: Listen) -> None:
        with pytest.raises(ConfigError, match=r"intercom://0.0.0.0:0: reaches beyond this machine without a secret"):
            sources.open("intercom://0.0.0.0:0")
        async with running(None, uri="intercom://0.0.0.0:0", token=SECRET) as run:
            (complaint,) = await run.until(Complaint)
        assert complaint.text.endswith("messages travel in the clear; give --listen-tls-cert")

    async def test_a_library_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "aiohttp", None)
        monkeypatch.delitem(__import__("sys").modules, "companion.sources.chat.http", raising=False)
        with pytest.raises(ConfigError, match=r"sunshine: needs aiohttp; install it with: pip install 'companion\[chat\]'"):
            sources.open("sunshine://:0")


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("sunshine://:0?idle=soon", "idle 'soon' cannot be used; give minutes, at most 1440"),
        ("sunshine://:0?idle=0", "idle '0' cannot be used"),
        ("sunshine://:0?idle=nan", "idle 'nan' cannot be used"),
        ("sunshine://:0?idle=1441", "idle '1441' cannot be used"),
        ("sunshine://:0?agent=ana", "unknown key 'agent'; idle can be given"),
        ("twilio-conversations://:0?public=chat.example.com", "public 'chat.example.com' is no URL"),
        ("intercom://:0/hook", "only a host and a port are understood; give intercom://:8080"),
    ],
)
def test_uris_that_cannot_be_used(uri: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        sources.open(uri)


def test_what_it_is() -> None:
    assert isinstance(sources.open("sunshine://"), WebhookListener)
    assert sources.is_live("intercom://")
    assert sources.is_endless("intercom://")
    assert not sources.needs_speech("twilio-conversations://")
    assert sources.open("sunshine://[::1]:0").name == "sunshine://[::1]:0"  # type: ignore[attr-defined]


HOW_TO = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
TRIED = re.findall(r"`'?([a-z-]+://:)8080(\?[^']*)?'?`:\n\n```sh\n(.*?)^```", HOW_TO, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("scheme", "keys", "commands"),
    [("sunshine://:", "", re.findall(r"```sh\n(.*?)^```", HOW_TO, re.DOTALL | re.MULTILINE)[0]), *TRIED],
    ids=lambda value: value.partition(":")[0] if "://" in value[:30] else "",
)
async def test_the_how_to_works_as_written(running: Listen, tmp_path: Path, scheme: str, keys: str, commands: str) -> None:
    if not (shutil.which("curl") and shutil.which("openssl")):
        pytest.skip("curl and openssl are needed to try the how-to")
    (tmp_path / "secret.txt").write_text(SECRET)
    async with running(None, uri=f"{scheme}0{keys}", token=SECRET) as run:
        script = commands.replace("localhost:8080", f"127.0.0.1:{run.server.port}")
        done = await asyncio.to_thread(
            subprocess.run, ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
        )
        assert done.stdout.startswith("HTTP/1.1 200")
        await run.until(Utterance)


def test_all_three_are_tried() -> None:
    assert len(TRIED) == 2
