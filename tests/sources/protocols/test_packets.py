"""A track's packets, put right."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.sources.protocols.packets import HOLD, LEAP, Packets, Piece
from tests.sources.protocols.recorded import seeded

RATE = 8000.0


def packet(number: int) -> tuple[int, float, bytes]:
    """The usual one: 20 ms of 8 kHz µ-law, counted from 1, stamped from 0; its bytes tell its number."""
    return number, (number - 1) * 0.02, bytes([number % 256]) * 160


def through(packets: Packets, numbers: list[int]) -> list[Piece]:
    return [piece for number in numbers for piece in packets.put(*packet(number))]


def numbers(pieces: list[Piece]) -> list[int]:
    return [data[0] for _, data in pieces]


def test_in_order() -> None:
    pieces = through(Packets(RATE), [1, 2, 3])
    assert [round(at, 3) for at, _ in pieces] == [0.0, 0.02, 0.04]
    assert numbers(pieces) == [1, 2, 3]


def test_out_of_order_and_doubled() -> None:
    packets = Packets(RATE)
    assert numbers(through(packets, [2, 1, 1, 4, 4, 3, 3, 5])) == [1, 2, 3, 4, 5]
    assert packets.flush() == []


def test_a_missing_one_is_waited_for_and_then_leaves_a_gap() -> None:
    packets = Packets(RATE)
    through(packets, [1, 2])
    assert through(packets, list(range(4, 4 + HOLD))) == []
    pieces = through(packets, [4 + HOLD])
    assert numbers(pieces) == list(range(4, 5 + HOLD))
    assert pieces[0][0] == pytest.approx(0.06)  # where it belongs: 20 ms after the end of what came before
    assert through(packets, [3]) == []  # too late


def test_what_waits_comes_out_at_the_end() -> None:
    packets = Packets(RATE)
    assert through(packets, [1, 3, 4]) == [(0.0, bytes([1]) * 160)]
    assert numbers(packets.flush()) == [3, 4]


def test_a_jump_in_time_is_a_gap_though_the_numbers_go_on() -> None:
    packets = Packets(RATE)
    through(packets, [1, 2])
    ((at, _),) = packets.put(3, 5.0, bytes(160))
    assert at == pytest.approx(5.0)


def test_times_that_waver_are_no_gaps() -> None:
    packets = Packets(RATE)
    ends = [at for n, late in enumerate([0, 0.03, -0.01, 0.09, 0.0]) for at, _ in packets.put(n + 1, n * 0.02 + late, bytes(160))]
    assert ends == pytest.approx([0, 0.02, 0.04, 0.06, 0.08])


def test_a_clock_that_was_set_is_no_gap() -> None:
    packets = Packets(RATE)
    through(packets, [1])
    assert packets.put(2, 1e9, bytes(160))[0][0] == pytest.approx(0.02)
    assert packets.put(3, 1e9 + 0.02, bytes(160))[0][0] == pytest.approx(0.04)
    assert packets.put(4, 1e9 + 3.0, bytes(160))[0][0] == pytest.approx(3.0, abs=0.1)


def test_without_times_the_numbers_tell_how_much_is_missing() -> None:
    packets = Packets(RATE)
    packets.put(1, None, bytes(160))
    for number in range(5, 5 + HOLD):
        packets.put(number, None, bytes(160))
    assert packets.put(5 + HOLD, None, bytes(160))[0][0] == pytest.approx(0.08)


def test_without_numbers_everything_is_in_order() -> None:
    packets = Packets(RATE)
    assert packets.put(None, None, bytes(160)) == [(0.0, bytes(160))]
    assert packets.put(None, None, bytes(160)) == [(0.02, bytes(160))]


def test_counting_may_begin_anywhere_and_anew() -> None:
    packets = Packets(RATE)
    assert numbers(through(packets, [700, 701])) == [700 % 256, 701 % 256]
    assert packets.put(1, 14.02, b"n" * 160)[0] == (pytest.approx(14.02), b"n" * 160)
    assert numbers(through(Packets(RATE), [0, 1])) == [0, 1]


@given(st.permutations(range(1, 9)))
def test_any_order_within_reach_is_put_right(order: list[int]) -> None:
    packets = Packets(RATE)
    pieces = through(packets, order) + packets.flush()
    assert numbers(pieces) == list(range(1, 9))


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-5, 2000) | st.integers(0, 10**18),
            st.none() | st.floats(0, 1e12),
            st.binary(max_size=400),
        ),
        max_size=60,
    )
)
def test_anything_at_all_keeps_time_running_and_memory_bounded(stream: list[tuple[int | None, float | None, bytes]]) -> None:
    packets = Packets(RATE)
    now = 0.0
    for number, time, data in stream:
        for at, piece in packets.put(number, time, data):
            assert at >= now - 1e-6 or now == 0.0
            assert at - now <= LEAP + 1e-6 or now == 0.0
            now = at + len(piece) / RATE
        assert len(packets._held) <= HOLD
    assert all(at >= now - 1e-6 or now == 0.0 for at, _ in packets.flush()[:1])


def _stream(chance: random.Random) -> list[tuple[int | None, float | None, bytes]]:
    """Packets that mostly follow each other, from a sender that sometimes counts or stamps as it likes."""
    sent: list[tuple[int | None, float | None, bytes]] = []
    for n in range(chance.randint(1, 60)):
        number = chance.choice([n, n, n, n + chance.randint(-20, 20), chance.randrange(2**70), None])
        time = chance.choice([n * 0.02, n * 0.02, n * 0.02 + chance.uniform(-2, 2), chance.uniform(0, 1e14), None])
        sent.append((number, time, bytes(chance.choice([0, 160, 160, 1000]))))
    return sent


@given(seeded(_stream))
def test_a_confused_sender_changes_nothing_of_that(stream: list[tuple[int | None, float | None, bytes]]) -> None:
    packets = Packets(RATE)
    for number, time, data in stream:
        packets.put(number, time, data)
        assert len(packets._held) <= HOLD
    assert len(packets.flush()) <= HOLD
