"""A crowd at the door keeps itself out, and nobody else."""

import asyncio

from companion.net.strangers import Strangers


class Knock(asyncio.Transport):
    """A connection from somewhere."""

    def __init__(self, peer: str | None) -> None:
        super().__init__({"peername": (peer, 1) if peer else None})
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


def test_one_more_than_there_may_be_costs_the_oldest_its_place() -> None:
    strangers, knocks = Strangers(2), [Knock("10.0.0.1") for _ in range(3)]
    for knock in knocks:
        strangers.enter(knock)
    assert [knock.aborted for knock in knocks] == [True, False, False]
    assert len(strangers) == 2


def test_of_several_addresses_the_crowd_has_to_make_room() -> None:
    strangers, alone, crowd = Strangers(4), Knock("10.0.0.1"), [Knock("10.0.0.2") for _ in range(20)]
    for knock in (alone, *crowd, Knock(None)):
        strangers.enter(knock)
    assert not alone.aborted
    assert sum(knock.aborted for knock in crowd) == 18


def test_who_is_known_or_gone_takes_no_room() -> None:
    strangers, knocks = Strangers(1), [Knock("10.0.0.1") for _ in range(3)]
    for knock in knocks:
        strangers.enter(knock)
        strangers.leave(knock)
        strangers.leave(knock)
    assert not any(knock.aborted for knock in knocks)
    assert len(strangers) == 0
