"""Connections to real nats-servers: where to, as whom, and again and again."""

import re
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
from nats.aio.client import Client

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_durable import kept
from companion.broadcast.nats_link import Away, Limits, Link
from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_takeover import recall
from companion.core.events import AnyEvent, Bookmarked
from companion.core.seen import Level
from companion.errors import ConfigError, SourceError
from tests.broadcast.nats_server import NatsServer, Talk, Watch, needs_nats_server, server, until

pytestmark = needs_nats_server
__all__ = ["server"]

HOW_TO = (Path(__file__).resolve().parents[2] / "docs" / "nats.md").read_text(encoding="utf-8")


async def nothing(client: Client) -> None:
    """Nothing to do."""


def link(url: str, credentials: Path | None = None, *, makes: bool = True, told: list[str] | None = None) -> Link:
    """A connection to be opened."""
    return Link(url, credentials, up=nothing, away=(told if told is not None else []).append, makes=makes)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nats://ann:secret@127.0.0.1:4222", "a password does not belong here"),
        ("nats://", "no NATS server"),
        ("http://127.0.0.1:4222", "no NATS server"),
        ("nats://127.0.0.1:4222/calls", "no NATS server"),
        ("nats://127.0.0.1:4222?weeks=3", "there are days, gigabytes and replicas"),
        ("nats://127.0.0.1:4222?days=many", "there are days, gigabytes and replicas"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        link(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "user = 'ann'", "user = 'ann'\npassword = 3", "user: ann", "token = ''\nuser = 'ann'"])
def test_credentials_that_are_none_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(text)
    with pytest.raises(ConfigError, match="no credentials"):
        link("nats://127.0.0.1", tmp_path / "secret")
    with pytest.raises(ConfigError, match="cannot be read"):
        link("nats://127.0.0.1", tmp_path / "missing")


def test_who_we_are_comes_from_the_file_or_the_address(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('user = "eve"\npassword = "x"\n')
    assert link("nats://ann@127.0.0.1,10.0.0.1:4223").user == "ann"
    assert link("nats://ann@127.0.0.1", tmp_path / "secret").user == "eve"
    assert link("nats://127.0.0.1").name == "nats://127.0.0.1"


async def test_streams_are_made_once_and_stay_as_they_are(server: NatsServer) -> None:
    first = link(f"{server.url}?days=2&gigabytes=0.5")
    await first.open()
    found = (await first.streams.stream_info(subjects.CALLS)).config
    assert (found.max_age, found.max_bytes) == (2 * 86400, 500_000_000)
    second = link(f"{server.url}?days=3")
    await second.open()
    assert (await first.streams.stream_info(subjects.CALLS)).config.max_age == 2 * 86400
    await first.close()
    await second.close()
    assert Limits().days == 7


async def test_who_only_looks_on_makes_no_streams(server: NatsServer) -> None:
    with pytest.raises(SourceError, match="no gateway has published calls there yet; start one: companion serve --bus"):
        await link(server.url, makes=False).open()


async def test_a_server_that_is_not_there(unused_tcp_port: int) -> None:
    with pytest.raises(SourceError, match=f"nats://127.0.0.1:{unused_tcp_port}: .*refused.*; check that nats-server runs there"):
        await link(f"nats://127.0.0.1:{unused_tcp_port}").open()


async def test_a_server_without_jetstream(tmp_path: Path) -> None:
    plain = NatsServer(tmp_path, jetstream=False)
    try:
        with pytest.raises(SourceError, match="JetStream"):
            await link(plain.url).open()
    finally:
        plain.kill()


async def test_only_who_knows_the_password_is_let_in(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('user = "eve"\npassword = "right"\n')
    (tmp_path / "wrong").write_text('user = "eve"\npassword = "wrong"\n')
    closed = NatsServer(tmp_path, 'authorization { users = [ { user: "eve", password: "right" } ] }')
    try:
        for given in (None, tmp_path / "wrong"):
            with pytest.raises(SourceError, match="does not let us in") as refused:
                await link(closed.url, given).open()
            assert "wrong" not in str(refused.value)
        right = link(closed.url, tmp_path / "secret")
        await right.open()
        await right.close()
    finally:
        closed.kill()


async def test_a_password_that_is_replaced_counts_from_the_next_connection_on(tmp_path: Path) -> None:
    file, told = tmp_path / "secret", list[str]()
    file.write_text('user = "eve"\npassword = "first"\n')
    server = NatsServer(tmp_path, 'authorization { users = [ { user: "eve", password: "first" } ] }')
    try:
        one = link(server.url, file, told=told)
        await one.open()
        server.kill()
        server._config = server._config.replace("first", "second")
        server.start()
        await until(lambda: told and not one.is_up)
        file.write_text('user = "eve"\npassword = "second"\n')
        await until(lambda: one.is_up)
        await one.close()
    finally:
        server.kill()


async def test_keys_and_tokens_open_too(tmp_path: Path) -> None:
    import nkeys

    seed = nkeys.encode_seed(bytes(range(32)), nkeys.PREFIX_BYTE_USER)
    public = nkeys.from_seed(seed).public_key.decode()
    (tmp_path / "seed").write_bytes(seed + b"\n")
    (tmp_path / "token").write_text('token = "open sesame"\n')
    for number, (config, file) in enumerate(
        [(f"authorization {{ users = [ {{ nkey: {public} }} ] }}", "seed"), ('authorization { token: "open sesame" }', "token")]
    ):
        (tmp_path / str(number)).mkdir()
        closed = NatsServer(tmp_path / str(number), config)
        try:
            opened = link(closed.url, tmp_path / file)
            await opened.open()
            await opened.close()
        finally:
            closed.kill()


async def test_tls(tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    chain, key = certificate
    secured = NatsServer(tmp_path, f'tls {{ cert_file: "{chain}", key_file: "{key}" }}')
    url = secured.url.replace("nats://", "tls://").replace("127.0.0.1", "localhost")
    try:
        with pytest.raises(SourceError, match=r"(?i)certificate"):
            await link(url).open()
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        opened = link(url)
        await opened.open()
        await opened.close()
    finally:
        secured.kill()


async def test_it_comes_back_whenever_the_server_does(server: NatsServer) -> None:
    told: list[str] = []
    ups: list[Client] = []

    async def up(client: Client) -> None:
        ups.append(client)

    opened = Link(server.url, up=up, away=told.append, makes=True)
    await opened.open()
    for turn in range(2):
        server.kill()
        await until(lambda: not opened.is_up)
        with pytest.raises(Away):
            await opened.last("companion.call.42")
        server.start()
        await opened.back()
        assert len(ups) == turn + 2
    assert told == ["the connection broke off"] * 2
    assert await opened.last("companion.call.42") is None
    await opened.close()


async def test_a_server_that_hangs_is_away(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.broadcast.nats_link._PING", 0.2)
    opened = link(server.url)
    await opened.open()
    server.freeze()
    await until(lambda: not opened.is_up)
    server.thaw()
    await opened.back()
    await opened.close()


async def test_a_checklist_that_is_not_of_its_digest_is_not_believed(server: NatsServer) -> None:
    opened = link(server.url)
    await opened.open()
    await opened.streams.publish(subjects.checklist("abc"), b'{"id": "forged"}')
    assert await opened.checklist("abc") == {"digest": "abc"}
    assert await opened.checklist("nobody's") == {"digest": "nobody's"}
    await opened.close()


async def test_a_connection_that_breaks_while_sending_leaves_nothing(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise BrokenPipeError

    away: list[str] = []
    found = Link(server.url, up=nothing, away=away.append, makes=True)
    await found.open()
    client = found.client
    heard = await client.subscribe("anything", cb=nothing)
    monkeypatch.setattr(client._transport, "drain", broken)
    with suppress(OSError):
        await client.publish("anything", b"")
    await until(lambda: away)
    await found.back()
    assert heard._wait_for_msgs_task is not None
    await until(heard._wait_for_msgs_task.done)
    assert client._transport is not None
    assert client._transport._io_writer.is_closing()
    await found.close()


async def test_a_gateway_that_lacks_a_permission_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.broadcast.nats_outgoing.PATIENCE", 0.5)
    users = '{ user: g, password: g, permissions: { publish: { deny: ["companion.live.>"] } } }'
    guarded = NatsServer(tmp_path, f"authorization {{ users = [{users}] }}")
    told: list[str] = []
    try:
        (tmp_path / "g").write_text('user = "g"\npassword = "g"\n')
        async with NatsOutlet(guarded.url, tmp_path / "g", tell=told.append) as outlet:
            outlet.write(Talk("42").records[0])
            await until(lambda: told)
            assert 'does not take what we send: permissions violation for publish to "companion.live.42"' in told[0]
            outlet.calls["42"].closed = outlet.calls["42"]._retired = True  # so that leaving does not wait for it
    finally:
        guarded.kill()


async def test_the_permissions_of_the_how_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (config,) = re.findall(r"```\nlisten: 127.0.0.1:4222\njetstream .*?\n(.*?)```", HOW_TO, re.DOTALL)
    files = {}
    for user in ("gateway", "eve", "screen", "database"):
        monkeypatch.setenv(user.upper(), f"secret-{user}")
        files[user] = tmp_path / user
        files[user].write_text(f'user = "{user}"\npassword = "secret-{user}"\n')
    guarded = NatsServer(tmp_path, config)
    done: list[AnyEvent] = []

    async def acts(call: str, event: AnyEvent) -> str:
        done.append(event)
        return ""

    try:
        async with NatsOutlet(guarded.url, files["gateway"], acts=acts) as outlet:
            talk = Talk("42")
            for record in [*talk.records, *talk.say()]:
                outlet.write(record)
            await until(lambda: outlet.calls["42"].is_settled)
            eve, screen = NatsLookout(guarded.url, files["eve"], name="bob"), NatsLookout(guarded.url, files["screen"], role="reader")
            watches = [Watch(aiter(eve)), Watch(aiter(screen))]
            for watch in watches:
                await watch.until(lambda watch=watch: watch.count == len(talk.records))
            assert await eve.act("42", Bookmarked(by="")) == ""
            assert done == [Bookmarked(by="eve")]
            await eve.follow("42")
            await until(lambda: outlet.calls["42"].watched)
            outlet.level("42", "agent", 0.5)
            await watches[0].until(lambda: any(isinstance(seen, Level) for seen in watches[0].seen))
            monkeypatch.setattr("companion.broadcast.nats_lookout.PATIENCE", 0.5)
            forged = NatsLookout(guarded.url, files["screen"], role="supervisor")
            watches.append(Watch(aiter(forged)))
            await watches[2].until(lambda: watches[2].count)
            assert await forged.act("42", Bookmarked(by="")) == "NATS is away, or does not let you"
            assert await recall(outlet, "99") == ()
            taken = 0
            async with aclosing(kept(guarded.url, "database", files["database"])) as records:
                async for _ in records:
                    taken += 1
                    if taken == len(talk.records):
                        break
            for record in talk.end():
                outlet.write(record)
            await until(lambda: not outlet.calls)
            for watch in watches:
                await watch.stop()
        assert len(done) == 1
        assert "Publish Violation" in (tmp_path / "log").read_text()
    finally:
        guarded.kill()
