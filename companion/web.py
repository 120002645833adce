"""The screens in a browser: a page on this machine, served by textual-serve, each visitor with a screen of their own.

Who may reach the page may do what the person may who started it. So it is this machine's only; other machines come through SSH.
"""

import logging
import shlex
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from companion.errors import ConfigError, SourceError
from companion.net.reach import is_here

_HOST = "127.0.0.1"
_TEMPLATES = Path(__file__).parent / "data" / "web"


def serve(command: Sequence[str], port: int, title: str) -> None:
    """Serve the screen that a command shows, until Ctrl-C.

    Args:
        command: the words of the command; each visitor gets a process of it.
        port: TCP port on this machine.
        title: the page's title.

    Raises:
        ConfigError: the extra `web` is not installed.
        SourceError: the port cannot be had.
    """
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        raise ConfigError("--web: textual-serve is not installed; pip install 'companion[web]'") from None

    class Page(Server):
        """textual-serve's page, without the world: nothing from other sites, and nobody from them."""

        def initialize_logging(self) -> None:
            """What matters to a person is printed; the library's log is not."""
            logging.getLogger("textual-serve").addHandler(logging.NullHandler())

        async def on_startup(self, app: web.Application) -> None:
            """Say where to look."""
            print(f"{title}: open {self.public_url} in a browser on this machine; Ctrl-C ends it", flush=True)

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(only_from_here)
            return app

    @web.middleware
    async def only_from_here(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        # Any page that is open in a browser can dial this machine, and a name of its own can lead here (DNS rebinding).
        if not is_here(f"http://{request.host}") or not is_here(request.headers.get("Origin", f"http://{_HOST}")):
            raise web.HTTPForbidden(text="pages of other sites may not look on")
        return await handler(request)

    page = Page(shlex.join(command), host=_HOST, port=port, title=title, templates_path=_TEMPLATES)
    try:
        page.serve()
    except OSError as error:
        raise SourceError(
            f"http://{_HOST}:{port}: cannot listen: {(error.strerror or str(error)).lower()}; choose another --web-port"
        ) from error
