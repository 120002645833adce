"""Whatever carries the records, both ends can do the same."""

import pytest

from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.broadcast.outlet import HubOutlet
from companion.broadcast.ways import Lookout, Outlet


@pytest.mark.parametrize("way", [Hub, HubOutlet])
def test_an_outlet_takes_all_that_a_call_gives(way: type[Outlet]) -> None:
    assert {name for name in vars(Outlet) if not name.startswith("_")} - set(dir(way)) <= {"name"}


def test_a_lookout_has_all_that_a_screen_asks_for() -> None:
    assert {name for name in vars(Lookout) if not name.startswith("_")} <= set(dir(HubLookout))
