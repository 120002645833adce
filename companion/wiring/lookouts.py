"""The way to calls that are owned elsewhere: a gateway's hub, or a bus."""

from pathlib import Path

from companion import config
from companion.broadcast.lookout import HubLookout
from companion.broadcast.messages import Role
from companion.broadcast.ways import Lookout
from companion.errors import ConfigError
from companion.wiring.outlets import is_bus
from companion.wiring.parts import Options


def lookout(options: Options, role: Role, name: str) -> Lookout:
    """Look on at `options["hub"]`.

    Args:
        options: the command's.
        role: as what, where no token says so.
        name: as whom, where no token says so.

    Raises:
        ConfigError: the address or a file cannot be used.
    """
    url: str = options["hub"]
    if is_bus(url):
        try:
            from companion.broadcast.nats_lookout import NatsLookout
        except ImportError:
            raise ConfigError(f"{url}: nats-py is not installed; pip install 'companion[nats]'") from None
        return NatsLookout(url, Path(options["bus_credentials"]) if options.get("bus_credentials") else None, role=role, name=name)
    token = config.secret(options.get("broadcast_token_file"), "the token")
    return HubLookout(url, token=token or str, role=role, name=name)
